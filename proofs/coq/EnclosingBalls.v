(* Spaces in which every finite set has a smallest enclosing ball, as R^d (Euclidean.v). There k
   best centres exist ([best_centres]), and covering numbers of finite sets are right-continuous in
   the radius ([N_right_continuous]). *)

From Coq Require Import Classical.
From MobTheory Require Export CoveringNumbers.

Definition enclosing_balls (X : space) : Prop :=
  forall A : list X, A <> [] -> exists c, forall r c', covers r [c'] A -> covers r [c] A.

Section Balls.
Context {X : space}.
Implicit Types (A B C : list X) (r s : R) (k : nat).

(* Of two sets of centres one is never worse. *)
Lemma covers_total A C C' :
  (forall r, covers r C A -> covers r C' A) \/ (forall r, covers r C' A -> covers r C A).
Proof.
  destruct (classic (forall r, covers r C A -> covers r C' A)) as [H|H]; [now left|right].
  apply not_all_ex_not in H as [s H]. apply imply_to_and in H as [Hs Hn].
  intros r Hr. destruct (Rle_or_lt r s) as [Hle|Hlt].
  - exfalso. apply Hn. now apply (covers_wider r).
  - apply (covers_wider s); auto; lra.
Qed.

(* All ways to divide a list in two. *)
Fixpoint divisions A : list (list X * list X) :=
  match A with
  | [] => [([], [])]
  | a :: A' => map (fun BC => (a :: fst BC, snd BC)) (divisions A')
            ++ map (fun BC => (fst BC, a :: snd BC)) (divisions A')
  end.

Lemma division_members A B C : In (B, C) (divisions A) -> forall a, In a A -> In a B \/ In a C.
Proof.
  revert B C; induction A as [|x A IH]; intros B C H a Ha; [easy|].
  simpl in H. apply in_app_or in H as [H|H]; apply in_map_iff in H as [[B' C'] [[= <- <-] H]];
    simpl; destruct Ha as [<-|Ha]; auto; destruct (IH _ _ H a Ha); auto.
Qed.

Lemma divide_by (good : X -> Prop) A : exists B C, In (B, C) (divisions A) /\
  (forall b, In b B -> In b A /\ good b) /\ (forall c, In c C -> In c A /\ ~ good c).
Proof.
  induction A as [|x A [B [C [H [HB HC]]]]]; [exists [], []; simpl; repeat split; tauto|].
  assert (HB' : forall b, In b B -> In b (x :: A) /\ good b) by (intros; simpl; firstorder).
  assert (HC' : forall c, In c C -> In c (x :: A) /\ ~ good c) by (intros; simpl; firstorder).
  destruct (classic (good x)) as [Hx|Hx].
  - exists (x :: B), C. split; [|split; [intros b [<-|Hb]; [simpl|]; auto|auto]].
    apply in_or_app; left. apply in_map_iff. now exists (B, C).
  - exists B, (x :: C). split; [|split; [auto|intros c [<-|Hc]; [simpl|]; auto]].
    apply in_or_app; right. apply in_map_iff. now exists (B, C).
Qed.

Hypothesis balls : enclosing_balls X.

Lemma best_for_some_division A k :
  (forall B, exists C, (length C <= k)%nat /\
     forall r C', (length C' <= k)%nat -> covers r C' B -> covers r C B) ->
  forall L, incl L (divisions A) -> exists C, (length C <= S k)%nat /\
    forall B B' r c C', In (B, B') L -> (length C' <= k)%nat ->
      covers r [c] B -> covers r C' B' -> covers r C A.
Proof.
  intros IH L; induction L as [|[B B'] L IHL]; intros HL; [exists []; simpl; split; [lia|easy]|].
  destruct IHL as [C1 [Hl1 H1]]; [intros x Hx; apply HL; now right|].
  assert (HD : exists D, (length D <= 1)%nat /\ forall r c, covers r [c] B -> covers r D B).
  { destruct B as [|b B]; [exists []; simpl; split; [lia|intros r c _ ? []]|].
    destruct (balls (b :: B)) as [c Hc]; [easy|]. exists [c]; simpl; auto. }
  destruct HD as [D [HlD HD]]. destruct (IH B') as [E [HlE HE]].
  assert (H2 : forall r c C', (length C' <= k)%nat ->
            covers r [c] B -> covers r C' B' -> covers r (D ++ E) A).
  { intros r c C' Hl Hc HC' a Ha.
    destruct (division_members A B B' (HL _ (or_introl eq_refl)) a Ha) as [HaB|HaB'].
    - destruct (HD r c Hc a HaB) as [d [Hd Hr]]. exists d; split; auto. apply in_or_app; auto.
    - destruct (HE r C' Hl HC' a HaB') as [e [He Hr]]. exists e; split; auto.
      apply in_or_app; auto. }
  assert (Hl2 : (length (D ++ E) <= S k)%nat) by (rewrite app_length; lia).
  destruct (covers_total A C1 (D ++ E)) as [Hbetter|Hbetter];
    [exists (D ++ E)|exists C1]; split; auto;
    intros B0 B0' r c C' [[= <- <-]|HI] Hl Hc HC'; eauto.
Qed.

(* k best centres: no other k do better at any radius. *)
Lemma best_centres k : forall A, exists C, (length C <= k)%nat /\
  forall r C', (length C' <= k)%nat -> covers r C' A -> covers r C A.
Proof.
  induction k as [|k IH]; intros A.
  - exists []; split; [simpl; lia|]. intros r [|c C']; [auto|simpl; lia].
  - destruct (best_for_some_division A k IH (divisions A) (incl_refl _)) as [C [Hl HC]].
    exists C; split; auto. intros r [|c C'] Hl' Hcov.
    + destruct A as [|a A]; [intros ? []|]. destruct (Hcov a) as [c [[] _]]; now left.
    + destruct (divide_by (fun a => dist a c <= r) A) as [B [B' [HI [HB HB']]]].
      apply (HC B B' r c C'); auto; [simpl in Hl'; lia| |].
      * intros b Hb. exists c; split; [now left|]. now apply HB.
      * intros b Hb. destruct (HB' b Hb) as [HbA Hfar].
        destruct (Hcov b HbA) as [c' [[<-|Hc'] Hd]]; [contradiction|]. now exists c'.
Qed.

(* Finitely many centres that cover at every larger radius cover at the radius itself. *)
Lemma covers_closed r C A : (forall s, r < s -> covers s C A) -> covers r C A.
Proof.
  intros H a Ha.
  assert (HC : C <> []) by (intros ->; destruct (H (r + 1) ltac:(lra) a Ha) as [c [[] _]]).
  destruct (to_attained a C HC) as [c [Hc E]]. exists c; split; auto.
  destruct (Rle_or_lt (dist a c) r) as [|Hlt]; auto. exfalso.
  destruct (H ((r + dist a c) / 2) ltac:(lra) a Ha) as [c' [Hc' Hd]].
  pose proof (to_le a c' C Hc'). lra.
Qed.

Theorem N_right_continuous A r : 0 <= r -> exists s, r < s /\ forall t, r <= t < s -> N A t = N A r.
Proof.
  intros Hr. apply NNPP. intros Hn.
  destruct (N A r) as [|k] eqn:E.
  - apply Hn. exists (r + 1). split; [lra|]. intros t Ht.
    pose proof (N_antitone A r t Hr ltac:(lra)). lia.
  - destruct (best_centres k A) as [C [Hl HC]].
    assert (H : covers r C A).
    { apply covers_closed. intros s Hs. apply NNPP. intros Hns. apply Hn. exists s; split; auto.
      intros t Ht. pose proof (N_antitone A r t Hr ltac:(lra)).
      destruct (Nat.eq_dec (N A t) (S k)) as [|Hne]; auto. exfalso. apply Hns.
      destruct (N_attained A t ltac:(lra)) as [C' [Hl' HC']].
      apply (covers_wider t); [lra|]. apply (HC t C'); auto; lia. }
    apply N_le in H. lia.
Qed.

End Balls.

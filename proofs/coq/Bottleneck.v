(* covering.hochbaum-shmoys: of the distances take the least, r, that is not refuted by k + 1 tokens
   no two of which have a token in common within it (so the next smaller one is refuted); a maximal
   set S of tokens without a token in common within r gives h(V -> S) <= 2 OPT(k), centres among V.

   [bottleneck] is this statement for finite sets in any metric space, with the existence of r and
   of a maximal set, and |S| <= k; OPT(k), a minimum over finitely many sets, is spelled out as
   h(V -> C) for every set C of at most k tokens. 0, a token's distance from itself, counts as a
   distance. [bottleneck_certified] needs less: any distance r such that the next smaller one is
   refuted, as a heuristic finds it, and a maximal set filled up with further tokens. *)

From Coq Require Import Classical.
From MobTheory Require Export OptimalRadius.

Section Bottleneck.
Context {X : space}.
Implicit Types (V I S C L : list X) (k : nat) (r s : R).

(* x and y have a token of V in common within s. *)
Definition common V s (x y : X) : Prop := exists c, In c V /\ dist x c <= s /\ dist y c <= s.

Definition independent V s L : Prop := incl L V /\ ForallOrdPairs (fun x y => ~ common V s x y) L.

Definition maximal V s I : Prop :=
  independent V s I /\ forall v, In v V -> exists i, In i I /\ common V s v i.

Definition is_distance V r : Prop := exists x y, In x V /\ In y V /\ r = dist x y.

(* Some k + 1 tokens have no two a token in common within s. *)
Definition refuted V k s : Prop := exists L, independent V s L /\ length L = Datatypes.S k.

(* each centre serves at most one independent token *)
Lemma one_centre_each V s C L : incl C V -> independent V s L -> covers s C V ->
  (length L <= length C)%nat.
Proof.
  intros HC [HLV Hind] Hcov.
  assert (H : forall D, incl D V -> covers s D L -> (length L <= length D)%nat).
  { clear C HC Hcov HLV. induction L as [|x L IH]; intros D HD Hcov; [simpl; lia|].
    destruct (Hcov x (or_introl eq_refl)) as [c [Hc Hd]].
    destruct (in_split _ _ Hc) as [D1 [D2 ->]]. inversion Hind as [|? ? Hx HL]; subst.
    enough (length L <= length (D1 ++ D2))%nat by (rewrite app_length in *; simpl; lia).
    apply IH; auto; [intros y Hy; apply HD; apply in_app_or in Hy; apply in_or_app; simpl; tauto|].
    intros y Hy. destruct (Hcov y (or_intror Hy)) as [c' [Hc' Hd']].
    apply in_app_or in Hc' as [Hc'|[<-|Hc']];
      [exists c'; split; auto; apply in_or_app; auto| |
       exists c'; split; auto; apply in_or_app; auto].
    exfalso. rewrite Forall_forall in Hx. apply (Hx y Hy). exists c; auto. }
  apply H; auto. intros x Hx. auto.
Qed.

Lemma h_is_distance V C : V <> [] -> C <> [] -> incl C V -> is_distance V (h V C).
Proof.
  intros HV HC HI. destruct (h_attained V C HV) as [v [Hv ->]].
  destruct (to_attained v C HC) as [c [Hc ->]]. exists v, c; auto.
Qed.

Lemma refuted_below V k s C : refuted V k s -> C <> [] -> incl C V -> (length C <= k)%nat ->
  s < h V C.
Proof.
  intros [L [Hind HlL]] HC HCV HlC. apply Rnot_le_lt. intros Hle.
  assert (Hcov : covers s C V) by (apply (covers_wider (h V C)); auto using h_covers).
  pose proof (one_centre_each V s C L HCV Hind Hcov). lia.
Qed.

Lemma maximal_covers V r I S : V <> [] -> 0 <= r -> maximal V r I -> incl I S -> h V S <= 2 * r.
Proof.
  intros HV Hr [_ Hmax] HIS. destruct V as [|v0 V']; [easy|].
  destruct (Hmax v0) as [i0 [Hi0 _]]; [now left|].
  apply h_le; [intros ->; now apply (HIS i0)|lra|]. intros v Hv.
  destruct (Hmax v Hv) as [i [Hi [c [_ [Hvc Hic]]]]]. exists i; split; auto.
  pose proof (dist_tri v c i). rewrite (dist_sym c i) in *. lra.
Qed.

Theorem bottleneck_certified V k r I S : V <> [] -> 0 <= r ->
  r = 0 \/ (exists s, refuted V k s /\ forall t, is_distance V t -> t <= s \/ r <= t) ->
  maximal V r I -> incl I S ->
  h V S <= 2 * r /\
  forall C, C <> [] -> incl C V -> (length C <= k)%nat -> 2 * r <= 2 * h V C.
Proof.
  intros HV Hr0 Hr HI HIS. split; [now apply (maximal_covers V r I S)|]. intros C HC HCV HlC.
  apply Rmult_le_compat_l; [lra|]. destruct Hr as [->|[s [Hs Hnext]]]; auto using h_pos.
  destruct (Hnext (h V C)) as [Hle|]; auto using h_is_distance.
  pose proof (refuted_below V k s C Hs HC HCV HlC). lra.
Qed.

(* --- what the statement speaks of exists --- *)

(* A greedy maximal set: go through the tokens, keep what has nothing in common with those kept. *)
Lemma maximal_exists V s : 0 <= s -> exists I, maximal V s I.
Proof.
  intros Hs. enough (H : forall W, incl W V -> exists I, independent V s I /\
    forall v, In v W -> exists i, In i I /\ common V s v i).
  { destruct (H V (incl_refl V)) as [I HI]. now exists I. }
  induction W as [|w W IH]; intros HW; [exists []; repeat split; [easy|constructor|easy]|].
  destruct IH as [I [[HIV Hind] Hmax]]; [intros x Hx; apply HW; now right|].
  destruct (classic (exists i, In i I /\ common V s w i)) as [Hc|Hc].
  - exists I. split; [now split|]. intros v [<-|Hv]; auto.
  - exists (w :: I). split; [split|].
    + intros x [<-|Hx]; auto. apply HW; now left.
    + constructor; auto. apply Forall_forall. intros y Hy Hxy. apply Hc. now exists y.
    + assert (HwV : In w V) by (apply HW; now left).
      intros v [<-|Hv].
      * exists w; split; [now left|]. exists w. rewrite dist_refl. auto.
      * destruct (Hmax v Hv) as [i [Hi Hci]]. exists i; split; auto. now right.
Qed.

(* The least distance that is not refuted. *)
Definition threshold V k : R -> Prop := is_minimum (fun r => is_distance V r /\ ~ refuted V k r).

Lemma threshold_exists V k : V <> [] -> (1 <= k)%nat -> exists r, threshold V k r.
Proof.
  intros HV Hk.
  set (open := filter (fun xy => if decide (refuted V k (dist (fst xy) (snd xy)))
                               then false else true)
                 (list_prod V V)).
  assert (Hopen : forall x y, In (x, y) open <-> In x V /\ In y V /\ ~ refuted V k (dist x y)).
  { intros x y. unfold open. rewrite filter_In, in_prod_iff. simpl.
    destruct (decide (refuted V k (dist x y))); intuition easy. }
  assert (Hne : open <> []).
  { destruct V as [|v0 V'] eqn:EV; [easy|]. rewrite <- EV in *.
    assert (Hv0 : In v0 V) by (rewrite EV; now left).
    destruct (h_attained V [v0]) as [v [Hv E]]; [now rewrite EV|].
    intros Eo. assert (H : In (v, v0) open); [|now rewrite Eo in H].
    apply Hopen. repeat split; auto. intros [L [Hind HlL]].
    change (dist v v0) with (to v [v0]) in Hind. rewrite <- E in Hind.
    pose proof (one_centre_each V (h V [v0]) [v0] L
      ltac:(intros x [<-|[]]; auto) Hind ltac:(now apply h_covers)). simpl in *; lia. }
  destruct (least_member (fun xy => dist (fst xy) (snd xy)) open Hne) as [[x y] [Hxy Hmin]].
  apply Hopen in Hxy as [Hx [Hy Hn]]. exists (dist x y). split; [split; auto; now exists x, y|].
  intros r [[x' [y' [Hx' [Hy' ->]]]] Hn']. apply (Hmin (x', y')). now apply Hopen.
Qed.

Theorem bottleneck V k : V <> [] -> (1 <= k)%nat ->
  (exists r S, threshold V k r /\ maximal V r S) /\
  forall r S, threshold V k r -> maximal V r S ->
    (length S <= k)%nat /\
    forall C, C <> [] -> incl C V -> (length C <= k)%nat -> h V S <= 2 * h V C.
Proof.
  intros HV Hk. split.
  - destruct (threshold_exists V k HV Hk) as [r Hr].
    assert (H0 : 0 <= r) by (destruct Hr as [[[x [y [_ [_ ->]]]] _] _]; apply dist_pos).
    destruct (maximal_exists V r H0) as [S HS]. now exists r, S.
  - intros r S [[Hd Hn] Hleast] HS.
    assert (H0 : 0 <= r) by (destruct Hd as [x [y [_ [_ ->]]]]; apply dist_pos).
    split.
    + apply Nat.nlt_ge. intros Hlt. apply Hn. exists (firstn (Datatypes.S k) S).
      destruct HS as [[HSV Hind] _]. split; [split|].
      * intros x Hx. apply HSV. rewrite <- (firstn_skipn (Datatypes.S k) S). apply in_or_app; auto.
      * revert Hind. rewrite <- (firstn_skipn (Datatypes.S k) S) at 1.
        generalize (firstn (Datatypes.S k) S) as L, (skipn (Datatypes.S k) S) as L'.
        induction L as [|x L IH]; intros L' H; [constructor|]. simpl in H.
        inversion H as [|? ? Hx HL]; subst. constructor; [|now apply (IH L')].
        rewrite Forall_forall in *. intros y Hy. apply Hx, in_or_app; auto.
      * apply firstn_length_le. lia.
    + intros C HC HCV HlC.
      apply Rle_trans with (2 * r); [apply (maximal_covers V r S S); auto using incl_refl|].
      apply Rmult_le_compat_l; [lra|]. apply Rnot_lt_le. intros Hlt.
      assert (Href : refuted V k (h V C)).
      { apply NNPP. intros Hnr. specialize (Hleast (h V C)).
        assert (r <= h V C) by (apply Hleast; auto using h_is_distance). lra. }
      pose proof (refuted_below V k _ C Href HC HCV HlC). lra.
Qed.

End Bottleneck.

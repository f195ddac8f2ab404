(* covering.nn-optimal: S' = {nn(p)} has d_H(S', P) = h(P -> V), the minimum of d_H(S, P) over all
   nonempty S within V.
   covering.saturation: the smallest d_H(S_p, P) over |S_p| <= K_p is h(P -> V) for every
   K_p >= L = |P|; at most L tokens reach it.

   [nn_optimal] and [saturation] are these statements for finite sets in any metric space, with any
   nearest neighbour where several are equally near. *)

From MobTheory Require Export Metric Infimum.

Section Neighbours.
Context {X : space}.
Implicit Types (p v : X) (V P S : list X).

Definition nearest V p v : Prop := In v V /\ dist p v = to p V.

(* S lists a nearest neighbour of each token of P. *)
Definition neighbours V P S : Prop := Forall2 (nearest V) P S.

(* The distances d_H(S, P) of the nonempty S within V of at most n tokens. *)
Definition alignments V P (n : nat) (r : R) : Prop :=
  exists S, S <> [] /\ incl S V /\ (length S <= n)%nat /\ r = d_H S P.

Lemma neighbours_exist V P : V <> [] -> exists S, neighbours V P S.
Proof.
  intros HV. induction P as [|p P [S HS]]; [exists []; constructor|].
  destruct (to_attained p V HV) as [v [Hv E]]. exists (v :: S). now constructor.
Qed.

Lemma neighbours_of_prompt V P S : neighbours V P S -> forall p, In p P ->
  exists v, In v S /\ nearest V p v.
Proof.
  induction 1 as [|p v P S Hv _ IH]; [easy|intros q [<-|Hq]; [exists v; simpl; auto|]].
  destruct (IH q Hq) as [w [Hw Hn]]. exists w; simpl; auto.
Qed.

Lemma neighbours_have_prompt V P S : neighbours V P S -> forall v, In v S ->
  exists p, In p P /\ nearest V p v.
Proof.
  induction 1 as [|p v P S Hv _ IH]; [easy|intros w [<-|Hw]; [exists p; simpl; auto|]].
  destruct (IH w Hw) as [q [Hq Hn]]. exists q; simpl; auto.
Qed.

(* dist(p, S) >= dist(p, V) for every S within V. *)
Lemma alignment_floor V P S : S <> [] -> incl S V -> h P V <= d_H S P.
Proof.
  intros HS HI. eapply Rle_trans; [|apply h_le_d_H']. now apply h_incl_right.
Qed.

(* What consists of a nearest neighbour of each prompt token, and of nothing else, is optimal. *)
Lemma nearest_alignment V P S : S <> [] -> P <> [] -> incl S V ->
  (forall p, In p P -> exists v, In v S /\ nearest V p v) ->
  (forall v, In v S -> exists p, In p P /\ nearest V p v) ->
  d_H S P = h P V.
Proof.
  intros HS HP HI Hof Hhave. apply Rle_antisym; [|now apply alignment_floor].
  apply d_H_le; auto with metric. split.
  - intros v Hv. destruct (Hhave v Hv) as [p [Hp [_ E]]]. exists p; split; auto.
    rewrite dist_sym, E. now apply h_ge.
  - intros p Hp. destruct (Hof p Hp) as [v [Hv [_ E]]]. exists v; split; auto.
    rewrite E. now apply h_ge.
Qed.

Lemma neighbours_incl V P S : neighbours V P S -> incl S V.
Proof. intros HN v Hv. destruct (neighbours_have_prompt V P S HN v Hv) as [p [_ [H _]]]. auto. Qed.

Lemma neighbours_not_nil V P S : neighbours V P S -> P <> [] -> S <> [].
Proof. intros HN HP. now destruct HN. Qed.

Lemma neighbours_length V P S : neighbours V P S -> length S = length P.
Proof. induction 1; simpl; congruence. Qed.

(* {nn(p)} as a set, each token once. *)
Definition neighbour_set V P S : Prop :=
  exists S', neighbours V P S' /\ NoDup S /\ incl S S' /\ incl S' S.

Lemma neighbour_set_exists V P : V <> [] -> exists S, neighbour_set V P S.
Proof.
  intros HV. destruct (neighbours_exist V P HV) as [S HS].
  exists (nodup (fun x y => decide (x = y)) S), S. split; [auto|split; [apply NoDup_nodup|]].
  split; intros x Hx; now apply nodup_In in Hx || apply nodup_In.
Qed.

Lemma neighbour_set_spec V P S : neighbour_set V P S -> P <> [] ->
  S <> [] /\ incl S V /\ (length S <= length P)%nat /\ d_H S P = h P V.
Proof.
  intros [S' [HN [Hnd [HI HI']]]] HP.
  assert (HS' : S' <> []) by eauto using neighbours_not_nil.
  assert (HS : S <> []) by (intros ->; destruct S' as [|s S']; [easy|apply (HI' s); now left]).
  assert (HV : incl S V) by (intros v Hv; apply (neighbours_incl V P S'); auto).
  repeat split; auto.
  - rewrite <- (neighbours_length V P S' HN). now apply NoDup_incl_length.
  - apply nearest_alignment; auto.
    + intros p Hp. destruct (neighbours_of_prompt V P S' HN p Hp) as [v [Hv Hn]]. exists v; auto.
    + intros v Hv. apply (neighbours_have_prompt V P S'); auto.
Qed.

Theorem nn_optimal V P : V <> [] -> P <> [] ->
  (exists S', neighbours V P S') /\
  forall S', neighbours V P S' ->
    d_H S' P = h P V /\ S' <> [] /\ incl S' V /\
    forall S, S <> [] -> incl S V -> d_H S' P <= d_H S P.
Proof.
  intros HV HP. split; [now apply neighbours_exist|]. intros S' HN.
  assert (E : d_H S' P = h P V).
  { apply nearest_alignment; eauto using neighbours_not_nil, neighbours_incl,
      neighbours_of_prompt, neighbours_have_prompt. }
  repeat split; eauto using neighbours_not_nil, neighbours_incl.
  intros S HS HI. rewrite E. now apply alignment_floor.
Qed.

Theorem saturation V P (K_p : nat) : V <> [] -> P <> [] -> (length P <= K_p)%nat ->
  is_minimum (alignments V P K_p) (h P V) /\ alignments V P (length P) (h P V).
Proof.
  intros HV HP HK. destruct (nn_optimal V P HV HP) as [[S HN] H].
  destruct (H S HN) as [E [HS [HI _]]].
  pose proof (neighbours_length V P S HN). repeat split.
  - exists S; repeat split; auto. lia.
  - intros r [S' [HS' [HI' [_ ->]]]]. now apply alignment_floor.
  - exists S; repeat split; auto. lia.
Qed.

End Neighbours.

(* theorem-1.eta-bound-product, refuted. The claim, in two readings: for some admissible z and radii
   of any size, or for every admissible z and radii in (delta, eps_0]: (eta/z)^2 <= eps_p eps_v.

   [product_fails_for_some]: an instance with an admissible z in which every admissible z violates
   it. [product_fails_for_every]: an instance with both radii in (delta, eps_0] and an admissible z
   that violates it. Both are the registered counterexample, V = {0, 10000, 10100}, P = {1},
   S_p = {0}, S_v = {10000}, K = 2, where eps_p eps_v = 10000, with delta = 200 and 1/4. *)

From MobTheory Require Export LineCovers CouplingTerm.

Definition far_pair : list line := [0 : line; 10000 : line; 10100 : line].

Lemma product_eps_p : d_H [0 : line] [1 : line] = 1.
Proof.
  apply Rle_antisym.
  - apply d_H_le; [easy|easy|lra|]. split; intros x Hx; cases Hx;
      [exists (1 : line)|exists (0 : line)]; (split; [now left|line_dist; lra]).
  - eapply Rle_trans; [|apply h_le_d_H]. eapply Rle_trans; [|apply (h_ge (0 : line)); now left].
    apply to_ge; [easy|]. intros b Hb. cases Hb; line_dist; lra.
Qed.

Lemma product_eps_v : d_H [10000 : line] far_pair = 10000.
Proof.
  apply Rle_antisym.
  - apply d_H_le; [easy|easy|lra|]. split; intros x Hx.
    + exists (10000 : line). split; [simpl; auto|]. cases Hx; line_dist; lra.
    + exists (10000 : line). split; [now left|]. cases Hx; line_dist; lra.
  - eapply Rle_trans; [|apply h_le_d_H']. eapply Rle_trans; [|apply (h_ge (0 : line)); now left].
    apply to_ge; [easy|]. intros b Hb. cases Hb; line_dist; lra.
Qed.

Lemma product_eta : d_H far_pair [1 : line] = 10099.
Proof.
  apply Rle_antisym.
  - apply d_H_le; [easy|easy|lra|]. split; intros x Hx.
    + exists (1 : line). split; [now left|]. cases Hx; line_dist; lra.
    + exists (0 : line). split; [simpl; auto|]. cases Hx; line_dist; lra.
  - eapply Rle_trans; [|apply h_le_d_H].
    eapply Rle_trans; [|apply (h_ge (10100 : line)); simpl; auto].
    apply to_ge; [easy|]. intros b Hb. cases Hb; line_dist; lra.
Qed.

Lemma product_admissible delta r : 0 <= delta < r -> r < 5050 ->
  admissible [1 : line] far_pair 2 delta (d_H far_pair [1 : line] / r).
Proof.
  intros Hr Hr'. unfold admissible. rewrite product_eta.
  replace (10099 / (10099 / r)) with r by (field; lra).
  repeat split; try lra; [apply Rdiv_lt_0_compat; lra|].
  pose proof (N_at_least_1 [1 : line] r ltac:(lra) ltac:(easy)).
  pose proof (N_at_least_2 far_pair 0 10100 r ltac:(simpl; auto) ltac:(simpl; auto)
    ltac:(lra) ltac:(lra)). lia.
Qed.

Theorem product_fails_for_some :
  exists (V P S_p S_v : list line) (K : nat) (delta : R),
    incl S_p V /\ incl S_v V /\ S_p <> [] /\ S_v <> [] /\ P <> [] /\
    (length S_p + length S_v <= K)%nat /\ 0 <= delta /\
    (exists z, admissible P V K delta z) /\
    forall z, admissible P V K delta z -> d_H S_p P * d_H S_v V < (d_H V P / z) ^ 2.
Proof.
  exists far_pair, [1 : line], [0 : line], [10000 : line], 2%nat, 200.
  repeat split; try easy; try lra; try (intros x [<-|[]]; simpl; auto).
  - exists (d_H far_pair [1 : line] / 201). apply product_admissible; lra.
  - intros z [_ [Hr _]]. rewrite product_eps_p, product_eps_v. nra.
Qed.

Theorem product_fails_for_every :
  exists (V P S_p S_v : list line) (K : nat) (delta eps0 : R),
    incl S_p V /\ incl S_v V /\ S_p <> [] /\ S_v <> [] /\ P <> [] /\
    (length S_p + length S_v <= K)%nat /\ 0 <= delta /\
    delta < d_H S_p P <= eps0 /\ delta < d_H S_v V <= eps0 /\
    exists z, admissible P V K delta z /\ d_H S_p P * d_H S_v V < (d_H V P / z) ^ 2.
Proof.
  exists far_pair, [1 : line], [0 : line], [10000 : line], 2%nat, (1 / 4), 20000.
  rewrite product_eps_p, product_eps_v.
  repeat split; try easy; try lra; try (intros x [<-|[]]; simpl; auto).
  exists (d_H far_pair [1 : line] / 5049). split; [apply product_admissible; lra|].
  rewrite product_eta. replace (10099 / (10099 / 5049)) with 5049 by field. lra.
Qed.

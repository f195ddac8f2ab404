(* theorem-1.coupling-term, refuted. The claim: D_2 eta^2 quantifies the coupling and dominates for
   small K: at the smallest budget, K = 2, D_1 K^(-2/d) <= sup_z D_2 eta^2 = sup_z (eta/z)^2.

   [coupling_term_fails]: an instance on the real line with an admissible z in which the supremum is
   at most 9/16 and D_1 K^(-2/d) = 1: V = {0, 2}, P = {3/4, 11/4}, a = a' = d = 1. *)

From Coq Require Import Rpower.
From MobTheory Require Export AttainmentFails.

Theorem coupling_term_fails :
  exists (V P : list line) (a a' d delta eps0 supremum : R),
    V <> [] /\ P <> [] /\ 0 < a /\ 0 < a' /\ 0 < d /\ 0 < delta < eps0 /\
    regular_below P a d delta eps0 /\ regular_below V a' d delta eps0 /\
    (exists z, admissible P V 2 delta z) /\
    (forall z, admissible P V 2 delta z -> (d_H V P / z) ^ 2 <= supremum) /\
    supremum < Rpower (4 * a * a') (1 / d) / Rpower (INR 2) (2 / d).
Proof.
  set (V := [0 : line; 2 : line]). set (P := [3 / 4 : line; 11 / 4 : line]).
  assert (Heta : d_H V P = 3 / 4).
  { apply Rle_antisym.
    - apply d_H_le; [easy|easy|lra|]. split; intros x Hx; cases Hx;
        [exists (3 / 4 : line)|exists (11 / 4 : line)|exists (0 : line)|exists (2 : line)];
        (split; [simpl; auto|line_dist; lra]).
    - eapply Rle_trans; [|apply h_le_d_H].
      eapply Rle_trans; [|apply (h_ge (0 : line)); now left].
      apply to_ge; [easy|]. intros b Hb. cases Hb; line_dist; lra. }
  exists V, P, 1, 1, 1, (1 / 2), 10, (9 / 16).
  refine (conj _ (conj _ (conj _ (conj _ (conj _ (conj _ (conj _ (conj _ (conj _
    (conj _ _))))))))));
    try easy; try lra.
  - apply pair_regular. lra.
  - apply pair_regular. lra.
  - exists (d_H V P / (5 / 8)). unfold admissible. rewrite Heta.
    replace (3 / 4 / (3 / 4 / (5 / 8))) with (5 / 8) by field.
    repeat split; try lra. unfold P, V. rewrite !N_pair by lra. lia.
  - intros z [_ [Hr _]]. rewrite Heta in *. nra.
  - replace (1 / 1) with 1 by field. replace (2 / 1) with (1 + 1) by field. simpl INR.
    rewrite Rpower_plus, !Rpower_1 by lra. lra.
Qed.

(* theorem-1.attainment, refuted. The claim: some S_p, S_v within V with |S_p| + |S_v| <= K have
   both radii at most eps* = max{eta/z, sqrt(D_1) K^(-1/d)}, D_1 = (4 a a')^(1/d).

   [attainment_fails]: on the real line, for one budget and one choice of constants, and for every
   M, there are V and P, regular with these constants, with an admissible z, such that for every
   admissible z and all nonempty S_p, S_v within V the larger radius exceeds M eps*. So no constant
   repairs the claim. V = {0, 2}, P = {T, T + 2}, K = 2: eps* <= 1, but
   eps_p >= h(P -> V) >= T - 2. *)

From Coq Require Import Rpower.
From MobTheory Require Export LineCovers CouplingTerm BudgetTerm.

Definition eps_star (eta z a a' d : R) (K : nat) : R :=
  Rmax (eta / z) (Rpower (4 * a * a') (1 / (2 * d)) / Rpower (INR K) (1 / d)).

Section Instance.
Variable T : R.
Hypothesis apart : 10 <= T.

Let V : list line := [0 : line; 2 : line].
Let P : list line := [T : line; T + 2 : line].

Lemma attainment_coupling : 1 <= d_H V P.
Proof.
  eapply Rle_trans; [|apply h_le_d_H]. eapply Rle_trans; [|apply (h_ge (0 : line)); now left].
  apply to_ge; [easy|]. intros b Hb. cases Hb; line_dist; lra.
Qed.

Lemma attainment_floor (S_p : list line) : S_p <> [] -> incl S_p V -> T - 2 <= d_H S_p P.
Proof.
  intros HS HI. eapply Rle_trans; [|now apply (prompt_floor P V)].
  eapply Rle_trans; [|apply (h_ge (T : line)); now left].
  apply to_ge; [easy|]. intros b Hb. cases Hb; line_dist; lra.
Qed.

Lemma attainment_admissible_exists : exists z, admissible P V 2 (1 / 2) z.
Proof.
  pose proof attainment_coupling. exists (d_H V P / (3 / 4)). unfold admissible.
  replace (d_H V P / (d_H V P / (3 / 4))) with (3 / 4) by (field; lra).
  repeat split; try lra. unfold P, V. rewrite !N_pair by lra. lia.
Qed.

Lemma attainment_admissible z : admissible P V 2 (1 / 2) z -> d_H V P / z < 1.
Proof.
  intros [_ [_ HN]]. apply Rnot_le_lt. intros Hle.
  pose proof (N_pair_close 0 2 (d_H V P / z) ltac:(lra)).
  pose proof (N_pair_close T (T + 2) (d_H V P / z) ltac:(lra)). unfold P, V in *. lia.
Qed.

End Instance.

Lemma pair_regular (x y : line) : y = x + 2 -> regular_below [x; y] 1 1 (1 / 2) 10.
Proof.
  intros -> r Hr. destruct (Rlt_or_le r 1) as [H|H].
  - rewrite N_pair by lra. apply (regular_at 2); [lia|lra|simpl; lra].
  - apply (regular_at 1); [apply N_at_least_1; [lra|easy]|lra|simpl; lra].
Qed.

Lemma budget_part_is_1 : Rpower (4 * 1 * 1) (1 / (2 * 1)) / Rpower (INR 2) (1 / 1) = 1.
Proof.
  replace (1 / (2 * 1)) with (/ 2) by field. replace (1 / 1) with 1 by field.
  replace (4 * 1 * 1) with (2 * 2) by ring. simpl INR.
  rewrite Rpower_sqrt, sqrt_square, Rpower_1 by lra. field.
Qed.

Theorem attainment_fails :
  exists (K : nat) (a a' d delta eps0 : R),
    (2 <= K)%nat /\ 0 < a /\ 0 < a' /\ 0 < d /\ 0 < delta < eps0 /\
    forall M : R, exists V P : list line,
      regular_below P a d delta eps0 /\ regular_below V a' d delta eps0 /\
      (exists z, admissible P V K delta z) /\
      forall z S_p S_v, admissible P V K delta z ->
        S_p <> [] -> S_v <> [] -> incl S_p V -> incl S_v V ->
        M * eps_star (d_H V P) z a a' d K < Rmax (d_H S_p P) (d_H S_v V).
Proof.
  exists 2%nat, 1, 1, 1, (1 / 2), 10. repeat split; try lia; try lra.
  intros M. set (T := Rabs M + 10). pose proof (Rabs_pos M). pose proof (Rle_abs M).
  assert (HT : 10 <= T) by (unfold T; lra).
  exists [0 : line; 2 : line], [T : line; T + 2 : line].
  refine (conj _ (conj _ (conj (attainment_admissible_exists T HT) _))).
  - now apply pair_regular.
  - apply pair_regular. lra.
  - intros z S_p S_v Hz HSp HSv HIp HIv.
    assert (He : eps_star (d_H [0 : line; 2 : line] [T : line; T + 2 : line]) z 1 1 1 2 = 1).
    { unfold eps_star. rewrite budget_part_is_1. apply Rmax_right.
      left. now apply attainment_admissible. }
    rewrite He. pose proof (attainment_floor T HT S_p HSp HIp).
    eapply Rlt_le_trans; [|apply Rmax_l]. unfold T in *. lra.
Qed.

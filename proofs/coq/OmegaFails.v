(* remark.omega, refuted. The claim: since eps_p and eps_v are Omega of eps*, the error is
   guaranteed at that level: if both radii are at least eps*, then |dy| <= C eps*.

   [omega_fails]: for every M there are tokens on the real line and an F that is Lipschitz with
   C = 1, with an admissible z, such that for every admissible z both radii are at least eps* and
   |dy| > M C eps*. So no constant repairs the claim. V = {0, 2, m}, P = {0}, S_p = {2}, S_v = {0},
   K = 3, and F(X) = dist(m, X): eps* <= 1, and the token m is lost. *)

From Coq Require Import Rpower.
From MobTheory Require Export Hausdorff SeededSampling AttainmentFails.

(* The distance to a fixed point is Lipschitz in d_H with constant 1. *)
Lemma probe_lipschitz {X : space} (o : X) : lipschitz (fun A : list X => to o A : line) 1.
Proof.
  split; [lra|]. intros A B HA HB. rewrite Rmult_1_l.
  assert (H : forall A B : list X, A <> [] -> B <> [] -> to o A <= to o B + d_H A B).
  { clear A B HA HB. intros A B HA HB. destruct (to_attained o B HB) as [b [Hb ->]].
    pose proof (to_tri o b A HA). pose proof (h_ge b B A Hb). pose proof (h_le_d_H' A B). lra. }
  pose proof (H A B HA HB). pose proof (H B A HB HA). rewrite (d_H_sym B A) in *.
  unfold dist; simpl. apply Rabs_le. lra.
Qed.

Section Instance.
Variable m : R.
Hypothesis far : 10 <= m.

Let V : list line := [0 : line; 2 : line; m : line].
Let P : list line := [0 : line].

Lemma omega_N_V r : 0 <= r < 1 -> N V r = 3%nat.
Proof.
  intros Hr. apply Nat.le_antisymm; [apply (N_le _ _ V); now apply covers_itself|].
  destruct (N_attained V r) as [C [<- HC]]; [lra|].
  change 3%nat with (length V). apply (packing r (2 * r) V ltac:(lra)); auto.
  repeat (constructor; [apply Forall_forall; intros y Hy; cases Hy; line_dist; lra|]). constructor.
Qed.

Lemma omega_regular : regular_below V (1 / 4) 1 (1 / 4) m.
Proof.
  intros r Hr. apply (regular_at 1); [apply N_at_least_1; [lra|easy]|lra|simpl; lra].
Qed.

Lemma omega_eta : 1 <= d_H V P.
Proof.
  eapply Rle_trans; [|apply h_le_d_H]. eapply Rle_trans; [|apply (h_ge (2 : line)); simpl; auto].
  apply to_ge; [easy|]. intros b Hb. cases Hb; line_dist; lra.
Qed.

Lemma omega_admissible_exists : exists z, admissible P V 3 (1 / 4) z.
Proof.
  pose proof omega_eta. exists (d_H V P / (3 / 4)). unfold admissible.
  replace (d_H V P / (d_H V P / (3 / 4))) with (3 / 4) by (field; lra).
  repeat split; try lra. rewrite omega_N_V by lra.
  pose proof (N_at_least_1 P (3 / 4) ltac:(lra) ltac:(easy)). lia.
Qed.

Lemma omega_admissible z : admissible P V 3 (1 / 4) z -> d_H V P / z < 1.
Proof.
  intros [_ [_ HN]]. apply Rnot_le_lt. intros Hle. set (r := d_H V P / z) in *.
  pose proof (N_le P r P (covers_itself P r ltac:(lra))).
  assert (covers r [1 : line; m : line] V).
  { intros x Hx. cases Hx; [exists (1 : line)|exists (1 : line)|exists (m : line)];
      (split; [simpl; auto|line_dist; lra]). }
  pose proof (N_le V r _ H0). simpl in *. lia.
Qed.

Lemma omega_radii : 1 <= d_H [2 : line] P /\ 1 <= d_H [0 : line] V.
Proof.
  split; (eapply Rle_trans; [|apply h_le_d_H']).
  - eapply Rle_trans; [|apply (h_ge (0 : line)); now left].
    apply to_ge; [easy|]. intros b Hb. cases Hb; line_dist; lra.
  - eapply Rle_trans; [|apply (h_ge (2 : line)); simpl; auto].
    apply to_ge; [easy|]. intros b Hb. cases Hb; line_dist; lra.
Qed.

Lemma omega_error :
  m - 2 <= dist (to (m : line) (V ++ P) : line) (to (m : line) (([2 : line] ++ [0 : line]) ++ P)).
Proof.
  rewrite (to_member (m : line) (V ++ P)) by (simpl; auto).
  assert (H : m - 2 <= to (m : line) (([2 : line] ++ [0 : line]) ++ P)).
  { apply to_ge; [easy|]. intros b Hb. cases Hb; line_dist; lra. }
  revert H. generalize (to (m : line) (([2 : line] ++ [0 : line]) ++ P)). intros q H.
  line_dist; lra.
Qed.

End Instance.

Theorem omega_fails :
  exists (K : nat) (a a' d delta eps0 : R),
    (2 <= K)%nat /\ 0 < a /\ 0 < a' /\ 0 < d /\ 0 < delta < eps0 /\
    forall M : R, exists (V P S_p S_v : list line) (F : list line -> line) (C : R),
      regular_below P a d delta eps0 /\ regular_below V a' d delta eps0 /\
      incl (S_p ++ S_v) V /\ S_p <> [] /\ S_v <> [] /\ P <> [] /\
      (length S_p + length S_v <= K)%nat /\ 0 < C /\ lipschitz F C /\
      (exists z, admissible P V K delta z) /\
      forall z, admissible P V K delta z ->
        let e := eps_star (d_H V P) z a a' d K in
        e <= d_H S_p P /\ e <= d_H S_v V /\
        M * (C * e) < dist (F (V ++ P)) (F ((S_p ++ S_v) ++ P)).
Proof.
  exists 3%nat, (1 / 4), (1 / 4), 1, (1 / 4), 10. repeat split; try lia; try lra.
  intros M. set (m := Rabs M + 10). pose proof (Rabs_pos M) as HM0. pose proof (Rle_abs M) as HM.
  assert (Hm : 10 <= m) by (unfold m; lra).
  exists [0 : line; 2 : line; m : line], [0 : line], [2 : line], [0 : line],
    (fun A => to (m : line) A : line), 1.
  refine (conj _ (conj _ (conj _ (conj _ (conj _ (conj _ (conj _ (conj _ (conj _
    (conj _ _))))))))));
    try easy; try lra; try (simpl; lia).
  - intros r Hr. apply (regular_at 1); [apply N_at_least_1; [lra|easy]|lra|simpl; lra].
  - intros r Hr. apply (omega_regular m). lra.
  - intros x Hx. simpl in *. tauto.
  - apply probe_lipschitz.
  - now apply omega_admissible_exists.
  - intros z Hz e. destruct (omega_radii m) as [Hp Hv].
    assert (He : 0 < e <= 1).
    { unfold e, eps_star. pose proof (omega_admissible m z Hz).
      replace (1 / (2 * 1)) with (/ 2) by field. replace (1 / 1) with 1 by field. simpl INR.
      rewrite Rpower_sqrt, Rpower_1 by lra.
      replace (4 * (1 / 4) * (1 / 4)) with (1 / 2 * (1 / 2)) by field.
      rewrite sqrt_square by lra. split.
      - eapply Rlt_le_trans; [|apply Rmax_r]. lra.
      - apply Rmax_lub; lra. }
    repeat split; try lra. eapply Rlt_le_trans; [|now apply omega_error].
    assert (M * e <= Rabs M * e) by (apply Rmult_le_compat_r; lra).
    assert (Rabs M * e <= Rabs M * 1) by (apply Rmult_le_compat_l; lra).
    unfold m. lra.
Qed.

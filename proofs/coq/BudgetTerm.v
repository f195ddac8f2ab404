(* Regular sets: a r^-d <= N(A, r) <= b r^-d for all radii r in (delta, eps_0], d any positive real.

   theorem-1.k-bound: if P and V are regular from below, with a and a', and both radii lie in
   (delta, eps_0], then D_1 K^(-2/d) <= eps_p eps_v with D_1 = (4 a a')^(1/d). [k_bound] is this
   statement for finite sets in any metric space. [k_bound_max] is the form for the maximum, with
   a + a' in place of 2 sqrt(a a'); there only the larger radius has to lie in the range. *)

From Coq Require Import Rpower.
From MobTheory Require Export CoveringNumbers.

Section Budget.
Context {X : space}.
Implicit Types (A P V S_p S_v : list X) (K : nat) (a b d delta : R).

Definition regular_below A a d delta (eps0 : R) : Prop :=
  forall r, delta < r <= eps0 -> a * Rpower r (- d) <= INR (N A r).

Definition regular_above A b d delta (eps0 : R) : Prop :=
  forall r, delta < r <= eps0 -> INR (N A r) <= b * Rpower r (- d).

Lemma Rpower_pos x y : 0 < Rpower x y.
Proof. apply exp_pos. Qed.

Lemma root_le x y d : 0 < d -> 0 < x <= y -> Rpower x (1 / d) <= Rpower y (1 / d).
Proof.
  intros Hd Hxy. apply Rle_Rpower_l; auto. unfold Rdiv. rewrite Rmult_1_l. left.
  now apply Rinv_0_lt_compat.
Qed.

Lemma root_power x d : 0 < x -> 0 < d -> Rpower (Rpower x d) (1 / d) = x.
Proof.
  intros Hx Hd. rewrite Rpower_mult. replace (d * (1 / d)) with 1 by (field; lra).
  now apply Rpower_1.
Qed.

Theorem k_bound P V S_p S_v K a a' d delta eps0 :
  P <> [] -> V <> [] -> S_p <> [] -> S_v <> [] -> (length S_p + length S_v <= K)%nat ->
  0 <= delta -> 0 < d -> 0 < a -> 0 < a' ->
  regular_below P a d delta eps0 -> regular_below V a' d delta eps0 ->
  delta < d_H S_p P <= eps0 -> delta < d_H S_v V <= eps0 ->
  Rpower (4 * a * a') (1 / d) / Rpower (INR K) (2 / d) <= d_H S_p P * d_H S_v V.
Proof.
  intros HP HV HSp HSv HK Hdelta Hd Ha Ha' HrP HrV Hp Hv.
  destruct (definition_1 P V S_p S_v HP HV HSp HSv) as [Np Nv].
  set (p := d_H S_p P) in *. set (v := d_H S_v V) in *.
  specialize (HrP p Hp). specialize (HrV v Hv).
  apply le_INR in Np, Nv, HK. rewrite plus_INR in HK.
  pose proof (Rpower_pos p (- d)) as Hx. pose proof (Rpower_pos v (- d)) as Hy.
  set (x := Rpower p (- d)) in *. set (y := Rpower v (- d)) in *.
  assert (Hax : 0 < a * x) by now apply Rmult_lt_0_compat.
  assert (Hay : 0 < a' * y) by now apply Rmult_lt_0_compat.
  assert (HK0 : 0 < INR K) by lra.
  assert (Hsum : a * x + a' * y <= INR K) by lra.
  (* the inequality of the arithmetic and geometric means *)
  assert (Hmeans : 4 * a * a' * (x * y) <= INR K * INR K).
  { apply Rle_trans with ((a * x + a' * y) * (a * x + a' * y)).
    - pose proof (Rle_0_sqr (a * x - a' * y)). unfold Rsqr in *. lra.
    - apply Rmult_le_compat; lra. }
  set (q := Rpower (p * v) d).
  assert (Hq : 0 < q) by apply Rpower_pos.
  assert (Hxy : x * y = / q).
  { unfold x, y, q. rewrite Rpower_mult_distr, Rpower_Ropp by lra. reflexivity. }
  assert (Hkq : 0 < 4 * a * a' <= INR K * INR K * q).
  { split; [nra|]. rewrite Hxy in Hmeans.
    apply Rmult_le_compat_r with (r := q) in Hmeans; [|lra].
    now rewrite Rmult_assoc, Rinv_l, Rmult_1_r in Hmeans by lra. }
  apply (root_le _ _ d Hd) in Hkq. pose proof (Rpower_pos (INR K) (2 / d)).
  apply Rmult_le_reg_r with (Rpower (INR K) (2 / d)); auto.
  unfold Rdiv at 1. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra.
  eapply Rle_trans; [exact Hkq|]. right.
  rewrite <- Rpower_mult_distr by (auto using Rmult_lt_0_compat).
  unfold q. rewrite root_power by (try apply Rmult_lt_0_compat; lra).
  rewrite Rmult_comm. f_equal. rewrite <- Rpower_mult_distr, <- Rpower_plus by auto.
  f_equal. field. lra.
Qed.

Theorem k_bound_max P V S_p S_v K a a' d delta eps0 :
  P <> [] -> V <> [] -> S_p <> [] -> S_v <> [] -> (length S_p + length S_v <= K)%nat ->
  0 <= delta -> 0 < d -> 0 < a -> 0 < a' ->
  regular_below P a d delta eps0 -> regular_below V a' d delta eps0 ->
  delta < Rmax (d_H S_p P) (d_H S_v V) <= eps0 ->
  Rpower ((a + a') / INR K) (1 / d) <= Rmax (d_H S_p P) (d_H S_v V).
Proof.
  intros HP HV HSp HSv HK Hdelta Hd Ha Ha' HrP HrV Hm.
  destruct (definition_1 P V S_p S_v HP HV HSp HSv) as [Np Nv].
  pose proof (N_antitone P _ _ (d_H_pos S_p P) (Rmax_l (d_H S_p P) (d_H S_v V))) as Mp.
  pose proof (N_antitone V _ _ (d_H_pos S_v V) (Rmax_r (d_H S_p P) (d_H S_v V))) as Mv.
  set (m := Rmax (d_H S_p P) (d_H S_v V)) in *.
  specialize (HrP m Hm). specialize (HrV m Hm).
  apply le_INR in Np, Nv, Mp, Mv, HK. rewrite plus_INR in HK.
  pose proof (Rpower_pos m d) as Hq. rewrite Rpower_Ropp in *. set (q := Rpower m d) in *.
  assert (Hqi : 0 < / q) by now apply Rinv_0_lt_compat.
  assert (HK0 : 0 < INR K) by nra.
  assert (Hsum : (a + a') / INR K <= q).
  { apply Rmult_le_reg_r with (INR K * / q); [now apply Rmult_lt_0_compat|].
    replace ((a + a') / INR K * (INR K * / q)) with ((a + a') * / q) by (field; lra).
    replace (q * (INR K * / q)) with (INR K) by (field; lra). nra. }
  rewrite <- (root_power m d) by lra. apply root_le; auto. split; auto.
  apply Rdiv_lt_0_compat; lra.
Qed.

End Budget.

(* lemma-3.vacuity: for every nonempty bounded P, every t > 0 and 0 < delta < eps_0, with
   a = delta^t and b = N(P, delta) eps_0^t,
     a r^-t <= 1 <= N(P, r) <= N(P, delta) <= b r^-t   for all r in (delta, eps_0].

   [vacuity] is this statement for every bounded subset of R^d, finite or not, with the Euclidean
   distance; [vacuity_in] for every set, in any metric space, that finitely many balls of radius
   delta cover. A bounded set is one ([bounded_coverable] of Grid.v), and N(P, r) is then a true
   covering number at every radius of the range. *)

From Coq Require Import Rpower.
From MobTheory Require Export Grid.

Theorem vacuity_in {X : space} (A : X -> Prop) (C : list X) (t delta eps0 : R) :
  (exists x, A x) -> ball_cover delta C A -> 0 < t -> 0 < delta < eps0 ->
  let a := Rpower delta t in
  let b := INR (number A delta) * Rpower eps0 t in
  forall r, delta < r <= eps0 ->
    a * Rpower r (- t) <= 1 /\ 1 <= INR (number A r) /\
    INR (number A r) <= INR (number A delta) /\ INR (number A delta) <= b * Rpower r (- t).
Proof.
  intros [x Hx] HC Ht Hd a b r Hr.
  assert (HCr : ball_cover r C A) by (apply (ball_cover_wider delta); auto; lra).
  assert (Hpow : forall u v, 0 < u <= v -> Rpower u t * Rpower v (- t) <= 1).
  { intros u v Huv. pose proof (exp_pos (t * ln v)) as Hv.
    change (exp (t * ln v)) with (Rpower v t) in Hv.
    rewrite Rpower_Ropp. apply Rmult_le_reg_r with (Rpower v t); auto.
    rewrite Rmult_assoc, Rinv_l, Rmult_1_r, Rmult_1_l by lra. apply Rle_Rpower_l; lra. }
  refine (conj _ (conj _ (conj _ _))).
  - apply Hpow; lra.
  - apply (le_INR 1). now apply (number_positive A r C x).
  - apply le_INR. apply (number_antitone A delta r C); auto; lra.
  - assert (H1 : 1 <= Rpower eps0 t * Rpower r (- t)).
    { pose proof (exp_pos (t * ln r)) as Hv. change (exp (t * ln r)) with (Rpower r t) in Hv.
      rewrite Rpower_Ropp. apply Rmult_le_reg_r with (Rpower r t); auto.
      rewrite Rmult_assoc, Rinv_l, Rmult_1_r, Rmult_1_l by lra. apply Rle_Rpower_l; lra. }
    unfold b. rewrite Rmult_assoc. pose proof (pos_INR (number A delta)). nra.
Qed.

Theorem vacuity (d : nat) (A : euclidean d -> Prop) (t delta eps0 : R) :
  (exists x, A x) -> bounded A -> 0 < t -> 0 < delta < eps0 ->
  let a := Rpower delta t in
  let b := INR (number A delta) * Rpower eps0 t in
  forall r, delta < r <= eps0 ->
    a * Rpower r (- t) <= 1 /\ 1 <= INR (number A r) /\
    INR (number A r) <= INR (number A delta) /\ INR (number A delta) <= b * Rpower r (- t).
Proof.
  intros HA HB Ht Hd. destruct (bounded_coverable d A delta HB ltac:(lra)) as [C HC].
  now apply (vacuity_in A C).
Qed.

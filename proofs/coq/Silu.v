(* SiLU, t/(1 + exp(-t)): |SiLU t| <= |t|, and it is Lipschitz with 1.0999, both used by
   attention.layer. No claim is stated here. *)
Require Import Reals Lra.
Open Scope R_scope.

Definition silu (t : R) : R := t / (1 + exp (- t)).

Lemma silu_le t : Rabs (silu t) <= Rabs t.
Proof.
  pose proof (exp_pos (- t)). unfold silu, Rdiv. rewrite Rabs_mult.
  rewrite <- (Rmult_1_r (Rabs t)) at 2. apply Rmult_le_compat_l; [apply Rabs_pos|].
  rewrite Rabs_pos_eq by (left; apply Rinv_0_lt_compat; lra).
  rewrite <- Rinv_1. apply Rinv_le_contravar; lra.
Qed.

(* exp(-2.4) <= 0.09078, by squaring 1 + 2.4/2^16 <= exp(2.4/2^16) sixteen times, rounded down *)
Lemma exp_double x a b : 0 <= a -> a <= exp x -> b <= a * a -> b <= exp (2 * x).
Proof.
  intros Ha Hx Hb. replace (2 * x) with (x + x) by ring. rewrite exp_plus. nra.
Qed.

Ltac squared H n :=
  match type of H with ?a <= exp ?x =>
    let H' := fresh in
    assert (H' : n / 1000000000 <= exp (2 * x)) by (apply (exp_double x a); [lra|exact H|lra]);
    clear H; rename H' into H
  end.

Lemma exp_bound : exp (- (24 / 10)) <= 9078 / 100000.
Proof.
  assert (H : 1000036621 / 1000000000 <= exp (24 / 655360))
    by (pose proof (exp_ineq1_le (24 / 655360)); lra).
  squared H 1000073243. squared H 1000146491. squared H 1000293003. squared H 1000586091.
  squared H 1001172525. squared H 1002346424. squared H 1004698353. squared H 1009418780.
  squared H 1018926273. squared H 1038210749. squared H 1077881559. squared H 1161828655.
  squared H 1349845823. squared H 1822083745. squared H 3319989173. squared H 11022328108.
  match type of H with _ <= exp ?x => replace x with (24 / 10) in H by field end.
  rewrite exp_Ropp. rewrite <- (Rinv_inv (9078 / 100000)). apply Rinv_le_contravar; lra.
Qed.

(* the derivative of SiLU lies within +-1.0999 *)
Definition silu' (t : R) : R := (1 + exp (- t) + t * exp (- t)) / (1 + exp (- t)) ^ 2.

Lemma silu_derivable t : derivable_pt_lim silu t (silu' t).
Proof.
  assert (E : derivable_pt_lim (fun x => exp (- x)) t (exp (- t) * -1)).
  { apply (derivable_pt_lim_comp (fun x => - x) exp).
    - replace (-1) with (- (1)) by ring. apply (derivable_pt_lim_opp id), derivable_pt_lim_id.
    - apply derivable_pt_lim_exp. }
  assert (D : derivable_pt_lim (fun x => 1 + exp (- x)) t (0 + exp (- t) * -1)).
  { apply (derivable_pt_lim_plus (fct_cte 1)); [apply derivable_pt_lim_const|exact E]. }
  pose proof (exp_pos (- t)).
  pose proof (derivable_pt_lim_div id (fun x => 1 + exp (- x)) t 1 (0 + exp (- t) * -1)
    (derivable_pt_lim_id t) D) as Q.
  replace (silu' t) with ((1 * (1 + exp (- t)) - (0 + exp (- t) * -1) * id t) /
    Rsqr (1 + exp (- t))).
  - apply Q. lra.
  - unfold silu', id, Rsqr. field. lra.
Qed.

Lemma silu'_bound t : Rabs (silu' t) <= 10999 / 10000.
Proof.
  pose proof (exp_pos (- t)) as Hx. unfold silu'. set (x := exp (- t)) in *.
  assert (Hd : 0 < (1 + x) ^ 2) by (apply pow_lt; lra).
  apply Rabs_le. split; apply (Rmult_le_reg_r ((1 + x) ^ 2)); try exact Hd;
    replace ((1 + x + t * x) / (1 + x) ^ 2 * (1 + x) ^ 2) with (1 + x + t * x) by (field; lra).
  - (* -t <= x - 1 *)
    pose proof (exp_ineq1_le (- t)) as I. fold x in I. nra.
  - (* the tangent at 2.4: t x <= x0 - x + 2.4 x, x0 = exp(-2.4) *)
    pose proof (exp_ineq1_le (t - 24 / 10)) as I.
    assert (J : exp (t - 24 / 10) * x = exp (- (24 / 10))).
    { unfold x. rewrite <- exp_plus. f_equal. ring. }
    pose proof exp_bound. apply (Rmult_le_compat_r x) in I; [|lra].
    assert (0 <= Rsqr (x - 91 / 1000)) by apply Rle_0_sqr. unfold Rsqr in *. nra.
Qed.

Theorem silu_lipschitz a b : Rabs (silu a - silu b) <= 10999 / 10000 * Rabs (a - b).
Proof.
  assert (H : forall x y, x < y -> Rabs (silu y - silu x) <= 10999 / 10000 * Rabs (y - x)).
  { intros x y Hxy. destruct (MVT_cor2 silu silu' x y Hxy) as [c [E _]].
    - intros; apply silu_derivable.
    - rewrite E, Rabs_mult. apply Rmult_le_compat_r; [apply Rabs_pos|apply silu'_bound]. }
  destruct (Rtotal_order a b) as [L|[-> |L]].
  - rewrite Rabs_minus_sym, (Rabs_minus_sym a b). now apply H.
  - unfold Rminus. rewrite !Rplus_opp_r, Rabs_R0. lra.
  - now apply H.
Qed.

(* attention.budget-split: S_p the K_p heaviest tokens, S_v a cover with K_v = K - K_p centres.
   - [product_law]: Phi(S) <= m(D) h(V -> S), and so Phi <= tail(K_p) 2 (b'/K_v)^{1/d} once
     the kept tokens contain S_p and cover within 2 (b'/K_v)^{1/d} (what seeded farthest-point
     sampling guarantees, claim covering.seeded-fps).
   - [budget_split], the registered claim: with tail(K_p) = c K_p^-gamma the bound is smallest over
     0 < K_p < K exactly at K_p = K gamma d/(1 + gamma d).
   - [exponential_split]: with tail c exp(-K_p/tau) it is smallest at K_v = tau/d if tau/d < K;
     [exponential_split_no_prompt]: at K_p = 0 if tau/d >= K; [exponential_split_one_cover]: at
     K_v = 1 if tau/d <= 1 and K_v >= 1 is required; [exponential_split_clamped]: all three cases
     at once, K_v = tau/d cut to [1, K].
   - [split_vanishes]: the share goes to 0 with gamma. [interior_law_not_global]: K_p = 0, where
     the tail is at most 1, can be better than the interior minimum.
   K_p is real here, as in the closed form. *)
Require Import Reals List Lra.
From MobTheory Require Import WeightedSum Greedy.
Import ListNotations.
Open Scope R_scope.

(* --- the product law --- *)
Section ProductLaw.
Context {T : Type}.
Variables (X : list T) (w : T -> R) (dist : T -> T -> R) (kept : T -> bool).
Hypothesis Hw : forall i, In i X -> 0 <= w i.
Hypothesis dist_refl : forall x, dist x x = 0.
Let S := filter kept X.
Let D := filter (fun i => negb (kept i)) X.

(* Phi: the attention-weighted distance to the kept tokens *)
Definition weighted_distance : R := Sum X (fun v => w v * dist_to (dist v) S).

Theorem product_law (h : R) : (forall v, In v X -> dist_to (dist v) S <= h) ->
  weighted_distance <= Sum D w * h.
Proof.
  intros Hh. unfold weighted_distance. rewrite (Sum_filter X kept). fold S D.
  assert (Sum S (fun v => w v * dist_to (dist v) S) <= 0).
  { rewrite <- (Sum_zero S (fun v => w v * 0)) by (intros; ring). apply Sum_le. intros v Hv.
    assert (0 <= w v) by (apply filter_In in Hv; now apply Hw).
    apply Rmult_le_compat_l; [assumption|]. rewrite <- (dist_refl v). now apply dist_to_le. }
  assert (Sum D (fun v => w v * dist_to (dist v) S) <= Sum D w * h).
  { rewrite <- Sum_scale_r. apply Sum_le. intros v Hv. apply filter_In in Hv.
    apply Rmult_le_compat_l; [now apply Hw|now apply Hh]. }
  lra.
Qed.

(* [heavy] marks the prompt and the K_p heaviest visual tokens; its complement is the tail *)
Theorem product_bound (heavy : T -> bool) (tail Kv b' d : R) :
  (forall i, In i X -> heavy i = true -> kept i = true) ->
  Sum (filter (fun i => negb (heavy i)) X) w <= tail ->
  (forall v, In v X -> dist_to (dist v) S <= 2 * Rpower (b' / Kv) (1 / d)) ->
  weighted_distance <= tail * (2 * Rpower (b' / Kv) (1 / d)).
Proof.
  intros Hheavy Htail Hh. eapply Rle_trans; [apply product_law, Hh|].
  apply Rmult_le_compat_r.
  - apply Rmult_le_pos; [lra|left; apply exp_pos].
  - eapply Rle_trans; [|exact Htail]. unfold D. rewrite !Sum_mask. apply Sum_le. intros i Hi.
    specialize (Hheavy i Hi). specialize (Hw i Hi).
    destruct (heavy i); simpl; [rewrite Hheavy by reflexivity; simpl; lra|].
    destruct (kept i); simpl; lra.
Qed.
End ProductLaw.

(* --- the best split --- *)
(* tangent of the logarithm, with its equality case *)
Lemma ln_tangent y : 0 < y -> ln y <= y - 1.
Proof.
  intros Hy. pose proof (exp_ineq1_le (ln y)) as H. rewrite exp_ln in H by exact Hy. lra.
Qed.

Lemma ln_tangent_strict y : 0 < y -> y <> 1 -> ln y < y - 1.
Proof.
  intros Hy Hne. pose proof (exp_ineq1 (ln y)) as H. rewrite exp_ln in H by exact Hy.
  assert (ln y <> 0) by (intros E; apply Hne, ln_inv; [exact Hy|lra|now rewrite ln_1]).
  specialize (H H0). lra.
Qed.

Lemma ln_ratio a b : 0 < a -> 0 < b -> ln a = ln b + ln (a / b).
Proof.
  intros. rewrite <- ln_mult; [f_equal; field; lra|assumption|now apply Rdiv_lt_0_compat].
Qed.

Section Split.
Variables c gamma tau d b' K : R.
Hypothesis (Hc : 0 < c) (Hg : 0 < gamma) (Htau : 0 < tau) (Hd : 0 < d) (Hb : 0 < b') (HK : 0 < K).

Definition cover (Kv : R) : R := 2 * Rpower (b' / Kv) (1 / d).
Definition power_bound (Kp : R) : R := c * Rpower Kp (- gamma) * cover (K - Kp).
Definition exponential_bound (Kp : R) : R := c * exp (- Kp / tau) * cover (K - Kp).

(* both bounds are exp of a constant minus a concave function *)
Lemma power_bound_exp x : 0 < x < K ->
  power_bound x = exp (ln (2 * c) + ln b' / d - (gamma * ln x + ln (K - x) / d)).
Proof.
  intros Hx. unfold power_bound, cover, Rpower.
  rewrite (ln_ratio (K - x) b') by lra.
  replace (ln (b' / (K - x))) with (- ln ((K - x) / b')).
  2:{ rewrite <- ln_Rinv by (apply Rdiv_lt_0_compat; lra). f_equal. field. lra. }
  replace (ln (2 * c) + ln b' / d - (gamma * ln x + (ln b' + ln ((K - x) / b')) / d))
    with (ln (2 * c) + (- gamma * ln x + 1 / d * - ln ((K - x) / b'))) by (field; lra).
  rewrite !exp_plus, exp_ln by lra. ring.
Qed.

Lemma exponential_bound_exp x : x < K ->
  exponential_bound x = exp (ln (2 * c) + ln b' / d - (x / tau + ln (K - x) / d)).
Proof.
  intros Hx. unfold exponential_bound, cover, Rpower.
  rewrite (ln_ratio (K - x) b') by lra.
  replace (ln (b' / (K - x))) with (- ln ((K - x) / b')).
  2:{ rewrite <- ln_Rinv by (apply Rdiv_lt_0_compat; lra). f_equal. field. lra. }
  replace (ln (2 * c) + ln b' / d - (x / tau + (ln b' + ln ((K - x) / b')) / d))
    with (ln (2 * c) + (- x / tau + 1 / d * - ln ((K - x) / b'))) by (field; lra).
  rewrite !exp_plus, exp_ln by lra. ring.
Qed.

Lemma exp_le x y : x <= y -> exp x <= exp y.
Proof. intros [H| ->]; [left; now apply exp_increasing|lra]. Qed.

Theorem budget_split :
  let best := K * gamma * d / (1 + gamma * d) in
  0 < best < K /\
  forall x, 0 < x < K ->
    power_bound best <= power_bound x /\ (power_bound x = power_bound best -> x = best).
Proof.
  intros best. assert (Hgd : 0 < gamma * d) by nra.
  assert (E : K - best = K / (1 + gamma * d)) by (unfold best; field; lra).
  assert (H0 : 0 < K - best) by (rewrite E; apply Rdiv_lt_0_compat; lra).
  assert (H1 : 0 < best) by (unfold best; apply Rdiv_lt_0_compat; nra).
  split; [lra|]. intros x Hx.
  (* gamma / best = 1 / (d (K - best)): the two tangents cancel *)
  assert (T : gamma * (x / best - 1) + ((K - x) / (K - best) - 1) / d = 0).
  { rewrite E. unfold best. field. nra. }
  rewrite !power_bound_exp by lra.
  rewrite (ln_ratio x best), (ln_ratio (K - x) (K - best)) by lra.
  assert (P : 0 < x / best) by (apply Rdiv_lt_0_compat; lra).
  assert (Q : 0 < (K - x) / (K - best)) by (apply Rdiv_lt_0_compat; lra).
  assert (Hd' : 0 < / d) by now apply Rinv_0_lt_compat.
  pose proof (ln_tangent _ P). pose proof (ln_tangent _ Q). unfold Rdiv in *. split.
  - apply exp_le. nra.
  - intros Heq. apply exp_inv in Heq. destruct (Req_dec x best) as [|Hne]; [assumption|exfalso].
    assert (Hne' : x * / best <> 1).
    { intros E1. apply Hne. apply (Rmult_eq_reg_r (/ best));
      [|now apply Rgt_not_eq, Rinv_0_lt_compat].
      rewrite E1. field. lra. }
    pose proof (ln_tangent_strict _ P Hne'). nra.
Qed.

(* the exponent y/tau - ln y / d, y = K_v, grows away from tau/d *)
Lemma exponent_le y0 y : 0 < y0 -> 0 < y -> (y - y0) * (1 / tau - 1 / (d * y0)) >= 0 ->
  y0 / tau - ln y0 / d <= y / tau - ln y / d /\
  (y <> y0 -> y0 / tau - ln y0 / d < y / tau - ln y / d).
Proof.
  intros H0 Hy Hs. rewrite (ln_ratio y y0) by lra.
  assert (P : 0 < y / y0) by (apply Rdiv_lt_0_compat; lra).
  assert (Hd' : 0 < / d) by now apply Rinv_0_lt_compat.
  assert (A : (y / y0 - 1) / d <= (y - y0) / tau).
  { replace ((y / y0 - 1) / d) with ((y - y0) * (1 / (d * y0))) by (field; lra).
    unfold Rdiv in *. lra. }
  split.
  - pose proof (ln_tangent _ P). unfold Rdiv in *. nra.
  - intros Hne. assert (Hne' : y / y0 <> 1).
    { intros E1. apply Hne. replace y with (y / y0 * y0) by (field; lra). rewrite E1. ring. }
    pose proof (ln_tangent_strict _ P Hne'). unfold Rdiv in *. nra.
Qed.

Lemma exponential_compare x0 x : x0 < K -> x < K ->
  (x0 - x) * (1 / tau - 1 / (d * (K - x0))) >= 0 ->
  exponential_bound x0 <= exponential_bound x /\
  (exponential_bound x = exponential_bound x0 -> x = x0).
Proof.
  intros H0 Hx Hs. destruct (exponent_le (K - x0) (K - x)) as [L M]; try lra.
  rewrite !exponential_bound_exp by assumption. split.
  - apply exp_le. unfold Rdiv in *. lra.
  - intros Heq. apply exp_inv in Heq. destruct (Req_dec x x0) as [|Hne]; [assumption|exfalso].
    assert (K - x <> K - x0) by lra. specialize (M H). unfold Rdiv in *. lra.
Qed.

Theorem exponential_split : tau / d < K ->
  let best := K - tau / d in
  0 < best < K /\
  forall x, x < K -> exponential_bound best <= exponential_bound x /\
                     (exponential_bound x = exponential_bound best -> x = best).
Proof.
  intros Hlt best. assert (0 < tau / d) by now apply Rdiv_lt_0_compat.
  split; [unfold best; lra|]. intros x Hx. apply exponential_compare; [unfold best; lra|exact Hx|].
  replace (1 / (d * (K - best))) with (1 / tau) by (unfold best; field; lra). lra.
Qed.

Theorem exponential_split_no_prompt : K <= tau / d ->
  forall x, 0 <= x < K -> exponential_bound 0 <= exponential_bound x /\
                          (exponential_bound x = exponential_bound 0 -> x = 0).
Proof.
  intros Hle x Hx. apply exponential_compare; [lra|lra|].
  assert (d * K <= tau).
  { apply (Rmult_le_compat_l d) in Hle; [|lra].
    replace (d * (tau / d)) with tau in Hle by (field; lra). exact Hle. }
  assert (0 < d * K) by nra.
  assert (/ tau <= / (d * K)) by (apply Rinv_le_contravar; lra).
  rewrite Rminus_0_r. unfold Rdiv. rewrite !Rmult_1_l. nra.
Qed.

Theorem exponential_split_one_cover : tau / d <= 1 ->
  forall x, x <= K - 1 -> exponential_bound (K - 1) <= exponential_bound x /\
                          (exponential_bound x = exponential_bound (K - 1) -> x = K - 1).
Proof.
  intros Hle x Hx. apply exponential_compare; [lra|lra|].
  assert (tau <= d).
  { apply (Rmult_le_compat_l d) in Hle; [|lra].
    replace (d * (tau / d)) with tau in Hle by (field; lra). lra. }
  assert (/ d <= / tau) by (apply Rinv_le_contravar; lra).
  replace (d * (K - (K - 1))) with d by ring. unfold Rdiv. rewrite !Rmult_1_l. nra.
Qed.

(* with 1 <= K_v <= K required: at K_v = tau/d, moved to the nearer end if it is outside *)
Theorem exponential_split_clamped : 1 <= K ->
  let best := Rmin (Rmax (tau / d) 1) K in
  1 <= best <= K /\
  forall Kv, 1 <= Kv <= K ->
    exponential_bound (K - best) <= exponential_bound (K - Kv) /\
    (exponential_bound (K - Kv) = exponential_bound (K - best) -> Kv = best).
Proof.
  intros HK1 best.
  assert (Hbest : 1 <= best <= K).
  { split; [apply Rmin_glb; [apply Rmax_r|exact HK1]|apply Rmin_r]. }
  split; [exact Hbest|]. intros Kv Hv.
  destruct (exponential_compare (K - best) (K - Kv)) as [L M]; [lra|lra| |].
  - replace (K - best - (K - Kv)) with (Kv - best) by ring.
    replace (d * (K - (K - best))) with (d * best) by ring.
    assert (Hslope : forall y, 0 < y -> (y <= tau / d -> 1 / tau <= 1 / (d * y)) /\
                                        (tau / d <= y -> 1 / (d * y) <= 1 / tau)).
    { intros y Hy. assert (0 < d * y) by nra.
      assert (E : d * (tau / d) = tau) by (field; lra).
      unfold Rdiv at 2 3 5 6. rewrite !Rmult_1_l.
      split; intros H1; apply (Rmult_le_compat_l d) in H1; try lra;
        apply Rinv_le_contravar; lra. }
    unfold best, Rmin, Rmax in *.
    destruct (Rle_dec (tau / d) 1) as [H1|H1].
    + destruct (Rle_dec 1 K); [|lra]. destruct (Hslope 1) as [_ Q]; [lra|]. specialize (Q H1). nra.
    + destruct (Rle_dec (tau / d) K) as [H2|H2].
      * replace (1 / (d * (tau / d))) with (1 / tau) by (field; lra). lra.
      * destruct (Hslope K) as [Q _]; [exact HK|]. specialize (Q ltac:(lra)). nra.
  - split; [exact L|]. intros E. specialize (M E). lra.
Qed.

Theorem split_vanishes eps : 0 < eps ->
  exists g0, 0 < g0 /\ forall g, 0 < g < g0 -> 0 < K * g * d / (1 + g * d) < eps.
Proof.
  intros He. exists (eps / (K * d)). assert (HKd : 0 < K * d) by nra.
  split; [now apply Rdiv_lt_0_compat|]. intros g [G0 G1]. assert (0 < g * d) by nra.
  split; [apply Rdiv_lt_0_compat; nra|].
  apply (Rmult_lt_compat_r (K * d)) in G1; [|exact HKd].
  replace (eps / (K * d) * (K * d)) with eps in G1 by (field; lra).
  apply (Rmult_lt_reg_r (1 + g * d)); [lra|].
  replace (K * g * d / (1 + g * d) * (1 + g * d)) with (K * g * d) by (field; lra). nra.
Qed.

End Split.

(* c = 30, gamma = d = 1, K = 48, 2 b' = 1: the law says K_p = 24 and a bound of 1/24 (the tail
   is at most 1); K_p = 0 has 1/48 *)
Theorem interior_law_not_global :
  let tail Kp := Rmin 1 (30 / Kp) in
  48 * 1 * 1 / (1 + 1 * 1) = 24 /\
  1 * cover 1 (1 / 2) (48 - 0) < tail 24 * cover 1 (1 / 2) (48 - 24).
Proof.
  intros tail. split; [lra|]. unfold cover. replace (1 / 1) with 1 by lra.
  rewrite !Rpower_1 by lra. unfold tail. rewrite Rmin_left by lra. lra.
Qed.

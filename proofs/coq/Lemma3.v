(* lemma-3, unsatisfiable. The claim: if a_delta r^-t <= N(P_delta, r) <= b_delta r^-t for all r in
   (0, eps_0], P_delta the closed delta-neighbourhood of P, then a r^-t <= N(P, r) <= b r^-t on
   (delta, eps_0], a = min{a_delta 2^-t, (eps_0 - delta)^t}, b = max{b_delta, N(P, delta)}.

   [lemma_3_implication]: the implication is true, for every nonempty set of a metric space whose
   neighbourhood has finite covers. [lemma_3_unsatisfiable]: in R^d its hypothesis holds for no
   nonempty bounded P and no exponent t other than d, since P_delta contains a ball. *)

From Coq Require Import Rpower.
From MobTheory Require Export SeededSampling Grid.

Definition neighbourhood {X : space} (A : X -> Prop) (delta : R) : X -> Prop :=
  fun x => exists a, A a /\ dist x a <= delta.

Definition regular {X : space} (A : X -> Prop) (a b t low high : R) : Prop :=
  forall r, low < r <= high ->
    a * Rpower r (- t) <= INR (number A r) <= b * Rpower r (- t).

Lemma Rpower_positive x y : 0 < Rpower x y.
Proof. apply exp_pos. Qed.

Lemma Rpower_falls x y t : 0 < x <= y -> 0 <= t -> Rpower y (- t) <= Rpower x (- t).
Proof.
  intros Hxy Ht. rewrite !Rpower_Ropp. apply Rinv_le_contravar; [apply Rpower_positive|].
  apply Rle_Rpower_l; auto.
Qed.

Theorem lemma_3_implication {X : space} (A : X -> Prop) (a_delta b_delta t delta eps0 : R) :
  (exists x, A x) -> (forall r, 0 < r -> exists C, ball_cover r C (neighbourhood A delta)) ->
  0 < t -> 0 < delta < eps0 -> 0 < a_delta ->
  regular (neighbourhood A delta) a_delta b_delta t 0 eps0 ->
  regular A (Rmin (a_delta * Rpower 2 (- t)) (Rpower (eps0 - delta) t))
    (Rmax b_delta (INR (number A delta))) t delta eps0.
Proof.
  intros [x Hx] Hfin Ht Hd Ha Hreg r Hr.
  assert (Hsub : forall C s, ball_cover s C (neighbourhood A delta) -> ball_cover s C A).
  { intros C s HC y Hy. apply HC. exists y; split; auto. rewrite dist_refl; lra. }
  destruct (Hfin r ltac:(lra)) as [C HC].
  destruct (number_spec A r C (Hsub C r HC)) as [[C' [HlC' HC']] _].
  pose proof (Rpower_positive r (- t)) as Hpos. split.
  - destruct (Rle_or_lt (r + delta) eps0) as [Hin|Hout].
    + assert (Hball : ball_cover (r + delta) C' (neighbourhood A delta)).
      { intros y [z [Hz Hyz]]. destruct (HC' z Hz) as [c [Hc Hd']]. exists c; split; auto.
        pose proof (dist_tri y z c). lra. }
      destruct (number_spec _ _ _ Hball) as [_ Hle]. rewrite HlC' in Hle. apply le_INR in Hle.
      destruct (Hreg (r + delta) ltac:(lra)) as [Hlow _].
      pose proof (Rpower_falls (r + delta) (2 * r) t ltac:(lra) ltac:(lra)) as Hfall.
      rewrite <- Rpower_mult_distr in Hfall by lra.
      apply Rle_trans with (a_delta * Rpower 2 (- t) * Rpower r (- t)).
      * apply Rmult_le_compat_r; [lra|apply Rmin_l].
      * rewrite Rmult_assoc. eapply Rle_trans; [|eapply Rle_trans; [exact Hlow|exact Hle]].
        apply Rmult_le_compat_l; lra.
    + apply Rle_trans with 1.
      * apply Rle_trans with (Rpower (eps0 - delta) t * Rpower r (- t)).
        -- apply Rmult_le_compat_r; [lra|apply Rmin_r].
        -- rewrite Rpower_Ropp. pose proof (Rpower_positive r t).
           apply Rmult_le_reg_r with (Rpower r t); auto.
           rewrite Rmult_assoc, Rinv_l, Rmult_1_r, Rmult_1_l by lra. apply Rle_Rpower_l; lra.
      * apply (le_INR 1). now apply (number_positive A r C x); [apply Hsub|].
  - apply Rle_trans with (b_delta * Rpower r (- t)).
    + destruct (number_spec _ _ _ HC) as [[C2 [HlC2 HC2]] _].
      eapply Rle_trans; [|apply Hreg; lra]. apply le_INR. rewrite <- HlC2.
      apply number_spec. now apply Hsub.
    + apply Rmult_le_compat_r; [lra|apply Rmax_l].
Qed.

(* --- in R^d the exponent is d --- *)

Lemma Rpower_unbounded s B r0 : 0 < s -> 0 < r0 -> exists r, 0 < r <= r0 /\ B < Rpower r (- s).
Proof.
  intros Hs Hr0. pose proof (Rabs_pos B). pose proof (Rle_abs B).
  set (q := Rpower (Rabs B + 1) (- (1 / s))).
  assert (Hq : 0 < q) by apply Rpower_positive.
  exists (Rmin r0 q). assert (Hr : 0 < Rmin r0 q) by now apply Rmin_glb_lt.
  repeat split; [auto|apply Rmin_l|].
  pose proof (Rpower_falls (Rmin r0 q) q s (conj Hr (Rmin_r _ _)) ltac:(lra)) as Hf.
  unfold q at 1 in Hf. rewrite Rpower_mult in Hf.
  replace (- (1 / s) * - s) with 1 in Hf by (field; lra). rewrite Rpower_1 in Hf by lra. lra.
Qed.

Lemma pow_quotient d c r : 0 < c -> 0 < r -> (c / r) ^ d = Rpower c (INR d) * Rpower r (- INR d).
Proof.
  intros Hc Hr. rewrite <- Rpower_pow by (now apply Rdiv_lt_0_compat). unfold Rdiv.
  rewrite <- Rpower_mult_distr by auto using Rinv_0_lt_compat. f_equal.
  rewrite <- (Rpower_1 r) at 1 by auto. rewrite <- Rpower_Ropp, Rpower_mult. f_equal. ring.
Qed.

(* Few balls are enough: at most (c / r)^d. *)
Lemma number_at_most d (A : euclidean d -> Prop) : bounded A -> exists c, 0 < c /\
  forall r, 0 < r <= 1 -> INR (number A r) <= (c / r) ^ d.
Proof.
  intros [o [M0 HM0]]. set (M := Rabs M0). pose proof (Rabs_pos M0) as HM. fold M in HM.
  assert (HMA : forall x, A x -> euclid d x o <= M).
  { intros x Hx. eapply Rle_trans; [now apply HM0|apply Rle_abs]. }
  pose proof (pos_INR d). set (w := 2 * M * (INR d + 1)).
  assert (Hw : 0 <= w) by (unfold w; repeat apply Rmult_le_pos; lra).
  exists (w + 2). split; [lra|]. intros r Hr.
  assert (Hq : 0 <= w / r) by (apply Rmult_le_pos; [auto|left; apply Rinv_0_lt_compat; lra]).
  assert (Eq : w / r * r = w) by (field; lra).
  destruct (natural_above (w / r) Hq) as [n [Hn1 Hn2]].
  destruct (bounded_cover d A o M r n HMA ltac:(lra)) as [C [HlC HC]]; [fold w; nra|].
  destruct (number_spec A r C HC) as [_ Hle]. rewrite HlC in Hle. apply le_INR in Hle.
  eapply Rle_trans; [exact Hle|]. rewrite pow_INR. apply pow_incr. split; [apply pos_INR|].
  rewrite S_INR. apply Rmult_le_reg_r with r; [lra|].
  replace ((w + 2) / r * r) with (w + 2) by (field; lra). nra.
Qed.

(* Few balls are not enough: a ball of radius delta needs at least (c / r)^d. *)
Lemma number_at_least d (A : euclidean d -> Prop) delta : (exists x, A x) -> bounded A ->
  0 < delta -> exists c, 0 < c /\
  forall r, 0 < r <= c -> (c / r) ^ d <= INR (number (neighbourhood A delta) r).
Proof.
  intros [p Hp] HA Hd. pose proof (pos_INR d). set (c := delta / (6 * (INR d + 1))).
  assert (Hc : 0 < c) by (apply Rdiv_lt_0_compat; lra).
  assert (Ec : c * (6 * (INR d + 1)) = delta) by (unfold c; field; lra).
  exists c; split; auto. intros r Hr.
  assert (Hq : 1 <= c / r).
  { apply Rmult_le_reg_r with r; [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra. }
  assert (Eq : c / r * r = c) by (field; lra).
  destruct (natural_above (c / r) ltac:(lra)) as [n [Hn1 Hn2]].
  destruct (separated_grid d n (3 * r) ltac:(lra)) as [L [HlL [HL Hpairs]]].
  set (L' := map (fun x i => p i + x i) L : list (euclidean d)).
  assert (HL' : forall x, In x L' -> neighbourhood A delta x).
  { intros x Hx. apply in_map_iff in Hx as [y [<- Hy]]. exists p; split; auto.
    apply Rle_trans with (INR d * (INR n * (3 * r))).
    - apply euclid_le_coordinates.
      + apply Rmult_le_pos; [apply pos_INR|lra].
      + intros i _. destruct (HL y i Hy). replace (p i + y i - p i) with (y i) by ring.
        rewrite Rabs_right; lra.
    - assert (INR n * (3 * r) <= 6 * c) by nra.
      apply Rle_trans with (INR d * (6 * c)); [now apply Rmult_le_compat_l|]. lra. }
  assert (Hbounded : bounded (neighbourhood A delta)).
  { destruct HA as [o [M HM]]. exists o, (delta + M). intros x [y [Hy Hxy]].
    pose proof (dist_tri x y o). specialize (HM y Hy). lra. }
  destruct (bounded_coverable d _ r Hbounded ltac:(lra)) as [C0 HC0].
  destruct (number_spec _ _ _ HC0) as [[C [<- HC]] _].
  apply Rle_trans with (INR (length L')).
  - unfold L'. rewrite map_length, HlL, pow_INR. apply pow_incr. lra.
  - apply le_INR, (packing r (2 * r) L' ltac:(lra)); [|intros x Hx; now apply HC, HL'].
    unfold L', separated. clear - Hpairs Hr.
    induction Hpairs as [|x L Hx HL IH]; simpl; constructor; auto.
    apply Forall_forall. intros y Hy. apply in_map_iff in Hy as [z [<- Hz]].
    rewrite Forall_forall in Hx. destruct (Hx z Hz) as [i [Hi Hw]].
    apply Rlt_le_trans with (3 * r); [lra|]. eapply Rle_trans; [exact Hw|].
    replace (x i - z i) with (p i + x i - (p i + z i)) by ring.
    apply (coordinate_le d i (fun i => p i + x i) (fun i => p i + z i) Hi).
Qed.

Theorem lemma_3_unsatisfiable d (A : euclidean d -> Prop) (a_delta b_delta t delta eps0 : R) :
  (exists x, A x) -> bounded A -> 0 < delta < eps0 -> 0 < a_delta ->
  regular (neighbourhood A delta) a_delta b_delta t 0 eps0 -> t = INR d.
Proof.
  intros HA HB Hd Ha Hreg. destruct (Rtotal_order t (INR d)) as [Hlt|[|Hgt]]; auto; exfalso.
  - destruct (number_at_least d A delta HA HB ltac:(lra)) as [c [Hc Hlow]].
    pose proof (Rpower_positive c (INR d)) as Hcd.
    destruct (Rpower_unbounded (INR d - t) (b_delta / Rpower c (INR d)) (Rmin c eps0))
      as [r [Hr Hbig]]; [lra|apply Rmin_glb_lt; lra|].
    pose proof (Rmin_l c eps0). pose proof (Rmin_r c eps0).
    specialize (Hlow r ltac:(lra)). rewrite pow_quotient in Hlow by lra.
    destruct (Hreg r ltac:(lra)) as [_ Hup].
    replace (- INR d) with (- t + - (INR d - t)) in Hlow by ring. rewrite Rpower_plus in Hlow.
    pose proof (Rpower_positive r (- t)) as Ht.
    set (x := Rpower r (- t)) in *. set (y := Rpower r (- (INR d - t))) in *.
    set (q := Rpower c (INR d)) in *.
    assert (b_delta < y * q).
    { apply Rmult_lt_compat_r with (r := q) in Hbig; auto. unfold Rdiv in Hbig.
      rewrite Rmult_assoc, Rinv_l, Rmult_1_r in Hbig; lra. }
    assert (b_delta * x < y * q * x) by now apply Rmult_lt_compat_r. lra.
  - assert (HBn : bounded (neighbourhood A delta)).
    { destruct HB as [o [M HM]]. exists o, (delta + M). intros x [y [Hy Hxy]].
      pose proof (dist_tri x y o). specialize (HM y Hy). lra. }
    destruct (number_at_most d _ HBn) as [c [Hc Hup]].
    destruct (Rpower_unbounded (t - INR d) (Rpower c (INR d) / a_delta) (Rmin 1 eps0))
      as [r [Hr Hbig]]; [lra|apply Rmin_glb_lt; lra|].
    pose proof (Rmin_l 1 eps0). pose proof (Rmin_r 1 eps0).
    specialize (Hup r ltac:(lra)). rewrite pow_quotient in Hup by lra.
    destruct (Hreg r ltac:(lra)) as [Hlow _].
    replace (- t) with (- INR d + - (t - INR d)) in Hlow by ring. rewrite Rpower_plus in Hlow.
    pose proof (Rpower_positive r (- INR d)) as Hx.
    set (x := Rpower r (- INR d)) in *. set (y := Rpower r (- (t - INR d))) in *.
    set (q := Rpower c (INR d)) in *.
    assert (q < y * a_delta).
    { apply Rmult_lt_compat_r with (r := a_delta) in Hbig; auto. unfold Rdiv in Hbig.
      rewrite Rmult_assoc, Rinv_l, Rmult_1_r in Hbig; lra. }
    assert (q * x < y * a_delta * x) by now apply Rmult_lt_compat_r. lra.
Qed.

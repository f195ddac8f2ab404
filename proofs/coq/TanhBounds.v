(* attention.tanh: X = K ++ D, the dropped tokens D are assigned to kept ones by p. With softmax
   weights w, a_s = w_s + sum_{p v = s} w_v, rho_s = a_s / w_s over all kept tokens, diam the
   diameter of the kept values,
     log-count: ||o - o~||  <= sum_D w_v ||u_v - u_{p v}|| + diam tanh(delta_s / 2),
     plain:     ||o - o_S|| <= sum_D w_v ||u_v - u_{p v}|| + diam tanh(log(rho_max/rho_min) / 4).
   [tanh_bounds] is the registered claim, both bounds, for any logits, values, norm and assignment.
   [TotalVariation.tv_tanh] is the inequality behind it.
   [hybrid_bound] is attention.hybrid-bound, D1 merged and D2 discarded, as general. *)
Require Import Reals List Lra Lia.
From MobTheory Require Import WeightedSum Seminorm TotalVariation HybridIdentity.
Import ListNotations.
Open Scope R_scope.

Section Tanh.
Context {T C : Type}.
Variable eq_dec : forall x y : T, {x = y} + {x <> y}.
Variables (N : (C -> R) -> R) (HN : seminorm N).
Variables (K : list T) (p : T -> T) (s : T -> R) (u : T -> C -> R) (diam : R).
Hypothesis HK : K <> [].
Hypothesis HND : NoDup K.
Hypothesis Hdiam : forall i j, In i K -> In j K -> N (fun c => u i c - u j c) <= diam.

Lemma K_member : exists k, In k K.
Proof. destruct K as [|k K']; [contradiction|]. exists k. now left. Qed.

Lemma diam_nonneg : 0 <= diam.
Proof.
  destruct K_member as [k Hk].
  apply Rle_trans with (N (fun c => u k c - u k c)); [now apply norm_nonneg|auto].
Qed.

Lemma exp_mono x y : x <= y -> exp x <= exp y.
Proof. intros [H| ->]; [left; now apply exp_increasing|lra]. Qed.

Section OneAssignment.
Variable D : list T.
Hypothesis Hp : forall v, In v D -> In (p v) K.
Let X := K ++ D.
Let w := softmax X s.
Let o := attend X w u.

(* the weight that the kept token j stands for *)
Definition gathered (j : T) : R := w j + Sum (assigned eq_dec p D j) w.

Lemma X_not_nil : X <> [].
Proof. unfold X. destruct K; [contradiction|discriminate]. Qed.

Lemma w_pos i : 0 < w i.
Proof. apply softmax_pos, X_not_nil. Qed.

Lemma gathered_Sum f : Sum K (fun j => gathered j * f j)
  = Sum K (fun j => w j * f j) + Sum D (fun v => w v * f (p v)).
Proof.
  rewrite <- (Sum_regroup eq_dec K D p w f HND Hp), <- Sum_plus.
  apply Sum_ext. intros. unfold gathered, assigned. ring.
Qed.

Lemma gathered_total : Sum K gathered = 1.
Proof.
  rewrite (Sum_ext K _ (fun j => gathered j * 1)) by (intros; ring).
  rewrite (gathered_Sum (fun _ => 1)).
  transitivity (Sum X w); [|apply softmax_total, X_not_nil].
  unfold X at 1. rewrite Sum_app. f_equal; apply Sum_ext; intros; ring.
Qed.

(* any weights a of total 1 on the kept tokens: cover plus imbalance *)
Lemma cover_plus_imbalance (a : T -> R) (t Omega : R) :
  Sum K a = 1 -> 0 < t -> 0 <= Omega ->
  (forall j, In j K -> 0 <= a j /\ t * a j <= gathered j <= t * exp Omega * a j) ->
  N (fun c => o c - attend K a u c)
  <= Sum D (fun v => w v * N (fun c => u v c - u (p v) c)) + diam * tanh (Omega / 4).
Proof.
  intros Ha Ht HO Hrange.
  rewrite (norm_ext N HN _ (fun c => Sum D (fun v => w v * (u v c - u (p v) c))
    + Sum K (fun j => (gathered j - a j) * u j c))).
  - eapply Rle_trans; [apply (norm_add N HN)|]. apply Rplus_le_compat.
    + eapply Rle_trans; [apply (norm_Sum N HN D w (fun v c => u v c - u (p v) c))|].
      apply Sum_le. intros v _. rewrite Rabs_pos_eq by (left; apply w_pos). lra.
    + eapply Rle_trans; [apply (diameter_bound N HN K gathered a u diam)|].
      * now rewrite gathered_total.
      * intros i j Hi Hj _ _. now apply Hdiam.
      * apply Rmult_le_compat_l; [apply diam_nonneg|].
        apply (tv_tanh K gathered a t); auto using gathered_total.
  - intros c. rewrite (Sum_ext K _ (fun j => gathered j * u j c - a j * u j c)) by (intros; ring).
    rewrite (Sum_ext D _ (fun v => w v * u v c - w v * u (p v) c)) by (intros; ring).
    rewrite !Sum_minus, gathered_Sum. unfold o, attend. unfold X at 1. rewrite Sum_app. lra.
Qed.

(* logits move by at most delta: the counts are right up to exp delta *)
Lemma log_count_bound (delta : R) : 0 <= delta ->
  (forall v, In v D -> Rabs (s v - s (p v)) <= delta) ->
  N (fun c => o c - attend K (softmax K (fun j => s j + ln (count eq_dec p D j))) u c)
  <= Sum D (fun v => w v * N (fun c => u v c - u (p v) c)) + diam * tanh (delta / 2).
Proof.
  intros Hd Hs. replace (delta / 2) with (2 * delta / 4) by field.
  set (n := count eq_dec p D). set (Z := Sum X (fun i => exp (s i))).
  set (Z' := Sum K (fun j => exp (s j + ln (n j)))).
  assert (HZ : 0 < Z) by (apply Sum_exp_pos, X_not_nil).
  assert (HZ' : 0 < Z') by (apply Sum_pos; auto; intros; apply exp_pos).
  apply (cover_plus_imbalance _ (Z' / Z * exp (- delta))); [|now apply Rmult_lt_0_compat;
    [apply Rdiv_lt_0_compat|apply exp_pos]|lra|].
  - apply (softmax_total K (fun j => s j + ln (n j))). exact HK.
  - intros j Hj. split; [left; now apply softmax_pos|].
    unfold softmax. fold Z'. rewrite exp_plus, exp_ln by apply count_pos.
    (* gathered j is exp(s_j) / Z times a sum of n_j ratios, each within exp(+-delta) *)
    set (A := assigned eq_dec p D j).
    assert (En : n j = 1 + Sum A (fun _ => 1)).
    { unfold n, count. rewrite plus_INR, Sum_const. fold A. simpl (INR 1). ring. }
    assert (G : gathered j = exp (s j) / Z * (1 + Sum A (fun v => exp (s v - s j)))).
    { unfold gathered, w, softmax. fold Z A. unfold Rdiv. rewrite Sum_scale_r.
      rewrite (Sum_ext A (fun v => exp (s v)) (fun v => exp (s j) * exp (s v - s j))).
      - rewrite Sum_scale. ring.
      - intros v _. rewrite <- exp_plus. f_equal. ring. }
    assert (R : exp (- delta) * n j <= 1 + Sum A (fun v => exp (s v - s j)) <= exp delta * n j).
    { rewrite En, !Rmult_plus_distr_l, <- !Sum_scale, !Rmult_1_r.
      assert (E1 : exp (- delta) <= 1 <= exp delta)
        by (rewrite <- exp_0; split; apply exp_mono; lra).
      assert (Hv : forall v, In v A -> exp (- delta) <= exp (s v - s j) <= exp delta).
      { intros v Hv. unfold A, assigned in Hv. apply filter_In in Hv as [Hv Heq].
        destruct (eq_dec (p v) j) as [<-|]; [|discriminate]. specialize (Hs v Hv).
        pose proof (Rle_abs (s v - s (p v))). pose proof (Rle_abs (- (s v - s (p v)))).
        rewrite Rabs_Ropp in *. split; apply exp_mono; lra. }
      split; apply Rplus_le_compat; try apply E1; apply Sum_le; intros v Hin;
        specialize (Hv v Hin); lra. }
    rewrite G. assert (HeZ : 0 <= exp (s j) / Z)
      by (left; apply Rdiv_lt_0_compat; [apply exp_pos|exact HZ]).
    replace (Z' / Z * exp (- delta) * (exp (s j) * n j / Z'))
      with (exp (s j) / Z * (exp (- delta) * n j)) by (field; lra).
    replace (Z' / Z * exp (- delta) * exp (2 * delta) * (exp (s j) * n j / Z'))
      with (exp (s j) / Z * (exp delta * n j)).
    2:{ replace delta with (- delta + 2 * delta) at 1 by ring. rewrite exp_plus. field. lra. }
    split; apply Rmult_le_compat_l; auto; apply R.
Qed.

(* plain pruning: no bias, so the ratios a_s / w_s themselves spread *)
Lemma plain_bound (rmin rmax : R) : 0 < rmin ->
  (forall j, In j K -> rmin <= gathered j / w j <= rmax) ->
  N (fun c => o c - attend K (softmax K s) u c)
  <= Sum D (fun v => w v * N (fun c => u v c - u (p v) c)) + diam * tanh (ln (rmax / rmin) / 4).
Proof.
  intros Hmin Hrange.
  set (Z := Sum X (fun i => exp (s i))). set (ZK := Sum K (fun j => exp (s j))).
  assert (HZ : 0 < Z) by (apply Sum_exp_pos, X_not_nil).
  assert (HZK : 0 < ZK) by now apply Sum_exp_pos.
  assert (Hle : rmin <= rmax).
  { destruct K_member as [k Hk]. specialize (Hrange k Hk). lra. }
  assert (Hq : 1 <= rmax / rmin).
  { apply (Rmult_le_reg_r rmin); [exact Hmin|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra. }
  assert (HO : 0 <= ln (rmax / rmin)).
  { rewrite <- ln_1. destruct Hq as [Hq|<-]; [left; apply ln_increasing; lra|lra]. }
  apply (cover_plus_imbalance _ (rmin * (ZK / Z))); auto.
  - now apply softmax_total.
  - apply Rmult_lt_0_compat; [exact Hmin|now apply Rdiv_lt_0_compat].
  - intros j Hj. split; [left; now apply softmax_pos|]. rewrite exp_ln by lra.
    assert (Ew : softmax K s j = w j * (Z / ZK)).
    { unfold w, softmax. fold Z ZK. field. lra. }
    rewrite Ew. pose proof (w_pos j) as Hw. destruct (Hrange j Hj) as [L U].
    replace (rmin * (ZK / Z) * (w j * (Z / ZK))) with (rmin * w j) by (field; lra).
    replace (rmin * (ZK / Z) * (rmax / rmin) * (w j * (Z / ZK))) with (rmax * w j) by (field; lra).
    apply (Rmult_le_compat_r (w j)) in L; [|lra]. apply (Rmult_le_compat_r (w j)) in U; [|lra].
    replace (gathered j / w j * w j) with (gathered j) in * by (field; lra). now split.
Qed.

Theorem tanh_bounds (delta rmin rmax : R) :
  0 <= delta -> (forall v, In v D -> Rabs (s v - s (p v)) <= delta) ->
  0 < rmin -> (forall j, In j K -> rmin <= gathered j / w j <= rmax) ->
  let cover := Sum D (fun v => w v * N (fun c => u v c - u (p v) c)) in
  N (fun c => o c - attend K (softmax K (fun j => s j + ln (count eq_dec p D j))) u c)
    <= cover + diam * tanh (delta / 2) /\
  N (fun c => o c - attend K (softmax K s) u c)
    <= cover + diam * tanh (ln (rmax / rmin) / 4).
Proof. intros. split; [now apply log_count_bound|now apply plain_bound]. Qed.

End OneAssignment.

(* D1 merged with counts, D2 discarded *)
Theorem hybrid_bound (D1 D2 : list T) (delta : R) :
  (forall v, In v D1 -> In (p v) K) ->
  0 <= delta -> (forall v, In v D1 -> Rabs (s v - s (p v)) <= delta) ->
  let X := K ++ D1 ++ D2 in
  let w := softmax X s in
  let o := attend X w u in
  let o' := attend K (softmax K (fun j => s j + ln (count eq_dec p D1 j))) u in
  N (fun c => o c - o' c)
  <= Sum D2 (fun v => w v * N (fun c => u v c - o' c))
     + Sum D1 (fun v => w v * N (fun c => u v c - u (p v) c))
     + (1 - Sum D2 w) * (diam * tanh (delta / 2)).
Proof.
  intros Hp Hd Hs X w o o'.
  set (Y := K ++ D1). set (Z := Sum X (fun i => exp (s i))). set (ZY := Sum Y (fun i => exp (s i))).
  assert (HYn : Y <> []) by (unfold Y; destruct K; [contradiction|discriminate]).
  assert (HXn : X <> []) by (unfold X; destruct K; [contradiction|discriminate]).
  assert (HZ : 0 < Z) by now apply Sum_exp_pos. assert (HZY : 0 < ZY) by now apply Sum_exp_pos.
  assert (EX : forall f, Sum X f = Sum Y f + Sum D2 f)
    by (intros f; unfold X, Y; rewrite app_assoc; apply Sum_app).
  assert (Hy : 1 - Sum D2 w = ZY / Z).
  { pose proof (softmax_total X s HXn) as S1. rewrite EX in S1. fold w in S1.
    replace (ZY / Z) with (Sum Y w); [lra|].
    unfold w, softmax, Rdiv. now rewrite Sum_scale_r. }
  assert (Ew : forall i, w i = ZY / Z * softmax Y s i).
  { intros i. unfold w, softmax. fold Z ZY. field. lra. }
  assert (Hyz : 0 < ZY / Z) by now apply Rdiv_lt_0_compat.
  rewrite (norm_ext N HN _ (fun c => Sum D2 (fun v => w v * (u v c - o' c))
    + (ZY / Z) * (attend Y (softmax Y s) u c - o' c))).
  - eapply Rle_trans; [apply (norm_add N HN)|].
    pose proof (log_count_bound D1 Hp delta Hd Hs) as B. fold Y o' in B.
    rewrite (norm_scale N HN), Rabs_pos_eq by lra.
    apply (Rmult_le_compat_l (ZY / Z)) in B; [|lra].
    rewrite Rmult_plus_distr_l, <- Sum_scale in B.
    rewrite (Sum_ext D1 (fun i => ZY / Z * _) (fun v => w v * N (fun c => u v c - u (p v) c))) in B
      by (intros; rewrite Ew; ring).
    rewrite Hy.
    assert (N (fun c => Sum D2 (fun v => w v * (u v c - o' c)))
            <= Sum D2 (fun v => w v * N (fun c => u v c - o' c))); [|lra].
    eapply Rle_trans; [apply (norm_Sum N HN D2 w (fun v c => u v c - o' c))|].
    apply Sum_le. intros v _. rewrite Rabs_pos_eq by (left; now apply softmax_pos). lra.
  - intros c. unfold o, attend at 1. rewrite EX.
    rewrite (Sum_ext Y _ (fun i => ZY / Z * (softmax Y s i * u i c))) by (intros; rewrite Ew; ring).
    rewrite Sum_scale, (Sum_ext D2 (fun v => w v * (u v c - o' c))
      (fun v => w v * u v c - w v * o' c))
      by (intros; ring).
    rewrite Sum_minus, Sum_scale_r. unfold attend. rewrite <- Hy. ring.
Qed.

End Tanh.

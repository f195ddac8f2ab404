(* attention.w1: for two measures mu, nu on finitely many tokens,
     ||o_mu - o_nu|| <= exp(Delta) (||W_V|| + A diam) W_1(mu, nu),
   Delta the range of the logits and diam the diameter of the values over both supports.
   - [w1]: the registered claim, for any tokens with distances, an A-Lipschitz logit, W-Lipschitz
     values, any norm. It bounds by the cost of every transport plan, hence by the least, W_1.
   - [w1_exponential_needed]: the exponential is not an artefact: tokens 0 and 1, values 0 and 1,
     logits 0 and Delta, mu = delta_0, nu = (1 - t) delta_0 + t delta_1, so W_1 = t: as t -> 0 the
     gap is c t for every c < exp(Delta), with ||W_V|| = diam = 1. *)
Require Import Reals List Lra.
From MobTheory Require Import WeightedSum Seminorm WInfinity.
Import ListNotations.
Open Scope R_scope.

(* |e^a - e^b| <= e^max |a - b| *)
Lemma exp_lipschitz a b top : a <= top -> b <= top ->
  Rabs (exp a - exp b) <= exp top * Rabs (a - b).
Proof.
  assert (H : forall a b, b <= a -> a <= top -> exp a - exp b <= exp top * (a - b)).
  { intros x y Hyx Hx. pose proof (exp_ineq1_le (y - x)) as I.
    assert (exp y = exp x * exp (y - x)) by (rewrite <- exp_plus; f_equal; ring).
    assert (exp x <= exp top) by (destruct Hx as [Hx| ->]; [left; now apply exp_increasing|lra]).
    pose proof (exp_pos x). assert (exp x - exp y <= exp x * (x - y)) by nra. nra. }
  intros Ha Hb. destruct (Rle_lt_dec b a) as [L|L].
  - assert (exp b <= exp a) by (destruct L as [L| ->]; [left; now apply exp_increasing|lra]).
    rewrite !Rabs_pos_eq by lra. now apply H.
  - assert (exp a < exp b) by now apply exp_increasing.
    rewrite !Rabs_left by lra. pose proof (H b a). lra.
Qed.

Section W1.
Context {C E : Type} (N : (C -> R) -> R) (HN : seminorm N).
Variables (dist : E -> E -> R) (s : E -> R) (u : E -> C -> R) (A W : R).
Hypothesis HA : 0 <= A.
Hypothesis HW : 0 <= W.
Hypothesis dist_nonneg : forall x y, 0 <= dist x y.
Hypothesis Hs : forall x y, Rabs (s x - s y) <= A * dist x y.
Hypothesis Hu : forall x y, N (fun c => u x c - u y c) <= W * dist x y.
Variables (X Y : list E) (mu nu : E -> R) (lo hi diam : R).
(* logits in [lo, hi], value diameter diam, both over the two supports; o_mu is [output s u X mu] *)
Hypothesis Hrange : forall x, In x X \/ In x Y -> lo <= s x <= hi.
Hypothesis Hdiam : forall x y, In x X \/ In x Y -> In y X \/ In y Y ->
  N (fun c => u x c - u y c) <= diam.
Hypothesis Hmu : Sum X mu = 1.

Definition plan (g : E -> E -> R) : Prop :=
  (forall x y, In x X -> In y Y -> 0 <= g x y) /\
  (forall x, In x X -> Sum Y (fun y => g x y) = mu x) /\
  (forall y, In y Y -> Sum X (fun x => g x y) = nu y).
Definition cost (g : E -> E -> R) : R := Sum X (fun x => Sum Y (fun y => g x y * dist x y)).

Theorem w1 (g : E -> E -> R) : plan g ->
  N (fun c => output s u X mu c - output s u Y nu c) <= exp (hi - lo) * (W + A * diam) * cost g.
Proof.
  intros [Hg [Hrow Hcol]].
  assert (Hmu0 : forall x, In x X -> 0 <= mu x).
  { intros x Hx. rewrite <- Hrow by exact Hx. apply Sum_nonneg. auto. }
  assert (Hnu0 : forall y, In y Y -> 0 <= nu y).
  { intros y Hy. rewrite <- Hcol by exact Hy. apply Sum_nonneg. auto. }
  assert (EX : forall f, Sum X (fun x => mu x * f x)
    = Sum X (fun x => Sum Y (fun y => g x y * f x))).
  { intros f. apply Sum_ext. intros x Hx. now rewrite Sum_scale_r, Hrow. }
  assert (EY : forall f, Sum Y (fun y => nu y * f y)
    = Sum X (fun x => Sum Y (fun y => g x y * f y))).
  { intros f. rewrite Sum_swap. apply Sum_ext. intros y Hy. now rewrite Sum_scale_r, Hcol. }
  assert (Hnu : Sum Y nu = 1).
  { rewrite <- Hmu, (Sum_ext Y nu (fun y => nu y * 1)), (EY (fun _ => 1)) by (intros; ring).
    rewrite <- (EX (fun _ => 1)). apply Sum_ext. intros; ring. }
  set (e := fun x => exp (s x)). set (Z := Sum X (fun x => mu x * e x)).
  set (Z' := Sum Y (fun y => nu y * e y)).
  assert (mono : forall a b, a <= b -> exp a <= exp b)
    by (intros a b [Hl| ->]; [left; now apply exp_increasing|lra]).
  assert (HZ : exp lo <= Z).
  { replace (exp lo) with (Sum X (fun x => mu x * exp lo)) by (rewrite Sum_scale_r, Hmu; ring).
    apply Sum_le. intros x Hx. apply Rmult_le_compat_l; [auto|]. apply mono, Hrange. now left. }
  assert (HZ' : exp lo <= Z').
  { replace (exp lo) with (Sum Y (fun y => nu y * exp lo)) by (rewrite Sum_scale_r, Hnu; ring).
    apply Sum_le. intros x Hx. apply Rmult_le_compat_l; [auto|]. apply mono, Hrange. now right. }
  pose proof (exp_pos lo) as Hlo.
  set (o := output s u X mu). set (o' := output s u Y nu).
  assert (Ho : forall c, Sum X (fun x => mu x * (e x * u x c)) = Z * o c).
  { intros c. unfold o, output, mean. fold e. change (Sum X (fun x => mu x * exp (s x))) with Z.
    rewrite (Sum_ext X (fun i => mu i * exp (s i) * u i c) (fun x => mu x * (e x * u x c)))
      by (intros; unfold e; ring). field. lra. }
  assert (Ho' : forall c, Sum Y (fun x => nu x * (e x * u x c)) = Z' * o' c).
  { intros c. unfold o', output, mean. change (Sum Y (fun x => nu x * exp (s x))) with Z'.
    rewrite (Sum_ext Y (fun i => nu i * exp (s i) * u i c) (fun x => nu x * (e x * u x c)))
      by (intros; unfold e; ring). field. lra. }
  (* every value is within diam of the mean o' *)
  assert (near : forall y, In y Y -> N (fun c => u y c - o' c) <= diam).
  { intros y Hy.
    rewrite (norm_ext N HN _ (fun c => Sum Y (fun j => (nu j * e j / Z') * (u y c - u j c)))).
    - eapply Rle_trans; [apply (norm_Sum_le N HN Y (fun j => nu j * e j / Z')
        (fun j c => u y c - u j c) diam)|].
      + intros j Hj. apply Rmult_le_pos; [|left; apply Rinv_0_lt_compat; lra].
        apply Rmult_le_pos; [auto|left; apply exp_pos].
      + intros j Hj. apply Hdiam; now right.
      + unfold Rdiv. rewrite Sum_scale_r. fold Z'. right. field. lra.
    - intros c. rewrite (Sum_ext Y _ (fun j => / Z' * (nu j * e j * u y c - nu j * (e j * u j c))))
        by (intros; unfold Rdiv; ring).
      rewrite Sum_scale, Sum_minus, Sum_scale_r, Ho'. fold Z'. field. lra. }
  (* o - o' is the mean of G(x) - G(y), G(x) = e^{s(x)} (u(x) - o'), over the plan *)
  assert (E0 : forall c, o c - o' c = / Z * Sum X (fun x => Sum Y (fun y => g x y *
     ((e x * (u x c - u y c)) + (e x - e y) * (u y c - o' c))))).
  { intros c.
    rewrite (Sum_ext X _ (fun x => Sum Y (fun y => g x y * (e x * (u x c - o' c)))
                                 - Sum Y (fun y => g x y * (e y * (u y c - o' c)))))
      by (intros; rewrite <- Sum_minus; apply Sum_ext; intros; ring).
    rewrite Sum_minus, <- (EX (fun x => e x * (u x c - o' c))),
      <- (EY (fun x => e x * (u x c - o' c))).
    rewrite (Sum_ext X _ (fun x => mu x * (e x * u x c) - mu x * e x * o' c)) by (intros; ring).
    rewrite (Sum_ext Y _ (fun x => nu x * (e x * u x c) - nu x * e x * o' c)) by (intros; ring).
    rewrite !Sum_minus, !Sum_scale_r, Ho, Ho'. fold Z Z'. field. lra. }
  set (B := exp hi * (W + A * diam)).
  assert (step : forall x y, In x X -> In y Y ->
    N (fun c => (e x * (u x c - u y c)) + (e x - e y) * (u y c - o' c)) <= B * dist x y).
  { intros x y Hx Hy. eapply Rle_trans; [apply (norm_add N HN)|].
    rewrite !(norm_scale N HN). rewrite (Rabs_pos_eq (e x)) by (left; apply exp_pos).
    assert (e x <= exp hi) by (apply mono, Hrange; now left).
    assert (R1 : Rabs (e x - e y) <= exp hi * (A * dist x y)).
    { eapply Rle_trans; [apply (exp_lipschitz _ _ hi); apply Hrange; auto|].
      apply Rmult_le_compat_l; [left; apply exp_pos|apply Hs]. }
    specialize (near y Hy). pose proof (Hu x y) as Huxy.
    pose proof (norm_nonneg N HN (fun c => u x c - u y c)).
    pose proof (norm_nonneg N HN (fun c => u y c - o' c)).
    assert (P1 : e x * N (fun c => u x c - u y c) <= exp hi * (W * dist x y)).
    { apply Rmult_le_compat; auto. left; apply exp_pos. }
    assert (P2 : Rabs (e x - e y) * N (fun c => u y c - o' c) <= exp hi * (A * dist x y) * diam).
    { apply Rmult_le_compat; auto. apply Rabs_pos. }
    unfold B. lra. }
  rewrite (norm_ext N HN _ _ E0), (norm_scale N HN).
  rewrite Rabs_pos_eq by (left; apply Rinv_0_lt_compat; lra).
  assert (HN2 : N (fun c => Sum X (fun x => Sum Y (fun y => g x y *
     ((e x * (u x c - u y c)) + (e x - e y) * (u y c - o' c))))) <= B * cost g).
  { rewrite (norm_ext N HN _ (fun c => Sum X (fun x => 1 * Sum Y (fun y => g x y *
       ((e x * (u x c - u y c)) + (e x - e y) * (u y c - o' c))))))
      by (intros; apply Sum_ext; intros; ring).
    eapply Rle_trans; [apply (norm_Sum N HN X (fun _ => 1) (fun x c => Sum Y (fun y => g x y *
       ((e x * (u x c - u y c)) + (e x - e y) * (u y c - o' c)))))|].
    unfold cost. rewrite <- Sum_scale. apply Sum_le. intros x Hx. rewrite Rabs_R1, Rmult_1_l.
    eapply Rle_trans; [apply (norm_Sum N HN Y (g x) (fun y c =>
       (e x * (u x c - u y c)) + (e x - e y) * (u y c - o' c)))|].
    rewrite <- Sum_scale. apply Sum_le. intros y Hy. rewrite Rabs_pos_eq by auto.
    replace (B * (g x y * dist x y)) with (g x y * (B * dist x y)) by ring.
    apply Rmult_le_compat_l; auto. }
  (* 1/Z <= e^-lo *)
  assert (0 <= B * cost g) by (eapply Rle_trans; [apply (norm_nonneg N HN)|exact HN2]).
  apply Rle_trans with (/ exp lo * (B * cost g)).
  - apply Rmult_le_compat; auto using (norm_nonneg N HN).
    + left. apply Rinv_0_lt_compat. lra.
    + apply Rinv_le_contravar; lra.
  - right. unfold B. rewrite <- exp_Ropp. unfold Rminus. rewrite exp_plus. ring.
Qed.

End W1.

Theorem w1_exponential_needed (Delta c : R) : 0 <= Delta -> c < exp Delta ->
  exists t, 0 < t < 1 /\
    let u := fun (x : bool) (_ : unit) => if x then 1 else 0 in
    let s := fun x : bool => if x then Delta else 0 in
    let mu := fun x : bool => if x then 0 else 1 in
    let nu := fun x : bool => if x then t else 1 - t in
    (forall g, plan [false] [false; true] mu nu g ->
       cost (fun x y => if Bool.eqb x y then 0 else 1) [false] [false; true] g = t) /\
    c * t < Rabs (output s u [false] mu tt - output s u [false; true] nu tt).
Proof.
  intros HD Hc. set (e := exp Delta) in *.
  assert (He : 1 <= e) by (unfold e; pose proof (exp_ineq1_le Delta); lra).
  (* any t with c (1 - t + t e) < e *)
  assert (T : exists t, 0 < t < 1 /\ c * (1 - t + t * e) < e).
  { destruct (Rle_lt_dec c 0) as [Hc0|Hc0].
    - exists (1 / 2). split; [lra|]. nra.
    - assert (Hk : 0 < c * e) by nra.
      exists (Rmin (1 / 2) ((e - c) / (c * e) / 2)).
      assert (Hq : 0 < (e - c) / (c * e)) by (apply Rdiv_lt_0_compat; lra).
      pose proof (Rmin_l (1 / 2) ((e - c) / (c * e) / 2)) as M1.
      pose proof (Rmin_r (1 / 2) ((e - c) / (c * e) / 2)) as M2.
      assert (M0 : 0 < Rmin (1 / 2) ((e - c) / (c * e) / 2)) by (apply Rmin_glb_lt; lra).
      set (t := Rmin _ _) in *. split; [lra|].
      assert (c * e * t <= (e - c) / 2).
      { apply (Rmult_le_compat_l (c * e)) in M2; [|lra].
        replace (c * e * ((e - c) / (c * e) / 2)) with ((e - c) / 2) in M2 by (field; lra).
        exact M2. }
      nra. }
  destruct T as [t [Ht Hce]]. exists t. split; [exact Ht|]. intros u s mu nu. split.
  - intros g [_ [_ Hcol]]. specialize (Hcol true (or_intror (or_introl eq_refl))).
    unfold cost. simpl in *. lra.
  - unfold output, mean, u, s, mu, nu. simpl. rewrite exp_0. fold e.
    assert (0 < 1 - t + t * e) by nra.
    replace (_ - _) with (- (t * e / (1 - t + t * e))) by (field; lra).
    rewrite Rabs_Ropp, Rabs_pos_eq.
    + apply (Rmult_lt_reg_r (1 - t + t * e)); [assumption|].
      replace (t * e / (1 - t + t * e) * (1 - t + t * e)) with (t * e) by (field; lra). nra.
    + left. apply Rdiv_lt_0_compat; nra.
Qed.

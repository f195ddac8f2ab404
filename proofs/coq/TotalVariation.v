(* Two distributions on the same tokens. Used by attention.winf, attention.log-count and
   attention.tanh; of the last it holds one part, [tv_tanh]: if the log-ratio of two distributions
   has range Omega, their total variation is at most tanh(Omega/4).
   [diameter_bound]: moving mass t between values at most diam apart moves the mean by t diam. *)
Require Import Reals List Bool Lra.
From MobTheory Require Import WeightedSum Seminorm MultiplicityGap.
Import ListNotations.
Open Scope R_scope.

Definition tv {T : Type} (K : list T) (a b : T -> R) : R := Sum K (fun i => Rabs (a i - b i)) / 2.

Lemma tv_nonneg {T : Type} (K : list T) a b : 0 <= tv K a b.
Proof.
  unfold tv. enough (0 <= Sum K (fun i => Rabs (a i - b i))) by lra.
  apply Sum_nonneg. intros; apply Rabs_pos.
Qed.

(* ratio a/b within [t, t exp Omega]; no division, so that tokens of weight 0 may occur *)
Theorem tv_tanh {T : Type} (K : list T) (a b : T -> R) (t Omega : R) :
  Sum K a = 1 -> Sum K b = 1 -> 0 < t -> 0 <= Omega ->
  (forall i, In i K -> 0 <= b i /\ t * b i <= a i <= t * exp Omega * b i) ->
  tv K a b <= tanh (Omega / 4).
Proof.
  intros Ha Hb Ht HO Hab.
  set (p := fun i => if Rle_dec (b i) (a i) then true else false).
  set (A := filter p K). set (B := filter (fun i => negb (p i)) K).
  assert (Ea : Sum A a + Sum B a = 1) by (rewrite <- Ha; symmetry; apply Sum_filter).
  assert (Eb : Sum A b + Sum B b = 1) by (rewrite <- Hb; symmetry; apply Sum_filter).
  assert (Etv : tv K a b = Sum A a - Sum A b).
  { unfold tv. rewrite (Sum_filter K p). fold A B.
    rewrite (Sum_ext A _ (fun i => a i - b i)), (Sum_ext B _ (fun i => b i - a i)).
    - rewrite !Sum_minus. lra.
    - intros i Hi. apply filter_In in Hi. destruct Hi as [_ Hi]. unfold p in Hi.
      destruct (Rle_dec (b i) (a i)); [discriminate|]. rewrite Rabs_left; lra.
    - intros i Hi. apply filter_In in Hi. destruct Hi as [_ Hi]. unfold p in Hi.
      destruct (Rle_dec (b i) (a i)); [|discriminate]. rewrite Rabs_pos_eq; lra. }
  assert (HA : Sum A a <= t * exp Omega * Sum A b).
  { rewrite <- Sum_scale. apply Sum_le. intros i Hi. apply filter_In in Hi. now apply Hab. }
  assert (HB : t * Sum B b <= Sum B a).
  { rewrite <- Sum_scale. apply Sum_le. intros i Hi. apply filter_In in Hi. now apply Hab. }
  assert (Hb0 : 0 <= Sum A b /\ 0 <= Sum B b).
  { split; apply Sum_nonneg; intros i Hi; apply filter_In in Hi; now apply Hab. }
  assert (Ha0 : 0 <= Sum A a /\ 0 <= Sum B a).
  { split; apply Sum_nonneg; intros i Hi; apply filter_In in Hi as [Hi _];
      destruct (Hab i Hi) as [H1 [H2 _]]; apply Rle_trans with (t * b i);
        [nra|exact H2|nra|exact H2]. }
  set (k := exp Omega) in *. set (x := Sum A a) in *. set (y := Sum A b) in *.
  assert (Hk : 1 <= k).
  { unfold k. pose proof (exp_ineq1_le Omega). lra. }
  (* the odds of A grow by at most k *)
  assert (odds : x * (1 - y) <= k * y * (1 - x)).
  { replace (1 - y) with (Sum B b) by lra. replace (1 - x) with (Sum B a) by lra.
    apply Rle_trans with (t * k * y * Sum B b); [apply Rmult_le_compat_r; lra|].
    replace (t * k * y * Sum B b) with (k * y * (t * Sum B b)) by ring.
    apply Rmult_le_compat_l; [nra|exact HB]. }
  assert (Hx : 0 <= x <= 1) by lra.
  assert (Hd : 0 < x + k * (1 - x)) by nra.
  assert (Hy : x / (x + k * (1 - x)) <= y).
  { apply (Rmult_le_reg_r (x + k * (1 - x))); [exact Hd|].
    unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. nra. }
  rewrite Etv. pose proof (proj1 (multiplicity_gap k Hk) x Hx) as G.
  unfold k in G at 2. rewrite ln_exp in G. lra.
Qed.

Theorem diameter_bound {T C : Type} (N : (C -> R) -> R) (HN : seminorm N)
    (K : list T) (a b : T -> R) (u : T -> C -> R) (diam : R) :
  Sum K a = Sum K b ->
  (forall i j, In i K -> In j K -> a i <> b i -> a j <> b j ->
    N (fun c => u i c - u j c) <= diam) ->
  N (fun c => Sum K (fun i => (a i - b i) * u i c)) <= diam * tv K a b.
Proof.
  intros Hab Hu.
  set (g := fun i => a i - b i).
  set (pos := fun i => (Rabs (g i) + g i) / 2). set (neg := fun i => (Rabs (g i) - g i) / 2).
  assert (H0 : Sum K g = 0) by (unfold g; rewrite Sum_minus; lra).
  set (t := tv K a b). assert (Ht0 : 0 <= t) by apply tv_nonneg.
  assert (Ht : Sum K pos = t).
  { unfold pos, t, tv, Rdiv. rewrite Sum_scale_r, Sum_plus, H0. unfold g. lra. }
  assert (Ht' : Sum K neg = t).
  { unfold neg, t, tv, Rdiv. rewrite Sum_scale_r, Sum_minus, H0. unfold g. lra. }
  assert (Hpos : forall i, 0 <= pos i /\ 0 <= neg i).
  { intros i. unfold pos, neg. pose proof (Rle_abs (g i)). pose proof (Rle_abs (- g i)).
    rewrite Rabs_Ropp in *. split; lra. }
  assert (Hzero : forall i, a i = b i -> pos i = 0 /\ neg i = 0).
  { intros i E. unfold pos, neg, g. replace (a i - b i) with 0 by lra. rewrite Rabs_R0. lra. }
  (* t sum (a - b) u = sum_ij pos_i neg_j (u_i - u_j) *)
  assert (E : forall c, t * Sum K (fun i => g i * u i c)
     = Sum K (fun i => pos i * Sum K (fun j => neg j * (u i c - u j c)))).
  { intros c.
    rewrite (Sum_ext K (fun i => g i * u i c) (fun i => pos i * u i c - neg i * u i c))
      by (intros; unfold pos, neg; field).
    rewrite (Sum_ext K (fun i => pos i * _)
      (fun i => pos i * u i c * t - pos i * Sum K (fun j => neg j * u j c))).
    - rewrite !Sum_minus, !Sum_scale_r, Ht. ring.
    - intros i _.
      rewrite (Sum_ext K (fun j => neg j * (u i c - u j c))
        (fun j => neg j * u i c - neg j * u j c)) by (intros; ring).
      rewrite Sum_minus, Sum_scale_r, Ht'. ring. }
  assert (B : t * N (fun c => Sum K (fun i => g i * u i c)) <= t * (diam * t)).
  { replace (t * N (fun c => Sum K (fun i => g i * u i c)))
      with (N (fun c => t * Sum K (fun i => g i * u i c)))
      by (rewrite (norm_scale N HN), (Rabs_pos_eq t Ht0); reflexivity).
    rewrite (norm_ext N HN _ _ E).
    eapply Rle_trans; [apply (norm_Sum N HN K pos
      (fun i c => Sum K (fun j => neg j * (u i c - u j c))))|].
    replace (t * (diam * t)) with (Sum K (fun i => pos i * (diam * t)))
      by (rewrite Sum_scale_r, Ht; ring).
    apply Sum_le. intros i Hi. destruct (Hpos i) as [Hp _]. rewrite Rabs_pos_eq by exact Hp.
    destruct (Req_dec (a i) (b i)) as [Ei|Ei].
    { destruct (Hzero i Ei) as [-> _]. lra. }
    apply Rmult_le_compat_l; [exact Hp|].
    eapply Rle_trans; [apply (norm_Sum N HN K neg (fun j c => u i c - u j c))|].
    replace (diam * t) with (Sum K (fun j => neg j * diam)) by (rewrite Sum_scale_r, Ht'; ring).
    apply Sum_le. intros j Hj. destruct (Hpos j) as [_ Hn].
    rewrite Rabs_pos_eq by exact Hn.
    destruct (Req_dec (a j) (b j)) as [Ej|Ej].
    { destruct (Hzero j Ej) as [_ ->]. lra. }
    apply Rmult_le_compat_l; [exact Hn|now apply Hu]. }
  change (N (fun c => Sum K (fun i => g i * u i c)) <= diam * t).
  destruct (Req_dec t 0) as [Z|Z]; [|apply (Rmult_le_reg_l t); lra].
  rewrite Z, Rmult_0_r. eapply Rle_trans; [apply (norm_Sum N HN)|].
  right. apply Sum_zero. intros i Hi.
  assert (Rabs (g i) <= 2 * t).
  { unfold t, tv. replace (2 * _) with (Sum K (fun i => Rabs (g i))) by (unfold g; field).
    apply (Sum_In_le K (fun i => Rabs (g i))); [intros; apply Rabs_pos|exact Hi]. }
  pose proof (Rabs_pos (g i)). replace (Rabs (g i)) with 0 by lra. ring.
Qed.

Lemma tanh_le_id x : 0 <= x -> tanh x <= x.
Proof.
  intros Hx. assert (Hc : 0 < cosh x)
    by (unfold cosh; pose proof (exp_pos x); pose proof (exp_pos (- x)); lra).
  enough (H : sinh x <= x * cosh x).
  { unfold tanh. apply (Rmult_le_reg_r (cosh x)); [exact Hc|].
    unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra. }
  destruct Hx as [Hx|<-]; [|rewrite sinh_0; lra].
  (* x cosh x - sinh x has the derivative x sinh x *)
  destruct (MVT_cor2 (id * cosh - sinh)%F (fun y => y * sinh y) 0 x Hx) as [c [E [Hc0 _]]].
  - intros c _. replace (c * sinh c) with (1 * cosh c + id c * sinh c - cosh c)
      by (unfold id; ring).
    apply derivable_pt_lim_minus; [|apply derivable_pt_lim_sinh].
    apply derivable_pt_lim_mult; [apply derivable_pt_lim_id|apply derivable_pt_lim_cosh].
  - unfold minus_fct, mult_fct, id in E. rewrite sinh_0 in E.
    assert (0 < sinh c).
    { unfold sinh. assert (exp (- c) < exp c) by (apply exp_increasing; lra). lra. }
    assert (0 < c * sinh c * (x - 0)).
    { apply Rmult_lt_0_compat; [now apply Rmult_lt_0_compat|lra]. }
    lra.
Qed.

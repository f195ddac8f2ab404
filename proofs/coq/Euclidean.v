(* R^d with the Euclidean distance: a space in the sense of Metric.v in which every finite set has a
   smallest enclosing ball.

   A point is a sequence of reals of which the first d are its coordinates; the rest plays no part.
   The ball: centres that reach the set within rho + e, rho the infimum of the radii, are close to
   each other for small e, by the midpoint identity ([midpoint]); their coordinates converge, R
   being complete, and the limit reaches the set within rho. *)

From Coq Require Import Classical R_sqr R_sqrt Rgeom.
From MobTheory Require Export EnclosingBalls.

Fixpoint squared (d : nat) (x y : nat -> R) : R :=
  match d with
  | O => 0
  | S n => squared n x y + (x n - y n) * (x n - y n)
  end.

Definition euclid (d : nat) (x y : nat -> R) : R := sqrt (squared d x y).

Lemma squared_pos d x y : 0 <= squared d x y.
Proof. induction d; simpl; [lra|]. pose proof (Rle_0_sqr (x d - y d)). unfold Rsqr in *. lra. Qed.

Lemma euclid_sqr d x y : euclid d x y * euclid d x y = squared d x y.
Proof. apply sqrt_sqrt, squared_pos. Qed.

Lemma euclid_pos d x y : 0 <= euclid d x y.
Proof. apply sqrt_pos. Qed.

Lemma euclid_step d x y :
  euclid (S d) x y = sqrt (euclid d x y * euclid d x y + (x d - y d) * (x d - y d)).
Proof. rewrite euclid_sqr. reflexivity. Qed.

Lemma euclid_refl d x : euclid d x x = 0.
Proof.
  unfold euclid. replace (squared d x x) with 0; [apply sqrt_0|].
  induction d; simpl; [reflexivity|]. rewrite <- IHd. ring.
Qed.

Lemma euclid_sym d x y : euclid d x y = euclid d y x.
Proof. unfold euclid; f_equal. induction d; simpl; [reflexivity|]. rewrite IHd. ring. Qed.

(* Minkowski's inequality in the plane carries the triangle inequality from d to d + 1. *)
Lemma minkowski a b u v :
  sqrt ((a + b) * (a + b) + (u + v) * (u + v)) <= sqrt (a * a + u * u) + sqrt (b * b + v * v).
Proof.
  pose proof (triangle (a + b) (u + v) 0 0 b v) as H. unfold dist_euc, Rsqr in H.
  replace (a + b - 0) with (a + b) in H by ring. replace (u + v - 0) with (u + v) in H by ring.
  replace (a + b - b) with a in H by ring. replace (u + v - v) with u in H by ring.
  now rewrite !Rminus_0_r in H.
Qed.

Lemma euclid_tri d x y z : euclid d x z <= euclid d x y + euclid d y z.
Proof.
  induction d as [|d IH]; [unfold euclid; simpl; rewrite sqrt_0; lra|].
  rewrite !euclid_step. eapply Rle_trans; [|apply minkowski]. apply sqrt_le_1_alt.
  apply Rplus_le_compat; [|right; ring].
  pose proof (euclid_pos d x z). apply Rmult_le_compat; auto.
Qed.

Definition euclidean (d : nat) : space :=
  Space (nat -> R) (euclid d) (euclid_refl d) (euclid_sym d) (euclid_tri d).

(* --- coordinates and distance --- *)

Lemma coordinate_le d i x y : (i < d)%nat -> Rabs (x i - y i) <= euclid d x y.
Proof.
  intros Hi. rewrite <- (sqrt_Rsqr_abs (x i - y i)). apply sqrt_le_1_alt. unfold Rsqr.
  induction d as [|d IH]; [lia|]. simpl.
  pose proof (squared_pos d x y). pose proof (Rle_0_sqr (x d - y d)). unfold Rsqr in *.
  destruct (Nat.eq_dec i d) as [->|]; [lra|].
  enough ((x i - y i) * (x i - y i) <= squared d x y) by lra.
  apply IH; lia.
Qed.

Lemma euclid_le_coordinates d x y g : 0 <= g ->
  (forall i, (i < d)%nat -> Rabs (x i - y i) <= g) -> euclid d x y <= INR d * g.
Proof.
  intros Hg; induction d as [|d IH]; intros H; [unfold euclid; simpl; rewrite sqrt_0; lra|].
  rewrite euclid_step, S_INR.
  assert (Hd : euclid d x y <= INR d * g) by (apply IH; auto).
  pose proof (minkowski (euclid d x y) 0 0 (x d - y d)) as Hm.
  replace (euclid d x y + 0) with (euclid d x y) in Hm by ring.
  replace (0 + (x d - y d)) with (x d - y d) in Hm by ring.
  rewrite !Rmult_0_l, Rplus_0_r, Rplus_0_l in Hm. eapply Rle_trans; [exact Hm|].
  rewrite sqrt_square by apply euclid_pos.
  replace ((x d - y d) * (x d - y d)) with (Rsqr (x d - y d)) by reflexivity.
  rewrite sqrt_Rsqr_abs. specialize (H d (Nat.lt_succ_diag_r d)). lra.
Qed.

Definition mid (x y : nat -> R) : nat -> R := fun i => (x i + y i) / 2.

Lemma midpoint d z x y :
  squared d z (mid x y) = squared d z x / 2 + squared d z y / 2 - squared d x y / 4.
Proof. induction d; simpl; [lra|]. rewrite IHd. unfold mid. field. Qed.

(* --- the smallest enclosing ball --- *)

Section Ball.
Variable d : nat.
Variables (A : list (euclidean d)) (a0 : euclidean d).
Hypothesis not_empty : In a0 A.

Definition enclosing r : Prop := exists c, covers r [c] A.
Definition rho : R := infimum enclosing.

Lemma reach_pos r c : covers r [c] A -> 0 <= r.
Proof.
  intros H. destruct (H a0 not_empty) as [c' [_ Hd]]. pose proof (dist_pos a0 c'). lra.
Qed.

Lemma rho_spec : is_infimum enclosing rho.
Proof.
  apply infimum_spec.
  - exists (h A [a0]), a0. now apply h_covers.
  - exists 0. intros r [c Hc]. now apply reach_pos in Hc.
Qed.

Lemma rho_pos : 0 <= rho.
Proof. apply rho_spec. intros r [c Hc]. now apply reach_pos in Hc. Qed.

(* centres within e of the best radius *)
Definition almost e (c : euclidean d) : Prop := covers (rho + e) [c] A.

Lemma almost_exists e : 0 < e -> exists c, almost e c.
Proof.
  intros He. destruct (infimum_below _ _ (rho + e) rho_spec ltac:(lra)) as [r [[c Hc] Hr]].
  exists c. apply (covers_wider r); auto; lra.
Qed.

Lemma almost_wider e e' c : e <= e' -> almost e c -> almost e' c.
Proof. intros. apply (covers_wider (rho + e)); auto; lra. Qed.

Lemma covers_one r c : covers r [c] A <-> forall a, In a A -> dist a c <= r.
Proof.
  split; intros H a Ha; [|exists c; split; [now left|auto]].
  destruct (H a Ha) as [c' [[<-|[]] Hd]]; auto.
Qed.

Lemma almost_near e c c' : 0 < e -> almost e c -> almost e c' ->
  squared d c c' <= 4 * (2 * rho * e + e * e).
Proof.
  intros He Hc Hc'.
  destruct (Rle_or_lt (squared d c c') (4 * (2 * rho * e + e * e))) as [|Hlt]; auto.
  exfalso. pose proof rho_pos as Hrho.
  unfold almost in *. rewrite covers_one in Hc, Hc'.
  set (q := (rho + e) * (rho + e) - squared d c c' / 4).
  assert (Hmid : forall a, In a A -> squared d a (mid c c') <= q).
  { intros a Ha. rewrite midpoint. specialize (Hc a Ha). specialize (Hc' a Ha).
    change (euclid d a c <= rho + e) in Hc. change (euclid d a c' <= rho + e) in Hc'.
    pose proof (euclid_pos d a c). pose proof (euclid_pos d a c').
    rewrite <- (euclid_sqr d a c), <- (euclid_sqr d a c').
    assert (euclid d a c * euclid d a c <= (rho + e) * (rho + e)) by (apply Rmult_le_compat; lra).
    assert (euclid d a c' * euclid d a c' <= (rho + e) * (rho + e)) by (apply Rmult_le_compat; lra).
    unfold q. lra. }
  assert (Hq : 0 <= q).
  { pose proof (Hmid a0 not_empty). pose proof (squared_pos d a0 (mid c c')). lra. }
  assert (Hin : rho <= sqrt q).
  { apply rho_spec. exists (mid c c' : euclidean d). apply covers_one. intros a Ha.
    apply sqrt_le_1_alt. auto. }
  assert (rho * rho <= sqrt q * sqrt q) by (apply Rmult_le_compat; lra).
  rewrite sqrt_sqrt in H by auto. unfold q in H. nra.
Qed.

Lemma almost_close g : 0 < g -> exists e, 0 < e <= g /\
  forall c c', almost e c -> almost e c' -> euclid d c c' <= g.
Proof.
  intros Hg. pose proof rho_pos as Hrho. set (m := Rmin g 1). set (e := m * m / (8 * rho + 4)).
  assert (0 < m) by (apply Rmin_glb_lt; lra).
  assert (m <= g) by apply Rmin_l. assert (m <= 1) by apply Rmin_r.
  assert (He : e * (8 * rho + 4) = m * m) by (unfold e; field; lra).
  assert (Hpos : 0 < e) by (unfold e; apply Rdiv_lt_0_compat; nra).
  assert (Hre : 0 <= rho * e) by (apply Rmult_le_pos; lra).
  assert (Hm : 4 * e <= m * m) by lra. assert (Hmm : m * m <= m) by nra.
  exists e. repeat split; [lra|lra|]. intros c c' Hc Hc'.
  pose proof (almost_near e c c' Hpos Hc Hc') as Hn.
  rewrite <- (sqrt_square g) by lra. apply sqrt_le_1_alt. eapply Rle_trans; [exact Hn|].
  assert (e * e <= e) by nra. assert (m * m <= g * g) by nra. lra.
Qed.

(* the limit, coordinate by coordinate *)
Definition above i t : Prop := exists e, 0 < e /\ forall c, almost e c -> c i <= t.
Definition limit : euclidean d := fun i => infimum (above i).

Lemma Rabs_between x a : Rabs x <= a -> - a <= x <= a.
Proof.
  intros H. pose proof (Rle_abs x). pose proof (Rle_abs (- x)). rewrite Rabs_Ropp in *. lra.
Qed.

Lemma limit_near g e c : (forall c c', almost e c -> almost e c' -> euclid d c c' <= g) ->
  0 < e -> almost e c -> forall i, (i < d)%nat -> Rabs (c i - limit i) <= g.
Proof.
  intros Hclose He Hc i Hi.
  assert (Hi' : forall c', almost e c' -> Rabs (c i - c' i) <= g).
  { intros c' Hc'. eapply Rle_trans; [now apply (coordinate_le d)|auto]. }
  assert (Hup : above i (c i + g)).
  { exists e; split; auto. intros c' Hc'. specialize (Hi' c' Hc').
    pose proof (Rabs_between _ _ Hi'). lra. }
  assert (Hlow : lower_bound (above i) (c i - g)).
  { intros t [e' [He' Ht]]. destruct (almost_exists (Rmin e e')) as [c' Hc'];
      [now apply Rmin_glb_lt|].
    specialize (Ht c' (almost_wider _ _ _ (Rmin_r e e') Hc')).
    specialize (Hi' c' (almost_wider _ _ _ (Rmin_l e e') Hc')). pose proof (Rabs_between _ _ Hi').
    lra. }
  destruct (infimum_spec (above i)) as [H1 H2]; [now exists (c i + g)|now exists (c i - g)|].
  apply Rabs_le. specialize (H1 _ Hup). specialize (H2 _ Hlow). unfold limit. lra.
Qed.

Lemma limit_encloses : covers rho [limit] A.
Proof.
  apply covers_one. intros a Ha. apply le_epsilon. intros g0 Hg0.
  pose proof (pos_INR d). set (g := g0 / (INR d + 1)).
  assert (Hg : 0 < g) by (apply Rdiv_lt_0_compat; lra).
  destruct (almost_close g Hg) as [e [He Hclose]].
  destruct (almost_exists e ltac:(lra)) as [c Hc].
  assert (Hl : euclid d c limit <= INR d * g).
  { apply euclid_le_coordinates; [lra|]. now apply (limit_near g e). }
  pose proof (proj1 (covers_one (rho + e) c) Hc a Ha) as Hac.
  pose proof (dist_tri a c limit) as Ht.
  change (@dist (euclidean d) c limit) with (euclid d c limit) in Ht.
  assert (INR d * g + g = g0) by (unfold g; field; lra). lra.
Qed.

End Ball.

Theorem euclidean_enclosing_balls d : enclosing_balls (euclidean d).
Proof.
  intros [|a A] HA; [easy|]. exists (limit d (a :: A)). intros r c' Hc'.
  assert (Ha : In a (a :: A)) by now left.
  apply (covers_wider (rho d (a :: A))).
  - apply (rho_spec d (a :: A) a Ha). now exists c'.
  - now apply limit_encloses with (a0 := a).
Qed.

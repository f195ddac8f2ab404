(* Norms of attention values. No claim is stated here.
   A vector is a function from coordinates (any type C) to the reals; [seminorm N] is all that
   the bounds of this folder ask of the norm. It holds for the absolute value and for the
   Euclidean norm of R^d (last lemmas), so each theorem covers these, and every normed space,
   whose elements are functions on its dual. *)
Require Import Reals List Lia Lra.
From MobTheory Require Import WeightedSum.
Import ListNotations.
Open Scope R_scope.

Record seminorm {C : Type} (N : (C -> R) -> R) : Prop := {
  norm_ext : forall x y, (forall c, x c = y c) -> N x = N y;
  norm_add : forall x y, N (fun c => x c + y c) <= N x + N y;
  norm_scale : forall a x, N (fun c => a * x c) = Rabs a * N x }.

Section Norms.
Context {C : Type} (N : (C -> R) -> R) (HN : seminorm N).

Lemma norm_zero : N (fun _ => 0) = 0.
Proof.
  rewrite (norm_ext N HN _ (fun c => 0 * (fun _ => 0) c)) by (intros; ring).
  rewrite (norm_scale N HN), Rabs_R0. ring.
Qed.

Lemma norm_opp x : N (fun c => - x c) = N x.
Proof.
  rewrite (norm_ext N HN _ (fun c => -1 * x c)) by (intros; ring).
  rewrite (norm_scale N HN), Rabs_left by lra. ring.
Qed.

Lemma norm_nonneg x : 0 <= N x.
Proof.
  pose proof (norm_add N HN x (fun c => - x c)) as H. rewrite norm_opp in H.
  rewrite (norm_ext N HN _ (fun _ => 0)), norm_zero in H by (intros; ring). lra.
Qed.

Lemma norm_minus_sym x y : N (fun c => x c - y c) = N (fun c => y c - x c).
Proof. rewrite <- norm_opp. apply (norm_ext N HN). intros; ring. Qed.

Lemma norm_tri x y z : N (fun c => x c - z c) <= N (fun c => x c - y c) + N (fun c => y c - z c).
Proof.
  rewrite (norm_ext N HN (fun c => x c - z c) (fun c => (x c - y c) + (y c - z c)))
    by (intros; ring).
  apply (norm_add N HN (fun c => x c - y c) (fun c => y c - z c)).
Qed.

Lemma norm_Sum {T : Type} (l : list T) (a : T -> R) (x : T -> C -> R) :
  N (fun c => Sum l (fun i => a i * x i c)) <= Sum l (fun i => Rabs (a i) * N (x i)).
Proof.
  induction l as [|i l IH]; simpl; [rewrite norm_zero; lra|].
  eapply Rle_trans; [apply (norm_add N HN)|].
  rewrite (norm_scale N HN). lra.
Qed.

Lemma norm_Sum_le {T : Type} (l : list T) (a : T -> R) (x : T -> C -> R) B :
  (forall i, In i l -> 0 <= a i) -> (forall i, In i l -> N (x i) <= B) ->
  N (fun c => Sum l (fun i => a i * x i c)) <= Sum l a * B.
Proof.
  intros Ha Hx. eapply Rle_trans; [apply norm_Sum|].
  rewrite <- Sum_scale_r. apply Sum_le. intros i Hi.
  rewrite Rabs_pos_eq by auto. apply Rmult_le_compat_l; auto.
Qed.

End Norms.

(* values in R: one coordinate *)
Lemma abs_seminorm : seminorm (fun x : unit -> R => Rabs (x tt)).
Proof.
  split; intros; [now rewrite H|apply Rabs_triang|apply Rabs_mult].
Qed.

(* the Euclidean norm of R^d: the coordinates are those of any list l, such as [seq 0 d] *)
Definition euclidean {C : Type} (l : list C) (x : C -> R) : R := sqrt (Sum l (fun c => x c * x c)).

Lemma Sum_sq_nonneg {C : Type} (l : list C) (x : C -> R) : 0 <= Sum l (fun c => x c * x c).
Proof. apply Sum_nonneg. intros; nra. Qed.

Lemma cauchy_schwarz {C : Type} (l : list C) (x y : C -> R) :
  Sum l (fun c => x c * y c) <= euclidean l x * euclidean l y.
Proof.
  unfold euclidean. rewrite <- sqrt_mult by apply Sum_sq_nonneg.
  set (a := Sum l (fun c => x c * x c)). set (b := Sum l (fun c => y c * y c)).
  set (p := Sum l (fun c => x c * y c)).
  assert (0 <= a) by apply Sum_sq_nonneg. assert (0 <= b) by apply Sum_sq_nonneg.
  assert (quad : forall t u, 0 <= t * t * a - 2 * (t * u) * p + u * u * b).
  { intros t u. pose proof (Sum_sq_nonneg l (fun c => t * x c - u * y c)) as Q.
    rewrite (Sum_ext l _ (fun c => (t * t) * (x c * x c) + (- (2 * (t * u)) * (x c * y c)
      + (u * u) * (y c * y c)))) in Q by (intros; ring).
    rewrite !Sum_plus, !Sum_scale in Q. fold a b p in Q. lra. }
  destruct (Rle_lt_dec p 0) as [Hp|Hp]; [eapply Rle_trans; [exact Hp|apply sqrt_pos]|].
  rewrite <- (sqrt_Rsqr p) by lra. apply sqrt_le_1_alt. unfold Rsqr.
  (* if b = 0, the form p * b is dull: then t = 1, u large shows p <= 0 *)
  destruct (Rle_lt_dec b 0) as [Hb|Hb].
  - pose proof (quad 1 ((a + 1) / p)) as Q. assert (b = 0) by lra.
    replace (1 * ((a + 1) / p)) with ((a + 1) / p) in Q by ring.
    replace (2 * ((a + 1) / p) * p) with (2 * (a + 1)) in Q by (field; lra). nra.
  - pose proof (quad b p) as Q. nra.
Qed.

Lemma euclidean_seminorm {C : Type} (l : list C) : seminorm (euclidean l).
Proof.
  split; unfold euclidean.
  - intros x y H. f_equal. apply Sum_ext. intros; now rewrite H.
  - intros x y. pose proof (cauchy_schwarz l x y) as CS. unfold euclidean in CS.
    pose proof (Sum_sq_nonneg l x) as Hx. pose proof (Sum_sq_nonneg l y) as Hy.
    set (a := sqrt (Sum l (fun c => x c * x c))) in *.
    set (b := sqrt (Sum l (fun c => y c * y c))) in *.
    assert (0 <= a) by apply sqrt_pos. assert (0 <= b) by apply sqrt_pos.
    rewrite <- (sqrt_Rsqr (a + b)) by lra. apply sqrt_le_1_alt.
    rewrite (Sum_ext l _ (fun c => x c * x c + (2 * (x c * y c) + y c * y c)))
      by (intros; ring).
    rewrite !Sum_plus, Sum_scale.
    assert (a * a = Sum l (fun c => x c * x c)) by (apply sqrt_sqrt; auto).
    assert (b * b = Sum l (fun c => y c * y c)) by (apply sqrt_sqrt; auto).
    unfold Rsqr. nra.
  - intros a x.
    rewrite (Sum_ext l _ (fun c => (a * a) * (x c * x c))) by (intros; ring).
    rewrite Sum_scale, sqrt_mult by (try apply Sum_sq_nonneg; nra).
    f_equal. exact (sqrt_Rsqr_abs a).
Qed.

(* R^d, d >= 1, has a unit vector *)
Lemma euclidean_unit (d : nat) : (0 < d)%nat ->
  euclidean (seq 0 d) (fun c => if Nat.eqb c 0 then 1 else 0) = 1.
Proof.
  intros Hd. destruct d as [|d]; [lia|]. unfold euclidean. simpl.
  rewrite Sum_zero; [rewrite Rplus_0_r, Rmult_1_l; apply sqrt_1|].
  intros c Hc. apply in_seq in Hc. destruct c; [lia|]. simpl. ring.
Qed.

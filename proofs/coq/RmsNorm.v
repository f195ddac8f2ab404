(* RMSNorm is Lipschitz, with the constant of attention.layer. No claim is stated here.
   For vectors over the coordinates l (d of them), ||x||_eps = sqrt(||x||^2 + d eps):
     ||rms x - rms y|| <= sqrt d ||g||_inf 2 ||x - y|| / (||x||_eps + ||y||_eps). *)
Require Import Reals List Lia Lra.
From MobTheory Require Import WeightedSum Seminorm.
Import ListNotations.
Open Scope R_scope.

Section RmsNorm.
Context {C : Type} (l : list C) (eps : R).
Hypothesis Hl : l <> [].
Hypothesis Heps : 0 < eps.
Let N := euclidean l.
Let HN : seminorm N := euclidean_seminorm l.
Let d := INR (length l).
Let sq (x : C -> R) := Sum l (fun c => x c * x c).

Definition norm_eps (x : C -> R) : R := sqrt (sq x + d * eps).
Definition rms_norm (g x : C -> R) : C -> R := fun c => g c * (x c / sqrt (sq x / d + eps)).

Lemma dim_pos : 0 < d.
Proof. unfold d. destruct l; [contradiction|]. apply lt_0_INR. simpl. lia. Qed.

Lemma sq_nonneg x : 0 <= sq x.
Proof. apply Sum_sq_nonneg. Qed.

Lemma N_sq x : N x * N x = sq x.
Proof. apply sqrt_sqrt, sq_nonneg. Qed.

Lemma floor_pos : 0 < d * eps.
Proof. apply Rmult_lt_0_compat; [apply dim_pos|exact Heps]. Qed.

Lemma norm_eps_sq x : norm_eps x * norm_eps x = sq x + d * eps.
Proof. apply sqrt_sqrt. pose proof (sq_nonneg x). pose proof floor_pos. lra. Qed.

Lemma norm_eps_pos x : 0 < norm_eps x.
Proof. apply sqrt_lt_R0. pose proof (sq_nonneg x). pose proof floor_pos. lra. Qed.

Lemma norm_eps_floor x : sqrt (d * eps) <= norm_eps x.
Proof. apply sqrt_le_1_alt. pose proof (sq_nonneg x). lra. Qed.

Lemma N_le_norm_eps x : N x <= norm_eps x.
Proof. apply sqrt_le_1_alt. fold (sq x). pose proof floor_pos. lra. Qed.

(* ||.||_eps is a norm with one more coordinate, so it moves no faster than x *)
Lemma norm_eps_moves x y : norm_eps x <= norm_eps y + N (fun c => x c - y c).
Proof.
  set (D := N (fun c => x c - y c)). assert (HD : 0 <= D) by apply (norm_nonneg N HN).
  pose proof (norm_eps_pos x). pose proof (norm_eps_pos y). pose proof (N_le_norm_eps y).
  pose proof (norm_nonneg N HN y).
  assert (T : N x <= N y + D).
  { rewrite (norm_ext N HN x (fun c => y c + (x c - y c))) by (intros; ring).
    apply (norm_add N HN y (fun c => x c - y c)). }
  pose proof (norm_nonneg N HN x).
  apply Rsqr_incr_0; [|lra|lra]. unfold Rsqr.
  pose proof (norm_eps_sq x). pose proof (norm_eps_sq y). pose proof (N_sq x). pose proof (N_sq y).
  nra.
Qed.

(* the normalised vectors: the angle step of the proof *)
Lemma normalised_gap x y :
  N (fun c => x c / norm_eps x - y c / norm_eps y)
  <= 2 * N (fun c => x c - y c) / (norm_eps x + norm_eps y).
Proof.
  set (X := norm_eps x). set (Y := norm_eps y). set (k := d * eps).
  set (p := Sum l (fun c => x c * y c)).
  assert (HX : 0 < X) by apply norm_eps_pos. assert (HY : 0 < Y) by apply norm_eps_pos.
  assert (Hk : 0 < k) by apply floor_pos.
  assert (EX : X * X = sq x + k) by apply norm_eps_sq.
  assert (EY : Y * Y = sq y + k) by apply norm_eps_sq.
  assert (L : sq (fun c => x c / X - y c / Y) = sq x / (X * X) + sq y / (Y * Y) - 2 * p / (X * Y)).
  { unfold sq at 1. rewrite (Sum_ext l _ (fun c => / (X * X) * (x c * x c) + / (Y * Y) * (y c * y c)
      - 2 / (X * Y) * (x c * y c))) by (intros; field; lra).
    rewrite Sum_minus, Sum_plus, !Sum_scale. fold p. fold (sq x) (sq y). field. lra. }
  assert (R : sq (fun c => x c - y c) = sq x + sq y - 2 * p).
  { unfold sq at 1. rewrite (Sum_ext l _ (fun c => x c * x c + y c * y c - 2 * (x c * y c)))
      by (intros; ring). rewrite Sum_minus, Sum_plus, Sum_scale. reflexivity. }
  (* p + k >= - X Y *)
  assert (CS : - (X * Y) <= p + k).
  { pose proof (cauchy_schwarz l (fun c => - x c) y) as Q.
    rewrite (Sum_ext l _ (fun c => -1 * (x c * y c))), Sum_scale in Q by (intros; ring).
    fold p in Q. change (euclidean l) with N in Q. rewrite (norm_opp N HN) in Q.
    pose proof (N_le_norm_eps x). pose proof (N_le_norm_eps y).
    pose proof (norm_nonneg N HN x). pose proof (norm_nonneg N HN y).
    assert (N x * N y <= X * Y) by (apply Rmult_le_compat; assumption). lra. }
  apply Rsqr_incr_0.
  2: apply (norm_nonneg N HN).
  2:{ apply Rmult_le_pos; [|left; apply Rinv_0_lt_compat; lra].
      pose proof (norm_nonneg N HN (fun c => x c - y c)). lra. }
  unfold Rsqr. rewrite N_sq, L.
  replace (2 * N (fun c => x c - y c) / (X + Y) * (2 * N (fun c => x c - y c) / (X + Y)))
    with (4 * (N (fun c => x c - y c) * N (fun c => x c - y c)) / ((X + Y) * (X + Y)))
      by (field; lra).
  rewrite N_sq, R.
  replace (sq x) with (X * X - k) by lra. replace (sq y) with (Y * Y - k) by lra.
  enough (0 <= 4 * (X * X - k + (Y * Y - k) - 2 * p) / ((X + Y) * (X + Y))
    - ((X * X - k) / (X * X) + (Y * Y - k) / (Y * Y) - 2 * p / (X * Y))) by lra.
  replace (4 * (X * X - k + (Y * Y - k) - 2 * p) / ((X + Y) * (X + Y))
    - ((X * X - k) / (X * X) + (Y * Y - k) / (Y * Y) - 2 * p / (X * Y)))
    with (2 * (X * Y + (p + k)) * Rsqr (X - Y) / (X * Y * ((X + Y) * (X + Y)))
          + k * Rsqr (/ X - / Y)) by (unfold Rsqr; field; lra).
  apply Rplus_le_le_0_compat.
  - apply Rmult_le_pos; [apply Rmult_le_pos; [lra|apply Rle_0_sqr]|].
    left. apply Rinv_0_lt_compat. repeat apply Rmult_lt_0_compat; lra.
  - apply Rmult_le_pos; [lra|apply Rle_0_sqr].
Qed.

Lemma rms_scaled g x c : rms_norm g x c = sqrt d * (g c * (x c / norm_eps x)).
Proof.
  pose proof dim_pos. pose proof (norm_eps_pos x).
  unfold rms_norm. replace (sq x / d + eps) with ((sq x + d * eps) / d) by (field; lra).
  rewrite sqrt_div_alt by lra. fold (norm_eps x).
  assert (0 < sqrt d) by now apply sqrt_lt_R0. field. lra.
Qed.

Section Gain.
Variables (g : C -> R) (G : R).
Hypothesis Hg : forall c, In c l -> Rabs (g c) <= G.        (* G = ||g||_inf *)

Lemma gain_nonneg : 0 <= G.
Proof.
  destruct l as [|c l']; [contradiction|].
  eapply Rle_trans; [apply Rabs_pos|apply (Hg c); now left].
Qed.

Lemma N_gain x : N (fun c => g c * x c) <= G * N x.
Proof.
  pose proof gain_nonneg as HG. rewrite <- (Rabs_pos_eq G HG) at 1. rewrite <- (norm_scale N HN).
  apply sqrt_le_1_alt. apply Sum_le. intros c Hc.
  replace (g c * x c * (g c * x c)) with (Rsqr (g c) * Rsqr (x c)) by (unfold Rsqr; ring).
  replace (G * x c * (G * x c)) with (Rsqr G * Rsqr (x c)) by (unfold Rsqr; ring).
  apply Rmult_le_compat_r; [apply Rle_0_sqr|]. apply Rsqr_le_abs_1.
  rewrite (Rabs_pos_eq G) by exact HG. now apply Hg.
Qed.

Theorem rms_norm_bounded x : N (rms_norm g x) <= sqrt d * G.
Proof.
  rewrite (norm_ext N HN _ _ (rms_scaled g x)), (norm_scale N HN), Rabs_pos_eq by apply sqrt_pos.
  apply Rmult_le_compat_l; [apply sqrt_pos|].
  eapply Rle_trans; [apply (N_gain (fun c => x c / norm_eps x))|].
  rewrite <- (Rmult_1_r G) at 2. apply Rmult_le_compat_l; [apply gain_nonneg|].
  pose proof (norm_eps_pos x) as HX.
  rewrite (norm_ext N HN _ (fun c => / norm_eps x * x c)) by (intros; unfold Rdiv; ring).
  rewrite (norm_scale N HN), Rabs_pos_eq by (left; now apply Rinv_0_lt_compat).
  apply (Rmult_le_reg_l (norm_eps x)); [exact HX|].
  rewrite <- Rmult_assoc, Rinv_r, Rmult_1_l, Rmult_1_r by lra. apply N_le_norm_eps.
Qed.

Theorem rms_norm_lipschitz x y :
  N (fun c => rms_norm g x c - rms_norm g y c)
  <= sqrt d * G * (2 * N (fun c => x c - y c) / (norm_eps x + norm_eps y)).
Proof.
  rewrite (norm_ext N HN _ (fun c => sqrt d * (g c * (x c / norm_eps x - y c / norm_eps y))))
    by (intros; rewrite !rms_scaled; ring).
  rewrite (norm_scale N HN), Rabs_pos_eq, Rmult_assoc by apply sqrt_pos.
  apply Rmult_le_compat_l; [apply sqrt_pos|].
  eapply Rle_trans; [apply (N_gain (fun c => x c / norm_eps x - y c / norm_eps y))|].
  apply Rmult_le_compat_l; [apply gain_nonneg|apply normalised_gap].
Qed.
End Gain.
End RmsNorm.

(* attention.multiplicity-gap: if every visual token occurs kappa times and pruning keeps one copy,
   the visual mass falls from m to m/(m + kappa (1 - m)); the gap is at most
   (sqrt kappa - 1)/(sqrt kappa + 1) = tanh(ln kappa / 4), attained at
   m = sqrt kappa/(1 + sqrt kappa).
   - [multiplicity_gap]: the registered inequality with its equality case, for real kappa >= 1.
   - [multiplicity_gap_attention]: where the numbers come from: softmax over kappa copies of V and
     the prompt P, against softmax over V and P: the masses are those, and the outputs differ by
     the gap times o_V - o_P. *)
Require Import Reals List Lia Lra.
From MobTheory Require Import WeightedSum Seminorm.
Import ListNotations.
Open Scope R_scope.

Lemma tanh_quarter_log k : 0 < k -> tanh (ln k / 4) = (sqrt k - 1) / (sqrt k + 1).
Proof.
  intros Hk. assert (Hs : 0 < sqrt k) by now apply sqrt_lt_R0.
  set (x := ln k / 4). assert (Hx : exp x * exp x = sqrt k).
  { rewrite <- exp_plus. replace (x + x) with (ln k / 2) by (unfold x; field).
    rewrite <- (sqrt_Rsqr (exp (ln k / 2))) by apply Rlt_le, exp_pos.
    f_equal. unfold Rsqr. rewrite <- exp_plus.
    replace (ln k / 2 + ln k / 2) with (ln k) by field. now apply exp_ln. }
  unfold tanh, sinh, cosh. rewrite exp_Ropp, <- Hx. pose proof (exp_pos x).
  field. repeat split; nra.
Qed.

Section Gap.
Variable k : R.                                                     (* kappa *)
Hypothesis Hk : 1 <= k.

(* the mass that remains when one copy of kappa is kept *)
Definition thinned (m : R) : R := m / (m + k * (1 - m)).

Lemma thinned_den m : 0 <= m <= 1 -> 0 < m + k * (1 - m).
Proof. intros. nra. Qed.

Lemma gap_le m : 0 <= m <= 1 -> m - thinned m <= (sqrt k - 1) / (sqrt k + 1).
Proof.
  intros Hm. pose proof (thinned_den m Hm) as Hd.
  set (q := sqrt k). assert (Hq : q * q = k) by (apply sqrt_sqrt; lra).
  assert (1 <= q) by (unfold q; rewrite <- sqrt_1; now apply sqrt_le_1_alt).
  (* the difference is a square: (m - q (1 - m))^2 (q - 1) over positive denominators *)
  assert (E : (q - 1) / (q + 1) - (m - thinned m)
    = (q - 1) * Rsqr (m - q * (1 - m)) / ((q + 1) * (m + k * (1 - m)))).
  { unfold thinned, Rsqr. rewrite <- Hq in *. field. lra. }
  assert (0 <= (q - 1) * Rsqr (m - q * (1 - m)) / ((q + 1) * (m + k * (1 - m)))).
  { apply Rmult_le_pos.
    - apply Rmult_le_pos; [lra|apply Rle_0_sqr].
    - left. apply Rinv_0_lt_compat, Rmult_lt_0_compat; lra. }
  lra.
Qed.

Theorem multiplicity_gap :
  (forall m, 0 <= m <= 1 -> m - m / (m + k * (1 - m)) <= tanh (ln k / 4)) /\
  tanh (ln k / 4) = (sqrt k - 1) / (sqrt k + 1) /\
  (let m := sqrt k / (1 + sqrt k) in
   0 <= m <= 1 /\ m - m / (m + k * (1 - m)) = tanh (ln k / 4)).
Proof.
  assert (T := tanh_quarter_log k ltac:(lra)).
  set (q := sqrt k) in *. assert (Hq : q * q = k) by (apply sqrt_sqrt; lra).
  assert (1 <= q) by (unfold q; rewrite <- sqrt_1; now apply sqrt_le_1_alt).
  split; [|split; [exact T|]].
  - intros m Hm. rewrite T. now apply gap_le.
  - intros m. split.
    + unfold m. split; [apply Rmult_le_pos; [lra|left; apply Rinv_0_lt_compat; lra]|].
      apply (Rmult_le_reg_r (1 + q)); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra.
    + rewrite T. unfold m. rewrite <- Hq. field. repeat split; nra.
Qed.

End Gap.

Section Copies.
Context {T C : Type}.
Variables (V P : list T) (s : T -> R) (u : T -> C -> R) (k : nat).
Hypothesis HV : V <> [].
Hypothesis HP : P <> [].
Hypothesis Hk : (1 <= k)%nat.

Definition copies (l : list T) : list T := concat (repeat l k).

Lemma Sum_copies l f : Sum (copies l) f = INR k * Sum l f.
Proof.
  unfold copies. clear. induction k as [|n IH]; [simpl; ring|].
  change (repeat l (S n)) with (l :: repeat l n). simpl concat.
  rewrite Sum_app, IH, S_INR. ring.
Qed.

Theorem multiplicity_gap_attention :
  let m := Sum (copies V) (softmax (copies V ++ P) s) in
  let m' := Sum V (softmax (V ++ P) s) in
  let o := attend (copies V ++ P) (softmax (copies V ++ P) s) u in
  let o' := attend (V ++ P) (softmax (V ++ P) s) u in
  let o_V := attend V (softmax V s) u in
  let o_P := attend P (softmax P s) u in
  m' = m / (m + INR k * (1 - m)) /\
  (forall c, o c - o' c = (m - m') * (o_V c - o_P c)) /\
  (forall N, seminorm N ->
     N (fun c => o c - o' c) <= tanh (ln (INR k) / 4) * N (fun c => o_V c - o_P c)).
Proof.
  set (a := Sum V (fun i => exp (s i))). set (b := Sum P (fun i => exp (s i))).
  assert (Ha : 0 < a) by now apply Sum_exp_pos. assert (Hb : 0 < b) by now apply Sum_exp_pos.
  assert (H1 : 1 <= INR k) by (apply (le_INR 1); lia).
  assert (soft : forall l l' f, Sum l (fun i => softmax l' s i * f i)
      = Sum l (fun i => exp (s i) * f i) / Sum l' (fun i => exp (s i))).
  { intros. unfold softmax, Rdiv. rewrite <- Sum_scale_r. apply Sum_ext. intros; ring. }
  assert (soft1 : forall l l', Sum l (softmax l' s)
      = Sum l (fun i => exp (s i)) / Sum l' (fun i => exp (s i))).
  { intros. unfold softmax, Rdiv. now rewrite Sum_scale_r. }
  intros m m' o o' o_V o_P.
  assert (Em : m = INR k * a / (INR k * a + b))
    by (unfold m; now rewrite soft1, Sum_app, !Sum_copies).
  assert (Em' : m' = a / (a + b)) by (unfold m'; now rewrite soft1, Sum_app).
  assert (0 < INR k * a) by nra.
  assert (Hm : m' = m / (m + INR k * (1 - m))).
  { rewrite Em, Em'. field. repeat split; nra. }
  assert (Ho : forall c, o c - o' c = (m - m') * (o_V c - o_P c)).
  { intros c. unfold o, o', o_V, o_P, attend. rewrite !soft, !Sum_app, !Sum_copies.
    rewrite Em, Em'. fold a b. field. lra. }
  split; [exact Hm|]. split; [exact Ho|]. intros N HN.
  rewrite (norm_ext N HN _ _ Ho), (norm_scale N HN).
  apply Rmult_le_compat_r; [now apply norm_nonneg|].
  assert (0 <= m <= 1).
  { rewrite Em. split; [apply Rmult_le_pos; [lra|left; apply Rinv_0_lt_compat; lra]|].
    apply (Rmult_le_reg_r (INR k * a + b)); [lra|].
    unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra. }
  assert (m' <= m).
  { rewrite Em, Em'. apply (Rmult_le_reg_r ((a + b) * (INR k * a + b))); [nra|].
    replace (a / (a + b) * ((a + b) * (INR k * a + b))) with (a * (INR k * a + b)) by (field; lra).
    replace (INR k * a / (INR k * a + b) * ((a + b) * (INR k * a + b)))
      with (INR k * a * (a + b)) by (field; lra).
    assert (0 < a * b) by nra. nra. }
  rewrite Rabs_pos_eq by lra. rewrite Hm. now apply multiplicity_gap.
Qed.

End Copies.

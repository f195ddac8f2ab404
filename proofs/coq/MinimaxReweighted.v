(* attention.minimax-reweighted: values are 1-Lipschitz in a token (pseudo)metric with values in a
   normed space; any weights a of total mass 1 on the kept tokens K replace the weights w of the
   context X. The smallest possible worst error is Phi(K) = sum_v w_v dist(v, K), and moving
   every weight to a nearest kept token attains it.
   - [minimax_reweighted]: the registered claim. The worst error is the supremum of
     ||sum w u - sum a u|| over the 1-Lipschitz u, which for real values is W_1(w, a)
     (Kantorovich-Rubinstein).
   - [minimax_transport]: the same with W_1 as the least cost of a transport plan, so that the
     equality of the two forms of W_1 is not needed.
   - [plain_pruning_ge_phi]: plain pruning is never below Phi.
   - [merge_error], [merge_bias], [merge_bias_ratio]: the merge leaves exactly
     sum_v w_v (u_v - u_{pi v}) and is softmax attention over K with the bias
     b_s = log sum_{pi v = s} exp(s_v - s_s) = log(a_s / w_s), a_s the merged weight. *)
Require Import Reals List Lra.
From MobTheory Require Import WeightedSum Seminorm.
Import ListNotations.
Open Scope R_scope.

(* a nearest kept token for every token; ties in any way *)
Definition nearest_map {T : Type} (dist : T -> T -> R) (K : list T) (pi : T -> T) : Prop :=
  forall v, In (pi v) K /\ forall k, In k K -> dist v (pi v) <= dist v k.

Lemma nearest_map_exists {T : Type} (dist : T -> T -> R) (K : list T) : K <> [] ->
  exists pi, nearest_map dist K pi.
Proof.
  intros HK. destruct K as [|k0 K]; [contradiction|]. clear HK.
  exists (fun v => fold_right (fun k b => if Rle_dec (dist v k) (dist v b) then k else b) k0 K).
  intros v. induction K as [|k K [Hin Hle]]; simpl.
  - split; [now left|]. intros k [<-|[]]; lra.
  - set (b := fold_right _ _ _) in *. destruct (Rle_dec (dist v k) (dist v b)) as [L|L].
    + split; [right; now left|]. intros j [<-|[<-|Hj]]; [|lra|].
      * specialize (Hle k0 (or_introl eq_refl)). lra.
      * specialize (Hle j (or_intror Hj)). lra.
    + split; [destruct Hin as [Hin|Hin]; [now left|right; now right]|].
      intros j [<-|[<-|Hj]]; [apply Hle; now left|lra|apply Hle; now right].
Qed.

Section Reweighted.
Context {T C : Type}.
Variable eq_dec : forall x y : T, {x = y} + {x <> y}.
Variable dist : T -> T -> R.
Hypothesis dist_refl : forall x, dist x x = 0.
Hypothesis dist_sym : forall x y, dist x y = dist y x.
Hypothesis dist_tri : forall x y z, dist x z <= dist x y + dist y z.
Variable N : (C -> R) -> R.
Hypothesis HN : seminorm N.
Variable e : C -> R.
Hypothesis He : N e = 1.
Variables (X K : list T) (w : T -> R) (pi : T -> T).
Hypothesis Hw : forall i, In i X -> 0 <= w i.
Hypothesis H1 : Sum X w = 1.
Hypothesis HK : NoDup K.
Hypothesis Hpi : nearest_map dist K pi.

Definition lipschitz (u : T -> C -> R) := forall x y, N (fun c => u x c - u y c) <= dist x y.

(* errors that 1-Lipschitz values cause when the kept tokens carry the weights a *)
Definition reweighting_error (a : T -> R) (u : T -> C -> R) : R :=
  N (fun c => attend X w u c - attend K a u c).
Definition reweighting_errors (a : T -> R) (x : R) : Prop :=
  exists u, lipschitz u /\ x = reweighting_error a u.

(* dist(v, K) is dist(v, pi v) *)
Definition phi : R := Sum X (fun v => w v * dist v (pi v)).

(* the merge: each kept token carries the weights of the tokens nearest to it *)
Definition merged (j : T) : R :=
  Sum (filter (fun v => if eq_dec (pi v) j then true else false) X) w.

Lemma dist_nonneg x y : 0 <= dist x y.
Proof. pose proof (dist_tri x y x). rewrite dist_refl, (dist_sym y x) in H. lra. Qed.

Lemma merged_Sum f : Sum K (fun j => merged j * f j) = Sum X (fun v => w v * f (pi v)).
Proof. apply Sum_regroup; [exact HK|]. intros v _. apply Hpi. Qed.

Lemma merged_total : Sum K merged = 1.
Proof.
  rewrite <- H1, (Sum_ext K _ (fun j => merged j * 1)) by (intros; ring).
  rewrite (merged_Sum (fun _ => 1)). apply Sum_ext. intros; ring.
Qed.

Lemma merged_nonneg j : 0 <= merged j.
Proof. apply Sum_nonneg. intros i Hi. apply filter_In in Hi. now apply Hw. Qed.

(* what the merge leaves, exactly *)
Theorem merge_error (u : T -> C -> R) c :
  attend X w u c - attend K merged u c = Sum X (fun v => w v * (u v c - u (pi v) c)).
Proof.
  unfold attend. rewrite (merged_Sum (fun j => u j c)), <- Sum_minus.
  apply Sum_ext. intros; ring.
Qed.

Lemma merge_error_le u : lipschitz u -> reweighting_error merged u <= phi.
Proof.
  intros Hu. unfold reweighting_error. rewrite (norm_ext N HN _ _ (merge_error u)).
  eapply Rle_trans; [apply (norm_Sum N HN X w (fun v c => u v c - u (pi v) c))|].
  apply Sum_le. intros i Hi. rewrite Rabs_pos_eq by auto.
  apply Rmult_le_compat_l; [auto|apply Hu].
Qed.

(* dist(., K) in the direction e is 1-Lipschitz, 0 on K: no weights on K see it *)
Definition witness : T -> C -> R := fun x c => dist x (pi x) * e c.

Lemma kept_nearest k : In k K -> dist k (pi k) = 0.
Proof.
  intros Hk. pose proof (proj2 (Hpi k) k Hk). rewrite dist_refl in H.
  pose proof (dist_nonneg k (pi k)). lra.
Qed.

Lemma witness_lipschitz : lipschitz witness.
Proof.
  intros x y. unfold witness.
  rewrite (norm_ext N HN _ (fun c => (dist x (pi x) - dist y (pi y)) * e c)) by (intros; ring).
  rewrite (norm_scale N HN), He, Rmult_1_r.
  destruct (Hpi x) as [Hx Hx']. destruct (Hpi y) as [Hy Hy'].
  specialize (Hx' _ Hy). specialize (Hy' _ Hx).
  pose proof (dist_tri x y (pi y)). pose proof (dist_tri y x (pi x)).
  pose proof (dist_sym x y). apply Rabs_le. lra.
Qed.

Lemma phi_nonneg : 0 <= phi.
Proof.
  apply Sum_nonneg. intros i Hi. apply Rmult_le_pos; auto using dist_nonneg.
Qed.

Lemma witness_error a : reweighting_error a witness = phi.
Proof.
  unfold reweighting_error.
  rewrite (norm_ext N HN _ (fun c => phi * e c)).
  - rewrite (norm_scale N HN), He, Rabs_pos_eq by apply phi_nonneg. ring.
  - intros c. unfold attend, witness.
    rewrite (Sum_ext X _ (fun i => (w i * dist i (pi i)) * e c)) by (intros; ring).
    rewrite Sum_scale_r, (Sum_zero K).
    + unfold phi. ring.
    + intros k Hk. rewrite kept_nearest by exact Hk. ring.
Qed.

Theorem minimax_reweighted :
  (* no weights of total mass 1 on the kept tokens have a worst error below Phi *)
  (forall a W, Sum K a = 1 -> is_upper_bound (reweighting_errors a) W -> phi <= W) /\
  (* the merge is admissible, and its worst error is Phi, attained *)
  (Sum K merged = 1 /\ (forall j, 0 <= merged j) /\
   is_lub (reweighting_errors merged) phi /\ reweighting_errors merged phi).
Proof.
  assert (A : forall a, reweighting_errors a phi).
  { intros a. exists witness. split; [apply witness_lipschitz|symmetry; apply witness_error]. }
  split; [intros a W _ HW; apply HW, A|].
  split; [apply merged_total|]. split; [apply merged_nonneg|]. split; [split|apply A].
  - intros x [u [Hu ->]]. now apply merge_error_le.
  - intros W HW. apply HW, A.
Qed.

(* plain pruning renormalises w over K, which is one reweighting among all *)
Theorem plain_pruning_ge_phi W : 0 < Sum K w ->
  is_upper_bound (fun x => exists u, lipschitz u /\
    x = N (fun c => attend X w u c - mean K w u c)) W -> phi <= W.
Proof.
  intros HS HW. apply (proj1 minimax_reweighted (fun j => w j / Sum K w)).
  - unfold Rdiv. rewrite Sum_scale_r. field. lra.
  - intros x [u [Hu ->]]. apply HW. exists u. split; [exact Hu|].
    apply (norm_ext N HN). intros c. f_equal. unfold attend, mean, Rdiv.
    rewrite <- Sum_scale_r. apply Sum_ext. intros; ring.
Qed.

(* --- transport plans --- *)
Definition plan (a : T -> R) (g : T -> T -> R) : Prop :=
  (forall i j, In i X -> In j K -> 0 <= g i j) /\
  (forall i, In i X -> Sum K (fun j => g i j) = w i) /\
  (forall j, In j K -> Sum X (fun i => g i j) = a j).
Definition cost (g : T -> T -> R) : R := Sum X (fun i => Sum K (fun j => g i j * dist i j)).

Theorem minimax_transport :
  (forall a g, plan a g -> phi <= cost g) /\ (exists g, plan merged g /\ cost g = phi).
Proof.
  split.
  - intros a g [Hg [Hrow _]]. apply Sum_le. intros i Hi.
    rewrite <- (Hrow i Hi), <- Sum_scale_r. apply Sum_le. intros j Hj.
    apply Rmult_le_compat_l; [now apply Hg|now apply Hpi].
  - exists (fun i j => if eq_dec (pi i) j then w i else 0).
    assert (pick : forall i f, Sum K (fun j => (if eq_dec (pi i) j then w i else 0) * f j)
                               = w i * f (pi i)).
    { intros i f. pose proof (Sum_regroup eq_dec K [i] pi w f HK) as R. simpl in R.
      rewrite Rplus_0_r in R. rewrite <- R.
      - apply Sum_ext. intros j _. destruct (eq_dec (pi i) j); simpl; ring.
      - intros v [<-|[]]. apply Hpi. }
    repeat split.
    + intros i j Hi _. destruct (eq_dec (pi i) j); [auto|lra].
    + intros i _. rewrite (Sum_ext K _ (fun j => (if eq_dec (pi i) j then w i else 0) * 1))
        by (intros; ring). rewrite (pick i (fun _ => 1)). ring.
    + intros j _. unfold merged. rewrite Sum_mask. apply Sum_ext.
      intros i _. destruct (eq_dec (pi i) j); reflexivity.
    + apply Sum_ext. intros i _. apply pick.
Qed.

(* the merge is a bias on the logits of the kept tokens *)
Theorem merge_bias (s : T -> R) (j : T) :
  X <> [] -> w = softmax X s -> incl K X -> (forall k, In k K -> pi k = k) -> In j K ->
  softmax K (fun i => s i + ln (Sum
    (filter (fun v => if eq_dec (pi v) i then true else false) X) (fun v => exp (s v - s i)))) j
  = merged j.
Proof.
  intros HX Hs HKX Hid Hj.
  set (A := fun i => filter (fun v => if eq_dec (pi v) i then true else false) X).
  set (Z := Sum X (fun v => exp (s v))). assert (HZ : 0 < Z) by now apply Sum_exp_pos.
  assert (E : forall i, In i K ->
    exp (s i + ln (Sum (A i) (fun v => exp (s v - s i)))) = Sum (A i) (fun v => exp (s v))).
  { intros i Hi. rewrite exp_plus, exp_ln.
    - rewrite <- Sum_scale. apply Sum_ext. intros v _. rewrite <- exp_plus. f_equal. ring.
    - apply Sum_pos; [|intros; apply exp_pos]. intros En.
      assert (In i (A i)) as Hin; [|rewrite En in Hin; contradiction].
      apply filter_In. split; [now apply HKX|]. rewrite Hid by exact Hi.
      now destruct (eq_dec i i). }
  assert (M : forall i, merged i = Sum (A i) (fun v => exp (s v)) / Z).
  { intros i. unfold merged. rewrite Hs. unfold softmax, Rdiv. fold (A i). fold Z.
    now rewrite Sum_scale_r. }
  assert (TOT : Sum K (fun i => Sum (A i) (fun v => exp (s v))) = Z).
  { pose proof merged_total as MT.
    rewrite (Sum_ext K _ (fun i => Sum (A i) (fun v => exp (s v)) * / Z)) in MT
      by (intros; apply M).
    rewrite Sum_scale_r in MT. apply (Rmult_eq_reg_r (/ Z));
      [|now apply Rgt_not_eq, Rinv_0_lt_compat].
    rewrite MT. field. lra. }
  unfold softmax at 1. fold A.
  change (exp (s j + ln (Sum (A j) (fun v => exp (s v - s j)))) /
    Sum K (fun i => exp (s i + ln (Sum (A i) (fun v => exp (s v - s i))))) = merged j).
  rewrite E by exact Hj. rewrite (Sum_ext K _ (fun i => Sum (A i) (fun v => exp (s v)))) by exact E.
  rewrite TOT. symmetry. apply M.
Qed.

(* the same bias in terms of the weights, log(a_s / w_s) *)
Theorem merge_bias_ratio (s : T -> R) (j : T) :
  X <> [] -> w = softmax X s -> incl K X -> (forall k, In k K -> pi k = k) -> In j K ->
  softmax K (fun i => s i + ln (merged i / w i)) j = merged j.
Proof.
  intros HX Hs HKX Hid Hj. rewrite <- (merge_bias s j HX Hs HKX Hid Hj).
  pose proof (Sum_exp_pos X s HX) as HZ.
  assert (E : forall i, merged i / w i = Sum
    (filter (fun v => if eq_dec (pi v) i then true else false) X) (fun v => exp (s v - s i))).
  { intros i. unfold merged. rewrite Hs. unfold softmax, Rdiv. rewrite Sum_scale_r.
    rewrite (Sum_ext _ (fun v => exp (s v - s i)) (fun v => exp (s v) * / exp (s i))).
    - rewrite Sum_scale_r. pose proof (exp_pos (s i)). field.
      split; apply Rgt_not_eq; [assumption|exact HZ].
    - intros v _. rewrite <- exp_Ropp, <- exp_plus. reflexivity. }
  unfold softmax. rewrite E. f_equal. apply Sum_ext. intros i _. now rewrite E.
Qed.

End Reweighted.

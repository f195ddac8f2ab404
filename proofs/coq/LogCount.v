(* attention.log-count: pruning with the bias log n_s on the logits of the kept tokens, n_s the
   number of tokens assigned to s (s itself among them), each token to a nearest kept one:
     ||o - o~|| <= (||W_V|| + A r) d_H(X, X_s).
   [log_count] is the registered claim with d_H as in Metric.v, X_s any kept subset of X; the tokens
   are the points of a (pseudo)metric space, logits A-Lipschitz, values W-Lipschitz with values of
   all tokens (or of the kept ones alone) in a ball of radius r, any norm.
   [log_count_sharp]: d_H W + diam tanh(A d_H/2). [log_count_assigned]: for any assignment pi, such
   as one into S only, with its largest distance in place of d_H. *)
From MobTheory Require Import Metric.
From MobTheory Require Import WeightedSum Seminorm TotalVariation WInfinity Counts.

Section LogCount.
Context {E : space} {C : Type}.
Variable eq_dec : forall x y : E, {x = y} + {x <> y}.
Variables (N : (C -> R) -> R) (HN : seminorm N).
Variables (s : E -> R) (u : E -> C -> R) (A W : R).
Hypothesis HA : 0 <= A.
Hypothesis HW : 0 <= W.
Hypothesis Hs : forall x y, Rabs (s x - s y) <= A * dist x y.
Hypothesis Hu : forall x y, N (fun c => u x c - u y c) <= W * dist x y.
Variables (X K : list E) (pi : E -> E).
Hypothesis HX : X <> [].
Hypothesis HK : NoDup K.
Hypothesis Hsub : incl K X.
Hypothesis Hpi : forall v, In v X -> In (pi v) K.
Hypothesis Hid : forall k, In k K -> pi k = k.

Definition full : C -> R := attend X (softmax X s) u.
Definition counted : C -> R :=
  attend K (softmax K (fun j => s j + ln (size eq_dec X pi j))) u.

Lemma counted_moved c : counted c = attend X (softmax X (fun v => s (pi v))) (fun v => u (pi v)) c.
Proof. now apply counted_is_moved. Qed.

Section Assigned.
Variable delta : R.
Hypothesis Hdelta : 0 <= delta.
Hypothesis Hmove : forall v, In v X -> dist v (pi v) <= delta.

Theorem log_count_assigned_sharp (diam : R) :
  (forall x y, In x X -> In y X -> N (fun c => u x c - u y c) <= diam) \/
  (forall x y, In x K -> In y K -> N (fun c => u x c - u y c) <= diam) ->
  N (fun c => full c - counted c) <= W * delta + diam * tanh (A * delta / 2).
Proof.
  intros Hd. rewrite (norm_ext N HN _ (fun c => head s u X (fun v => v) c - head s u X pi c))
    by (intros; now rewrite counted_moved).
  apply (winf_tokens_sharp N HN dist dist_sym); auto.
  destruct Hd as [Hd|Hd]; [now left|right]; intros; apply Hd; now apply Hpi.
Qed.

Theorem log_count_assigned (z : C -> R) (r : R) :
  (forall x, In x X -> N (fun c => u x c - z c) <= r) \/
  (forall x, In x K -> N (fun c => u x c - z c) <= r) ->
  N (fun c => full c - counted c) <= (W + A * r) * delta.
Proof.
  intros Hr. rewrite (norm_ext N HN _ (fun c => head s u X (fun v => v) c - head s u X pi c))
    by (intros; now rewrite counted_moved).
  apply (winf_tokens N HN dist dist_sym) with z; auto.
  destruct Hr as [Hr|Hr]; [now left|right]; intros; apply Hr; now apply Hpi.
Qed.
End Assigned.

(* nearest kept tokens *)
Hypothesis Hnear : forall v, In v X -> dist v (pi v) = to v K.

Lemma nearest_within v : In v X -> dist v (pi v) <= d_H X K.
Proof.
  intros Hv. rewrite (Hnear v Hv). apply Rle_trans with (h X K); [now apply h_ge|apply h_le_d_H].
Qed.

Theorem log_count (z : C -> R) (r : R) :
  (forall x, In x X -> N (fun c => u x c - z c) <= r) \/
  (forall x, In x K -> N (fun c => u x c - z c) <= r) ->
  N (fun c => full c - counted c) <= (W + A * r) * d_H X K.
Proof. apply log_count_assigned; [apply d_H_pos|exact nearest_within]. Qed.

Theorem log_count_sharp (diam : R) :
  (forall x y, In x X -> In y X -> N (fun c => u x c - u y c) <= diam) \/
  (forall x y, In x K -> In y K -> N (fun c => u x c - u y c) <= diam) ->
  N (fun c => full c - counted c) <= W * d_H X K + diam * tanh (A * d_H X K / 2).
Proof. apply log_count_assigned_sharp; [apply d_H_pos|exact nearest_within]. Qed.

End LogCount.

(* there is an assignment to nearest kept tokens that fixes the kept ones *)
Theorem assignment_exists {E : space} (eq_dec : forall x y : E, {x = y} + {x <> y}) (K : list E) :
  K <> [] -> exists pi : E -> E,
    (forall v, In (pi v) K /\ dist v (pi v) = to v K) /\ (forall k, In k K -> pi k = k).
Proof.
  intros HK.
  assert (F : exists pi : E -> E, forall v, In (pi v) K /\ dist v (pi v) = to v K).
  { destruct K as [|k0 K]; [contradiction|]. clear HK. revert k0.
    induction K as [|k K IH]; intros k0.
    - exists (fun _ => k0). intros v. split; [now left|reflexivity].
    - destruct (IH k) as [pi Hpi].
      exists (fun v => if Rle_dec (dist v k0) (dist v (pi v)) then k0 else pi v).
      intros v. destruct (Hpi v) as [Hin E0].
      change (to v (k0 :: k :: K)) with (Rmin (dist v k0) (to v (k :: K))). rewrite <- E0.
      unfold Rmin. destruct (Rle_dec (dist v k0) (dist v (pi v))); split; auto;
        [now left|now right]. }
  destruct F as [pi Hpi]. exists (fun v => if in_dec eq_dec v K then v else pi v). split.
  - intros v. destruct (in_dec eq_dec v K) as [Hv|Hv]; [|apply Hpi].
    split; [exact Hv|]. now rewrite dist_refl, to_member.
  - intros k Hk. now destruct (in_dec eq_dec k K).
Qed.

(* attention.identity: dropping the tokens D of X and keeping the rest S changes the output by
   exactly o - o_S = m (o_D - o_S) = (m/(1-m)) (o_D - o), with m the weight of D.
   [pruning_identity] is the registered claim: softmax weights, values in any number of
   coordinates, o_S the softmax over the kept tokens, o_D the conditional mean of the dropped.
   Only one token must be kept; for D empty, m = 0 and all three sides are 0.
   [weighted_pruning_identity] is the same for any weights of total 1. *)
Require Import Reals List Lra.
From MobTheory Require Import WeightedSum Seminorm.
Import ListNotations.
Open Scope R_scope.

Section Pruning.
Context {T C : Type}.
Variables (X : list T) (kept : T -> bool) (u : T -> C -> R).
Let S := filter kept X.
Let D := filter (fun i => negb (kept i)) X.

Theorem weighted_pruning_identity (w : T -> R) :
  Sum X w = 1 -> (forall i, In i X -> 0 <= w i) -> 0 < Sum S w ->
  let m := Sum D w in
  let o := attend X w u in let o_S := mean S w u in let o_D := mean D w u in
  0 <= m < 1 /\
  forall c, o c - o_S c = m * (o_D c - o_S c) /\ o c - o_S c = m / (1 - m) * (o_D c - o c).
Proof.
  intros H1 Hw HS m o o_S o_D.
  assert (Hsplit : Sum S w + m = 1) by (unfold S, m, D; rewrite <- Sum_filter; exact H1).
  assert (Hm : 0 <= m)
    by (apply Sum_nonneg; intros i Hi; apply filter_In in Hi; now apply Hw).
  split; [lra|]. intros c.
  assert (Ho : o c = Sum S (fun i => w i * u i c) + Sum D (fun i => w i * u i c))
    by apply Sum_filter.
  assert (HoS : Sum S (fun i => w i * u i c) = (1 - m) * o_S c).
  { unfold o_S, mean. replace (1 - m) with (Sum S w) by lra. field. lra. }
  assert (HoD : Sum D (fun i => w i * u i c) = m * o_D c).
  { destruct (Req_dec m 0) as [E|E].
    - rewrite E, Rmult_0_l. apply Sum_zero. intros i Hi.
      assert (w i <= m) as Hi'.
      { apply Sum_In_le; auto. intros j Hj. apply filter_In in Hj. now apply Hw. }
      assert (0 <= w i) by (apply filter_In in Hi; now apply Hw).
      replace (w i) with 0 by lra. ring.
    - unfold o_D, mean. fold m. field. exact E. }
  rewrite Ho, HoS, HoD. split; [ring|field; lra].
Qed.

(* softmax over the kept tokens is the conditional mean over them *)
Lemma softmax_kept (s : T -> R) c : S <> [] ->
  attend S (softmax S s) u c = mean S (softmax X s) u c.
Proof.
  intros HS.
  assert (X <> []) by (intros E; apply HS; unfold S; now rewrite E).
  pose proof (Sum_exp_pos S s HS). pose proof (Sum_exp_pos X s H).
  unfold attend, mean, softmax, Rdiv.
  rewrite (Sum_ext S _ (fun i => / Sum S (fun j => exp (s j)) * (exp (s i) * u i c)))
    by (intros; ring).
  rewrite (Sum_ext S (fun i => exp (s i) * / Sum X (fun j => exp (s j)) * u i c)
    (fun i => / Sum X (fun j => exp (s j)) * (exp (s i) * u i c))) by (intros; ring).
  rewrite !Sum_scale, Sum_scale_r. field. lra.
Qed.

Theorem pruning_identity (s : T -> R) : S <> [] ->
  let w := softmax X s in
  let m := Sum D w in
  let o := attend X w u in
  let o_S := attend S (softmax S s) u in
  let o_D := mean D w u in
  0 <= m < 1 /\
  forall c, o c - o_S c = m * (o_D c - o_S c) /\ o c - o_S c = m / (1 - m) * (o_D c - o c).
Proof.
  intros HS w m o o_S o_D.
  assert (HX : X <> []) by (intros E; apply HS; unfold S; now rewrite E).
  destruct (weighted_pruning_identity w) as [Hm H].
  - now apply softmax_total.
  - intros; apply Rlt_le; now apply softmax_pos.
  - apply Sum_pos; auto. intros; now apply softmax_pos.
  - split; [exact Hm|]. intros c. unfold o_S. rewrite (softmax_kept s c HS). apply H.
Qed.

End Pruning.

(* Finite sums over lists of tokens, as used by every attention file of this folder.
   No claim is stated here. [Sum l f] is the sum of f over the tokens of l, [mass] a sum of
   weights, [mean] a weighted mean. Vectors are functions from coordinates to reals. *)
Require Import Reals List Lia Lra Permutation.
Import ListNotations.
Open Scope R_scope.

Fixpoint Sum {T : Type} (l : list T) (f : T -> R) : R :=
  match l with [] => 0 | i :: l' => f i + Sum l' f end.

(* conditional weighted mean of the vectors u over l: attention output if w is the softmax *)
Definition mean {T C : Type} (l : list T) (w : T -> R) (u : T -> C -> R) : C -> R :=
  fun c => Sum l (fun i => w i * u i c) / Sum l w.

(* softmax over l of the logits s *)
Definition softmax {T : Type} (l : list T) (s : T -> R) : T -> R :=
  fun i => exp (s i) / Sum l (fun j => exp (s j)).

(* attention output: weights as they are *)
Definition attend {T C : Type} (l : list T) (w : T -> R) (u : T -> C -> R) : C -> R :=
  fun c => Sum l (fun i => w i * u i c).

Section Sums.
Context {T : Type}.
Implicit Types (l : list T) (f g : T -> R).

Lemma Sum_ext l f g : (forall i, In i l -> f i = g i) -> Sum l f = Sum l g.
Proof.
  induction l as [|a l IH]; intros H; simpl; [reflexivity|].
  rewrite (H a (or_introl eq_refl)), IH; auto. intros i Hi; apply H; now right.
Qed.

Lemma Sum_app l l' f : Sum (l ++ l') f = Sum l f + Sum l' f.
Proof. induction l as [|a l IH]; simpl; [lra|rewrite IH; lra]. Qed.

Lemma Sum_plus l f g : Sum l (fun i => f i + g i) = Sum l f + Sum l g.
Proof. induction l as [|a l IH]; simpl; [lra|rewrite IH; lra]. Qed.

Lemma Sum_minus l f g : Sum l (fun i => f i - g i) = Sum l f - Sum l g.
Proof. induction l as [|a l IH]; simpl; [lra|rewrite IH; lra]. Qed.

Lemma Sum_scale l a f : Sum l (fun i => a * f i) = a * Sum l f.
Proof. induction l as [|b l IH]; simpl; [lra|rewrite IH; lra]. Qed.

Lemma Sum_scale_r l a f : Sum l (fun i => f i * a) = Sum l f * a.
Proof. induction l as [|b l IH]; simpl; [lra|rewrite IH; lra]. Qed.

Lemma Sum_zero l f : (forall i, In i l -> f i = 0) -> Sum l f = 0.
Proof.
  intros H. rewrite (Sum_ext l f (fun _ => 0 * 0)); [|intros i Hi; rewrite (H i Hi); ring].
  rewrite (Sum_scale l 0 (fun _ => 0)). ring.
Qed.

Lemma Sum_le l f g : (forall i, In i l -> f i <= g i) -> Sum l f <= Sum l g.
Proof.
  induction l as [|a l IH]; intros H; simpl; [lra|].
  pose proof (H a (or_introl eq_refl)).
  assert (Sum l f <= Sum l g) by (apply IH; intros i Hi; apply H; now right). lra.
Qed.

Lemma Sum_nonneg l f : (forall i, In i l -> 0 <= f i) -> 0 <= Sum l f.
Proof.
  intros H. rewrite <- (Sum_zero l (fun _ => 0)) by reflexivity. now apply Sum_le.
Qed.

Lemma Sum_pos l f : l <> [] -> (forall i, In i l -> 0 < f i) -> 0 < Sum l f.
Proof.
  destruct l as [|a l]; intros Hl H; [contradiction|]; simpl.
  assert (0 <= Sum l f)
    by (apply Sum_nonneg; intros i Hi; apply Rlt_le, H; now right).
  pose proof (H a (or_introl eq_refl)). lra.
Qed.

Lemma Sum_In_le l f a : (forall i, In i l -> 0 <= f i) -> In a l -> f a <= Sum l f.
Proof.
  induction l as [|b l IH]; intros H Ha; [contradiction|]; simpl.
  assert (0 <= Sum l f) by (apply Sum_nonneg; intros i Hi; apply H; now right).
  destruct Ha as [->|Ha]; [lra|].
  pose proof (H b (or_introl eq_refl)).
  assert (f a <= Sum l f) by (apply IH; auto; intros i Hi; apply H; now right). lra.
Qed.

Lemma Sum_const l a : Sum l (fun _ => a) = INR (length l) * a.
Proof.
  induction l as [|b l IH]; [simpl; lra|].
  change (a + Sum l (fun _ => a) = INR (S (length l)) * a). rewrite IH, S_INR. lra.
Qed.

Lemma Sum_Rabs l f : Rabs (Sum l f) <= Sum l (fun i => Rabs (f i)).
Proof.
  induction l as [|a l IH]; simpl; [rewrite Rabs_R0; lra|].
  eapply Rle_trans; [apply Rabs_triang|lra].
Qed.

Lemma Sum_perm l l' f : Permutation l l' -> Sum l f = Sum l' f.
Proof. induction 1; simpl; lra. Qed.

(* a mask splits a sum *)
Lemma Sum_filter l (p : T -> bool) f :
  Sum l f = Sum (filter p l) f + Sum (filter (fun i => negb (p i)) l) f.
Proof.
  induction l as [|a l IH]; simpl; [lra|]. destruct (p a); simpl; rewrite IH; lra.
Qed.

Lemma Sum_mask l (p : T -> bool) f :
  Sum (filter p l) f = Sum l (fun i => if p i then f i else 0).
Proof. induction l as [|a l IH]; simpl; [lra|]. destruct (p a); simpl; rewrite IH; lra. Qed.

Lemma Sum_sub_nonneg l (p : T -> bool) f :
  (forall i, In i l -> 0 <= f i) -> 0 <= Sum (filter p l) f <= Sum l f.
Proof.
  intros H. rewrite (Sum_filter l p f). split.
  - apply Sum_nonneg. intros i Hi. apply filter_In in Hi. now apply H.
  - enough (0 <= Sum (filter (fun i => negb (p i)) l) f) by lra.
    apply Sum_nonneg. intros i Hi. apply filter_In in Hi. now apply H.
Qed.

Lemma Sum_exp_pos l (s : T -> R) : l <> [] -> 0 < Sum l (fun i => exp (s i)).
Proof. intros Hl. apply Sum_pos; auto. intros; apply exp_pos. Qed.

Lemma softmax_pos l s i : l <> [] -> 0 < softmax l s i.
Proof. intros Hl. apply Rdiv_lt_0_compat; [apply exp_pos|now apply Sum_exp_pos]. Qed.

Lemma softmax_total l s : l <> [] -> Sum l (softmax l s) = 1.
Proof.
  intros Hl. pose proof (Sum_exp_pos l s Hl). unfold softmax, Rdiv.
  rewrite Sum_scale_r. field. lra.
Qed.

End Sums.

Lemma Sum_swap {T U : Type} (l : list T) (k : list U) (f : T -> U -> R) :
  Sum l (fun i => Sum k (f i)) = Sum k (fun j => Sum l (fun i => f i j)).
Proof.
  induction l as [|a l IH]; simpl.
  - induction k; simpl; lra.
  - rewrite IH, <- Sum_plus. reflexivity.
Qed.

Lemma Sum_map {T U : Type} (g : U -> T) (k : list U) (f : T -> R) :
  Sum (map g k) f = Sum k (fun i => f (g i)).
Proof. induction k as [|a k IH]; simpl; [reflexivity|now rewrite IH]. Qed.

(* [v] carries [f (p v)]: regroup a sum over v by the value p v, a token of k *)
Lemma Sum_regroup {T : Type} (eq_dec : forall x y : T, {x = y} + {x <> y}) (k l : list T)
    (p : T -> T) (w f : T -> R) :
  NoDup k -> (forall v, In v l -> In (p v) k) ->
  Sum k (fun j => Sum (filter (fun v => if eq_dec (p v) j then true else false) l) w * f j)
  = Sum l (fun v => w v * f (p v)).
Proof.
  intros Hk Hp.
  rewrite (Sum_ext k _ (fun j => Sum l (fun v => (if eq_dec (p v) j then w v else 0) * f j))).
  - rewrite Sum_swap. apply Sum_ext. intros v Hv. specialize (Hp v Hv).
    clear Hv. induction k as [|a k IH]; [contradiction|]. simpl.
    inversion Hk as [|? ? Ha Hk']; subst.
    destruct (eq_dec (p v) a) as [E|E].
    + rewrite Sum_zero; [rewrite E; lra|].
      intros j Hj. destruct (eq_dec (p v) j) as [E'|]; [congruence|ring].
    + rewrite IH; auto; [ring|]. destruct Hp as [Hp|Hp]; [congruence|exact Hp].
  - intros j _. rewrite Sum_mask, <- Sum_scale_r. apply Sum_ext. intros v _.
    destruct (eq_dec (p v) j); reflexivity.
Qed.

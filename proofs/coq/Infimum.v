(* Two tools of classical analysis: every proposition can be decided, and a nonempty set of reals
   that is bounded below has an infimum, here as a function. Both come from the axioms of Coq's own
   real numbers (sig_not_dec, completeness) and excluded middle. *)

From Coq Require Import Reals Classical ClassicalDedekindReals Lra.
Open Scope R_scope.

Definition decide (P : Prop) : {P} + {~ P} :=
  match sig_not_dec P with
  | left double_negation => left (NNPP P double_negation)
  | right negation => right negation
  end.

Definition lower_bound (E : R -> Prop) (m : R) : Prop := forall x, E x -> m <= x.

Definition is_infimum (E : R -> Prop) (m : R) : Prop :=
  lower_bound E m /\ forall m', lower_bound E m' -> m' <= m.

Definition is_minimum (E : R -> Prop) (m : R) : Prop := E m /\ lower_bound E m.

Lemma infimum_exists (E : R -> Prop) :
  (exists x, E x) -> (exists m, lower_bound E m) -> {m | is_infimum E m}.
Proof.
  intros HE HB. destruct (completeness (fun x => E (- x))) as [m [Hup Hleast]].
  - destruct HB as [m Hm]. exists (- m). intros x Hx. specialize (Hm _ Hx). lra.
  - destruct HE as [x Hx]. exists (- x). now rewrite Ropp_involutive.
  - exists (- m). split.
    + intros x Hx. enough (- x <= m) by lra. apply Hup. now rewrite Ropp_involutive.
    + intros m' Hm'. enough (m <= - m') by lra. apply Hleast. intros x Hx.
      specialize (Hm' _ Hx). lra.
Qed.

(* 0 where there is no infimum; theorems ask for what makes it exist. *)
Definition infimum (E : R -> Prop) : R :=
  match decide (exists x, E x), decide (exists m, lower_bound E m) with
  | left some, left bounded => proj1_sig (infimum_exists E some bounded)
  | _, _ => 0
  end.

Lemma infimum_spec (E : R -> Prop) :
  (exists x, E x) -> (exists m, lower_bound E m) -> is_infimum E (infimum E).
Proof.
  intros HE HB. unfold infimum. destruct (decide _); [|contradiction].
  destruct (decide _); [|contradiction]. apply proj2_sig.
Qed.

Lemma infimum_below (E : R -> Prop) m s : is_infimum E m -> m < s -> exists x, E x /\ m <= x < s.
Proof.
  intros [Hlow Hgreatest] Hs. apply NNPP. intros Hn. enough (s <= m) by lra. apply Hgreatest.
  intros x Hx. destruct (Rle_or_lt s x); auto. exfalso. apply Hn. exists x; auto.
Qed.

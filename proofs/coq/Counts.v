(* Counts as a bias: attention over the kept tokens with log n_s added to the logits, n_s the number
   of tokens assigned to s, is attention over all tokens, each moved to its kept one. Used by
   attention.log-count and attention.stack; no claim is stated here. *)
Require Import Reals List Lia Lra.
From MobTheory Require Import WeightedSum.
Import ListNotations.
Open Scope R_scope.

Section Counts.
Context {T C : Type}.
Variable eq_dec : forall x y : T, {x = y} + {x <> y}.
Variables (X K : list T) (pi : T -> T).
Hypothesis HK : NoDup K.
Hypothesis Hsub : incl K X.
Hypothesis Hpi : forall v, In v X -> In (pi v) K.
Hypothesis Hid : forall k, In k K -> pi k = k.

Definition cluster (j : T) : list T := filter (fun v => if eq_dec (pi v) j then true else false) X.
Definition size (j : T) : R := INR (length (cluster j)).

Lemma size_pos j : In j K -> 0 < size j.
Proof.
  intros Hj. apply (lt_INR 0). destruct (cluster j) eqn:Ec; [|simpl; lia]. exfalso.
  assert (H : In j (cluster j)); [|rewrite Ec in H; contradiction].
  apply filter_In. split; [now apply Hsub|]. rewrite Hid by exact Hj. now destruct (eq_dec j j).
Qed.

Lemma Sum_size f : Sum K (fun j => size j * f j) = Sum X (fun v => f (pi v)).
Proof.
  transitivity (Sum X (fun v => 1 * f (pi v))); [|apply Sum_ext; intros; ring].
  rewrite <- (Sum_regroup eq_dec K X pi (fun _ => 1) f HK Hpi). apply Sum_ext. intros j _.
  unfold size. rewrite <- (Rmult_1_r (INR _)), <- Sum_const. reflexivity.
Qed.

Lemma counted_is_moved (s : T -> R) (u : T -> C -> R) c :
  attend K (softmax K (fun j => s j + ln (size j))) u c
  = attend X (softmax X (fun v => s (pi v))) (fun v => u (pi v)) c.
Proof.
  assert (B : forall j, In j K -> exp (s j + ln (size j)) = size j * exp (s j)).
  { intros j Hj. rewrite exp_plus, exp_ln by now apply size_pos. ring. }
  unfold attend, softmax, Rdiv.
  rewrite (Sum_ext K (fun j => exp (s j + ln (size j))) (fun j => size j * exp (s j)) B).
  rewrite (Sum_size (fun j => exp (s j))).
  rewrite (Sum_ext K _ (fun j => size j * (exp (s j) * / Sum X (fun v => exp (s (pi v))) * u j c))).
  - now rewrite (Sum_size (fun j => exp (s j) * / Sum X (fun v => exp (s (pi v))) * u j c)).
  - intros j Hj. rewrite B by exact Hj. ring.
Qed.

End Counts.

(* The real line with the distance |x - y|, the space of most counterexamples. *)

From MobTheory Require Export Metric.

Lemma line_refl x : Rabs (x - x) = 0.
Proof. rewrite Rminus_diag_eq by reflexivity. apply Rabs_R0. Qed.

Lemma line_tri x y z : Rabs (x - z) <= Rabs (x - y) + Rabs (y - z).
Proof. replace (x - z) with ((x - y) + (y - z)) by ring. apply Rabs_triang. Qed.

Definition line : space :=
  Space R (fun x y => Rabs (x - y)) line_refl Rabs_minus_sym line_tri.

(* Turn each distance between known points into a difference; lra does the rest. *)
Ltac line_dist :=
  unfold dist, line in *; simpl in *;
  repeat match goal with
  | |- context [Rabs ?x] => destruct (Rcase_abs x);
      [rewrite (Rabs_left x) in * by assumption|rewrite (Rabs_right x) in * by assumption]
  | H : context [Rabs ?x] |- _ => destruct (Rcase_abs x);
      [rewrite (Rabs_left x) in * by assumption|rewrite (Rabs_right x) in * by assumption]
  end.

(* H : In x [...], one goal for each member of the list. *)
Ltac cases H := simpl in H; repeat destruct H as [<-|H]; try contradiction.

(* A list of points that lra can tell apart. *)
Ltac distinct :=
  repeat (constructor;
    [let H := fresh in simpl; intros H; repeat destruct H as [H|H]; try contradiction; lra|]);
  constructor.

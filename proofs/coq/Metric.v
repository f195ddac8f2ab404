(* Finite sets in a metric space, and the distances of the claims between them.

   A space has a distance with d(x, x) = 0, symmetry and the triangle inequality; different points
   at distance 0 are allowed, so everything here holds for pseudometrics too. Finite sets are lists.

     to x B     dist(x, B), the distance from x to the nearest point of B
     h A B      h(A -> B), the largest dist(a, B) over a in A; 0 if A is empty
     d_H A B    the larger of h(A -> B) and h(B -> A)

   A distance to the empty set is infinite in the claims. Here it has no meaning (it evaluates to
   0), and every theorem asks for a nonempty set wherever it speaks of such a distance.

   [covers r B A], "each point of A has one of B within r", is the level set h(A -> B) <= r;
   [h_le] is the link between the two, proved once. *)

From Coq Require Export Reals List Lra Lia.
Export ListNotations.
Global Open Scope R_scope.

Record space := Space {
  point :> Type;
  dist : point -> point -> R;
  dist_refl : forall x, dist x x = 0;
  dist_sym : forall x y, dist x y = dist y x;
  dist_tri : forall x y z, dist x z <= dist x y + dist y z
}.
Arguments dist {s} x y.
Arguments dist_refl {s} x.
Arguments dist_sym {s} x y.
Arguments dist_tri {s} x y z.

Section Radii.
Context {X : space}.
Implicit Types (x a b : X) (A B C : list X) (r : R).

Lemma dist_pos x y : 0 <= dist x y.
Proof. pose proof (dist_tri x y x) as H. rewrite dist_refl, (dist_sym y x) in H; lra. Qed.

Fixpoint to x B : R :=
  match B with
  | [] => 0
  | [b] => dist x b
  | b :: B' => Rmin (dist x b) (to x B')
  end.

Fixpoint h A B : R :=
  match A with
  | [] => 0
  | a :: A' => Rmax (to a B) (h A' B)
  end.

Definition d_H A B : R := Rmax (h A B) (h B A).

Definition covers r B A : Prop := forall a, In a A -> exists b, In b B /\ dist a b <= r.

(* --- dist(x, B) is the least of the distances --- *)

Lemma to_le x b B : In b B -> to x B <= dist x b.
Proof.
  induction B as [|c [|c' B] IH]; [easy|intros [->|[]]; simpl; lra|].
  change (to x (c :: c' :: B)) with (Rmin (dist x c) (to x (c' :: B))).
  intros [->|Hb]; [apply Rmin_l|]. eapply Rle_trans; [apply Rmin_r|auto].
Qed.

Lemma to_attained x B : B <> [] -> exists b, In b B /\ to x B = dist x b.
Proof.
  induction B as [|c [|c' B] IH]; [easy|intros _; exists c; split; [now left|reflexivity]|intros _].
  change (to x (c :: c' :: B)) with (Rmin (dist x c) (to x (c' :: B))).
  destruct IH as [b [Hb E]]; [easy|]. unfold Rmin.
  destruct (Rle_dec (dist x c) (to x (c' :: B))); [exists c|exists b]; split; auto;
    now left + right.
Qed.

Lemma to_ge x B r : B <> [] -> (forall b, In b B -> r <= dist x b) -> r <= to x B.
Proof. intros HB H. destruct (to_attained x B HB) as [b [Hb ->]]; auto. Qed.

Lemma to_pos x B : 0 <= to x B.
Proof.
  destruct B as [|b B]; [simpl; lra|].
  destruct (to_attained x (b :: B)) as [c [_ ->]]; [easy|apply dist_pos].
Qed.

Lemma to_member x B : In x B -> to x B = 0.
Proof.
  intros H. pose proof (to_le x x B H). rewrite dist_refl in H0. pose proof (to_pos x B). lra.
Qed.

Lemma to_incl x A B : A <> [] -> incl A B -> to x B <= to x A.
Proof. intros HA HI. destruct (to_attained x A HA) as [a [Ha ->]]. now apply to_le, HI. Qed.

Lemma to_tri x y B : B <> [] -> to x B <= dist x y + to y B.
Proof.
  intros HB. destruct (to_attained y B HB) as [b [Hb ->]].
  pose proof (to_le x b B Hb). pose proof (dist_tri x y b). lra.
Qed.

Lemma to_app x A B : A <> [] -> B <> [] -> to x (A ++ B) = Rmin (to x A) (to x B).
Proof.
  intros HA HB. apply Rle_antisym.
  - apply Rmin_glb; apply to_incl; auto using incl_appl, incl_appr, incl_refl.
  - destruct (to_attained x (A ++ B)) as [c [Hc ->]]; [now destruct A|].
    apply in_app_or in Hc as [Hc|Hc];
      (eapply Rle_trans; [apply Rmin_l + apply Rmin_r|now apply to_le]).
Qed.

(* --- h(A -> B) is the largest of them --- *)

Lemma h_ge a A B : In a A -> to a B <= h A B.
Proof.
  induction A as [|c A IH]; [easy|intros [->|Ha]; simpl; [apply Rmax_l|]].
  eapply Rle_trans; [now apply IH|apply Rmax_r].
Qed.

Lemma h_pos A B : 0 <= h A B.
Proof. destruct A; simpl; [lra|]. eapply Rle_trans; [apply to_pos|apply Rmax_l]. Qed.

Lemma h_least A B r : 0 <= r -> (forall a, In a A -> to a B <= r) -> h A B <= r.
Proof.
  intros Hr; induction A as [|a A IH]; simpl; intros H; [lra|].
  apply Rmax_lub; [apply H; now left|apply IH; auto].
Qed.

Lemma h_attained A B : A <> [] -> exists a, In a A /\ h A B = to a B.
Proof.
  induction A as [|a A IH]; [easy|intros _]. destruct A as [|a' A].
  - exists a; split; [now left|]. simpl. apply Rmax_left, to_pos.
  - destruct IH as [c [Hc E]]; [easy|]. change (h (a :: a' :: A) B)
      with (Rmax (to a B) (h (a' :: A) B)). unfold Rmax.
    destruct (Rle_dec (to a B) (h (a' :: A) B)); [exists c|exists a]; split; auto; now left + right.
Qed.

Theorem h_le A B r : B <> [] -> 0 <= r -> (h A B <= r <-> covers r B A).
Proof.
  intros HB Hr; split; intros H.
  - intros a Ha. destruct (to_attained a B HB) as [b [Hb E]]. exists b; split; auto.
    pose proof (h_ge a A B Ha). lra.
  - apply h_least; auto. intros a Ha. destruct (H a Ha) as [b [Hb Hd]].
    pose proof (to_le a b B Hb). lra.
Qed.

Lemma h_covers A B : B <> [] -> covers (h A B) B A.
Proof. intros HB. apply h_le; auto using h_pos; lra. Qed.

Lemma h_incl_right A B C : B <> [] -> incl B C -> h A C <= h A B.
Proof.
  intros HB HI. apply h_least; [apply h_pos|]. intros a Ha.
  apply Rle_trans with (to a B); [now apply to_incl|now apply h_ge].
Qed.

Lemma h_incl A B : incl A B -> h A B = 0.
Proof.
  intros HI. apply Rle_antisym; [|apply h_pos]. apply h_least; [lra|].
  intros a Ha. rewrite to_member; auto; lra.
Qed.

Lemma h_tri A B C : B <> [] -> C <> [] -> h A C <= h A B + h B C.
Proof.
  intros HB HC. pose proof (h_pos A B). pose proof (h_pos B C). apply h_least; [lra|].
  intros a Ha. destruct (to_attained a B HB) as [b [Hb E]].
  pose proof (to_tri a b C HC). pose proof (h_ge a A B Ha). pose proof (h_ge b B C Hb). lra.
Qed.

Lemma h_app A A' B : h (A ++ A') B = Rmax (h A B) (h A' B).
Proof.
  induction A as [|a A IH]; simpl; [symmetry; apply Rmax_right, h_pos|].
  rewrite IH; apply Rmax_assoc.
Qed.

Lemma covers_wider r (s : R) A C : r <= s -> covers r C A -> covers s C A.
Proof. intros Hrs H a Ha. destruct (H a Ha) as [c [Hc Hd]]. exists c; split; auto; lra. Qed.

(* --- d_H, the larger direction --- *)

Lemma d_H_le A B r : A <> [] -> B <> [] -> 0 <= r ->
  (d_H A B <= r <-> covers r B A /\ covers r A B).
Proof.
  intros HA HB Hr. rewrite <- (h_le A B r), <- (h_le B A r) by auto. unfold d_H. split.
  - intros H. pose proof (Rmax_l (h A B) (h B A)). pose proof (Rmax_r (h A B) (h B A)). lra.
  - intros [H1 H2]. now apply Rmax_lub.
Qed.

Lemma d_H_sym A B : d_H A B = d_H B A.
Proof. apply Rmax_comm. Qed.

Lemma h_le_d_H A B : h A B <= d_H A B.
Proof. apply Rmax_l. Qed.

Lemma h_le_d_H' A B : h B A <= d_H A B.
Proof. apply Rmax_r. Qed.

Lemma d_H_pos A B : 0 <= d_H A B.
Proof. eapply Rle_trans; [apply h_pos|apply h_le_d_H]. Qed.

(* --- lists as sets --- *)

Lemma least_member {T : Type} (cost : T -> R) (L : list T) : L <> [] ->
  exists t, In t L /\ forall t', In t' L -> cost t <= cost t'.
Proof.
  induction L as [|t L IH]; [easy|intros _]. destruct L as [|t' L].
  - exists t; split; [now left|]. intros u [<-|[]]; lra.
  - destruct IH as [m [Hm Hmin]]; [easy|].
    destruct (Rle_or_lt (cost m) (cost t)); [exists m|exists t]; split; simpl in *; auto;
      intros u [<-|Hu]; try lra; auto. specialize (Hmin u Hu). lra.
Qed.

Lemma app_not_nil_l A B : A <> [] -> A ++ B <> [].
Proof. now destruct A. Qed.

Lemma app_not_nil_r A B : B <> [] -> A ++ B <> [].
Proof. intros HB E. now apply app_eq_nil in E as [_ E]. Qed.

End Radii.
Global Hint Resolve app_not_nil_l app_not_nil_r dist_pos to_pos h_pos d_H_pos : metric.

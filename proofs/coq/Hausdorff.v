(* geometry.hausdorff-identity: if S is within V and P is not empty,
     d_H(X, X_s) = max over v in V of min(dist(v, S), dist(v, P)),  X = V + P,  X_s = S + P.
   geometry.domination: for every S within V, S empty included,
     d_H(X, X_s) <= min{h(V -> S), h(V -> P)} <= eta,
   and under Assumption 1 the error is at most C h(V -> P) whatever is kept.

   [hausdorff_identity] and [domination] are these statements for finite sets in any metric space.
   A distance to an empty S counts as infinite: [nearer] then is dist(v, P), and the bound by
   h(V -> S) is claimed where S is not empty. eta is any number with d_H(V, P) <= eta. *)

From MobTheory Require Export Metric.

Section Identity.
Context {X : space}.
Implicit Types (v : X) (V P S : list X).

(* min(dist(v, S), dist(v, P)) *)
Definition nearer v S P : R :=
  match S with [] => to v P | _ => Rmin (to v S) (to v P) end.

(* G(S), the maximum over v in V *)
Definition G V S P : R := fold_right (fun v => Rmax (nearer v S P)) 0 V.

Lemma nearer_is_to v S P : P <> [] -> nearer v S P = to v (S ++ P).
Proof. intros HP. destruct S as [|s S]; [reflexivity|]. symmetry. now apply to_app. Qed.

Lemma G_is_h V S P : P <> [] -> G V S P = h V (S ++ P).
Proof.
  intros HP. induction V as [|v V IH]; [reflexivity|].
  unfold G in *; simpl. now rewrite IH, nearer_is_to.
Qed.

Theorem hausdorff_identity V P S :
  incl S V -> P <> [] -> d_H (V ++ P) (S ++ P) = G V S P.
Proof.
  intros HS HP. rewrite G_is_h by auto. unfold d_H.
  rewrite (h_incl (S ++ P)) by auto using incl_app_app, incl_refl.
  rewrite h_app, (h_incl P) by auto using incl_appr, incl_refl.
  pose proof (h_pos V (S ++ P)). now rewrite !Rmax_left by (rewrite ?Rmax_left; lra).
Qed.

Corollary kept_covers V P S : incl S V -> P <> [] -> d_H (V ++ P) (S ++ P) = h V (S ++ P).
Proof. intros. now rewrite hausdorff_identity, G_is_h. Qed.

End Identity.

(* Assumption 1: F is Lipschitz in the Hausdorff distance with constant C. *)
Definition lipschitz {X Y : space} (F : list X -> Y) (C : R) : Prop :=
  0 <= C /\ forall A B, A <> [] -> B <> [] -> dist (F A) (F B) <= C * d_H A B.

Theorem domination {X : space} (V P S : list X) eta :
  incl S V -> P <> [] -> d_H V P <= eta ->
  (S <> [] -> d_H (V ++ P) (S ++ P) <= Rmin (h V S) (h V P)) /\
  d_H (V ++ P) (S ++ P) <= h V P <= eta /\
  forall (Y : space) (F : list X -> Y) C, lipschitz F C ->
    dist (F (V ++ P)) (F (S ++ P)) <= C * h V P.
Proof.
  intros HS HP Heta. pose proof (h_le_d_H V P).
  assert (HhP : d_H (V ++ P) (S ++ P) <= h V P).
  { rewrite kept_covers by auto. apply h_incl_right; auto using incl_appr, incl_refl. }
  repeat split; [|assumption|lra|].
  - intros HSn. apply Rmin_glb; auto. rewrite kept_covers by auto.
    apply h_incl_right; auto using incl_appl, incl_refl.
  - intros Y F C [HC HF]. eapply Rle_trans; [apply HF; auto with metric|].
    now apply Rmult_le_compat_l.
Qed.

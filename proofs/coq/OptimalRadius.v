(* OPT(k | Z): the best radius that k centres anywhere, with the free centres Z, cover V with.
   OPT(k) is OPT(k | Z) without free centres.

   It is the infimum of h(V -> C + Z) over all C of at most k points of the space; in a general
   metric space it need not be attained. *)

From MobTheory Require Export Metric Infimum.

Section Optimum.
Context {X : space}.
Implicit Types (V Z C : list X) (k : nat).

Definition radii V k Z (r : R) : Prop :=
  exists C, (length C <= k)%nat /\ C ++ Z <> [] /\ r = h V (C ++ Z).

Definition OPT V k Z : R := infimum (radii V k Z).

(* There is something to cover with: a place for a centre or a free centre. *)
Definition feasible k Z : Prop := (1 <= k)%nat \/ Z <> [].

Lemma radii_exist V k Z : V <> [] -> feasible k Z -> exists r, radii V k Z r.
Proof.
  intros HV [Hk|HZ].
  - destruct V as [|v V]; [easy|]. exists (h (v :: V) ([v] ++ Z)), [v]. now simpl.
  - exists (h V Z), []. simpl; repeat split; auto; lia.
Qed.

Lemma OPT_spec V k Z : V <> [] -> feasible k Z -> is_infimum (radii V k Z) (OPT V k Z).
Proof.
  intros HV Hf. apply infimum_spec; [now apply radii_exist|].
  exists 0. intros r [C [_ [_ ->]]]. apply h_pos.
Qed.

Lemma OPT_le V k Z C : V <> [] -> (length C <= k)%nat -> C ++ Z <> [] ->
  OPT V k Z <= h V (C ++ Z).
Proof.
  intros HV HC Hn. apply OPT_spec; [auto| |now exists C].
  destruct C; [now right|left; simpl in HC; lia].
Qed.

Lemma OPT_greatest V k Z m : V <> [] -> feasible k Z ->
  (forall C, (length C <= k)%nat -> C ++ Z <> [] -> m <= h V (C ++ Z)) -> m <= OPT V k Z.
Proof. intros HV Hf H. apply OPT_spec; auto. intros r [C [HC [Hn ->]]]; auto. Qed.

Lemma OPT_pos V k Z : V <> [] -> feasible k Z -> 0 <= OPT V k Z.
Proof. intros. apply OPT_greatest; auto with metric. Qed.

(* Free centres only help. *)
Lemma OPT_seeds V k Z : V <> [] -> (1 <= k)%nat -> OPT V k Z <= OPT V k [].
Proof.
  intros HV Hk. apply OPT_greatest; [auto|now left|]. intros C HC Hn.
  rewrite app_nil_r in *. eapply Rle_trans; [apply (OPT_le V k Z C); auto with metric|].
  apply h_incl_right; auto using incl_appl, incl_refl.
Qed.

End Optimum.

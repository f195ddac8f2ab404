(* covering.tradeoff, which is Theorem 1 (i) and (ii) repaired: r* = min{r : N(P, r) + N(V, r) <= K}
   exists and max{eps_p, eps_v} >= r*, where eps_p = d_H(S_p, P), eps_v = d_H(S_v, V) and
   |S_p| + |S_v| <= K; centres anywhere attain it. Besides eps_p >= h(P -> V) for S_p within V.

   [tradeoff] is this statement for finite V, P in R^d with the Euclidean distance, [tradeoff_in]
   for every space in which finite sets have smallest enclosing balls. The centres that attain r*
   do so in the two-sided distance d_H of the statement. *)

From MobTheory Require Export Euclidean.

Section Tradeoff.
Context {X : space}.
Implicit Types (P V S_p S_v : list X) (r : R) (K : nat).

(* the radii with which K centres anywhere can cover both halves *)
Definition enough P V K r : Prop := 0 <= r /\ (N P r + N V r <= K)%nat.

Lemma enough_bounds P V S_p S_v K : P <> [] -> V <> [] -> S_p <> [] -> S_v <> [] ->
  (length S_p + length S_v <= K)%nat -> enough P V K (Rmax (d_H S_p P) (d_H S_v V)).
Proof.
  intros HP HV HSp HSv HK. pose proof (d_H_pos S_p P). pose proof (d_H_pos S_v V).
  destruct (definition_1 P V S_p S_v HP HV HSp HSv) as [Hp Hv].
  split; [apply Rle_trans with (d_H S_p P); [auto|apply Rmax_l]|].
  pose proof (N_antitone P _ _ H (Rmax_l (d_H S_p P) (d_H S_v V))).
  pose proof (N_antitone V _ _ H0 (Rmax_r (d_H S_p P) (d_H S_v V))). lia.
Qed.

Lemma least_radius P V K : enclosing_balls X -> P <> [] -> V <> [] -> (2 <= K)%nat ->
  exists r, is_minimum (enough P V K) r.
Proof.
  intros HX HP HV HK. set (r := infimum (enough P V K)). exists r.
  assert (Hr : is_infimum (enough P V K) r).
  { apply infimum_spec; [|now exists 0; intros r' [H _]].
    destruct P as [|p P']; [easy|]. destruct V as [|v V']; [easy|].
    exists (Rmax (d_H [p] (p :: P')) (d_H [v] (v :: V'))). now apply enough_bounds. }
  assert (H0 : 0 <= r) by (apply Hr; now intros r' [H _]).
  split; [|apply Hr]. split; auto.
  destruct (N_right_continuous HX P r H0) as [s [Hs HsP]].
  destruct (N_right_continuous HX V r H0) as [t [Ht HtV]].
  destruct (infimum_below _ r (Rmin s t) Hr) as [r' [[_ Hr'] [Hle Hlt]]]; [now apply Rmin_glb_lt|].
  pose proof (Rmin_l s t). pose proof (Rmin_r s t).
  rewrite <- (HsP r'), <- (HtV r') by lra. exact Hr'.
Qed.

Theorem tradeoff_in P V K : enclosing_balls X -> P <> [] -> V <> [] -> (2 <= K)%nat ->
  exists r, is_minimum (enough P V K) r /\
    (forall S_p S_v, S_p <> [] -> S_v <> [] -> (length S_p + length S_v <= K)%nat ->
       r <= Rmax (d_H S_p P) (d_H S_v V)) /\
    (exists C_p C_v, C_p <> [] /\ C_v <> [] /\ (length C_p + length C_v <= K)%nat /\
       Rmax (d_H C_p P) (d_H C_v V) = r).
Proof.
  intros HX HP HV HK. destruct (least_radius P V K HX HP HV HK) as [r [[Hr HN] Hmin]].
  assert (Hlow : forall S_p S_v, S_p <> [] -> S_v <> [] -> (length S_p + length S_v <= K)%nat ->
            r <= Rmax (d_H S_p P) (d_H S_v V)) by (intros; now apply Hmin, enough_bounds).
  exists r. refine (conj (conj (conj Hr HN) Hmin) (conj Hlow _)).
  destruct (N_attained P r Hr) as [C_p [Hlp Hp]]. destruct (N_attained V r Hr) as [C_v [Hlv Hv]].
  assert (HCp : C_p <> []) by (pose proof (N_positive P r Hr HP); intros ->; simpl in *; lia).
  assert (HCv : C_v <> []) by (pose proof (N_positive V r Hr HV); intros ->; simpl in *; lia).
  exists C_p, C_v. repeat split; auto; [lia|]. apply Rle_antisym; [|apply Hlow; auto; lia].
  apply Rmax_lub; apply d_H_le; auto using least_cover_meets.
Qed.

(* Theorem 1 (ii) *)
Theorem prompt_floor P V S_p : S_p <> [] -> incl S_p V -> h P V <= d_H S_p P.
Proof. intros HS HI. eapply Rle_trans; [|apply h_le_d_H']. now apply h_incl_right. Qed.

End Tradeoff.

Theorem tradeoff (d : nat) (P V : list (euclidean d)) (K : nat) :
  P <> [] -> V <> [] -> (2 <= K)%nat ->
  exists r, is_minimum (fun r => 0 <= r /\ (N P r + N V r <= K)%nat) r /\
    (forall S_p S_v, S_p <> [] -> S_v <> [] -> (length S_p + length S_v <= K)%nat ->
       r <= Rmax (d_H S_p P) (d_H S_v V)) /\
    (exists C_p C_v, C_p <> [] /\ C_v <> [] /\ (length C_p + length C_v <= K)%nat /\
       Rmax (d_H C_p P) (d_H C_v V) = r) /\
    (forall S_p, S_p <> [] -> incl S_p V -> h P V <= d_H S_p P).
Proof.
  intros HP HV HK.
  destruct (tradeoff_in P V K (euclidean_enclosing_balls d) HP HV HK) as [r [H1 [H2 H3]]].
  exists r. eauto using prompt_floor.
Qed.

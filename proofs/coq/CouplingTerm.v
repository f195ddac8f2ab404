(* The names z of Theorem 1: z is admissible if eta/z lies in (delta, eta) and
   N(P, eta/z) + N(V, eta/z) > K, where eta = d_H(V, P).

   theorem-1.existence: an admissible z exists if and only if delta < eta and
   K < N(P, delta) + N(V, delta). [z_exists] is this statement for finite sets in R^d; that none
   exists for K >= N + L is [z_never].
   theorem-1.eta-bound-max: for every admissible z, (eta/z)^2 <= max{eps_p^2, eps_v^2}.
   [eta_bound_max] is this statement for finite sets in any metric space. *)

From MobTheory Require Export Tradeoff.

Section Coupling.
Context {X : space}.
Implicit Types (P V S_p S_v : list X) (K : nat) (delta z : R).

Definition admissible P V K delta z : Prop :=
  let eta := d_H V P in
  0 < z /\ delta < eta / z < eta /\ (K < N P (eta / z) + N V (eta / z))%nat.

Theorem eta_bound_max P V S_p S_v K delta z :
  P <> [] -> V <> [] -> S_p <> [] -> S_v <> [] -> (length S_p + length S_v <= K)%nat ->
  0 <= delta -> admissible P V K delta z ->
  (d_H V P / z) ^ 2 <= Rmax ((d_H S_p P) ^ 2) ((d_H S_v V) ^ 2).
Proof.
  intros HP HV HSp HSv HK Hd [Hz [Hr HN]]. set (r := d_H V P / z) in *.
  pose proof (d_H_pos S_p P). pose proof (d_H_pos S_v V).
  destruct (definition_1 P V S_p S_v HP HV HSp HSv) as [Hp Hv].
  destruct (Rle_or_lt r (d_H S_p P)) as [H1|H1].
  - eapply Rle_trans; [|apply Rmax_l]. apply pow_incr; lra.
  - destruct (Rle_or_lt r (d_H S_v V)) as [H2|H2].
    + eapply Rle_trans; [|apply Rmax_r]. apply pow_incr; lra.
    + pose proof (N_antitone P _ r H (Rlt_le _ _ H1)).
      pose proof (N_antitone V _ r H0 (Rlt_le _ _ H2)). lia.
Qed.

Theorem z_exists_in P V K delta : enclosing_balls X -> 0 <= delta ->
  ((exists z, admissible P V K delta z) <->
   delta < d_H V P /\ (K < N P delta + N V delta)%nat).
Proof.
  intros HX Hd. split.
  - intros [z [Hz [Hr HN]]]. split; [lra|].
    pose proof (N_antitone P delta (d_H V P / z) Hd ltac:(lra)).
    pose proof (N_antitone V delta (d_H V P / z) Hd ltac:(lra)). lia.
  - intros [Heta HN].
    destruct (N_right_continuous HX P delta Hd) as [s [Hs HsP]].
    destruct (N_right_continuous HX V delta Hd) as [t [Ht HtV]].
    set (u := Rmin (Rmin s t) (d_H V P)).
    assert (Hu : delta < u) by (repeat apply Rmin_glb_lt; auto).
    assert (Hus : u <= s) by (eapply Rle_trans; [apply Rmin_l|apply Rmin_l]).
    assert (Hut : u <= t) by (eapply Rle_trans; [apply Rmin_l|apply Rmin_r]).
    assert (Hue : u <= d_H V P) by apply Rmin_r.
    set (r := (delta + u) / 2). assert (Hr : delta < r < u) by (unfold r; lra).
    exists (d_H V P / r). unfold admissible.
    replace (d_H V P / (d_H V P / r)) with r by (field; lra).
    rewrite HsP, HtV by lra. repeat split; auto; try lra. apply Rdiv_lt_0_compat; lra.
Qed.

Theorem z_never P V K delta z : (length V + length P <= K)%nat -> 0 <= delta ->
  ~ admissible P V K delta z.
Proof.
  intros HK Hd [_ [Hr HN]].
  pose proof (N_le P _ P (covers_itself P (d_H V P / z) ltac:(lra))).
  pose proof (N_le V _ V (covers_itself V (d_H V P / z) ltac:(lra))). lia.
Qed.

End Coupling.

Theorem z_exists (d : nat) (P V : list (euclidean d)) (K : nat) (delta : R) :
  P <> [] -> V <> [] -> 0 <= delta ->
  ((exists z, admissible P V K delta z) <->
   delta < d_H V P /\ (K < N P delta + N V delta)%nat).
Proof. intros _ _. apply z_exists_in, euclidean_enclosing_balls. Qed.

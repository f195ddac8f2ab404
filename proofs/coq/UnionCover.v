(* covering.union: S_p the nearest neighbours of the prompt, or the repaired truncation if these are
   more than K_p, then K - |S_p| farthest points seeded with S_p:
     max{d_H(S_p, P), h(V -> S)},  S = S_p + S_v,
   is at most 5 times, with all nearest neighbours at most 3 times, its least value over nonempty
   S_p within V, |S_p| <= K_p, and S_v within V, |S_v| <= K - K_p.

   [union_cover] is this statement for finite sets in any metric space, compared with every such
   pair A, B, hence with the best one; [union_exists] says that the method returns something. *)

From MobTheory Require Export RepairedTruncation.

Section Union.
Context {X : space}.
Implicit Types (V P A B G S_p : list X) (K K_p : nat) (t U : R).

(* the repaired truncation, each token once *)
Definition truncated V P K_p S_p : Prop :=
  exists F, fps P [] F /\ length F = K_p /\ neighbour_set V F S_p.

(* Where S_p reaches the prompt within t, the greedy picks lose at most 2 U + t. *)
Lemma seeds_near_prompt V P S_p G A B t U : S_p <> [] -> P <> [] -> A <> [] -> 0 <= t ->
  h P S_p <= t -> d_H A P <= U -> h V (A ++ B) <= U ->
  fps V S_p G -> (length B <= length G)%nat -> h V (S_p ++ G) <= 2 * U + t.
Proof.
  intros HSn HP HA Ht HhP HAP HU HG Hl. pose proof (d_H_pos A P).
  assert (Hcov : covers (2 * U + t) (G ++ S_p) V).
  { apply (fps_covers V S_p G B U); auto; [lra|]. intros v Hv.
    assert (HAB : A ++ B <> []) by auto with metric.
    destruct (h_covers V (A ++ B) HAB v Hv) as [c [Hc Hd]].
    apply in_app_or in Hc as [Hc|Hc]; [left|right; exists c; split; auto; lra].
    destruct (proj1 (d_H_le A P U HA HP ltac:(lra)) HAP) as [Hap _].
    destruct (Hap c Hc) as [p [Hp Hcp]].
    destruct (h_covers P S_p HSn p Hp) as [s [Hs Hps]]. exists s; split; auto.
    pose proof (dist_tri v c s). pose proof (dist_tri c p s). lra. }
  apply h_le; auto with metric; [lra|]. intros v Hv. destruct (Hcov v Hv) as [c [Hc Hd]].
  exists c; split; auto. apply in_or_app. apply in_app_or in Hc as [Hc|Hc]; auto.
Qed.

Theorem union_cover V P K K_p S_p G A B :
  V <> [] -> P <> [] -> (1 <= K_p <= K)%nat ->
  fps V S_p G -> length G = (K - length S_p)%nat ->
  A <> [] -> incl A V -> (length A <= K_p)%nat -> incl B V -> (length B <= K - K_p)%nat ->
  let U := Rmax (d_H A P) (h V (A ++ B)) in
  (neighbour_set V P S_p -> (length S_p <= K_p)%nat ->
     Rmax (d_H S_p P) (h V (S_p ++ G)) <= 3 * U) /\
  (truncated V P K_p S_p -> Rmax (d_H S_p P) (h V (S_p ++ G)) <= 5 * U).
Proof.
  intros HV HP HK HG HlG HA HAV HlA HBV HlB U.
  assert (HU1 : d_H A P <= U) by apply Rmax_l. assert (HU2 : h V (A ++ B) <= U) by apply Rmax_r.
  pose proof (d_H_pos A P). pose proof (h_le_d_H' A P).
  assert (Hfloor : h P V <= U).
  { pose proof (alignment_floor V P A HA HAV). lra. }
  assert (Hboth : forall t, 0 <= t -> S_p <> [] -> (length S_p <= K_p)%nat -> d_H S_p P <= t ->
            Rmax (d_H S_p P) (h V (S_p ++ G)) <= 2 * U + t).
  { intros t Ht HSn HlS HSt. pose proof (h_le_d_H' S_p P). apply Rmax_lub; [lra|].
    apply (seeds_near_prompt V P S_p G A B); auto; [lra|lia]. }
  split.
  - intros HN HlS. destruct (neighbour_set_spec V P S_p HN HP) as [HSn [_ [_ E]]].
    replace (3 * U) with (2 * U + U) by ring. apply Hboth; auto; lra.
  - intros [F [HF [HlF HN]]].
    assert (HFn : F <> []) by (destruct F; simpl in *; [lia|easy]).
    destruct (neighbour_set_spec V F S_p HN HFn) as [HSn [_ [HlS _]]].
    destruct HN as [S' [HS' [_ [HI HI']]]].
    assert (HR : repaired V P K_p S') by now exists F.
    destruct (repaired_truncation V P K_p HV HP ltac:(lia)) as [_ H'].
    destruct (H' S' HR) as [_ [_ [Hbound _]]].
    assert (Hopt : OPT P K_p [] <= U).
    { eapply Rle_trans; [apply (OPT_le P K_p [] A HP HlA); auto with metric|].
      rewrite app_nil_r. lra. }
    assert (HS'n : S' <> []) by eauto using neighbours_not_nil.
    assert (E : d_H S_p P <= 3 * U).
    { apply Rle_trans with (d_H S' P); [|lra]. apply Rmax_lub.
      - apply Rle_trans with (h S' P); [|apply h_le_d_H]. apply h_least; auto with metric.
        intros s Hs. apply h_ge; auto.
      - apply Rle_trans with (h P S'); [now apply h_incl_right|apply h_le_d_H']. }
    replace (5 * U) with (2 * U + 3 * U) by ring. apply Hboth; auto; [lra|lia].
Qed.

Theorem union_exists V P K K_p : V <> [] -> P <> [] -> (1 <= K_p <= K)%nat ->
  exists S_p G, (neighbour_set V P S_p /\ (length S_p <= K_p)%nat \/ truncated V P K_p S_p) /\
    fps V S_p G /\ length G = (K - length S_p)%nat.
Proof.
  intros HV HP HK. destruct (neighbour_set_exists V P HV) as [S HS].
  destruct (le_lt_dec (length S) K_p) as [Hle|_].
  - destruct (fps_exists V S (K - length S) HV) as [G [HG Hl]]. exists S, G; auto.
  - destruct (fps_exists P [] K_p HP) as [F [HF HlF]].
    destruct (neighbour_set_exists V F HV) as [S' HS'].
    destruct (fps_exists V S' (K - length S') HV) as [G [HG Hl]].
    exists S', G. split; auto. right. now exists F.
Qed.

End Union.

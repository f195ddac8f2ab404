(* geometry.anti-alignment: farthest-point sampling seeded with P keeps d_H(X, X_s) within twice its
   minimum over all S of the same size (d_H(X, X_s) <= 2 OPT(K | P)); keeping the tokens nearest to
   the prompt has no such bound.

   [prompt_seeded] is the first half, for finite sets in any metric space. [alignment_unbounded] is
   the second: for every M there are tokens on the real line such that whatever K tokens nearest to
   the prompt are kept, another S of that size is better by more than the factor M. *)

From MobTheory Require Export Hausdorff SeededSampling PromptHalf Line.

Theorem prompt_seeded {X : space} (V P G : list X) K :
  V <> [] -> P <> [] -> fps V P G -> length G = K ->
  d_H (V ++ P) (G ++ P) <= 2 * OPT V K P /\
  forall S, incl S V -> (length S <= K)%nat ->
    d_H (V ++ P) (G ++ P) <= 2 * d_H (V ++ P) (S ++ P).
Proof.
  intros HV HP HG Hl. rewrite (kept_covers V P G) by eauto using fps_incl.
  assert (H : h V (G ++ P) <= 2 * OPT V K P) by (apply fps_2approx; auto; now right).
  split; auto. intros S HS HlS. rewrite kept_covers by auto.
  pose proof (OPT_le V K P S HV HlS ltac:(auto with metric)). lra.
Qed.

(* S keeps the K visual tokens nearest to the prompt. *)
Definition aligned {X : space} (V P : list X) (K : nat) (S : list X) : Prop :=
  cheapest K (fun v => to v P) V S.

Theorem alignment_unbounded (M : R) : exists (V P : list line) (K : nat),
  NoDup V /\ (1 <= K)%nat /\ (exists S, aligned V P K S) /\
  forall S, aligned V P K S -> exists S', incl S' V /\ NoDup S' /\ length S' = K /\
    0 < d_H (V ++ P) (S' ++ P) /\ M * d_H (V ++ P) (S' ++ P) < d_H (V ++ P) (S ++ P).
Proof.
  set (m := Rabs M + 10).
  assert (M < m - 1 /\ 10 <= m) as [HM Hm]
    by (subst m; pose proof (Rle_abs M); pose proof (Rabs_pos M); lra).
  exists [0 : line; m], [1 : line], 1%nat.
  refine (conj _ (conj (le_n 1) (conj (cheapest_exists _ _ _) _))).
  { constructor; [intros [E|[]]; lra|repeat constructor; easy]. }
  intros S [_ [HI [Hl Hout]]]. exists [m : line].
  assert (HS : S = [0]).
  { destruct S as [|s [|s' S]]; [|f_equal|simpl in Hl; lia].
    - destruct (Hout (0 : line)) as [H _]; simpl in *; auto; lia.
    - destruct (HI s) as [E|[E|[]]]; [now left|auto|]. exfalso. subst s.
      destruct (Hout (0 : line)) as [_ H]; [now left|intros [E|[]]; lra|].
      specialize (H (m : line) (or_introl eq_refl)). simpl in H. line_dist; lra. }
  subst S. rewrite !kept_covers by (easy || intros ? [<-|[]]; simpl; auto).
  assert (Hgood : h [0 : line; m] ([m : line] ++ [1 : line]) = 1).
  { apply Rle_antisym.
    - apply h_le; [easy|lra|]. intros v [<-|[<-|[]]];
        [exists (1 : line)|exists (m : line)]; simpl; split; auto; line_dist; lra.
    - eapply Rle_trans; [|apply (h_ge (0 : line)); now left].
      apply to_ge; [easy|]. intros b [<-|[<-|[]]]; line_dist; lra. }
  assert (Hbad : m - 1 <= h [0 : line; m] ([0 : line] ++ [1 : line])).
  { eapply Rle_trans; [|apply (h_ge (m : line)); right; now left].
    apply to_ge; [easy|]. intros b [<-|[<-|[]]]; line_dist; lra. }
  rewrite Hgood. repeat split; [| |lra|apply Rlt_le_trans with (2 := Hbad); lra].
  - intros v [<-|[]]; simpl; auto.
  - repeat constructor; easy.
Qed.

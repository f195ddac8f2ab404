(* remark.fold-cap: if k <= K_p / L, then h(P -> S_p) = h(P -> V).

   [fold_cap] is this statement for finite sets in any metric space and every S_p that Algorithm 1
   may return: k L <= K_p leaves nothing to truncate, so each prompt token keeps a nearest
   neighbour. A fold is at least 1. *)

From MobTheory Require Export PromptHalf.

Theorem fold_cap {X : space} (V P S_p : list X) (k K_p : nat) :
  V <> [] -> P <> [] -> (1 <= k)%nat -> (k * length P <= K_p)%nat ->
  prompt_half V P k K_p S_p -> h P S_p = h P V.
Proof.
  intros HV HP Hk HK [prop [EP [Hprop HS]]].
  assert (Hall := nothing_truncated V P k K_p prop S_p EP Hprop HK HS).
  assert (HSV : incl S_p V).
  { intros v Hv. destruct HS as [_ [HI _]]. apply HI, candidate_iff in Hv as [p [Q [H HQ]]].
    destruct (Hprop p Q H) as [_ [HQV _]]. auto. }
  assert (Hof : forall p, In p P -> exists v, In v S_p /\ dist p v <= to p V).
  { intros p Hp. rewrite <- EP in Hp. apply in_map_iff in Hp as [[q Q] [E H]]. simpl in E; subst q.
    destruct (to_attained p V HV) as [v [Hv ->]]. destruct (Hprop p Q H) as [_ [_ [_ Hout]]].
    destruct (classic (In v Q)) as [HQ|HQ].
    - exists v; split; [|lra]. apply Hall, candidate_iff. now exists p, Q.
    - destruct (Hout v Hv HQ) as [Hfull Hmin]. destruct Q as [|w Q]; [simpl in Hfull; lia|].
      exists w; split; [|apply Hmin; now left]. apply Hall, candidate_iff.
      exists p, (w :: Q); simpl; auto. }
  assert (HSn : S_p <> []).
  { destruct P as [|p P']; [easy|]. destruct (Hof p) as [v [Hv _]]; [now left|]. now destruct S_p. }
  apply Rle_antisym; [|now apply h_incl_right].
  apply h_least; auto with metric. intros p Hp. destruct (Hof p Hp) as [v [Hv Hd]].
  pose proof (to_le p v S_p Hv). pose proof (h_ge p P V Hp). lra.
Qed.

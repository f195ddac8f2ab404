(* theorem-2.truncation, refuted. The claim: after truncation to K_p tokens,
     eps_p = d_H(S_p, P) <= alpha K_p^(-1/d),  alpha = eta (b k L / a)^(1/d),  eta = d_H(V, P),
   where 1 <= K_p < k L and P is regular, a r^-d <= N(P, r) <= b r^-d on (delta, eps_0], with
   (b/K_p)^(1/d) in that range.

   [truncation_fails]: on the real line there are one prompt P and one choice of k, K_p, a, b, d,
   delta, eps_0 that satisfy the hypotheses, such that for every M there are visual tokens V with
   which eps_p exceeds M times the right side, whatever S_p Algorithm 1 returns. So no constant
   repairs the claim. P = {0, 1}, V = {u, 2u, 1 + 3u, 1 + 4u} with a small u, k = K_p = 2: the
   prompt token 0 takes both places, 1 is left 1 - 2u away, and the right side is 16 u. *)

From Coq Require Import Rpower.
From MobTheory Require Export LineCovers PromptHalf BudgetTerm CorrectedGuarantee.

Definition two_tokens : list line := [0 : line; 1 : line].

(* One ball of radius at most 1/4 does not reach both tokens. *)
Lemma N_two_tokens r : 1 / 8 < r <= 1 / 4 -> N two_tokens r = 2%nat.
Proof. intros Hr. apply N_pair; lra. Qed.

Lemma Rpower_minus_one r : 0 < r -> Rpower r (- (1)) = / r.
Proof. intros. now rewrite Rpower_Ropp, Rpower_1. Qed.

Section Instance.
Variable u : R.
Hypothesis small : 0 < u <= 1 / 10.

Definition four_tokens : list line := [u : line; 2 * u : line; 1 + 3 * u : line; 1 + 4 * u : line].

Lemma four_distinct : NoDup four_tokens.
Proof. unfold four_tokens. distinct. Qed.

Lemma proposal_of_0 Q : cheapest 2 (@dist line 0) four_tokens Q ->
  incl Q [u : line; 2 * u : line] /\ incl [u : line; 2 * u : line] Q.
Proof.
  intros HQ. apply (cheapest_forced _ _ _ _ _ HQ); [| |reflexivity|].
  - distinct.
  - intros x Hx. cases Hx; simpl; auto.
  - intros b a Hb Ha Hn. cases Hb; cases Ha; try (exfalso; apply Hn; simpl; auto; fail);
      line_dist; lra.
Qed.

Lemma proposal_of_1 Q : cheapest 2 (@dist line 1) four_tokens Q ->
  incl [1 + 3 * u : line; 1 + 4 * u : line] Q.
Proof.
  intros HQ. apply (cheapest_forced _ _ _ _ _ HQ); [| |reflexivity|].
  - distinct.
  - intros x Hx. cases Hx; simpl; auto.
  - intros b a Hb Ha Hn. cases Hb; cases Ha; try (exfalso; apply Hn; simpl; auto; fail);
      line_dist; lra.
Qed.

Lemma what_is_kept S : prompt_half four_tokens two_tokens 2 2 S ->
  length S = 2%nat /\ incl S [u : line; 2 * u : line].
Proof.
  intros [prop [EP [Hprop HS]]].
  assert (Hprompt : forall p Q, In (p, Q) prop -> In p two_tokens).
  { intros p Q H. rewrite <- EP. apply in_map_iff. now exists (p, Q). }
  assert (Hnear : forall v : line, In v [u : line; 2 * u : line] ->
            In (0 : line) (proposers prop v)).
  { intros v Hv. assert (H : In (0 : line) (map fst prop)) by (rewrite EP; now left).
    apply in_map_iff in H as [[p Q] [E H]]. simpl in E; subst p.
    apply proposer_iff. exists Q; split; auto. now apply (proposal_of_0 Q (Hprop _ _ H)). }
  assert (HB : NoDup [u : line; 2 * u : line]).
  { distinct. }
  destruct (cheapest_forced _ _ _ _ [u : line; 2 * u : line] HS HB) as [HI HI'].
  - intros v Hv. apply candidate_iff. specialize (Hnear v Hv).
    apply proposer_iff in Hnear as [Q HQ]. now exists (0 : line), Q.
  - reflexivity.
  - intros b a Hb Ha Hn. apply Rle_lt_trans with (2 * u).
    + eapply Rle_trans; [apply to_le, (Hnear b Hb)|]. cases Hb; line_dist; lra.
    + apply Rlt_le_trans with (3 * u); [lra|].
      apply candidate_iff in Ha as [p [Q [H HQ]]].
      assert (HaV : In a four_tokens) by (destruct (Hprop p Q H) as [_ [HI _]]; auto).
      apply to_ge.
      * intros E. assert (Hp : In p (proposers prop a)) by (apply proposer_iff; now exists Q).
        now rewrite E in Hp.
      * intros q Hq. apply proposer_is_prompt in Hq. rewrite EP in Hq.
        cases Hq; cases HaV; try (exfalso; apply Hn; simpl; auto; fail); line_dist; lra.
  - split; auto. apply Nat.le_antisymm; [apply HS|].
    change 2%nat with (length [u : line; 2 * u : line]). now apply NoDup_incl_length.
Qed.

Lemma coupling_is_4u : d_H four_tokens two_tokens = 4 * u.
Proof.
  apply Rle_antisym.
  - apply d_H_le; [easy|easy|lra|]. split; intros x Hx.
    + cases Hx; [exists (0 : line)|exists (0 : line)|exists (1 : line)|exists (1 : line)];
        (split; [simpl; auto|line_dist; lra]).
    + cases Hx; [exists (u : line)|exists (1 + 4 * u : line)];
        (split; [simpl; auto|line_dist; lra]).
  - eapply Rle_trans; [|apply h_le_d_H].
    eapply Rle_trans; [|apply (h_ge (1 + 4 * u : line)); simpl; auto].
    apply to_ge; [easy|]. intros b Hb. cases Hb; line_dist; lra.
Qed.

Lemma printed_is_16u : alpha_term (d_H four_tokens two_tokens) (1 / 4) (1 / 2) 1 2 2 2 = 16 * u.
Proof.
  rewrite coupling_is_4u. unfold alpha_term. replace (1 / 1) with 1 by field.
  simpl INR. rewrite Rpower_1, Rpower_minus_one by lra. field.
Qed.

Lemma left_out S : prompt_half four_tokens two_tokens 2 2 S -> 1 - 2 * u <= d_H S two_tokens.
Proof.
  intros HS. destruct (what_is_kept S HS) as [Hl HI].
  eapply Rle_trans; [|apply h_le_d_H'].
  eapply Rle_trans; [|apply (h_ge (1 : line)); simpl; auto].
  apply to_ge; [intros ->; easy|]. intros b Hb. apply HI in Hb. cases Hb; line_dist; lra.
Qed.

End Instance.

Theorem truncation_fails :
  exists (P : list line) (k K_p : nat) (a b d delta eps0 : R),
    (1 <= K_p < k * length P)%nat /\ 0 < a /\ 0 < d /\ 0 < delta < eps0 /\
    regular_below P a d delta eps0 /\ regular_above P b d delta eps0 /\
    delta < Rpower (b / INR K_p) (1 / d) <= eps0 /\
    forall M : R, exists V : list line,
      NoDup V /\ d_H V P <= 2 /\ (exists S_p, prompt_half V P k K_p S_p) /\
      forall S_p, prompt_half V P k K_p S_p ->
        length S_p = K_p /\
        0 < alpha_term (d_H V P) a b d k (length P) K_p /\
        M * alpha_term (d_H V P) a b d k (length P) K_p < d_H S_p P.
Proof.
  exists two_tokens, 2%nat, 2%nat, (1 / 4), (1 / 2), 1, (1 / 8), (1 / 4).
  repeat split; try (simpl; lia); try lra.
  - intros r Hr. rewrite N_two_tokens, Rpower_minus_one by lra. simpl.
    apply Rmult_le_reg_r with r; [lra|]. rewrite Rmult_assoc, Rinv_l; lra.
  - intros r Hr. rewrite N_two_tokens, Rpower_minus_one by lra. simpl.
    apply Rmult_le_reg_r with r; [lra|]. rewrite Rmult_assoc, Rinv_l; lra.
  - replace (1 / 1) with 1 by field. simpl INR. rewrite Rpower_1; lra.
  - replace (1 / 1) with 1 by field. simpl INR. rewrite Rpower_1; lra.
  - intros M. set (u := / (16 * Rabs M + 10)).
    pose proof (Rabs_pos M). pose proof (Rle_abs M).
    assert (Hinv : u * (16 * Rabs M + 10) = 1) by (unfold u; apply Rinv_l; lra).
    assert (Hu0 : 0 < u) by (apply Rinv_0_lt_compat; lra).
    assert (Hu : 0 < u <= 1 / 10) by (split; nra).
    exists (four_tokens u).
    refine (conj (four_distinct u Hu) (conj _ (conj (prompt_half_exists _ _ _ _) _))).
    + rewrite coupling_is_4u by auto. lra.
    + intros S HS. change (length two_tokens) with 2%nat. rewrite printed_is_16u by auto.
      destruct (what_is_kept u Hu S HS) as [Hl _]. pose proof (left_out u Hu S HS).
      repeat split; auto; nra.
Qed.

(* theorem-2.fps, refuted. The claim: d_H(S_v, V) <= 2 eps*(K_v) <= beta K_v^(-1/d), where S_v are
   the K_v >= 1 farthest-point picks that Algorithm 1 makes after its prompt half S_p, eps*(K_v) is
   the best radius of K_v centres, beta = 2 b'^(1/d), and (b'/K_v)^(1/d) lies in the range on which
   V is regular.

   [visual_half_fails]: on the real line there are one prompt P and one choice of k, K_p, K_v, b',
   d, delta, eps_0, such that for every M there are visual tokens V, regular with these constants,
   with which d_H(S_v, V) exceeds M times 2 eps*(K_v), centres anywhere, and M times
   beta K_v^(-1/d), whatever S_p and S_v Algorithm 1 returns. So no constant repairs either
   inequality for S_v alone. P = {-1}, V = {0, 1, m, m + 2}: 0 is kept for the prompt, the picks are
   m + 2 and m, and S_v is m away from 0, while the centres 1/2 and m + 1 reach radius 1. *)

From MobTheory Require Export TruncationFails.

Section Instance.
Variable m : R.
Hypothesis far : 10 <= m.

Definition two_pairs : list line := [0 : line; 1 : line; m : line; m + 2 : line].

Lemma pairs_distinct : NoDup two_pairs.
Proof. unfold two_pairs. distinct. Qed.

Lemma one_is_kept S : prompt_half two_pairs [-1 : line] 1 1 S -> S = [0 : line].
Proof.
  intros [prop [EP [Hprop HS]]].
  destruct prop as [|[p Q] [|pQ prop]]; simpl in EP; [easy| |easy]. injection EP as ->.
  assert (HB : NoDup [0 : line]) by (repeat constructor; easy).
  destruct (cheapest_forced _ _ _ _ [0 : line] (Hprop _ _ (or_introl eq_refl)) HB)
    as [HQ HQ']; [intros x [<-|[]]; simpl; auto|reflexivity| |].
  { intros b a Hb Ha Hn. cases Hb; cases Ha; try (exfalso; apply Hn; simpl; auto; fail);
      line_dist; lra. }
  destruct (cheapest_forced _ _ _ _ [0 : line] HS HB) as [HI HI'].
  - intros x Hx. unfold candidates; simpl. rewrite app_nil_r. auto.
  - reflexivity.
  - intros b a _ Ha Hn. unfold candidates in Ha; simpl in Ha. rewrite app_nil_r in Ha.
    exfalso. auto.
  - destruct HS as [Hnd [_ [Hl _]]]. destruct S as [|s [|s' S]]; simpl in Hl; [|  |lia].
    + destruct (HI' (0 : line)); now left.
    + destruct (HI s) as [<-|[]]; [now left|reflexivity].
Qed.

(* The first pick is m + 2, the second m. *)
Lemma picks G : fps two_pairs [0 : line] G -> length G = 2%nat -> G = [m : line; m + 2 : line].
Proof.
  intros HG Hl. inversion HG as [|g2 G' HG' [H2 Hmax2]]; subst; [easy|].
  inversion HG' as [|g1 G'' HG'' [H1 Hmax1]]; subst; [easy|].
  destruct G''; [|simpl in Hl; lia]. simpl app in *.
  assert (E1 : g1 = m + 2).
  { specialize (Hmax1 (m + 2 : line) ltac:(simpl; auto)). simpl in Hmax1.
    cases H1; auto; exfalso; revert Hmax1; line_dist; lra. }
  subst g1. f_equal.
  assert (Hm : 2 <= to (m : line) [m + 2 : line; 0 : line]).
  { apply to_ge; [easy|]. intros b Hb. cases Hb; line_dist; lra. }
  specialize (Hmax2 (m : line) ltac:(simpl; auto)).
  pose proof (to_le g2 (m + 2 : line) [m + 2 : line; 0 : line] ltac:(simpl; auto)) as Hb1.
  pose proof (to_le g2 (0 : line) [m + 2 : line; 0 : line] ltac:(simpl; auto)) as Hb2.
  assert (Hd1 : 2 <= dist g2 (m + 2 : line))
    by exact (Rle_trans _ _ _ Hm (Rle_trans _ _ _ Hmax2 Hb1)).
  assert (Hd2 : 2 <= dist g2 (0 : line))
    by exact (Rle_trans _ _ _ Hm (Rle_trans _ _ _ Hmax2 Hb2)).
  clear - H2 Hd1 Hd2 far. cases H2; auto; exfalso; revert Hd1 Hd2; line_dist; lra.
Qed.

Lemma left_far : m <= d_H [m : line; m + 2 : line] two_pairs.
Proof.
  eapply Rle_trans; [|apply h_le_d_H'].
  eapply Rle_trans; [|apply (h_ge (0 : line)); simpl; auto].
  apply to_ge; [easy|]. intros b Hb. cases Hb; line_dist; lra.
Qed.

Lemma two_centres : covers 1 [1 / 2 : line; m + 1 : line] two_pairs.
Proof.
  intros x Hx. cases Hx; [exists (1 / 2 : line)|exists (1 / 2 : line)|exists (m + 1 : line)|
    exists (m + 1 : line)]; (split; [simpl; auto|line_dist; lra]).
Qed.

Lemma optimum_at_most_1 : OPT two_pairs 2 [] <= 1.
Proof.
  eapply Rle_trans; [apply (OPT_le two_pairs 2 [] [1 / 2 : line; m + 1 : line]); easy|].
  rewrite app_nil_r. apply h_le; [easy|lra|exact two_centres].
Qed.

Lemma N_two_pairs r : 1 < r <= 3 / 2 -> N two_pairs r = 2%nat.
Proof.
  intros Hr. apply Nat.le_antisymm.
  - change 2%nat with (length [1 / 2 : line; m + 1 : line]). apply N_le.
    apply (covers_wider 1); [lra|exact two_centres].
  - apply (N_at_least_2 two_pairs 0 m); simpl; auto; lra.
Qed.

End Instance.

Theorem visual_half_fails :
  exists (P : list line) (k K_p K_v : nat) (a b d delta eps0 : R),
    (1 <= K_v)%nat /\ 0 < a /\ 0 < b /\ 0 < d /\ 0 < delta < eps0 /\
    delta < Rpower (b / INR K_v) (1 / d) <= eps0 /\
    forall M : R, exists V : list line,
      NoDup V /\ regular_below V a d delta eps0 /\ regular_above V b d delta eps0 /\
      (exists S_p S_v, prompt_half V P k K_p S_p /\ fps V S_p S_v /\ length S_v = K_v) /\
      forall S_p S_v, prompt_half V P k K_p S_p -> fps V S_p S_v -> length S_v = K_v ->
        M * (2 * OPT V K_v []) < d_H S_v V /\ M * beta_term b d K_v < d_H S_v V.
Proof.
  exists [-1 : line], 1%nat, 1%nat, 2%nat, 2, 3, 1, 1, (3 / 2).
  repeat split; try lia; try lra.
  - replace (1 / 1) with 1 by field. simpl INR. rewrite Rpower_1; lra.
  - replace (1 / 1) with 1 by field. simpl INR. rewrite Rpower_1; lra.
  - intros M. pose proof (Rabs_pos M). pose proof (Rle_abs M).
    set (m := 3 * Rabs M + 10). assert (Hm : 10 <= m) by (unfold m; lra).
    exists (two_pairs m). refine (conj (pairs_distinct m Hm) (conj _ (conj _ (conj _ _)))).
    + intros r Hr. rewrite N_two_pairs, Rpower_minus_one by lra. simpl.
      apply Rmult_le_reg_r with r; [lra|]. rewrite Rmult_assoc, Rinv_l; lra.
    + intros r Hr. rewrite N_two_pairs, Rpower_minus_one by lra. simpl.
      apply Rmult_le_reg_r with r; [lra|]. rewrite Rmult_assoc, Rinv_l; lra.
    + destruct (prompt_half_exists (two_pairs m) [-1 : line] 1 1) as [S_p HS].
      destruct (fps_exists (two_pairs m) S_p 2 ltac:(easy)) as [S_v [HF Hl]].
      now exists S_p, S_v.
    + intros S_p S_v HS HF Hl. apply one_is_kept in HS; auto. subst S_p.
      apply picks in HF; auto. subst S_v. pose proof (left_far m Hm) as Hfar.
      pose proof (optimum_at_most_1 m) as Hopt.
      assert (Hpos : 0 <= OPT (two_pairs m) 2 []) by (apply OPT_pos; [easy|left; lia]).
      assert (Hbeta : beta_term 3 1 2 = 3).
      { unfold beta_term. replace (1 / 1) with 1 by field. simpl INR.
        rewrite Rpower_1, Rpower_minus_one by lra. field. }
      set (o := OPT (two_pairs m) 2 []) in *.
      assert (M * o <= Rabs M * o) by (apply Rmult_le_compat_r; lra).
      assert (Rabs M * o <= Rabs M * 1) by (apply Rmult_le_compat_l; lra).
      split; [|rewrite Hbeta]; apply Rlt_le_trans with m; auto; unfold m; lra.
Qed.

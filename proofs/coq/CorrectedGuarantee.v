(* theorem-2.corrected: under Assumption 1, |dy| <= C min{h(V -> P), h(V -> S)}, S = S_p + S_v,
   where S_v are farthest-point picks seeded with S_p; inside the validity range
     h(V -> S) <= min{2 OPT(K_v | S_p), beta (K - K_p)^(-1/d)},  beta = 2 b'^(1/d).

   [corrected] is this statement for finite sets in any metric space, any prompt half S_p of at most
   K_p tokens (also none) and any F that is Lipschitz with constant C. Where S_p has fewer than K_p,
   as Algorithm 1 allows, S_v fills up the K places: OPT then takes these K - |S_p| picks, which is
   no more than with K - K_p. The bound by OPT needs no range; the one by beta needs
   N(V, r) <= b' r^-d on (delta, eps_0] and (b'/(K - K_p))^(1/d) in that range.

   theorem-2.bound and theorem-2.no-eta, the two readings of Theorem 2(a), are dominated by it:
   [bound_dominated] and [no_eta_dominated]. *)

From MobTheory Require Export ErrorBounds SeededSampling BudgetTerm.

(* beta K_v^(-1/d) and alpha K_p^(-1/d) *)
Definition beta_term (b' d : R) (K_v : nat) : R :=
  2 * Rpower b' (1 / d) * Rpower (INR K_v) (- (1 / d)).

Definition alpha_term (eta a b d : R) (k L K_p : nat) : R :=
  eta * Rpower (b * INR k * INR L / a) (1 / d) * Rpower (INR K_p) (- (1 / d)).

Section Corrected.
Context {X : space}.
Implicit Types (V P Z : list X).

(* In range, k centres reach the radius (b'/k)^(1/d): b' r^-d = k there. *)
Lemma beta_reached V Z (k : nat) b' d delta (eps0 : R) :
  V <> [] -> (1 <= k)%nat -> 0 < d -> 0 < b' -> 0 <= delta -> regular_above V b' d delta eps0 ->
  delta < Rpower (b' / INR k) (1 / d) <= eps0 ->
  2 * OPT V k Z <= beta_term b' d k.
Proof.
  intros HV Hk Hd Hb Hdelta Hreg Hr.
  assert (Hk0 : 0 < INR k) by (apply lt_0_INR; lia).
  set (r := Rpower (b' / INR k) (1 / d)) in *.
  assert (HN : (N V r <= k)%nat).
  { apply INR_le. eapply Rle_trans; [now apply Hreg|]. right.
    unfold r. rewrite Rpower_mult. replace (1 / d * - d) with (- (1)) by (field; lra).
    rewrite Rpower_Ropp, Rpower_1 by (now apply Rdiv_lt_0_compat). field. lra. }
  assert (Hbeta : beta_term b' d k = 2 * r).
  { unfold beta_term, r, Rdiv at 3. rewrite <- Rpower_mult_distr by auto using Rinv_0_lt_compat.
    rewrite Rpower_Ropp, <- (Rpower_Ropp (INR k)).
    replace (/ INR k) with (Rpower (INR k) (- (1))) by (rewrite Rpower_Ropp, Rpower_1; auto).
    rewrite Rpower_mult. replace (- (1) * (1 / d)) with (- (1 / d)) by ring. ring. }
  rewrite Hbeta. destruct (N_attained V r ltac:(lra)) as [C [HlC HC]].
  assert (HCn : C <> []).
  { pose proof (N_positive V r ltac:(lra) HV). intros ->; simpl in *; lia. }
  enough (OPT V k Z <= r) by lra. eapply Rle_trans; [now apply OPT_seeds|].
  eapply Rle_trans; [apply (OPT_le V k [] C); auto using app_not_nil_l; lia|].
  rewrite app_nil_r. apply h_le; auto; lra.
Qed.

(* More centres only help. *)
Lemma OPT_more V Z (k k' : nat) : V <> [] -> (1 <= k <= k')%nat -> OPT V k' Z <= OPT V k Z.
Proof.
  intros HV Hk. apply OPT_greatest; [auto|left; lia|]. intros. apply OPT_le; auto; lia.
Qed.

Theorem corrected {Y : space} (F : list X -> Y) C V P S_p S_v (K K_p : nat) :
  lipschitz F C -> P <> [] -> incl S_p V -> (length S_p <= K_p < K)%nat ->
  fps V S_p S_v -> length S_v = (K - length S_p)%nat ->
  dist (F (V ++ P)) (F ((S_p ++ S_v) ++ P)) <= C * Rmin (h V P) (h V (S_p ++ S_v)) /\
  h V (S_p ++ S_v) <= 2 * OPT V (K - length S_p) S_p /\
  2 * OPT V (K - length S_p) S_p <= 2 * OPT V (K - K_p) S_p /\
  forall b' d delta eps0 : R, 0 < d -> 0 < b' -> 0 <= delta -> regular_above V b' d delta eps0 ->
    delta < Rpower (b' / INR (K - K_p)) (1 / d) <= eps0 ->
    h V (S_p ++ S_v) <= beta_term b' d (K - K_p).
Proof.
  intros HF HP HSp HK Hfps Hl.
  assert (HK1 : (1 <= K - length S_p)%nat) by lia.
  assert (HSv : S_v <> []) by (intros ->; simpl in Hl; lia).
  assert (HIv : incl S_v V) by eauto using fps_incl.
  assert (HV : V <> [])
    by (destruct S_v as [|s S']; [easy|]; intros ->; destruct (HIv s); now left).
  assert (HS : S_p ++ S_v <> []) by auto with metric.
  destruct (seeded_fps V S_p _ HV (or_introl HK1)) as [_ [Hopt _]]. specialize (Hopt S_v Hfps Hl).
  assert (Hmore : 2 * OPT V (K - length S_p) S_p <= 2 * OPT V (K - K_p) S_p)
    by (apply Rmult_le_compat_l; [lra|apply OPT_more; auto; lia]).
  refine (conj _ (conj Hopt (conj Hmore _))).
  - destruct (domination V P (S_p ++ S_v) (d_H V P)) as [H [[H' _] _]];
      [now apply incl_app|auto|lra|]. specialize (H HS). destruct HF as [HC HF].
    eapply Rle_trans; [apply HF; auto with metric|]. apply Rmult_le_compat_l; auto.
    rewrite Rmin_comm. exact H.
  - intros. eapply Rle_trans; [exact Hopt|]. eapply Rle_trans; [exact Hmore|].
    apply (beta_reached V S_p (K - K_p) b' d delta eps0); auto; lia.
Qed.

Theorem bound_dominated {Y : space} (F : list X -> Y) C V P S eta a b b' d (k K_p K_v : nat) :
  lipschitz F C -> P <> [] -> incl S V -> 0 <= eta -> d_H V P <= eta -> 0 < b' ->
  let printed := Rmax (alpha_term eta a b d k (length P) K_p) (beta_term b' d K_v) in
  dist (F (V ++ P)) (F (S ++ P)) <= C * printed + C * eta /\
  C * Rmin (h V P) (beta_term b' d K_v) <= C * printed + C * eta.
Proof.
  intros HF HP HS Heta Hd Hb printed.
  destruct (domination V P S eta HS HP Hd) as [_ [[_ Hh] Herr]]. destruct HF as [HC HF].
  assert (Hp : 0 <= printed).
  { eapply Rle_trans; [|apply Rmax_r]. unfold beta_term.
    pose proof (Rpower_pos b' (1 / d)). pose proof (Rpower_pos (INR K_v) (- (1 / d))). nra. }
  assert (H : C * h V P <= C * printed + C * eta).
  { rewrite <- Rmult_plus_distr_l. apply Rmult_le_compat_l; auto; lra. }
  split; [eapply Rle_trans; [apply (Herr Y F C); now split|exact H]|].
  eapply Rle_trans; [|exact H]. apply Rmult_le_compat_l; auto. apply Rmin_l.
Qed.

Theorem no_eta_dominated {Y : space} (F : list X -> Y) C V P S_p S_v (K K_p k : nat)
    (eta a b b' d delta eps0 : R) :
  lipschitz F C -> P <> [] -> incl S_p V -> (length S_p <= K_p < K)%nat ->
  fps V S_p S_v -> length S_v = (K - length S_p)%nat ->
  0 < d -> 0 < b' -> 0 <= delta -> regular_above V b' d delta eps0 ->
  delta < Rpower (b' / INR (K - K_p)) (1 / d) <= eps0 ->
  let beta := beta_term b' d (K - K_p) in
  let printed := Rmax (alpha_term eta a b d k (length P) K_p) beta in
  dist (F (V ++ P)) (F ((S_p ++ S_v) ++ P)) <= C * printed /\
  dist (F (V ++ P)) (F ((S_p ++ S_v) ++ P)) <= C * beta /\ C * beta <= C * printed.
Proof.
  intros HF HP HSp HK Hfps Hl Hd Hb Hdelta Hreg Hr beta printed.
  destruct (corrected F C V P S_p S_v K K_p HF HP HSp HK Hfps Hl) as [Herr [_ [_ Hbeta]]].
  specialize (Hbeta b' d delta eps0 Hd Hb Hdelta Hreg Hr). destruct HF as [HC HF].
  assert (H1 : dist (F (V ++ P)) (F ((S_p ++ S_v) ++ P)) <= C * beta).
  { eapply Rle_trans; [exact Herr|]. apply Rmult_le_compat_l; auto.
    eapply Rle_trans; [apply Rmin_r|exact Hbeta]. }
  assert (H2 : C * beta <= C * printed) by (apply Rmult_le_compat_l; auto; apply Rmax_r).
  repeat split; auto. lra.
Qed.

End Corrected.

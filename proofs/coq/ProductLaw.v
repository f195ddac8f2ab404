(* attention.budget-split in full: S_p any visual tokens (the K_p heaviest by weight), S_v found by
   farthest-point sampling of the visual tokens V seeded with S_p and with the tokens P (the prompt,
   or none), S = S_v + S_p + P. Then, with tail the weight of V outside S_p,
     Phi(S) <= m(D) h(V -> S) <= tail 2 OPT(K_v | S_p + P),
   and if K_v centres anywhere cover V within (b'/K_v)^{1/d}, this is at most tail 2 (b'/K_v)^{1/d}.
   [product_law_seeded] is this chain. [budget_split_law], the registered claim, adds the best
   splits: with c K_p^-gamma for the tail K_p = K gamma d/(1 + gamma d) among 0 < K_p < K, with
   c exp(-K_p/tau) K_v = tau/d cut to [1, K]; [power_bound] and [exponential_bound] of BudgetSplit.v
   are the two products. The factor 2 comes from claim covering.seeded-fps. *)
From MobTheory Require Import SeededSampling.
From MobTheory Require Import WeightedSum BudgetSplit.

Section ProductLaw.
Context {X : space}.
Variable eq_dec : forall x y : X, {x = y} + {x <> y}.
Variables (V P S_p S_v : list X) (w : X -> R) (b' d : R).
Hypothesis Hw : forall v, In v (V ++ P) -> 0 <= w v.
Hypothesis Hsv : fps V (S_p ++ P) S_v.
Let K_v : R := INR (length S_v).
Let S := S_v ++ S_p ++ P.
Hypothesis HV : V <> [].
Hypothesis HS : feasible (length S_v) (S_p ++ P).        (* something is kept *)

Definition outside (A : list X) : list X :=
  filter (fun v => if in_dec eq_dec v A then false else true) V.

Lemma outside_In A v : In v (outside A) -> In v V /\ ~ In v A.
Proof.
  intros Hv. apply filter_In in Hv as [Hv Hb]. split; [exact Hv|].
  destruct (in_dec eq_dec v A); [discriminate|assumption].
Qed.

Lemma Sum_outside A f : (forall v, In v V -> In v A -> f v = 0) -> Sum V f = Sum (outside A) f.
Proof.
  intros H. unfold outside. rewrite Sum_mask. apply Sum_ext. intros v Hv.
  destruct (in_dec eq_dec v A); [now apply H|reflexivity].
Qed.

Lemma S_not_nil : S <> [].
Proof.
  unfold S. destruct HS as [Hk|HZ]; [|auto with metric].
  apply app_not_nil_l. destruct S_v; [simpl in Hk; lia|discriminate].
Qed.

Lemma OPT_within rho : 0 <= rho ->
  (exists C, (length C <= length S_v)%nat /\ covers rho C V) ->
  OPT V (length S_v) (S_p ++ P) <= rho.
Proof.
  intros H0 [C [Hlen HC]]. destruct V as [|v V'] eqn:EV; [contradiction|]. rewrite <- EV in *.
  assert (HCn : C <> []).
  { intros ->. destruct (HC v) as [c [[] _]]. rewrite EV. now left. }
  assert (Hne : C ++ S_p ++ P <> []) by now apply app_not_nil_l.
  eapply Rle_trans; [apply (OPT_le V (length S_v) (S_p ++ P) C); auto|].
  apply h_le; auto. intros a Ha. destruct (HC a Ha) as [c [Hc Hd]].
  exists c. split; [apply in_or_app; now left|exact Hd].
Qed.

Theorem product_law_seeded :
  let phi := Sum (V ++ P) (fun v => w v * to v S) in
  let m := Sum (outside S) w in
  let tail := Sum (outside S_p) w in
  phi <= m * h V S /\
  m * h V S <= tail * (2 * OPT V (length S_v) (S_p ++ P)) /\
  ((exists C, (length C <= length S_v)%nat /\ covers (Rpower (b' / K_v) (1 / d)) C V) ->
     tail * (2 * OPT V (length S_v) (S_p ++ P)) <= tail * cover d b' K_v).
Proof.
  intros phi m tail.
  assert (HwV : forall v, In v V -> 0 <= w v) by (intros; apply Hw, in_or_app; now left).
  assert (Htail : 0 <= tail).
  { apply Sum_nonneg. intros v Hv. apply outside_In in Hv as [Hv _]. auto. }
  split; [|split].
  - unfold phi. rewrite Sum_app, (Sum_zero P), Rplus_0_r.
    + rewrite (Sum_outside S).
      * unfold m. rewrite <- Sum_scale_r. apply Sum_le. intros v Hv.
        apply outside_In in Hv as [Hv _].
        apply Rmult_le_compat_l; [auto|now apply h_ge].
      * intros v _ Hv. rewrite to_member by exact Hv. ring.
    + intros v Hv. rewrite to_member; [ring|]. unfold S. rewrite !in_app_iff. tauto.
  - apply Rmult_le_compat.
    + apply Sum_nonneg. intros v Hv. apply outside_In in Hv as [Hv _]. auto.
    + apply h_pos.
    + unfold m, tail, outside. rewrite !Sum_mask. apply Sum_le. intros v Hv. specialize (HwV v Hv).
      destruct (in_dec eq_dec v S) as [H1|H1], (in_dec eq_dec v S_p) as [H2|H2]; try lra.
      exfalso. apply H1. unfold S. rewrite !in_app_iff. tauto.
    + now apply fps_2approx.
  - intros HC. apply Rmult_le_compat_l; [exact Htail|]. unfold cover.
    apply Rmult_le_compat_l; [lra|]. apply OPT_within; [left; apply exp_pos|exact HC].
Qed.

End ProductLaw.

Theorem budget_split_law {X : space} (eq_dec : forall x y : X, {x = y} + {x <> y})
    (V P S_p S_v : list X) (w : X -> R) (c gamma tau d b' K : R) :
  0 < c -> 0 < gamma -> 0 < tau -> 0 < d -> 0 < b' -> 1 <= K ->
  (forall v, In v (V ++ P) -> 0 <= w v) -> V <> [] ->
  fps V (S_p ++ P) S_v -> feasible (length S_v) (S_p ++ P) ->
  let S := S_v ++ S_p ++ P in
  let tail := Sum (outside eq_dec V S_p) w in
  let m := Sum (outside eq_dec V S) w in
  let phi := Sum (V ++ P) (fun v => w v * to v S) in
  let K_v := INR (length S_v) in
  let split := K * gamma * d / (1 + gamma * d) in
  let visual := Rmin (Rmax (tau / d) 1) K in
  (* the product law, and the two functions of the split that it becomes *)
  (phi <= m * h V S /\ m * h V S <= tail * (2 * OPT V (length S_v) (S_p ++ P))) /\
  ((exists C, (length C <= length S_v)%nat /\ covers (Rpower (b' / K_v) (1 / d)) C V) ->
   (tail <= c * Rpower (K - K_v) (- gamma) -> phi <= power_bound c gamma d b' K (K - K_v)) /\
   (tail <= c * exp (- (K - K_v) / tau) -> phi <= exponential_bound c tau d b' K (K - K_v))) /\
  (* where each is least, and only there *)
  (0 < split < K /\ forall x, 0 < x < K ->
     power_bound c gamma d b' K split <= power_bound c gamma d b' K x /\
     (power_bound c gamma d b' K x = power_bound c gamma d b' K split -> x = split)) /\
  (1 <= visual <= K /\ forall y, 1 <= y <= K ->
     exponential_bound c tau d b' K (K - visual) <= exponential_bound c tau d b' K (K - y) /\
     (exponential_bound c tau d b' K (K - y) = exponential_bound c tau d b' K (K - visual) ->
      y = visual)).
Proof.
  intros Hc Hg Ht Hd Hb HK Hw HV Hfps Hf S tail m phi K_v split visual.
  destruct (product_law_seeded eq_dec V P S_p S_v w b' d Hw Hfps HV Hf) as [A [B B']].
  fold S tail m phi K_v in A, B, B'.
  assert (Hcov : 0 <= cover d b' K_v)
    by (unfold cover; apply Rmult_le_pos; [lra|left; apply exp_pos]).
  split; [split; assumption|]. split; [|split].
  - intros HC. specialize (B' HC). unfold power_bound, exponential_bound.
    replace (K - (K - K_v)) with K_v by ring.
    split; intros Htail; apply (Rmult_le_compat_r (cover d b' K_v)) in Htail; auto; lra.
  - apply budget_split; lra.
  - apply exponential_split_clamped; lra.
Qed.

(* lemma-3.vacuity: for every nonempty bounded P, every t > 0 and 0 < delta < eps_0, with
   a = delta^t and b = N(P, delta) eps_0^t,
     a r^-t <= 1 <= N(P, r) <= N(P, delta) <= b r^-t   for all r in (delta, eps_0].

   [vacuity] is this statement for every bounded subset of R^d, finite or not, with the Euclidean
   distance; [vacuity_in] for every set, in any metric space, that finitely many balls of radius
   delta cover. A bounded set is one ([bounded_coverable], a grid), and N(P, r) is then a true
   covering number at every radius of the range. *)

From Coq Require Import Rpower.
From MobTheory Require Export Euclidean.

Theorem vacuity_in {X : space} (A : X -> Prop) (C : list X) (t delta eps0 : R) :
  (exists x, A x) -> ball_cover delta C A -> 0 < t -> 0 < delta < eps0 ->
  let a := Rpower delta t in
  let b := INR (number A delta) * Rpower eps0 t in
  forall r, delta < r <= eps0 ->
    a * Rpower r (- t) <= 1 /\ 1 <= INR (number A r) /\
    INR (number A r) <= INR (number A delta) /\ INR (number A delta) <= b * Rpower r (- t).
Proof.
  intros [x Hx] HC Ht Hd a b r Hr.
  assert (HCr : ball_cover r C A) by (apply (ball_cover_wider delta); auto; lra).
  assert (Hpow : forall u v, 0 < u <= v -> Rpower u t * Rpower v (- t) <= 1).
  { intros u v Huv. pose proof (exp_pos (t * ln v)) as Hv. change (exp (t * ln v)) with (Rpower v t) in Hv.
    rewrite Rpower_Ropp. apply Rmult_le_reg_r with (Rpower v t); auto.
    rewrite Rmult_assoc, Rinv_l, Rmult_1_r, Rmult_1_l by lra. apply Rle_Rpower_l; lra. }
  refine (conj _ (conj _ (conj _ _))).
  - apply Hpow; lra.
  - apply (le_INR 1). now apply (number_positive A r C x).
  - apply le_INR. apply (number_antitone A delta r C); auto; lra.
  - assert (H1 : 1 <= Rpower eps0 t * Rpower r (- t)).
    { pose proof (exp_pos (t * ln r)) as Hv. change (exp (t * ln r)) with (Rpower r t) in Hv.
      rewrite Rpower_Ropp. apply Rmult_le_reg_r with (Rpower r t); auto.
      rewrite Rmult_assoc, Rinv_l, Rmult_1_r, Rmult_1_l by lra. apply Rle_Rpower_l; lra. }
    unfold b. rewrite Rmult_assoc. pose proof (pos_INR (number A delta)). nra.
Qed.

(* --- bounded subsets of R^d have finite covers of every positive radius --- *)

Lemma natural_above x : exists n, x < INR n.
Proof.
  exists (Z.to_nat (up x)). rewrite INR_IZR_INZ. destruct (archimed x) as [Hx _].
  apply Rlt_le_trans with (IZR (up x)); [exact Hx|]. apply IZR_le. lia.
Qed.

Lemma grid_of_line lo g : 0 < g -> forall n, exists G : list R,
  forall x, lo <= x <= lo + INR n * g -> exists y, In y G /\ Rabs (x - y) <= g.
Proof.
  intros Hg n; induction n as [|n [G HG]].
  - exists [lo]. intros x Hx. exists lo. split; [now left|]. simpl in Hx. apply Rabs_le. lra.
  - exists ((lo + INR n * g) :: G). intros x Hx. rewrite S_INR in Hx.
    destruct (Rle_or_lt x (lo + INR n * g)) as [Hle|Hlt].
    + destruct (HG x) as [y [Hy Hd]]; [lra|]. exists y; split; auto. now right.
    + exists (lo + INR n * g). split; [now left|]. apply Rabs_le. lra.
Qed.

Lemma grid d M g : 0 < g -> exists C : list (nat -> R),
  forall x, (forall i, (i < d)%nat -> Rabs (x i) <= M) ->
    exists c, In c C /\ forall i, (i < d)%nat -> Rabs (x i - c i) <= g.
Proof.
  intros Hg. destruct (natural_above (2 * M / g)) as [n Hn].
  assert (HM : 2 * M <= INR n * g).
  { apply Rmult_lt_compat_r with (r := g) in Hn; auto. unfold Rdiv in Hn.
    rewrite Rmult_assoc, Rinv_l in Hn by lra. lra. }
  destruct (grid_of_line (- M) g Hg n) as [G HG].
  induction d as [|d [C HC]]; [exists [fun _ => 0]; intros x _; exists (fun _ => 0); simpl; split; [auto|lia]|].
  exists (flat_map (fun c => map (fun y i => if Nat.eq_dec i d then y else c i) G) C).
  intros x Hx. destruct (HC x) as [c [Hc Hd]]; [intros; apply Hx; lia|].
  destruct (HG (x d)) as [y [Hy Hyd]].
  { specialize (Hx d (Nat.lt_succ_diag_r d)). apply Rabs_between in Hx. lra. }
  exists (fun i => if Nat.eq_dec i d then y else c i). split.
  - apply in_flat_map. exists c; split; auto. apply in_map_iff. exists y; auto.
  - intros i Hi. destruct (Nat.eq_dec i d) as [->|]; auto. apply Hd. lia.
Qed.

Definition bounded {X : space} (A : X -> Prop) : Prop :=
  exists (o : X) (M : R), forall x, A x -> dist x o <= M.

Lemma bounded_coverable d (A : euclidean d -> Prop) r : bounded A -> 0 < r ->
  exists C, ball_cover r C A.
Proof.
  intros [o [M HM]] Hr. pose proof (pos_INR d). set (g := r / (INR d + 1)).
  assert (Hg : 0 < g) by (apply Rdiv_lt_0_compat; lra).
  destruct (grid d M g Hg) as [C HC].
  exists (map (fun c i => c i + o i) C). intros x Hx.
  destruct (HC (fun i => x i - o i)) as [c [Hc Hd]].
  { intros i Hi. eapply Rle_trans; [now apply (coordinate_le d)|]. now apply HM. }
  exists (fun i => c i + o i). split; [apply in_map_iff; now exists c|].
  apply Rle_trans with (INR d * g).
  - apply euclid_le_coordinates; [lra|]. intros i Hi. specialize (Hd i Hi). simpl in Hd.
    now replace (x i - (c i + o i)) with (x i - o i - c i) by ring.
  - assert (INR d * g + g = r) by (unfold g; field; lra). lra.
Qed.

Theorem vacuity (d : nat) (A : euclidean d -> Prop) (t delta eps0 : R) :
  (exists x, A x) -> bounded A -> 0 < t -> 0 < delta < eps0 ->
  let a := Rpower delta t in
  let b := INR (number A delta) * Rpower eps0 t in
  forall r, delta < r <= eps0 ->
    a * Rpower r (- t) <= 1 /\ 1 <= INR (number A r) /\
    INR (number A r) <= INR (number A delta) /\ INR (number A delta) <= b * Rpower r (- t).
Proof.
  intros HA HB Ht Hd. destruct (bounded_coverable d A delta HB ltac:(lra)) as [C HC].
  now apply (vacuity_in A C).
Qed.

(* attention.minimal-metric: a function D on pairs of finite multisets of R^d under which every
   softmax head with logits <a, x> and values x is continuous is 0 only between multisets with the
   same normalised empirical measure; and for every a, with L the mean of exp<a, x>,
     |log L(X) - log L(Y)| <= |a| sup over 0 <= t <= 1 of |o_{ta}(X) - o_{ta}(Y)|.
   [minimal_metric] is the registered claim, both halves. Vectors are functions on the coordinates
   l, R^d for l = seq 0 d; that D is a pseudometric is not used.
   Proof. o_{ta} is the derivative of log L along t a, so heads that agree give equal L for all a;
   and exponentials are independent: the longest point with a coefficient outgrows all others. *)
Require Import Reals List Lra Lia.
From MobTheory Require Import WeightedSum Seminorm.
Import ListNotations.
Open Scope R_scope.

Section MinimalMetric.
Context {C : Type} (l : list C).
Notation vec := (C -> R).
Let N := euclidean l.
Let HN : seminorm N := euclidean_seminorm l.

Definition dot (a x : vec) : R := Sum l (fun c => a c * x c).
Definition same (x y : vec) : bool :=
  forallb (fun c => if Req_EM_T (x c) (y c) then true else false) l.

Lemma same_spec x y : same x y = true <-> forall c, In c l -> x c = y c.
Proof.
  unfold same. rewrite forallb_forall. split; intros H c Hc; specialize (H c Hc);
    destruct (Req_EM_T (x c) (y c)); congruence.
Qed.

Lemma dot_same a x y : same x y = true -> dot a x = dot a y.
Proof. intros H. apply Sum_ext. intros c Hc. now rewrite (proj1 (same_spec x y) H c Hc). Qed.

Lemma dot_le a x : Rabs (dot a x) <= N a * N x.
Proof.
  apply Rabs_le. split; [|apply cauchy_schwarz].
  pose proof (cauchy_schwarz l (fun c => - a c) x) as Q. fold N in Q. rewrite (norm_opp N HN) in Q.
  rewrite (Sum_ext l _ (fun c => -1 * (a c * x c))), Sum_scale in Q by (intros; ring).
  fold (dot a x) in Q. lra.
Qed.

(* --- exponentials are independent --- *)

(* the angle at the longest point: others have a smaller product with it *)
Lemma longest_product x y : dot y y <= dot x x -> same y x = false -> dot x y < dot x x.
Proof.
  intros Hle Hne.
  assert (E : Sum l (fun c => (x c - y c) * (x c - y c)) = dot x x + dot y y - 2 * dot x y).
  { unfold dot. rewrite <- Sum_scale, <- Sum_plus, <- Sum_minus. apply Sum_ext. intros; ring. }
  assert (P : 0 < Sum l (fun c => (x c - y c) * (x c - y c))); [|lra].
  assert (H : exists c, In c l /\ x c <> y c).
  { unfold same in Hne. clear E Hle. induction l as [|c l' IH]; [discriminate|]. simpl in Hne.
    destruct (Req_EM_T (y c) (x c)) as [Ec|Ec].
    - destruct IH as [c' [Hc' Hd]]; [exact Hne|]. exists c'. split; [now right|exact Hd].
    - exists c. split; [now left|auto]. }
  destruct H as [c [Hc Hd]].
  apply Rlt_le_trans with ((x c - y c) * (x c - y c)); [apply Rsqr_pos_lt; lra|].
  apply (Sum_In_le l (fun c => (x c - y c) * (x c - y c))); [intros; apply Rle_0_sqr|exact Hc].
Qed.

Lemma longest_exists (L : list (R * vec)) : L <> [] ->
  exists p, In p L /\ forall q, In q L -> dot (snd q) (snd q) <= dot (snd p) (snd p).
Proof.
  induction L as [|p L IH]; [contradiction|]. intros _. destruct L as [|p' L].
  - exists p. split; [now left|]. intros q [<-|[]]. lra.
  - destruct IH as [m [Hm Hmax]]; [discriminate|].
    destruct (Rle_lt_dec (dot (snd p) (snd p)) (dot (snd m) (snd m))) as [Q|Q].
    + exists m. split; [now right|]. intros q [<-|Hq]; auto.
    + exists p. split; [now left|]. intros q [<-|Hq]; [lra|]. specialize (Hmax q Hq). lra.
Qed.

(* finitely many numbers below m are below it by some g *)
Lemma common_gap {T : Type} (f : T -> R) m (L : list T) : (forall q, In q L -> f q < m) ->
  exists g, 0 < g /\ forall q, In q L -> f q <= m - g.
Proof.
  induction L as [|p L IH]; intros H; [exists 1; split; [lra|contradiction]|].
  destruct IH as [g [Hg Hle]]; [intros; apply H; now right|].
  pose proof (H p (or_introl eq_refl)). exists (Rmin g (m - f p)). split; [apply Rmin_glb_lt; lra|].
  pose proof (Rmin_l g (m - f p)). pose proof (Rmin_r g (m - f p)).
  intros q [<-|Hq]; [lra|]. specialize (Hle q Hq). lra.
Qed.

Lemma vanishing s B g : 0 < g -> (forall t, 0 < t -> Rabs s <= B * exp (- (t * g))) -> s = 0.
Proof.
  intros Hg H. destruct (Req_dec s 0) as [|Hs]; [assumption|exfalso].
  assert (Hp : 0 < Rabs s) by now apply Rabs_pos_lt.
  assert (HB : 0 < B).
  { specialize (H 1 Rlt_0_1). pose proof (exp_pos (- (1 * g))). nra. }
  set (t := B / (Rabs s * g)).
  assert (Ht : 0 < t) by (apply Rdiv_lt_0_compat; nra).
  specialize (H t Ht). pose proof (exp_ineq1_le (t * g)) as I.
  assert (Etg : t * g * Rabs s = B) by (unfold t; field; lra).
  apply (Rmult_le_compat_r (exp (t * g))) in H; [|left; apply exp_pos].
  rewrite Rmult_assoc, <- exp_plus, Rplus_opp_l, exp_0, Rmult_1_r in H.
  assert (Rabs s * (1 + t * g) <= Rabs s * exp (t * g)) by (apply Rmult_le_compat_l; lra). lra.
Qed.

Lemma independent (L : list (R * vec)) :
  (forall a, Sum L (fun p => fst p * exp (dot a (snd p))) = 0) ->
  forall y, Sum (filter (fun p => same (snd p) y) L) fst = 0.
Proof.
  remember (length L) as n eqn:En. assert (Hn : (length L <= n)%nat) by lia. clear En. revert L Hn.
  induction n as [|n IH]; intros L Hn H y.
  { destruct L; [reflexivity|simpl in Hn; lia]. }
  destruct L as [|p0 L0]; [reflexivity|]. set (L := p0 :: L0) in *.
  destruct (longest_exists L) as [p [Hp Hmax]]; [discriminate|]. set (x := snd p).
  set (on := fun q : R * vec => same (snd q) x).
  set (A := filter on L). set (B := filter (fun q => negb (on q)) L).
  assert (HA : forall a, Sum A (fun q => fst q * exp (dot a (snd q))) = exp (dot a x) * Sum A fst).
  { intros a. rewrite <- Sum_scale. apply Sum_ext. intros q Hq. apply filter_In in Hq as [_ Hq].
    rewrite (dot_same a _ _ Hq). ring. }
  assert (Hzero : Sum A fst = 0).
  { destruct (common_gap (fun q : R * vec => dot x (snd q)) (dot x x) B) as [g [Hg Hgap]].
    { intros q Hq. apply filter_In in Hq as [Hq Hb]. apply longest_product; [now apply Hmax|].
      unfold on in Hb. now destruct (same (snd q) x). }
    apply (vanishing _ (Sum B (fun q => Rabs (fst q))) g Hg). intros t Ht.
    specialize (H (fun c => t * x c)). rewrite (Sum_filter L on) in H. fold A B in H.
    rewrite HA in H.
    assert (Edot : forall z, dot (fun c => t * x c) z = t * dot x z).
    { intros z. unfold dot. rewrite <- Sum_scale. apply Sum_ext. intros; ring. }
    rewrite Edot in H.
    (* multiply by exp(- t |x|^2) *)
    assert (E : Sum A fst = - (exp (- (t * dot x x))
       * Sum B (fun q => fst q * exp (dot (fun c => t * x c) (snd q))))).
    { apply (Rmult_eq_reg_l (exp (t * dot x x))); [|apply Rgt_not_eq, exp_pos].
      rewrite <- Ropp_mult_distr_r, <- Rmult_assoc, <- exp_plus, Rplus_opp_r, exp_0. lra. }
    rewrite E, Rabs_Ropp, <- Sum_scale, <- Sum_scale_r.
    eapply Rle_trans; [apply Sum_Rabs|]. apply Sum_le. intros q Hq. specialize (Hgap q Hq).
    rewrite Edot, Rabs_mult, (Rabs_mult (fst q)).
    rewrite !(Rabs_pos_eq (exp _)) by (left; apply exp_pos).
    replace (exp (- (t * dot x x)) * (Rabs (fst q) * exp (t * dot x (snd q))))
      with (Rabs (fst q) * exp (t * dot x (snd q) - t * dot x x))
      by (unfold Rminus; rewrite exp_plus; ring).
    apply Rmult_le_compat_l; [apply Rabs_pos|].
    assert (t * dot x (snd q) - t * dot x x <= - (t * g)) as [Q| ->] by nra;
      [left; now apply exp_increasing|lra]. }
  assert (HB : forall z, Sum (filter (fun q => same (snd q) z) B) fst = 0).
  { apply IH.
    - enough (length A + length B = length L)%nat.
      { assert (length A <> 0)%nat; [|simpl in *; lia].
        destruct A eqn:EA; [|discriminate]. exfalso.
        assert (In p A) as Hin; [|rewrite EA in Hin; contradiction].
        apply filter_In. split; [exact Hp|]. unfold on, x. apply same_spec. reflexivity. }
      unfold A, B. clear. induction L as [|q L IH]; [reflexivity|]. simpl.
      destruct (on q); simpl; lia.
    - intros a. specialize (H a). rewrite (Sum_filter L on) in H. fold A B in H.
      rewrite HA, Hzero in H. lra. }
  rewrite (Sum_filter _ on).
  assert (filters : forall (f g : R * vec -> bool) (K : list (R * vec)),
    filter f (filter g K) = filter g (filter f K)).
  { intros f g K. induction K as [|q K IHK]; [reflexivity|]. simpl.
    destruct (g q) eqn:Eg, (f q) eqn:Ef; simpl; rewrite ?Eg, ?Ef, IHK; reflexivity. }
  rewrite !(filters _ (fun q => same (snd q) y)). fold A B. rewrite HB, Rplus_0_r.
  destruct (same x y) eqn:Exy.
  - rewrite <- Hzero. rewrite (Sum_mask A). apply Sum_ext. intros q Hq.
    apply filter_In in Hq as [_ Hq]. enough (same (snd q) y = true) as -> by reflexivity.
    apply same_spec. intros c Hc. rewrite (proj1 (same_spec _ _) Hq c Hc).
    exact (proj1 (same_spec _ _) Exy c Hc).
  - rewrite Sum_mask. apply Sum_zero. intros q Hq. apply filter_In in Hq as [_ Hq].
    destruct (same (snd q) y) eqn:Eq; [|reflexivity]. exfalso.
    enough (same x y = true) by congruence. apply same_spec. intros c Hc.
    rewrite <- (proj1 (same_spec _ _) Hq c Hc). exact (proj1 (same_spec _ _) Eq c Hc).
Qed.

(* --- heads --- *)
Definition head (a : vec) (X : list vec) : vec := attend X (softmax X (dot a)) (fun x => x).
Definition laplace (a : vec) (X : list vec) : R := Sum X (fun x => exp (dot a x)) / INR (length X).

Lemma length_pos (X : list vec) : X <> [] -> 0 < INR (length X).
Proof. intros HX. apply lt_0_INR. destruct X; [contradiction|simpl; lia]. Qed.

Lemma laplace_pos a X : X <> [] -> 0 < laplace a X.
Proof. intros HX. apply Rdiv_lt_0_compat; [now apply Sum_exp_pos|now apply length_pos]. Qed.

Definition along (t : R) (a : vec) : vec := fun c => t * a c.

Lemma dot_along t a x : dot (along t a) x = t * dot a x.
Proof. unfold dot, along. rewrite <- Sum_scale. apply Sum_ext. intros; ring. Qed.

Lemma Sum_derivable (X : list vec) (a : vec) t :
  derivable_pt_lim (fun t => Sum X (fun x => exp (dot (along t a) x))) t
    (Sum X (fun x => dot a x * exp (dot (along t a) x))).
Proof.
  induction X as [|x X IH]; simpl; [apply (derivable_pt_lim_const 0)|].
  apply (derivable_pt_lim_plus (fun t => exp (dot (along t a) x))); [|exact IH].
  replace (dot a x * exp (dot (along t a) x)) with (exp (dot (along t a) x) * dot a x) by ring.
  apply (derivable_pt_lim_comp (fun t => dot (along t a) x) exp); [|apply derivable_pt_lim_exp].
  intros eps He. exists (mkposreal 1 Rlt_0_1). intros k Hk _. rewrite !dot_along.
  replace (((t + k) * dot a x - t * dot a x) / k - dot a x) with 0 by (field; exact Hk).
  now rewrite Rabs_R0.
Qed.

Lemma dot_head (X : list vec) (a b : vec) :
  dot a (head b X) = / Sum X (fun x => exp (dot b x)) * Sum X (fun x => dot a x * exp (dot b x)).
Proof.
  transitivity (Sum l (fun c => Sum X (fun x => softmax X (dot b) x * (a c * x c)))).
  - apply Sum_ext. intros c _. unfold head, attend. rewrite <- Sum_scale.
    apply Sum_ext. intros; ring.
  - rewrite Sum_swap, <- Sum_scale. apply Sum_ext. intros x _. rewrite Sum_scale.
    fold (dot a x). unfold softmax, Rdiv. ring.
Qed.

(* the derivative of log L along t a is <a, o_{ta}> *)
Lemma log_laplace_derivable (X : list vec) (a : vec) t : X <> [] ->
  derivable_pt_lim (fun t => ln (laplace (along t a) X)) t (dot a (head (along t a) X)).
Proof.
  intros HX. pose proof (length_pos X HX) as Hlen.
  pose proof (Sum_exp_pos X (dot (along t a)) HX) as HS.
  replace (dot a (head (along t a) X)) with
    (/ laplace (along t a) X * (/ INR (length X) *
      Sum X (fun x => dot a x * exp (dot (along t a) x)))).
  - apply (derivable_pt_lim_comp (fun t => laplace (along t a) X) ln).
    + pose proof (derivable_pt_lim_scal _ (/ INR (length X)) t _ (Sum_derivable X a t)) as Q.
      intros eps He. destruct (Q eps He) as [delta Hd]. exists delta. intros k Hk Hkd.
      specialize (Hd k Hk Hkd). unfold mult_real_fct in Hd. unfold laplace, Rdiv.
      rewrite !(Rmult_comm (Sum X _) (/ INR (length X))). exact Hd.
    + apply derivable_pt_lim_ln. now apply laplace_pos.
  - rewrite dot_head. unfold laplace. field. lra.
Qed.

Lemma log_laplace_gap (X Y : list vec) (a : vec) (s : R) : X <> [] -> Y <> [] ->
  (forall t, 0 <= t <= 1 -> N (fun c => head (along t a) X c - head (along t a) Y c) <= s) ->
  Rabs (ln (laplace a X) - ln (laplace a Y)) <= N a * s.
Proof.
  intros HX HY Hs.
  destruct (MVT_cor2 (fun t => ln (laplace (along t a) X) - ln (laplace (along t a) Y))
    (fun t => dot a (head (along t a) X) - dot a (head (along t a) Y)) 0 1 Rlt_0_1) as [t [E Ht]].
  { intros t _. apply (derivable_pt_lim_minus (fun t => ln (laplace (along t a) X)));
      now apply log_laplace_derivable. }
  assert (at1 : forall Z, laplace (along 1 a) Z = laplace a Z).
  { intros Z. unfold laplace. f_equal. apply Sum_ext. intros x _.
    now rewrite dot_along, Rmult_1_l. }
  assert (at0 : forall Z, Z <> [] -> laplace (along 0 a) Z = 1).
  { intros Z HZ. unfold laplace. rewrite (Sum_ext Z _ (fun _ => 1)).
    - rewrite Sum_const. pose proof (length_pos Z HZ). field. lra.
    - intros x _. rewrite dot_along, Rmult_0_l. apply exp_0. }
  rewrite !at1, !at0, ln_1 in E by assumption.
  replace (ln (laplace a X) - ln (laplace a Y)) with
    (dot a (fun c => head (along t a) X c - head (along t a) Y c)).
  - eapply Rle_trans; [apply dot_le|]. apply Rmult_le_compat_l; [apply (norm_nonneg N HN)|].
    apply Hs. lra.
  - unfold dot in *. rewrite (Sum_ext l _ (fun c => a c * head (along t a) X c
      - a c * head (along t a) Y c)) by (intros; ring). rewrite Sum_minus. lra.
Qed.

(* the share of the points of X that equal y *)
Definition share (X : list vec) (y : vec) : R :=
  INR (length (filter (fun x => same x y) X)) / INR (length X).

Lemma equal_heads_equal_measures (X Y : list vec) : X <> [] -> Y <> [] ->
  (forall a, N (fun c => head a X c - head a Y c) = 0) -> forall y, share X y = share Y y.
Proof.
  intros HX HY H y. pose proof (length_pos X HX) as LX. pose proof (length_pos Y HY) as LY.
  assert (EL : forall a, laplace a X = laplace a Y).
  { intros a. apply ln_inv; try now apply laplace_pos.
    pose proof (log_laplace_gap X Y a 0 HX HY) as Q. rewrite Rmult_0_r in Q.
    specialize (Q (fun t _ => Req_le _ _ (H (along t a)))).
    pose proof (Rabs_pos (ln (laplace a X) - ln (laplace a Y))).
    assert (Rabs (ln (laplace a X) - ln (laplace a Y)) = 0) as Z by lra.
    destruct (Req_dec (ln (laplace a X) - ln (laplace a Y)) 0) as [|Hne]; [lra|].
    exfalso. now apply (Rabs_no_R0 _ Hne). }
  set (L := map (fun x => (/ INR (length X), x)) X ++ map (fun x => (- / INR (length Y), x)) Y).
  assert (HL : Sum (filter (fun p => same (snd p) y) L) fst = 0).
  { apply independent. intros a. unfold L. rewrite Sum_app, !Sum_map. simpl. rewrite !Sum_scale.
    specialize (EL a). unfold laplace, Rdiv in EL. lra. }
  rewrite Sum_mask in HL. unfold L in HL. rewrite Sum_app, !Sum_map in HL. simpl in HL.
  rewrite <- !(Sum_mask _ (fun x => same x y)), !Sum_const in HL. unfold share, Rdiv. lra.
Qed.

Theorem minimal_metric (D : list vec -> list vec -> R) :
  (forall a X, X <> [] -> forall eps, 0 < eps -> exists delta, 0 < delta /\
     forall Y, Y <> [] -> D X Y < delta -> N (fun c => head a X c - head a Y c) < eps) ->
  forall X Y, X <> [] -> Y <> [] ->
  (D X Y = 0 -> forall y, share X y = share Y y) /\
  (forall a s, is_lub (fun g => exists t, 0 <= t <= 1 /\
       g = N (fun c => head (along t a) X c - head (along t a) Y c)) s ->
     Rabs (ln (laplace a X) - ln (laplace a Y)) <= N a * s).
Proof.
  intros Hcont X Y HX HY. split.
  - intros HD. apply equal_heads_equal_measures; auto. intros a.
    apply Rle_antisym; [|apply (norm_nonneg N HN)].
    apply le_epsilon. intros eps He. destruct (Hcont a X HX eps He) as [delta [Hd Hc]].
    rewrite Rplus_0_l. left. apply Hc; [exact HY|lra].
  - intros a s [Hs _]. apply log_laplace_gap; auto. intros t Ht. apply Hs. now exists t.
Qed.

End MinimalMetric.

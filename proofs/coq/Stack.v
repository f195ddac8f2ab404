(* attention.stack: a pre-norm stack without positions and masks, log n_s added to the logits of
   every layer.
   - [pruned_is_full_on_replaced]: the pruned network equals the full one on tokens replaced by
     their kept ones.
   - [one_layer]: one layer lets the largest distance delta between two runs of the same network
     grow by at most Lambda =
       (1 + nu sum_h |W_O| [|W_V| + r_U (Q |W_K| + r_K |W_Q|)/sqrt d_h])
       (1 + Lip(M) 2 sqrt d |g_2|_inf / min (|z|_eps + |z~|_eps)),
       nu = 2 sqrt d |g_1|_inf / min (|x|_eps + |x~|_eps).
   - [stack], the registered claim, puts the two together over any number of layers.
   It is enough that r_U and Q bound values and queries of the first run and r_K keys of the second;
   the claim's maxima over both networks do. Norms Euclidean; a matrix norm is any bound of it. *)
Require Import Reals List Lra Lia FunctionalExtensionality.
From MobTheory Require Import WeightedSum Seminorm TotalVariation WInfinity RmsNorm Layer Counts.
Import ListNotations.
Open Scope R_scope.

(* a head whose logits move by eta, up to a constant that softmax does not see *)
Lemma head_moved {T C : Type} (N : (C -> R) -> R) (HN : seminorm N) (I : list T)
    (s s' : T -> R) (u u' : T -> C -> R) (z : C -> R) (shift eta omega r : R) :
  I <> [] -> 0 <= eta ->
  (forall j, In j I -> Rabs (s j - s' j - shift) <= eta) ->
  (forall j, In j I -> N (fun c => u j c - u' j c) <= omega) ->
  (forall j, In j I -> N (fun c => u j c - z c) <= r) ->
  N (fun c => attend I (softmax I s) u c - attend I (softmax I s') u' c) <= omega + r * eta.
Proof.
  intros HI Heta Hs Hu Hr.
  assert (E : forall c, attend I (softmax I s') u' c
    = mean I (fun j => 1 * exp (s' j + shift)) u' c).
  { intros c. rewrite (softmax_mean I). unfold mean.
    rewrite (Sum_ext I (fun j => 1 * exp (s' j + shift)) (fun j => exp shift * (1 * exp (s' j))))
      by (intros; rewrite exp_plus; ring).
    rewrite (Sum_ext I (fun j => 1 * exp (s' j + shift) * u' j c)
      (fun j => exp shift * (1 * exp (s' j) * u' j c))) by (intros; rewrite exp_plus; ring).
    rewrite !Sum_scale. pose proof (exp_pos shift).
    pose proof (Sum_exp_pos I s' HI).
    field. split; apply Rgt_not_eq; assumption. }
  rewrite (norm_ext N HN _ _ (fun c => f_equal2 Rminus (softmax_mean I s u c) (E c))).
  eapply Rle_trans; [apply (moved N HN I (fun _ => 1) s
    (fun j => s' j + shift) u u' eta omega (2 * r))|].
  - intros; lra.
  - apply Sum_pos; auto. intros; lra.
  - exact Heta.
  - intros j Hj _. split; [|now apply Hu].
    replace (s j - (s' j + shift)) with (s j - s' j - shift) by ring. now apply Hs.
  - intros i j Hi Hj _ _. eapply Rle_trans; [apply (norm_tri N HN _ z)|].
    rewrite (norm_minus_sym N HN z). pose proof (Hr i Hi). pose proof (Hr j Hj). lra.
  - assert (0 <= r).
    { destruct I as [|i I']; [contradiction|].
      eapply Rle_trans; [apply (norm_nonneg N HN)|apply (Hr i); now left]. }
    pose proof (tanh_le_id (eta / 2)). nra.
Qed.

Section Stack.
Context {T M F C H : Type}.      (* tokens; model, hidden and head coordinates; heads *)
Variables (lm : list M) (lf : list F) (lc : list C) (eps : R).
Hypothesis Hlm : lm <> [].
Hypothesis Heps : 0 < eps.
Notation vec := (M -> R).
Let NM := euclidean lm.
Let NC := euclidean lc.
Let HM : seminorm NM := euclidean_seminorm lm.
Let HC : seminorm NC := euclidean_seminorm lc.
Let d := INR (length lm).
Let root := sqrt (INR (length lc)).             (* sqrt d_h *)
Hypothesis Hroot : lc <> [].

Record block := Block {
  heads : list H;
  WQ : H -> C -> M -> R; WK : H -> C -> M -> R; WV : H -> C -> M -> R; WO : H -> M -> C -> R;
  gain1 : vec; gain2 : vec;
  Wg : F -> M -> R; Wu : F -> M -> R; Wd : M -> F -> R }.

Section OneBlock.
Variable b : block.
Definition norm1 (x : vec) : vec := rms_norm lm eps (gain1 b) x.
Definition query (h : H) (x : vec) : C -> R := times lm (WQ b h) (norm1 x).
Definition key (h : H) (x : vec) : C -> R := times lm (WK b h) (norm1 x).
Definition value (h : H) (x : vec) : C -> R := times lm (WV b h) (norm1 x).
Definition logit (h : H) (x y : vec) : R := Sum lc (fun k => query h x k * key h y k) / root.
(* the output of head h at a token in state x, over the tokens I in the states y *)
Definition head_out (h : H) (I : list T) (bias : T -> R) (y : T -> vec) (x : vec) : C -> R :=
  attend I (softmax I (fun j => logit h x (y j) + bias j)) (fun j => value h (y j)).
Definition middle (I : list T) (bias : T -> R) (y : T -> vec) (x : vec) : vec :=
  fun c => x c + Sum (heads b) (fun h => times lc (WO b h) (head_out h I bias y x) c).
Definition mlp (z : vec) : vec :=
  fun c => z c + swiglu lm lf (Wg b) (Wu b) (Wd b) (rms_norm lm eps (gain2 b) z) c.
Definition step (I : list T) (bias : T -> R) (y : T -> vec) : T -> vec :=
  fun i => mlp (middle I bias y (y i)).
End OneBlock.

Definition run (blocks : list block) (I : list T) (bias : T -> R) (y : T -> vec) : T -> vec :=
  fold_left (fun states b => step b I bias states) blocks y.

(* --- the pruned network is the full one on replaced tokens --- *)
Section Equivalence.
Variable eq_dec : forall x y : T, {x = y} + {x <> y}.
Variables (X K : list T) (pi : T -> T).
Hypothesis HK : NoDup K.
Hypothesis Hsub : incl K X.
Hypothesis Hpi : forall v, In v X -> In (pi v) K.
Hypothesis Hid : forall k, In k K -> pi k = k.
Let none : T -> R := fun _ => 0.
Let counts : T -> R := fun j => ln (size eq_dec X pi j).

Lemma step_replaced b (y : T -> vec) :
  step b X none (fun v => y (pi v)) = fun v => step b K counts y (pi v).
Proof.
  apply functional_extensionality. intros v. unfold step. f_equal.
  apply functional_extensionality. intros c. unfold middle. f_equal. apply Sum_ext. intros h _.
  apply times_ext. intros k. unfold head_out.
  transitivity (attend X (softmax X (fun j => logit b h (y (pi v)) (y (pi j))))
    (fun j => value b h (y (pi j))) k).
  - assert (Ez : (fun j => logit b h (y (pi v)) (y (pi j)) + none j)
                 = (fun j => logit b h (y (pi v)) (y (pi j))))
      by (apply functional_extensionality; intros; unfold none; ring).
    now rewrite Ez.
  - symmetry. apply (counted_is_moved eq_dec X K pi HK Hsub Hpi Hid
      (fun j => logit b h (y (pi v)) (y j)) (fun j => value b h (y j)) k).
Qed.

Theorem pruned_is_full_on_replaced blocks (y : T -> vec) :
  run blocks X none (fun v => y (pi v)) = fun v => run blocks K counts y (pi v).
Proof.
  revert y. induction blocks as [|b bs IH]; intros y; [reflexivity|]. simpl.
  rewrite step_replaced. apply IH.
Qed.
End Equivalence.

(* --- two runs of one network --- *)
Section TwoRuns.
Variable X : list T.
Let none : T -> R := fun _ => 0.

(* Lambda is a factor of block b for the states x, x' of the tokens X *)
Definition factor (b : block) (x x' : T -> vec) (Lambda : R) : Prop :=
  exists (o2 q2 k2 v2 Q r_U r_K : H -> R) (g2 u2 d2 grow urow G1 G2 m1 m2 : R),
  (forall h, In h (heads b) ->
     operator_le lc lm (WO b h) (o2 h) /\ operator_le lm lc (WQ b h) (q2 h) /\
     operator_le lm lc (WK b h) (k2 h) /\ operator_le lm lc (WV b h) (v2 h) /\
     (forall i, In i X -> NC (query b h (x i)) <= Q h) /\
     (exists z, forall i, In i X -> NC (fun k => value b h (x i) k - z k) <= r_U h) /\
     (exists z, forall i, In i X -> NC (fun k => key b h (x' i) k - z k) <= r_K h)) /\
  operator_le lm lf (Wg b) g2 /\ operator_le lm lf (Wu b) u2 /\ operator_le lf lm (Wd b) d2 /\
  rows_le lm lf (Wg b) grow /\ rows_le lm lf (Wu b) urow /\
  (forall c, In c lm -> Rabs (gain1 b c) <= G1) /\ (forall c, In c lm -> Rabs (gain2 b c) <= G2) /\
  0 < m1 /\ (forall i, In i X -> m1 <= norm_eps lm eps (x i) + norm_eps lm eps (x' i)) /\
  0 < m2 /\ (forall i, In i X -> m2 <= norm_eps lm eps (middle b X none x (x i))
                                   + norm_eps lm eps (middle b X none x' (x' i))) /\
  let nu := 2 * sqrt d * G1 / m1 in
  let Lip := swiglu_constant g2 u2 d2 grow urow (sqrt d * G2) in
  Lambda = (1 + nu * Sum (heads b) (fun h =>
                 o2 h * (v2 h + r_U h * (Q h * k2 h + r_K h * q2 h) / root)))
           * (1 + Lip * (2 * sqrt d * G2) / m2).

Lemma root_pos : 0 < root.
Proof.
  apply sqrt_lt_R0, lt_0_INR. destruct lc; [contradiction|simpl; lia].
Qed.

Lemma dot_bound (a a' : C -> R) : Rabs (Sum lc (fun k => a k * a' k)) <= NC a * NC a'.
Proof.
  apply Rabs_le. split; [|apply cauchy_schwarz].
  pose proof (cauchy_schwarz lc (fun k => - a k) a') as Q. fold NC in Q.
  rewrite (norm_opp NC HC) in Q.
  rewrite (Sum_ext lc _ (fun k => -1 * (a k * a' k))), Sum_scale in Q by (intros; ring). lra.
Qed.

(* RMSNorm divides by at least half of m *)
Lemma rms_moved (g : vec) (G m delta : R) (x x' : vec) :
  (forall c, In c lm -> Rabs (g c) <= G) -> 0 < m -> m <= norm_eps lm eps x + norm_eps lm eps x' ->
  NM (fun c => x c - x' c) <= delta ->
  NM (fun c => rms_norm lm eps g x c - rms_norm lm eps g x' c) <= 2 * sqrt d * G / m * delta.
Proof.
  intros Hg Hm Hmx Hd. assert (HG : 0 <= G) by now apply (gain_nonneg lm Hlm g).
  eapply Rle_trans; [apply (rms_norm_lipschitz lm eps Hlm Heps g G Hg)|].
  fold NM d. pose proof (norm_nonneg NM HM (fun c => x c - x' c)).
  replace (2 * sqrt d * G / m * delta) with (sqrt d * G * (2 * delta / m)) by (field; lra).
  apply Rmult_le_compat_l; [apply Rmult_le_pos; [apply sqrt_pos|exact HG]|].
  unfold Rdiv. apply Rmult_le_compat; [lra| |lra|apply Rinv_le_contravar; lra].
  left. apply Rinv_0_lt_compat. lra.
Qed.

Theorem one_layer (b : block) (x x' : T -> vec) (Lambda delta : R) :
  factor b x x' Lambda -> 0 <= delta ->
  (forall i, In i X -> NM (fun c => x i c - x' i c) <= delta) ->
  forall i, In i X -> NM (fun c => step b X none x i c - step b X none x' i c) <= Lambda * delta.
Proof.
  intros [o2 [q2 [k2 [v2 [Q [r_U [r_K [g2 [u2 [d2 [grow [urow [G1 [G2 [m1 [m2 Hf]]]]]]]]]]]]]]]].
  destruct Hf as [Hh [Hg2 [Hu2 [Hd2 [Hgrow [Hurow [HG1 [HG2 [Hm1 [Hx [Hm2 [Hz HL]]]]]]]]]]]].
  intros Hdelta Hmove i Hi. cbv zeta in HL.
  set (nu := 2 * sqrt d * G1 / m1) in *. set (Lip := swiglu_constant _ _ _ _ _ _) in *.
  assert (HXn : X <> []) by (intros En; rewrite En in Hi; contradiction).
  pose proof root_pos as Hroot0.
  set (tau := nu * delta).
  (* the normalised tokens move by tau *)
  assert (Hn : forall j, In j X -> NM (fun c => norm1 b (x j) c - norm1 b (x' j) c) <= tau).
  { intros j Hj. unfold tau, nu, norm1. apply rms_moved; auto. }
  assert (Htau : 0 <= tau) by (eapply Rle_trans; [apply (norm_nonneg NM HM)|now apply (Hn i)]).
  assert (moves : forall W b2 j, operator_le lm lc W b2 -> In j X ->
    NC (fun k => times lm W (norm1 b (x j)) k - times lm W (norm1 b (x' j)) k) <= b2 * tau).
  { intros W b2 j [H0 Hop] Hj. rewrite (norm_ext NC HC _ _ (times_minus lm W _ _)).
    eapply Rle_trans; [apply Hop|]. apply Rmult_le_compat_l; [exact H0|now apply Hn]. }
  (* each head *)
  set (gamma := fun h => v2 h + r_U h * (Q h * k2 h + r_K h * q2 h) / root).
  assert (Hhead : forall h, In h (heads b) ->
    NC (fun k => head_out b h X none x (x i) k - head_out b h X none x' (x' i) k) <= gamma h * tau).
  { intros h Hin. destruct (Hh h Hin) as [_ [HQ2 [HK2 [HV2 [HQ [[zu HU] [zk HKk]]]]]]].
    set (dq := fun k => query b h (x i) k - query b h (x' i) k).
    set (eta := (Q h * (k2 h * tau) + q2 h * tau * r_K h) / root).
    assert (HQ0 : 0 <= Q h) by (eapply Rle_trans; [apply (norm_nonneg NC HC)|now apply (HQ i)]).
    assert (HK0 : 0 <= r_K h) by (eapply Rle_trans; [apply (norm_nonneg NC HC)|now apply (HKk i)]).
    assert (Heta : 0 <= eta).
    { apply Rmult_le_pos; [|left; now apply Rinv_0_lt_compat].
      destruct HK2 as [K0 _]. destruct HQ2 as [Q0 _].
      apply Rplus_le_le_0_compat; apply Rmult_le_pos; try assumption; now apply Rmult_le_pos. }
    replace (gamma h * tau) with (v2 h * tau + r_U h * eta) by (unfold gamma, eta; field; lra).
    unfold head_out.
    apply (head_moved NC HC X _ _ _ _ zu (Sum lc (fun k => dq k * zk k) / root)); auto.
    - intros j Hj. unfold none, logit.
      replace (_ - _ - _) with ((
        Sum lc (fun k => query b h (x i) k * (key b h (x j) k - key b h (x' j) k))
        + Sum lc (fun k => dq k * (key b h (x' j) k - zk k))) / root).
      2:{ rewrite (Sum_ext lc _ (fun k => query b h (x i) k * key b h (x j) k
              - query b h (x i) k * key b h (x' j) k)) by (intros; ring).
          rewrite (Sum_ext lc (fun k => dq k * (key b h (x' j) k - zk k))
            (fun k => query b h (x i) k * key b h (x' j) k - query b h (x' i) k * key b h (x' j) k
              - dq k * zk k)) by (intros; unfold dq; ring).
          rewrite !Sum_minus. field. lra. }
      unfold Rdiv at 1. rewrite Rabs_mult, (Rabs_pos_eq (/ root))
        by (left; now apply Rinv_0_lt_compat).
      unfold eta, Rdiv. apply Rmult_le_compat_r; [left; now apply Rinv_0_lt_compat|].
      eapply Rle_trans; [apply Rabs_triang|]. apply Rplus_le_compat.
      + eapply Rle_trans; [apply dot_bound|].
        apply Rmult_le_compat; [apply (norm_nonneg NC HC)|apply (norm_nonneg NC HC)|now apply HQ|].
        now apply moves.
      + eapply Rle_trans; [apply dot_bound|].
        apply Rmult_le_compat;
          [apply (norm_nonneg NC HC)|apply (norm_nonneg NC HC)| |now apply HKk].
        now apply moves.
    - intros j Hj. now apply moves. }
  (* residual and heads *)
  set (z := middle b X none x (x i)). set (z' := middle b X none x' (x' i)).
  assert (Hmid : NM (fun c => z c - z' c)
                 <= (1 + nu * Sum (heads b) (fun h => o2 h * gamma h)) * delta).
  { rewrite (norm_ext NM HM _ (fun c => (x i c - x' i c) + Sum (heads b) (fun h => 1 *
      times lc (WO b h)
        (fun k => head_out b h X none x (x i) k - head_out b h X none x' (x' i) k) c))).
    - eapply Rle_trans; [apply (norm_add NM HM)|].
      replace ((1 + nu * Sum (heads b) (fun h => o2 h * gamma h)) * delta)
        with (delta + Sum (heads b) (fun h => o2 h * (gamma h * tau))).
      2:{ rewrite (Sum_ext (heads b) (fun h => o2 h * (gamma h * tau))
          (fun h => o2 h * gamma h * tau))
            by (intros; ring). rewrite Sum_scale_r. unfold tau. ring. }
      apply Rplus_le_compat; [now apply Hmove|].
      eapply Rle_trans; [apply (norm_Sum NM HM (heads b) (fun _ => 1) (fun h => times lc (WO b h)
        (fun k => head_out b h X none x (x i) k - head_out b h X none x' (x' i) k)))|].
      apply Sum_le. intros h Hin. rewrite Rabs_R1, Rmult_1_l.
      destruct (Hh h Hin) as [[O0 HO] _]. eapply Rle_trans; [apply HO|].
      apply Rmult_le_compat_l; [exact O0|now apply Hhead].
    - intros c. unfold z, z', middle.
      rewrite (Sum_ext (heads b) (fun h => 1 * _)
        (fun h => times lc (WO b h) (head_out b h X none x (x i)) c
        - times lc (WO b h) (head_out b h X none x' (x' i)) c))
        by (intros; rewrite times_minus; ring).
      rewrite Sum_minus. ring. }
  (* the MLP *)
  assert (HG : 0 <= G2) by now apply (gain_nonneg lm Hlm (gain2 b)).
  assert (HLip : 0 <= Lip).
  { unfold Lip. apply (swiglu_constant_nonneg lm lf (Wg b) (Wu b) (Wd b)); auto.
    apply Rmult_le_pos; [apply sqrt_pos|exact HG]. }
  set (D := NM (fun c => z c - z' c)) in *. assert (HD0 : 0 <= D) by apply (norm_nonneg NM HM).
  assert (Hnorm2 : NM (fun c => rms_norm lm eps (gain2 b) z c - rms_norm lm eps (gain2 b) z' c)
                   <= 2 * sqrt d * G2 / m2 * D).
  { apply rms_moved; auto; [now apply Hz|apply Rle_refl]. }
  assert (Hmlp : NM (fun c => step b X none x i c - step b X none x' i c)
                 <= D * (1 + Lip * (2 * sqrt d * G2) / m2)).
  { unfold step. fold z z'.
    rewrite (norm_ext NM HM _ (fun c => (z c - z' c)
      + (swiglu lm lf (Wg b) (Wu b) (Wd b) (rms_norm lm eps (gain2 b) z) c
       - swiglu lm lf (Wg b) (Wu b) (Wd b) (rms_norm lm eps (gain2 b) z') c)))
      by (intros; unfold mlp; ring).
    eapply Rle_trans; [apply (norm_add NM HM)|]. fold D.
    assert (S : NM (fun c => swiglu lm lf (Wg b) (Wu b) (Wd b) (rms_norm lm eps (gain2 b) z) c
       - swiglu lm lf (Wg b) (Wu b) (Wd b) (rms_norm lm eps (gain2 b) z') c)
       <= Lip * NM (fun c => rms_norm lm eps (gain2 b) z c - rms_norm lm eps (gain2 b) z' c)).
    { apply swiglu_lipschitz; auto; now apply (rms_norm_bounded lm eps Hlm Heps (gain2 b) G2 HG2). }
    apply (Rmult_le_compat_l Lip) in Hnorm2; [|exact HLip].
    replace (D * (1 + Lip * (2 * sqrt d * G2) / m2)) with (D + Lip * (2 * sqrt d * G2 / m2 * D))
      by (field; lra). lra. }
  eapply Rle_trans; [exact Hmlp|]. rewrite HL.
  replace ((1 + nu * Sum (heads b) (fun h =>
      o2 h * (v2 h + r_U h * (Q h * k2 h + r_K h * q2 h) / root)))
    * (1 + Lip * (2 * sqrt d * G2) / m2) * delta)
    with ((1 + nu * Sum (heads b) (fun h => o2 h * gamma h)) * delta
      * (1 + Lip * (2 * sqrt d * G2) / m2))
    by (unfold gamma; ring).
  apply Rmult_le_compat_r; [|exact Hmid].
  assert (0 <= Lip * (2 * sqrt d * G2) / m2); [|lra].
  apply Rmult_le_pos; [|left; now apply Rinv_0_lt_compat].
  apply Rmult_le_pos; [exact HLip|]. pose proof (sqrt_pos d). apply Rmult_le_pos; lra.
Qed.

(* Lambdas of the layers in turn, each for the states that reach it *)
Fixpoint factors (blocks : list block) (x x' : T -> vec) (Lambdas : list R) : Prop :=
  match blocks, Lambdas with
  | [], [] => True
  | b :: bs, L :: Ls => factor b x x' L /\ factors bs (step b X none x) (step b X none x') Ls
  | _, _ => False
  end.

Lemma runs_apart blocks : forall x x' Lambdas delta,
  factors blocks x x' Lambdas -> 0 <= delta ->
  (forall i, In i X -> NM (fun c => x i c - x' i c) <= delta) ->
  forall i, In i X -> NM (fun c => run blocks X none x i c - run blocks X none x' i c)
                      <= fold_right Rmult delta Lambdas.
Proof.
  (* the product applied from the first layer on *)
  assert (G : forall Ls a t, fold_right Rmult (a * t) Ls = a * fold_right Rmult t Ls).
  { induction Ls as [|a' Ls IH]; intros a t; simpl; [reflexivity|]. rewrite IH. ring. }
  induction blocks as [|b bs IH]; intros x x' Ls delta Hf Hd Hm i Hi.
  - destruct Ls; [simpl; auto|contradiction].
  - destruct Ls as [|L Ls]; [contradiction|]. destruct Hf as [Hb Hf]. simpl run.
    pose proof (one_layer b x x' L delta Hb Hd Hm) as H1. simpl fold_right. rewrite <- G.
    apply IH; auto. eapply Rle_trans; [apply (norm_nonneg NM HM)|now apply (H1 i)].
Qed.
End TwoRuns.

(* the product of the Lambdas times delta_0 *)
Theorem stack (eq_dec : forall x y : T, {x = y} + {x <> y}) (X K : list T) (pi : T -> T)
    (blocks : list block) (x : T -> vec) (Lambdas : list R) (delta : R) :
  NoDup K -> incl K X -> (forall v, In v X -> In (pi v) K) -> (forall k, In k K -> pi k = k) ->
  0 <= delta -> (forall v, In v X -> NM (fun c => x v c - x (pi v) c) <= delta) ->
  factors X blocks x (fun v => x (pi v)) Lambdas ->
  let full := run blocks X (fun _ => 0) x in
  let pruned := run blocks K (fun j => ln (size eq_dec X pi j)) x in
  forall v, In v X -> NM (fun c => full v c - pruned (pi v) c) <= fold_right Rmult delta Lambdas.
Proof.
  intros HK Hsub Hpi Hid Hd Hmove Hf full pruned v Hv.
  pose proof (pruned_is_full_on_replaced eq_dec X K pi HK Hsub Hpi Hid blocks x) as E.
  assert (Ev : pruned (pi v) = run blocks X (fun _ => 0) (fun v => x (pi v)) v)
    by (rewrite E; reflexivity).
  rewrite Ev. unfold full. now apply runs_apart.
Qed.
End Stack.

(* attention.layer: one prompt position of a multi-head pre-norm layer,
     z = x + sum_h W_O^h o^h,   y = z + M(RMSNorm z),   M(n) = W_d (SiLU(W_g n) * (W_u n)),
   and the same with the pruned outputs o_S^h. With m_h, o_D^h of attention.identity,
   - z - z_s = sum_h W_O^h m_h (o_D^h - o_S^h), hence ||z - z_s|| <= B,
     B = sum_h ||W_O^h||_2 m_h ||o_D^h - o_S^h||;
   - ||y - y_s|| <= B (1 + Lip(M) 2 sqrt d ||g||_inf /
       (||z||_eps + max(||z||_eps - B, sqrt(d eps)))), ||z||_eps = sqrt(||z||^2 + d eps),
     Lip(M) = ||W_d|| rho (1.0999 ||W_g||_2 ||W_u||_{2->inf} + ||W_u||_2 ||W_g||_{2->inf}),
     rho = sqrt d ||g||_inf.
   [layer] is the registered claim, both bounds and the identity, all norms Euclidean. An operator
   norm appears as any number that bounds it, the least being the norm itself. *)
Require Import Reals List Lra Lia.
From MobTheory Require Import WeightedSum Seminorm PruningIdentity RmsNorm Silu.
Import ListNotations.
Open Scope R_scope.

Section Matrices.
Context {M F : Type}.

(* matrix times vector; rows are indexed by F, columns by the list l *)
Definition times (l : list M) (A : F -> M -> R) (x : M -> R) : F -> R :=
  fun f => Sum l (fun c => A f c * x c).

(* b is at least the operator norm, and at least the largest row norm *)
Definition operator_le (l : list M) (k : list F) (A : F -> M -> R) (b : R) : Prop :=
  0 <= b /\ forall x, euclidean k (times l A x) <= b * euclidean l x.
Definition rows_le (l : list M) (k : list F) (A : F -> M -> R) (b : R) : Prop :=
  0 <= b /\ forall f, In f k -> euclidean l (A f) <= b.

Lemma times_minus l A x y f : times l A x f - times l A y f = times l A (fun c => x c - y c) f.
Proof. unfold times. rewrite <- Sum_minus. apply Sum_ext. intros; ring. Qed.

Lemma times_ext l A x y f : (forall c, x c = y c) -> times l A x f = times l A y f.
Proof. intros H. apply Sum_ext. intros; now rewrite H. Qed.

Lemma rows_entry l k A b x f : rows_le l k A b -> In f k ->
  Rabs (times l A x f) <= b * euclidean l x.
Proof.
  intros [Hb HA] Hf. pose proof (euclidean_seminorm l) as HN.
  assert (U : forall v, times l A v f <= b * euclidean l v).
  { intros v. eapply Rle_trans; [apply (cauchy_schwarz l (A f) v)|].
    apply Rmult_le_compat_r; [apply (norm_nonneg _ HN)|now apply HA]. }
  apply Rabs_le. split; [|apply U].
  pose proof (U (fun c => - x c)) as V. rewrite (norm_opp _ HN) in V.
  enough (times l A (fun c => - x c) f = - times l A x f) by lra.
  unfold times. replace (- Sum _ _) with (-1 * Sum l (fun c => A f c * x c)) by ring.
  rewrite <- Sum_scale. apply Sum_ext. intros; ring.
Qed.

(* coordinates bounded by a, times a vector *)
Lemma euclidean_product (k : list F) (a v : F -> R) b : 0 <= b ->
  (forall f, In f k -> Rabs (a f) <= b) ->
  euclidean k (fun f => a f * v f) <= b * euclidean k v.
Proof.
  intros Hb Ha. pose proof (euclidean_seminorm k) as HN.
  rewrite <- (Rabs_pos_eq b Hb) at 1. rewrite <- (norm_scale _ HN).
  apply sqrt_le_1_alt. apply Sum_le. intros f Hf.
  replace (a f * v f * (a f * v f)) with (Rsqr (a f) * Rsqr (v f)) by (unfold Rsqr; ring).
  replace (b * v f * (b * v f)) with (Rsqr b * Rsqr (v f)) by (unfold Rsqr; ring).
  apply Rmult_le_compat_r; [apply Rle_0_sqr|]. apply Rsqr_le_abs_1.
  rewrite (Rabs_pos_eq b) by exact Hb. now apply Ha.
Qed.

Lemma euclidean_le (k : list F) (v v' : F -> R) b : 0 <= b ->
  (forall f, In f k -> Rabs (v f) <= b * Rabs (v' f)) -> euclidean k v <= b * euclidean k v'.
Proof.
  intros Hb Hv. pose proof (euclidean_seminorm k) as HN.
  rewrite <- (Rabs_pos_eq b Hb) at 1. rewrite <- (norm_scale _ HN).
  apply sqrt_le_1_alt. apply Sum_le. intros f Hf. specialize (Hv f Hf).
  change (Rsqr (v f) <= Rsqr (b * v' f)). apply Rsqr_le_abs_1.
  rewrite Rabs_mult, (Rabs_pos_eq b) by exact Hb. exact Hv.
Qed.
End Matrices.

Section Swiglu.
Context {M F : Type} (lm : list M) (lf : list F).        (* model and hidden coordinates *)
Variables (Wg Wu : F -> M -> R) (Wd : M -> F -> R).
Variables (g2 u2 d2 grow urow : R).
Hypothesis Hg2 : operator_le lm lf Wg g2.
Hypothesis Hu2 : operator_le lm lf Wu u2.
Hypothesis Hd2 : operator_le lf lm Wd d2.
Hypothesis Hgrow : rows_le lm lf Wg grow.
Hypothesis Hurow : rows_le lm lf Wu urow.

Definition swiglu (n : M -> R) : M -> R :=
  times lf Wd (fun f => silu (times lm Wg n f) * times lm Wu n f).

Definition swiglu_constant (rho : R) : R := d2 * rho * (10999 / 10000 * g2 * urow + u2 * grow).

Theorem swiglu_lipschitz (rho : R) (n n' : M -> R) :
  euclidean lm n <= rho -> euclidean lm n' <= rho ->
  euclidean lm (fun c => swiglu n c - swiglu n' c)
  <= swiglu_constant rho * euclidean lm (fun c => n c - n' c).
Proof.
  intros Hn Hn'. pose proof (euclidean_seminorm lm) as HM. pose proof (euclidean_seminorm lf) as HF.
  set (e := euclidean lm (fun c => n c - n' c)). assert (He : 0 <= e) by apply (norm_nonneg _ HM).
  assert (Hrho : 0 <= rho) by (eapply Rle_trans; [apply (norm_nonneg _ HM)|exact Hn]).
  set (a := times lm Wg n). set (a' := times lm Wg n').
  set (b := times lm Wu n). set (b' := times lm Wu n').
  assert (Ea : euclidean lf (fun f => a f - a' f) <= g2 * e).
  { unfold a, a'. rewrite (norm_ext _ HF _ _ (times_minus lm Wg n n')). apply Hg2. }
  assert (Eb : euclidean lf (fun f => b f - b' f) <= u2 * e).
  { unfold b, b'. rewrite (norm_ext _ HF _ _ (times_minus lm Wu n n')). apply Hu2. }
  destruct Hurow as [Hu0 _]. destruct Hgrow as [Hg0 _].
  assert (Hb : forall f, In f lf -> Rabs (b f) <= urow * rho).
  { intros f Hf. eapply Rle_trans; [now apply (rows_entry lm lf Wu urow)|].
    now apply Rmult_le_compat_l. }
  assert (Ha' : forall f, In f lf -> Rabs (silu (a' f)) <= grow * rho).
  { intros f Hf. eapply Rle_trans; [apply silu_le|].
    eapply Rle_trans; [now apply (rows_entry lm lf Wg grow)|]. now apply Rmult_le_compat_l. }
  (* split the product *)
  assert (Eprod : euclidean lf (fun f => silu (a f) * b f - silu (a' f) * b' f)
     <= rho * (10999 / 10000 * g2 * urow + u2 * grow) * e).
  { rewrite (norm_ext _ HF _ (fun f => b f * (silu (a f) - silu (a' f))
    + silu (a' f) * (b f - b' f)))
      by (intros; ring).
    eapply Rle_trans; [apply (norm_add _ HF)|].
    assert (P1 : euclidean lf (fun f => b f * (silu (a f) - silu (a' f)))
                 <= urow * rho * (10999 / 10000 * (g2 * e))).
    { eapply Rle_trans; [apply (euclidean_product lf b _ (urow * rho));
      [now apply Rmult_le_pos|exact Hb]|].
      apply Rmult_le_compat_l; [now apply Rmult_le_pos|].
      eapply Rle_trans; [apply (euclidean_le lf _ (fun f => a f - a' f) (10999 / 10000)); [lra|]|].
      - intros f _. apply silu_lipschitz.
      - apply Rmult_le_compat_l; [lra|exact Ea]. }
    assert (P2 : euclidean lf (fun f => silu (a' f) * (b f - b' f)) <= grow * rho * (u2 * e)).
    { eapply Rle_trans; [apply (euclidean_product lf (fun f => silu (a' f)) _ (grow * rho));
        [now apply Rmult_le_pos|exact Ha']|].
      apply Rmult_le_compat_l; [now apply Rmult_le_pos|exact Eb]. }
    lra. }
  unfold swiglu. rewrite (norm_ext _ HM _ _ (times_minus lf Wd _ _)).
  eapply Rle_trans; [apply Hd2|]. unfold swiglu_constant.
  replace (d2 * rho * (10999 / 10000 * g2 * urow + u2 * grow) * e)
    with (d2 * (rho * (10999 / 10000 * g2 * urow + u2 * grow) * e)) by ring.
  apply Rmult_le_compat_l; [apply Hd2|exact Eprod].
Qed.

Lemma swiglu_constant_nonneg rho : 0 <= rho -> 0 <= swiglu_constant rho.
Proof.
  intros Hr. destruct Hg2, Hu2, Hd2, Hgrow, Hurow. unfold swiglu_constant.
  apply Rmult_le_pos; [now apply Rmult_le_pos|].
  apply Rplus_le_le_0_compat; repeat apply Rmult_le_pos; lra.
Qed.
End Swiglu.

Section Layer.
Context {T H M F C : Type}.              (* tokens, heads, model, hidden and head coordinates *)
Variables (X : list T) (kept : T -> bool) (heads : list H).
Variables (lm : list M) (lf : list F) (lc : list C).
(* logits and values of each head, the output projections, the residual, the MLP *)
Variables (s : H -> T -> R) (v : H -> T -> C -> R) (WO : H -> M -> C -> R) (x gain : M -> R).
Variables (Wg Wu : F -> M -> R) (Wd : M -> F -> R).
Variables (o2 : H -> R) (g2 u2 d2 grow urow G eps : R).
Hypothesis Hkept : filter kept X <> [].
Hypothesis HO2 : forall h, In h heads -> operator_le lc lm (WO h) (o2 h).
Hypothesis Hg2 : operator_le lm lf Wg g2.
Hypothesis Hu2 : operator_le lm lf Wu u2.
Hypothesis Hd2 : operator_le lf lm Wd d2.
Hypothesis Hgrow : rows_le lm lf Wg grow.
Hypothesis Hurow : rows_le lm lf Wu urow.
Hypothesis Hgain : forall c, In c lm -> Rabs (gain c) <= G.
Hypothesis Heps : 0 < eps.
Hypothesis Hlm : lm <> [].

Let S := filter kept X.
Let D := filter (fun i => negb (kept i)) X.
Let NM := euclidean lm.
Let NC := euclidean lc.
Definition mass (h : H) : R := Sum D (softmax X (s h)).
Definition out (h : H) : C -> R := attend X (softmax X (s h)) (v h).
Definition out_S (h : H) : C -> R := attend S (softmax S (s h)) (v h).
Definition out_D (h : H) : C -> R := mean D (softmax X (s h)) (v h).
Definition after_attention (o : H -> C -> R) : M -> R :=
  fun c => x c + Sum heads (fun h => times lc (WO h) (o h) c).
Definition after_mlp (z : M -> R) : M -> R :=
  fun c => z c + swiglu lm lf Wg Wu Wd (rms_norm lm eps gain z) c.
Definition attention_bound : R :=
  Sum heads (fun h => o2 h * (mass h * NC (fun c => out_D h c - out_S h c))).

Theorem layer :
  let z := after_attention out in
  let z_s := after_attention out_S in
  let B := attention_bound in
  let d := INR (length lm) in
  let Lip := swiglu_constant g2 u2 d2 grow urow (sqrt d * G) in
  (forall c, z c - z_s c =
     Sum heads (fun h => times lc (WO h) (fun k => mass h * (out_D h k - out_S h k)) c)) /\
  NM (fun c => z c - z_s c) <= B /\
  NM (fun c => after_mlp z c - after_mlp z_s c) <=
    B * (1 + Lip * (2 * sqrt d * G) /
             (norm_eps lm eps z + Rmax (norm_eps lm eps z - B) (sqrt (d * eps)))).
Proof.
  intros z z_s B d Lip. pose proof (euclidean_seminorm lm) as HM. fold NM in HM.
  pose proof (euclidean_seminorm lc) as HC. fold NC in HC.
  assert (Hid : forall h c, out h c - out_S h c = mass h * (out_D h c - out_S h c)).
  { intros h c. apply (pruning_identity X kept (v h) (s h) Hkept). }
  assert (Hz : forall c, z c - z_s c =
     Sum heads (fun h => times lc (WO h) (fun k => mass h * (out_D h k - out_S h k)) c)).
  { intros c. unfold z, z_s, after_attention.
    replace (_ - _) with (Sum heads (fun h => times lc (WO h) (out h) c)
      - Sum heads (fun h => times lc (WO h) (out_S h) c)) by ring.
    rewrite <- Sum_minus. apply Sum_ext. intros h _. rewrite times_minus.
    apply times_ext. intros k. apply Hid. }
  assert (Hm : forall h, 0 <= mass h).
  { intros h. apply (pruning_identity X kept (v h) (s h) Hkept). }
  assert (HB : NM (fun c => z c - z_s c) <= B).
  { rewrite (norm_ext NM HM _ _ Hz).
    rewrite (norm_ext NM HM _ (fun c => Sum heads (fun h => 1 *
      times lc (WO h) (fun k => mass h * (out_D h k - out_S h k)) c)))
      by (intros; apply Sum_ext; intros; ring).
    eapply Rle_trans; [apply (norm_Sum NM HM heads (fun _ => 1)
      (fun h => times lc (WO h) (fun k => mass h * (out_D h k - out_S h k))))|].
    apply Sum_le. intros h Hh. rewrite Rabs_R1, Rmult_1_l.
    destruct (HO2 h Hh) as [H0 Hop]. eapply Rle_trans; [apply Hop|].
    apply Rmult_le_compat_l; [exact H0|]. fold NC.
    rewrite (norm_scale NC HC), Rabs_pos_eq by apply Hm. lra. }
  split; [exact Hz|]. split; [exact HB|].
  assert (HB0 : 0 <= B) by (eapply Rle_trans; [apply (norm_nonneg NM HM)|exact HB]).
  set (Z := norm_eps lm eps z). set (Zs := norm_eps lm eps z_s).
  assert (HZ : 0 < Z) by now apply norm_eps_pos.
  assert (HZs : Rmax (Z - B) (sqrt (d * eps)) <= Zs).
  { apply Rmax_lub; [|now apply norm_eps_floor].
    pose proof (norm_eps_moves lm eps Hlm Heps z z_s) as Q. fold NM Z Zs in Q. lra. }
  assert (Hden : 0 < Z + Rmax (Z - B) (sqrt (d * eps))).
  { pose proof (Rmax_r (Z - B) (sqrt (d * eps))). pose proof (sqrt_pos (d * eps)). lra. }
  assert (HG : 0 <= G) by now apply (gain_nonneg lm Hlm gain).
  assert (Hr : 0 <= sqrt d * G) by (apply Rmult_le_pos; [apply sqrt_pos|exact HG]).
  assert (HLip : 0 <= Lip) by now apply (swiglu_constant_nonneg lm lf Wg Wu Wd).
  set (n := rms_norm lm eps gain z). set (n' := rms_norm lm eps gain z_s).
  assert (Hn : NM (fun c => n c - n' c)
    <= sqrt d * G * (2 * B / (Z + Rmax (Z - B) (sqrt (d * eps))))).
  { eapply Rle_trans; [apply (rms_norm_lipschitz lm eps Hlm Heps gain G Hgain z z_s)|].
    apply Rmult_le_compat_l; [exact Hr|]. fold NM Z Zs.
    unfold Rdiv. apply Rmult_le_compat.
    - pose proof (norm_nonneg NM HM (fun c => z c - z_s c)). lra.
    - left. apply Rinv_0_lt_compat. lra.
    - lra.
    - apply Rinv_le_contravar; lra. }
  assert (Hmlp : NM (fun c => swiglu lm lf Wg Wu Wd n c - swiglu lm lf Wg Wu Wd n' c)
                 <= Lip * NM (fun c => n c - n' c)).
  { apply swiglu_lipschitz; auto; now apply (rms_norm_bounded lm eps Hlm Heps gain G Hgain). }
  apply (Rmult_le_compat_l Lip) in Hn; [|exact HLip].
  rewrite (norm_ext NM HM _ (fun c => (z c - z_s c)
    + (swiglu lm lf Wg Wu Wd n c - swiglu lm lf Wg Wu Wd n' c)))
    by (intros; unfold after_mlp; fold n n'; ring).
  eapply Rle_trans; [apply (norm_add NM HM)|].
  replace (B * (1 + Lip * (2 * sqrt d * G) / (Z + Rmax (Z - B) (sqrt (d * eps)))))
    with (B + Lip * (sqrt d * G * (2 * B / (Z + Rmax (Z - B) (sqrt (d * eps)))))) by (field; lra).
  lra.
Qed.

End Layer.

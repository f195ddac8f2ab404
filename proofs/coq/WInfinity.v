(* attention.winf: if every token moves by at most delta, the output of a softmax head moves by at
   most (||W_V|| + A r) delta, with no exponential. The tokens lie in any space with distances, the
   logit is A-Lipschitz and the value W-Lipschitz in the token (for a linear head A = ||W_K^T q||/
   sqrt d_h, W = ||W_V||), r is the radius of a ball that holds the values of one of the two sets.
   - [winf]: the registered claim, for two finite measures and any transport plan between them that
     moves no mass farther than delta; the least such delta is W_inf.
   - [winf_tokens]: for one list of tokens, each moved by at most delta, plain softmax weights.
   - [winf_sharp], [winf_tokens_sharp]: the sharper W delta + diam tanh(A delta/2), diam the
     diameter of the values of either set.
   Proof without a path: the values move by W delta; the logits move by A delta, so the log-ratio of
   the weights has range 2 A delta and their total variation is at most tanh(A delta/2). No inner
   product is used: every norm of values will do. *)
Require Import Reals List Lra.
From MobTheory Require Import WeightedSum Seminorm TotalVariation.
Import ListNotations.
Open Scope R_scope.

Lemma Sum_pos_exists {T : Type} (l : list T) f : 0 < Sum l f -> exists i, In i l /\ 0 < f i.
Proof.
  induction l as [|a l IH]; simpl; intros H; [lra|].
  destruct (Rlt_le_dec 0 (f a)) as [L|L]; [exists a; auto|].
  destruct IH as [i [Hi Hf]]; [lra|]. exists i. auto.
Qed.

Lemma Sum_prod {T U : Type} (l : list T) (k : list U) (f : T -> U -> R) :
  Sum (list_prod l k) (fun p => f (fst p) (snd p)) = Sum l (fun i => Sum k (f i)).
Proof.
  induction l as [|a l IH]; simpl; [reflexivity|].
  rewrite Sum_app, IH, Sum_map. reflexivity.
Qed.

Section Moved.
Context {C : Type} (N : (C -> R) -> R) (HN : seminorm N).

(* base weights mu, logits s to s', values u to u' *)
Lemma moved {T : Type} (L : list T) (mu s s' : T -> R) (u u' : T -> C -> R) (eta omega diam : R) :
  (forall i, In i L -> 0 <= mu i) -> 0 < Sum L mu -> 0 <= eta ->
  (forall i, In i L -> 0 < mu i ->
     Rabs (s i - s' i) <= eta /\ N (fun c => u i c - u' i c) <= omega) ->
  (forall i j, In i L -> In j L -> 0 < mu i -> 0 < mu j -> N (fun c => u i c - u j c) <= diam) ->
  N (fun c => mean L (fun i => mu i * exp (s i)) u c - mean L (fun i => mu i * exp (s' i)) u' c)
  <= omega + diam * tanh (eta / 2).
Proof.
  intros Hmu Hpos Heta Hmove Hdiam.
  destruct (Sum_pos_exists L mu Hpos) as [i0 [Hi0 Hmu0]].
  assert (total : forall f, 0 < Sum L (fun i => mu i * exp (f i))).
  { intros f. apply Rlt_le_trans with (mu i0 * exp (f i0)).
    - apply Rmult_lt_0_compat; [exact Hmu0|apply exp_pos].
    - apply (Sum_In_le L (fun i => mu i * exp (f i))); [|exact Hi0].
      intros i Hi. apply Rmult_le_pos; [auto|left; apply exp_pos]. }
  set (Z := Sum L (fun i => mu i * exp (s i))). set (Z' := Sum L (fun i => mu i * exp (s' i))).
  assert (HZ : 0 < Z) by apply total. assert (HZ' : 0 < Z') by apply total.
  set (a := fun i => mu i * exp (s i) / Z). set (b := fun i => mu i * exp (s' i) / Z').
  assert (Ha : Sum L a = 1) by (unfold a, Rdiv; rewrite Sum_scale_r; fold Z; field; lra).
  assert (Hb : Sum L b = 1) by (unfold b, Rdiv; rewrite Sum_scale_r; fold Z'; field; lra).
  assert (Hb0 : forall i, In i L -> 0 <= b i).
  { intros i Hi. unfold b. apply Rmult_le_pos; [apply Rmult_le_pos; [auto|left; apply exp_pos]|].
    left. now apply Rinv_0_lt_compat. }
  assert (E : forall c,
    mean L (fun i => mu i * exp (s i)) u c - mean L (fun i => mu i * exp (s' i)) u' c
    = Sum L (fun i => b i * (u i c - u' i c)) + Sum L (fun i => (a i - b i) * u i c)).
  { intros c. unfold mean. fold Z Z'. unfold Rdiv. rewrite <- !Sum_scale_r.
    rewrite <- Sum_minus, <- Sum_plus.
    apply Sum_ext. intros i _. unfold a, b, Rdiv. ring. }
  rewrite (norm_ext N HN _ _ E). eapply Rle_trans; [apply (norm_add N HN)|].
  apply Rplus_le_compat.
  - eapply Rle_trans; [apply (norm_Sum N HN L b (fun i c => u i c - u' i c))|].
    apply Rle_trans with (Sum L (fun i => b i * omega)).
    + apply Sum_le. intros i Hi. rewrite Rabs_pos_eq by auto.
      destruct (Hmu i Hi) as [Hp|Hp]; [apply Rmult_le_compat_l; [auto|now apply Hmove]|].
      unfold b. rewrite <- Hp. unfold Rdiv. rewrite !Rmult_0_l. lra.
    + rewrite Sum_scale_r, Hb. lra.
  - apply Rle_trans with (diam * tv L a b).
    + apply (diameter_bound N HN); [lra|].
      assert (support : forall i, In i L -> a i <> b i -> 0 < mu i).
      { intros i Hi Hne. destruct (Hmu i Hi) as [Hp|Hp]; [exact Hp|]. exfalso. apply Hne.
        unfold a, b. rewrite <- Hp. unfold Rdiv. ring. }
      intros i j Hi Hj Hi' Hj'. apply Hdiam; auto.
    + apply Rmult_le_compat_l.
      { apply Rle_trans with (N (fun c => u i0 c - u i0 c));
        [now apply norm_nonneg|now apply Hdiam]. }
      replace (eta / 2) with (2 * eta / 4) by field.
      apply (tv_tanh L a b (Z' / Z * exp (- eta))); [exact Ha|exact Hb| |lra|].
      * apply Rmult_lt_0_compat; [now apply Rdiv_lt_0_compat|apply exp_pos].
      * intros i Hi. split; [auto|].
        replace (Z' / Z * exp (- eta) * b i) with (mu i / Z * exp (s' i - eta)).
        2:{ unfold b, Rminus. rewrite exp_plus. field. lra. }
        replace (Z' / Z * exp (- eta) * exp (2 * eta) * b i) with (mu i / Z * exp (s' i + eta)).
        2:{ replace eta with (- eta + 2 * eta) at 1 by ring. unfold b. rewrite !exp_plus.
            field. lra. }
        replace (a i) with (mu i / Z * exp (s i)) by (unfold a; field; lra).
        destruct (Hmu i Hi) as [Hp|Hp]; [|rewrite <- Hp; unfold Rdiv; rewrite !Rmult_0_l; lra].
        destruct (Hmove i Hi Hp) as [Hs _].
        pose proof (Rle_abs (s i - s' i)). pose proof (Rle_abs (- (s i - s' i))).
        rewrite Rabs_Ropp in *.
        assert (mono : forall x y, x <= y -> exp x <= exp y)
          by (intros x y [Hl| ->]; [left; now apply exp_increasing|lra]).
        assert (0 <= mu i / Z) by (left; now apply Rdiv_lt_0_compat).
        split; apply Rmult_le_compat_l; try assumption; apply mono; lra.
Qed.

(* --- tokens --- *)
Context {E : Type} (dist : E -> E -> R).            (* any symmetric distance between tokens *)
Hypothesis dist_sym : forall x y, dist x y = dist y x.
Variables (s : E -> R) (u : E -> C -> R) (A W delta : R).
Hypothesis HA : 0 <= A.
Hypothesis HW : 0 <= W.
Hypothesis Hdelta : 0 <= delta.
Hypothesis Hs : forall x y, Rabs (s x - s y) <= A * dist x y.
Hypothesis Hu : forall x y, N (fun c => u x c - u y c) <= W * dist x y.

(* the head's output for the tokens X with masses mu *)
Definition output (X : list E) (mu : E -> R) : C -> R := mean X (fun x => mu x * exp (s x)) u.

Definition diameter_le (X : list E) (mu : E -> R) (diam : R) : Prop := forall x y,
  In x X -> In y X -> 0 < mu x -> 0 < mu y -> N (fun c => u x c - u y c) <= diam.
Definition ball (X : list E) (mu : E -> R) (r : R) : Prop := exists z : C -> R, forall x,
  In x X -> 0 < mu x -> N (fun c => u x c - z c) <= r.

Lemma ball_diameter X mu r : ball X mu r -> diameter_le X mu (2 * r).
Proof.
  intros [z Hz] x y Hx Hy Hmx Hmy. eapply Rle_trans; [apply (norm_tri N HN _ z)|].
  rewrite (norm_minus_sym N HN z). specialize (Hz x Hx Hmx) as Hzx. specialize (Hz y Hy Hmy). lra.
Qed.

(* mass g x y goes from x to y, none farther than delta *)
Definition plan_within (X Y : list E) (mu nu : E -> R) (g : E -> E -> R) : Prop :=
  (forall x y, In x X -> In y Y -> 0 <= g x y) /\
  (forall x, In x X -> Sum Y (fun y => g x y) = mu x) /\
  (forall y, In y Y -> Sum X (fun x => g x y) = nu y) /\
  (forall x y, In x X -> In y Y -> 0 < g x y -> dist x y <= delta).

Lemma plan_sym X Y mu nu g : plan_within X Y mu nu g -> plan_within Y X nu mu (fun y x => g x y).
Proof.
  intros [H1 [H2 [H3 H4]]]. repeat split; auto. intros y x Hy Hx Hg. rewrite dist_sym. auto.
Qed.

Lemma winf_first X Y mu nu g diam : plan_within X Y mu nu g -> 0 < Sum X mu ->
  diameter_le X mu diam ->
  N (fun c => output X mu c - output Y nu c) <= W * delta + diam * tanh (A * delta / 2).
Proof.
  intros [Hg [Hrow [Hcol Hfar]]] Hmu Hdiam.
  set (L := list_prod X Y). set (m := fun p : E * E => g (fst p) (snd p)).
  assert (EX : forall f, Sum L (fun p => m p * f (fst p)) = Sum X (fun x => mu x * f x)).
  { intros f. unfold L, m. rewrite (Sum_prod X Y (fun x y => g x y * f x)).
    apply Sum_ext. intros x Hx. now rewrite Sum_scale_r, Hrow. }
  assert (EY : forall f, Sum L (fun p => m p * f (snd p)) = Sum Y (fun y => nu y * f y)).
  { intros f. unfold L, m. rewrite (Sum_prod X Y (fun x y => g x y * f y)), Sum_swap.
    apply Sum_ext. intros y Hy. now rewrite Sum_scale_r, Hcol. }
  assert (Hm : forall p, In p L -> In (fst p) X /\ In (snd p) Y /\ 0 <= m p /\ m p <= mu (fst p)).
  { intros [x y] Hp. apply in_prod_iff in Hp as [Hx Hy]. repeat split; auto; simpl.
    - now apply Hg.
    - rewrite <- (Hrow x Hx). apply (Sum_In_le Y (fun y => g x y)); auto. }
  rewrite (norm_ext N HN _ (fun c => mean L (fun p => m p * exp (s (fst p))) (fun p => u (fst p)) c
     - mean L (fun p => m p * exp (s (snd p))) (fun p => u (snd p)) c)).
  - apply moved.
    + intros p Hp. now apply Hm.
    + rewrite (Sum_ext L _ (fun p => m p * 1)) by (intros; ring).
      rewrite (EX (fun _ => 1)), (Sum_ext X _ mu) by (intros; ring). exact Hmu.
    + now apply Rmult_le_pos.
    + intros p Hp Hmp. destruct (Hm p Hp) as [Hx [Hy _]].
      assert (Hd : dist (fst p) (snd p) <= delta) by now apply Hfar. split.
      * eapply Rle_trans; [apply Hs|now apply Rmult_le_compat_l].
      * eapply Rle_trans; [apply Hu|now apply Rmult_le_compat_l].
    + intros p q Hp Hq Hmp Hmq. destruct (Hm p Hp) as [Hx [_ [_ Hle]]].
      destruct (Hm q Hq) as [Hx' [_ [_ Hle']]]. apply Hdiam; auto; lra.
  - intros c. unfold output, mean. rewrite (EX (fun x => exp (s x))), (EY (fun x => exp (s x))).
    rewrite <- (Sum_ext L (fun p => m p * (exp (s (fst p)) * u (fst p) c))) by (intros; ring).
    rewrite <- (Sum_ext L (fun p => m p * (exp (s (snd p)) * u (snd p) c))
      (fun p => m p * exp (s (snd p)) * u (snd p) c)) by (intros; ring).
    rewrite (EX (fun x => exp (s x) * u x c)), (EY (fun x => exp (s x) * u x c)).
    f_equal; f_equal; apply Sum_ext; intros; ring.
Qed.

Lemma plan_mass X Y mu nu g : plan_within X Y mu nu g -> Sum X mu = Sum Y nu.
Proof.
  intros [_ [Hrow [Hcol _]]].
  rewrite (Sum_ext X mu (fun x => Sum Y (g x))) by (intros; now rewrite Hrow).
  rewrite Sum_swap. apply Sum_ext. intros; now apply Hcol.
Qed.

Theorem winf_sharp X Y mu nu g diam : plan_within X Y mu nu g -> 0 < Sum X mu ->
  diameter_le X mu diam \/ diameter_le Y nu diam ->
  N (fun c => output X mu c - output Y nu c) <= W * delta + diam * tanh (A * delta / 2).
Proof.
  intros Hg Hmu [Hd|Hd]; [now apply winf_first with g|].
  rewrite (norm_minus_sym N HN). apply winf_first with (fun y x => g x y); auto.
  - now apply plan_sym.
  - now rewrite <- (plan_mass X Y mu nu g).
Qed.

Lemma radius_form r : 0 <= r ->
  W * delta + 2 * r * tanh (A * delta / 2) <= (W + A * r) * delta.
Proof.
  intros Hr. pose proof (Rmult_le_pos A delta HA Hdelta).
  pose proof (tanh_le_id (A * delta / 2)). nra.
Qed.

Lemma ball_radius X mu r : ball X mu r -> 0 < Sum X mu -> 0 <= r.
Proof.
  intros [z Hz] Hmu. destruct (Sum_pos_exists X mu Hmu) as [x [Hx Hm]].
  eapply Rle_trans; [apply (norm_nonneg N HN)|now apply (Hz x)].
Qed.

Theorem winf X Y mu nu g r : plan_within X Y mu nu g -> 0 < Sum X mu ->
  ball X mu r \/ ball Y nu r ->
  N (fun c => output X mu c - output Y nu c) <= (W + A * r) * delta.
Proof.
  intros Hg Hmu Hr. eapply Rle_trans; [apply (winf_sharp X Y mu nu g (2 * r)); auto|].
  - destruct Hr as [Hr|Hr]; [left|right]; now apply ball_diameter.
  - apply radius_form. destruct Hr as [Hr|Hr]; [now apply ball_radius in Hr|].
    apply ball_radius in Hr; [exact Hr|]. now rewrite <- (plan_mass X Y mu nu g).
Qed.

(* one list of positions I, token x i moved to y i *)
Section Positions.
Context {T : Type} (I : list T) (x y : T -> E).
Hypothesis HI : I <> [].
Hypothesis Hxy : forall i, In i I -> dist (x i) (y i) <= delta.

Lemma softmax_mean (t : T -> R) (v : T -> C -> R) c :
  attend I (softmax I t) v c = mean I (fun i => 1 * exp (t i)) v c.
Proof.
  unfold attend, softmax, mean. rewrite (Sum_ext I (fun i => 1 * exp (t i)) (fun i => exp (t i)))
    by (intros; ring). unfold Rdiv. rewrite <- Sum_scale_r. apply Sum_ext. intros; ring.
Qed.

Definition head (z : T -> E) : C -> R :=
  attend I (softmax I (fun i => s (z i))) (fun i => u (z i)).

Lemma winf_tokens_first (z z' : T -> E) diam :
  (forall i, In i I -> dist (z i) (z' i) <= delta) ->
  (forall i j, In i I -> In j I -> N (fun c => u (z i) c - u (z j) c) <= diam) ->
  N (fun c => head z c - head z' c) <= W * delta + diam * tanh (A * delta / 2).
Proof.
  intros Hz Hd. unfold head.
  rewrite (norm_ext N HN _ _ (fun c => f_equal2 Rminus (softmax_mean _ _ c) (softmax_mean _ _ c))).
  apply (moved I (fun _ => 1)); auto.
  - intros; lra.
  - apply Sum_pos; auto. intros; lra.
  - now apply Rmult_le_pos.
  - intros i Hi _. specialize (Hz i Hi). split.
    + eapply Rle_trans; [apply Hs|now apply Rmult_le_compat_l].
    + eapply Rle_trans; [apply Hu|now apply Rmult_le_compat_l].
Qed.

Theorem winf_tokens_sharp diam :
  (forall i j, In i I -> In j I -> N (fun c => u (x i) c - u (x j) c) <= diam) \/
  (forall i j, In i I -> In j I -> N (fun c => u (y i) c - u (y j) c) <= diam) ->
  N (fun c => head x c - head y c) <= W * delta + diam * tanh (A * delta / 2).
Proof.
  intros [Hd|Hd]; [now apply winf_tokens_first|].
  rewrite (norm_minus_sym N HN). apply winf_tokens_first; auto.
  intros i Hi. rewrite dist_sym. auto.
Qed.

Theorem winf_tokens (z : C -> R) (r : R) :
  (forall i, In i I -> N (fun c => u (x i) c - z c) <= r) \/
  (forall i, In i I -> N (fun c => u (y i) c - z c) <= r) ->
  N (fun c => head x c - head y c) <= (W + A * r) * delta.
Proof.
  intros Hr. eapply Rle_trans; [apply (winf_tokens_sharp (2 * r))|].
  - destruct Hr as [Hr|Hr]; [left|right]; intros i j Hi Hj;
      (eapply Rle_trans; [apply (norm_tri N HN _ z)|]); rewrite (norm_minus_sym N HN z);
      pose proof (Hr i Hi); pose proof (Hr j Hj); lra.
  - apply radius_form. destruct I as [|i I']; [contradiction|].
    destruct Hr as [Hr|Hr]; (eapply Rle_trans; [apply (norm_nonneg N HN)|apply (Hr i); now left]).
Qed.
End Positions.
End Moved.

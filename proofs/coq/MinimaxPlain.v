(* attention.minimax-plain: weights fixed, values anywhere in a ball of radius r of a normed
   space: the worst error of plain pruning is exactly 2 r m(D), attained at centre ± r e.
   [minimax_plain] is the registered claim for every norm, centre and set of dropped tokens;
   [minimax_plain_euclidean] writes it out for R^d. [minimax_plain_heaviest] is the consequence:
   keeping the K heaviest visual tokens has the smallest worst error among all ways to keep K
   of them; [heaviest_exists] says that there is one. *)
Require Import Reals List Bool Lia Lra.
From MobTheory Require Import WeightedSum Seminorm PruningIdentity.
Import ListNotations.
Open Scope R_scope.

Section Plain.
Context {T C : Type}.
Variable (N : (C -> R) -> R).
Hypothesis HN : seminorm N.
Variable e : C -> R.
Hypothesis He : N e = 1.
Variables (X : list T) (w : T -> R).
Hypothesis Hw : forall i, In i X -> 0 <= w i.
Hypothesis H1 : Sum X w = 1.

Definition dropped (kept : T -> bool) : list T := filter (fun i => negb (kept i)) X.

(* the error of plain pruning, ||o - o_S|| *)
Definition plain_error (kept : T -> bool) (u : T -> C -> R) : R :=
  N (fun c => attend X w u c - mean (filter kept X) w u c).

(* all errors that values within r of z can cause *)
Definition plain_errors (kept : T -> bool) (z : C -> R) (r : R) (x : R) : Prop :=
  exists u, (forall i, In i X -> N (fun c => u i c - z c) <= r) /\ x = plain_error kept u.

(* the worst values: kept tokens at one end of a diameter, dropped ones at the other *)
Definition opposite (kept : T -> bool) (z : C -> R) (r : R) : T -> C -> R :=
  fun i c => z c + (if kept i then - r else r) * e c.

Lemma plain_error_le kept u z r :
  (forall i, In i X -> N (fun c => u i c - z c) <= r) -> 0 < Sum (filter kept X) w ->
  plain_error kept u <= 2 * r * Sum (dropped kept) w.
Proof.
  intros Hu HS. set (S := filter kept X). set (D := dropped kept).
  set (m := Sum D w). fold S in HS.
  assert (Hs : Sum S w + m = 1) by (rewrite <- H1; symmetry; apply (Sum_filter X kept w)).
  assert (Hm : 0 <= m)
    by (apply Sum_nonneg; intros i Hi; apply filter_In in Hi; now apply Hw).
  (* o - o_S = sum_D w (u - z) - (m / w(S)) sum_S w (u - z) *)
  assert (E : forall c, attend X w u c - mean S w u c =
     Sum D (fun i => w i * (u i c - z c))
     + (- (m / Sum S w)) * Sum S (fun i => w i * (u i c - z c))).
  { intros c. unfold attend, mean. rewrite (Sum_filter X kept). fold S. fold D.
    change (filter (fun i => negb (kept i)) X) with D.
    rewrite (Sum_ext D (fun i => w i * (u i c - z c)) (fun i => w i * u i c - w i * z c))
      by (intros; ring).
    rewrite (Sum_ext S (fun i => w i * (u i c - z c)) (fun i => w i * u i c - w i * z c))
      by (intros; ring).
    rewrite !Sum_minus, !Sum_scale_r. fold m. replace m with (1 - Sum S w) by lra. field. lra. }
  unfold plain_error. fold S. rewrite (norm_ext N HN _ _ E).
  eapply Rle_trans; [apply (norm_add N HN)|]. rewrite (norm_scale N HN).
  assert (A : N (fun c => Sum D (fun i => w i * (u i c - z c))) <= m * r).
  { apply (norm_Sum_le N HN D w (fun i c => u i c - z c)); intros i Hi; apply filter_In in Hi;
      [now apply Hw|now apply Hu]. }
  assert (B : N (fun c => Sum S (fun i => w i * (u i c - z c))) <= Sum S w * r).
  { apply (norm_Sum_le N HN S w (fun i c => u i c - z c)); intros i Hi; apply filter_In in Hi;
      [now apply Hw|now apply Hu]. }
  assert (0 <= m / Sum S w)
    by (unfold Rdiv; apply Rmult_le_pos; [exact Hm|left; now apply Rinv_0_lt_compat]).
  rewrite Rabs_Ropp, Rabs_pos_eq by assumption.
  apply (Rmult_le_compat_l (m / Sum S w)) in B; [|assumption].
  replace (m / Sum S w * (Sum S w * r)) with (m * r) in B by (field; lra). lra.
Qed.

Lemma plain_error_opposite kept z r : 0 <= r -> 0 < Sum (filter kept X) w ->
  plain_error kept (opposite kept z r) = 2 * r * Sum (dropped kept) w.
Proof.
  intros Hr HS. set (S := filter kept X) in *. set (m := Sum (dropped kept) w).
  assert (Hs : Sum S w + m = 1) by (rewrite <- H1; symmetry; apply (Sum_filter X kept w)).
  assert (Hm : 0 <= m)
    by (apply Sum_nonneg; intros i Hi; apply filter_In in Hi; now apply Hw).
  assert (E : forall c, attend X w (opposite kept z r) c - mean S w (opposite kept z r) c
                        = (2 * r * m) * e c).
  { intros c. unfold attend, mean, opposite. rewrite (Sum_filter X kept). fold S.
    change (filter (fun i => negb (kept i)) X) with (dropped kept).
    rewrite (Sum_ext S _ (fun i => w i * (z c - r * e c))).
    2:{ intros i Hi. apply filter_In in Hi. destruct Hi as [_ ->]. ring. }
    rewrite (Sum_ext (dropped kept) _ (fun i => w i * (z c + r * e c))).
    2:{ intros i Hi. apply filter_In in Hi. destruct Hi as [_ Hi].
        destruct (kept i); [discriminate|ring]. }
    rewrite !Sum_scale_r. fold m. replace (Sum S w) with (1 - m) by lra. field. lra. }
  unfold plain_error. fold S. rewrite (norm_ext N HN _ _ E), (norm_scale N HN), He.
  rewrite Rabs_pos_eq; [ring|]. apply Rmult_le_pos; lra.
Qed.

Lemma opposite_in_ball kept z r i : 0 <= r -> N (fun c => opposite kept z r i c - z c) <= r.
Proof.
  intros Hr. rewrite (norm_ext N HN _ (fun c => (if kept i then - r else r) * e c)).
  - rewrite (norm_scale N HN), He. destruct (kept i); [rewrite Rabs_Ropp|];
      rewrite Rabs_pos_eq by lra; lra.
  - intros c. unfold opposite. ring.
Qed.

Theorem minimax_plain (kept : T -> bool) (z : C -> R) (r : R) :
  0 <= r -> 0 < Sum (filter kept X) w ->
  let m := Sum (dropped kept) w in
  is_lub (plain_errors kept z r) (2 * r * m) /\
  (forall i, N (fun c => opposite kept z r i c - z c) <= r) /\
  plain_error kept (opposite kept z r) = 2 * r * m.
Proof.
  intros Hr HS m. split; [split|split].
  - intros x [u [Hu ->]]. now apply plain_error_le with z.
  - intros B HB. apply HB. exists (opposite kept z r). split.
    + intros i _. now apply opposite_in_ball.
    + symmetry. now apply plain_error_opposite.
  - intros i. now apply opposite_in_ball.
  - now apply plain_error_opposite.
Qed.

(* --- the K heaviest --- *)
Variable visual : T -> bool.

Definition keeps_prompt (kept : T -> bool) := forall i, In i X -> visual i = false -> kept i = true.
Definition kept_count (kept : T -> bool) : nat :=
  length (filter (fun i => visual i && kept i) X).
Definition heaviest (kept : T -> bool) := forall i j, In i X -> In j X ->
  visual i = true -> visual j = true -> kept i = true -> kept j = false -> w j <= w i.

Lemma threshold (l : list T) : (forall i, In i l -> 0 <= w i) ->
  exists t, 0 <= t /\ (forall j, In j l -> w j <= t) /\ (t = 0 \/ exists j, In j l /\ t = w j).
Proof.
  induction l as [|a l IH]; intros H.
  - exists 0. repeat split; [lra|contradiction|now left].
  - destruct IH as [t [H0 [Ht Ha]]]; [intros; apply H; now right|].
    destruct (Rle_lt_dec t (w a)) as [L|L].
    + exists (w a). repeat split; [lra| |right; exists a; split; [now left|reflexivity]].
      intros j [<-|Hj]; [lra|]. specialize (Ht j Hj). lra.
    + exists t. repeat split; [lra| |].
      * intros j [<-|Hj]; [lra|auto].
      * destruct Ha as [->|[j [Hj ->]]]; [now left|right; exists j; split; [now right|reflexivity]].
Qed.

Lemma INR_length_filter (p : T -> bool) :
  INR (length (filter p X)) = Sum X (fun i => if p i then 1 else 0).
Proof. rewrite <- Sum_mask, Sum_const. ring. Qed.

Lemma heaviest_mass kept kept' : keeps_prompt kept -> keeps_prompt kept' -> heaviest kept ->
  (kept_count kept' <= kept_count kept)%nat ->
  Sum (dropped kept) w <= Sum (dropped kept') w.
Proof.
  intros P P' Hh Hn.
  destruct (threshold (filter (fun j => visual j && negb (kept j)) X)) as [t [H0 [Ht Ha]]].
  { intros i Hi. apply filter_In in Hi. now apply Hw. }
  assert (Hup : forall i, In i X -> visual i = true -> kept i = true -> t <= w i).
  { intros i Hi Hv Hk. destruct Ha as [->|[j [Hj ->]]]; [now apply Hw|].
    apply filter_In in Hj. destruct Hj as [Hj Hb]. apply andb_prop in Hb. destruct Hb as [Hb Hb'].
    apply (Hh i j); auto. now destruct (kept j). }
  apply le_INR in Hn. unfold kept_count in Hn. rewrite !INR_length_filter in Hn.
  unfold dropped. rewrite !Sum_mask.
  assert (Hle : t * Sum X (fun i => if visual i && kept i then 1 else 0)
    - t * Sum X (fun i => if visual i && kept' i then 1 else 0)
    <= Sum X (fun i => if negb (kept' i) then w i else 0)
     - Sum X (fun i => if negb (kept i) then w i else 0)).
  { rewrite <- !Sum_scale, <- !Sum_minus. apply Sum_le. intros i Hi.
    specialize (Hup i Hi). specialize (P i Hi). specialize (P' i Hi).
    assert (Hd : visual i = true -> kept i = false -> w i <= t).
    { intros Hv Hk. apply Ht. apply filter_In. now rewrite Hv, Hk. }
    destruct (visual i).
    - specialize (Hd eq_refl). specialize (Hup eq_refl).
      destruct (kept i); destruct (kept' i); simpl; lra.
    - rewrite (P eq_refl), (P' eq_refl). simpl. lra. }
  nra.
Qed.

Theorem minimax_plain_heaviest (kept kept' : T -> bool) (z : C -> R) (r x x' : R) :
  0 <= r -> keeps_prompt kept -> keeps_prompt kept' -> heaviest kept ->
  (kept_count kept' <= kept_count kept)%nat ->
  0 < Sum (filter kept X) w -> 0 < Sum (filter kept' X) w ->
  is_lub (plain_errors kept z r) x -> is_lub (plain_errors kept' z r) x' -> x <= x'.
Proof.
  intros Hr P P' Hh Hn HS HS' L L'.
  destruct (minimax_plain kept z r Hr HS) as [M _].
  destruct (minimax_plain kept' z r Hr HS') as [M' _].
  rewrite (is_lub_u _ _ _ L M), (is_lub_u _ _ _ L' M').
  pose proof (heaviest_mass kept kept' P P' Hh Hn). nra.
Qed.

(* for every K there are K heaviest *)
Hypothesis eq_dec : forall x y : T, {x = y} + {x <> y}.

Lemma argmax (l : list T) : l <> [] -> exists a, In a l /\ forall j, In j l -> w j <= w a.
Proof.
  induction l as [|b l IH]; [contradiction|]. intros _.
  destruct l as [|b' l]; [exists b; split; [now left|]; intros j [<-|[]]; lra|].
  destruct IH as [a [Ha Hm]]; [discriminate|].
  destruct (Rle_lt_dec (w b) (w a)) as [L|L].
  - exists a. split; [now right|]. intros j [<-|Hj]; [exact L|auto].
  - exists b. split; [now left|]. intros j [<-|Hj]; [lra|]. specialize (Hm j Hj). lra.
Qed.

Lemma length_filter_add (p q : T -> bool) a (l : list T) : NoDup l -> In a l -> p a = false ->
  (forall i, q i = if eq_dec a i then true else p i) ->
  length (filter q l) = S (length (filter p l)).
Proof.
  intros Hl Ha Hpa Hq. induction l as [|b l IH]; [contradiction|].
  inversion Hl as [|? ? Hb Hl']; subst. simpl. rewrite Hq.
  destruct (eq_dec a b) as [<-|Hab].
  - rewrite Hpa. simpl. f_equal. f_equal. apply filter_ext_in. intros i Hi. rewrite Hq.
    destruct (eq_dec a i) as [<-|]; [contradiction|reflexivity].
  - destruct Ha as [<-|Ha]; [contradiction|]. specialize (IH Hl' Ha).
    destruct (p b); simpl; now rewrite IH.
Qed.

Theorem heaviest_exists (K : nat) : NoDup X -> (K <= length (filter visual X))%nat ->
  exists kept, keeps_prompt kept /\ heaviest kept /\ kept_count kept = K.
Proof.
  intros HX. induction K as [|K IH]; intros HK.
  - exists (fun i => negb (visual i)). repeat split.
    + intros i _ ->. reflexivity.
    + intros i j _ _ -> _ H. discriminate.
    + unfold kept_count. rewrite (filter_ext _ (fun _ => false)).
      * clear. induction X as [|a l IHl]; [reflexivity|exact IHl].
      * intros i. now destruct (visual i).
  - destruct IH as [kept [HP [Hh Hc]]]; [lia|].
    assert (Hex : filter (fun i => visual i && negb (kept i)) X <> []).
    { intros E. assert (length (filter visual X) = kept_count kept) as E'; [|lia].
      unfold kept_count. f_equal. apply filter_ext_in. intros i Hi.
      destruct (visual i) eqn:Ev; [|reflexivity]. destruct (kept i) eqn:Ek; [reflexivity|].
      assert (In i []) as []. rewrite <- E. apply filter_In. now rewrite Ev, Ek. }
    destruct (argmax _ Hex) as [a [Ha Hm]]. apply filter_In in Ha. destruct Ha as [Ha Hb].
    apply andb_prop in Hb. destruct Hb as [Hva Hka]. apply negb_true_iff in Hka.
    exists (fun i => if eq_dec a i then true else kept i). repeat split.
    + intros i Hi Hv. destruct (eq_dec a i); auto.
    + intros i j Hi Hj Hvi Hvj Hki Hkj. destruct (eq_dec a j); [discriminate|].
      destruct (eq_dec a i) as [<-|].
      * apply Hm, filter_In. now rewrite Hvj, Hkj.
      * now apply (Hh i j).
    + rewrite <- Hc. unfold kept_count.
      apply (length_filter_add (fun i => visual i && kept i) _ a); auto.
      * now rewrite Hva, Hka.
      * intros i. destruct (eq_dec a i) as [<-|]; [now rewrite Hva|reflexivity].
Qed.

End Plain.

(* R^d with the Euclidean norm, softmax weights *)
Theorem minimax_plain_euclidean {T : Type} (d : nat) (X : list T) (kept : T -> bool)
    (s : T -> R) (z : nat -> R) (r : R) :
  (0 < d)%nat -> 0 <= r -> filter kept X <> [] ->
  is_lub (plain_errors (euclidean (seq 0 d)) X (softmax X s) kept z r)
         (2 * r * Sum (filter (fun i => negb (kept i)) X) (softmax X s)).
Proof.
  intros Hd Hr HS. assert (HX : X <> []) by (intros E; apply HS; now rewrite E).
  destruct (minimax_plain (euclidean (seq 0 d)) (euclidean_seminorm _) _ (euclidean_unit d Hd)
    X (softmax X s)) with (kept := kept) (z := z) (r := r) as [H _]; auto.
  - intros. apply Rlt_le. now apply softmax_pos.
  - now apply softmax_total.
  - apply Sum_pos; auto. intros. now apply softmax_pos.
Qed.

(* attention.greedy: Phi(S) = sum_h lambda_h sum_v w_h(v) dist_h(v, S ∪ Z), over any heads and
   prompt rows h (lambda, w >= 0), with fixed seeds Z, Z not empty.
   - [phi_antitone], [phi_supermodular]: Phi is non-increasing and supermodular.
   - [greedy_guarantee], the registered claim: K greedy picks reach at least 1 - (1 - 1/K)^K,
     and so at least 1 - 1/e, of the largest reduction that K picks can reach.
   - [greedy_exists]: there are such picks; [greedy_without_repetition]: comparing with the
     tokens not yet picked is enough.
   - [capped_greedy_guarantee]: the same when each distance is cut at a discard cost.
   That the dist_h are metrics is nowhere used. The guarantee itself ([guarantee], after
   Nemhauser, Wolsey and Fisher) holds for every non-increasing supermodular set function. *)
Require Import Reals List Lia Lra Classical_Prop.
From MobTheory Require Import WeightedSum.
Import ListNotations.
Open Scope R_scope.

(* sets of picks are lists, order and repetition do not matter *)
Definition antitone {T : Type} (F : list T -> R) := forall S S', incl S S' -> F S' <= F S.
Definition supermodular {T : Type} (F : list T -> R) :=
  forall S S' x, incl S S' -> F S' - F (x :: S') <= F S - F (x :: S).

(* picks, newest first: each takes F down as far as one token of V can *)
Inductive greedy {T : Type} (V : list T) (F : list T -> R) : list T -> Prop :=
| greedy_nil : greedy V F []
| greedy_cons : forall x G, greedy V F G -> In x V ->
    (forall y, In y V -> F (x :: G) <= F (y :: G)) -> greedy V F (x :: G).

Section SetFunction.
Context {T : Type}.
Variables (V : list T) (F : list T -> R).
Hypothesis HF : antitone F.
Hypothesis HF' : supermodular F.

(* tokens O can take F(G) down by at most |O| times the best single gain *)
Lemma gain_bound G O B : (forall y, In y O -> F G - F (y :: G) <= B) ->
  F G - F (O ++ G) <= INR (length O) * B.
Proof.
  induction O as [|y O IH]; intros HB; [simpl; lra|].
  assert (A : F (O ++ G) - F (y :: (O ++ G)) <= F G - F (y :: G)).
  { apply HF'. intros z Hz. apply in_or_app. now right. }
  pose proof (HB y (or_introl eq_refl)).
  assert (F G - F (O ++ G) <= INR (length O) * B)
    by (apply IH; intros z Hz; apply HB; now right).
  change (length (y :: O)) with (S (length O)). rewrite S_INR. simpl app. lra.
Qed.

Lemma shrink_range K : (0 < K)%nat -> 0 < INR K /\ 0 <= 1 - / INR K.
Proof.
  intros HK. assert (1 <= INR K) by (apply (le_INR 1); lia). split; [lra|].
  enough (/ INR K <= 1) by lra. rewrite <- Rinv_1. apply Rinv_le_contravar; lra.
Qed.

(* each pick closes 1/K of the gap to the best K picks *)
Lemma progress K G O : (0 < K)%nat -> greedy V F G -> incl O V -> (length O <= K)%nat ->
  F G - F O <= (1 - / INR K) ^ length G * (F [] - F O).
Proof.
  intros HK HG HO Hn. destruct (shrink_range K HK) as [H0 H1].
  induction HG as [|x G HG IH Hx Hmin]; [simpl; lra|].
  assert (A : F G - F (O ++ G) <= INR (length O) * (F G - F (x :: G))).
  { apply gain_bound. intros y Hy. specialize (Hmin y (HO y Hy)). lra. }
  assert (F (x :: G) <= F G) by (apply HF; intros z Hz; now right).
  assert (F (O ++ G) <= F O) by (apply HF; intros z Hz; apply in_or_app; now left).
  assert (INR (length O) <= INR K) by now apply le_INR.
  assert (Hg : / INR K * (F G - F O) <= F G - F (x :: G)).
  { apply (Rmult_le_reg_l (INR K)); [assumption|].
    rewrite <- Rmult_assoc, Rinv_r, Rmult_1_l by lra. nra. }
  simpl. rewrite Rmult_assoc.
  apply Rle_trans with ((1 - / INR K) * (F G - F O)); [lra|].
  apply Rmult_le_compat_l; assumption.
Qed.

Lemma power_below_exp K : (0 < K)%nat -> (1 - / INR K) ^ K <= exp (-1).
Proof.
  intros HK. destruct (shrink_range K HK) as [H0 H1].
  apply Rle_trans with (exp (- / INR K) ^ K).
  - apply pow_incr. split; [assumption|]. pose proof (exp_ineq1_le (- / INR K)). lra.
  - right. rewrite <- Rpower_pow by apply exp_pos. unfold Rpower. rewrite ln_exp. f_equal.
    field. lra.
Qed.

Theorem guarantee K G O :
  (0 < K)%nat -> greedy V F G -> length G = K -> incl O V -> (length O <= K)%nat ->
  F [] - F G >= (1 - (1 - / INR K) ^ K) * (F [] - F O) /\
  F [] - F G >= (1 - exp (-1)) * (F [] - F O).
Proof.
  intros HK HG Hlen HO Hn. pose proof (progress K G O HK HG HO Hn) as P.
  rewrite Hlen in P. pose proof (power_below_exp K HK).
  assert (F O <= F []) by (apply HF; intros z []). split; nra.
Qed.

Lemma picks_exist K : V <> [] -> exists G, greedy V F G /\ length G = K.
Proof.
  intros HV. induction K as [|K [G [HG Hlen]]].
  { exists []. split; [constructor|reflexivity]. }
  assert (A : forall l, l <> [] -> exists x, In x l /\ forall y, In y l ->
    F (x :: G) <= F (y :: G)).
  { induction l as [|a l IH]; [contradiction|]. intros _. destruct l as [|a' l].
    - exists a. split; [now left|]. intros y [<-|[]]; lra.
    - destruct IH as [x [Hx Hm]]; [discriminate|].
      destruct (Rle_lt_dec (F (a :: G)) (F (x :: G))) as [L|L].
      + exists a. split; [now left|]. intros y [<-|Hy]; [lra|]. specialize (Hm y Hy). lra.
      + exists x. split; [now right|]. intros y [<-|Hy]; [lra|auto]. }
  destruct (A V HV) as [x [Hx Hm]].
  exists (x :: G). split; [now constructor|]. simpl. now rewrite Hlen.
Qed.

(* a token picked before gains nothing, so only the others have to be compared *)
Lemma fresh_pick x G : greedy V F G -> In x V ->
  (forall y, In y V -> ~ In y G -> F (x :: G) <= F (y :: G)) -> greedy V F (x :: G).
Proof.
  intros HG Hx Hm. constructor; auto. intros y Hy.
  destruct (classic (In y G)) as [Hin|Hout]; [|now apply Hm].
  apply Rle_trans with (F G); apply HF; intros z; [now right|].
  intros [<-|Hz]; assumption.
Qed.

End SetFunction.

(* the distance of a token to the list L, from its distances f to each of them *)
Fixpoint dist_to {T : Type} (f : T -> R) (L : list T) : R :=
  match L with [] => 0 | [a] => f a | a :: L' => Rmin (f a) (dist_to f L') end.

Lemma dist_to_cons {T : Type} (f : T -> R) a L : L <> [] ->
  dist_to f (a :: L) = Rmin (f a) (dist_to f L).
Proof. now destruct L. Qed.

Lemma dist_to_le {T : Type} (f : T -> R) L x : In x L -> dist_to f L <= f x.
Proof.
  induction L as [|a L IH]; intros Hx; [contradiction|]. destruct L as [|b L].
  - destruct Hx as [->|[]]. simpl. lra.
  - rewrite dist_to_cons by discriminate. destruct Hx as [->|Hx]; [apply Rmin_l|].
    eapply Rle_trans; [apply Rmin_r|now apply IH].
Qed.

Lemma dist_to_attained {T : Type} (f : T -> R) L : L <> [] -> exists x, In x L /\ dist_to f L = f x.
Proof.
  induction L as [|a L IH]; intros HL; [contradiction|]. destruct L as [|b L].
  - exists a. split; [now left|reflexivity].
  - rewrite dist_to_cons by discriminate. destruct IH as [x [Hx E]]; [discriminate|].
    unfold Rmin. destruct (Rle_dec (f a) (dist_to f (b :: L))).
    + exists a. split; [now left|reflexivity].
    + exists x. split; [now right|exact E].
Qed.

Lemma dist_to_incl {T : Type} (f : T -> R) L L' : L <> [] -> incl L L' ->
  dist_to f L' <= dist_to f L.
Proof.
  intros HL Hi. destruct (dist_to_attained f L HL) as [x [Hx ->]]. apply dist_to_le. now apply Hi.
Qed.

(* the gain m - min(x, m) of one more centre shrinks with m *)
Lemma Rmin_gain x m m' : m' <= m -> m' - Rmin x m' <= m - Rmin x m.
Proof. intros H. unfold Rmin. destruct (Rle_dec x m), (Rle_dec x m'); lra. Qed.

Lemma Rmin_swap c x m : Rmin c (Rmin x m) = Rmin x (Rmin c m).
Proof. now rewrite Rmin_assoc, (Rmin_comm c x), <- Rmin_assoc. Qed.

Section Phi.
Context {T H : Type}.                   (* tokens; heads with prompt rows *)
Variables (heads : list H) (V Z : list T).
Variables (lambda : H -> R) (w : H -> T -> R) (dist : H -> T -> T -> R) (cap : H -> T -> R).
Hypothesis Hl : forall h, In h heads -> 0 <= lambda h.
Hypothesis Hw : forall h v, In h heads -> In v V -> 0 <= w h v.
Hypothesis HZ : Z <> [].

Definition phi (S : list T) : R :=
  Sum heads (fun h => lambda h * Sum V (fun v => w h v * dist_to (dist h v) (S ++ Z))).

Definition capped_phi (S : list T) : R :=
  Sum heads (fun h => lambda h * Sum V (fun v =>
    w h v * Rmin (cap h v) (dist_to (dist h v) (S ++ Z)))).

(* both properties pass from each token's distance to the weighted sum *)
Lemma weighted_antitone (D : H -> T -> list T -> R) : (forall h v, antitone (D h v)) ->
  antitone (fun S => Sum heads (fun h => lambda h * Sum V (fun v => w h v * D h v S))).
Proof.
  intros HD S S' Hi. apply Sum_le. intros h Hh. apply Rmult_le_compat_l; [auto|].
  apply Sum_le. intros v Hv. apply Rmult_le_compat_l; [auto|]. now apply HD.
Qed.

Lemma weighted_supermodular (D : H -> T -> list T -> R) : (forall h v, supermodular (D h v)) ->
  supermodular (fun S => Sum heads (fun h => lambda h * Sum V (fun v => w h v * D h v S))).
Proof.
  intros HD S S' x Hi. cbv beta. rewrite <- !Sum_minus. apply Sum_le. intros h Hh.
  rewrite <- !Rmult_minus_distr_l, <- !Sum_minus. apply Rmult_le_compat_l; [auto|].
  apply Sum_le. intros v Hv. rewrite <- !Rmult_minus_distr_l.
  apply Rmult_le_compat_l; [auto|]. now apply HD.
Qed.

Lemma seeded (S : list T) : S ++ Z <> [].
Proof. intros E. apply app_eq_nil in E. now apply HZ. Qed.

Lemma dist_antitone f : antitone (fun S : list T => dist_to f (S ++ Z)).
Proof.
  intros S S' Hi. apply dist_to_incl; [apply seeded|]. now apply incl_app_app.
Qed.

Lemma dist_supermodular f : supermodular (fun S : list T => dist_to f (S ++ Z)).
Proof.
  intros S S' x Hi. simpl app. rewrite !dist_to_cons by apply seeded.
  apply Rmin_gain. now apply dist_antitone.
Qed.

Theorem phi_antitone : antitone phi.
Proof. apply weighted_antitone. intros. apply dist_antitone. Qed.

Theorem phi_supermodular : supermodular phi.
Proof. apply weighted_supermodular. intros. apply dist_supermodular. Qed.

Theorem greedy_guarantee K G O :
  (0 < K)%nat -> greedy V phi G -> length G = K -> incl O V -> (length O <= K)%nat ->
  phi [] - phi G >= (1 - (1 - / INR K) ^ K) * (phi [] - phi O) /\
  phi [] - phi G >= (1 - exp (-1)) * (phi [] - phi O).
Proof. apply guarantee; [apply phi_antitone|apply phi_supermodular]. Qed.

Theorem greedy_exists K : V <> [] -> exists G, greedy V phi G /\ length G = K.
Proof. apply picks_exist. Qed.

Theorem greedy_without_repetition x G : greedy V phi G -> In x V ->
  (forall y, In y V -> ~ In y G -> phi (x :: G) <= phi (y :: G)) -> greedy V phi (x :: G).
Proof. apply fresh_pick, phi_antitone. Qed.

Theorem capped_greedy_guarantee K G O :
  (0 < K)%nat -> greedy V capped_phi G -> length G = K -> incl O V -> (length O <= K)%nat ->
  capped_phi [] - capped_phi G >= (1 - (1 - / INR K) ^ K) * (capped_phi [] - capped_phi O) /\
  capped_phi [] - capped_phi G >= (1 - exp (-1)) * (capped_phi [] - capped_phi O).
Proof.
  apply guarantee.
  - apply weighted_antitone. intros h v S S' Hi.
    pose proof (dist_antitone (dist h v) S S' Hi). simpl in *. apply Rle_min_compat_l. assumption.
  - apply weighted_supermodular. intros h v S S' x Hi. simpl app.
    rewrite !dist_to_cons by apply seeded.
    rewrite !(Rmin_swap (cap h v)). apply Rmin_gain, Rle_min_compat_l.
    apply (dist_antitone (dist h v) S S' Hi).
Qed.

End Phi.

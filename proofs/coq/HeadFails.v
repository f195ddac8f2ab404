(* assumption-1, refuted. The claim: for F a softmax attention head there is a finite C with
   |F(X) - F(X_s)| <= C d_H(X, X_s) for every X = V + P, X_s = S + P, S within V.

   [head_not_lipschitz]: no C works for any head that is not constant, whatever its logits and
   values in R^n, over tokens of any metric space: dropping one of two equal tokens has d_H = 0 and
   moves the output. [head_not_lipschitz_distinct]: nor without repeated tokens, V = {1, 1 + e},
   P = {0}, S = {1} and a flat head whose value is the token. *)

From MobTheory Require Import WeightedSum.
From MobTheory Require Export Line Hausdorff Euclidean.

(* the output at one query: the logits s and the values u as functions of the token *)
Definition head {X : space} (n : nat) (s : X -> R) (u : X -> nat -> R) (A : list X)
  : euclidean n := mean A (fun x => exp (s x)) u.

Theorem head_not_lipschitz {X : space} (n : nat) (s : X -> R) (u : X -> nat -> R) (a p : X) i :
  (i < n)%nat -> u a i <> u p i ->
  exists V P S : list X, incl S V /\ S <> [] /\ P <> [] /\
    d_H (V ++ P) (S ++ P) = 0 /\
    forall C : R, C * d_H (V ++ P) (S ++ P) < dist (head n s u (V ++ P)) (head n s u (S ++ P)).
Proof.
  intros Hi Hu. exists [a; a], [p], [a].
  assert (HI : incl [a] [a; a]) by (intros x [<-|[]]; now left).
  assert (E : d_H ([a; a] ++ [p]) ([a] ++ [p]) = 0).
  { rewrite kept_covers by easy. apply h_incl. intros x [<-|[<-|[]]]; now left. }
  refine (conj HI (conj _ (conj _ (conj E _)))); try easy.
  intros C. rewrite E, Rmult_0_r.
  eapply Rlt_le_trans; [|now apply (coordinate_le n i)]. unfold head, mean. simpl.
  pose proof (exp_pos (s a)) as Ha. pose proof (exp_pos (s p)) as Hp.
  set (x := exp (s a)) in *. set (y := exp (s p)) in *.
  apply Rabs_pos_lt.
  replace (_ - _) with (x * y * (u a i - u p i) / ((x + (x + y)) * (x + y))) by (field; lra).
  assert (0 < x * y) by now apply Rmult_lt_0_compat.
  assert (0 < (x + (x + y)) * (x + y)) by (apply Rmult_lt_0_compat; lra).
  unfold Rdiv. repeat apply Rmult_integral_contrapositive_currified; try lra.
  apply Rinv_neq_0_compat. lra.
Qed.

Theorem head_not_lipschitz_distinct (C : R) : exists V P S : list line,
  NoDup (V ++ P) /\ incl S V /\ S <> [] /\ P <> [] /\
  C * d_H (V ++ P) (S ++ P) <
    dist (head 1 (fun _ : line => 0) (fun x _ => x) (V ++ P))
         (head 1 (fun _ : line => 0) (fun x _ => x) (S ++ P)).
Proof.
  pose proof (Rabs_pos C). pose proof (Rle_abs C).
  set (e := / (6 * (Rabs C + 1))).
  assert (He : e * (6 * (Rabs C + 1)) = 1) by (apply Rinv_l; lra).
  assert (He0 : 0 < e) by (apply Rinv_0_lt_compat; lra).
  exists [1 : line; 1 + e : line], [0 : line], [1 : line].
  refine (conj _ (conj _ (conj _ (conj _ _)))); try easy.
  - simpl. distinct.
  - intros x [<-|[]]. now left.
  - assert (Hd : d_H ([1 : line; 1 + e : line] ++ [0 : line]) ([1 : line] ++ [0 : line]) <= e).
    { apply d_H_le; [easy|easy|lra|]. split; intros x Hx; cases Hx;
        [exists (1 : line)|exists (1 : line)|exists (0 : line)|exists (1 : line)|exists (0 : line)];
        (split; [simpl; auto|line_dist; lra]). }
    eapply Rlt_le_trans; [|apply (coordinate_le 1 0); lia]. unfold head, mean. simpl.
    rewrite exp_0. replace (_ - _) with (1 / 6 + e / 3) by field.
    rewrite Rabs_right by lra. apply Rle_lt_trans with (Rabs C * e); [|lra].
    eapply Rle_trans; [apply Rmult_le_compat_r; [apply d_H_pos|exact (Rle_abs C)]|].
    apply Rmult_le_compat_l; [lra|exact Hd].
Qed.

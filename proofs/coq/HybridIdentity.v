(* attention.hybrid-identity: the tokens D1 are merged into kept tokens p v by the count bias
   log n_s, n_s = 1 + |D1 ∩ p^-1(s)|, the tokens D2 are discarded. Then exactly
     o - o~ = sum_{D1} w_v [(u_v - u_{p v}) + (1 - exp(s_{p v} - s_v)) (u_{p v} - o~)]
              + sum_{D2} w_v (u_v - o~).
   [hybrid_identity] is the registered claim, for any logits, values and assignment of D1 to
   kept tokens; K, D1, D2 are the parts of the context X = K ++ D1 ++ D2. *)
Require Import Reals List Lra.
From MobTheory Require Import WeightedSum.
Import ListNotations.
Open Scope R_scope.

Section Hybrid.
Context {T C : Type}.
Variable eq_dec : forall x y : T, {x = y} + {x <> y}.

Definition assigned (p : T -> T) (D : list T) (j : T) : list T :=
  filter (fun v => if eq_dec (p v) j then true else false) D.

(* cluster size n_s: the token itself and the tokens merged into it *)
Definition count (p : T -> T) (D : list T) (j : T) : R := INR (1 + length (assigned p D j)).

Lemma count_pos p D j : 0 < count p D j.
Proof. apply lt_0_INR. simpl. apply PeanoNat.Nat.lt_0_succ. Qed.

(* the count bias: attention over the kept tokens with n_s copies of each *)
Lemma Sum_count (K D1 : list T) p f : NoDup K -> (forall v, In v D1 -> In (p v) K) ->
  Sum K (fun j => count p D1 j * f j) = Sum K f + Sum D1 (fun v => f (p v)).
Proof.
  intros HK Hp.
  rewrite (Sum_ext K _ (fun j => f j + Sum (assigned p D1 j) (fun _ => 1) * f j)).
  - rewrite Sum_plus. unfold assigned.
    rewrite (Sum_regroup eq_dec K D1 p (fun _ => 1) f) by assumption.
    f_equal. apply Sum_ext. intros; ring.
  - intros j _. unfold count. rewrite plus_INR, Sum_const. simpl (INR 1). ring.
Qed.

Theorem hybrid_identity (K D1 D2 : list T) (p : T -> T) (s : T -> R) (u : T -> C -> R) :
  K <> [] -> NoDup K -> (forall v, In v D1 -> In (p v) K) ->
  let X := K ++ D1 ++ D2 in
  let w := softmax X s in
  let o := attend X w u in
  let o' := attend K (softmax K (fun j => s j + ln (count p D1 j))) u in
  forall c, o c - o' c =
    Sum D1 (fun v => w v * ((u v c - u (p v) c) + (1 - exp (s (p v) - s v)) * (u (p v) c - o' c)))
    + Sum D2 (fun v => w v * (u v c - o' c)).
Proof.
  intros HK HND Hp X w o o' c.
  set (e := fun i => exp (s i)). set (Z := Sum X e).
  assert (HX : X <> []) by (unfold X; destruct K; [contradiction|discriminate]).
  assert (HZ : 0 < Z) by (apply Sum_exp_pos; exact HX).
  (* the merged output is the mean of n_j e_j u_j *)
  assert (Hbias : forall j, exp (s j + ln (count p D1 j)) = count p D1 j * e j).
  { intros j. rewrite exp_plus, exp_ln by apply count_pos. unfold e. ring. }
  assert (HW : Sum K (fun j => exp (s j + ln (count p D1 j))) = Sum K e
    + Sum D1 (fun v => e (p v))).
  { rewrite <- Sum_count by assumption. apply Sum_ext. intros; apply Hbias. }
  assert (HWpos : 0 < Sum K e + Sum D1 (fun v => e (p v))).
  { rewrite <- HW. apply Sum_pos; auto. intros; apply exp_pos. }
  assert (Hzero : Sum K (fun j => e j * (u j c - o' c))
                  + Sum D1 (fun v => e (p v) * (u (p v) c - o' c)) = 0).
  { rewrite <- (Sum_count K D1 p (fun j => e j * (u j c - o' c))) by assumption.
    rewrite (Sum_ext K _ (fun j => exp (s j + ln (count p D1 j)) * u j c
      - exp (s j + ln (count p D1 j)) * o' c)) by (intros; rewrite Hbias; ring).
    rewrite Sum_minus, Sum_scale_r.
    assert (Ho' : o' c = Sum K (fun j => exp (s j + ln (count p D1 j)) * u j c)
      / Sum K (fun j => exp (s j + ln (count p D1 j)))).
    { unfold o', attend, softmax, Rdiv. rewrite <- Sum_scale_r. apply Sum_ext. intros; ring. }
    rewrite Ho', HW. field. lra. }
  (* o - o' is the mean of e_v (u_v - o') over all tokens *)
  assert (Ho : o c - o' c = / Z * (Sum K (fun j => e j * (u j c - o' c))
     + Sum D1 (fun v => e v * (u v c - o' c)) + Sum D2 (fun v => e v * (u v c - o' c)))).
  { transitivity (Sum X (fun i => w i * (u i c - o' c))).
    - rewrite (Sum_ext X _ (fun i => w i * u i c - w i * o' c)) by (intros; ring).
      rewrite Sum_minus, Sum_scale_r. unfold w. rewrite softmax_total by exact HX.
      unfold o, attend, w. ring.
    - rewrite (Sum_ext X _ (fun i => / Z * (e i * (u i c - o' c)))).
      + rewrite Sum_scale. unfold X. rewrite !Sum_app. ring.
      + intros i _. unfold w, softmax. fold e Z. change (exp (s i)) with (e i). field.
        exact (Rgt_not_eq _ _ HZ). }
  rewrite Ho.
  replace (Sum K (fun j => e j * (u j c - o' c)))
    with (- Sum D1 (fun v => e (p v) * (u (p v) c - o' c))) by lra.
  rewrite !Rmult_plus_distr_l, <- !Sum_scale. f_equal.
  - rewrite Ropp_mult_distr_r_reverse, <- Sum_scale, Rplus_comm. unfold Rminus at 1.
    change (Sum D1 (fun i => / Z * (e i * (u i c - o' c)))
      - Sum D1 (fun i => / Z * (e (p i) * (u (p i) c - o' c))) =
      Sum D1 (fun v => w v * ((u v c - u (p v) c)
        + (1 - exp (s (p v) - s v)) * (u (p v) c - o' c)))).
    rewrite <- Sum_minus. apply Sum_ext. intros v _.
    assert (He : exp (s (p v) - s v) * e v = e (p v)).
    { unfold e. rewrite <- exp_plus. f_equal. ring. }
    unfold w, softmax. fold e Z. change (exp (s v)) with (e v). rewrite <- He.
    field. exact (Rgt_not_eq _ _ HZ).
  - apply Sum_ext. intros v _. unfold w, softmax. fold e Z. change (exp (s v)) with (e v).
    field. exact (Rgt_not_eq _ _ HZ).
Qed.

End Hybrid.

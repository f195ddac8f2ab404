(* attention.budget-split, the bound that is split: S_p any visual tokens (the K_p heaviest by
   weight), S_v found by farthest-point sampling of the visual tokens V seeded with S_p and the
   prompt P, S = S_v + S_p. Then
     Phi(S) <= m(D) h(V -> S + P) <= tail(S_p) 2 (b'/K_v)^{1/d},
   tail(S_p) the weight of V outside S_p, as soon as K_v centres anywhere cover V within
   (b'/K_v)^{1/d} (covering regularity at that radius).
   [product_law_seeded] is this chain; [product_law_power] puts c K_p^-gamma for the tail, which is
   the function [BudgetSplit.power_bound] that [BudgetSplit.budget_split] minimises.
   The factor 2 comes from claim covering.seeded-fps ([SeededSampling.fps_covers]). *)
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
Hypothesis HS : S <> [].
Hypothesis Hcover : exists C, (length C <= length S_v)%nat /\ covers (Rpower (b' / K_v) (1 / d)) C V.

Definition outside (A : list X) : list X := filter (fun v => if in_dec eq_dec v A then false else true) V.

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

Theorem product_law_seeded :
  let phi := Sum (V ++ P) (fun v => w v * to v S) in
  let m := Sum (outside S) w in
  let tail := Sum (outside S_p) w in
  phi <= m * h V S /\ m * h V S <= tail * (2 * Rpower (b' / K_v) (1 / d)).
Proof.
  intros phi m tail. split.
  - unfold phi. rewrite Sum_app, (Sum_zero P), Rplus_0_r.
    + rewrite (Sum_outside S).
      * unfold m. rewrite <- Sum_scale_r. apply Sum_le. intros v Hv. apply outside_In in Hv as [Hv _].
        apply Rmult_le_compat_l; [apply Hw, in_or_app; now left|now apply h_ge].
      * intros v _ Hv. rewrite to_member by exact Hv. ring.
    + intros v Hv. rewrite to_member; [ring|]. unfold S. rewrite !in_app_iff. tauto.
  - assert (H0 : 0 <= Rpower (b' / K_v) (1 / d)) by (left; apply exp_pos).
    apply Rmult_le_compat.
    + apply Sum_nonneg. intros v Hv. apply outside_In in Hv as [Hv _]. apply Hw, in_or_app. now left.
    + apply h_pos.
    + unfold m, tail, outside. rewrite !Sum_mask. apply Sum_le. intros v Hv.
      assert (0 <= w v) by (apply Hw, in_or_app; now left).
      destruct (in_dec eq_dec v S) as [H1|H1], (in_dec eq_dec v S_p) as [H2|H2]; try lra.
      exfalso. apply H1. unfold S. rewrite !in_app_iff. tauto.
    + apply h_le; [exact HS|lra|]. destruct Hcover as [C [Hlen HC]].
      apply (fps_covers V (S_p ++ P) S_v C); auto. intros v Hv. destruct (HC v Hv) as [c [Hc Hd]].
      exists c. split; [apply in_or_app; now left|exact Hd].
Qed.

Theorem product_law_power (c gamma K_p : R) :
  Sum (outside S_p) w <= c * Rpower K_p (- gamma) ->
  Sum (V ++ P) (fun v => w v * to v S) <= power_bound c gamma d b' (K_p + K_v) K_p.
Proof.
  intros Ht. destruct product_law_seeded as [A B]. eapply Rle_trans; [exact A|].
  eapply Rle_trans; [exact B|]. unfold power_bound, cover. replace (K_p + K_v - K_p) with K_v by ring.
  apply Rmult_le_compat_r; [|exact Ht].
  apply Rmult_le_pos; [lra|left; apply exp_pos].
Qed.

End ProductLaw.

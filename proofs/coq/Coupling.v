(* assumption-2, vacuous: there is an eta with d_H(V, P) <= eta, and on L2-normalised tokens eta = 2
   always works. [coupling_bounded] is this statement, the second half in R^d.

   remark.perfect-coupling, vacuous: with eta = 0 the bound reads |dy| <= C beta (K - K_p)^(-1/d).
   [perfect_coupling]: it is true, because then |dy| = 0 for every S within V, also for none. *)

From MobTheory Require Export CorrectedGuarantee Euclidean.

Definition origin : nat -> R := fun _ => 0.

Theorem coupling_bounded :
  (forall (X : space) (V P : list X), exists eta, d_H V P <= eta) /\
  (forall (d : nat) (V P : list (euclidean d)), V <> [] -> P <> [] ->
     (forall x, In x (V ++ P) -> euclid d x origin = 1) -> d_H V P <= 2).
Proof.
  split; [intros X V P; exists (d_H V P); lra|].
  intros d V P HV HP Hunit.
  assert (H : forall x y, In x (V ++ P) -> In y (V ++ P) -> euclid d x y <= 2).
  { intros x y Hx Hy. pose proof (euclid_tri d x origin y).
    rewrite (euclid_sym d origin y), (Hunit x Hx), (Hunit y Hy) in H. lra. }
  apply d_H_le; auto; [lra|]. split; intros x Hx.
  - destruct P as [|p P']; [easy|]. exists p. split; [now left|].
    apply H; apply in_or_app; [now left|right; now left].
  - destruct V as [|v V']; [easy|]. exists v. split; [now left|].
    apply H; apply in_or_app; [now right|left; now left].
Qed.

Theorem perfect_coupling {X Y : space} (F : list X -> Y) C (V P S : list X) b' d (K_v : nat) :
  lipschitz F C -> P <> [] -> incl S V -> 0 < b' -> d_H V P = 0 ->
  dist (F (V ++ P)) (F (S ++ P)) = 0 /\
  dist (F (V ++ P)) (F (S ++ P)) <= C * beta_term b' d K_v.
Proof.
  intros HF HP HS Hb Heta.
  destruct (domination V P S 0 HS HP ltac:(lra)) as [_ [[_ Hh] Herr]]. specialize (Herr Y F C HF).
  destruct HF as [HC HF]. pose proof (h_pos V P).
  replace (h V P) with 0 in Herr by lra. rewrite Rmult_0_r in Herr.
  pose proof (dist_pos (F (V ++ P)) (F (S ++ P))).
  assert (0 <= beta_term b' d K_v).
  { unfold beta_term. pose proof (Rpower_pos b' (1 / d)).
    pose proof (Rpower_pos (INR K_v) (- (1 / d))). nra. }
  split; [lra|]. pose proof (Rmult_le_pos _ _ HC H1). lra.
Qed.

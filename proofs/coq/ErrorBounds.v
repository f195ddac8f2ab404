(* The error bounds of Lemma 1 and Lemma 2 under Assumption 1, |dy| = |F(X) - F(X_s)|, X = V + P,
   X_s = S + P, for any F that is Lipschitz in d_H with constant C, between any two metric spaces.

   lemma-1: |dy| <= C max{min(d_H(S,V), d_H(V,P)), min(d_H(S,V), d_H(S,P))}. [lemma_1] proves it
   and that it is dominated: d_H(X, X_s) is never larger than its right side. [lemma_1_slack]: the
   right side exceeds the truth 0 by any amount.
   lemma-2: |dy| <= C (max{d_H(S_p,P), d_H(S_v,V)} + eta). [lemma_2] proves it and that it is
   dominated: C h(V -> P), the bound for keeping no visual token, is never larger.
   [lemma_2_slack]: the right side exceeds the truth 0 by any amount. *)

From MobTheory Require Export Hausdorff Line.

Theorem lemma_1 {X Y : space} (F : list X -> Y) C (V P S : list X) :
  lipschitz F C -> incl S V -> S <> [] -> P <> [] ->
  let printed := Rmax (Rmin (d_H S V) (d_H V P)) (Rmin (d_H S V) (d_H S P)) in
  dist (F (V ++ P)) (F (S ++ P)) <= C * printed /\ d_H (V ++ P) (S ++ P) <= printed.
Proof.
  intros [HC HF] HS HSn HP printed.
  assert (Hdom : d_H (V ++ P) (S ++ P) <= printed).
  { destruct (domination V P S (d_H V P) HS HP (Rle_refl _)) as [H _]. specialize (H HSn).
    pose proof (Rmin_l (h V S) (h V P)). pose proof (Rmin_r (h V S) (h V P)).
    eapply Rle_trans; [|apply Rmax_l]. apply Rmin_glb.
    - pose proof (h_le_d_H' S V). lra.
    - pose proof (h_le_d_H V P). lra. }
  split; auto. apply Rle_trans with (C * d_H (V ++ P) (S ++ P)); [apply HF; auto with metric|].
  now apply Rmult_le_compat_l.
Qed.

Theorem lemma_1_slack (M : R) : exists V P S : list line, incl S V /\ S <> [] /\
  d_H (V ++ P) (S ++ P) = 0 /\
  M <= Rmax (Rmin (d_H S V) (d_H V P)) (Rmin (d_H S V) (d_H S P)).
Proof.
  set (A := [0 : line; Rabs M : line]). exists A, A, [0 : line].
  assert (HI : incl [0 : line] A) by (intros x [<-|[]]; now left).
  assert (H : Rabs M <= h A [0 : line]).
  { eapply Rle_trans; [|apply (h_ge (Rabs M : line)); right; now left].
    apply to_ge; [easy|]. intros b [<-|[]]. unfold dist; simpl.
    rewrite Rminus_0_r, Rabs_Rabsolu. lra. }
  repeat split; auto; [easy| |].
  - rewrite kept_covers, h_incl; auto using incl_appr, incl_refl; easy.
  - pose proof (Rle_abs M). eapply Rle_trans; [|apply Rmax_r].
    apply Rmin_glb; eapply Rle_trans with (h A [0 : line]); try lra; apply h_le_d_H'.
Qed.

Theorem lemma_2 {X Y : space} (F : list X -> Y) C (V P S_p S_v : list X) eta :
  lipschitz F C -> incl (S_p ++ S_v) V -> S_p <> [] -> S_v <> [] -> P <> [] -> d_H V P <= eta ->
  let printed := Rmax (d_H S_p P) (d_H S_v V) + eta in
  dist (F (V ++ P)) (F ((S_p ++ S_v) ++ P)) <= C * printed /\ C * h V P <= C * printed.
Proof.
  intros HF HS HSp HSv HP Heta printed.
  destruct (domination V P (S_p ++ S_v) eta HS HP Heta) as [_ [[_ Hh] Herr]].
  assert (H : C * h V P <= C * printed).
  { destruct HF as [HC _]. apply Rmult_le_compat_l; auto. unfold printed.
    pose proof (d_H_pos S_p P). pose proof (Rmax_l (d_H S_p P) (d_H S_v V)). lra. }
  split; auto. eapply Rle_trans; [apply (Herr Y F C HF)|exact H].
Qed.

Theorem lemma_2_slack (M : R) : exists V P S_p S_v : list line,
  incl (S_p ++ S_v) V /\ S_p <> [] /\ S_v <> [] /\
  d_H (V ++ P) ((S_p ++ S_v) ++ P) = 0 /\ d_H V P = 0 /\
  M <= Rmax (d_H S_p P) (d_H S_v V) + d_H V P.
Proof.
  set (A := [0 : line; Rabs M : line]). exists A, A, [0 : line], [Rabs M : line].
  assert (H : Rabs M <= h A [0 : line]).
  { eapply Rle_trans; [|apply (h_ge (Rabs M : line)); right; now left].
    apply to_ge; [easy|]. intros b [<-|[]]. unfold dist; simpl.
    rewrite Rminus_0_r, Rabs_Rabsolu. lra. }
  assert (HA : incl ([0 : line] ++ [Rabs M : line]) A) by apply incl_refl.
  assert (H0 : d_H A A = 0).
  { unfold d_H. rewrite h_incl by apply incl_refl. apply Rmax_left; lra. }
  repeat split; auto; try easy.
  - rewrite kept_covers, h_incl; auto using incl_appr, incl_refl; easy.
  - rewrite H0. pose proof (Rle_abs M). pose proof (h_le_d_H' [0 : line] A).
    pose proof (Rmax_l (d_H [0 : line] A) (d_H [Rabs M : line] A)). lra.
Qed.

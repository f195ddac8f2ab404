(* covering.repaired-truncation: farthest-point sampling on P with K_p picks F, then S_p = {nn(f)}:
     d_H(S_p, P) <= h(P -> V) + 2 OPT_P(K_p),   and = h(P -> V) for K_p >= L = |P|.

   [repaired_truncation] is this statement for finite sets in any metric space, centres of OPT_P
   anywhere, ties broken in any way, with the existence of F and S_p. *)

From MobTheory Require Export SeededSampling NearestNeighbours.

Definition repaired {X : space} (V P : list X) (K_p : nat) (S_p : list X) : Prop :=
  exists F, fps P [] F /\ length F = K_p /\ neighbours V F S_p.

Theorem repaired_truncation {X : space} (V P : list X) (K_p : nat) :
  V <> [] -> P <> [] -> (1 <= K_p)%nat ->
  (exists S_p, repaired V P K_p S_p) /\
  forall S_p, repaired V P K_p S_p ->
    incl S_p V /\ length S_p = K_p /\
    d_H S_p P <= h P V + 2 * OPT P K_p [] /\
    ((length P <= K_p)%nat -> d_H S_p P = h P V).
Proof.
  intros HV HP HK. split.
  { destruct (fps_exists P [] K_p HP) as [F [HF HlF]].
    destruct (neighbours_exist V F HV) as [S HS]. now exists S, F. }
  intros S [F [HF [HlF HS]]].
  assert (HFn : F <> []) by (destruct F; simpl in *; [lia|easy]).
  assert (HSn : S <> []) by eauto using neighbours_not_nil.
  assert (HSV : incl S V) by eauto using neighbours_incl.
  assert (HFP : incl F P) by eauto using fps_incl.
  assert (Hfps : h P F <= 2 * OPT P K_p []).
  { pose proof (fps_2approx P [] F K_p HP (or_introl HK) HF HlF) as H.
    now rewrite app_nil_r in H. }
  assert (Hnn : d_H S F = h F V).
  { apply nearest_alignment; eauto using neighbours_of_prompt, neighbours_have_prompt. }
  assert (HFV : h F V <= h P V).
  { apply h_least; auto with metric. intros f Hf. apply h_ge; auto. }
  assert (Hpos : 0 <= OPT P K_p []) by (apply OPT_pos; auto; now left).
  (* from p over its pick f to nn(f), and from nn(f) to f *)
  assert (Hbound : d_H S P <= h P V + 2 * OPT P K_p []).
  { apply Rmax_lub.
    - apply Rle_trans with (h S F).
      + apply h_incl_right; auto.
      + pose proof (h_le_d_H S F). lra.
    - pose proof (h_tri P F S HFn HSn). pose proof (h_le_d_H' S F). lra. }
  refine (conj HSV (conj _ (conj Hbound _))).
  - rewrite (neighbours_length V F S) by auto; auto.
  - intros HL. apply Rle_antisym; [|now apply alignment_floor].
    pose proof (OPT_le P K_p [] P HP HL ltac:(auto with metric)) as H.
    rewrite app_nil_r, h_incl in H by apply incl_refl. lra.
Qed.

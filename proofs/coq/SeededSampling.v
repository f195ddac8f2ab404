(* covering.seeded-fps: for any seeds Z, possibly none, k farthest points G give
     h(V -> Z + G) <= 2 OPT(k | Z) <= 2 OPT(k), centres anywhere.

   [seeded_fps] is this statement for finite sets in any metric space and every way to break ties,
   together with the existence of the greedy sequence. Only OPT(0) without seeds, the radius
   of no centre at all, is infinite and left out.

   Proof. Let rho be the radius of C + Z, |C| <= k, and suppose v is farther than 2 rho from Z + G.
   By greed each pick was farther than 2 rho from Z and all picks before it, so v and the k picks
   are pairwise that far apart, and farther than rho from Z. Each lies within rho of a centre of C;
   no centre serves two of them ([packing]), but there are only k centres. *)

From MobTheory Require Export Metric OptimalRadius.

Section Sampling.
Context {X : space}.
Implicit Types (v g : X) (V Z G C L : list X) (k : nat) (rho : R).

(* g is a point of V that is farthest from C; any point if C is empty. *)
Definition farthest V C g : Prop := In g V /\ forall v, In v V -> to v C <= to g C.

(* G, newest pick first, is a greedy sequence seeded with Z. *)
Inductive fps V Z : list X -> Prop :=
| fps_start : fps V Z []
| fps_pick g G : fps V Z G -> farthest V (G ++ Z) g -> fps V Z (g :: G).

Definition farther rho v C : Prop := forall c, In c C -> rho < dist v c.

Definition separated rho L : Prop := ForallOrdPairs (fun a b => rho < dist a b) L.

Lemma packing rho R0 L : 2 * rho <= R0 -> forall C,
  separated R0 L -> covers rho C L -> (length L <= length C)%nat.
Proof.
  intros HR; induction L as [|x L IH]; intros C Hsep Hcov; [simpl; lia|].
  destruct (Hcov x (or_introl eq_refl)) as [c [Hc Hd]].
  destruct (in_split _ _ Hc) as [C1 [C2 ->]].
  inversion Hsep as [|? ? Hx HL]; subst.
  enough (length L <= length (C1 ++ C2))%nat by (rewrite app_length in *; simpl; lia).
  apply IH; auto. intros y Hy. destruct (Hcov y (or_intror Hy)) as [c' [Hc' Hd']].
  apply in_app_or in Hc' as [Hc'|[<-|Hc']];
    [exists c'; split; auto; apply in_or_app; auto| |exists c'; split; auto; apply in_or_app; auto].
  exfalso. rewrite Forall_forall in Hx. specialize (Hx y Hy).
  pose proof (dist_tri x c y). rewrite (dist_sym c y) in *. lra.
Qed.

Lemma farther_to rho v C : farther rho v C -> C <> [] -> rho < to v C.
Proof. intros Hf HC. destruct (to_attained v C HC) as [c [Hc ->]]. auto. Qed.

Lemma near_or_farther rho v C : (exists c, In c C /\ dist v c <= rho) \/ farther rho v C.
Proof.
  induction C as [|c C [[c' [Hc' Hd]]|IH]]; [right; intros ? []|left; exists c'; simpl; auto|].
  destruct (Rle_or_lt (dist v c) rho) as [Hle|Hlt]; [left; exists c; simpl; auto|].
  right; intros c' [<-|Hc']; auto.
Qed.

(* A point left out that far proves the picks that far apart, and from the seeds. *)
Lemma fps_separated rho V Z G v : fps V Z G -> In v V -> farther rho v (G ++ Z) ->
  separated rho G /\ forall g, In g G -> In g V /\ farther rho g Z.
Proof.
  intros HG Hv; induction HG as [|g G HG IH [HgV Hmax]]; intros Hf.
  - split; [constructor|intros ? []].
  - assert (Hf' : farther rho v (G ++ Z)) by (intros c Hc; apply Hf; now right).
    destruct (IH Hf') as [Hsep Hz].
    assert (Hg : farther rho g (G ++ Z)).
    { intros c Hc. assert (G ++ Z <> []) by (intros E; now rewrite E in Hc).
      pose proof (farther_to _ _ _ Hf' H). pose proof (Hmax v Hv). pose proof (to_le g c _ Hc).
      lra. }
    split.
    + constructor; auto. apply Forall_forall. intros y Hy. apply Hg, in_or_app; auto.
    + intros g' [<-|Hg']; [|auto]. split; auto. intros z Hzz; apply Hg, in_or_app; auto.
Qed.

(* The level-set form, for one family of centres: what is not within R0 of the seeds has a centre
   within rho. *)
Lemma fps_covers V Z G C rho R0 : 2 * rho <= R0 -> fps V Z G -> (length C <= length G)%nat ->
  (forall v, In v V -> (exists z, In z Z /\ dist v z <= R0) \/
                       (exists c, In c C /\ dist v c <= rho)) ->
  covers R0 (G ++ Z) V.
Proof.
  intros HR HG Hlen Hcov v Hv. destruct (near_or_farther R0 v (G ++ Z)) as [|Hf]; auto.
  exfalso. destruct (fps_separated _ _ _ _ _ HG Hv Hf) as [Hsep HgZ].
  assert (Hsep' : separated R0 (v :: G)).
  { constructor; auto. apply Forall_forall. intros y Hy. apply Hf, in_or_app; auto. }
  assert (Hall : covers rho C (v :: G)).
  { intros x Hx.
    assert (HxZ : In x V /\ farther R0 x Z).
    { destruct Hx as [<-|Hx]; [|auto]. split; auto. intros z Hz. apply Hf, in_or_app; auto. }
    destruct (Hcov x (proj1 HxZ)) as [[z [Hz Hd]]|]; auto.
    pose proof (proj2 HxZ z Hz). lra. }
  pose proof (packing rho R0 _ HR _ Hsep' Hall). simpl in *; lia.
Qed.

Lemma fps_incl V Z G : fps V Z G -> incl G V.
Proof. induction 1 as [|g G HG IH [Hg _]]; intros y Hy; [easy|destruct Hy as [<-|Hy]; auto]. Qed.

(* --- the greedy sequence exists --- *)

Lemma farthest_exists V C : V <> [] -> exists g, farthest V C g.
Proof.
  intros HV. destruct (least_member (fun v => - to v C) V HV) as [g [Hg Hmin]].
  exists g; split; auto. intros v Hv. specialize (Hmin v Hv). lra.
Qed.

Lemma fps_exists V Z k : V <> [] -> exists G, fps V Z G /\ length G = k.
Proof.
  intros HV; induction k as [|k [G [HG Hl]]]; [exists []; split; [constructor|auto]|].
  destruct (farthest_exists V (G ++ Z) HV) as [g Hg].
  exists (g :: G); split; [now constructor|simpl; lia].
Qed.

Lemma fps_2approx V Z G k : V <> [] -> feasible k Z -> fps V Z G -> length G = k ->
  h V (G ++ Z) <= 2 * OPT V k Z.
Proof.
  intros HV Hf HG Hl. enough (h V (G ++ Z) / 2 <= OPT V k Z) by lra.
  apply OPT_greatest; auto. intros C HC Hn. enough (h V (G ++ Z) <= 2 * h V (C ++ Z)) by lra.
  pose proof (h_pos V (C ++ Z)). apply h_le; [|lra|].
  - destruct Hf as [Hk|HZ]; [apply app_not_nil_l; destruct G; simpl in *; [lia|easy]|].
    auto with metric.
  - apply (fps_covers V Z G C (h V (C ++ Z))); auto; [lra|lia|]. intros v Hv.
    destruct (h_covers V (C ++ Z) Hn v Hv) as [c [Hc Hd]]. apply in_app_or in Hc as [Hc|Hc];
      [right|left]; exists c; split; auto; lra.
Qed.

Theorem seeded_fps V Z k : V <> [] -> feasible k Z ->
  (exists G, fps V Z G /\ length G = k) /\
  (forall G, fps V Z G -> length G = k -> h V (Z ++ G) <= 2 * OPT V k Z) /\
  ((1 <= k)%nat -> 2 * OPT V k Z <= 2 * OPT V k []).
Proof.
  intros HV Hf. split; [now apply fps_exists|split].
  - intros G HG Hl. apply Rle_trans with (h V (G ++ Z)); [|now apply fps_2approx].
    apply h_incl_right; [|intros x Hx; apply in_or_app; apply in_app_or in Hx as [Hx|Hx]; auto].
    destruct Hf as [Hk|HZ]; [apply app_not_nil_l; destruct G; simpl in *; [lia|easy]|].
    auto with metric.
  - intros Hk. pose proof (OPT_seeds V k Z HV Hk). lra.
Qed.

End Sampling.

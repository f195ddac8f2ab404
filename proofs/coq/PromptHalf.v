(* The prompt half of Algorithm 1, as a relation: which S_p it may return, ties broken in any way.

   Each prompt token proposes its k nearest visual tokens (the fold); the K_p nearest of the
   distinct candidates are kept, all of them if there are no more. A candidate is as near as the
   nearest prompt token that proposes it. Tokens are points of a space in which different points
   may have distance 0, so two tokens at one place are two points.

   theorem-2.nn-cover: with k = 1 and K_p >= L, Algorithm 1 has d_H(S_p, P) = h(P -> V) <= eta, the
   minimum over all S within V. [nn_cover] is this statement for finite sets in any metric space;
   [prompt_half_exists] says that the algorithm returns something. *)

From Coq Require Export Classical.
From MobTheory Require Export NearestNeighbours.

Section Algorithm.
Context {X : space}.
Implicit Types (p v : X) (V P Q S : list X) (k K_p : nat).

(* S consists of n members of A of least cost, of all of them if there are no more. *)
Definition cheapest (n : nat) (cost : X -> R) (A S : list X) : Prop :=
  NoDup S /\ incl S A /\ (length S <= n)%nat /\
  forall v, In v A -> ~ In v S -> length S = n /\ forall s, In s S -> cost s <= cost v.

(* Which prompt token proposes what. *)
Definition proposals : Type := list (X * list X).
Implicit Types (prop : proposals).

Definition proposers prop v : list X :=
  map fst (filter (fun pQ => if decide (In v (snd pQ)) then true else false) prop).

Definition candidates prop : list X := concat (map snd prop).

Definition prompt_half V P k K_p S : Prop :=
  exists prop,
    map fst prop = P /\
    (forall p Q, In (p, Q) prop -> cheapest k (dist p) V Q) /\
    cheapest K_p (fun v => to v (proposers prop v)) (candidates prop) S.

Lemma candidate_iff prop v : In v (candidates prop) <-> exists p Q, In (p, Q) prop /\ In v Q.
Proof.
  unfold candidates. rewrite in_concat. split.
  - intros [Q [HQ Hv]]. apply in_map_iff in HQ as [[p Q'] [<- H]]. exists p, Q'; auto.
  - intros [p [Q [H Hv]]]. exists Q; split; auto. apply in_map_iff. now exists (p, Q).
Qed.

Lemma proposer_iff prop v p : In p (proposers prop v) <-> exists Q, In (p, Q) prop /\ In v Q.
Proof.
  unfold proposers. rewrite in_map_iff. split.
  - intros [[p' Q] [<- H]]. apply filter_In in H as [H Hd]. simpl in *.
    destruct (decide (In v Q)); [exists Q; auto|easy].
  - intros [Q [H Hv]]. exists (p, Q); split; auto. apply filter_In; split; auto. simpl.
    now destruct (decide (In v Q)).
Qed.

Lemma cheapest_exists n cost A : exists S, cheapest n cost A S.
Proof.
  induction n as [|n [S [Hnd [HI [Hl Hout]]]]].
  - exists []. refine (conj _ (conj _ (conj _ _))); [constructor|easy|simpl; lia|].
    intros v _ _. split; [reflexivity|intros ? []].
  - set (rest := filter (fun v => if decide (In v S) then false else true) A).
    assert (Hrest : forall v, In v rest <-> In v A /\ ~ In v S).
    { intros w. unfold rest. rewrite filter_In. destruct (decide (In w S)); intuition easy. }
    destruct (classic (rest = [])) as [E|E].
    + exists S. refine (conj Hnd (conj HI (conj _ _))); [lia|]. intros v Hv Hn. exfalso.
      assert (H : In v rest) by (apply Hrest; auto). now rewrite E in H.
    + destruct (least_member cost rest E) as [v [Hv Hmin]]. apply Hrest in Hv as [HvA HvS].
      destruct (Hout v HvA HvS) as [Hfull _]. exists (v :: S).
      refine (conj _ (conj _ (conj _ _))).
      * now constructor.
      * intros w [<-|Hw]; auto.
      * simpl; lia.
      * intros w Hw Hn. split; [simpl; lia|]. intros s [<-|Hs].
        -- apply Hmin, Hrest; split; auto. intros Hws; apply Hn; now right.
        -- apply Hout; auto. intros Hws; apply Hn; now right.
Qed.

(* n members that are cheaper than all others are what is kept. *)
Lemma cheapest_forced n cost A S B : cheapest n cost A S -> NoDup B -> incl B A -> length B = n ->
  (forall b a, In b B -> In a A -> ~ In a B -> cost b < cost a) -> incl S B /\ incl B S.
Proof.
  intros [Hnd [HI [Hl Hout]]] HndB HB HlB Hcheap.
  assert (HBS : incl B S).
  { intros b Hb. apply NNPP. intros Hn. destruct (Hout b (HB b Hb) Hn) as [Hfull Hmin].
    apply Hn, (NoDup_length_incl (l' := B) Hnd); auto; [lia|].
    intros s Hs. apply NNPP. intros Hns. specialize (Hmin s Hs).
    specialize (Hcheap b s Hb (HI s Hs) Hns). lra. }
  split; auto. apply (NoDup_length_incl (l' := S) HndB); auto. lia.
Qed.

Lemma proposer_is_prompt prop v : incl (proposers prop v) (map fst prop).
Proof.
  intros p Hp. apply proposer_iff in Hp as [Q [H _]]. apply in_map_iff. now exists (p, Q).
Qed.

Theorem prompt_half_exists V P k K_p : exists S, prompt_half V P k K_p S.
Proof.
  assert (H : exists prop, map fst prop = P /\
            forall p Q, In (p, Q) prop -> cheapest k (dist p) V Q).
  { induction P as [|p P [prop [E H]]]; [exists []; split; [reflexivity|easy]|].
    destruct (cheapest_exists k (dist p) V) as [Q HQ]. exists ((p, Q) :: prop). simpl.
    rewrite E. split; auto. intros p' Q' [[= <- <-]|H']; auto. }
  destruct H as [prop [E H]].
  destruct (cheapest_exists K_p (fun v => to v (proposers prop v)) (candidates prop)) as [S HS].
  now exists S, prop.
Qed.

(* As many places as candidates: nothing is truncated. *)
Lemma nothing_truncated V P k K_p prop S : map fst prop = P ->
  (forall p Q, In (p, Q) prop -> cheapest k (dist p) V Q) -> (k * length P <= K_p)%nat ->
  cheapest K_p (fun v => to v (proposers prop v)) (candidates prop) S -> incl (candidates prop) S.
Proof.
  intros EP Hprop HK [Hnd [HI [Hl Hout]]].
  assert (Hcand : (length (candidates prop) <= k * length P)%nat).
  { rewrite <- EP. unfold candidates. clear - Hprop.
    induction prop as [|[p Q] prop IH]; simpl; [lia|]. rewrite app_length.
    destruct (Hprop p Q) as [_ [_ [HQ _]]]; [now left|].
    enough (length (concat (map snd prop)) <= k * length (map fst prop))%nat by lia.
    apply IH. intros; apply Hprop; now right. }
  intros v Hv. apply NNPP. intros Hn. destruct (Hout v Hv Hn) as [Hfull _].
  apply Hn, (NoDup_length_incl (l' := candidates prop) Hnd); auto. lia.
Qed.

(* With k = 1 a token proposes one nearest neighbour. *)
Lemma one_proposal V p Q : V <> [] -> cheapest 1 (dist p) V Q -> exists v, Q = [v] /\ nearest V p v.
Proof.
  intros HV [_ [HI [Hl Hout]]].
  destruct Q as [|v [|w Q]]; [|exists v; split; auto|simpl in Hl; lia].
  - destruct V as [|v V]; [easy|]. destruct (Hout v) as [H _]; simpl in *; auto; lia.
  - split; [apply HI; now left|]. apply Rle_antisym; [|apply to_le, HI; now left].
    apply to_ge; auto. intros w Hw. destruct (classic (In w [v])) as [[<-|[]]|Hn]; [lra|].
    apply (proj2 (Hout w Hw Hn) v). now left.
Qed.

Theorem nn_cover V P K_p S eta : V <> [] -> P <> [] -> (length P <= K_p)%nat ->
  prompt_half V P 1 K_p S -> d_H V P <= eta ->
  d_H S P = h P V /\ d_H S P <= eta /\
  S <> [] /\ incl S V /\ forall S', S' <> [] -> incl S' V -> d_H S P <= d_H S' P.
Proof.
  intros HV HP HK [prop [EP [Hone HS]]] Heta.
  assert (Hall : incl (candidates prop) S) by (apply (nothing_truncated V P 1 K_p); auto; lia).
  destruct HS as [_ [HI _]].
  assert (Hprop : forall p Q, In (p, Q) prop -> exists v, Q = [v] /\ nearest V p v)
    by (intros; apply one_proposal; eauto).
  assert (Hof : forall p, In p P -> exists v, In v S /\ nearest V p v).
  { intros p Hp. rewrite <- EP in Hp. apply in_map_iff in Hp as [[q Q] [E H]]. simpl in E; subst q.
    destruct (Hprop p Q H) as [v [-> Hv]]. exists v; split; auto.
    apply Hall, candidate_iff. exists p, [v]; simpl; auto. }
  assert (Hhave : forall v, In v S -> exists p, In p P /\ nearest V p v).
  { intros v Hv. apply HI, candidate_iff in Hv as [p [Q [H HQ]]].
    destruct (Hprop p Q H) as [w [-> Hw]]. destruct HQ as [<-|[]]. exists p; split; auto.
    rewrite <- EP. apply in_map_iff. now exists (p, [w]). }
  assert (HSV : incl S V) by (intros v Hv; destruct (Hhave v Hv) as [p [_ [H _]]]; auto).
  assert (HS : S <> []).
  { destruct P as [|p P]; [easy|]. destruct (Hof p) as [v [Hv _]]; [now left|]. now destruct S. }
  assert (E : d_H S P = h P V) by now apply nearest_alignment.
  repeat split; auto.
  - rewrite E. pose proof (h_le_d_H' V P). lra.
  - intros S' HS' HI'. rewrite E. now apply alignment_floor.
Qed.

End Algorithm.

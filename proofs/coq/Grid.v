(* Grids in R^d: a bounded set has finite covers of every positive radius, of a size that is counted
   ([bounded_cover]), and there are as many points as in a grid with a given gap between any two
   ([separated_grid]). *)

From MobTheory Require Export Euclidean.

Lemma natural_above x : 0 <= x -> exists n, x < INR n <= x + 1.
Proof.
  intros Hx. destruct (archimed x) as [H1 H2]. exists (Z.to_nat (up x)).
  assert (E : INR (Z.to_nat (up x)) = IZR (up x)).
  { rewrite INR_IZR_INZ, Z2Nat.id; auto. apply le_IZR. lra. }
  rewrite E. lra.
Qed.

Lemma line_grid lo g n : 0 < g -> exists G : list R, length G = Datatypes.S n /\
  forall x, lo <= x <= lo + INR n * g -> exists y, In y G /\ Rabs (x - y) <= g.
Proof.
  intros Hg; induction n as [|n [G [HlG HG]]].
  - exists [lo]; split; auto. intros x Hx. exists lo. split; [now left|]. simpl in Hx.
    apply Rabs_le. lra.
  - exists ((lo + INR n * g) :: G). split; [simpl; congruence|]. intros x Hx. rewrite S_INR in Hx.
    destruct (Rle_or_lt x (lo + INR n * g)) as [Hle|Hlt].
    + destruct (HG x) as [y [Hy Hd]]; [lra|]. exists y; split; auto. now right.
    + exists (lo + INR n * g). split; [now left|]. apply Rabs_le. lra.
Qed.

Lemma cube_grid d M g n : 0 < g -> 2 * M <= INR n * g ->
  exists C : list (nat -> R), length C = (Datatypes.S n ^ d)%nat /\
  forall x, (forall i, (i < d)%nat -> Rabs (x i) <= M) ->
    exists c, In c C /\ forall i, (i < d)%nat -> Rabs (x i - c i) <= g.
Proof.
  intros Hg HM. destruct (line_grid (- M) g n Hg) as [G [HlG HG]].
  induction d as [|d [C [HlC HC]]].
  - exists [fun _ => 0]. split; [reflexivity|]. intros x _. exists (fun _ => 0). simpl.
    split; [auto|lia].
  - exists (flat_map (fun c => map (fun y i => if Nat.eq_dec i d then y else c i) G) C). split.
    + rewrite Nat.pow_succ_r', <- HlC, <- HlG. clear.
      induction C as [|c C IH]; simpl; [lia|]. rewrite app_length, IH, map_length. lia.
    + intros x Hx. destruct (HC x) as [c [Hc Hd]]; [intros; apply Hx; lia|].
      destruct (HG (x d)) as [y [Hy Hyd]].
      { specialize (Hx d (Nat.lt_succ_diag_r d)). apply Rabs_between in Hx. lra. }
      exists (fun i => if Nat.eq_dec i d then y else c i). split.
      * apply in_flat_map. exists c; split; auto. apply in_map_iff. exists y; auto.
      * intros i Hi. destruct (Nat.eq_dec i d) as [->|]; auto. apply Hd. lia.
Qed.

Lemma bounded_cover d (A : euclidean d -> Prop) o M r n :
  (forall x, A x -> euclid d x o <= M) -> 0 < r -> 2 * M * (INR d + 1) <= INR n * r ->
  exists C, length C = (Datatypes.S n ^ d)%nat /\ ball_cover r C A.
Proof.
  intros HM Hr Hn. pose proof (pos_INR d). set (g := r / (INR d + 1)).
  assert (Hg : 0 < g) by (apply Rdiv_lt_0_compat; lra).
  assert (Hgr : g * (INR d + 1) = r) by (unfold g; field; lra).
  destruct (cube_grid d M g n Hg) as [C [HlC HC]].
  { apply Rmult_le_reg_r with (INR d + 1); [lra|].
    replace (INR n * g * (INR d + 1)) with (INR n * r) by (rewrite <- Hgr; ring). exact Hn. }
  exists (map (fun c i => c i + o i) C). split; [now rewrite map_length|]. intros x Hx.
  destruct (HC (fun i => x i - o i)) as [c [Hc Hd]].
  { intros i Hi. eapply Rle_trans; [now apply (coordinate_le d)|]. now apply HM. }
  exists (fun i => c i + o i). split; [apply in_map_iff; now exists c|].
  apply Rle_trans with (INR d * g); [|lra].
  apply euclid_le_coordinates; [lra|]. intros i Hi. specialize (Hd i Hi). simpl in Hd.
  now replace (x i - (c i + o i)) with (x i - o i - c i) by ring.
Qed.

Definition bounded {X : space} (A : X -> Prop) : Prop :=
  exists (o : X) (M : R), forall x, A x -> dist x o <= M.

Lemma bounded_coverable d (A : euclidean d -> Prop) r : bounded A -> 0 < r ->
  exists C, ball_cover r C A.
Proof.
  intros [o [M HM]] Hr. pose proof (pos_INR d).
  destruct (natural_above (Rabs (2 * M * (INR d + 1) / r)) (Rabs_pos _)) as [n [Hn _]].
  destruct (bounded_cover d A o M r n HM Hr) as [C [_ HC]]; [|now exists C].
  pose proof (Rle_abs (2 * M * (INR d + 1) / r)).
  apply Rmult_le_reg_r with (/ r); [now apply Rinv_0_lt_compat|].
  rewrite (Rmult_assoc (INR n)), Rinv_r, Rmult_1_r by lra. unfold Rdiv in *. lra.
Qed.

(* --- separated points --- *)

Lemma pairs_app {A : Type} (Q : A -> A -> Prop) L L' : ForallOrdPairs Q L -> ForallOrdPairs Q L' ->
  (forall x y, In x L -> In y L' -> Q x y) -> ForallOrdPairs Q (L ++ L').
Proof.
  induction 1 as [|x L Hx HL IH]; intros HL' Hc; simpl; auto. constructor.
  - apply Forall_app; split; auto. apply Forall_forall. intros y Hy. apply Hc; simpl; auto.
  - apply IH; auto. intros; apply Hc; simpl; auto.
Qed.

Lemma pairs_flat_map {A B : Type} (P : A -> A -> Prop) (Q : B -> B -> Prop) (f : A -> list B) L :
  ForallOrdPairs P L -> (forall c, In c L -> ForallOrdPairs Q (f c)) ->
  (forall c c' x y, P c c' -> In x (f c) -> In y (f c') -> Q x y) ->
  ForallOrdPairs Q (flat_map f L).
Proof.
  induction 1 as [|c L Hc HL IH]; intros Hin Hcross; simpl; [constructor|].
  apply pairs_app; [apply Hin; now left|apply IH; auto; intros; apply Hin; now right|].
  intros x y Hx Hy. apply in_flat_map in Hy as [c' [Hc' Hy]]. rewrite Forall_forall in Hc. eauto.
Qed.

Lemma pairs_map_seq {B : Type} (Q : B -> B -> Prop) (f : nat -> B) n : forall s,
  (forall j k, (j < k)%nat -> Q (f j) (f k)) -> ForallOrdPairs Q (map f (seq s n)).
Proof.
  induction n as [|n IH]; intros s H; simpl; constructor; auto.
  apply Forall_forall. intros y Hy. apply in_map_iff in Hy as [k [<- Hk]].
  apply in_seq in Hk. apply H. lia.
Qed.

Lemma separated_grid d n w : 0 <= w -> exists L : list (nat -> R), length L = (n ^ d)%nat /\
  (forall x i, In x L -> 0 <= x i <= INR n * w) /\
  ForallOrdPairs (fun x y => exists i, (i < d)%nat /\ w <= Rabs (x i - y i)) L.
Proof.
  intros Hw. induction d as [|d [L [HlL [HL Hpairs]]]].
  - exists [fun _ => 0]. repeat split; [destruct H as [<-|[]]; lra| |].
    + destruct H as [<-|[]]. apply Rmult_le_pos; [apply pos_INR|lra].
    + constructor; constructor.
  - set (f := fun c : nat -> R => map (fun j i => if Nat.eq_dec i d then INR j * w else c i)
                                   (seq 0 n)).
    exists (flat_map f L). split; [|split].
    + simpl. rewrite <- HlL. clear. induction L as [|c L IH]; simpl; [lia|].
      rewrite app_length, IH. unfold f at 1. rewrite map_length, seq_length. lia.
    + intros x i Hx. apply in_flat_map in Hx as [c [Hc Hx]]. apply in_map_iff in Hx as [j [<- Hj]].
      apply in_seq in Hj. destruct (Nat.eq_dec i d); [|auto].
      pose proof (pos_INR j). assert (INR j <= INR n) by (apply le_INR; lia).
      split; [now apply Rmult_le_pos|now apply Rmult_le_compat_r].
    + eapply pairs_flat_map; [exact Hpairs| |].
      * intros c _. apply pairs_map_seq. intros j k Hjk. exists d. split; [lia|].
        destruct (Nat.eq_dec d d); [|easy]. apply Nat.le_succ_l, le_INR in Hjk.
        rewrite S_INR in Hjk.
        rewrite Rabs_minus_sym, Rabs_right; nra.
      * intros c c' x y [i [Hi Hd]] Hx Hy.
        apply in_map_iff in Hx as [j [<- _]]. apply in_map_iff in Hy as [k [<- _]].
        exists i. split; [lia|]. destruct (Nat.eq_dec i d); [lia|auto].
Qed.

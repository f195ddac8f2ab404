(* N(A, r): the least number of closed balls of radius r, centres anywhere in the space, that cover
   A. It is defined for every set A that finitely many balls cover; [N] is the case of a finite set.

   definition-1: with eps_p = d_H(S_p, P), eps_v = d_H(S_v, V): N(P, eps_p) <= |S_p| and
   N(V, eps_v) <= |S_v|. [definition_1] is this statement for finite sets in any metric space. *)

From Coq Require Import Classical ConstructiveEpsilon.
From MobTheory Require Export Metric Infimum.

Section Numbers.
Context {X : space}.
Implicit Types (A : X -> Prop) (C P V : list X) (r s : R) (n : nat).

Definition ball_cover r C A : Prop := forall a, A a -> exists c, In c C /\ dist a c <= r.

Definition coverable A r n : Prop := exists C, length C = n /\ ball_cover r C A.

(* 0 where no finite number of balls is enough; theorems ask that one is. *)
Definition number A r : nat :=
  match decide (exists n, coverable A r n) with
  | left some => proj1_sig (epsilon_smallest _ (fun n => decide (coverable A r n)) some)
  | right _ => 0%nat
  end.

Lemma number_spec A r C : ball_cover r C A ->
  coverable A r (number A r) /\ (number A r <= length C)%nat.
Proof.
  intros HC. unfold number. destruct (decide _) as [some|none].
  - destruct (epsilon_smallest _ _ _) as [n [Hn Hleast]]; simpl. split; auto.
    apply Hleast. now exists C.
  - exfalso. apply none. exists (length C), C; auto.
Qed.

Lemma ball_cover_wider r s C A : r <= s -> ball_cover r C A -> ball_cover s C A.
Proof. intros Hrs H a Ha. destruct (H a Ha) as [c [Hc Hd]]. exists c; split; auto; lra. Qed.

Lemma number_antitone A r s C : ball_cover r C A -> r <= s -> (number A s <= number A r)%nat.
Proof.
  intros HC Hrs. destruct (number_spec A r C HC) as [[C' [<- HC']] _].
  apply number_spec. now apply (ball_cover_wider r).
Qed.

Lemma number_positive A r C a : ball_cover r C A -> A a -> (1 <= number A r)%nat.
Proof.
  intros HC Ha. destruct (number_spec A r C HC) as [[[|c C'] [<- HC']] _]; simpl; [|lia].
  destruct (HC' a Ha) as [c [[] _]].
Qed.

(* --- finite sets --- *)

Definition N P r : nat := number (fun p => In p P) r.

Lemma covers_itself P r : 0 <= r -> covers r P P.
Proof. intros Hr p Hp. exists p; split; auto. rewrite dist_refl; lra. Qed.

Lemma N_le P r C : covers r C P -> (N P r <= length C)%nat.
Proof. intros HC. now apply number_spec. Qed.

Lemma N_attained P r : 0 <= r -> exists C, length C = N P r /\ covers r C P.
Proof. intros Hr. apply (number_spec _ r P). now apply covers_itself. Qed.

Lemma N_antitone P r s : 0 <= r -> r <= s -> (N P s <= N P r)%nat.
Proof. intros Hr. apply (number_antitone _ r s P). now apply covers_itself. Qed.

Lemma N_positive P r : 0 <= r -> P <> [] -> (1 <= N P r)%nat.
Proof.
  intros Hr HP. destruct P as [|p P]; [easy|].
  apply (number_positive _ r (p :: P) p); [now apply covers_itself|now left].
Qed.

Lemma N_le_d_H P S : P <> [] -> S <> [] -> (N P (d_H S P) <= length S)%nat.
Proof. intros HP HS. apply N_le, d_H_le; auto with metric; lra. Qed.

Theorem definition_1 P V S_p S_v : P <> [] -> V <> [] -> S_p <> [] -> S_v <> [] ->
  (N P (d_H S_p P) <= length S_p)%nat /\ (N V (d_H S_v V) <= length S_v)%nat.
Proof. intros; split; now apply N_le_d_H. Qed.

(* In a least cover every ball meets the set, so the centres are as near to it as it to them. *)
Lemma least_cover_meets P r C : length C = N P r -> covers r C P -> covers r P C.
Proof.
  intros Hl HC c Hc. apply NNPP. intros Hn. destruct (in_split _ _ Hc) as [C1 [C2 ->]].
  assert (H : covers r (C1 ++ C2) P).
  { intros p Hp. destruct (HC p Hp) as [c' [Hc' Hd]].
    apply in_app_or in Hc' as [Hc'|[<-|Hc']]; [| |];
      try (exists c'; split; auto; apply in_or_app; auto).
    exfalso. apply Hn. exists p. rewrite dist_sym. auto. }
  apply N_le in H. rewrite app_length in *; simpl in *; lia.
Qed.

End Numbers.

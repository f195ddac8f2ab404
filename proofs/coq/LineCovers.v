(* Covering numbers of a few tokens on the real line. *)

From MobTheory Require Export Line CoveringNumbers.

(* One ball holds no two tokens farther apart than its diameter. *)
Lemma N_at_least_2 (A : list line) (x y : line) r :
  In x A -> In y A -> 0 <= r -> x + 2 * r < y -> (2 <= N A r)%nat.
Proof.
  intros Hx Hy Hr Hxy. destruct (N_attained A r Hr) as [C [<- HC]].
  destruct (HC x Hx) as [c [Hc Hd]]. destruct (HC y Hy) as [c' [Hc' Hd']].
  destruct C as [|z [|z' C]]; simpl in *; [easy| |lia].
  destruct Hc as [<-|[]]. destruct Hc' as [<-|[]]. exfalso. revert Hd Hd'. line_dist; lra.
Qed.

Lemma N_at_least_1 (A : list line) r : 0 <= r -> A <> [] -> (1 <= N A r)%nat.
Proof. apply N_positive. Qed.

Lemma N_pair (x y : line) r : 0 <= r -> x + 2 * r < y -> N [x; y] r = 2%nat.
Proof.
  intros Hr Hxy. apply Nat.le_antisymm.
  - apply (N_le _ _ [x; y]). now apply covers_itself.
  - apply (N_at_least_2 _ x y); simpl; auto.
Qed.

Lemma N_pair_close (x y : line) r : x <= y <= x + 2 * r -> (N [x; y] r <= 1)%nat.
Proof.
  intros Hxy. apply (N_le _ _ [(x + y) / 2 : line]). intros z Hz.
  exists ((x + y) / 2 : line). split; [now left|]. cases Hz; line_dist; lra.
Qed.

(* N(A, r) >= a r^-1 where it is at least n and a <= n r. *)
Lemma regular_at (n k : nat) (a r : R) : (n <= k)%nat -> 0 < r -> a <= INR n * r ->
  a * Rpower r (- (1)) <= INR k.
Proof.
  intros Hn Hr Ha. rewrite Rpower_Ropp, Rpower_1 by auto. apply le_INR in Hn.
  apply Rmult_le_reg_r with r; auto. rewrite Rmult_assoc, Rinv_l by lra. nra.
Qed.

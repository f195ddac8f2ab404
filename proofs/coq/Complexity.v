(* theorem-2.complexity: Algorithm 1 takes O(N (L + K) d) operations whenever log k and log K_p are
   O(d): counted step by step, at most 5 N (L + K) d.

   [complexity] is the registered inequality, with the registered count of each printed step and the
   registered hypotheses log2(k + 1) <= d, log2(K_p + 1) <= d, k <= N. That a step costs what is
   counted here is the meaning of the printed algorithm, not a theorem. *)

From Coq Require Export Reals Lra.
Open Scope R_scope.

Definition log2 (x : R) : R := ln x / ln 2.

Definition operations (N L K K_p k d : R) : R :=
  (N + L) * d                     (* normalise *)
  + N * L * d                     (* similarities *)
  + N * L * log2 (k + 1)          (* the k nearest of each prompt token *)
  + L * k * log2 (K_p + 1)        (* merge and truncate *)
  + N * K_p * d                   (* distances to the prompt half *)
  + N * (K - K_p) * d.            (* one update for each farthest point *)

Theorem complexity (N L K K_p k d : R) :
  1 <= N -> 1 <= L -> 1 <= K -> 0 <= K_p <= K -> 1 <= k <= N -> 1 <= d ->
  log2 (k + 1) <= d -> log2 (K_p + 1) <= d ->
  operations N L K K_p k d <= 5 * N * (L + K) * d.
Proof.
  intros HN HL HK HKp Hk Hd Hlogk HlogKp. unfold operations.
  assert (HNL : 0 <= N * L) by (apply Rmult_le_pos; lra).
  assert (H1 : (N + L) * d <= N * (L + K) * d).
  { apply Rmult_le_compat_r; [lra|]. assert (L <= N * L) by nra. assert (N <= N * K) by nra. lra. }
  assert (H2 : N * L * log2 (k + 1) <= N * L * d) by now apply Rmult_le_compat_l.
  assert (H3 : L * k * log2 (K_p + 1) <= N * L * d).
  { apply Rle_trans with (L * k * d).
    - apply Rmult_le_compat_l; auto. apply Rmult_le_pos; lra.
    - apply Rmult_le_compat_r; [lra|]. rewrite (Rmult_comm N L). apply Rmult_le_compat_l; lra. }
  assert (HNd : 0 <= N * K * d) by (repeat apply Rmult_le_pos; lra).
  assert (HNLd : 0 <= N * L * d) by (apply Rmult_le_pos; lra).
  lra.
Qed.

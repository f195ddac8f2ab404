"""The claims: each printed statement of the paper, each repair, with its verdict and its check."""

from mobtheory.claims.claim import Claim as Claim
from mobtheory.claims.claim import Counterexample as Counterexample
from mobtheory.claims.claim import Evidence as Evidence
from mobtheory.claims.claim import Hypothesis as Hypothesis
from mobtheory.claims.claim import Statement as Statement
from mobtheory.claims.margin import Margin as Margin
from mobtheory.claims.proving import ProofResult as ProofResult
from mobtheory.claims.proving import iterate_proofs as iterate_proofs
from mobtheory.claims.proving import prove as prove
from mobtheory.claims.registry import claim as claim
from mobtheory.claims.registry import list_claims as list_claims
from mobtheory.claims.registry import register_claim as register_claim
from mobtheory.claims.registry import select_claims as select_claims
from mobtheory.claims.verdict import Verdict as Verdict

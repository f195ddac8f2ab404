"""Run the proofs of a claim: its Python files and its Coq theorems."""

from mobtheory.claims.proving.coq_source import CoqSource as CoqSource
from mobtheory.claims.proving.coq_source import CoqTheorem as CoqTheorem
from mobtheory.claims.proving.engines import Engine as Engine
from mobtheory.claims.proving.engines import find_engines as find_engines
from mobtheory.claims.proving.python_files import load_proof as load_proof
from mobtheory.claims.proving.python_files import proof_folder as proof_folder
from mobtheory.claims.proving.python_files import run_file as run_file
from mobtheory.claims.proving.result import ProofResult as ProofResult
from mobtheory.claims.proving.running import TIME_LIMIT as TIME_LIMIT
from mobtheory.claims.proving.running import default_jobs as default_jobs
from mobtheory.claims.proving.running import iterate_proofs as iterate_proofs
from mobtheory.claims.proving.running import prove as prove

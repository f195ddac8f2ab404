"""The experiments: the audit of every claim on grids, clouds and real tokens."""

from mobtheory.experiments.adversary import AdversaryReport as AdversaryReport
from mobtheory.experiments.adversary import run_adversary as run_adversary
from mobtheory.experiments.adversary import seek as seek
from mobtheory.experiments.audit import PROFILES as PROFILES
from mobtheory.experiments.audit import AuditReport as AuditReport
from mobtheory.experiments.audit import Profile as Profile
from mobtheory.experiments.audit import audit as audit
from mobtheory.experiments.finding import Finding as Finding
from mobtheory.experiments.finding import judge as judge
from mobtheory.experiments.reading import claim_reading as claim_reading
from mobtheory.experiments.real_tokens import PublishedBounds as PublishedBounds
from mobtheory.experiments.real_tokens import TokenSample as TokenSample
from mobtheory.experiments.real_tokens import published_bounds as published_bounds
from mobtheory.experiments.real_tokens import summarise as summarise
from mobtheory.experiments.solving import SolvedTokens as SolvedTokens
from mobtheory.experiments.solving import solve_tokens as solve_tokens
from mobtheory.experiments.tally import Tally as Tally
from mobtheory.experiments.token_file import TokenArray as TokenArray
from mobtheory.experiments.token_file import TokenFile as TokenFile
from mobtheory.experiments.token_file import read_tokens as read_tokens
from mobtheory.experiments.witnesses import Witness as Witness
from mobtheory.experiments.witnesses import stored_witnesses as stored_witnesses
from mobtheory.experiments.witnesses import witness_summary as witness_summary

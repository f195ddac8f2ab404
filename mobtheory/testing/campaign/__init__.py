"""Campaigns: rounds of checks in a process of their own, with a state that survives a kill."""

from mobtheory.testing.campaign.campaign import Campaign as Campaign
from mobtheory.testing.campaign.campaign import fuzz as fuzz
from mobtheory.testing.campaign.report import FuzzReport as FuzzReport

"""The bank linter: rules for items, banks and forms, each with its reason and its source."""

from intimacy_scales.checking.check import check_bank
from intimacy_scales.checking.findings import BankReport, Finding
from intimacy_scales.checking.rules import RULES, Rule

__all__ = ["RULES", "BankReport", "Finding", "Rule", "check_bank"]

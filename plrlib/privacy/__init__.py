"""Consent and anonymity: what may leave the study, and the one door it leaves by."""

from plrlib.privacy.consent import quoted_of, text_of, withheld
from plrlib.privacy.groups import merges, small_groups
from plrlib.privacy.sweep import identifiers

__all__ = ["identifiers", "merges", "quoted_of", "small_groups", "text_of", "withheld"]

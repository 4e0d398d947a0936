"""Consent and anonymity: what may leave the study, and the one door it leaves by."""

from plrlib.privacy.consent import quoted_of, text_of, withheld

__all__ = ["quoted_of", "text_of", "withheld"]

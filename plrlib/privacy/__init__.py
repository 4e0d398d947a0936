"""Consent and anonymity: what may leave the study, and the one door it leaves by."""

from plrlib.privacy.consent import text_of

__all__ = ["text_of"]

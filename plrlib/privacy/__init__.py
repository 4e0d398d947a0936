"""Consent and anonymity: what may leave the study, and the one door it leaves by."""

"""Statistics: tidy frame in, tidy frame out; nothing here knows a file, a figure or a notebook."""

from plrlib.stats.attribution import attribution
from plrlib.stats.layout import design
from plrlib.stats.ledger import envelopes, moved, sorted_twice
from plrlib.stats.presence import presence
from plrlib.stats.talk import talk

__all__ = ["attribution", "design", "envelopes", "moved", "presence", "sorted_twice", "talk"]

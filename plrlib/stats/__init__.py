"""Statistics: tidy frame in, tidy frame out; nothing here knows a file, a figure or a notebook."""

from plrlib.stats.agreement import agreement
from plrlib.stats.attribution import attribution
from plrlib.stats.change import change
from plrlib.stats.compare import compare
from plrlib.stats.families import families
from plrlib.stats.joint_display import joint_display
from plrlib.stats.keyness import keyness
from plrlib.stats.layout import design
from plrlib.stats.ledger import envelopes, moved, sorted_twice
from plrlib.stats.plan import Coder, Plan, Room, alone
from plrlib.stats.power import power, smallest_difference
from plrlib.stats.presence import presence
from plrlib.stats.saturation import saturation
from plrlib.stats.sides import sides
from plrlib.stats.simulate import Simulated, simulate
from plrlib.stats.talk import talk
from plrlib.stats.written import files_of

__all__ = [
    "Coder",
    "Plan",
    "Room",
    "Simulated",
    "agreement",
    "alone",
    "attribution",
    "change",
    "compare",
    "design",
    "envelopes",
    "families",
    "files_of",
    "joint_display",
    "keyness",
    "moved",
    "power",
    "presence",
    "saturation",
    "sides",
    "simulate",
    "smallest_difference",
    "sorted_twice",
    "talk",
]

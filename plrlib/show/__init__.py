"""Figures, displays and sentences: the only rooms that know seaborn."""

from plrlib.show.checking import (
    about,
    blanks,
    consent,
    disagreements,
    inputs,
    notes,
    totals,
    totals_say,
    whose,
    whose_say,
)
from plrlib.show.hearing import design_table, events, groupings, heard_say, seats_picture, separable_say
from plrlib.show.limits import limits_of_data, limits_of_people, limits_of_sorting, stamp
from plrlib.show.picture import Picture
from plrlib.show.say import Say, say
from plrlib.show.sorting import ledger_table, moved_picture, moved_say, moved_table, pairs, sorters, sorters_say
from plrlib.show.table import Table
from plrlib.show.talking import talk_say

__all__ = [
    "Picture",
    "Say",
    "Table",
    "about",
    "blanks",
    "consent",
    "design_table",
    "disagreements",
    "events",
    "groupings",
    "heard_say",
    "inputs",
    "ledger_table",
    "limits_of_data",
    "limits_of_people",
    "limits_of_sorting",
    "moved_picture",
    "moved_say",
    "moved_table",
    "notes",
    "pairs",
    "say",
    "seats_picture",
    "separable_say",
    "sorters",
    "sorters_say",
    "stamp",
    "talk_say",
    "totals",
    "totals_say",
    "whose",
    "whose_say",
]

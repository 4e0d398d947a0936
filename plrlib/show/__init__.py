"""Figures, displays and sentences: the only rooms that know seaborn."""

from plrlib.show.agreeing import agreed_table, agreement_picture, agreement_say, agreement_table
from plrlib.show.changing import change_picture, change_say, change_table, twice_say
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
from plrlib.show.claimed import joint_picture, statements_say, statements_table
from plrlib.show.claiming import joint_say, joint_table, rules_table
from plrlib.show.comparing import compare_say, compare_table, compared_say, others_table, stance_say, why_table
from plrlib.show.enough import saturation_picture, saturation_say, saturation_table
from plrlib.show.evidence import evidence_picture, evidence_say, evidence_table, hearings_picture, hearings_say
from plrlib.show.following import followed_picture, followed_say
from plrlib.show.forest import forest_picture
from plrlib.show.hearing import design_table, events, groupings, heard_say, seats_picture, separable_say
from plrlib.show.keying import (
    keyness_picture,
    keyness_say,
    keyness_table,
    limits_of_words,
    voice_pairs,
    voicings,
    words_say,
)
from plrlib.show.kin import claims_of_words_say, families_picture, families_say, families_table, places_table
from plrlib.show.left import left_over_say, left_over_table
from plrlib.show.limits import (
    limits_of_change,
    limits_of_claims,
    limits_of_comparing,
    limits_of_data,
    limits_of_people,
    limits_of_sorting,
    stamp,
)
from plrlib.show.picture import Picture
from plrlib.show.powering import power_picture, power_say
from plrlib.show.raising import people_picture, ranges_picture
from plrlib.show.safe import safe_to_show
from plrlib.show.say import Say, say
from plrlib.show.sidemaps import reading_people_picture, reading_picture
from plrlib.show.siding import (
    codes_of_sides_say,
    codes_of_sides_table,
    limits_of_reading,
    reading_column,
    reading_others_table,
    reading_say,
    reading_table,
)
from plrlib.show.silent import silent_say
from plrlib.show.sorting import ledger_table, moved_picture, moved_say, moved_table, pairs, sorters, sorters_say
from plrlib.show.table import Table
from plrlib.show.talking import talk_say

__all__ = [
    "Picture",
    "Say",
    "Table",
    "about",
    "agreed_table",
    "agreement_picture",
    "agreement_say",
    "agreement_table",
    "blanks",
    "change_picture",
    "change_say",
    "change_table",
    "claims_of_words_say",
    "codes_of_sides_say",
    "codes_of_sides_table",
    "compare_say",
    "compare_table",
    "compared_say",
    "consent",
    "design_table",
    "disagreements",
    "events",
    "evidence_picture",
    "evidence_say",
    "evidence_table",
    "families_picture",
    "families_say",
    "families_table",
    "followed_picture",
    "followed_say",
    "forest_picture",
    "groupings",
    "heard_say",
    "hearings_picture",
    "hearings_say",
    "inputs",
    "joint_picture",
    "joint_say",
    "joint_table",
    "keyness_picture",
    "keyness_say",
    "keyness_table",
    "ledger_table",
    "left_over_say",
    "left_over_table",
    "limits_of_change",
    "limits_of_claims",
    "limits_of_comparing",
    "limits_of_data",
    "limits_of_people",
    "limits_of_reading",
    "limits_of_sorting",
    "limits_of_words",
    "moved_picture",
    "moved_say",
    "moved_table",
    "notes",
    "others_table",
    "pairs",
    "people_picture",
    "places_table",
    "power_picture",
    "power_say",
    "ranges_picture",
    "reading_column",
    "reading_others_table",
    "reading_people_picture",
    "reading_picture",
    "reading_say",
    "reading_table",
    "rules_table",
    "safe_to_show",
    "saturation_picture",
    "saturation_say",
    "saturation_table",
    "say",
    "seats_picture",
    "separable_say",
    "silent_say",
    "sorters",
    "sorters_say",
    "stamp",
    "stance_say",
    "statements_say",
    "statements_table",
    "talk_say",
    "totals",
    "totals_say",
    "twice_say",
    "voice_pairs",
    "voicings",
    "whose",
    "whose_say",
    "why_table",
    "words_say",
]

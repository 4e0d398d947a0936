"""Sentences, tables and figures of a study: a file a question, and the only rooms that know matplotlib and seaborn.

Each is imported when it is first asked for: sentences and tables need no figure.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plrlib.show.agreement import agreed_table as agreed_table
    from plrlib.show.agreement import agreement_picture as agreement_picture
    from plrlib.show.agreement import agreement_say as agreement_say
    from plrlib.show.agreement import agreement_table as agreement_table
    from plrlib.show.change import change_picture as change_picture
    from plrlib.show.change import change_say as change_say
    from plrlib.show.change import change_table as change_table
    from plrlib.show.change import twice_say as twice_say
    from plrlib.show.claims import joint_picture as joint_picture
    from plrlib.show.claims import joint_say as joint_say
    from plrlib.show.claims import joint_table as joint_table
    from plrlib.show.claims import rules_table as rules_table
    from plrlib.show.claims import statements_say as statements_say
    from plrlib.show.claims import statements_table as statements_table
    from plrlib.show.compare import compare_say as compare_say
    from plrlib.show.compare import compare_table as compare_table
    from plrlib.show.compare import compared_say as compared_say
    from plrlib.show.compare import others_table as others_table
    from plrlib.show.compare import stance_say as stance_say
    from plrlib.show.compare import why_table as why_table
    from plrlib.show.compare_charts import forest_picture as forest_picture
    from plrlib.show.compare_charts import people_picture as people_picture
    from plrlib.show.compare_charts import ranges_picture as ranges_picture
    from plrlib.show.data import about as about
    from plrlib.show.data import blanks as blanks
    from plrlib.show.data import consent as consent
    from plrlib.show.data import disagreements as disagreements
    from plrlib.show.data import inputs as inputs
    from plrlib.show.data import notes as notes
    from plrlib.show.data import safe_to_show as safe_to_show
    from plrlib.show.data import totals as totals
    from plrlib.show.data import totals_say as totals_say
    from plrlib.show.data import whose as whose
    from plrlib.show.data import whose_say as whose_say
    from plrlib.show.display import Say as Say
    from plrlib.show.display import Table as Table
    from plrlib.show.display import say as say
    from plrlib.show.evidence import evidence_picture as evidence_picture
    from plrlib.show.evidence import evidence_say as evidence_say
    from plrlib.show.evidence import evidence_table as evidence_table
    from plrlib.show.evidence import hearings_picture as hearings_picture
    from plrlib.show.evidence import hearings_say as hearings_say
    from plrlib.show.figure import Picture as Picture
    from plrlib.show.limits import limits_of_change as limits_of_change
    from plrlib.show.limits import limits_of_claims as limits_of_claims
    from plrlib.show.limits import limits_of_comparing as limits_of_comparing
    from plrlib.show.limits import limits_of_data as limits_of_data
    from plrlib.show.limits import limits_of_people as limits_of_people
    from plrlib.show.limits import limits_of_sorting as limits_of_sorting
    from plrlib.show.limits import stamp as stamp
    from plrlib.show.people import design_table as design_table
    from plrlib.show.people import events as events
    from plrlib.show.people import groupings as groupings
    from plrlib.show.people import heard_say as heard_say
    from plrlib.show.people import seats_picture as seats_picture
    from plrlib.show.people import separable_say as separable_say
    from plrlib.show.people import talk_say as talk_say
    from plrlib.show.power import power_picture as power_picture
    from plrlib.show.power import power_say as power_say
    from plrlib.show.saturation import saturation_picture as saturation_picture
    from plrlib.show.saturation import saturation_say as saturation_say
    from plrlib.show.saturation import saturation_table as saturation_table
    from plrlib.show.sides import codes_of_sides_say as codes_of_sides_say
    from plrlib.show.sides import codes_of_sides_table as codes_of_sides_table
    from plrlib.show.sides import limits_of_reading as limits_of_reading
    from plrlib.show.sides import reading_column as reading_column
    from plrlib.show.sides import reading_others_table as reading_others_table
    from plrlib.show.sides import reading_people_picture as reading_people_picture
    from plrlib.show.sides import reading_picture as reading_picture
    from plrlib.show.sides import reading_say as reading_say
    from plrlib.show.sides import reading_table as reading_table
    from plrlib.show.sides import silent_say as silent_say
    from plrlib.show.sorting import followed_picture as followed_picture
    from plrlib.show.sorting import followed_say as followed_say
    from plrlib.show.sorting import ledger_table as ledger_table
    from plrlib.show.sorting import left_over_say as left_over_say
    from plrlib.show.sorting import left_over_table as left_over_table
    from plrlib.show.sorting import moved_picture as moved_picture
    from plrlib.show.sorting import moved_say as moved_say
    from plrlib.show.sorting import moved_table as moved_table
    from plrlib.show.sorting import sorters_say as sorters_say
    from plrlib.show.words import claims_of_words_say as claims_of_words_say
    from plrlib.show.words import families_picture as families_picture
    from plrlib.show.words import families_say as families_say
    from plrlib.show.words import families_table as families_table
    from plrlib.show.words import keyness_picture as keyness_picture
    from plrlib.show.words import keyness_say as keyness_say
    from plrlib.show.words import keyness_table as keyness_table
    from plrlib.show.words import limits_of_words as limits_of_words
    from plrlib.show.words import places_table as places_table
    from plrlib.show.words import voice_pairs as voice_pairs
    from plrlib.show.words import voicings as voicings
    from plrlib.show.words import words_say as words_say
    from plrlib.stats.themes import pairs as pairs
    from plrlib.stats.themes import sorters as sorters

_MODULES = {
    "show.agreement": ("agreed_table", "agreement_picture", "agreement_say", "agreement_table"),
    "show.change": ("change_picture", "change_say", "change_table", "twice_say"),
    "show.claims": ("joint_picture", "joint_say", "joint_table", "rules_table", "statements_say", "statements_table"),
    "show.compare": ("compare_say", "compare_table", "compared_say", "others_table", "stance_say", "why_table"),
    "show.compare_charts": ("forest_picture", "people_picture", "ranges_picture"),
    "show.data": (
        "about",
        "blanks",
        "consent",
        "disagreements",
        "inputs",
        "notes",
        "safe_to_show",
        "totals",
        "totals_say",
        "whose",
        "whose_say",
    ),
    "show.display": ("Say", "Table", "say"),
    "show.evidence": ("evidence_picture", "evidence_say", "evidence_table", "hearings_picture", "hearings_say"),
    "show.figure": ("Picture",),
    "show.limits": (
        "limits_of_change",
        "limits_of_claims",
        "limits_of_comparing",
        "limits_of_data",
        "limits_of_people",
        "limits_of_sorting",
        "stamp",
    ),
    "show.people": ("design_table", "events", "groupings", "heard_say", "seats_picture", "separable_say", "talk_say"),
    "show.power": ("power_picture", "power_say"),
    "show.saturation": ("saturation_picture", "saturation_say", "saturation_table"),
    "show.sides": (
        "codes_of_sides_say",
        "codes_of_sides_table",
        "limits_of_reading",
        "reading_column",
        "reading_others_table",
        "reading_people_picture",
        "reading_picture",
        "reading_say",
        "reading_table",
        "silent_say",
    ),
    "show.sorting": (
        "followed_picture",
        "followed_say",
        "ledger_table",
        "left_over_say",
        "left_over_table",
        "moved_picture",
        "moved_say",
        "moved_table",
        "sorters_say",
    ),
    "show.words": (
        "claims_of_words_say",
        "families_picture",
        "families_say",
        "families_table",
        "keyness_picture",
        "keyness_say",
        "keyness_table",
        "limits_of_words",
        "places_table",
        "voice_pairs",
        "voicings",
        "words_say",
    ),
    "stats.themes": ("pairs", "sorters"),
}
_WHERE = {name: f"plrlib.{module}" for module, names in _MODULES.items() for name in names}
__all__ = list(_WHERE)


def __dir__() -> list[str]:
    """Name what is public, and nothing else."""
    return sorted(__all__)


def __getattr__(name: str) -> Any:
    """Import what is asked for from the module that defines it."""
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'plrlib.show' has no attribute {name!r}")

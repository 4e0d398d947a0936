"""Sentences, tables and figures of a study: a file a question, and the only modules that know matplotlib and seaborn.

Each is imported when it is first asked for: sentences and tables need no figure.
"""

from importlib import import_module
from typing import Any

_MODULES = {
    "agreement": "agreed_table agreement_picture agreement_say agreement_table",
    "change": "change_picture change_say change_table twice_say",
    "claims": "joint_picture joint_say joint_table rules_table statements_say statements_table",
    "compare": "compare_say compare_table compared_say others_table stance_say why_table",
    "compare_charts": "forest_picture people_picture ranges_picture",
    "data": "about blanks consent disagreements inputs notes safe_to_show totals totals_say whose whose_say",
    "display": "Picture Say Table say",
    "evidence": "evidence_picture evidence_say evidence_table hearings_picture hearings_say",
    "limits": "limits_of_change limits_of_claims limits_of_comparing limits_of_data limits_of_people limits_of_sorting"
    " stamp",
    "people": "design_table events groupings heard_say seats_picture separable_say talk_say",
    "power": "power_picture power_say",
    "saturation": "saturation_picture saturation_say saturation_table",
    "readings": "codes_of_sides_say codes_of_sides_table limits_of_reading reading_column reading_others_table"
    " reading_people_picture reading_picture reading_say reading_table silent_say",
    "assignments": "followed_picture followed_say ledger_table left_over_say left_over_table moved_picture moved_say"
    " moved_table pairs sorters sorters_say",
    "words": "claims_of_words_say families_picture families_say families_table keyness_picture keyness_say"
    " keyness_table limits_of_words places_table voice_pairs voicings words_say",
}
_WHERE = {name: f"plrlib.show.{module}" for module, names in _MODULES.items() for name in names.split()}
__all__ = list(_WHERE)


def __dir__() -> list[str]:
    """Name what is public, and nothing else."""
    return sorted(__all__)


def __getattr__(name: str) -> Any:
    """Import what is asked for from the module that defines it."""
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'plrlib.show' has no attribute {name!r}")

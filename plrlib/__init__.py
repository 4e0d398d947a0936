"""Mixed-methods analysis of what people said in focus groups and interviews.

What is listed here is imported when it is first asked for: `plr --help` and `plr check` need no statistics.
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plrlib.exploring import explore
    from plrlib.faults import Fault, NotInStudy, StudyError
    from plrlib.privacy import text_of
    from plrlib.privacy.groups import merges, small_groups
    from plrlib.privacy.sweep import identifiers
    from plrlib.spoken import kwic, words_of
    from plrlib.stats import (
        Coder,
        Plan,
        Room,
        Simulated,
        agreement,
        alone,
        attribution,
        change,
        compare,
        design,
        envelopes,
        families,
        files_of,
        joint_display,
        keyness,
        moved,
        power,
        presence,
        saturation,
        sides,
        simulate,
        smallest_difference,
        talk,
    )
    from plrlib.study import Study, load_study

__all__ = [
    "Coder",
    "Fault",
    "NotInStudy",
    "Plan",
    "Room",
    "Simulated",
    "Study",
    "StudyError",
    "agreement",
    "alone",
    "attribution",
    "change",
    "compare",
    "design",
    "envelopes",
    "explore",
    "families",
    "files_of",
    "identifiers",
    "joint_display",
    "keyness",
    "kwic",
    "load_study",
    "merges",
    "moved",
    "power",
    "presence",
    "saturation",
    "sides",
    "simulate",
    "small_groups",
    "smallest_difference",
    "talk",
    "text_of",
    "words_of",
]
__version__ = version("plrlib")

_ROOMS = {
    "exploring": ("explore",),
    "faults": ("Fault", "NotInStudy", "StudyError"),
    "privacy": ("text_of",),
    "privacy.groups": ("merges", "small_groups"),
    "privacy.sweep": ("identifiers",),
    "stats": (
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
        "talk",
    ),
    "spoken": ("kwic", "words_of"),
    "study": ("Study", "load_study"),
}


def __dir__() -> list[str]:
    """Name what can be imported, for whoever lets an editor complete it."""
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    """Import what is asked for from its room."""
    for room, names in _ROOMS.items():
        if name in names:
            return getattr(import_module(f"plrlib.{room}"), name)
    raise AttributeError(f"module 'plrlib' has no attribute {name!r}")

"""Mixed-methods analysis of what people said in focus groups and interviews.

What is listed here is imported when it is first asked for: `plr --help` and `plr check` need no statistics.
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plrlib import show as show
    from plrlib.explorer.explorer import explore as explore
    from plrlib.faults import Fault as Fault
    from plrlib.faults import NotInStudy as NotInStudy
    from plrlib.faults import StudyError as StudyError
    from plrlib.privacy.consent import kwic as kwic
    from plrlib.privacy.consent import text_of as text_of
    from plrlib.privacy.consent import words_of as words_of
    from plrlib.privacy.disclosure import merges as merges
    from plrlib.privacy.disclosure import small_groups as small_groups
    from plrlib.privacy.identifiers import identifiers as identifiers
    from plrlib.stats.agreement import agreement as agreement
    from plrlib.stats.bounds.presence import attribution as attribution
    from plrlib.stats.bounds.presence import presence as presence
    from plrlib.stats.change import change as change
    from plrlib.stats.claims import joint_display as joint_display
    from plrlib.stats.comparison.compare import compare as compare
    from plrlib.stats.comparison.power import power as power
    from plrlib.stats.comparison.power import smallest_difference as smallest_difference
    from plrlib.stats.design import design as design
    from plrlib.stats.design import talk as talk
    from plrlib.stats.saturation import saturation as saturation
    from plrlib.stats.simulate.plan import Coder as Coder
    from plrlib.stats.simulate.plan import Plan as Plan
    from plrlib.stats.simulate.plan import Room as Room
    from plrlib.stats.simulate.plan import alone as alone
    from plrlib.stats.simulate.simulate import Simulated as Simulated
    from plrlib.stats.simulate.simulate import files_of as files_of
    from plrlib.stats.simulate.simulate import simulate as simulate
    from plrlib.stats.themes import envelopes as envelopes
    from plrlib.stats.themes import moved as moved
    from plrlib.stats.themes import sides as sides
    from plrlib.stats.words import families as families
    from plrlib.stats.words import keyness as keyness
    from plrlib.study.load import Study as Study
    from plrlib.study.load import load_study as load_study

__version__ = version("plrlib")
_MODULES = {
    "explorer.explorer": ("explore",),
    "faults": ("Fault", "NotInStudy", "StudyError"),
    "privacy.consent": ("kwic", "text_of", "words_of"),
    "privacy.disclosure": ("merges", "small_groups"),
    "privacy.identifiers": ("identifiers",),
    "stats.agreement": ("agreement",),
    "stats.bounds.presence": ("attribution", "presence"),
    "stats.change": ("change",),
    "stats.claims": ("joint_display",),
    "stats.comparison.compare": ("compare",),
    "stats.comparison.power": ("power", "smallest_difference"),
    "stats.design": ("design", "talk"),
    "stats.saturation": ("saturation",),
    "stats.simulate.plan": ("Coder", "Plan", "Room", "alone"),
    "stats.simulate.simulate": ("Simulated", "files_of", "simulate"),
    "stats.themes": ("envelopes", "moved", "sides"),
    "stats.words": ("families", "keyness"),
    "study.load": ("Study", "load_study"),
}
_WHERE = {name: f"plrlib.{module}" for module, names in _MODULES.items() for name in names}
__all__ = ["show", *_WHERE]  # noqa: PLE0604 - names, as the mapping has them


def __dir__() -> list[str]:
    """Name what is public, and nothing else."""
    return sorted(__all__)


def __getattr__(name: str) -> Any:
    """Import what is asked for from the module that defines it."""
    if name == "show":
        return import_module("plrlib.show")
    if name in _WHERE:
        found = globals()[name] = getattr(import_module(_WHERE[name]), name)  # next time without coming here
        return found
    raise AttributeError(f"module 'plrlib' has no attribute {name!r}")

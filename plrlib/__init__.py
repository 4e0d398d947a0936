"""Mixed-methods analysis of what people said in focus groups and interviews."""

from importlib.metadata import version

from plrlib.faults import Fault, NotInStudy, StudyError
from plrlib.privacy import text_of
from plrlib.stats import attribution, design, envelopes, moved, presence, talk
from plrlib.study import Study, load_study

__all__ = [
    "Fault",
    "NotInStudy",
    "Study",
    "StudyError",
    "attribution",
    "design",
    "envelopes",
    "load_study",
    "moved",
    "presence",
    "talk",
    "text_of",
]
__version__ = version("plrlib")

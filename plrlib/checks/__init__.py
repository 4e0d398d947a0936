"""What must hold of a study's tables before anything is computed from them.

`slipped` and `cells` look at one table at a time; `keys` at what names a row of another table; `levels`, `totals` and
`speakers` at whether levels, totals and attributions fit the people listed. None raises, and none stops at the first
fault.
"""

from plrlib.checks.cells import check_cells, check_headers, with_readings
from plrlib.checks.common import Sheets, column
from plrlib.checks.elsewhere import note_elsewhere
from plrlib.checks.keys import check_keys
from plrlib.checks.levels import check_levels
from plrlib.checks.slipped import set_slipped_rows_aside
from plrlib.checks.speakers import check_speakers
from plrlib.checks.totals import check_totals
from plrlib.faults import Fault
from plrlib.settings import Settings

__all__ = [
    "Sheets",
    "check_cells",
    "check_headers",
    "check_keys",
    "check_people",
    "note_elsewhere",
    "set_slipped_rows_aside",
    "with_readings",
]


def check_people(sheets: Sheets, settings: Settings) -> list[Fault]:
    """Return every level, total and attribution that the people listed contradict."""
    if not column(sheets, "participants", "participant").any():
        return []  # told already
    return [*check_levels(sheets, settings), *check_totals(sheets, settings), *check_speakers(sheets, settings)]

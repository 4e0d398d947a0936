"""`explore`: live in JupyterLab, and a still of its first view wherever nobody can choose."""

import html
import os
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from plrlib.exploring.answers import COUNTS, Beside, Job, answer, in_notebook, quick
from plrlib.exploring.view import call, choices
from plrlib.places import study_folder
from plrlib.show.picture import Picture
from plrlib.show.raising import people_grid
from plrlib.stats.presence import presence
from plrlib.study import Study, load_study

STILL = "PLR_STILL"
"""Set where notebooks are executed for keeping: nobody is there to choose."""
HOW = (
    "This is the view that the explorer starts with. To choose groups, themes, stances and coders, and to read the "
    "excerpts behind a mark, open notebook 11 live: give `python3 run.py lab`, and run the cell."
)
MOST_OPEN = 2
"""Of more explorers in one notebook the oldest end: a cell that is run again leaves its first behind."""
_OPEN: "deque[list[Beside]]" = deque()


@dataclass(frozen=True)
class Still:
    """The first view of a study, as a page shows it that nobody can ask anything."""

    picture: Picture
    call: str

    def __repr__(self) -> str:
        return f"{HOW}\n\n{self.picture!r}\n\n{self.call}"

    def _repr_html_(self) -> str:
        how = html.escape(HOW).replace("`python3 run.py lab`", "<code>python3 run.py lab</code>")
        code = f"<p>The call that gives these numbers again:</p><pre>{html.escape(self.call)}</pre>"
        return f"<p><em>{how}</em></p>{self.picture._repr_html_()}{code}"


def explore(study: Study) -> Any:
    """Open the explorer on a study: choose groups, level, codes, stance and coder, and see people and verdicts.

    Parameters
    ----------
    study
        The study to start with; any other of data/raw/ can be chosen.

    Returns
    -------
    object
        Something to show as the last value of a cell: in JupyterLab the explorer itself; where notebooks are executed
        to be kept, as `plr run` does, a picture of its first view. Unit: people, counted as `presence` does.

    Raises
    ------
    NotInStudy
        If study.toml declares no grouping, or nobody coded anything.
    """
    return still(study) if os.environ.get(STILL) else live(study)


def still(study: Study) -> Still:
    """Return the first view of a study as a picture."""
    view = choices(study).first()
    counted = presence(study, view.by, view.level, view.asked, view.coder)
    picture = people_grid(study, study.grouping(view.by), counted, view.level, view.asked, view.coder)
    return Still(picture, call(study.id, view))


def live(study: Study) -> Any:
    """Return the explorer, to be shown where somebody can choose."""
    from plrlib.exploring.explorer import Ask, Explorer  # noqa: PLC0415 - widgets, which no still needs

    choices(study)  # raises where there is nothing to choose, before any process is started
    asked: list[Beside] = []
    _OPEN.append(asked)
    while len(_OPEN) > MOST_OPEN:
        for beside in _OPEN.popleft():
            beside.close()

    def load(name: str) -> Study:
        return study if name == study.id else load_study(study_folder(name))

    def attend(study: Study, told: Callable[[Job, Any], None]) -> Ask:
        while asked:
            asked.pop().close()
        if in_notebook():
            asked.extend(Beside(study.folder, told) for _ in range(2))  # counts do not wait for comparisons

        def ask(job: Job, foreseen: Sequence[Job]) -> None:
            if not asked or (job[0] == COUNTS and quick(study)):
                told(job, answer(study, *job))
            else:
                asked[job[0] != COUNTS].ask(job, foreseen)

        return ask

    explorer = Explorer(study, load, attend)
    explorer.start()
    return explorer.box

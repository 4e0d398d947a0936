"""The explorer of notebook 11: its grid, its controls and what they do; a still where nobody can choose."""

import html
import os
import re
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets as widgets
import pandas as pd
import traitlets

from plrlib.explorer import answers
from plrlib.explorer.answers import COUNTS, VERDICTS, Beside, Choices, Compared, Job, Refused, View
from plrlib.faults import NotInStudy
from plrlib.paths import EXPLORED, home, known_studies, processed, study_folder
from plrlib.show.compare_charts import people_picture
from plrlib.show.display import Picture, Table
from plrlib.show.excerpts import shown_excerpts
from plrlib.show.labels import named_codes, noun, out_of
from plrlib.stats.bounds.presence import Counted
from plrlib.study.load import Study, load_study
from plrlib.text import capital, count, few, joined, verb

_HERE = Path(__file__).parent


class Grid(anywidget.AnyWidget):
    """The grid of people.

    `grid` is what the function `grid` returns, with a `title`; `busy` dims it; `chosen` is the code and the group of
    the cell and the number of the mark that was clicked (-1: the whole cell), with the moment, so that a second click
    is a change too.
    """

    _esm = _HERE / "grid.js"
    _css = _HERE / "grid.css"
    grid: Any = traitlets.Dict().tag(sync=True)
    busy: Any = traitlets.Bool(False).tag(sync=True)
    chosen: Any = traitlets.Dict({"code": "", "group": "", "number": -1}).tag(sync=True)


class Call(anywidget.AnyWidget):
    """Code to copy."""

    _esm = _HERE / "call.js"
    text: Any = traitlets.Unicode("").tag(sync=True)


# The grid of people as data: how many marks of which kind stand in a cell, and what it says.

MOST = 60
"""Of more people at a level one mark stands for several."""


def grid(study: Study, view: View, counted: pd.DataFrame, names: dict[str, str], what: str) -> dict[str, Any]:
    """Return the grid as the page draws it: columns, rows, and in each cell what it says and its marks.

    Parameters
    ----------
    study
        A study.
    view
        What was chosen.
    counted
        The frame that `plrlib.presence` returns for it.
    names
        The codes to show, and what each is called.
    what
        What one of them is.

    Returns
    -------
    dict
        `cells` are by code and group: in a cell, `marks` counts the marks that raised it, may have and did not, and
        `says` reads it out; `each` is how many people one mark is.
    """
    grouping = study.grouping(view.by)
    each = max(1, -(-int(counted["n"].max()) // MOST)) if len(counted) else 1
    cells: dict[str, dict[str, Any]] = {code: {} for code in names}
    columns = (counted[c].tolist() for c in ("code", "group", "n", "lower", "upper"))
    for code, key, n, lower, upper in zip(*columns, strict=True):
        if code in names:
            told = out_of(lower, upper, n)
            cells[code][key] = {
                "text": told, "says": f"{names[code]}, {grouping.levels[key]}: {told} raised it",
                "marks": [-(-people // each) for people in (lower, upper - lower, n - upper)],
            }  # fmt: skip
    return {
        "what": what, "each": each,
        "columns": [{"key": key, "label": label} for key, label in grouping.levels.items()],
        "rows": [{"key": code, "label": label} for code, label in names.items()],
        "cells": cells,
    }  # fmt: skip


# What there is to read below the grid, as HTML: the comparison, and the excerpts behind a mark.

MOST_READ = 200
"""Of more excerpts only the first are listed."""


def compared_html(found: Compared, shown: Sequence[str], what: str, moved: str) -> str:
    """Return a comparison: its sentences, the rows of the codes shown, and how many more are compared.

    Parameters
    ----------
    found
        The comparison.
    shown
        The labels of the codes to show.
    what
        What one of them is.
    moved
        A sentence on what has changed; blank: none.
    """
    frame = found.table.frame
    table = Table(frame[frame.iloc[:, 0].isin(shown)], found.table.caption)
    more = len(frame) - len(table.frame)
    left_out = f"{count(more, what)} not shown {verb(more, 'is', 'are')} compared all the same."
    told = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in (*found.sentences.sentences, moved) if sentence)
    return f"<ul>{told}</ul>{table._repr_html_()}{f'<p>{left_out}</p>' if more else ''}"


def changed_verdicts(labels: Sequence[str], before: Compared, now: Compared) -> str:
    """Say which verdicts are not as they were in a comparison of the same codes."""
    verdicts = (one.found["verdict"].astype(str) for one in (before, now))
    moved = [f"“{label}” (was {a}, now {b})" for label, a, b in zip(labels, *verdicts, strict=True) if a != b]
    return f"Changed with this choice: {few(moved)}." if moved else "No verdict changed with this choice."


def excerpts_html(study: Study, head: str, excerpts: Sequence[str]) -> str:
    """Return a list of excerpts with what may be shown of each, under a head."""
    shown = shown_excerpts(study, excerpts[:MOST_READ])
    items = "".join(f"<li>{html.escape(text)}</li>" for text in shown.values())
    more = f"<p>The first {MOST_READ} are listed.</p>" if len(excerpts) > MOST_READ else ""
    return f"<p><strong>{html.escape(head)}</strong></p><ul>{items}</ul>{more}"


# A view written to files: its numbers, its picture, and the call that gives it again.


def export(
    study: Study, view: View, counted: pd.DataFrame, found: pd.DataFrame, codes: Sequence[str], call: str
) -> list[str]:
    """Write a view to data/processed/<study>/explored/ and return the files, as paths from the project's folder.

    Parameters
    ----------
    study, view
        What is shown.
    counted, found
        The frames that `plrlib.presence` and `plrlib.compare` return for it.
    codes
        The codes shown. The numbers and the picture are of these; what is compared is all.
    call
        The call that gives it again.

    Raises
    ------
    OSError
        If the files cannot be written.
    """
    folder = processed(study.id) / EXPLORED
    folder.mkdir(parents=True, exist_ok=True)
    parts = (view.by, view.level, view.stance, view.coder)
    name = "-".join(re.sub(r"[^\w.]+", "_", part) for part in parts if part)
    by_code = counted.astype({"code": str})
    wide = by_code.pivot(index="code", columns="group", values=["n", "lower", "upper", "excerpts"])
    wide.columns = [" ".join(map(str, pair)) for pair in wide.columns]
    numbers = found[found["code"].isin(codes)].astype({"code": str}).join(wide, on="code")
    contents = {
        f"{name}.csv": numbers.to_csv(index=False, lineterminator="\n").encode("utf-8"),
        f"{name}.png": people_picture(study, view.by, view.level, view.asked, view.coder, codes).png,
        f"{name}.py": f"{call}\n".encode(),
    }
    for file, data in contents.items():
        (folder / file).write_bytes(data)
    return [(folder / file).relative_to(home()).as_posix() for file in contents]


# The explorer's controls, and what happens when one of them is changed.

Ask = Callable[[Job, Sequence[Job]], None]
Attend = Callable[[Study, Callable[[Job, Any], None]], Ask]
_WIDE = {"layout": widgets.Layout(width="auto", max_width="48em"), "style": {"description_width": "6em"}}
NOT_CLICKED = "<p>Click a mark or a count to read the excerpts behind it.</p>"


class Explorer:
    """One study at a time, with its controls, its grid, its comparison and the excerpts behind a mark.

    Parameters
    ----------
    study
        The study it starts with.
    load
        Loads a study by its name.
    attend
        Returns what answers questions about a study: called with a question and with what may be asked next, it leads
        to the function given (`told`) being called with the answer.
    """

    def __init__(self, study: Study, load: Callable[[str], Study], attend: Attend) -> None:
        self._load, self._attend = load, attend
        self._ask: Ask = lambda _job, _foreseen: None
        self._known: dict[Job, Any] = {}
        self._last: tuple[View, Compared] | None = None
        self._filling = False
        self.study = study
        names = list(dict.fromkeys([*known_studies(), study.id]))
        self.named = widgets.Dropdown(options=names, value=study.id, description="Study", **_WIDE)
        dropdowns = (widgets.Dropdown(description=name, **_WIDE) for name in ("Groups", "Level", "Stance", "Coder"))
        self.by, self.level, self.stance, self.coder = dropdowns
        self.controls = {"by": self.by, "level": self.level, "stance": self.stance, "coder": self.coder}
        self.codes = widgets.SelectMultiple(description="Shown", rows=8, **_WIDE)
        self.status = widgets.HTML("")
        self.grid, self.call = Grid(), Call()
        self.verdicts, self.read = widgets.HTML(""), widgets.HTML(NOT_CLICKED)
        for part, name in ((self.status, "status"), (self.verdicts, "verdicts"), (self.read, "read")):
            part.add_class(f"plr-{name}")
        self.export = widgets.Button(description="Export this view", tooltip="Write its numbers, picture and call")
        self.exported = widgets.HTML("")
        left = widgets.VBox([self.named, *self.controls.values()])
        controls = widgets.HBox([left, self.codes], layout=widgets.Layout(flex_flow="row wrap"))
        foot = widgets.HBox([self.export, self.exported], layout=widgets.Layout(flex_flow="row wrap"))
        self.box = widgets.VBox([controls, self.status, self.grid, self.read, self.verdicts, self.call, foot])
        self.box.add_class("plr-explorer")
        self.named.observe(self._study_changed, "value")
        for control in self.controls.values():
            control.observe(self._changed, "value")
        self.codes.observe(self._codes_changed, "value")
        self.grid.observe(self._clicked, "chosen")
        self.export.on_click(self._export)

    def start(self) -> None:
        """Show the study's first view."""
        self._show(self.study, answers.choices(self.study))

    def _show(self, study: Study, options: Choices) -> None:
        self.study, self._known, self._last = study, {}, None
        self._ask = self._attend(study, self.told)
        self._filling = True
        for control, some in zip(self.controls.values(), vars(options).values(), strict=True):
            control.options = [(label, key) for key, label in some.items()]
            control.value = next(iter(some))
        self._list_codes()
        self._changed()

    @property
    def view(self) -> View:
        """What is chosen."""
        return View(*(control.value for control in self.controls.values()))

    def _list_codes(self) -> None:
        self._filling = True
        named = named_codes(self.study, self.level.value)
        self.codes.value = ()  # else the page marks options that are gone
        self.codes.options = [(label, code) for code, label in named.items()]
        self.codes.value = tuple(named)
        self._filling = False

    def _study_changed(self, change: Any) -> None:
        if change["new"] == self.study.id:
            return
        try:
            study = self._load(change["new"])
            options = answers.choices(study)
        except (ValueError, OSError, NotInStudy) as error:
            self._tell(f"{change['new']} cannot be explored, and {self.study.id} stays.\n{error}")
            self.named.value = self.study.id
        else:
            self._show(study, options)

    def _changed(self, change: Any = None) -> None:
        if self._filling:
            return
        if change is not None and change["owner"] is self.level:
            self._list_codes()
        self.read.value, self.exported.value = NOT_CLICKED, ""
        self._write_call()
        self.grid.busy = True
        self.verdicts.value = ""
        self._show_known()

    def _next(self) -> list[Job]:
        """Return what may be asked next: every view that is one choice away."""
        own = self.view
        views = [replace(own, **{k: v}) for k, control in self.controls.items() for _, v in control.options]
        return [(COUNTS, view) for view in dict.fromkeys(views) if (COUNTS, view) not in self._known and view != own]

    def told(self, job: Job, found: Any) -> None:
        """Take an answer, and show it if it is to what is chosen now."""
        self._known[job] = found
        if job[1] == self.view:
            self._show_known()

    def _show_known(self) -> None:
        """Show what is known of what is chosen, people and then verdicts; ask for what is not known."""
        steps = ((COUNTS, "Counting people …", self._draw), (VERDICTS, "Comparing …", self._compare))
        for kind, meanwhile, show in steps:
            found = self._known.get((kind, self.view))
            if found is None:
                self._tell(meanwhile)
                self._ask((kind, self.view), self._next() if kind == COUNTS else ())
                return
            if isinstance(found, Refused):
                self._tell(capital(found.why) + ".")
                if kind == COUNTS:
                    self.grid.grid, self.grid.busy = {}, False
                return
            show(found)

    def _draw(self, counted: pd.DataFrame) -> None:
        what = noun(self.study, self.view.level)
        shown = {code: label for label, code in self.codes.options if code in self.codes.value}
        drawn = grid(self.study, self.view, counted, shown, what)
        mark = "One mark is one person" if drawn["each"] == 1 else f"One mark is {drawn['each']} people, or fewer"
        simulated = " Simulated data." if self.study.settings.kind == "simulated" else ""
        title = f"{mark}, counted at their first hearing.{simulated}"
        self.grid.grid, self.grid.busy = {**drawn, "title": title}, False

    def _compare(self, found: Compared) -> None:
        self._tell("")
        labels = [label for label, _ in self.codes.options]
        shown = [label for label, code in self.codes.options if code in self.codes.value]
        same = self._last is not None and self._last[0] != self.view and self._last[0].level == self.view.level
        moved = changed_verdicts(labels, self._last[1], found) if same and self._last else ""
        self.verdicts.value = compared_html(found, shown, noun(self.study, self.view.level), moved)
        self._last = (self.view, found)

    def _codes_changed(self, _change: Any) -> None:
        if self._filling:
            return
        self._write_call()
        self._show_known()

    def _clicked(self, change: Any) -> None:
        code, key, number = (change["new"][name] for name in ("code", "group", "number"))
        drawn = self.grid.grid.get("cells", {}).get(code, {}).get(key)
        if drawn is None or self.grid.busy:  # while it is busy, the grid is still that of another view
            return
        view, (raised, may, _) = self.view, drawn["marks"]
        counted = Counted.of(self.study, view.by, view.level, view.asked, view.coder)
        where = f"“{named_codes(self.study, view.level)[code]}”, {counted.grouping.levels[key]}"
        if number >= raised + may:
            self.read.value = excerpts_html(self.study, f"{where}: this mark is of people who did not raise it.", [])
            return
        whole = number < 0 or self.grid.grid["each"] > 1
        excerpts = counted.excerpts(code, key) if whole else counted.excerpts_of_mark(code, key, number)
        one = not whole and number < len(counted.people(code, key))
        who = "one person" if one else "whoever may have said them"
        self.read.value = excerpts_html(self.study, f"{where}: {count(len(excerpts), 'excerpt')} of {who}.", excerpts)

    def _write_call(self) -> None:
        chosen = tuple(self.codes.value)
        name = self.study.id if self.study.id in known_studies() else str(self.study.folder)
        self.call.text = answers.call(name, self.view, chosen if len(chosen) < len(self.codes.options) else ())

    def _export(self, _button: Any) -> None:
        counted, found = (self._known.get((kind, self.view)) for kind in (COUNTS, VERDICTS))
        if not isinstance(counted, pd.DataFrame) or not isinstance(found, Compared):
            self.exported.value = "<p>Not yet: it is still being worked out.</p>"
            return
        shown = [code for _, code in self.codes.options if code in self.codes.value]
        try:
            files = export(self.study, self.view, counted, found.found, shown, self.call.text)
        except OSError as error:
            self.exported.value = f"<p>{html.escape(f'Not written: {error}')}</p>"
            return
        self.exported.value = f"<p>Written: {html.escape(joined(files))}.</p>"

    def _tell(self, text: str) -> None:
        told = html.escape(text).replace("\n", "<br>") or "&nbsp;"
        self.status.value = f'<p role="status">{told}</p>'


# `explore`: live in JupyterLab, and a still of its first view wherever nobody can choose.

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
        If nobody coded anything.

    Examples
    --------
    >>> from plrlib import explore, load_study
    >>> explore(load_study("worked-example"))  # doctest: +SKIP
    """
    return still(study) if os.environ.get(STILL) else live(study)


def still(study: Study) -> Still:
    """Return the first view of a study as a picture."""
    view = answers.choices(study).first()
    return Still(people_picture(study, view.by, view.level, view.asked, view.coder), answers.call(study.id, view))


def live(study: Study) -> Any:
    """Return the explorer, to be shown where somebody can choose."""
    answers.choices(study)  # raises where there is nothing to choose, before any process is started
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
        if answers.in_notebook():
            asked.extend(Beside(study.folder, told) for _ in range(2))  # counts do not wait for comparisons

        def ask(job: Job, foreseen: Sequence[Job]) -> None:
            if not asked or (job[0] == COUNTS and answers.quick(study)):
                told(job, answers.answer(study, *job))
            else:
                asked[job[0] != COUNTS].ask(job, foreseen)

        return ask

    explorer = Explorer(study, load, attend)
    explorer.start()
    return explorer.box

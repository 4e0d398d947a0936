"""The explorer's controls, and what happens when one of them is changed."""

import html
from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as widgets
import pandas as pd

from plrlib.exploring.answers import COUNTS, VERDICTS, Compared, Job, Refused
from plrlib.exploring.export import export
from plrlib.exploring.marks import grid
from plrlib.exploring.reading import compared_html, excerpts_html, moved_say
from plrlib.exploring.view import Choices, View, call, choices, named_codes
from plrlib.exploring.widgets import Call, Grid
from plrlib.faults import NotInStudy
from plrlib.places import known_studies
from plrlib.show.say import capital, count, joined
from plrlib.stats.behind import Behind, behind
from plrlib.stats.readings import noun
from plrlib.study import Study

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
        self._behind: Behind | None = None
        self.study = study
        names = list(dict.fromkeys([*known_studies(), study.id]))
        self.named = widgets.Dropdown(options=names, value=study.id, description="Study", **_WIDE)
        self.by, self.level, self.stance, self.coder = (
            widgets.Dropdown(description=name, **_WIDE) for name in ("Groups", "Level", "Stance", "Coder")
        )
        self.codes = widgets.SelectMultiple(description="Shown", rows=8, **_WIDE)
        self.status = widgets.HTML("")
        self.grid, self.call = Grid(), Call()
        self.verdicts, self.read = widgets.HTML(""), widgets.HTML(NOT_CLICKED)
        for part, name in ((self.status, "status"), (self.verdicts, "verdicts"), (self.read, "read")):
            part.add_class(f"plr-{name}")
        self.export = widgets.Button(description="Export this view", tooltip="Write its numbers, picture and call")
        self.exported = widgets.HTML("")
        self.box = self._layout()
        self.named.observe(self._study_changed, "value")
        for control in (self.by, self.level, self.stance, self.coder):
            control.observe(self._changed, "value")
        self.codes.observe(self._codes_changed, "value")
        self.grid.observe(self._clicked, "chosen")
        self.export.on_click(self._export)

    def _layout(self) -> widgets.VBox:
        left = widgets.VBox([self.named, self.by, self.level, self.stance, self.coder])
        controls = widgets.HBox([left, self.codes], layout=widgets.Layout(flex_flow="row wrap"))
        foot = widgets.HBox([self.export, self.exported], layout=widgets.Layout(flex_flow="row wrap"))
        box = widgets.VBox([controls, self.status, self.grid, self.read, self.verdicts, self.call, foot])
        box.add_class("plr-explorer")
        return box

    def start(self) -> None:
        """Show the study's first view."""
        self._show(self.study, choices(self.study))

    def _show(self, study: Study, options: Choices) -> None:
        self.study, self._known, self._last = study, {}, None
        self._ask = self._attend(study, self.told)
        self._fill(options)
        self._changed()

    @property
    def view(self) -> View:
        """What is chosen."""
        return View(self.by.value, self.level.value, self.stance.value, self.coder.value)

    def _fill(self, options: Choices) -> None:
        self._filling = True
        for control, some in (
            (self.by, options.by), (self.level, options.level), (self.stance, options.stance),
            (self.coder, options.coder),
        ):  # fmt: skip
            control.options = [(label, key) for key, label in some.items()]
            control.value = next(iter(some))
        self._filling = False
        self._list_codes()

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
            options = choices(study)
        except (ValueError, OSError, NotInStudy) as error:
            self._tell(f"{change['new']} cannot be explored, and {self.study.id} stays.\n{error}")
            self.named.value = self.study.id
            return
        self._show(study, options)

    def _changed(self, change: Any = None) -> None:
        if self._filling:
            return
        if change is not None and change["owner"] is self.level:
            self._list_codes()
        self._behind = None
        self.read.value, self.exported.value = NOT_CLICKED, ""
        self._write_call()
        self.grid.busy = True
        self.verdicts.value = ""
        if (COUNTS, self.view) not in self._known:
            self._tell("Counting people …")
            self._ask((COUNTS, self.view), self._next())
        else:
            self._counted()

    def _next(self) -> list[Job]:
        """Return what may be asked next: every view that is one choice away."""
        own = self.view
        views = [View(by, own.level, own.stance, own.coder) for _, by in self.by.options]
        views += [View(own.by, level, own.stance, own.coder) for _, level in self.level.options]
        views += [View(own.by, own.level, stance, own.coder) for _, stance in self.stance.options]
        views += [View(own.by, own.level, own.stance, coder) for _, coder in self.coder.options]
        return [(COUNTS, view) for view in dict.fromkeys(views) if (COUNTS, view) not in self._known and view != own]

    def told(self, job: Job, found: Any) -> None:
        """Take an answer, and show it if it is to what is chosen now."""
        self._known[job] = found
        kind, view = job
        if view == self.view:
            self._counted() if kind == COUNTS else self._compared()

    def _counted(self) -> None:
        counted = self._known[(COUNTS, self.view)]
        if isinstance(counted, Refused):
            self._tell(capital(counted.why) + ".")
            self.grid.grid, self.grid.busy = {}, False
            return
        self._draw(counted)
        self.grid.busy = False
        if (VERDICTS, self.view) in self._known:
            self._compared()
        else:
            self._tell("Comparing …")
            self._ask((VERDICTS, self.view), ())

    def _draw(self, counted: pd.DataFrame) -> None:
        what = noun(self.study, self.view.level)
        shown = {code: label for label, code in self.codes.options if code in self.codes.value}
        drawn = grid(self.study, self.view, counted, shown, what)
        mark = "One mark is one person" if drawn["each"] == 1 else f"One mark is {drawn['each']} people, or fewer"
        simulated = " Simulated data." if self.study.settings.kind == "simulated" else ""
        title = f"{mark}, counted at their first hearing.{simulated}"
        self.grid.grid = {**drawn, "title": title}

    def _compared(self) -> None:
        found = self._known[(VERDICTS, self.view)]
        if isinstance(found, Refused):
            self._tell(capital(found.why) + ".")
            return
        self._tell("")
        labels = [label for label, _ in self.codes.options]
        shown = [label for label, code in self.codes.options if code in self.codes.value]
        same = self._last is not None and self._last[0] != self.view and self._last[0].level == self.view.level
        moved = moved_say(labels, self._last[1], found) if same and self._last else ""
        self.verdicts.value = compared_html(found, shown, noun(self.study, self.view.level), moved)
        self._last = (self.view, found)

    def _codes_changed(self, _change: Any) -> None:
        if self._filling:
            return
        self._write_call()
        if isinstance(self._known.get((COUNTS, self.view)), pd.DataFrame):
            self._draw(self._known[(COUNTS, self.view)])
        if isinstance(self._known.get((VERDICTS, self.view)), Compared):
            self._compared()

    def _clicked(self, change: Any) -> None:
        drawn = self.grid.grid.get("cells", {}).get(change["new"].get("at"))
        if drawn is None or self.grid.busy:  # while it is busy, the grid is still that of another view
            return
        code, key = change["new"]["at"].split("\t")
        number = int(change["new"]["number"])
        if self._behind is None:
            view = self.view
            self._behind = behind(self.study, view.by, view.level, view.asked, view.coder)
        label = named_codes(self.study, self.view.level)[code]
        where = f"“{label}”, {self.study.grouping(self.view.by).levels[key]}"
        if number >= sum(drawn["marks"][:2]):
            self.read.value = excerpts_html(self.study, f"{where}: this mark is of people who did not raise it.", [])
            return
        whole = number < 0 or self.grid.grid["each"] > 1
        excerpts = self._behind.cell(code, key) if whole else self._behind.mark(code, key, number)
        known = self._behind.people(code, key)
        who = "one person" if not whole and number < len(known) else "whoever may have said them"
        head = f"{where}: {count(len(excerpts), 'excerpt')} of {who}."
        self.read.value = excerpts_html(self.study, head, excerpts)

    def _write_call(self) -> None:
        chosen = tuple(self.codes.value)
        name = self.study.id if self.study.id in known_studies() else str(self.study.folder)
        self.call.text = call(name, self.view, chosen if len(chosen) < len(self.codes.options) else ())

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

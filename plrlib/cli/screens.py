"""Comparisons, plans and disclosure on a console: tables and sentences to read, CSV and JSON for programs."""

import io
import json
import sys
from collections.abc import Callable, Sequence
from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from plrlib.privacy.disclosure import merges, quasi_identifiers, small_groups
from plrlib.stats.comparison.permutation import BOTH, WITHIN
from plrlib.text import count, joined, listed, p_value, people

if TYPE_CHECKING:
    from plrlib.stats.comparison.compare import Comparison
    from plrlib.study.load import Study

MISSING = "–"
_COUNTS = ["code", "group", "lower", "upper", "n"]
_UNWRAPPED = 100_000
"""How wide something has to be so that no line of it is wrapped."""


class Screen(NamedTuple):
    """Something to read.

    Parameters
    ----------
    before, after
        The lines above the table, and below it.
    head
        The title of each column, and whether it holds words; numbers stand to the right.
    rows
        The cells of each row.
    """

    before: Sequence[str]
    head: Sequence[tuple[str, bool]]
    rows: Sequence[Sequence[str]]
    after: Sequence[str]

    def print(self, console: Console) -> None:
        """Show it as wide as a terminal is; what is no terminal gets each line whole, without colours."""
        terminal, lines = console.is_terminal, io.StringIO()
        table = Table(show_edge=False) if terminal else Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for title, words in self.head:
            table.add_column(Text(one_line(title)), justify="left" if words else "right")
        for row in self.rows:
            table.add_row(*(Text(one_line(cell)) for cell in row))
        before, after = ([Text(one_line(line)) for line in told] for told in (self.before, self.after))
        seen = console if terminal else Console(file=lines, width=_UNWRAPPED, color_system=None)
        for part in (*before, "", table, *(["", *after] if after else [])):
            seen.print(part)
        if not terminal:
            print("\n".join(map(str.rstrip, lines.getvalue().splitlines())))


def show(frame: pd.DataFrame, to_json: bool, to_csv: bool, screen: Callable[[], Screen], console: Console) -> None:
    """Show a frame: all of it to programs, where that is asked for, or what there is to read."""
    if to_json or to_csv:
        sys.stdout.write(as_json(frame) if to_json else as_csv(frame))
    else:
        screen().print(console)


def comparison(study: "Study", found: "Comparison", coder: str | None) -> Screen:
    """Return what `compare` found, to read: a row a code, then why each verdict is what it is.

    Parameters
    ----------
    study
        The study it was found in.
    found
        What `compare` returned.
    coder
        The coder, where one was asked for.
    """
    from plrlib.show.compare import DID, whys  # noqa: PLC0415 - `plr plan` needs none of it
    from plrlib.show.labels import labels as labels_of  # noqa: PLC0415
    from plrlib.show.labels import noun  # noqa: PLC0415

    grouping, frame = found.grouping, found.frame
    raised = {(of, group): _of(*n) for of, group, *n in found.counts[_COUNTS].itertuples(index=False, name=None)}
    labels = labels_of(study, found.level)
    two, at_equal_talk = len(grouping.levels) == 2, bool((frame["verdict_equal_talk"] != "").any())
    rows = []
    for row in frame.to_dict("records"):
        code = str(row["code"])
        effect = MISSING if pd.isna(row["effect"]) else format(row["effect"], "+.2f" if two else ".2f")
        numbers = [effect, _p(row["p"], row["p_low"], row["p_high"]), _p(row["p_adjusted"])]
        told = [str(row["verdict"]), *([row["verdict_equal_talk"] or MISSING] if at_equal_talk else ())]
        rows.append([labels[code], *(raised[code, key] for key in grouping.levels), *numbers, *told])
    sentences = whys(study, found)
    reasons = [f"{labels[code]}: {why}" for code, why in zip(frame["code"], sentences, strict=True)]
    reasons = sentences[:1] if len(set(sentences)) == 1 else reasons
    stance = None if pd.isna(frame["stance"].iloc[0]) else str(frame["stance"].iloc[0])
    one_of = noun(study, found.level)
    what = f"{grouping.label}, people who {DID[stance]} each {one_of}{f', as {coder} coded' if coder else ''}"
    simulated = " (simulated)" if study.settings.kind == "simulated" else ""
    judged = f"{frame['status'].iloc[0]}, at alpha {found.alpha:.2g}"
    difference = "difference within rooms" if frame["method"].isin((WITHIN, BOTH)).any() else "difference"
    titles = [*grouping.levels.values(), difference if two else "Cramér's V", "exact p", "adjusted p"]
    head = [(one_of, True), *((title, False) for title in titles), ("verdict", True)]
    head += [("at equal talk", True)] if at_equal_talk else []
    return Screen([f"{study.id}{simulated}: {what}; {judged}"], head, rows, reasons)


def only_grouping(study: "Study") -> str:
    """Return the name of the one grouping that a study declares.

    Raises
    ------
    ValueError
        If it declares none, or several; the message lists them.
    """
    if not (names := list(study.settings.groupings)):
        raise ValueError("study.toml declares no grouping, so there is nothing to compare")
    if len(names) > 1:
        raise ValueError(f"say which groups to compare: --by {joined(names, 'or')}")
    return names[0]


def plan(frame: pd.DataFrame, power: float, family: int, alpha: float) -> Screen:
    """Return what `smallest_difference` found, to read.

    Parameters
    ----------
    frame
        The frame that it returned.
    power, family, alpha
        As it was called.
    """
    n_1, n_2 = int(frame["n_1"].iloc[0]), int(frame["n_2"].iloc[0])
    studies = f"{100 * power:.4g} of 100 studies"
    rows = []
    for row in frame.to_dict("records"):
        raised = MISSING if pd.isna(row["raised_1"]) else f"{row['raised_1']} of {n_1}"
        truths = [f"{100 * row['true_2']:.0f} of 100", _at_least(row["true_1"])]
        rows.append([f"{row['raised_2']} of {n_2}", raised, _p(row["p"]), *truths])
    titles = ["raised in group 2", "shows from in group 1", "exact p"]
    titles += ["true of group 2", f"to show in {studies}, true of group 1"]
    other_way = f"The other way round, with more raised in group 2: plr plan --n {n_2} {n_1}"
    says, head = _plan_says(frame, studies, family, alpha), [(title, False) for title in titles]
    return Screen(says, head, rows, [other_way] if n_1 != n_2 else [])


def _plan_says(frame: pd.DataFrame, studies: str, family: int, alpha: float) -> list[str]:
    first, shown = frame.iloc[0], frame[frame["raised_1"].notna()]
    n_1, n_2 = int(first["n_1"]), int(first["n_2"])
    compared = f" and {count(family, 'theme')} compared at once" if family > 1 else ""
    with_people = f"With {n_1} and {n_2} people{compared}"
    each = f", so that all {family} together stay within {100 * alpha:.2g}" if family > 1 else ""
    rule = f"A gap shows if chance alone would bring it in {100 * alpha / family:.2g} of 100 studies or fewer{each}."
    if shown.empty:
        nothing = f"nothing would show, not even all {n_1} against none of {n_2}: it needs more people."
        return [f"{with_people}, {nothing}", rule]
    gap = f"only a gap as wide as {int(first['raised_1'])} of {n_1} against none of {n_2} would show."
    told = [f"{with_people}, {gap}", rule]
    most = int(shown["raised_2"].max())
    if most < n_2 - 1:
        more = f"If more than {most} of {n_2} in group 2 raise it" if most else "If anybody in group 2 raises it"
        told.append(f"{more}, not even all {n_1} in group 1 would show.")
    if pd.isna(first["true_1"]):
        told.append(f"No true difference would show in {studies}: that needs more people.")
    else:
        of = _at_least(first["true_1"])
        told.append(f"To show in {studies}: {of} people like those in group 1 would raise it, and nobody in group 2.")
    return told


def as_csv(frame: pd.DataFrame) -> str:
    """Return a frame as CSV with a header; what is missing is blank, and numbers have all their digits."""
    return frame.to_csv(index=False, lineterminator="\n")


def as_json(frame: pd.DataFrame) -> str:
    """Return a frame as a list of records, one a line; what is missing is null, and what is infinite is 1e999.

    JSON has no word for infinity; 1e999 is a number to it, and infinite to Python, R and JavaScript.
    """
    plain = frame.astype("object").where(frame.notna(), None)
    records = [
        "{" + ", ".join(f"{_json(str(name))}: {_json(value)}" for name, value in record.items()) + "}"
        for record in plain.to_dict("records")
    ]
    return "[\n" + ",\n".join(records) + "\n]\n"


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text.replace("Infinity", "1e999") if isinstance(value, float) else text


def one_line(text: str) -> str:
    """Return a text in one line, without what steers a terminal."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _of(lower: int, upper: int, n: int) -> str:
    """Return how many of n people raised it: `5 of 7`, `1 to 7 of 7`."""
    return f"{lower} of {n}" if lower == upper else f"{lower} to {upper} of {n}"


def _at_least(share: Any) -> str:
    """Return a share of people at large that is needed as so many of 100; a dash where even all are not enough."""
    return MISSING if pd.isna(share) else f"{ceil(100 * share - 1e-9)} of 100"


def _p(p: Any, low: Any = pd.NA, high: Any = pd.NA) -> str:
    """Return a p-value to two digits; its range where no more is known; a dash where there is none."""
    if not pd.isna(p):
        return p_value(float(p))
    return MISSING if pd.isna(low) or pd.isna(high) else f"{p_value(float(low))} to {p_value(float(high))}"


# Who could be told apart.

_MOST = 12
_UNKNOWN = "not known"


def disclosure(study: "Study") -> Screen:
    """Return who are few by what is known of them, and the merges of groups that would help most."""
    few, names, k = small_groups(study), quasi_identifiers(study), study.settings.privacy.smallest_group
    alone = int((few["people"] == 1).sum())
    by = joined(names, none="nothing that study.toml declares as quasi_identifiers")
    of = f"{len(few)} of {people(len(study.participants))}"
    before = [f"By {by}: {of} in a group of fewer than {k}, {alone} of them alone."]
    rows = []
    if len(few):
        before.append("What merging two levels would cost and gain, the best first; plr release does it:")
        best = merges(study).query("gain > 0").head(_MOST)
        rows = best.astype(str).replace("", _UNKNOWN).to_numpy().tolist()
    head = [("attribute", True), ("level", True), ("with", True)]
    head += [("people less known", False), ("no longer few", False), ("still few", False)]
    after = [
        f"{row['participant']}: {people(int(row['people']))} with "
        + listed(f"{name} {row[name] or _UNKNOWN}" for name in names)
        for row in few.head(_MOST).to_dict("records")
    ]
    if len(few) > _MOST:
        after.append(f"and {people(len(few) - _MOST)} more")
    return Screen(before, head, rows, after)

"""What numbers count, and a table whose numbers open to their excerpts, in the page itself and without any script."""

import html
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.privacy.consent import text_of
from plrlib.show.display import MISSING, Cells, caption_html
from plrlib.show.labels import everybody, raised
from plrlib.stats.bounds.presence import Counted
from plrlib.stats.comparison.compare import Comparison
from plrlib.study.load import Study
from plrlib.study.settings import Grouping
from plrlib.text import Count, Text, few, number

# What the numbers of tables and pictures count.


def group_ids(found: Comparison, codes: Sequence[str], columns: Mapping[str, str]) -> Cells:
    """Return the excerpts of a table with a row a code and, under each of `columns`, the number of a group."""
    return {(i, head): found.excerpts(code, key) for i, code in enumerate(codes) for key, head in columns.items()}


def column_ids(rows: Iterable[Hashable], column: str, ids: Mapping[Hashable, Sequence[str]]) -> Cells:
    """Return the ids of one column of a table; `ids` has them by the key of each row."""
    return {(i, column): ids.get(key, ()) for i, key in enumerate(rows)}


def counted(
    words: Mapping[str, Sequence[str]], columns: Mapping[str, Sequence[Sequence[str]]]
) -> tuple[pd.DataFrame, Cells]:
    """Return a table of words and, beside them, how many ids each of `columns` has in each row; and those ids."""
    numbers = {head: list(map(len, rows)) for head, rows in columns.items()}
    ids = {(i, head): some for head, rows in columns.items() for i, some in enumerate(rows)}
    return pd.DataFrame({**words, **numbers}), ids


def ids_by(frame: pd.DataFrame, *columns: str, what: str = "excerpt") -> dict[Any, list[str]]:
    """Return the ids of a frame's rows by the value of a column, or by the values of several."""
    found: dict[Any, list[str]] = {}
    keys = [frame[c].astype("object") for c in columns]
    for name, *key in zip(frame[what].astype(str), *keys, strict=True):
        found.setdefault(key[0] if len(key) == 1 else tuple(key), []).append(name)
    return found


def people_ids(study: Study, which: NDArray[np.bool_] | None = None) -> list[str]:
    """Return the participants, or those of them that an array marks (P)."""
    who = study.participants["participant"].astype(str)
    return list(who if which is None else who[which])


def excerpt_ids(study: Study, which: Any = None) -> list[str]:
    """Return the excerpts, or those of them that an array marks (E)."""
    ids = study.excerpts["excerpt"].astype(str)
    return list(ids if which is None else ids[np.asarray(which, dtype=bool)])


def known_ids(ids: Sequence[str], n: int) -> Sequence[str] | int:
    """Return the ids of what a statistic counts, if they are as many; else the number alone."""
    return ids if len(ids) == n else n


def comparable_people(study: Study, grouping: Grouping) -> list[str]:
    """Return those who were first heard with somebody of another group, and can be compared with them."""
    group, block = study.prepared.group(grouping), study.prepared.focus_group
    known = group >= 0
    mixed = pd.Series(group[known]).groupby(block[known]).nunique()
    return people_ids(study, known & np.isin(block, mixed.index[mixed > 1]))


def people_at(study: Study) -> dict[Hashable, list[str]]:
    """Return who is listed at each event."""
    seats = zip(study.events["event"], study.prepared.listed.T, strict=True)
    return {str(event): people_ids(study, there) for event, there in seats}


# How many people of each group raised a code, with their ids.


def group_size(counted: Counted, key: str, n: int) -> str:
    """Return the number of people of a group, with their ids where all are known by name."""
    members = counted.members(key)
    return number(members) if len(members) == n and n else str(n)


def counts_of(counted: Counted, rows: pd.DataFrame) -> dict[str, str]:
    """Return the counts of one code by group, from its rows of `presence`.

    With ids: the people, where it is known by name who raised the code; else the excerpts that may be theirs.
    """
    told: dict[str, str] = {}
    for code, key, lower, upper, n in zip(*(rows[c] for c in ("code", "group", "lower", "upper", "n")), strict=True):
        people = counted.people(code, key)
        ids = people if len(people) == lower == upper else counted.excerpts(code, key)
        some = Count(raised(lower, upper), tuple(ids)) if upper else raised(lower, upper)
        told[key] = Text(some, " of ", group_size(counted, key, n))
    return told


def counts_say(counted: Counted, frame: pd.DataFrame, code: str) -> str:
    """Return the counts of one code in all groups, from a frame of `presence`.

    As in `5 of 7 voluntary and none of 7 statutory staff`.
    """
    return everybody(counted.grouping, counts_of(counted, frame[frame["code"] == code]))


# A table whose numbers open to their excerpts.


@dataclass(frozen=True)
class Line:
    """A text in a cell, of one line or several, and the excerpts that it counts, if any; strong: it stands out."""

    text: str
    excerpts: tuple[str, ...] = ()
    strong: bool = False


Cell = Sequence[Line]


@dataclass(frozen=True)
class Opening:
    """A table of lines.

    Parameters
    ----------
    heads
        The columns.
    rows
        A cell a column.
    shown
        By excerpt what its entry says: id, page, what was said.
    caption
        What the table is, in a sentence.
    """

    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    shown: Mapping[str, str]
    caption: str

    @property
    def frame(self) -> pd.DataFrame:
        """The table as text, without the excerpts."""
        plain = [["\n".join(line.text for line in cell) or MISSING for cell in row] for row in self.rows]
        return pd.DataFrame(plain, columns=list(self.heads))

    @property
    def counted(self) -> pd.DataFrame:
        """One row a number and excerpt: row and column of the table, the number's line, and the excerpt."""
        found = [
            (row[0][0].text, head, line.text, excerpt)
            for row in self.rows
            for head, cell in zip(self.heads, row, strict=True)
            for line in cell
            for excerpt in line.excerpts
        ]
        return pd.DataFrame(found, columns=["row", "column", "number", "excerpt"])

    def __repr__(self) -> str:
        told = [self.caption]
        for row in self.rows:
            told.append("")
            for head, cell in zip(self.heads, row, strict=True):
                texts = (f"{line.text}{f' [{few(line.excerpts)}]' if line.excerpts else ''}" for line in cell)
                told.append(f"{head}: " + (" | ".join(texts).replace("\n", "; ") or MISSING))
        return "\n".join(told)

    def _repr_html_(self) -> str:
        top = "text-align:left;vertical-align:top"
        head = "".join(f'<th scope="col" style="{top}">{html.escape(text)}</th>' for text in self.heads)
        body = ""
        for first, *rest in self.rows:
            cells = "".join(f'<td style="{top}">{self._cell(cell)}</td>' for cell in rest)
            body += f'<tr><th scope="row" style="{top};font-weight:normal">{self._cell(first)}</th>{cells}</tr>'
        return f"<table>{caption_html(self.caption)}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def _cell(self, cell: Cell) -> str:
        return "".join(map(self._line, cell)) or MISSING

    def _line(self, line: Line) -> str:
        text = html.escape(line.text).replace("\n", "<br>")
        text = f"<strong>{text}</strong>" if line.strong else text
        if not line.excerpts:
            return f"<div>{text}</div>"
        entries = "".join(f"<li>{html.escape(self.shown[excerpt])}</li>" for excerpt in line.excerpts)
        style = "min-width:16em;padding-left:1.2em;text-align:left"
        return f'<details><summary>{text}</summary><ul style="{style}">{entries}</ul></details>'


def opening(study: Study, heads: Sequence[str], rows: Sequence[Sequence[Cell]], caption: str) -> Opening:
    """Return a table of lines, with what a reader is shown of every excerpt in it."""
    used = [excerpt for row in rows for cell in row for line in cell for excerpt in line.excerpts]
    return Opening(heads, rows, shown_excerpts(study, used), caption)


def shown_excerpts(study: Study, excerpts: Sequence[str]) -> dict[str, str]:
    """Return by excerpt what a reader is shown of it: its id, its page where there is one, and what was said."""
    wanted = list(dict.fromkeys(excerpts))
    said = text_of(study, wanted).fillna("nothing of it can be shown")
    pages = study.excerpts.set_index("excerpt")["page"].reindex(wanted)
    where = ["" if pd.isna(page) else f", p. {page}" for page in pages]
    return {excerpt: f"{excerpt}{at}: {text}" for excerpt, at, text in zip(wanted, where, said, strict=True)}

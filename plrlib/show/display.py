"""What notebooks show, without figures: sentences, tables, and a picture with its caption and numbers.

A number that counts excerpts or people carries their ids: the page of a notebook holds them as data, unseen, and the
site makes of the number a link to what it counts. What a study brings is text; it is escaped in plrlib/markup.py.
"""

import base64
import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import ParamSpec, TypeVar

import pandas as pd

from plrlib.faults import NotInStudy
from plrlib.markup import count_html, markdown, sentence_html
from plrlib.text import Count, Text

MISSING = "–"
P = ParamSpec("P")
Shown = TypeVar("Shown")
Cells = Mapping[tuple[int, str], Sequence[str]]
"""The ids of what is counted in a cell, by the position of its row and by its column: excerpts, or people."""
ONE_LINE = 80
"""A caption of so many letters or fewer stays on one line, since a narrow table would fold it."""


@dataclass(frozen=True)
class Say:
    """Sentences shown as a list; one alone is shown as a paragraph.

    Parameters
    ----------
    sentences : tuple of Text
        The sentences, which are strings; a number in them knows the ids of what it counts.

    See Also
    --------
    say : Sentences as one of these.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.heard_say(study).sentences[1]
    'There were 9 focus groups and 15 interviews.'
    """

    sentences: tuple[Text, ...]

    def __repr__(self) -> str:
        return "\n".join(self.sentences)

    def _repr_markdown_(self) -> str:
        if len(self.sentences) == 1:
            return markdown(self.sentences[0])
        return "\n".join(f"- {markdown(sentence)}" for sentence in self.sentences)

    def _repr_html_(self) -> str:
        if len(self.sentences) == 1:
            return f"<p>{sentence_html(self.sentences[0])}</p>"
        items = "".join(f"<li>{sentence_html(sentence)}</li>" for sentence in self.sentences)
        return f"<ul>{items}</ul>" if items else ""


def say(*sentences: str) -> Say:
    """Return sentences to show; empty ones are left out.

    Parameters
    ----------
    *sentences : str
        Sentences, whole and with their full stops.

    Returns
    -------
    Say
        Shown as a list, or as a paragraph where there is one alone.

    Examples
    --------
    >>> from plrlib import show
    >>> show.say("Nine groups met.", "", "All were recorded.")
    Nine groups met.
    All were recorded.
    """
    return Say(tuple(Text(sentence) for sentence in sentences if sentence))


def or_say(sentence: str = "") -> Callable[[Callable[P, Shown]], Callable[P, Shown | Say]]:
    """Return a decorator: where a study lacks what is to be shown, a sentence is shown; blank: what is lacking."""

    def decorate(show: Callable[P, Shown]) -> Callable[P, Shown | Say]:
        @wraps(show)
        def shown(*args: P.args, **kwargs: P.kwargs) -> Shown | Say:
            try:
                return show(*args, **kwargs)
            except NotInStudy as error:
                return say(sentence or str(error))

        return shown

    return decorate


@dataclass(frozen=True)
class Table:
    """A frame with a caption, in plain HTML: numbers to the right, words to the left, a dash for what is missing.

    Parameters
    ----------
    frame : DataFrame
        The table.
    caption : str
        What it is, in a sentence.
    ids : mapping
        What its numbers count: by position of the row and by column, the ids of excerpts or people.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> table = show.events(study)
    >>> table.caption, len(table.frame)
    ('The events, in the order held; equal numbers for the same time', 24)
    """

    frame: pd.DataFrame
    caption: str = ""
    ids: Cells = field(default_factory=dict, compare=False)

    def __repr__(self) -> str:
        body = self.frame.astype("object").where(self.frame.notna(), MISSING).to_string(index=False)
        body = body if len(self.frame) else "(no rows)"
        return f"{self.caption}\n\n{body}" if self.caption else body

    def _repr_html_(self) -> str:
        sides = ("right" if pd.api.types.is_numeric_dtype(kind) else "left" for kind in self.frame.dtypes)
        heads = list(zip(map(str, self.frame.columns), sides, strict=True))
        head = "".join(f'<th scope="col" style="text-align:{side}">{html.escape(name)}</th>' for name, side in heads)
        body = ""
        for i, row in enumerate(self.frame.itertuples(index=False, name=None)):
            first = _shown(row[0]) if row else ""
            cells = (self._cell(cell, i, first, *head) for cell, head in zip(row, heads, strict=True))
            body += f"<tr>{''.join(cells)}</tr>"
        return f"<table>{caption_html(self.caption)}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def _cell(self, value: object, row: int, first: str, column: str, side: str) -> str:
        of, ids = f"{first}, {column}", tuple(self.ids.get((row, column), ()))
        told = sentence_html(value, of) if isinstance(value, Text) else count_html(Count(_shown(value), ids, of))
        return f'<td style="text-align:{side}">{told}</td>'


@dataclass(frozen=True)
class Several:
    """Several things to show, one below the other.

    Parameters
    ----------
    parts : tuple
        Sentences, tables and pictures.

    Examples
    --------
    >>> from plrlib import show
    >>> show.Several((show.say("Nine groups met."), show.say("All were recorded.")))
    Nine groups met.
    All were recorded.
    """

    parts: "tuple[Say | Table | Picture, ...]"

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.parts))

    def _repr_html_(self) -> str:
        return "".join(part._repr_html_() for part in self.parts)


def _shown(value: object) -> str:
    if value is None or value is pd.NA or value != value:
        return MISSING
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.2g}"
    return str(value)


def caption_html(caption: str) -> str:
    """Return the caption of a table."""
    style = f"text-align:left;white-space:{'nowrap' if len(caption) <= ONE_LINE else 'normal'}"
    return f'<caption style="{style}">{sentence_html(caption)}</caption>' if caption else ""


@dataclass(frozen=True)
class Picture:
    """A figure as it is shown and handed on.

    Parameters
    ----------
    png : bytes
        The picture, at twice the size it is shown in.
    width : int
        The width it is shown in, in pixels.
    caption : str
        What is to be seen, as sentences.
    alt : str
        The same for who cannot see it: what the picture shows, with its numbers.
    numbers : DataFrame
        What was drawn, as a tidy frame.
    ids : mapping
        What the numbers count, as in a `Table`.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.seats_picture(study, "provision").numbers.columns.tolist()
    ['event', 'Targeted', 'Universal']
    """

    png: bytes
    width: int
    caption: str
    alt: str
    numbers: pd.DataFrame
    ids: Cells = field(default_factory=dict, compare=False)

    def __repr__(self) -> str:
        return f"{self.caption}\n\n{self.numbers.to_string(index=False)}"

    def _repr_html_(self) -> str:
        code = base64.b64encode(self.png).decode("ascii")
        image = f'<img src="data:image/png;base64,{code}" width="{self.width}" alt="{html.escape(self.alt)}">'
        table = Table(self.numbers, ids=self.ids)._repr_html_()
        caption = f"<figcaption>{sentence_html(self.caption)}</figcaption>"
        return f"<figure>{image}{caption}<details><summary>The numbers drawn</summary>{table}</details></figure>"

"""Executed notebooks as pages of the site: excerpts and numbers of an output lead to where they are listed.

A notebook's output carries the ids of what a number counts as data; the site links exactly what it is given.
"""

import html
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from textwrap import shorten
from typing import Any

from plrlib.markup import link, link_html, plain
from plrlib.paths import copies_of, folder_for
from plrlib.study.load import Study
from plrlib.text import count

_DATA = re.compile(r"<data value='([^']*)' data-of='([^']*)'[^>]*>(.*?)</data>")
_TAGS = re.compile(r"(<[^>]*>)")
_BARE = re.compile(r"[\w-]+")
MOST_READ = 40
"""Of more excerpts only the ids are listed, not what was said."""
_LONGEST_HEAD = 90


def notebooks_of(study: Study) -> dict[str, Any]:
    """Return the executed notebooks of a study, by their file's name without ending, in order."""
    folders = {copies_of(study.id), folder_for(study.folder, study.id)}
    found = {path.stem: path for folder in folders for path in folder.glob("[0-9][0-9]-*.ipynb")}
    return {name: json.loads(found[name].read_text(encoding="utf-8")) for name in sorted(found)}


@dataclass(frozen=True)
class Number:
    """A number of a notebook: what it says, of what, under which heading, and the ids of what it counts."""

    text: str
    of: str
    section: int
    ids: Sequence[str]


@dataclass
class Numbers:
    """The numbers of one notebook's page, in order, each under the heading where it stands.

    Parameters
    ----------
    page
        The notebook's page, by its name without ending.
    headings
        The headings of the notebook, in order.
    """

    page: str
    headings: list[str] = field(default_factory=list)
    found: list[Number] = field(default_factory=list)

    @property
    def target(self) -> str:
        """The page that lists them, by its name without ending."""
        return f"{self.page}-numbers"

    def linked(self, text: str) -> str:
        """Return HTML in which each number that has ids is a link; they are added to those found."""
        return _DATA.sub(self._link, text)

    def _link(self, match: re.Match[str]) -> str:
        ids, of, text = json.loads(html.unescape(match[1])), html.unescape(match[2]), html.unescape(match[3])
        self.found.append(Number(text, of, len(self.headings) - 1, ids))
        n, about = len(self.found), html.escape(f"{text}: {of}")
        return f'<a class="plr-number" id="c-{n}" href="{self.target}.html#n-{n}" aria-label="{about}">{match[3]}</a>'


def page(
    notebook: Mapping[str, Any], name: str, excerpts: Collection[str], evidence: str
) -> tuple[bytes, list[str], Numbers]:
    """Return a notebook as the site shows it, the excerpts that its outputs name or count, and its numbers.

    A notebook without a heading gets its name as one. Code is folded away, one click off. In HTML each excerpt's id
    becomes a link to its place on the evidence page, and each number with ids one to what it counts. Text beside an
    HTML output is left as it is, since the site shows the HTML.

    Parameters
    ----------
    notebook, name
        An executed notebook, and its file's name without ending.
    excerpts
        The ids that lead to the page of excerpts.
    evidence
        That page.
    """
    found: dict[str, None] = {}
    numbers = Numbers(name)
    cells: list[dict[str, Any]] = []
    if not title(notebook, ""):
        cells.append({"cell_type": "markdown", "id": "heading", "metadata": {}, "source": f"# {plain(name)}"})
        numbers.headings.append(name)
    for cell in notebook["cells"]:
        changed = deepcopy(cell)
        if cell["cell_type"] == "markdown":
            numbers.headings += [h.lstrip("# ") for h in "".join(cell["source"]).splitlines() if h.startswith("#")]
        elif cell["cell_type"] == "code":
            changed["metadata"]["tags"] = [*cell["metadata"].get("tags", []), "hide-input"]
            for data in (output["data"] for output in changed["outputs"] if "text/html" in output.get("data", {})):
                data["text/html"] = numbers.linked(linked("".join(data["text/html"]), excerpts, evidence, found))
        cells.append(changed)
    for number in numbers.found:
        found.update(dict.fromkeys(one for one in number.ids if one in excerpts))
    whole = {**notebook, "cells": cells}
    return json.dumps(whole, ensure_ascii=False).encode("utf-8"), list(found), numbers


def title(notebook: Mapping[str, Any], name: str) -> str:
    """Return the heading of a notebook; its name where it has none."""
    texts = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    lines = (line for text in texts for line in text.splitlines() if line.startswith("# "))
    return next(lines, "").removeprefix("# ").strip() or name


def linked(page: str, excerpts: Collection[str], evidence: str, found: dict[str, None]) -> str:
    """Return HTML with a link on each excerpt's id that stands in its text; what is found is added to `found`.

    An id that is a number is one only where it starts an item of a list: anywhere else it may be a count.
    """
    starts_item = False

    def to_excerpt(match: re.Match[str]) -> str:
        word = html.unescape(match[0])
        if word not in excerpts or (word.isdigit() and not (match.start() == 0 and starts_item)):
            return match[0]
        found.setdefault(word)
        return link_html(word, evidence, word)

    parts = _TAGS.split(page)
    for i in range(0, len(parts), 2):
        starts_item = i > 0 and parts[i - 1] == "<li>"
        parts[i] = _BARE.sub(to_excerpt, parts[i])
    return "".join(parts)


def numbers_page(numbers: Numbers, title: str, said: Mapping[str, str], excerpts: str, people: str) -> str:
    """Return the page that lists, for each number, what it counts.

    Parameters
    ----------
    numbers
        The numbers of a notebook.
    title
        The notebook's title.
    said
        What may be shown of each excerpt; ids that are not here are people's.
    excerpts, people
        The pages where they have their anchors.
    """
    head, back = plain(f"What is counted in {title}"), link("Back", f"{numbers.page}.ipynb")
    parts = ["---\norphan: true\nnosearch: true\n---", f"# {head}", back]
    for section, heading in enumerate(numbers.headings):
        rows = [(n, one) for n, one in enumerate(numbers.found, 1) if one.section == section]
        if rows:
            body = "".join(_entries(rows, numbers.page, said, excerpts, people))
            parts += [f"## {plain(heading)}", f'```{{raw}} html\n<div id="s-{section}">{body}</div>\n```']
    return "\n\n".join(parts)


def _entries(
    rows: Sequence[tuple[int, Number]], page: str, said: Mapping[str, str], excerpts: str, people: str
) -> Iterator[str]:
    for n, one in rows:
        kind = count(len(one.ids), "excerpt") if one.ids[0] in said else count(len(one.ids), "person", "people")
        back = f'<a href="{page}.html#c-{n}" aria-label="Back to the number">back</a>'
        # a sentence has many numbers: its beginning tells which it is, and the way back leads to the whole of it
        about = shorten(one.of.rstrip("."), _LONGEST_HEAD, placeholder=" …")
        head = f"{html.escape(about)}: <strong>{html.escape(one.text)}</strong>"
        yield f'<h3 class="plr-number" id="n-{n}">{head}</h3><p>{kind}; {back}</p>'
        if one.ids[0] in said and len(one.ids) <= MOST_READ:
            items = (f"<li>{link_html(e, excerpts, e)}: {html.escape(said[e])}</li>" for e in one.ids)
            yield f"<ul>{''.join(items)}</ul>"
        else:
            where = excerpts if one.ids[0] in said else people
            yield f"<p>{', '.join(link_html(e, where, e) for e in one.ids)}</p>"

"""Executed notebooks as pages of the site: excerpts that an output names lead to the page where they stand."""

import html
import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from plrlib.places import home, processed
from plrlib.site.markdown import anchor, plain
from plrlib.site.numbers import Numbers, lead
from plrlib.study import Study

_TAGS = re.compile(r"(<[^>]*>)")
_BARE = re.compile(r"[\w-]+")


def notebooks_of(study: Study) -> dict[str, Any]:
    """Return the executed notebooks of a study, by their file's name without ending, in order."""
    copies = processed(study.id) / "notebooks"
    found = {path.stem: path for path in copies.glob("*.ipynb")} if copies.is_dir() else {}
    if study.folder == (home() / "data" / "raw" / study.id).resolve() and not any(n.startswith("01-") for n in found):
        found.update({path.stem: path for path in (home() / "notebooks").glob("[0-9][0-9]-*.ipynb")})
    return {name: json.loads(found[name].read_text(encoding="utf-8")) for name in sorted(found)}


@dataclass(frozen=True)
class Pages:
    """What a notebook's page leads to.

    Parameters
    ----------
    excerpts
        The ids that lead to the page of excerpts.
    evidence, people
        The pages of excerpts and of people.
    counts
        What finds a count in a sentence; see `numbers.counts`.
    """

    excerpts: frozenset[str]
    evidence: str
    people: str
    counts: re.Pattern[str]


def page(notebook: Mapping[str, Any], name: str, pages: Pages) -> tuple[bytes, list[str], Numbers]:
    """Return a notebook as the site shows it, the excerpts that its outputs name or count, and its numbers.

    A notebook without a heading gets its name as one. Code is folded away, one click off. In HTML each excerpt's id
    becomes a link to its place on the evidence page, and each number with ids behind it one to what it counts; a count
    in a sentence leads to what is counted under its heading. Text beside an HTML output is left as it is, since the
    site shows the HTML.
    """
    found: dict[str, None] = {}
    numbers = Numbers(name)
    cells: list[dict[str, Any]] = []
    if not _heading(notebook):
        cells.append({"cell_type": "markdown", "id": "heading", "metadata": {}, "source": f"# {plain(name)}"})
        numbers.headings.append(name)
    places = []
    for cell in notebook["cells"]:
        changed = {**cell}
        if cell["cell_type"] == "markdown":
            numbers.headings += [h.lstrip("# ") for h in "".join(cell["source"]).splitlines() if h.startswith("#")]
        elif cell["cell_type"] == "code":
            changed["metadata"] = {**cell["metadata"], "tags": [*cell["metadata"].get("tags", []), "hide-input"]}
            changed["outputs"] = [_tables(output, pages, numbers, found) for output in cell["outputs"]]
        places.append(len(numbers.headings) - 1)
        cells.append(changed)
    for at, section in enumerate(places, len(cells) - len(places)):
        outputs: list[dict[str, Any]] = cells[at].get("outputs", [])
        if outputs:
            cells[at]["outputs"] = [_sentences(output, pages, numbers, section, found) for output in outputs]
    for number in numbers.found:
        found.update(dict.fromkeys(one for one in number.ids if one in pages.excerpts))
    whole = {**notebook, "cells": cells}
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode("utf-8"), list(found), numbers


def title(notebook: Mapping[str, Any], name: str) -> str:
    """Return the heading of a notebook; its name where it has none."""
    return _heading(notebook) or name


def _heading(notebook: Mapping[str, Any]) -> str:
    texts = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    lines = [line for text in texts for line in text.splitlines() if line.startswith("# ")]
    return lines[0].removeprefix("# ").strip() if lines else ""


def _tables(output: dict[str, Any], pages: Pages, numbers: Numbers, found: dict[str, None]) -> dict[str, Any]:
    data = output.get("data", {})
    if "text/html" not in data:
        return output
    text = numbers.linked(linked("".join(data["text/html"]), pages.excerpts, pages.evidence, found))
    return {**output, "data": {**data, "text/html": text}}


def _sentences(
    output: dict[str, Any], pages: Pages, numbers: Numbers, section: int, found: dict[str, None]
) -> dict[str, Any]:
    data = output.get("data", {})
    kind = "text/html" if "text/html" in data else "text/markdown"
    if kind not in data:
        return output
    text = "".join(data[kind])
    if kind == "text/markdown":
        found.update(dict.fromkeys(e for e in _BARE.findall(text) if e in pages.excerpts and not e.isdigit()))
    under = f"{numbers.target}.html#s-{section}" if section in numbers.sections() else ""

    def where(counted: str) -> str:
        return under or (pages.evidence if "excerpt" in counted else pages.people)

    told = _outside_links(text, lambda part: lead(pages.counts, where, part))
    return {**output, "data": {**data, kind: told}}


def _outside_links(page: str, change: Callable[[str], str]) -> str:
    """Return HTML or Markdown with its text changed, but not what is a link, opens, or is a heading of a table."""
    parts, inside = _TAGS.split(page), 0
    for i, part in enumerate(parts):
        if i % 2:
            name = part.strip("</>").split(" ")[0]
            if name in ("a", "summary", "th", "pre"):
                inside += -1 if part.startswith("</") else 1
        elif not inside:
            parts[i] = change(part)
    return "".join(parts)


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
        return f'<a href="{evidence}#{anchor(word)}">{match[0]}</a>'

    parts = _TAGS.split(page)
    for i in range(0, len(parts), 2):
        starts_item = i > 0 and parts[i - 1] == "<li>"
        parts[i] = _BARE.sub(to_excerpt, parts[i])
    return "".join(parts)

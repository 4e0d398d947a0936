"""Executed notebooks as pages of the site: excerpts that an output names lead to the page where they stand."""

import html
import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from plrlib.places import home, processed
from plrlib.site.markdown import anchor, plain
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


def page(notebook: Mapping[str, Any], excerpts: Collection[str], evidence: str, name: str) -> tuple[bytes, list[str]]:
    """Return a notebook as the site shows it, and the excerpts that its outputs name.

    A notebook without a heading gets its name as one. Code is folded away, one click off. In HTML each excerpt's id
    becomes a link to its place on the evidence page; text beside an HTML output is left as it is, since the site shows
    the HTML.
    """
    found: dict[str, None] = {}
    cells = []
    if not _heading(notebook):
        cells.append({"cell_type": "markdown", "id": "heading", "metadata": {}, "source": f"# {plain(name)}"})
    for cell in notebook["cells"]:
        changed = {**cell}
        if cell["cell_type"] == "code":
            changed["metadata"] = {**cell["metadata"], "tags": [*cell["metadata"].get("tags", []), "hide-input"]}
            changed["outputs"] = [_output(output, set(excerpts), evidence, found) for output in cell["outputs"]]
        cells.append(changed)
    whole = {**notebook, "cells": cells}
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode("utf-8"), list(found)


def title(notebook: Mapping[str, Any], name: str) -> str:
    """Return the heading of a notebook; its name where it has none."""
    return _heading(notebook) or name


def _heading(notebook: Mapping[str, Any]) -> str:
    texts = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    lines = [line for text in texts for line in text.splitlines() if line.startswith("# ")]
    return lines[0].removeprefix("# ").strip() if lines else ""


def _output(output: dict[str, Any], excerpts: set[str], evidence: str, found: dict[str, None]) -> dict[str, Any]:
    data = output.get("data", {})
    if "text/html" not in data:
        named = [e for e in _BARE.findall("".join(data.get("text/markdown", ""))) if e in excerpts]
        found.update(dict.fromkeys(named))
        return output
    text = linked("".join(data["text/html"]), excerpts, evidence, found)
    return {**output, "data": {**data, "text/html": text}}


def linked(page: str, excerpts: Collection[str], evidence: str, found: dict[str, None]) -> str:
    """Return HTML with a link on each excerpt's id that stands in its text; what is found is added to `found`."""

    def lead(match: re.Match[str]) -> str:
        word = html.unescape(match[0])
        if word not in excerpts:
            return match[0]
        found.setdefault(word)
        return f'<a href="{evidence}#{anchor(word)}">{match[0]}</a>'

    parts = _TAGS.split(page)
    return "".join(part if i % 2 else _BARE.sub(lead, part) for i, part in enumerate(parts))

"""What a mentor is asked to check, and who has done so on which data.

A review is neither a study's own nor derived from it: it is kept in data/reviews/<study>.json, which a run only reads.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from plrlib.paths import home, processed
from plrlib.text import listed

HEADING = "## What a mentor should check"
_ITEM = re.compile(r"^[-*] +(.*(?:\n(?![-*] ).*\S.*)*)", re.MULTILINE)
"""An item of a list in Markdown; it goes on until a blank line or the next one."""


@dataclass(frozen=True)
class Review:
    """Somebody has read a study's executed notebooks.

    Parameters
    ----------
    who, when, note
        Who it was, on which day (YYYY-MM-DD), and what they want to be said with it.
    inputs, notebooks
        The SHA-256 of each of the study's files, and of each executed notebook, by the file's name.
    """

    who: str
    when: str
    note: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    notebooks: Mapping[str, str] = field(default_factory=dict)


class Ran(NamedTuple):
    """What was run of a study, by its manifest: the SHA-256 of its files and of the executed notebooks, by name."""

    inputs: Mapping[str, str]
    notebooks: Mapping[str, str]


def last_run(study_id: str) -> Ran | None:
    """Return what was run of a study last; None where nothing was."""
    path = processed(study_id) / "manifest.json"
    if not path.is_file():
        return None
    found = json.loads(path.read_text(encoding="utf-8"))
    return Ran(found["inputs"], {name: one["sha256"] for name, one in found["notebooks"].items()})


def reviews_file(study_id: str) -> Path:
    """Return where the reviews of a study are kept; it need not exist yet."""
    return home() / "data" / "reviews" / f"{study_id}.json"


def read_reviews(study_id: str) -> list[Review]:
    """Return the reviews of a study, the oldest first.

    Raises
    ------
    ValueError
        If the file is not what `as_json` writes; the message names it.
    """
    path = reviews_file(study_id)
    if not path.is_file():
        return []
    try:
        return [Review(**one) for one in json.loads(path.read_text(encoding="utf-8"))["reviews"]]
    except (KeyError, TypeError, ValueError) as error:
        message = f"data/reviews/{path.name} is no list of reviews: mend it, or take it away ({error})"
        raise ValueError(message) from error


def as_json(reviews: list[Review]) -> bytes:
    """Return the reviews of a study as their file holds them."""
    content = {"reviews": [asdict(review) for review in reviews]}
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def checks(notebook: Mapping[str, Any]) -> list[str]:
    """Return what a mentor should check in a notebook: the list at its end, each item as plain text."""
    for cell in notebook["cells"]:
        heading, _, below = "".join(cell["source"]).partition("\n")
        if cell["cell_type"] == "markdown" and heading.strip() == HEADING:
            items = (" ".join(map(str.strip, item.splitlines())) for item in _ITEM.findall(below))
            return [item.replace("**", "").replace("`", "") for item in items]
    return []


def standing(review: Review, now: Ran) -> str:
    """Say whether what was reviewed is what there is now."""
    if data := changes(review.inputs, now.inputs):
        return f"data changed since: {listed(data)}"
    if shown := changes(review.notebooks, now.notebooks):
        return f"reviewed as of these data; what is shown of them has changed since in: {listed(shown)}"
    return "reviewed as of these data"


def changes(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Return the names of the files that are not the same in both, or in one only, by their digests."""
    return sorted(name for name in {*before, *now} if before.get(name) != now.get(name))

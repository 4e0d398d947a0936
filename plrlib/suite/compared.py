"""A comparison notebook for each grouping that none of the project's own notebooks is about.

One of those is the source: it names its grouping in its metadata, `{"plr": {"grouping": "sector"}}`, and in one line
of its code, `by = "sector"`. What is made from it differs in that line, in title and metadata, and in nothing else.
"""

import copy
import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Any

from plrlib.settings import Grouping, Settings
from plrlib.suite.errors import RunError

_BY = re.compile(r"^by = .*$", re.MULTILINE)
_LONGEST = 60  # letters of a grouping's name in the name of a file
# A viewer that sets formulas looks for these in what is shown too, but not across the border of an element.
_APART = {"$": "<span>&#36;</span>", "\\": "<span>&#92;</span>"}


def compared(notebooks: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """Return a notebook for each grouping of a study that no notebook names in its metadata.

    Parameters
    ----------
    notebooks
        The project's notebooks by their files' names, without outputs; they are not changed. The first by name that
        names a grouping is the source.
    settings
        What the study's study.toml says.

    Returns
    -------
    dict
        Notebooks by the names of their files, as `04-compare-age.ipynb`: in the order of study.toml, no two alike,
        whatever the groupings are called. None where no notebook names a grouping.

    Raises
    ------
    RunError
        If a notebook does not name its grouping plainly, or the source has no line `by = ...`, or several.
    """
    about = {name: _grouping(name, notebooks[name]) for name in sorted(notebooks)}
    source = next((name for name, by in about.items() if by), None)
    if source is None:
        return {}
    made: dict[str, Any] = {}
    for grouping in settings.groupings.values():
        if grouping.name not in about.values():
            name = _file_name(source[:2], grouping.name, {*notebooks, *made})
            made[name] = _made(source, notebooks[source], grouping)
    return made


def plain(text: str) -> str:
    """Return Markdown that shows a text as it is, in one line, whatever marks it holds."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return re.sub(r"[!-/:-@\[-`{-~]", lambda mark: _APART.get(mark[0]) or _escaped(mark[0]), line)


def _escaped(mark: str) -> str:
    return mark if mark in ",'" else f"\\{mark}"


def _grouping(name: str, notebook: Any) -> str:
    """Return the grouping that a notebook's metadata names; blank: none."""
    section = notebook.metadata.get("plr", {})
    by = section.get("grouping", "") if isinstance(section, Mapping) else None
    if not isinstance(by, str):
        raise RunError(
            f'{name} does not say plainly which grouping it is about: write {{"plr": {{"grouping": "role"}}}}'
        )
    return by


def _file_name(number: str, grouping: str, taken: Collection[str]) -> str:
    """Return a name that every file system takes, and tells from those taken: some do not see capitals."""
    letters = unicodedata.normalize("NFKD", grouping).encode("ascii", "ignore").decode("ascii")
    stem = re.sub(r"[^a-z0-9_]+", "-", letters.lower())[:_LONGEST].strip("-") or "grouping"
    others = {name.casefold() for name in taken}
    endings = ("", *(f"-{n}" for n in range(2, len(others) + 3)))
    names = (f"{number}-compare-{stem}{ending}.ipynb" for ending in endings)
    return next(name for name in names if name not in others)


def _made(source: str, notebook: Any, grouping: Grouping) -> Any:
    """Return a copy of the source that is about another grouping."""
    made = copy.deepcopy(notebook)
    places = [cell for cell in made.cells if cell.cell_type == "code" for _ in _BY.findall(cell.source)]
    if len(places) != 1:
        raise RunError(
            f"{source} is the source for comparing other groups, and {len(places) or 'no'} lines of its code are "
            'like by = "sector"; write one such line'
        )
    places[0].source = _BY.sub(lambda _: f"by = {grouping.name!r}", places[0].source)
    made.metadata["plr"] = {**made.metadata["plr"], "grouping": grouping.name}
    title = next((cell for cell in made.cells if cell.cell_type == "markdown"), None)
    if title is not None:
        title.source = _title(source, grouping)
    return made


def _title(source: str, grouping: Grouping) -> str:
    """Return the title and the question."""
    labels = [plain(label) for label in grouping.levels.values()]
    listed = f"{', '.join(labels[:-1])} and {labels[-1]}"
    return (
        f"# {source[:2]} · {plain(grouping.label)}\n\n"
        f"**Do these groups see things differently: {listed}?**\n\n"
        f"The study declares this grouping, and the question is put to it as {source.removesuffix('.ipynb')} puts it."
    )

"""Review a study: the mentor's lists as a Word document, and the record of who has reviewed which data."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plrlib.places import processed
from plrlib.reviews import Review, as_json, changes, checks, read_reviews, reviews_file, standing
from plrlib.study import Study
from plrlib.suite.errors import RunError
from plrlib.suite.write import scratch_folder, write_file

FORM = "review.docx"


@dataclass(frozen=True)
class Reviewed:
    """What was run of a study, by its manifest.

    Parameters
    ----------
    study
        The study.
    inputs, notebooks
        The SHA-256 of each of its files and of each executed notebook, by the file's name.
    """

    study: Study
    inputs: Mapping[str, str]
    notebooks: Mapping[str, str]

    def standing(self) -> list[str]:
        """Return for each review of the study who it was, when, and whether it still holds."""
        found = known_reviews(self.study.id)
        return [f"{one.who}, {one.when}: {standing(one, self.inputs, self.notebooks)}" for one in found]


def known_reviews(study_id: str) -> list[Review]:
    """Return the reviews of a study; a broken file is a `RunError`."""
    try:
        return read_reviews(study_id)
    except ValueError as error:
        raise RunError(str(error)) from error


def reviewed(study: Study) -> Reviewed:
    """Return what was run of a study.

    Raises
    ------
    RunError
        If it was not run, or its files have changed since.
    """
    path = processed(study.id) / "manifest.json"
    if not path.is_file():
        raise RunError(f"{study.id} has not been run: there is nothing to review yet; first plr run {study.id}")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if found["inputs"] != dict(study.sources):
        changed = changes(found["inputs"], study.sources)
        raise RunError(
            f"{', '.join(changed)} of {study.id} changed since it was run: what is shown is of other data; "
            f"first plr run {study.id}"
        )
    return Reviewed(study, found["inputs"], {name: one["sha256"] for name, one in found["notebooks"].items()})


def form(one: Reviewed) -> bytes:
    """Return the lists of a study's executed notebooks as a Word document."""
    from plrlib.drafts.checklist import checklist  # noqa: PLC0415 - Word, which recording a review does not need
    from plrlib.site.linked import notebooks_of, title  # noqa: PLC0415

    notebooks = notebooks_of(one.study)
    lists = {title(notebook, name): checks(notebook) for name, notebook in notebooks.items()}
    files = ", ".join(f"{name} {sha[:8]}" for name, sha in one.inputs.items())
    about = [
        f"Of these data: {files}.",
        "Tick what you have seen, and write what you doubt. The site has the notebooks, and every excerpt.",
        f'Back with the team, it is put on record with: plr review {one.study.id} --by "your name"',
    ]
    return checklist(one.study.title, about, {name: items for name, items in lists.items() if items})


def write_form(one: Reviewed, data: bytes, replace: bool = False) -> tuple[Path, bool]:
    """Put the form among the study's results; a form that somebody may have filled in stays, unless it is to go.

    Returns
    -------
    tuple
        Where it is, and whether it is the one given.
    """
    path = processed(one.study.id) / FORM
    if path.is_file() and path.read_bytes() != data and not replace:
        return path, False
    with scratch_folder() as scratch:
        write_file(path, data, scratch)
    return path, True


def record(one: Reviewed, who: str, when: str, note: str) -> Path:
    """Put on record that somebody has reviewed what was run of a study, and return where that stands.

    Raises
    ------
    RunError
        If no name is given, or the file of reviews is broken; it stays as it was.
    """
    if not who.strip():
        raise RunError("a review is by somebody: give a name with --by")
    before = known_reviews(one.study.id)
    path = reviews_file(one.study.id)
    review = Review(who.strip(), when, note.strip(), one.inputs, one.notebooks)
    with scratch_folder() as scratch:
        write_file(path, as_json([*before, review]), scratch)
    return path

"""Review a study: the mentor's lists as a Word document, and the record of who has reviewed which data."""

from pathlib import Path

from plrlib.faults import RunError
from plrlib.paths import processed
from plrlib.study.load import Study
from plrlib.study.reviews import Ran, Review, as_json, changes, checks, last_run, read_reviews, reviews_file, standing
from plrlib.suite.publish import scratch_folder, write_file

FORM = "review.docx"


def known_reviews(study_id: str) -> list[Review]:
    """Return the reviews of a study; a broken file is a `RunError`."""
    try:
        return read_reviews(study_id)
    except ValueError as error:
        raise RunError(str(error)) from error


def reviewed(study: Study) -> Ran:
    """Return what was run of a study.

    Raises
    ------
    RunError
        If it was not run, or its files have changed since.
    """
    if (ran := last_run(study.id)) is None:
        raise RunError(f"{study.id} has not been run: there is nothing to review yet; first plr run {study.id}")
    if changed := changes(ran.inputs, study.sources):
        raise RunError(
            f"{', '.join(changed)} of {study.id} changed since it was run: what is shown is of other data; "
            f"first plr run {study.id}"
        )
    return ran


def reviews_say(study: Study) -> list[str]:
    """Return for each review of a study who it was, when, and whether it still holds."""
    ran = reviewed(study)
    return [f"{one.who}, {one.when}: {standing(one, ran)}" for one in known_reviews(study.id)]


def form(study: Study) -> bytes:
    """Return the lists of a study's executed notebooks as a Word document; raises as `reviewed` does."""
    from plrlib.exporters.drafts import checklist  # noqa: PLC0415 - Word, which recording a review does not need
    from plrlib.site.linked import notebooks_of, title  # noqa: PLC0415

    ran = reviewed(study)
    notebooks = notebooks_of(study)
    lists = {title(notebook, name): checks(notebook) for name, notebook in notebooks.items()}
    files = ", ".join(f"{name} {sha[:8]}" for name, sha in ran.inputs.items())
    about = [
        f"Of these data: {files}.",
        "Tick what you have seen, and write what you doubt. The site has the notebooks, and every excerpt.",
        f'Back with the team, it is put on record with: plr review {study.id} --by "your name"',
    ]
    return checklist(study.title, about, {name: items for name, items in lists.items() if items})


def write_form(study: Study, replace: bool = False) -> tuple[Path, bool]:
    """Put the form among the study's results; a form that somebody may have filled in stays, unless it is to go.

    Returns
    -------
    tuple
        Where it is, and whether it is as it is made now.
    """
    path, data = processed(study.id) / FORM, form(study)
    if path.is_file() and path.read_bytes() != data and not replace:
        return path, False
    with scratch_folder() as scratch:
        write_file(path, data, scratch)
    return path, True


def record(study: Study, who: str, when: str, note: str) -> Path:
    """Put on record that somebody has reviewed what was run of a study, and return where that stands.

    Raises
    ------
    RunError
        If no name is given, the study was not run as it is now, or the file of reviews is broken; it stays as it was.
    """
    if not who.strip():
        raise RunError("a review is by somebody: give a name with --by")
    ran, before = reviewed(study), known_reviews(study.id)
    path = reviews_file(study.id)
    review = Review(who.strip(), when, note.strip(), ran.inputs, ran.notebooks)
    with scratch_folder() as scratch:
        write_file(path, as_json([*before, review]), scratch)
    return path

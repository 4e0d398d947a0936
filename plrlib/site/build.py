"""Build the site from studies and their executed notebooks, without running them: `python -m plrlib.site.build`."""

import gc
import inspect
import io
import os
import re
import shutil
import sys
import tomllib
import warnings
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

import plrlib
from plrlib import show
from plrlib.imports import quick_imports
from plrlib.markup import link, plain, table
from plrlib.paths import study_folder
from plrlib.privacy.consent import text_of
from plrlib.site import pages
from plrlib.site.linked import notebooks_of, numbers_page, page, title
from plrlib.site.pages import EVIDENCE, PEOPLE
from plrlib.study.load import Study, load_study
from plrlib.study.schema import dictionary

# The library as a page, from its docstrings: every public function, and what `show` has for notebooks.

GROUPS = {
    "A study": ("load_study", "Study", "text_of", "attribution", "StudyError", "NotInStudy", "Fault"),
    "Who raised what": ("presence", "design", "talk", "compare", "change"),
    "Planning": ("power", "smallest_difference"),
    "Themes and coders": ("envelopes", "moved", "agreement", "saturation", "sides"),
    "Words": ("words_of", "families", "keyness", "kwic"),
    "Claims": ("joint_display",),
    "Exploring": ("explore",),
    "Nothing identifying": ("identifiers", "small_groups", "merges"),
    "Studies that are made up": ("simulate", "Plan", "Room", "Coder", "alone", "files_of", "Simulated"),
}
"""What is listed, under which heading; a test holds it to `plrlib.__all__`."""


def library() -> str:
    """Return the page, as Markdown that Sphinx fills in from the docstrings."""
    first = plain("All of these are imported from plrlib; help(plrlib.compare) says the same as here.")
    parts = ["# The library", first]
    lines = {heading: map(_directive, names) for heading, names in GROUPS.items()}
    for heading, some in {**lines, "References": _references()}.items():
        parts += [f"## {heading}", "\n".join(["```{eval-rst}", *some, "```"])]
    parts += ["## What notebooks show", plain("From plrlib import show; each returns something to show in a cell.")]
    lines_of = {name: (inspect.getdoc(getattr(show, name)) or "").partition("\n")[0] for name in dir(show)}
    rows = [(f"`show.{name}`", plain(line)) for name, line in lines_of.items()]
    parts.append(table(["function", "what it returns"], rows))
    return "\n\n".join(parts)


def _directive(name: str) -> str:
    thing = getattr(plrlib, name)
    kind = "autofunction" if inspect.isroutine(thing) else "autoclass"
    return f".. {kind}:: plrlib.{name}\n"


def _references() -> list[str]:
    """Return what the docstrings on this page cite as [key]_, in full; Sphinx links the two."""
    entries = tomllib.loads((files("plrlib.stats") / "references.toml").read_text(encoding="utf-8"))
    texts = [inspect.getdoc(getattr(plrlib, name)) or "" for names in GROUPS.values() for name in names]
    cited = {key for text in texts for key in re.findall(r"\[(\w+)\]_", text)}
    lines = []
    for key in [key for key in entries if key in cited]:
        entry = {"url": f"ISBN {entries[key].get('isbn')}", **entries[key]}
        place = f"https://doi.org/{quote(entry['doi'])}" if "doi" in entry else entry["url"]
        by, what = f"{entry['authors']} ({entry['year']})", f"{entry['title']}. {entry['published']}"
        lines.append(f".. [{key}] {by}. {what}. {place}")
    return lines


# Build the site from studies and their executed notebooks, without running them: `python -m plrlib.site.build`.

METHOD, LIBRARY = "method.md", "library.md"


def write_study(study: Study, folder: Path) -> None:
    """Write the pages of one study: its notebooks, every excerpt, the codebook, and its start page."""
    folder.mkdir(parents=True)
    ids = frozenset(study.excerpts["excerpt"].astype(str))
    said = {str(e): str(text) for e, text in text_of(study).fillna("nothing of it can be shown").items()}
    seen: dict[str, list[str]] = {}
    notebooks, written = notebooks_of(study), {}
    titles = {name: title(notebook, name) for name, notebook in notebooks.items()}
    for name, notebook in notebooks.items():
        data, found, numbers = page(notebook, name, ids, EVIDENCE)
        (folder / f"{name}.ipynb").write_bytes(data)
        if numbers.found:
            written[numbers.target] = numbers_page(numbers, titles[name], said, EVIDENCE, PEOPLE)
        for excerpt in found:
            seen.setdefault(excerpt, []).append(name)
    written |= {
        "index": pages.start_page(study, titles), EVIDENCE: pages.evidence_page(study, seen, titles),
        PEOPLE: pages.people_page(study), pages.CODEBOOK: pages.codebook_page(study),
        pages.REVIEW: pages.review_page(study, notebooks, titles),
    }  # fmt: skip
    for name, text in written.items():
        (folder / f"{name}.md").write_text(text + "\n", encoding="utf-8")


def write_source(studies: Sequence[Study], folder: Path) -> None:
    """Write all that Sphinx builds the site from into an empty folder."""
    for study in studies:
        write_study(study, folder / study.id)
    (folder / "dictionary.md").write_text(dictionary() + "\n", encoding="utf-8")
    (folder / LIBRARY).write_text(library() + "\n", encoding="utf-8")
    shutil.copy(Path(__file__).parent / METHOD, folder / METHOD)
    (folder / "index.md").write_text(_first_page(studies) + "\n", encoding="utf-8")


def _first_page(studies: Sequence[Study]) -> str:
    targets = {f"{study.id}/index.md": study.title for study in studies}
    targets |= {METHOD: "How it is done", "dictionary.md": "Data dictionary", LIBRARY: "The library"}
    made_up = {f"{study.id}/index.md" for study in studies if study.settings.kind == "simulated"}
    lines = [f"- {link(text, name)}{' (simulated)' * (name in made_up)}" for name, text in targets.items()]
    first = plain("Focus groups and interviews, analysed in notebooks that anybody can run again. ")
    parts = ["# What people said", first, plain("Code is folded away; a click shows it."), "\n".join(lines)]
    return "\n\n".join([*parts, pages.hidden_tree(name.removesuffix(".md") for name in targets)])


def build(source: Path, target: Path, jobs: int = 1) -> str:
    """Build the pages with Sphinx, `jobs` at a time, and return its warnings: of a link that leads nowhere, say."""
    from sphinx.application import Sphinx  # noqa: PLC0415 - slow, and not needed to write the source

    told = io.StringIO()
    with warnings.catch_warnings(), quick_imports():
        warnings.simplefilter("ignore")  # of libraries that Sphinx brings, about each other
        places = str(source), None, str(target), str(source.parent / "doctrees")
        Sphinx(*places, "html", _settings(), None, told, freshenv=True, parallel=jobs).build()
    shutil.rmtree(target / "_sources", ignore_errors=True)  # empty
    page = target / LIBRARY.replace(".md", ".html")
    # docutils gives a citation a role that ARIA 1.2 has deprecated: in a list it is an item
    page.write_text(page.read_text(encoding="utf-8").replace('"doc-biblioentry"', '"listitem"'), encoding="utf-8")
    return re.sub(r"\x1b\[[0-9;]*m", "", told.getvalue()).strip()


def _settings() -> dict[str, Any]:
    """Return what is set of Sphinx."""
    folder = Path(__file__).parent
    set_here = tomllib.loads((folder / "sphinx.toml").read_text(encoding="utf-8"))
    return {**set_here, "html_static_path": [str(folder / "static")], "html_last_updated_fmt": None}


def main(names: Sequence[str], source: Path, target: Path, jobs: int = 1) -> str:
    """Write the source of the named studies, build it, and return what was warned of."""
    write_source([load_study(study_folder(name)) for name in names], source)
    return build(source, target, jobs)


if __name__ == "__main__":
    gc.disable()  # what is made stays to the end, seconds later: looking for what could go took a sixth of them
    # Sphinx deals out pages by number: in twice as many parts the long ones weigh less.
    sys.stderr.write(main(sys.argv[3:], Path(sys.argv[1]), Path(sys.argv[2]), 2 * (os.cpu_count() or 1)))
    sys.stderr.flush()
    os._exit(0)  # with all that it holds at once: taken apart piece by piece, it took another second

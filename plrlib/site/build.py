"""Build the site from studies and their executed notebooks, without running them: `python -m plrlib.site.build`."""

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
from plrlib.site.linked import notebooks_of, numbers_page, page, title
from plrlib.site.pages import (
    EVIDENCE,
    PEOPLE,
    REVIEW,
    codebook_page,
    evidence_page,
    people_page,
    review_page,
    start_page,
)
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
    parts = [
        "# The library",
        plain("All of these are imported from plrlib; help(plrlib.compare) says the same as here."),
    ]
    for heading, names in GROUPS.items():
        parts.append(f"## {heading}")
        lines = [_directive(name) for name in names]
        parts.append("\n".join(["```{eval-rst}", *lines, "```"]))
    parts += ["## References", "\n".join(["```{eval-rst}", *_references(), "```"])]
    parts += ["## What notebooks show", plain("From plrlib import show; each returns something to show in a cell.")]
    rows = [(f"`show.{name}`", plain(_first_line(getattr(show, name)))) for name in sorted(show.__all__)]
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
    for key, entry in entries.items():
        if key in cited:
            isbn = f"ISBN {entry.get('isbn')}"
            place = f"https://doi.org/{quote(entry['doi'])}" if "doi" in entry else entry.get("url", isbn)
            lines.append(
                f".. [{key}] {entry['authors']} ({entry['year']}). {entry['title']}. {entry['published']}. {place}"
            )
    return lines


def _first_line(thing: object) -> str:
    return (inspect.getdoc(thing) or "").partition("\n")[0]


# Build the site from studies and their executed notebooks, without running them: `python -m plrlib.site.build`.

METHOD, LIBRARY = "method.md", "library.md"
STATIC = Path(__file__).parent / "static"


def write_study(study: Study, folder: Path) -> None:
    """Write the pages of one study: its notebooks, every excerpt, the codebook, and its start page."""
    folder.mkdir(parents=True)
    ids = frozenset(study.excerpts["excerpt"].astype(str))
    said = {str(e): str(text) for e, text in text_of(study).fillna("nothing of it can be shown").items()}
    titles: dict[str, str] = {}
    seen: dict[str, list[str]] = {}
    notebooks = notebooks_of(study)
    for name, notebook in notebooks.items():
        data, found, numbers = page(notebook, name, ids, f"{EVIDENCE}.html")
        (folder / f"{name}.ipynb").write_bytes(data)
        titles[name] = title(notebook, name)
        if numbers.found:
            listed = numbers_page(numbers, titles[name], said, f"{EVIDENCE}.html", f"{PEOPLE}.html")
            (folder / f"{numbers.target}.md").write_text(listed + "\n", encoding="utf-8")
        for excerpt in found:
            seen.setdefault(excerpt, []).append(name)
    for name, text in (
        ("index", start_page(study, titles)),
        (EVIDENCE, evidence_page(study, seen, titles)),
        (PEOPLE, people_page(study)),
        ("codebook", codebook_page(study)),
        (REVIEW, review_page(study, notebooks, titles)),
    ):
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
    lines = [
        f"{link(study.title, f'{study.id}/index.md')}{' (simulated)' * (study.settings.kind == 'simulated')}"
        for study in studies
    ]
    others = {METHOD: "How it is done", "dictionary.md": "Data dictionary", LIBRARY: "The library"}
    pages = [*(f"{study.id}/index" for study in studies), *(name.removesuffix(".md") for name in others)]
    tree = ["```{toctree}", ":hidden:", "", *pages, "```"]
    return "\n\n".join(
        [
            "# What people said",
            plain("Focus groups and interviews, analysed in notebooks that anybody can run again. "),
            plain("Code is folded away; a click shows it."),
            "\n".join(f"- {line}" for line in [*lines, *(link(text, target) for target, text in others.items())]),
            "\n".join(tree),
        ]
    )


def build(source: Path, target: Path, jobs: int = 1) -> str:
    """Build the pages with Sphinx, `jobs` at a time, and return its warnings: of a link that leads nowhere, say."""
    from sphinx.application import Sphinx  # noqa: PLC0415 - slow, and not needed to write the source

    told = io.StringIO()
    with warnings.catch_warnings(), quick_imports():
        warnings.simplefilter("ignore")  # of libraries that Sphinx brings, about each other
        doctrees = str(source.parent / "doctrees")
        app = Sphinx(
            str(source), None, str(target), doctrees, "html", _settings(), None, told, freshenv=True, parallel=jobs
        )
        app.build()
    shutil.rmtree(target / "_sources", ignore_errors=True)  # empty
    page = target / LIBRARY.replace(".md", ".html")
    # docutils gives a citation a role that ARIA 1.2 has deprecated: in a list it is an item
    page.write_text(page.read_text(encoding="utf-8").replace('"doc-biblioentry"', '"listitem"'), encoding="utf-8")
    return re.sub(r"\x1b\[[0-9;]*m", "", told.getvalue()).strip()


def _settings() -> dict[str, Any]:
    """Return what is set of Sphinx: nothing is fetched, nothing tells of the moment or the machine."""
    return {
        "project": "plrlib",
        "author": "the plrlib developers",
        "html_show_copyright": False,
        "html_title": "What people said",
        "extensions": ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"],
        "napoleon_google_docstring": False,
        "napoleon_use_rtype": False,
        "autodoc_typehints": "none",
        "add_module_names": False,
        "nb_execution_mode": "off",
        "nb_merge_streams": True,
        "myst_enable_extensions": ["attrs_inline"],
        "myst_heading_anchors": 3,
        "suppress_warnings": ["mystnb.unknown_mime_type", "myst.xref_missing"],
        "html_theme": "sphinx_book_theme",
        "html_theme_options": {
            "use_download_button": False,
            "use_fullscreen_button": False,
            "show_navbar_depth": 1,
            "home_page_in_toc": False,
            "navigation_with_keys": False,
            "secondary_sidebar_items": {"**/0*": ["page-toc"], "**/index": ["page-toc"]},  # the others need the room
        },
        "html_context": {"default_mode": "auto"},
        "html_static_path": [str(STATIC)],
        "html_css_files": ["plr.css"],
        "html_show_search_summary": False,
        "html_show_sphinx": False,
        "html_copy_source": False,
        "html_last_updated_fmt": None,
        "mathjax_path": "none.js",  # no page has a formula, so none asks for it
        "language": "en",
    }


def main(names: Sequence[str], source: Path, target: Path, jobs: int = 1) -> str:
    """Write the source of the named studies, build it, and return what was warned of."""
    write_source([load_study(study_folder(name)) for name in names], source)
    return build(source, target, jobs)


if __name__ == "__main__":
    print(main(sys.argv[3:], Path(sys.argv[1]), Path(sys.argv[2]), os.cpu_count() or 1), file=sys.stderr)

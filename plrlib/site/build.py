"""The pages of the site, and how Sphinx builds it from executed notebooks: `python -m plrlib.site.build`.

Nothing is executed here.
"""

import gc
import html
import inspect
import io
import os
import re
import shutil
import sys
import tomllib
import warnings
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd

import plrlib
from plrlib import show
from plrlib.faults import NotInStudy
from plrlib.imports import quick_imports
from plrlib.markup import anchored, bullets, link, link_html, plain, table
from plrlib.paths import study_folder
from plrlib.privacy.consent import text_of
from plrlib.show.claims import reason_say
from plrlib.show.excerpts import ids_by
from plrlib.show.labels import labels, named_coder
from plrlib.site.linked import notebooks_of, numbers_page, page, title
from plrlib.stats.agreement import coders_of
from plrlib.stats.claims import joint_display, sorter
from plrlib.stats.themes import envelopes
from plrlib.study.coverage import used_codings
from plrlib.study.load import Study, load_study
from plrlib.study.reviews import Ran, checks, last_run, read_reviews, standing
from plrlib.study.schema import dictionary
from plrlib.text import joined

# The review page of a study: what to check, notebook by notebook, and who has done so.

REVIEW = "review"
NOBODY = "Nobody has put a review of this study on record yet."


def reviews_say(study: Study) -> list[str]:
    """Return a sentence for each review of a study, the newest first: by whom, when, and whether it still holds."""
    ran = last_run(study.id)
    now = Ran(study.sources, ran.notebooks if ran else {})
    return [
        f"By {one.who} on {one.when}: {standing(one, now)}.{f' “{one.note}”' if one.note else ''}"
        for one in reversed(read_reviews(study.id))
    ] or [NOBODY]


def review_page(study: Study, notebooks: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """Return the page: to be printed, or ticked on the screen.

    Parameters
    ----------
    study
        A study.
    notebooks, titles
        The executed notebooks and their titles, by the file's name without ending, in order.
    """
    how = "Print this page, or tick on the screen: ticks are not kept. To fill it in as a Word document, take "
    how += "review.docx, which plr review makes and plr pack sends along."
    parts = ["# What a mentor should check", "## Who has reviewed it?", bullets(reviews_say(study)), plain(how)]
    for name, notebook in notebooks.items():
        if items := checks(notebook):
            rows = "".join(f'<li><label><input type="checkbox"> {html.escape(item)}</label></li>' for item in items)
            parts += [f"## {link(titles[name], f'{name}.ipynb')}", f'<ul class="plr-checks">{rows}</ul>']
    return "\n\n".join(parts)


# The pages of one study: the study in one screen, every excerpt with an anchor, and the codebook.

EVIDENCE, PEOPLE, CODEBOOK, DISPLAY = "evidence", "people", "codebook", "10-what-can-be-claimed"
PAGES = {
    f"{EVIDENCE}.md": "Every excerpt", f"{PEOPLE}.md": "Who was heard",
    f"{CODEBOOK}.md": "The codebook", f"{REVIEW}.md": "What a mentor should check",
}  # fmt: skip
EXCERPT_HEADS = (
    "excerpt", "what was said", "by whom, as far as known", "stance", "codes", "page", "named or counted in",
)  # fmt: skip
Seen = Mapping[str, Sequence[str]]


def start_page(study: Study, notebooks: Mapping[str, str]) -> str:
    """Return the study in one screen: who was heard, the claims and their answers, what is not known.

    Parameters
    ----------
    study
        A study.
    notebooks
        The title of each executed notebook, by its file's name without ending, in order.
    """
    parts = [f"# {plain(study.title)}", bullets(show.about(study).sentences), "## Who was heard?"]
    parts += [bullets(show.heard_say(study).sentences), "## What can be claimed?", _claims(study, DISPLAY in notebooks)]
    unknown = [*show.limits_of_people(study).sentences, *show.limits_of_data(study).sentences]
    parts += ["## What is not known?", bullets(dict.fromkeys(unknown))]
    parts += ["## Who has reviewed it?", bullets(reviews_say(study))]
    pages = {**{f"{name}.ipynb": title for name, title in notebooks.items()}, **PAGES}
    parts += ["## Read on", "\n".join(f"- {link(title, target)}" for target, title in pages.items())]
    return "\n\n".join([*parts, hidden_tree(target.rpartition(".")[0] for target in pages)])


def hidden_tree(names: Iterable[str]) -> str:
    """Return what tells Sphinx which pages stand below this one, and is not seen on it."""
    return "\n".join(["```{toctree}", ":hidden:", "", *names, "```"])


def _claims(study: Study, displayed: bool) -> str:
    try:
        found = joint_display(study)
    except NotInStudy as error:
        return plain(error)
    rows = [
        (plain(claim), f"**{plain(answer)}**", plain(gist), plain(reason_say(found, claim)))
        for claim, answer, gist in found.frame[["claim", "inference", "gist"]].itertuples(index=False, name=None)
    ]
    answers = table(["claim", "answer", "it says", "why"], rows)
    rules = f"By which rules, and the evidence of each: {link('claim by claim', f'{DISPLAY}.ipynb')}."
    return "\n\n".join([bullets(show.joint_say(study, found).sentences), answers, *([rules] if displayed else [])])


def evidence_page(study: Study, seen: Seen, notebooks: Mapping[str, str]) -> str:
    """Return every excerpt with an anchor: what may be shown of it, who may have said it, its theme and its codes.

    `seen` tells which notebooks name an excerpt; the page leads back to them.
    """
    coder, named, codes = sorter(study), {**labels(study), "": "Under no theme"}, _codes(study)
    said, rows = text_of(study), study.excerpts.set_index("excerpt").assign(theme="", stance="")
    if coder:
        rows.update(envelopes(study, coder).astype("object").set_index("excerpt")[["theme", "stance"]])
    by = f"Themes and stances are as {named_coder(study, coder)} has them" if coder else "No themes are on record"
    parts = ["# Every excerpt", plain(f"{by}; words are shown where consent allows, otherwise a gist.")]
    for key in [*study.themes["code"], ""]:
        cells = []
        for e, row in rows[rows["theme"] == key].iterrows():
            back = ", ".join(link_html(notebooks[n].partition(" ")[0], n) for n in seen.get(str(e), ()))
            given = ", ".join(link_html(named[c], CODEBOOK, c) for c in codes.get(str(e), ()))
            told = (plain(some) for some in (said[e], _who(row), row["stance"]))
            cells.append((anchored(str(e), str(e)), *told, given or "–", plain(row["page"]), back or "–"))
        if cells:
            parts += [f"## {plain(named[key])} ({len(cells)})", table(EXCERPT_HEADS, cells)]
    return "\n\n".join(parts)


def _codes(study: Study) -> dict[str, list[str]]:
    """Return the codes of each excerpt, by the coders whose codings count."""
    return ids_by(used_codings(study), "excerpt", what="code")


def _who(row: "pd.Series[str]") -> str:
    known = row.dropna()
    if "participant" in known:
        return ", ".join(str(known[c]) for c in ("participant", "event") if c in known)
    parts = [str(known[c]).replace(";", " or ") for c in ("event", "role", "sector") if c in known]
    return (", ".join(parts) or "not said") + (f"; {known['quantifier']}" if "quantifier" in known else "")


def people_page(study: Study) -> str:
    """Return every person with an anchor: where they were heard first, at which levels, and what they are known to say.

    No more of a person is told than the groupings of study.toml, by which the notebooks count.
    """
    people, said = study.participants, ids_by(study.excerpts.dropna(subset=["participant"]), "participant")
    groupings = study.settings.groupings.values()
    # the level -1, not known, is the last
    levels = [[[*g.levels.values(), None][i] for i in study.prepared.group(g)] for g in groupings]
    rows = []
    for who, room, *own in zip(people["participant"].astype(str), people["focus_group"], *levels, strict=True):
        rows.append((anchored(who, who), plain(room), *map(plain, own), _linked(said.get(who, ())) or "–"))
    heads = ["person", "focus group", *(plain(g.label) for g in groupings), "excerpts that name them"]
    return "\n\n".join(["# Who was heard", bullets(show.heard_say(study).sentences), table(heads, rows)])


def codebook_page(study: Study) -> str:
    """Return every theme and code with its definition, and the excerpts that each coder gave it to."""
    named = labels(study)
    coders = coders_of(study, "code")
    by = joined(named_coder(study, coder) for coder in coders)
    parts = ["# The codebook", bullets([f"Coded by {by}."])]
    theme_of, given = (
        study.codebook["code"].map(lambda code: study.prepared.paths[code][-1]),
        ids_by(study.codings, "coder", "code"),
    )
    for theme in theme_of.unique():
        rows = study.codebook[theme_of == theme]
        parts.append(f"## {plain(named[theme])}")
        cells = []
        for code, about in zip(rows["code"], rows["definition"], strict=True):
            excerpts = [given.get((coder, code), []) for coder in coders]
            told = [f"{len(ids)} ({_linked(ids)})" if ids else "none" for ids in excerpts]
            by_coder = "<br>".join(f"{plain(coder)}: {some}" for coder, some in zip(coders, told, strict=True))
            cells.append((anchored(named[code], str(code)), plain(about), by_coder))
        parts.append(table(["code", "what it means", "excerpts by coder"], cells))
    return "\n\n".join(parts)


def _linked(excerpts: Iterable[str]) -> str:
    return ", ".join(link_html(e, EVIDENCE, e) for e in excerpts)


# The library as a page, from its docstrings: every public function, and what `show` has for notebooks.

GROUPS = {
    "A study": ("load_study", "Study", "text_of", "attribution", "StudyError", "NotInStudy", "Fault"),
    "Who raised what": ("matrix", "presence", "design", "talk", "compare", "change"),
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
        "index": start_page(study, titles), EVIDENCE: evidence_page(study, seen, titles),
        PEOPLE: people_page(study), CODEBOOK: codebook_page(study),
        REVIEW: review_page(study, notebooks, titles),
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
    return "\n\n".join([*parts, hidden_tree(name.removesuffix(".md") for name in targets)])


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

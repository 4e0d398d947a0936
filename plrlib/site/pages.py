"""The pages of one study: the study in one screen, every excerpt with an anchor, and the codebook."""

import html
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from plrlib import show
from plrlib.faults import NotInStudy
from plrlib.markup import anchored, bullets, link, link_html, plain, table
from plrlib.privacy.consent import text_of
from plrlib.show.claims import reason_say
from plrlib.show.excerpts import ids_by
from plrlib.show.labels import labels, named_coder
from plrlib.stats.agreement import coders_of
from plrlib.stats.claims import joint_display, sorter
from plrlib.stats.themes import envelopes
from plrlib.study.load import Study
from plrlib.study.reviews import Ran, checks, last_run, read_reviews, standing
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
    """Return the codes of each excerpt by the reference coder, or by the first who coded."""
    coder = study.settings.reference_coder or next(iter(coders_of(study, "code")), "")
    rows = study.codings[study.codings["coder"] == coder]
    return ids_by(rows, "excerpt", what="code")


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
    under, given = study.codebook["parent"].astype("object"), ids_by(study.codings, "coder", "code")
    for theme in study.themes["code"]:
        rows = study.codebook[(study.codebook["code"] == theme) | (under == theme)]
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

"""The pages of one study: the study in one screen, every excerpt with an anchor, and the codebook."""

import html
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from plrlib import show
from plrlib.faults import NotInStudy
from plrlib.markup import anchor, anchored, bullets, link, plain, table
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
    told = []
    for one in reversed(read_reviews(study.id)):
        note = f" “{one.note}”" if one.note else ""
        told.append(f"By {one.who} on {one.when}: {standing(one, now)}.{note}")
    return told or [NOBODY]


def review_page(study: Study, notebooks: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """Return the page: to be printed, or ticked on the screen.

    Parameters
    ----------
    study
        A study.
    notebooks, titles
        The executed notebooks and their titles, by the file's name without ending, in order.
    """
    parts = ["# What a mentor should check", "## Who has reviewed it?", bullets(reviews_say(study))]
    how = (
        "Print this page, or tick on the screen: ticks are not kept. To fill it in as a Word document, take "
        "review.docx, which plr review makes and plr pack sends along."
    )
    parts.append(plain(how))
    for name, notebook in notebooks.items():
        items = checks(notebook)
        if items:
            parts += [f"## {link(titles[name], f'{name}.ipynb')}", _boxes(items)]
    return "\n\n".join(parts)


def _boxes(items: Sequence[str]) -> str:
    rows = "".join(f'<li><label><input type="checkbox"> {html.escape(item)}</label></li>' for item in items)
    return f'<ul class="plr-checks">{rows}</ul>'


# The pages of one study: the study in one screen, every excerpt with an anchor, and the codebook.

EVIDENCE, PEOPLE, CODEBOOK, DISPLAY = "evidence", "people", "codebook", "10-what-can-be-claimed"
PAGES = {
    f"{EVIDENCE}.md": "Every excerpt",
    f"{PEOPLE}.md": "Who was heard",
    f"{CODEBOOK}.md": "The codebook",
    f"{REVIEW}.md": "What a mentor should check",
}
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
    parts.append(bullets(show.heard_say(study).sentences))
    parts += ["## What can be claimed?", _claims(study, DISPLAY in notebooks)]
    unknown = [*show.limits_of_people(study).sentences, *show.limits_of_data(study).sentences]
    parts += ["## What is not known?", bullets(dict.fromkeys(unknown))]
    parts += ["## Who has reviewed it?", bullets(reviews_say(study))]
    pages = {**{f"{name}.ipynb": title for name, title in notebooks.items()}, **PAGES}
    parts += ["## Read on", "\n".join(f"- {link(title, target)}" for target, title in pages.items())]
    names = [target.rpartition(".")[0] for target in pages]
    return "\n\n".join([*parts, "\n".join(["```{toctree}", ":hidden:", "", *names, "```"])])


def _claims(study: Study, displayed: bool) -> str:
    try:
        found = joint_display(study)
    except NotInStudy as error:
        return plain(error)
    rows = [
        (plain(claim), f"**{plain(inference)}**", plain(gist), plain(reason_say(found, claim)))
        for claim, gist, inference in zip(*(found.frame[c] for c in ("claim", "gist", "inference")), strict=True)
    ]
    answers = table(["claim", "answer", "it says", "why"], rows)
    rules = f"By which rules, and the evidence of each: {link('claim by claim', f'{DISPLAY}.ipynb')}."
    return "\n\n".join([bullets(show.joint_say(study, found).sentences), answers, *([rules] if displayed else [])])


def evidence_page(study: Study, seen: Seen, notebooks: Mapping[str, str]) -> str:
    """Return every excerpt with an anchor: what may be shown of it, who may have said it, its theme and its codes.

    `seen` tells which notebooks name an excerpt; the page leads back to them.
    """
    coder = sorter(study)
    theme = _themes(study, coder)
    named = {**labels(study), "": "Under no theme"}
    codes = _codes(study)
    said, excerpts = text_of(study), study.excerpts.set_index("excerpt")
    parts = ["# Every excerpt", plain(_head(study, coder))]
    for key in [*study.themes["code"], ""]:
        rows = [e for e in excerpts.index if theme.get(e, ("", ""))[0] == key]
        if not rows:
            continue
        parts.append(f"## {plain(named[key])} ({len(rows)})")
        cells = []
        for e in rows:
            where = excerpts.loc[e]
            back = ", ".join(link(notebooks[n].partition(" ")[0], f"{n}.ipynb") for n in seen.get(e, ()))
            given = ", ".join(link(labels(study)[c], f"{CODEBOOK}.md#{anchor(c)}") for c in codes.get(e, ()))
            cells.append(
                (
                    anchored(str(e), str(e)), plain(said[e]), plain(_who(where)), plain(theme.get(e, ("", ""))[1]),
                    given or "–", plain(where["page"]), back or "–",
                )
            )  # fmt: skip
        heads = [
            "excerpt",
            "what was said",
            "by whom, as far as known",
            "stance",
            "codes",
            "page",
            "named or counted in",
        ]
        parts.append(table(heads, cells))
    return "\n\n".join(parts)


def _head(study: Study, coder: str) -> str:
    by = f"Themes and stances are as {named_coder(study, coder)} has them" if coder else "No themes are on record"
    return f"{by}; words are shown where consent allows, otherwise a gist."


def _themes(study: Study, coder: str) -> dict[str, tuple[str, str]]:
    if not coder:
        return {}
    ledger = envelopes(study, coder)
    theme, stance = (ledger[c].astype("object").fillna("") for c in ("theme", "stance"))
    return dict(zip(ledger["excerpt"].astype(str), zip(theme, stance, strict=True), strict=True))


def _codes(study: Study) -> dict[str, list[str]]:
    """Return the codes of each excerpt by the reference coder, or by the first who coded."""
    coder = study.settings.reference_coder or next(iter(coders_of(study, "code")), "")
    rows = study.codings[study.codings["coder"] == coder]
    return {str(e): [str(c) for c in some["code"]] for e, some in rows.groupby("excerpt", observed=True, sort=False)}


def _who(row: "pd.Series[str]") -> str:
    if isinstance(row["participant"], str):
        return f"{row['participant']}{'' if pd.isna(row['event']) else ', ' + str(row['event'])}"
    parts = [str(row[c]).replace(";", " or ") for c in ("event", "role", "sector") if isinstance(row[c], str)]
    many = f"; {row['quantifier']}" if isinstance(row["quantifier"], str) else ""
    return f"{', '.join(parts) or 'not said'}{many}"


def people_page(study: Study) -> str:
    """Return every person with an anchor: where they were heard first, at which levels, and what they are known to say.

    No more of a person is told than the groupings of study.toml, by which the notebooks count.
    """
    people, said = study.participants, ids_by(study.excerpts.dropna(subset=["participant"]), "participant")
    groupings = study.settings.groupings.values()
    places = zip(*(study.prepared.group(grouping) for grouping in groupings), strict=True)
    levels = list(places) or [()] * len(people)
    rows = []
    for who, room, at in zip(people["participant"].astype(str), people["focus_group"], levels, strict=True):
        own = [list(g.levels.values())[i] if i >= 0 else None for g, i in zip(groupings, at, strict=True)]
        theirs = ", ".join(link(e, f"{EVIDENCE}.md#{anchor(e)}") for e in said.get(who, ()))
        rows.append((anchored(who, who), plain(room), *map(plain, own), theirs or "–"))
    heads = ["person", "focus group", *(plain(g.label) for g in groupings), "excerpts that name them"]
    return "\n\n".join(["# Who was heard", bullets(show.heard_say(study).sentences), table(heads, rows)])


def codebook_page(study: Study) -> str:
    """Return every theme and code with its definition, and the excerpts that each coder gave it to."""
    named = labels(study)
    coders = coders_of(study, "code")
    kinds = [named_coder(study, coder) for coder in coders]
    parts = ["# The codebook", bullets([f"Coded by {joined(kinds)}."])]
    under = study.codebook["parent"].astype("object")
    for theme in study.themes["code"]:
        rows = study.codebook[(study.codebook["code"] == theme) | (under == theme)]
        parts.append(f"## {plain(named[theme])}")
        cells = []
        for code, about in zip(rows["code"], rows["definition"], strict=True):
            given = [f"{plain(c)}: {_excerpts(study, c, str(code))}" for c in coders]
            cells.append((anchored(named[code], str(code)), plain(about), "<br>".join(given)))
        parts.append(table(["code", "what it means", "excerpts by coder"], cells))
    return "\n\n".join(part for part in parts if part)


def _excerpts(study: Study, coder: str, code: str) -> str:
    mine = study.codings[(study.codings["coder"] == coder) & (study.codings["code"] == code)]["excerpt"].astype(str)
    return f"{len(mine)} ({', '.join(link(e, f'{EVIDENCE}.md#{anchor(e)}') for e in mine)})" if len(mine) else "none"

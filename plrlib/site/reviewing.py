"""The review page of a study: what to check, notebook by notebook, and who has done so."""

import html
from collections.abc import Mapping, Sequence
from typing import Any

from plrlib.reviews import Ran, checks, last_run, read_reviews, standing
from plrlib.site.markdown import bullets, link, plain
from plrlib.study import Study

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

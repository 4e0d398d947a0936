"""Envelopes: the one theme under which a coder puts each excerpt, and what moves when another coder sorts."""

import pandas as pd

from plrlib.study import Study

IN_A_THEME, LEFT_OVER, NOT_SEEN = "in a theme", "left over", "not seen"
STATUSES = (IN_A_THEME, LEFT_OVER, NOT_SEEN)


def envelopes(study: Study, coder: str) -> pd.DataFrame:
    """Return the ledger of one coder: every excerpt in exactly one envelope, or left over.

    Parameters
    ----------
    study
        A study with a table of envelopes.
    coder
        Whose envelopes.

    Returns
    -------
    DataFrame
        One row an excerpt, in the study's order. Unit: excerpts.

        - excerpt, coder;
        - theme: categorical, in the order of the codebook; missing where the excerpt is left over and the study has no
          theme for that, or was not seen;
        - stance: supports, qualifies, opposes, context; missing where the coder gave none;
        - status: `in a theme`; `left over`: the coder found no theme for it; `not seen`: the coder has no row for it.

    Raises
    ------
    NotInStudy
        If the study has no envelopes.
    ValueError
        If the coder has none, or if the totals do not reconcile.
    """
    study.needs("envelopes")
    themes = list(study.themes["code"])
    mine = study.envelopes[study.envelopes["coder"] == coder]
    if mine.empty:
        known = ", ".join(dict.fromkeys(study.envelopes["coder"]))
        raise ValueError(f"coder {coder!r} has no envelopes in {study.id}; coders who have: {known}")
    ledger = study.excerpts[["excerpt"]].merge(mine, on="excerpt", how="left", indicator=True)
    seen = ledger["_merge"] == "both"
    left_over = study.settings.left_over
    named = ledger["theme"].astype("object")
    over = seen & (named.isna() | (named == left_over))
    if left_over in themes:
        named = named.where(~over, left_over)
    ledger["coder"] = coder
    ledger["theme"] = pd.Categorical(named, categories=themes)
    status = pd.Series(IN_A_THEME, index=ledger.index).where(~over, LEFT_OVER).where(seen, NOT_SEEN)
    ledger["status"] = pd.Categorical(status, categories=STATUSES)
    _reconcile(study, ledger)
    return ledger[["excerpt", "coder", "theme", "stance", "status"]]


def _reconcile(study: Study, ledger: pd.DataFrame) -> None:
    """Raise where an excerpt is in no envelope or in two, or an envelope is none of the study's themes."""
    twice = sorted(set(ledger["excerpt"][ledger["excerpt"].duplicated()]))
    if twice or len(ledger) != len(study.excerpts):
        raise ValueError(
            f"{len(study.excerpts)} excerpts, but {len(ledger)} are in the ledger; twice: {', '.join(twice)}"
        )
    astray = ledger["excerpt"][(ledger["status"] == IN_A_THEME) & ledger["theme"].isna()]
    if len(astray):
        raise ValueError(f"excerpts in an envelope that is no theme of the codebook: {', '.join(astray)}")


def moved(study: Study, a: str, b: str) -> pd.DataFrame:
    """Return the excerpts that two coders put in different envelopes, from where to where.

    Parameters
    ----------
    study
        A study with a table of envelopes.
    a, b
        Two coders: the excerpt moves from the envelope of `a` to that of `b`.

    Returns
    -------
    DataFrame
        One row an excerpt that moved: excerpt, from, to (themes, categorical; missing: left over, where the study has
        no theme for that). Unit: excerpts. What either of them did not see is not there.

    Raises
    ------
    NotInStudy
        If the study has no envelopes.
    ValueError
        As `envelopes` does.
    """
    both = sorted_twice(study, a, b)
    away = both["from"].astype("object").fillna("") != both["to"].astype("object").fillna("")
    return both[away].reset_index(drop=True)


def sorted_twice(study: Study, a: str, b: str) -> pd.DataFrame:
    """Return excerpt, from, to for every excerpt that two coders saw, moved or not; raises as `moved` does."""
    first, second = envelopes(study, a), envelopes(study, b)
    seen = (first["status"] != NOT_SEEN) & (second["status"] != NOT_SEEN)
    both = pd.DataFrame({"excerpt": first["excerpt"], "from": first["theme"], "to": second["theme"]})
    return both[seen.to_numpy()].reset_index(drop=True)

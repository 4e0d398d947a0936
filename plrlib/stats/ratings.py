"""Which coder gave what to which excerpt, as arrays.

Letters: R coders, E excerpts, C codes, Q categories.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plrlib.stats.evidence import codes_at
from plrlib.stats.ledger import envelopes
from plrlib.study import Study

UNSEEN = -1


@dataclass(frozen=True)
class Ratings:
    """What R coders gave to E excerpts.

    Parameters
    ----------
    codes
        The C codes, or the themes and, last, what is left over.
    given
        R × E × C: whether the coder gave the excerpt the code.
    seen
        R × E: whether the coder saw the excerpt.
    category
        R × E: the number of the category: an envelope, or a set of codes; -1: not seen.
    sets
        Q × C: the codes of each category.
    """

    codes: list[str]
    given: NDArray[np.bool_]
    seen: NDArray[np.bool_]
    category: NDArray[np.int64]
    sets: NDArray[np.bool_]


def coders_of(study: Study, unit: str) -> list[str]:
    """Return the coders who gave codes, or (unit `theme`) who have envelopes, in the order of study.toml."""
    table = study.codings if unit == "code" else study.envelopes
    return [str(c) for c in table["coder"].cat.categories if (table["coder"] == c).any()]


def ratings(study: Study, unit: str, coders: Sequence[str]) -> Ratings:
    """Return what coders gave: sets of codes, or (unit `theme`) one envelope an excerpt."""
    if unit == "theme":
        return _envelopes(study, coders)
    codes, target = codes_at(study, "code")
    place = _place(study)
    given = np.zeros((len(coders), len(study.excerpts), len(codes)), dtype=bool)
    seen = np.zeros(given.shape[:2], dtype=bool)
    for r, coder in enumerate(coders):
        mine = study.codings[study.codings["coder"] == coder]
        at, code = place[mine["excerpt"].cat.codes], target[mine["code"].cat.codes]
        given[r, at[code >= 0], code[code >= 0]] = True
        seen[r, at] = True
        seen[r, place[study.envelopes.loc[study.envelopes["coder"] == coder, "excerpt"].cat.codes]] = True
    return _with_categories(codes, given, seen)


def alike_excerpts(study: Study, unit: str, pair: Sequence[str], code: str = "") -> list[str]:
    """Return the excerpts on which two coders agree whether they have a code; blank: to which they gave the same."""
    found = ratings(study, unit, pair)
    same = found.category[0] == found.category[1]
    if code:
        given = found.given[:, :, found.codes.index(code)]
        same = given[0] == given[1]
    return [str(name) for name in study.excerpts["excerpt"][same & found.seen.all(axis=0)]]


def _envelopes(study: Study, coders: Sequence[str]) -> Ratings:
    themes = [*(code for code in study.themes["code"] if code != study.settings.left_over), study.settings.left_over]
    given = np.zeros((len(coders), len(study.excerpts), len(themes)), dtype=bool)
    seen = np.zeros(given.shape[:2], dtype=bool)
    for r, coder in enumerate(coders):
        ledger = envelopes(study, coder)
        seen[r] = (ledger["status"] != "not seen").to_numpy()
        put = ledger["theme"].astype("object").fillna(study.settings.left_over)
        at = np.array([themes.index(theme) for theme in put])
        given[r, np.flatnonzero(seen[r]), at[seen[r]]] = True
    return _with_categories(themes, given, seen)


def _with_categories(codes: list[str], given: NDArray[np.bool_], seen: NDArray[np.bool_]) -> Ratings:
    """Return ratings with each distinct set of codes as a category."""
    packed = np.packbits(given[seen], axis=1)
    keys = np.ascontiguousarray(packed).view(np.dtype((np.void, max(packed.shape[1], 1)))).ravel()
    _, first, which = np.unique(keys, return_index=True, return_inverse=True)
    category = np.full(seen.shape, UNSEEN, dtype=np.int64)
    category[seen] = which
    return Ratings(codes, given, seen, category, given[seen][first])


def _place(study: Study) -> NDArray[np.int64]:
    """Return for each category of excerpt ids its row in the excerpts."""
    codes = study.excerpts["excerpt"].cat.codes.to_numpy()
    place = np.full(len(study.excerpts["excerpt"].cat.categories), -1, dtype=np.int64)
    place[codes] = np.arange(len(codes))
    return place

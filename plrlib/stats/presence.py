"""How many people raised a code: exactly where everybody is named, between bounds where not."""

import pandas as pd

from plrlib.stats.completions import count_people
from plrlib.stats.evidence import evidence
from plrlib.stats.program import Infeasible
from plrlib.study import Study


def presence(
    study: Study,
    by: str,
    level: str = "theme",
    stance: str | None = None,
    coder: str | None = None,
    hearing: str = "first",
) -> pd.DataFrame:
    """Count, of the people at each level, those who raised each code.

    Parameters
    ----------
    study
        A study.
    by
        A grouping of study.toml.
    level
        `theme`: a code counts for the theme above it. `code`: each code counts for itself. The name of a column of the
        codebook: a code counts for the value in its row, as `market_side` or whatever `[readings]` of study.toml names.
    stance
        Only excerpts to which the study's stance coder gave this stance: supports, qualifies, opposes or context.
    coder
        Whose codings; None: the study's reference coder.
    hearing
        `first`: only what people said when they were first heard. `all`: every hearing.

    Returns
    -------
    DataFrame
        One row a code and level, also where nobody raised it. Unit: people.

        - grouping, level, code: categorical, levels and codes in declared order;
        - n: the people at that level who were asked. People whose level is not published count where published totals
          fix how many are at each level, and are left out otherwise;
        - lower, upper: the smallest and the largest number of the n who raised it, over all completions: every way of
          saying who is at which level and who raised what that satisfies every excerpt's candidates and quantifier and
          every published total. Where coding is not complete upper is n: a code not found may still have been raised;
        - excerpts: the excerpts with that code that somebody at that level may have said.

    Raises
    ------
    NotInStudy
        If the study has no such grouping.
    ValueError
        If an argument is not known to the study, if a stance is asked for that is blank, or if totals and quantifiers
        cannot all be true.

    Notes
    -----
    A quantifier's upper end limits its excerpt, not the code. The bounds are integer programmes over counts of people
    by cell (where they sat × what they are), solved exactly: by linear programmes (HiGHS, through `scipy.optimize`),
    and by branching where these have no whole numbers.
    """
    grouping = study.grouping(by)
    found = evidence(study, level, stance, coder, hearing)
    try:
        counts = count_people(study, grouping, found)
    except Infeasible as error:
        raise ValueError(f"totals and quantifiers of {study.id} contradict one another: {error}") from None
    rows = [
        (grouping.name, key, code, *counts[c, position])
        for c, code in enumerate(found.codes)
        for position, key in enumerate(grouping.levels)
    ]
    frame = pd.DataFrame(rows, columns=["grouping", "level", "code", "n", "lower", "upper", "excerpts"])
    frame["level"] = pd.Categorical(frame["level"], categories=list(grouping.levels))
    frame["code"] = pd.Categorical(frame["code"], categories=found.codes)
    return frame

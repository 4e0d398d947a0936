"""A whole population as one: how many of all it is about, whatever else tells them apart."""

from dataclasses import replace

from plrlib.settings import Grouping
from plrlib.study import Study

NAME = "everybody it is about"


def as_one(study: Study, population: str) -> tuple[Study, Grouping]:
    """Return a study with one more grouping, of one level, which everybody of a population is at.

    Parameters
    ----------
    study
        A study.
    population
        A population of study.toml; blank: all participants.

    Returns
    -------
    study, grouping
        The same study, whose `participants` have one more column, and the grouping by it: `attribution` tells of each
        excerpt whether somebody of the population may have said it, and counts of people are bounds for all of them
        together, which the bounds by level do not give.
    """
    grouping = Grouping(NAME, NAME, NAME, {NAME: NAME}, population)
    settings = replace(study.settings, groupings={**study.settings.groupings, NAME: grouping})
    people = study.participants.assign(**{NAME: NAME})
    return replace(study, settings=settings, participants=people), grouping

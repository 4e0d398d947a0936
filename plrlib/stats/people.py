"""Who belongs to a population and is at which level, by what is published of each person."""

import numpy as np
from numpy.typing import NDArray

from plrlib.settings import Grouping
from plrlib.stats.hearings import attended
from plrlib.study import Study


def inside(study: Study, population: str) -> NDArray[np.bool_]:
    """Return for each of P people whether they are known to belong to a population of study.toml; blank: everybody.

    Where the population names events, people count who are known to have been heard at one of them.
    """
    people = study.participants
    there = np.ones(len(people), dtype=bool)
    for attribute, values in study.settings.populations.get(population, {}).items():
        if attribute == "event":
            there &= attended(study)[:, study.events["event"].isin(values).to_numpy(dtype=bool)].any(axis=1)
        elif attribute in people:
            there &= people[attribute].isin(values).to_numpy(dtype=bool)
    return there


def known_level(study: Study, grouping: Grouping) -> NDArray[np.int64]:
    """Return for each of P people the position of their level; -1: not known, or outside the grouping's population."""
    positions = {key: i for i, key in enumerate(grouping.levels)}
    at = [positions.get(value, -1) for value in study.participants[grouping.column]]
    return np.where(inside(study, grouping.population), np.array(at, dtype=np.int64), -1)

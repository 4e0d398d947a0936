"""What notebook 02 shows of chances to speak: whether levels were heard equally often and talked equally much."""

import pandas as pd

from plrlib.show.say import Say, inner, joined, say
from plrlib.stats.talk import MEASURES, talk
from plrlib.study import Study


def talk_say(study: Study, by: str) -> Say:
    """Return for each measure whether the levels differ in it, how likely that is by chance, or why nobody can say."""
    grouping = study.grouping(by)
    found = talk(study, by)
    reasons = {m: str(found.loc[found["measure"] == m, "why"].iloc[0]) for m in MEASURES}
    sentences = []
    for measure in MEASURES:
        rows = found[found["measure"] == measure]
        if rows["mean"].isna().all():
            continue
        means = zip(rows["level"], rows["mean"], strict=True)
        seen = joined(f"{mean:.1f} for {inner(grouping.levels[key])}" for key, mean in means if not pd.isna(mean))
        p = rows["p"].iloc[0]
        chance = reasons[measure] if pd.isna(p) else f"{_chance(float(p))}; {reasons[measure]}"
        sentences.append(f"{grouping.label}: {measure} a person are {seen} ({chance}).")
    for why in dict.fromkeys(reasons.values()):
        lost = [m for m in MEASURES if reasons[m] == why and found.loc[found["measure"] == m, "mean"].isna().all()]
        if lost:
            reason = why.removeprefix("not known of each person: ")
            sentences.append(f"{grouping.label}: {joined(lost)} a person are not known, because {reason}.")
    return say(*sentences)


def _chance(p: float) -> str:
    """Return a p-value as a practitioner reads it, with the number."""
    if p < 0.005:
        return f"chance alone would do this in fewer than 1 of 100 such studies, p = {p:.2g}"
    return f"chance alone would do this in {round(100 * p)} of 100 such studies, p = {p:.2g}"

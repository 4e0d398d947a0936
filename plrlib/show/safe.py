"""What notebook 01 says of safety: what identifies somebody and may stay, and who could be told apart."""

from plrlib.privacy.groups import quasi_identifiers, small_groups
from plrlib.show.say import Say, capital, count, joined, people, say, verb
from plrlib.study import Study


def safe_to_show(study: Study) -> Say:
    """Return whether identifiers stand in the tables, why those may that do, and how many people are among few."""
    from plrlib.privacy.sweep import identifiers  # noqa: PLC0415 - its patterns, which one notebook alone needs

    found = identifiers(study)
    kept, stopping = found[found["allowed"].notna()], found[found["allowed"].isna()]
    sentences = [_none_or_some(len(kept), len(stopping))]
    for (kind, table, column), rows in kept.groupby(["kind", "table", "column"], sort=True):
        reasons = joined(dict.fromkeys(rows["allowed"].astype(str)))
        sentences.append(f"{capital(str(kind))}, {len(rows)} in {column} of {table}: {reasons}.")
    few, k, names = small_groups(study), study.settings.privacy.smallest_group, quasi_identifiers(study)
    alone = int((few["people"] == 1).sum())
    known = joined([name.replace("_", " ") for name in names])
    if not names:
        sentences.append("`study.toml` names nothing by which people could be told apart (`quasi_identifiers`).")
    elif len(few):
        n = people(len(study.participants))
        share = f"{len(few)} of {n} {verb(len(few), 'is', 'are')} among fewer than {k} who are alike"
        sentences.append(f"By {known}, {share}; {alone or 'none'} of them {verb(alone, 'is', 'are')} alone.")
    else:
        sentences.append(f"By {known}, everybody is one of {k} people or more who are alike.")
    return say(*sentences)


def _none_or_some(kept: int, stopping: int) -> str:
    n = stopping or kept
    stand = f"{capital(count(n, 'identifier'))} {verb(n, 'stands', 'stand')} in the tables"
    if stopping:
        return f"{stand}, and may not be shown."
    if kept:
        return f"{stand}, each with a reason why it may."
    return "No address, number, date of birth or listed name that identifies somebody was found in the tables."

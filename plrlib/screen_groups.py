"""What `plr disclosure` shows: who could be told apart, and what merging levels would cost and gain."""

from plrlib.privacy.groups import merges, quasi_identifiers, small_groups
from plrlib.screen import Screen
from plrlib.study import Study
from plrlib.wording import count, joined, people

_MOST = 12
_UNKNOWN = "not known"


def told_apart(study: Study) -> Screen:
    """Return it, to read: the people who are few, and the merges that would help most."""
    few, names, k = small_groups(study), quasi_identifiers(study), study.settings.privacy.smallest_group
    alone = int((few["people"] == 1).sum())
    by = joined(names, none="nothing that study.toml declares as quasi_identifiers")
    says = [
        f"By {by}: {len(few)} of {people(len(study.participants))} in a group of fewer than {k}, {alone} of them alone."
    ]
    rows = []
    if len(few):
        says.append("What merging two levels would cost and gain, the best first; plr release does it:")
        best = merges(study).query("gain > 0").head(_MOST)
        for row in best.to_dict("records"):
            words = [str(row[c]) or _UNKNOWN for c in ("column", "level", "other")]
            rows.append([*words, *(str(row[c]) for c in ("cost", "gain", "left"))])
    head = [("attribute", True), ("level", True), ("with", True)]
    head += [("people less known", False), ("no longer few", False), ("still few", False)]
    who = [
        f"{row['participant']}: {count(int(row['people']), 'person', 'people')} with "
        + ", ".join(f"{name} {row[name] or _UNKNOWN}" for name in names)
        for row in few.head(_MOST).to_dict("records")
    ]
    more = [f"and {people(len(few) - _MOST)} more"] if len(few) > _MOST else []
    return Screen(says, head, rows, [*who, *more])

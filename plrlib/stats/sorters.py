"""Who sorted the excerpts into envelopes, and who of them can be set against whom."""

from plrlib.faults import NotInStudy
from plrlib.stats.ledger import sorted_twice
from plrlib.study import Study


def sorters(study: Study) -> list[str]:
    """Return the coders who sorted into envelopes, whose stances count first, then as study.toml lists them.

    Raises
    ------
    NotInStudy
        If the study has no envelopes.
    """
    study.needs("envelopes")
    there = [c for c in study.envelopes["coder"].cat.categories if (study.envelopes["coder"] == c).any()]
    return sorted(there, key=lambda coder: coder != study.settings.stance_coder)


def kind_of(study: Study, coder: str) -> str:
    """Return the kind of a coder, as study.toml has it; the coder's own name where it says nothing."""
    return (study.settings.coders or {}).get(coder, coder)


def pairs(study: Study) -> list[tuple[str, str]]:
    """Return the first sorter with one sorter of each other kind: those of one kind tell little about one another.

    Raises
    ------
    NotInStudy
        If the study has no envelopes, if only one kind of coder sorted, or no two kinds the same excerpts.
    """
    first, *others = sorters(study)
    kinds: dict[str, str] = {}
    for coder in others:
        if kind_of(study, coder) != kind_of(study, first) and len(sorted_twice(study, first, coder)):
            kinds.setdefault(kind_of(study, coder), coder)
    if not kinds:
        raise NotInStudy(
            f"Only {first} put these excerpts into envelopes, or nobody of another kind did so with the same ones: "
            "nothing can be seen to move."
        )
    return [(first, coder) for coder in kinds.values()]

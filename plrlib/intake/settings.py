"""The study.toml of an imported study: what the files tell, and groupings to start from."""

import re
from collections import Counter

from plrlib.ingest.carry import Carried
from plrlib.toml_sections import quoted

_MOST_GROUPINGS, _MOST_LEVELS, _FEWEST = 6, 6, 2
_NO_GROUPING = ("participant", "focus_group", "consent_quote", "withdrawn")


def groupings(carried: Carried) -> dict[str, list[str]]:
    """Return the attributes that people can be grouped by, each with its levels in the order they come.

    An attribute serves where two to six values are in use, two of them by two people or more, and not all are numbers.
    """
    found: dict[str, list[str]] = {}
    rows = carried.tables["participants"]
    for column in dict.fromkeys(name for row in rows for name in row if name not in _NO_GROUPING):
        counts = Counter(row[column] for row in rows if row.get(column))
        often = sum(n >= _FEWEST for n in counts.values())
        numbers = all(re.fullmatch(r"[\d.,-]+", value) for value in counts)
        if often > 1 and len(counts) <= _MOST_LEVELS and not numbers and len(found) < _MOST_GROUPINGS:
            found[column] = list(counts)
    return found


def written(name: str, carried: Carried) -> str:
    """Return the text of study.toml."""
    material = carried.material
    often = Counter(row["coder"] for row in carried.tables["codings"])
    lines = [
        "[study]",
        f"id = {quoted(name)}",
        f"title = {quoted(material.title or name)}",
        f"source = {quoted(f'imported from {material.origin}')}",
        'kind = "collected"        # published, collected or simulated; shown wherever results are',
        "complete = false          # true once every transcript was coded through: then a code not given was not said",
        *(
            f"reference_coder = {quoted(coder)}   # whose codings the comparisons use"
            for coder, _ in often.most_common(1)
        ),
        "seed = 1",
    ]
    if carried.coders:
        lines += ["", "[coders]                  # who coded; `kind` tells which are not independent of one another"]
        lines += [f'{quoted(coder)} = {{ kind = "researcher" }}' for coder in carried.coders]
    for column, levels in groupings(carried).items():
        labels = ", ".join(f"{quoted(level)} = {quoted(level[:1].upper() + level[1:])}" for level in levels)
        label = column.replace("_", " ")
        lines += [
            "",
            f"[groupings.{_slug(column)}]      # guessed; take out what you will not compare",
            f"label = {quoted(label[:1].upper() + label[1:])}",
            f"column = {quoted(column)}",
            f"levels = {{ {labels} }}",
        ]
    known = {n: None for row in carried.tables["participants"] for n, value in row.items() if value}
    quasi = ", ".join(quoted(name) for name in known if name not in _NO_GROUPING)
    lines += ["", "[privacy]", f"quasi_identifiers = [{quasi}]", "smallest_group = 3", "names = []"]
    return "\n".join(lines) + "\n"


def _slug(column: str) -> str:
    """Return a column as the name of a grouping, which becomes part of a file's name."""
    plain = re.sub(r"[^a-z0-9]+", "_", column.casefold()).strip("_")
    return plain or f"column_{sum(map(ord, column))}"

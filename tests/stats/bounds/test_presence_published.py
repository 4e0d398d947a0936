"""`presence` of the published study, against a derivation by hand.

The derivation reads the CSV files itself. Nobody is named, coding is not complete, and no quantifier used has an upper
end that matters, so `upper` is n, and `lower` follows from counting heads. An excerpt of at least v voices among k
candidates, m of them not at a level, has at least v - m voices at that level. The candidates are the HITS group, the
CYS group, the staff (or those of one sector), or everybody. Groups have nobody in common, so what they need adds up;
within a group the same people can stand behind every excerpt, so the largest need decides. Everybody is so many that an
excerpt of everybody needs nobody of any one level.

published_presence.csv keeps what comes of it for themes.
"""

import csv
from collections import defaultdict
from pathlib import Path

import pytest

import plrlib

HERE = Path(__file__).parent
RAW = HERE.parents[2] / "data" / "raw" / "plr0809-017"
STAFF = {"voluntary": 7, "statutory": 7, "manager": 7, "practitioner": 7}
SIZES = {**STAFF, "young_person": 10, "targeted": 6, "universal": 4}
LEVELS = {
    "sector": ("voluntary", "statutory"), "role": ("manager", "practitioner", "young_person"),
    "provision": ("targeted", "universal"),
}  # fmt: skip
YOUNG = {"FG-HITS": ("targeted", 6), "FG-CYS": ("universal", 4)}


def read(table):
    with (RAW / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def voices(excerpt, candidates):
    """Return the fewest voices of an excerpt."""
    fewest = {row["quantifier"]: row["lower"] for row in read("quantifiers")}.get(excerpt["quantifier"], "1")
    return candidates // 2 + 1 if fewest == "majority" else int(fewest)


def who(excerpt, by):
    """Return the group an excerpt is of, its candidates, and how many of them are at each level of a grouping."""
    if excerpt["role"] == "young_person":
        provision, n = YOUNG[excerpt["event"]]
        return excerpt["event"], n, {"role": {"young_person": n}, "provision": {provision: n}}.get(by, {})
    if excerpt["role"]:
        if not excerpt["sector"]:
            return "staff", 14, {level: 7 for level in LEVELS[by] if level in STAFF}
        # Of the seven of one sector all may be managers, or practitioners: the least is 0, but somebody may be either.
        sector = {excerpt["sector"]: 7} if by == "sector" else {level: 0 for level in LEVELS[by] if level in STAFF}
        return "staff", 7, sector
    return "everybody", 24, {level: SIZES[level] for level in LEVELS[by]}


def by_hand(by, level):
    """Return (code, level) -> n, lower, upper, excerpts."""
    above = {row["code"]: row["parent"] or row["code"] for row in read("codebook")}
    excerpts = {row["excerpt"]: row for row in read("excerpts")}
    coded = defaultdict(set)
    for row in read("codings"):
        if row["coder"] == "reader-1":
            coded[above[row["code"]] if level == "theme" else row["code"]].add(row["excerpt"])
    found = {}
    for code in above:
        for at in LEVELS[by]:
            need, heard = defaultdict(int), 0
            for excerpt in coded[code]:
                group, n, levels = who(excerpts[excerpt], by)
                heard += at in levels
                others = n - levels.get(at, 0)
                need[group] = max(need[group], voices(excerpts[excerpt], n) - others)
            found[code, at] = SIZES[at], sum(need.values()), SIZES[at], heard
    return found


@pytest.fixture(scope="module")
def study():
    return plrlib.load_study("plr0809-017")


@pytest.mark.parametrize("by", list(LEVELS))
@pytest.mark.parametrize("level", ["theme", "code"])
def test_the_published_study_agrees_with_the_derivation_by_hand(study, by, level):
    found, expected = plrlib.presence(study, by, level=level), by_hand(by, level)
    assert len(found) == len(study.themes if level == "theme" else study.codebook.dropna(subset="parent")) * len(
        LEVELS[by]
    )
    for row in found.itertuples():
        assert (row.n, row.lower, row.upper, row.excerpts) == expected[row.code, row.group], (row.code, row.group)


def test_the_table_that_is_kept(study):
    with (HERE / "published_presence.csv").open(encoding="utf-8", newline="") as file:
        kept = [tuple(row) for row in csv.reader(file)][1:]
    found = [
        tuple(str(cell) for cell in row)
        for by in LEVELS
        for row in plrlib.presence(study, by).itertuples(index=False, name=None)
    ]
    assert found == kept

"""The labelled sentences, and how well identifiers are found in them: recall, and false alarms, kind by kind.

`python tests/privacy/labelled.py` writes the table of docs/identifiers.md; with presidio installed, all of it.
"""
# ruff: noqa: E501, PERF401 - tables of words

import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from plrlib.privacy import identifiers as finders
from plrlib.privacy.identifiers import Found, find, found_names, installed

HERE = Path(__file__).resolve().parent
TABLE = HERE.parents[1] / "docs" / "identifiers.md"
NAMES = ("Siobhán", "Mary Okafor", "Elm House", "O'Hara", "Thornfield", "Kwame", "José", "Burley West", "Zoë")
TAGS = {
    "e": finders.EMAIL, "w": finders.WEB, "h": finders.HANDLE, "n": finders.NHS, "i": finders.INSURANCE, "b": finders.BIRTH,
    "p": finders.PHONE, "c": finders.POSTCODE, "s": finders.STREET, "l": finders.LISTED, "r": finders.PERSON,
}  # fmt: skip
_MARKED = re.compile(r"\{([a-z]):([^}]*)\}")


@dataclass(frozen=True)
class Sentence:
    """A sentence without its marks, and what was marked in it."""

    text: str
    marked: tuple[Found, ...]


def sentences() -> list[Sentence]:
    made = []
    for line in (HERE / "labelled.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        text, marked, at = "", [], 0
        for match in _MARKED.finditer(line):
            text += line[at : match.start()]
            marked.append(Found(len(text), len(text) + len(match[2]), TAGS[match[1]]))
            text += match[2]
            at = match.end()
        made.append(Sentence(text + line[at:], tuple(marked)))
    return made


def overlaps(one: Found, other: Found) -> bool:
    return one.start < other.end and other.start < one.end


@dataclass(frozen=True)
class Score:
    """Of one kind: how many are marked, found at all, found as this kind to the letter, and how often it is seen wrongly."""

    marked: int
    found: int
    exact: int
    false: int


def scores(texts: Sequence[Sentence], people: Mapping[str, list[Found]]) -> dict[str, Score]:
    marked: Counter[str] = Counter()
    found: Counter[str] = Counter()
    exact: Counter[str] = Counter()
    false: Counter[str] = Counter()
    for sentence in texts:
        seen = find(sentence.text, NAMES, people.get(sentence.text, ()))
        for one in sentence.marked:
            marked[one.kind] += 1
            found[one.kind] += any(overlaps(one, other) for other in seen)
            exact[one.kind] += one in seen
        for other in seen:
            false[other.kind] += not any(overlaps(one, other) for one in sentence.marked)
    return {kind: Score(marked[kind], found[kind], exact[kind], false[kind]) for kind in finders.KINDS}


def without_presidio() -> dict[str, Score]:
    measured = scores(sentences(), {})
    del measured[finders.PERSON]
    return measured


def with_presidio() -> dict[str, Score]:
    texts = sentences()
    return scores(texts, found_names([sentence.text for sentence in texts]))


def row(kind: str, score: Score) -> str:
    share = f"{score.found / score.marked:.2f}"
    return f"| {kind} | {score.marked} | {score.found} | {share} | {score.exact} | {score.false} |"


def table(measured: Mapping[str, Score]) -> list[str]:
    head = [
        "| kind | marked | found | recall | to the letter | false alarms |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    return head + [row(kind, score) for kind, score in measured.items()]


def missed(measured_with: bool) -> list[str]:
    """Return what is missed and what is seen wrongly, for somebody who mends the patterns."""
    texts = sentences()
    people = found_names([s.text for s in texts]) if measured_with else {}
    lines = []
    for s in texts:
        seen = find(s.text, NAMES, people.get(s.text, ()))
        for one in s.marked:
            if one not in seen and (measured_with or one.kind != finders.PERSON):
                lines.append(
                    f"missed {one.kind}: {s.text[one.start : one.end]!r} in {s.text!r}; seen {[(o.kind, s.text[o.start : o.end]) for o in seen]}"
                )
        lines += [
            f"false {o.kind}: {s.text[o.start : o.end]!r} in {s.text!r}"
            for o in seen
            if not any(overlaps(m, o) for m in s.marked)
        ]
    return lines


if __name__ == "__main__":
    print("\n".join([*missed(installed()), *table(with_presidio() if installed() else without_presidio())]))
    sys.exit(0)

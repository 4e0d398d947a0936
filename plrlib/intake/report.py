"""The import report: what was read, what became of it, what could not be carried, and what was guessed."""

import re
from collections.abc import Iterable, Sequence

from plrlib.ingest.carry import Carried
from plrlib.ingest.material import KINDS, Material
from plrlib.site.markdown import table
from plrlib.wording import count, verb
from plrlib.wording import people as of_people

FILE = "import-report.md"
_OUT = {"documents": "events", "people": "participants", "codes": "codebook"}


class Unreconciled(RuntimeError):  # noqa: N818 - what was lost is named in the message
    """What was read, less what was left and with what was added, is not what was written: a fault of this program."""


def reconciled(carried: Carried) -> dict[str, list[tuple[str, int]]]:
    """Return for each kind what was found, each change, and what is in the tables, with its number.

    Raises
    ------
    Unreconciled
        If the numbers do not add up.
    """
    ledger = {}
    for kind in KINDS:
        tally, out = carried.material.tallies[kind], carried.out[kind]
        changes = [(why, n) for why, n in tally.changes.items() if n]
        if tally.found + sum(n for _, n in changes) != out:
            raise Unreconciled(f"{kind}: {tally.found} found, {dict(changes)}, but {out} written")
        ledger[kind] = [("in the files", tally.found), *changes, (f"in {_OUT.get(kind, kind)}.csv", out)]
    return ledger


def report(name: str, read: Sequence[Material], carried: Carried, key: str) -> str:
    """Return the report in Markdown.

    Parameters
    ----------
    name
        The study.
    read
        Each file, as it was read.
    carried
        What was made of them.
    key
        Where the names are kept that ids stand for; blank: none was replaced.
    """
    material = carried.material
    rows = [(kind if n == 0 else "", _plain(what), f"{number:+d}" if 0 < n < len(steps) - 1 else str(number))
            for kind, steps in reconciled(carried).items() for n, (what, number) in enumerate(steps)]  # fmt: skip
    parts = [
        f"# Import report: {_plain(name)}",
        "What was read, what became of it, and what to look at before anything is concluded from it.",
        "## What was read",
        table(["file", "what it is"], [(_plain(one.file), _plain(one.origin)) for one in read]),
        "## What became of it",
        "Each number in the files, with every loss and gain by its reason, gives the number in the tables.",
        table(["", "what", "number"], rows),
        "## What could not be carried",
        _bullets([f"{what}: {n}" for what, n in material.left.items() if n > 0] or ["Nothing that was found."]),
        "## What was guessed",
        _bullets(_guesses(carried) or ["Nothing."]),
        "## What is worth knowing",
        _bullets([*material.told, *_told(carried, key)]),
        "## What to do next",
        _bullets(_next(name)),
    ]
    return "\n\n".join(parts) + "\n"


def _guesses(carried: Carried) -> list[str]:
    guesses = [*carried.material.guessed]
    if len(carried.coders) > 1:
        guesses.append("reference_coder in study.toml is the coder with the most codings")
    return guesses


def _told(carried: Carried, key: str) -> list[str]:
    told = []
    people = sum(kind == "person" for kind, _ in carried.renamed)
    documents = len(carried.renamed) - people
    if key:
        told.append(
            f"{of_people(people)} and {count(documents, 'document')} had a name that could be somebody's, and got an "
            f"id in its place; which is which is kept outside of the project, in {key}; with --keep-names names stay"
        )
    uncoded = {row["excerpt"] for row in carried.tables["excerpts"]} - {r["excerpt"] for r in carried.tables["codings"]}
    if uncoded:
        n = len(uncoded)
        told.append(f"{count(n, 'excerpt')} {verb(n, 'is', 'are')} left over: marked, and without a code")
    if not carried.tables["participants"]:
        return told
    consent = sum(row.get("consent_quote") == "yes" for row in carried.tables["participants"])
    n = len(carried.tables["participants"])
    told.append(
        f"consent_quote is yes for {consent} of {of_people(n)}: the words of everybody else are shown nowhere; write "
        "it into participants.csv for whoever agreed"
    )
    if carried.coders:
        told.append("coders are shown under the names that the program has for them")
    return told


def _next(name: str) -> list[str]:
    return [
        f"plr check {name}: what is wrong with the tables, row by row",
        "study.toml: set complete = true if every transcript was coded through; take out groupings you do not mean",
        f"plr run {name}: executes the notebooks on it",
    ]


def _plain(text: str) -> str:
    """Return a text so that Markdown shows it as it is, and an editor shows little else."""
    return re.sub(r"([|<>`*\[\]\\])", r"\\\1", " ".join(text.split()))


def _bullets(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {_plain(sentence)}" for sentence in sentences)

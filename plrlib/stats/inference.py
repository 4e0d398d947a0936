"""What can be inferred about a claim: four answers, and the rules by which one of them is given.

The answers are those of mixed-methods reporting (Fetters, Curry & Creswell 2013: confirmation, expansion, discordance),
with a fourth, since a design may not be able to tell. The rules are read in order and the first that holds decides.
They know a claim by its theme, by whom it is about and by whether it says that groups differ; they do not read it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from plrlib.stats.claims import People
from plrlib.stats.judged import DIFFERS, NOT_SHOWN
from plrlib.wording import capital, count, joined, share, verb

CONFIRMED, EXPANDED, DISCORDANT, NOT_TESTABLE = "confirmed", "expanded", "discordant", "not testable"
ENOUGH = 2
"""So many people at least must support a claim for certain before it is confirmed."""
INFERENCES = (CONFIRMED, EXPANDED, DISCORDANT, NOT_TESTABLE)


@dataclass(frozen=True)
class Facts:
    """What the rules look at.

    Parameters
    ----------
    heard
        Excerpts of the theme that people whom the claim is about may have said.
    supports, qualifies, opposes
        How many of these take each stance to the theme.
    quoted, unsaid
        How many of these are respondents' own words, and of how many the study does not say.
    people
        How many people took each stance, at least and at most.
    against
        Where more people oppose than support it for certain: `all together`, `among managers`.
    left
        Excerpts that a sorter of another kind puts under another theme.
    sorters
        How many sorters of another kind there are.
    compares
        Whether the claim says that groups differ.
    verdicts
        What `compare` says of the theme, by the grouping compared; none where no planned comparison bears on it.
    unlike
        The other coders by whose codings a difference that was found is not found.
    """

    heard: int
    supports: int
    qualifies: int
    opposes: int
    quoted: int
    unsaid: int
    people: People
    against: tuple[str, ...]
    left: int
    sorters: int
    compares: bool
    verdicts: dict[str, str]
    unlike: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """One rule: the answer, when it is given (in words, and as it is tested), and the reason told with its numbers."""

    inference: str
    when: str
    holds: Callable[[Facts], bool]
    reason: Callable[[Facts], str]


def infer(facts: Facts) -> tuple[int, str, str]:
    """Return the number of the first rule that holds (from 1), its answer, and the reason in one sentence."""
    number, rule = next((i, rule) for i, rule in enumerate(RULES, 1) if rule.holds(facts))
    return number, rule.inference, capital(rule.reason(facts))


def _verdicts(facts: Facts) -> str:
    return joined(f"{by}: {verdict}" for by, verdict in facts.verdicts.items())


def _open(facts: Facts) -> bool:
    return facts.compares and any(verdict not in (DIFFERS, NOT_SHOWN) for verdict in facts.verdicts.values())


def _all_differ(facts: Facts) -> bool:
    return facts.compares and all(verdict == DIFFERS for verdict in facts.verdicts.values())


def _some_against(facts: Facts) -> bool:
    return not facts.compares and (bool(facts.against) or (facts.opposes > 0 and facts.supports == 0))


def _against_say(facts: Facts) -> str:
    if not facts.against:
        return f"{count(facts.opposes, 'excerpt')} {verb(facts.opposes, 'opposes', 'oppose')} it and none supports it."
    return f"More people oppose it than support it for certain: {joined(facts.against)}."


def _differing(facts: Facts) -> list[str]:
    return [by for by, verdict in facts.verdicts.items() if verdict == DIFFERS]


def _more_to_it(facts: Facts) -> bool:
    return bool(facts.qualifies or facts.opposes or facts.left or _differing(facts))


def _more_say(facts: Facts) -> str:
    """Return what the evidence adds to a claim: who qualifies or opposes it, what leaves the theme, who differs."""
    told = [
        f"{n} {verb(n, one, many)} it"
        for n, one, many in (
            (facts.qualifies, "qualifies", "qualify"),
            (facts.opposes, "opposes", "oppose"),
        )
        if n
    ]
    if facts.left:
        told.append(f"{facts.left} {verb(facts.left, 'goes', 'go')} under another theme when others sort")
    told += [f"people differ in whether they raised it ({by})" for by in _differing(facts)]
    start = f"{share(facts.supports, facts.heard, 'excerpt')} {verb(facts.supports or 1, 'supports', 'support')} it"
    return f"{start}; {joined(told)}."


def _whole_say(facts: Facts) -> str:
    start = f"{share(facts.supports, facts.heard, 'excerpt')} {verb(facts.supports, 'supports', 'support')} it"
    stays = "nothing leaves the theme when others sort" if facts.sorters else "nobody of another kind sorted"
    return f"{start}, none qualifies or opposes it, and {stays}."


RULES: tuple[Rule, ...] = (
    Rule(
        NOT_TESTABLE,
        "no excerpt of its theme can have been said by anybody whom the claim is about",
        lambda facts: facts.heard == 0,
        lambda facts: "Nobody whom it is about is heard on it.",
    ),
    Rule(
        NOT_TESTABLE,
        "it says that groups differ, and the comparison cannot tell (confounded, not attributed, too few to tell), or "
        "was not made",
        _open,
        lambda facts: f"It says that groups differ, and the comparison cannot tell ({_verdicts(facts)}).",
    ),
    Rule(
        DISCORDANT,
        "it says that groups differ, and a comparison that could have shown it did not",
        lambda facts: facts.compares and NOT_SHOWN in facts.verdicts.values(),
        lambda facts: f"It says that groups differ, and the comparison does not show it ({_verdicts(facts)}).",
    ),
    Rule(
        EXPANDED,
        "it says that groups differ, and they do, but as another coder coded it that does not show",
        lambda facts: _all_differ(facts) and bool(facts.unlike),
        lambda facts: f"The groups differ as one coder has it; as coded by {joined(facts.unlike)}, that does not show.",
    ),
    Rule(
        CONFIRMED,
        "it says that groups differ, and they do, whoever coded it",
        _all_differ,
        lambda facts: f"The groups differ, as it says ({_verdicts(facts)}); read from the counts which way.",
    ),
    Rule(
        NOT_TESTABLE,
        "none of its evidence is in respondents' own words: who draws the claim also reports what it rests on",
        lambda facts: facts.quoted == facts.unsaid == 0,
        lambda facts: (
            f"None of {count(facts.heard, 'excerpt')} is in respondents' own words: "
            "the claim and what it rests on come from the same hands."
        ),
    ),
    Rule(
        DISCORDANT,
        "more people oppose than support it for certain, all together or in one group; or none of the excerpts "
        "supports it and some oppose it",
        _some_against,
        _against_say,
    ),
    Rule(
        NOT_TESTABLE,
        "no excerpt supports, qualifies or opposes it",
        lambda facts: not (facts.supports or facts.qualifies or facts.opposes),
        lambda facts: f"Of {count(facts.heard, 'excerpt')} none takes a side, or none has a stance on record.",
    ),
    Rule(
        EXPANDED,
        "some evidence qualifies or opposes it, or goes under another theme when others sort, or groups that a planned "
        "comparison set against each other differ in whether they raised it",
        _more_to_it,
        _more_say,
    ),
    Rule(
        NOT_TESTABLE,
        "nothing speaks against it, and one person could have said all that speaks for it",
        lambda facts: facts.people.least("supports") < ENOUGH,
        lambda facts: (
            f"{share(facts.supports, facts.heard, 'excerpt')} {verb(facts.supports, 'supports', 'support')} it, "
            "and one person could have said all of that."
        ),
    ),
    Rule(
        CONFIRMED,
        "there is evidence for it, in respondents' words and from several people, and none of the above",
        lambda facts: True,
        _whole_say,
    ),
)
"""In the order in which they are read; the last always holds."""

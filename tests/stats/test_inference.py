"""The rules by which a claim is answered, one by one: each on facts for which no rule before it holds."""

from dataclasses import replace

import numpy as np
import pytest

from plrlib.show.claims import _REASONS, WHEN
from plrlib.stats.claims import INFERENCES, RULES, Facts, People, infer
from plrlib.study.settings import Grouping
from plrlib.text import capital


def people(supports=(3, 3), qualifies=(0, 0), opposes=(0, 0), n=7):
    return People(n, np.array([supports, qualifies, opposes, (0, 0)]))


ROLE = Grouping("role", "Role", "role", {"manager": "Managers"})
# Four excerpts of several people support it in their own words, nothing else is known, and it does not compare groups.
CLEAR = Facts(
    heard=4,
    supports=4,
    qualifies=0,
    opposes=0,
    quoted=4,
    unsaid=0,
    people=people(),
    against=(),
    left=0,
    sorters=1,
    compares=False,
    verdicts={},
)
DIFFERS = replace(CLEAR, compares=True, verdicts={"sector": "differs"})

CASES = [
    (1, "not testable", replace(CLEAR, heard=0, supports=0, quoted=0), "Nobody whom it is about is heard on it."),
    *(
        (2, "not testable", replace(CLEAR, compares=True, verdicts={"sector": verdict}),
         f"It says that groups differ, and the comparison cannot tell (sector: {verdict}).")
        for verdict in ("confounded", "not attributed", "too few to tell", "not compared")
    ),
    (2, "not testable", replace(DIFFERS, verdicts={"sector": "differs", "role": "confounded"}),
     "It says that groups differ, and the comparison cannot tell (sector: differs and role: confounded)."),
    (3, "discordant", replace(CLEAR, compares=True, verdicts={"sector": "not shown to differ"}),
     "It says that groups differ, and the comparison does not show it (sector: not shown to differ)."),
    (3, "discordant", replace(DIFFERS, verdicts={"sector": "differs", "role": "not shown to differ"}),
     ("It says that groups differ, and the comparison does not show it "
      "(sector: differs and role: not shown to differ).")),
    (4, "expanded", replace(DIFFERS, unlike=("ben",)),
     "The groups differ as one coder has it; as coded by ben, that does not show."),
    (5, "confirmed", DIFFERS, "The groups differ, as it says (sector: differs); read from the counts which way."),
    (5, "confirmed", replace(DIFFERS, opposes=3, against=((None, ""),), quoted=0, left=2),
     "The groups differ, as it says (sector: differs); read from the counts which way."),
    (6, "not testable", replace(CLEAR, quoted=0),
     "None of 4 excerpts is in respondents' own words: the claim and what it rests on come from the same hands."),
    (6, "not testable", replace(CLEAR, quoted=0, opposes=1, against=((None, ""),)),
     "None of 4 excerpts is in respondents' own words: the claim and what it rests on come from the same hands."),
    (7, "discordant", replace(CLEAR, opposes=1, supports=3, against=((ROLE, "manager"),)),
     "More people oppose it than support it for certain: among managers."),
    (7, "discordant", replace(CLEAR, supports=0, opposes=2), "2 excerpts oppose it and none supports it."),
    (7, "discordant", replace(CLEAR, supports=0, opposes=1), "1 excerpt opposes it and none supports it."),
    (8, "not testable", replace(CLEAR, supports=0),
     "Of 4 excerpts none takes a side, or none has a stance on record."),
    (9, "expanded", replace(CLEAR, supports=3, qualifies=1), "3 of 4 excerpts support it; 1 qualifies it."),
    (9, "expanded", replace(CLEAR, supports=2, qualifies=2), "2 of 4 excerpts support it; 2 qualify it."),
    (9, "expanded", replace(CLEAR, supports=3, opposes=1), "3 of 4 excerpts support it; 1 opposes it."),
    (9, "expanded", replace(CLEAR, left=1),
     "all 4 excerpts support it; 1 goes under another theme when others sort."),
    (9, "expanded", replace(CLEAR, verdicts={"sector": "differs"}),
     "all 4 excerpts support it; people differ in whether they raised it (sector)."),
    (9, "expanded", replace(CLEAR, supports=0, qualifies=4), "none of 4 excerpts supports it; 4 qualify it."),
    (10, "not testable", replace(CLEAR, people=people((1, 7))),
     "all 4 excerpts support it, and one person could have said all of that."),
    (11, "confirmed", CLEAR,
     "all 4 excerpts support it, none qualifies or opposes it, and nothing leaves the theme when others sort."),
    (11, "confirmed", replace(CLEAR, sorters=0),
     "all 4 excerpts support it, none qualifies or opposes it, and nobody of another kind sorted."),
    (11, "confirmed", replace(CLEAR, verdicts={"sector": "not attributed"}),
     "all 4 excerpts support it, none qualifies or opposes it, and nothing leaves the theme when others sort."),
    (11, "confirmed", replace(CLEAR, quoted=0, unsaid=4),
     "all 4 excerpts support it, none qualifies or opposes it, and nothing leaves the theme when others sort."),
]  # fmt: skip


@pytest.mark.parametrize(("number", "inference", "facts", "reason"), CASES)
def test_the_first_rule_that_holds_decides(number, inference, facts, reason):
    found, rule = infer(facts)
    assert (found, rule.inference) == (number, inference)
    assert capital(_REASONS[rule.code](facts)) == capital(reason)


def test_every_rule_is_tested_and_every_answer_is_known():
    assert {number for number, *_ in CASES} == set(range(1, len(RULES) + 1))
    assert {rule.inference for rule in RULES} == set(INFERENCES)
    assert all(rule.inference == answer for number, answer, *_ in CASES for rule in [RULES[number - 1]])


def test_every_rule_has_its_words():
    assert [rule.code for rule in RULES] == list(WHEN) == list(_REASONS)


def test_the_last_rule_holds_whatever_the_facts_are():
    assert all(RULES[-1].holds(facts) for _, _, facts, _ in CASES)

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
        (4, "not testable", replace(CLEAR, compares=True, verdicts={"sector": verdict}),
         f"It says that groups differ, and the comparison cannot tell (sector: {verdict}).")
        for verdict in ("confounded", "not attributed", "too few to tell", "not compared")
    ),
    (4, "not testable", replace(DIFFERS, verdicts={"sector": "differs", "role": "confounded"}),
     "It says that groups differ, and the comparison cannot tell (sector: differs and role: confounded)."),
    (5, "not testable", replace(CLEAR, compares=True, verdicts={"sector": "not shown to differ"}),
     "It says that groups differ, and the comparison neither shows it nor rules it out (sector: not shown to differ)."),
    (5, "not testable", replace(DIFFERS, verdicts={"sector": "differs", "role": "not shown to differ"}),
     ("It says that groups differ, and the comparison neither shows it nor rules it out "
      "(sector: differs and role: not shown to differ).")),
    (7, "expanded", replace(DIFFERS, unlike=("ben",)),
     "The groups differ as one coder has it; as coded by ben, that does not show."),
    (8, "confirmed", DIFFERS, "The groups differ, as it says (sector: differs); it gives no direction to check."),
    (8, "confirmed", replace(DIFFERS, opposes=3, against=((None, ""),), quoted=0, left=2),
     "The groups differ, as it says (sector: differs); it gives no direction to check."),
    (8, "confirmed", replace(DIFFERS, ways={"sector": "as claimed"}),
     "The groups differ, in the direction it gives (sector: differs)."),
    (2, "discordant", replace(DIFFERS, ways={"sector": "the other way"}),
     "The groups differ, but not in the direction it gives (sector: differs)."),
    (2, "discordant",
     replace(DIFFERS, ways={"sector": "the other way"}, verdicts={"sector": "differs", "role": "confounded"}),
     "The groups differ, but not in the direction it gives (sector: differs and role: confounded)."),
    (3, "discordant", replace(CLEAR, compares=True, verdicts={"sector": "not shown to differ"}, excluded=("sector",)),
     ("It says that groups differ, and the comparison excludes a difference as large as was said to matter "
      "(sector: not shown to differ).")),
    (6, "not testable", replace(DIFFERS, ways={"sector": "not certain"}),
     "The groups differ (sector: differs), but it is not certain that they do in the direction it gives."),
    (9, "not testable", replace(CLEAR, quoted=0),
     "None of 4 excerpts is in respondents' own words: the claim and what it rests on come from the same hands."),
    (9, "not testable", replace(CLEAR, quoted=0, opposes=1, against=((None, ""),)),
     "None of 4 excerpts is in respondents' own words: the claim and what it rests on come from the same hands."),
    (10, "discordant", replace(CLEAR, opposes=1, supports=3, against=((ROLE, "manager"),)),
     "More people oppose than support the claim for certain: among managers."),
    (10, "discordant", replace(CLEAR, supports=0, opposes=2), "2 excerpts oppose the claim and none supports it."),
    (10, "discordant", replace(CLEAR, supports=0, opposes=1), "1 excerpt opposes the claim and none supports it."),
    (11, "not testable", replace(CLEAR, supports=0),
     "Of 4 excerpts none supports, qualifies or opposes the claim, or none has a stance on record."),
    (12, "expanded", replace(CLEAR, supports=3, qualifies=1), "3 of 4 excerpts support the claim; 1 qualifies it."),
    (12, "expanded", replace(CLEAR, supports=2, qualifies=2), "2 of 4 excerpts support the claim; 2 qualify it."),
    (12, "expanded", replace(CLEAR, supports=3, opposes=1), "3 of 4 excerpts support the claim; 1 opposes it."),
    (12, "expanded", replace(CLEAR, left=1),
     "all 4 excerpts support the claim; 1 goes under another theme when others sort."),
    (12, "expanded", replace(CLEAR, verdicts={"sector": "differs"}),
     "all 4 excerpts support the claim; people differ in whether they raised it (sector)."),
    (12, "expanded", replace(CLEAR, supports=0, qualifies=4), "none of 4 excerpts supports the claim; 4 qualify it."),
    (13, "not testable", replace(CLEAR, people=people((1, 7))),
     "all 4 excerpts support the claim, and one person could have said all of that."),
    (14, "confirmed", CLEAR,
     "all 4 excerpts support the claim, none qualifies or opposes it, and nothing leaves the theme when others sort."),
    (14, "confirmed", replace(CLEAR, sorters=0),
     "all 4 excerpts support the claim, none qualifies or opposes it, and nobody of another kind sorted."),
    (14, "confirmed", replace(CLEAR, verdicts={"sector": "not attributed"}),
     "all 4 excerpts support the claim, none qualifies or opposes it, and nothing leaves the theme when others sort."),
    (14, "confirmed", replace(CLEAR, quoted=0, unsaid=4),
     "all 4 excerpts support the claim, none qualifies or opposes it, and nothing leaves the theme when others sort."),
]  # fmt: skip


@pytest.mark.parametrize(("number", "inference", "facts", "reason"), CASES)
def test_the_first_rule_that_holds_decides(number, inference, facts, reason):
    found, rule = infer(facts)
    assert (found, rule.inference) == (number, inference)
    assert capital(_REASONS[rule.code](facts, "the claim")) == capital(reason)


def test_every_rule_is_tested_and_every_answer_is_known():
    assert {number for number, *_ in CASES} == set(range(1, len(RULES) + 1))
    assert {rule.inference for rule in RULES} == set(INFERENCES)
    assert all(rule.inference == answer for number, answer, *_ in CASES for rule in [RULES[number - 1]])


def test_every_rule_has_its_words():
    assert [rule.code for rule in RULES] == list(WHEN) == list(_REASONS)


def test_the_last_rule_holds_whatever_the_facts_are():
    assert all(RULES[-1].holds(facts) for _, _, facts, _ in CASES)

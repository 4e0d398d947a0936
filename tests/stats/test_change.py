"""Change between two hearings: against R and statsmodels, every way to swap hearings, and what is left out and why."""

import csv
import itertools
import sys
from math import comb
from pathlib import Path

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import mcnemar as theirs

import plrlib
from plrlib import NotInStudy
from plrlib.stats.change import SAMPLE, change, mcnemar, swapped
from plrlib.stats.comparison.permutation import step_down

from .made import TOML, made, said

ORACLE = Path(__file__).parents[1] / "oracles" / "mcnemar.csv"
EVENTS = "event,kind,order,participants\nA,focus group,1,\nB,focus group,2,\nINT,interview,3,\nLATER,interview,4,\n"
CODES = ("c1", "c2", "c3", "c4")
CODEBOOK = "code,parent,label\nT1,,One\nc1,T1,1\nc2,T1,2\nT2,,Two\nc3,T2,3\nT3,,Three\nc4,T3,4\n"


def study(tmp_path, *rows, people=3, toml=TOML, **tables):
    """Return a study of P1, P2 and so on, who all sat in A and were all interviewed at INT.

    Rows are `who,event,role,sector > codes`, the last two cells where they are needed. X, a practitioner, was heard at
    LATER alone, and Y in B alone.
    """
    names = [f"P{i}" for i in range(1, people + 1)]
    seats = [*(f"{name},INT" for name in names), "X,LATER"]
    parts = [row.partition(">") for row in rows or ["P1,A > c1"]]
    full = [f"{cells.strip()}{',' * (3 - cells.count(','))} > {codes}" for cells, _, codes in parts]
    given = {
        "participants": "participant,focus_group,role,sector\n"
        + "".join(f"{n},A,manager,\n" for n in names)
        + "X,,practitioner,\nY,B,,\n",
        "events": EVENTS,
        "codebook": CODEBOOK,
        "attendance": "participant,event\n" + "\n".join(seats) + "\n",
        **said(*full, columns="participant,event,role,sector"),
    }
    return made(tmp_path, toml, **{**given, **tables})


def numbers(found, code):
    row = found.set_index("code").loc[code]
    return tuple(row[["people", "kept", "gained", "lost", "neither"]])


def spoken(kept, gained, lost, code):
    """Return rows in which the first `kept` people raise a code twice, the next gain it, and the next lose it."""
    first = [i for i in range(1, kept + gained + lost + 1) if not kept < i <= kept + gained]
    return [*(f"P{i},A > {code}" for i in first), *(f"P{i},INT > {code}" for i in range(1, kept + gained + 1))]


def test_the_exact_p_is_rs():
    with ORACLE.open(encoding="utf-8") as lines:
        rows = np.array([[float(row[c]) for c in ("gained", "lost", "p")] for row in csv.DictReader(lines)])
    assert len(rows) == 31 * 31 - 1
    ours = mcnemar(rows[:, 0], rows[:, 1])
    assert np.abs(ours / rows[:, 2] - 1).max() < 1e-12
    assert mcnemar(0, 0) == 1


@pytest.mark.parametrize(("gained", "lost"), [(5, 1), (0, 6), (3, 3), (7, 2), (1, 0)])
def test_the_exact_p_is_that_of_statsmodels(gained, lost):
    assert mcnemar(gained, lost) == pytest.approx(theirs([[9, lost], [gained, 4]], exact=True).pvalue, rel=1e-12)


def test_fifteen_people_heard_twice(tmp_path):
    found = change(study(tmp_path, *spoken(9, 5, 1, "c1"), *spoken(0, 7, 0, "c3"), people=15))
    assert list(found) == [
        "code", "people", "kept", "gained", "lost", "neither", "left_out", "not_asked",
        "p", "p_min", "p_adjusted", "p_min_adjusted", "sampled", "verdict",
    ]  # fmt: skip
    assert found["code"].tolist() == list(found["code"].cat.categories) == ["T1", "T2", "T3"]
    assert [numbers(found, code) for code in found["code"]] == [(15, 9, 5, 1, 0), (15, 0, 7, 0, 8), (15, 0, 0, 0, 15)]
    assert found["p"].tolist() == pytest.approx([14 / 64, 2 / 2**7, 1], rel=1e-12)
    assert found["p_min"].tolist() == [2 / 2**6, 2 / 2**7, 1]
    assert found["verdict"].tolist() == ["not shown to change", "changed", "no variation"]
    assert found["verdict"].cat.categories.tolist() == [
        "no variation", "changed", "too few to tell", "not shown to change",
    ]  # fmt: skip
    assert found.dtypes.astype(str).tolist()[1:12] == ["Int64"] * 7 + ["Float64"] * 4
    assert found["p_adjusted"][1] == pytest.approx(2 / 2**7, rel=1e-12)
    # of 2**13 ways those with all six of the first code alike, or all seven of the second
    assert found["p_min_adjusted"].tolist() == pytest.approx([1 - (1 - 2 / 2**6) * (1 - 2 / 2**7), 2 / 2**7, 1])
    assert not found[["left_out", "not_asked", "sampled"]].to_numpy().any()


def test_alpha_decides_what_is_called_changed(tmp_path):
    one = study(tmp_path, *spoken(9, 5, 1, "c1"), people=15, codebook="code,parent,label\nT1,,One\nc1,T1,1\n")
    found = change(one)
    assert found[["p", "p_adjusted"]].to_numpy(dtype=float)[0] == pytest.approx([14 / 64, 14 / 64], rel=1e-12)
    assert found["p_min_adjusted"].tolist() == [2 / 2**6]
    assert found["verdict"].tolist() == ["not shown to change"]
    assert change(one, alpha=0.25)["verdict"].tolist() == ["changed"]


def adjusted_by_hand(steps):
    """Return the step-down minP of a P × C array of steps, over all 2**P ways, as it is defined."""

    def p_of(signs):
        swapped_steps = steps * np.array(signs)[:, None]
        gained, changed = (swapped_steps == 1).sum(axis=0), np.abs(steps).sum(axis=0)
        return [
            min(1.0, 2 * sum(comb(m, i) for i in range(min(g, m - g) + 1)) / 2**m)
            for g, m in zip(gained.tolist(), changed.tolist(), strict=True)
        ]

    seen = p_of([1] * len(steps))
    every = [p_of(signs) for signs in itertools.product([1, -1], repeat=len(steps))]
    order = sorted(range(len(seen)), key=lambda c: seen[c])
    adjusted, largest = {}, 0.0
    for place, c in enumerate(order):
        least = [min(p[d] for d in order[place:]) for p in every]
        largest = max(largest, sum(one <= seen[c] * (1 + 1e-9) for one in least) / len(every))
        adjusted[c] = largest
    return seen, [adjusted[c] for c in range(len(seen))]


@pytest.mark.parametrize("seed", range(12))
def test_counts_and_adjusted_p_of_studies_drawn_at_random(tmp_path, seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 9))
    lean = rng.random((2, len(CODES)))
    raised = rng.random((n, 2, len(CODES))) < lean
    rows = [
        f"P{p + 1},{('A', 'INT')[h]} > {CODES[c]}"
        for p, h, c in rng.permutation(np.argwhere(raised))
        for _ in range(rng.integers(1, 3))  # who says it twice still counts once
    ]
    found = change(study(tmp_path, *rows, people=n), level="code")
    assert found["code"].tolist() == list(CODES)
    before, after = raised[:, 0], raised[:, 1]
    expected = [
        np.full(4, n),
        *((x).sum(axis=0) for x in (before & after, ~before & after, before & ~after, ~before & ~after)),
    ]
    assert [numbers(found, code) for code in CODES] == [tuple(row) for row in np.array(expected).T.tolist()]
    p, adjusted = adjusted_by_hand(after.astype(int) - before)
    assert found["p"].tolist() == pytest.approx(p, rel=1e-12)
    assert found["p_adjusted"].tolist() == pytest.approx(adjusted, rel=1e-12)
    assert found["p_min"].tolist() == [min(1.0, 2 / 2**m) for m in (before ^ after).sum(axis=0).tolist()]


@pytest.mark.parametrize("seed", range(6))
def test_over_all_ways_to_swap_a_false_finding_is_no_more_frequent_than_alpha(seed):
    """Whatever changed: if swapping is chance alone, at most a share alpha of all ways finds anything at all."""
    rng = np.random.default_rng(seed)
    steps = rng.choice([-1, 0, 1], p=[0.3, 0.3, 0.4], size=(8, 4))
    p_of, exact = swapped(steps, 0)
    assert exact
    found = np.array([step_down(p, lambda codes: p_of.T[codes])[0].min() for p in p_of])
    for alpha in (0.02, 0.05, 0.1, 0.3):
        assert (found <= alpha).mean() <= alpha
    assert (found <= 0.3).any()


def test_codes_that_move_together_are_not_paid_for_twice(tmp_path):
    rows = [row for code in ("c1", "c3", "c4") for row in spoken(0, 8, 0, code)]
    found = change(study(tmp_path, *rows, people=8))
    assert found["p_adjusted"].tolist() == [2 / 2**8] * 3
    assert set(found["verdict"]) == {"changed"}


def test_too_many_ways_are_sampled_and_it_is_said(tmp_path, monkeypatch):
    rows = [*spoken(2, 7, 3, "c1"), *spoken(0, 2, 7, "c3"), *spoken(1, 1, 8, "c4")]
    one = study(tmp_path, *rows, people=12)
    exact = change(one)
    monkeypatch.setattr(sys.modules["plrlib.stats.change"], "MOST", 100)
    drawn = change(study(tmp_path, *rows, people=12))
    unlike = ["p_adjusted", "p_min_adjusted", "sampled"]
    assert drawn.drop(columns=unlike).equals(exact.drop(columns=unlike))
    p, q = (frame["p_adjusted"].to_numpy(dtype=float) for frame in (exact, drawn))
    assert (p != q).any()
    assert np.allclose(q * (SAMPLE + 1), np.round(q * (SAMPLE + 1)), rtol=0, atol=1e-6)
    assert (np.abs(p - q) < 4 * np.sqrt(p * (1 - p) / SAMPLE) + 1 / SAMPLE).all()
    assert drawn["sampled"].all()
    assert not exact["sampled"].any()
    assert change(study(tmp_path, *rows, people=12)).equals(drawn)
    other = study(tmp_path, *rows, people=12, toml=TOML.replace("complete", "seed = 7\ncomplete"))
    assert not change(other)["p_adjusted"].equals(drawn["p_adjusted"])


def test_who_was_heard_twice(tmp_path):
    """X was interviewed alone; P3 sat in two groups; P2 was interviewed twice; P4 was interviewed before the group."""
    events = EVENTS + "EARLY,interview,0,\n"
    seats = "participant,event\nX,LATER\nP3,B\nP1,INT\nP2,INT\nP2,LATER\nP4,EARLY\nP4,INT\n"
    rows = ["P1,A > c1", "P2,LATER > c1", "P3,A > c1", "P3,B > c3", "P4,A > c1", "X,LATER > c1"]
    found = change(study(tmp_path, *rows, people=4, events=events, attendance=seats))
    assert numbers(found, "T1") == (2, 0, 1, 1, 0)
    # once P3 is interviewed too, what P3 said in the second group still counts for neither hearing
    found = change(study(tmp_path, *rows, "P3,INT > c1", people=4, events=events, attendance=seats))
    assert numbers(found, "T1") == (3, 1, 1, 1, 0)
    assert numbers(found, "T2") == (3, 0, 0, 0, 3)


def test_nobody_changed_at_all(tmp_path):
    found = change(study(tmp_path, "P1,A > c1", "P1,INT > c1"))
    assert found[["p", "p_min", "p_adjusted"]].to_numpy().tolist() == [[1, 1, 1]] * 3
    assert numbers(found, "T1") == (3, 1, 0, 0, 2)
    assert found["verdict"].tolist() == ["too few to tell", "no variation", "no variation"]


def test_a_code_counts_for_its_theme(tmp_path):
    one = study(tmp_path, "P1,A > c1", "P1,INT > c2", "P2,INT > c2")
    assert numbers(change(one), "T1") == (3, 1, 1, 0, 1)
    by_code = change(one, level="code")
    assert numbers(by_code, "c1") == (3, 0, 0, 1, 2)
    assert numbers(by_code, "c2") == (3, 0, 2, 0, 1)
    assert by_code["verdict"].tolist() == ["too few to tell"] * 2 + ["no variation"] * (len(by_code) - 2)


def test_the_codings_are_those_of_the_coder_asked_for(tmp_path):
    codings = "excerpt,coder,code\nE1,me,c1\nE2,me,c3\nE1,you,c3\nE2,you,c3\n"
    one = study(
        tmp_path,
        "P1,A > c1",
        "P1,INT > c3",
        codings=codings,
        toml=TOML.replace("complete", 'reference_coder = "me"\ncomplete'),
    )
    assert numbers(change(one), "T2") == (3, 0, 1, 0, 2)
    assert numbers(change(one, coder="you"), "T2") == (3, 1, 0, 0, 2)
    with pytest.raises(ValueError, match="coder 'nobody' gave no codes"):
        change(one, coder="nobody")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["P1,A;INT > c1"], (2, 0, 0, 0, 2)),  # it may be of either hearing
        (["P1, > c1"], (2, 0, 0, 0, 2)),
        (["P1,A > c1", "P1,A;INT > c1"], (2, 0, 0, 0, 2)),  # whether it was raised again is not known
        (["P1,A > c1", "P1,INT > c1", "P1,A;INT > c1", "P1, > c1"], (3, 1, 0, 0, 2)),  # it makes no difference
        (["P1,A;INT > c3"], (3, 0, 0, 0, 3)),  # nor here
        (["P1,B;INT > c1"], (3, 0, 1, 0, 2)),  # B is no hearing of P1: it was the interview
        (["P1,INT;LATER > c1"], (3, 0, 1, 0, 2)),
    ],
)
def test_who_may_have_raised_it_at_either_hearing_is_left_out(tmp_path, rows, expected):
    found = change(study(tmp_path, *rows, "P3,INT > c4"))
    assert numbers(found, "T1") == expected
    in_second = int(rows == ["P1,A;INT > c3"])
    assert found["left_out"].tolist() == [3 - expected[0], in_second, 0]
    assert not found["not_asked"].any()
    assert numbers(found, "T3") == (3, 0, 1, 0, 2)


def test_a_group_that_does_not_say_whom_it_heard_may_have_heard_anybody(tmp_path):
    events = EVENTS.replace("B,focus group,2,", "B,focus group,2,2")
    found = change(study(tmp_path, "P1,B;INT > c1", events=events))
    assert numbers(found, "T1") == (2, 0, 0, 0, 2)


def test_what_the_coder_did_not_see_may_hold_anything(tmp_path):
    codings = "excerpt,coder,code\nE1,me,c1\nE2,me,c1\nE3,me,c3\n"
    listed = "coder,event,excerpt\nme,,E1\n"  # beside what was coded
    one = study(tmp_path, "P1,A > ", "P1,INT > ", "P2,A > ", "P3,INT > ", codings=codings, coverage=listed)
    found = change(one)
    assert numbers(found, "T1") == (2, 1, 0, 0, 1)  # P3's interview was not seen
    assert numbers(found, "T2") == (2, 0, 0, 1, 1)
    for seen in ({"coverage": listed, "envelopes": "excerpt,coder,theme,stance\nE4,me,,\n"}, {}):
        read = study(tmp_path, "P1,A > ", "P1,INT > ", "P2,A > ", "P3,INT > ", codings=codings, **seen)
        assert numbers(change(read), "T1") == (3, 1, 0, 0, 2)


def test_who_was_not_asked_at_both_hearings_does_not_count(tmp_path):
    rows = ["P1,A > c1", "P2,INT > c3", "P3,INT > c4"]
    asked = "event,code\nA,T1\nA,c3\nINT,c1\nLATER,T2\nINT,T3\n"
    found = change(study(tmp_path, *rows, asked=asked))
    assert numbers(found, "T1") == (3, 0, 0, 1, 2)
    assert numbers(found, "T2") == (0, 0, 0, 0, 0)
    assert numbers(found, "T3") == (0, 0, 0, 0, 0)
    assert found["not_asked"].tolist() == [0, 3, 3]
    # nobody is left out of what they were not asked
    again = change(study(tmp_path, *rows, "P1, > c3", asked=asked))
    assert again[["left_out", "not_asked"]].iloc[1].tolist() == [0, 3]
    # P1 was interviewed at LATER too, and asked there
    seats = "participant,event\nP1,INT\nP2,INT\nP3,INT\nP1,LATER\n"
    found = change(study(tmp_path, *rows, asked=asked, attendance=seats))
    assert numbers(found, "T2") == (1, 0, 0, 0, 1)
    assert found["not_asked"][1] == 2
    by_code = change(study(tmp_path, *rows, asked=asked), level="code")
    assert numbers(by_code, "c1") == (3, 0, 0, 1, 2)
    assert numbers(by_code, "c2") == (0, 0, 0, 0, 0)


def refusal(one, **given):
    with pytest.raises(NotInStudy) as told:
        change(one, **given)
    sentence = str(told.value)
    assert sentence.count(".") == 1
    assert sentence.endswith(".")
    return sentence


NOT_KNOWN = "Who was interviewed again is not known, so nobody's two hearings can be set side by side."
NOBODY = "Nobody was heard in a focus group and again in an interview, so there is no change to see."


def test_the_published_study_does_not_say_who_was_interviewed():
    assert refusal(plrlib.load_study("plr0809-017")) == NOT_KNOWN


def test_who_was_interviewed_must_be_known(tmp_path):
    assert refusal(study(tmp_path, attendance="participant,event\nX,LATER\n")) == NOT_KNOWN  # INT lists nobody
    more = EVENTS.replace("INT,interview,3,", "INT,interview,3,4")
    assert refusal(study(tmp_path, events=more)) == NOT_KNOWN  # INT heard four, and three are known
    assert numbers(change(study(tmp_path, events=more, people=4)), "T1") == (4, 0, 0, 1, 3)


def test_nobody_was_heard_twice(tmp_path):
    assert refusal(study(tmp_path, attendance="participant,event\nX,LATER\nX,INT\n")) == NOBODY
    groups = "event,kind,order\nA,focus group,1\nB,focus group,2\n"
    assert refusal(study(tmp_path, events=groups, attendance="participant,event\nX,A\nP1,B\n")) == NOBODY
    alone = "event,kind,order\nINT,interview,1\nLATER,interview,2\n"
    people = "participant,focus_group,role,sector\nP1,,,\nX,,,\n"
    rows = said("P1,INT > c1", columns="participant,event")
    assert refusal(study(tmp_path, events=alone, participants=people, attendance=None, **rows)) == NOBODY


def test_what_is_not_coded_through_says_nothing_of_change(tmp_path):
    told = refusal(study(tmp_path, toml=TOML.replace("complete = true", "complete = false")))
    assert told.startswith("Coding is not complete: a code that was not found in a hearing may still have been raised")


@pytest.mark.parametrize(
    ("row", "theirs_too"),
    [
        (",INT,, > c1", True),
        (",A,, > c1", True),
        (",,manager, > c1", True),
        (",,,voluntary > c1", True),  # nobody's sector is known
        (",B;INT,manager, > c1", True),
        (",INT,, > ", False),  # the coder read it, and gave it nothing
        (",INT;LATER,practitioner, > c1", False),  # all who were heard twice are managers
        (",LATER,, > c1", False),  # X alone
        (",B,, > c1", False),
    ],
)
def test_excerpts_that_name_nobody_may_be_of_people_heard_twice(tmp_path, row, theirs_too):
    one = study(tmp_path, "P1,A > c1", row)
    if theirs_too:
        assert refusal(one).startswith("1 excerpt that names nobody may be of people heard twice, so nobody's")
        assert refusal(study(tmp_path, "P1,A > c1", row, row), level="code").startswith(
            "2 excerpts that name nobody may"
        )
    else:
        assert numbers(change(one), "T1") == (3, 0, 0, 1, 2)


def test_an_excerpt_that_was_not_read_may_be_of_people_heard_twice(tmp_path):
    one = study(tmp_path, "P1,A > c1", ",INT,, > ", coverage="coder,event,excerpt\nme,,E1\n")
    assert refusal(one).startswith("1 excerpt that names nobody may be of people heard twice")


def test_excerpts_of_a_third_hearing_that_name_nobody_do_not_matter(tmp_path):
    seats = "participant,event\nP1,INT\nP2,INT\nP3,INT\nX,LATER\nP3,B\n"
    assert numbers(change(study(tmp_path, "P1,A > c1", ",B,manager > c1", attendance=seats)), "T1") == (3, 0, 0, 1, 2)
    assert "2 excerpts" in refusal(study(tmp_path, "P1,A > c1", ",B;A,manager > c1", ",INT > c3", attendance=seats))


@pytest.mark.parametrize(("given", "message"), [({"alpha": 0}, "alpha lies between"), ({"level": "word"}, "level is")])
def test_what_cannot_be_asked_for_is_refused(tmp_path, given, message):
    with pytest.raises(ValueError, match=message):
        change(study(tmp_path), **given)

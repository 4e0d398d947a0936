"""What comparisons and plans look like on a screen, and what programs get."""

import io
import json
import math
from dataclasses import replace

import pandas as pd
import pytest
from rich.console import Console
from show.frames import found

import plrlib
from plrlib.cli.screens import Screen, as_csv, as_json, comparison, one_line, only_grouping, plan
from tests.study_maker import RICH_TOML, changed, least, rich


def shown(screen, **options):
    seen = io.StringIO()
    screen.print(Console(file=seen, highlight=False, **options))
    return seen.getvalue()


@pytest.fixture
def study(tmp_path):
    return plrlib.load_study(
        rich(
            tmp_path / "rich",
            RICH_TOML.replace('id = "rich"', 'id = "rich"\nkind = "simulated"'),
            **changed("envelopes", "E02,anna,,", "E02,anna,T1,opposes"),
        )
    )


NA = pd.NA
FIRST = {"p": 0.02098, "p_low": 0.02098, "p_high": 0.02098, "p_adjusted": 0.31, "p_adjusted_high": 0.31}
TWO = (
    ("differs", {**FIRST, "effect": -0.571}),
    ("not attributed", {"p_low": 0.00012, "p_high": 1.0, "reason": "speakers not known", "attained": True,
                        "sometimes_confounded": False}),
)  # fmt: skip


def test_a_comparison_is_a_heading_a_row_a_code_and_the_reasons(study, capsys):
    comparison(study, found(study, "sector", *TWO, status="planned"), None).print(Console())
    counts = plrlib.presence(study, "sector")
    first = [
        f"{low} of {n}" if low == up else f"{low} to {up} of {n}"
        for low, up, n in counts[["lower", "upper", "n"]].values
    ]
    head, blank, titles, *rows = capsys.readouterr().out.splitlines()
    assert head == "rich (simulated): Sector, people who raised each theme; planned, at alpha 0.05"
    assert blank == ""
    cells = ["theme", "Voluntary", "Statutory", "difference within rooms", "exact p", "adjusted p", "verdict"]
    assert titles.split("  ") != cells
    assert [cell.strip() for cell in titles.split("  ") if cell.strip()] == cells
    parts = [[cell.strip() for cell in row.split("  ") if cell.strip()] for row in rows[:2]]
    assert parts[0] == ["A theme", *first[:2], "-0.57", "0.021", "0.31", "differs"]
    assert parts[1] == ["Another", *first[2:], "–", "0.00012 to 1", "–", "not attributed"]
    assert rows[2] == ""
    first, second = rows[3:]
    assert first.startswith("A theme: ")
    assert first.endswith("(exact p = 0.021; 0.31 after allowing for the 2 themes compared): differs.")
    assert second.startswith("Another: ")
    assert second.endswith("exact p may be anything from 0.00012 to 1: not attributed.")
    assert (
        len(
            {
                row.index(verdict)
                for row, verdict in zip((titles, *rows), ("verdict", "differs", "not attr"), strict=False)
            }
        )
        == 1
    )


def test_the_heading_says_what_was_asked(study):
    sided = found(study, "sector", *TWO, status="planned")
    screen = comparison(study, replace(sided, frame=sided.frame.assign(stance="supports")), "anna")
    [heading] = screen.before
    what, judged = heading.split("; ")
    assert what == "rich (simulated): Sector, people who supported each theme, as anna coded"
    assert judged == "planned, at alpha 0.05"


def test_one_reason_for_all_is_given_once(study):
    alike = found(study, "sector", *[("confounded", {"reason": "own events"})] * 2)
    counts = alike.counts.assign(lower=1, upper=2)
    screen = comparison(study, replace(alike, counts=counts), None)
    assert len(screen.after) == 1
    assert screen.after[0].endswith("so a difference could as well be one between the events: confounded.")


def test_more_levels_have_another_size_of_difference(tmp_path):
    toml = RICH_TOML.replace('statutory = "Statutory" }', 'statutory = "Statutory", private = "Private" }')
    study = plrlib.load_study(rich(tmp_path / "rich", toml))
    screen = comparison(study, found(study, "sector", ("differs", {**FIRST, "effect": 0.571}), TWO[1]), None)
    assert [title for title, _ in screen.head][1:5] == ["Voluntary", "Statutory", "Private", "Cramér's V"]
    assert screen.rows[0][4] == "0.57"


WORDS = "[bold]a[/bold] \x1b[31mred\x1b[0m\nand\ttabs 部门"
SCREEN = Screen([WORDS], [(WORDS, True), ("n", False)], [[WORDS, "5 of 7"], ["b", "15 of 17"]], [WORDS * 5])


def test_off_a_terminal_each_line_stays_whole_and_columns_stand_below_each_other(capsys):
    SCREEN.print(Console(width=20))
    words = "[bold]a[/bold] [31mred [0m and tabs 部门"
    assert capsys.readouterr().out.splitlines() == [
        words,
        "",
        f"{words}         n",
        f"{words}    5 of 7",
        f"b{' ' * 41}15 of 17",
        "",
        one_line(WORDS * 5),
    ]


def test_on_a_terminal_it_is_as_wide_as_that_and_steers_nothing():
    lines = shown(SCREEN, force_terminal=True, color_system=None, width=60).splitlines()
    assert max(map(len, lines)) <= 60
    assert "[bold]a[/bold]" in lines[0]
    assert not any("\x1b" in line or "\t" in line for line in lines)
    assert any("│" in line and "15 of 17" in line for line in lines)


def test_csv_has_a_header_and_every_digit_and_labels_do_not_break_it(study):
    more = {"p": 1 / 3, "reason": 'a "quoted", long\nline', "odds_ratio": math.inf}
    frame = found(study, "sector", ("differs", FIRST | more), TWO[1]).frame
    text = as_csv(frame)
    assert "\r" not in text
    back = pd.read_csv(io.StringIO(text))
    assert list(back.columns) == list(frame.columns)
    assert back["reason"].tolist() == ['a "quoted", long\nline', "speakers not known"]
    assert back["p"][0] == 1 / 3
    assert back["odds_ratio"][0] == math.inf
    assert back["p"].isna().tolist() == [False, True]


def test_json_has_null_for_what_is_missing_and_a_number_for_what_is_infinite(study):
    more = {"p": 1 / 3, "reason": 'é "q"\n\u2028', "odds_ratio": math.inf, "fragility": 2}
    frame = found(study, "sector", ("differs", FIRST | more), TWO[1]).frame
    text = as_json(frame)
    records = json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))
    assert [list(record) for record in records] == [list(frame.columns)] * 2
    assert (records[0]["p"], records[0]["odds_ratio"], records[0]["fragility"]) == (1 / 3, math.inf, 2)
    assert isinstance(records[0]["fragility"], int)
    assert (records[0]["code"], records[0]["reason"]) == ("T1", 'é "q"\n\u2028')
    assert (records[1]["p"], records[1]["fragility"], records[1]["p_low"]) == (None, None, 0.00012)
    assert "é" in text
    assert json.loads(as_json(pd.DataFrame({"x": [-math.inf, math.nan, 1.5]}))) == [
        {"x": -math.inf},
        {"x": None},
        {"x": 1.5},
    ]
    assert json.loads(as_json(frame[:0])) == []


@pytest.mark.parametrize(
    ("groupings", "told"),
    [
        ("", "study.toml declares no grouping, so there is nothing to compare"),
        ('[groupings.a]\nlevels = {x = "X", y = "Y"}\n[groupings.b]\nlevels = {x = "X", y = "Y"}\n', "--by a or b"),
    ],
)
def test_which_grouping_is_meant_is_asked_if_there_is_not_one(tmp_path, groupings, told):
    study = plrlib.load_study(
        least(tmp_path / "made", f'[study]\nid = "made"\n{groupings}', participants="participant,a,b\nR1,x,x\nR2,y,y\n")
    )
    with pytest.raises(ValueError, match=told):
        only_grouping(study)


def test_one_grouping_need_not_be_named(study):
    assert only_grouping(study) == "sector"


def planned(*rows, n=(7, 7)):
    """Return a frame as `smallest_difference` returns it, by the contract."""
    columns = ["raised_2", "raised_1", "p", "true_1", "power"]
    frame = pd.DataFrame([(i, *row) for i, row in enumerate(rows)], columns=columns)
    frame = frame.assign(n_1=n[0], n_2=n[1], true_2=frame["raised_2"] / n[1])
    whole = dict.fromkeys(("raised_2", "n_2", "raised_1", "n_1"), "Int64")
    return frame.astype({**whole, **dict.fromkeys(("p", "true_2", "true_1", "power"), "Float64")})


SEVEN = [(5, 0.020979, 0.7717, 0.8), (6, 0.029138, 0.9192, 0.8), (7, 0.020979, NA, NA), *[(NA, NA, NA, NA)] * 5]


def test_a_plan_says_the_smallest_gap_in_words_and_as_a_table():
    screen = plan(planned(*SEVEN), power=0.8, family=1, alpha=0.05)
    assert screen.before == [
        "With 7 and 7 people, only a gap as wide as 5 of 7 against none of 7 would show.",
        "A gap shows if chance alone would bring it in 5 of 100 studies or fewer.",
        "If more than 2 of 7 in group 2 raise it, not even all 7 in group 1 would show.",
        "To show in 80 of 100 studies: 78 of 100 people like those in group 1 would raise it, and nobody in group 2.",
    ]
    assert screen.rows[1:4] == [
        ["1 of 7", "6 of 7", "0.029", "14 of 100", "92 of 100"],
        ["2 of 7", "7 of 7", "0.021", "29 of 100", "–"],
        ["3 of 7", "–", "–", "43 of 100", "–"],
    ]
    assert len(screen.rows) == 8
    assert screen.after == []
    assert {len(row) for row in screen.rows} == {len(screen.head)}


def test_a_plan_allows_for_what_is_compared_at_once_and_for_unequal_groups():
    screen = plan(planned((7, 0.0083, NA, NA), *[(NA, NA, NA, NA)] * 3, n=(7, 3)), power=0.9, family=6, alpha=0.05)
    allowed = "chance alone would bring it in 0.83 of 100 studies or fewer, so that all 6 together stay within 5"
    assert screen.before == [
        "With 7 and 3 people and 6 themes compared at once, only a gap as wide as 7 of 7 against none of 3 would show.",
        f"A gap shows if {allowed}.",
        "If anybody in group 2 raises it, not even all 7 in group 1 would show.",
        "No true difference would show in 90 of 100 studies: that needs more people.",
    ]
    assert screen.after == ["The other way round, with more raised in group 2: plr plan --n 3 7"]


def test_a_plan_that_can_show_nothing_says_so_first():
    screen = plan(planned(*[(NA, NA, NA, NA)] * 3, n=(2, 2)), power=0.8, family=1, alpha=0.05)
    assert screen.before[0].startswith("With 2 and 2 people, nothing would show, not even all 2 against none of 2")
    assert len(screen.before) == 2


@pytest.mark.parametrize("n", [(7, 7), (3, 9), (9, 3), (1, 1), (12, 10)])
def test_the_library_s_own_plans_are_told(n):
    screen = plan(plrlib.smallest_difference(n), power=0.8, family=1, alpha=0.05)
    assert len(screen.rows) == n[1] + 1
    assert screen.before[0].startswith(f"With {n[0]} and {n[1]} people, ")

"""Long work has a limit, and a terminal shows how far it is."""

import io

import pytest
from rich.console import Console

import plrlib
from plrlib import Plan, Room, simulate
from plrlib.show import compare_table, why_table
from plrlib.stats import work
from plrlib.stats.comparison import verdict


@pytest.mark.parametrize("terminal", [True, False])
def test_work_is_told_on_a_terminal_once_it_has_taken_long(monkeypatch, terminal):
    seen = io.StringIO()
    monkeypatch.delenv("PLR_STILL", raising=False)
    monkeypatch.setattr(
        work, "Console", lambda stderr: Console(file=seen, force_terminal=terminal, force_jupyter=False)
    )
    assert list(work.followed([1, 2, 3], "counting")) == [1, 2, 3]
    assert seen.getvalue() == "", "so short a work is not told of"
    monkeypatch.setattr(work, "TOLD_AFTER", 0.0)
    assert list(work.followed([1, 2, 3], "counting")) == [1, 2, 3]
    assert ("counting" in seen.getvalue()) == terminal
    seen.truncate(0)
    monkeypatch.setenv("PLR_STILL", "1")
    assert list(work.followed([1, 2, 3], "counting")) == [1, 2, 3]
    assert "counting" not in seen.getvalue()


def test_a_comparison_ends_after_so_many_programmes_and_says_what_it_left_out(monkeypatch):
    room = Room("FG", tuple(({"sector": sector}, 4) for sector in ("voluntary", "statutory")))
    sectors = {"sector": ("Sector", {"voluntary": "Voluntary", "statutory": "Statutory"})}
    plan = Plan(rooms=(room,), groupings=sectors, themes=1, codes=12, blur=0.7)
    whole = plrlib.compare(simulate(plan, seed=3), "sector", level="code").frame
    assert whole["attained"].all()
    monkeypatch.setattr(verdict, "MOST_PROGRAMMES", 40)
    study = simulate(plan, seed=3)
    found = plrlib.compare(study, "sector", level="code")
    left = ~found.frame["attained"]
    assert 0 < left.sum() < len(left)
    assert (found.frame.loc[left, ["p_low", "p_high"]].to_numpy() == [0.0, 1.0]).all()
    assert (found.frame.loc[left, "verdict"] == "not attributed").all()
    assert (found.frame.loc[~left, ["p_low", "p_high"]] == whole.loc[~left, ["p_low", "p_high"]]).all(axis=None)
    why = why_table(study, found).frame.astype("str").agg(" ".join, axis=1)
    told = " ".join(why[why.str.contains("more may have come out than is worked out")])
    named = simulate(plan, seed=3).codebook.set_index("code")["label"][found.frame["code"]]
    assert [label in told.replace(",", " ").split() for label in named] == left.to_list()
    assert len(compare_table(study, found).frame) == 12

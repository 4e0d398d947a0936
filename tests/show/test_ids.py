"""Behind each number of a table lie as many excerpts or people as it says."""

import re

import pandas as pd
import pytest

from plrlib import joint_display, load_study, show, words_of

PEOPLE = {
    "events": show.events,
    "groupings": show.groupings,
    "totals": show.totals,
    "families": lambda study: show.families_table(study, words_of(study, "sector")),
    "words": lambda study: show.keyness_table(study, words_of(study, "sector"), "Voluntary", "Statutory"),
    "seats": lambda study: show.seats_picture(study, "sector"),
    "design": lambda study: show.design_table(study, "sector"),
    "change": show.change_table,
    "change drawn": show.change_picture,
}
EXCERPTS = {
    "ledger": show.ledger_table,
    "moved": lambda study: show.moved_picture(study, *show.pairs(study)[0]),
    "whose": lambda study: show.whose(study, "role"),
    "evidence": lambda study: show.evidence_picture(study, "sector"),
    "followed": show.followed_picture,
    "other readers": lambda study: show.reading_others_table(study, "market_side"),
    "hearings": show.hearings_picture,
    "agreement": lambda study: show.agreement_table(study, "theme"),
    "agreement drawn": lambda study: show.agreement_picture(study, "theme"),
    "agreement on sets": lambda study: show.agreement_table(study, "code"),
    "agreed": lambda study: show.agreed_table(study, "code"),
    "claims": lambda study: show.joint_picture(study, joint_display(study)),
}


@pytest.fixture(scope="module")
def worked():
    return load_study("worked-example")


def held(shown):
    """Return how many numbers of a table or picture have something behind them, each held to what it says."""
    frame = shown.numbers if isinstance(shown, show.Picture) else shown.frame
    checked = 0
    for (row, column), ids in shown.ids.items():
        if column not in frame:
            continue
        cell = frame[column].iloc[row]
        cell = re.sub(r" of \d+$", "", str(cell))
        if cell.isdigit():
            assert len(set(ids)) == int(cell), (row, column, cell, ids)
            checked += bool(ids)
    return checked


@pytest.mark.parametrize("name", PEOPLE)
def test_people(worked, name):
    shown = PEOPLE[name](worked)
    assert held(shown) > 2
    assert {one for ids in shown.ids.values() for one in ids} <= set(worked.participants["participant"])


@pytest.mark.parametrize("name", EXCERPTS)
def test_excerpts(worked, name):
    shown = EXCERPTS[name](worked)
    assert held(shown) > (0 if name in ("agreement", "agreement on sets") else 2)  # one pair of coders, one number
    assert {one for ids in shown.ids.values() for one in ids} <= set(worked.excerpts["excerpt"])


def test_everybody_who_sat_somewhere_is_behind_a_seat(worked):
    shown = show.seats_picture(worked, "sector")
    counts = shown.numbers[["Voluntary", "Statutory"]].to_numpy()
    assert held(shown) == (counts > 0).sum()
    assert sum(len(ids) for ids in shown.ids.values()) == counts.sum()


def test_behind_a_blank_lie_those_of_whom_it_is_not_known(worked):
    shown = show.blanks(worked)
    for row, (table, column, blank, of) in enumerate(shown.frame.itertuples(index=False)):
        if table == "participants":
            unknown = worked.participants.loc[worked.participants[column].isna(), "participant"]
            assert list(shown.ids[row, "blank"]) == list(unknown)
            assert (len(unknown), len(shown.ids[row, "of"])) == (blank, of)


def test_what_is_left_over_or_not_seen_is_behind_its_own_number():
    assert held(show.ledger_table(load_study("plr0809-017"))) > 20


def test_behind_those_who_raised_it_lie_their_excerpts(worked):
    shown = show.people_picture(worked, "sector")
    speaker = worked.excerpts.set_index("excerpt")["participant"]
    level = worked.participants.set_index("participant")["sector"]
    for (row, column), ids in shown.ids.items():
        if column == "of":
            assert len(ids) == shown.numbers["of"].iloc[row]
            assert level[ids].nunique() == 1
        else:
            assert speaker[ids].nunique() == shown.numbers[column].iloc[row]


def test_a_number_with_nothing_behind_it_is_a_number():
    page = show.Table(pd.DataFrame({"a": [0]}), "", {(0, "a"): []})._repr_html_()
    assert ">0</td>" in page
    assert '<data value="" ' not in page

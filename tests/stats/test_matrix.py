"""The matrix of codes against a crosstab by hand."""

import pandas as pd
import pytest
from study_maker import least

from plrlib import NotInStudy, load_study, matrix, show
from stats.made import made, said

ROWS = (
    "V1,A,,, > c1 c2",
    "V1,A,,, > c1",
    "S1,A,,, > c3",
    "S4,B,,, > c1",
    ",B,,, > c3",
    "V2,INT,,, > c1",
    "V2,A;B,,, > c2",
    "V1,A,,, >",
)


def by_hand(study, row, level):
    """One row an excerpt and code, as pandas counts them."""
    of = {"c1": "T1", "c2": "T1", "c3": "T2"}
    marks = study.codings[["excerpt", "code"]].astype(str)
    marks["code"] = marks["code"].map(of) if level == "theme" else marks["code"]
    marks = marks.drop_duplicates().merge(study.excerpts.astype({"excerpt": str}), on="excerpt")
    return placed(study, marks).dropna(subset=row), row


def placed(study, marks):
    """Excerpts, or marks of them, with the sector of who said each and the one event where they were said."""
    sectors = study.participants.set_index("participant")["sector"].astype(str)
    marks["sector"] = marks["participant"].astype("object").map(sectors)
    marks["event"] = marks["event"].astype("object").where(~marks["event"].astype(str).str.contains(";"))
    return marks


@pytest.mark.parametrize("level", ["theme", "code"])
@pytest.mark.parametrize("row", ["participant", "event", "sector"])
def test_a_crosstab_by_hand(tmp_path, row, level):
    study = made(tmp_path, **said(*ROWS))
    marks, _ = by_hand(study, row, level)
    excerpts = matrix(study, row, level, "excerpts")
    assert excerpts.index.name == row and excerpts.columns.name == level
    wanted = pd.crosstab(marks[row].astype(str), marks["code"]).reindex(excerpts.index, fill_value=0)
    assert excerpts.to_numpy().tolist() == wanted.reindex(columns=excerpts.columns, fill_value=0).to_numpy().tolist()
    raised = matrix(study, row, level)
    if row == "sector":
        people = marks.dropna(subset="participant").drop_duplicates(["participant", "code"])
        wanted = pd.crosstab(people[row].astype(str), people["code"]).reindex(excerpts.index, fill_value=0)
        assert raised.to_numpy().tolist() == wanted.reindex(columns=raised.columns, fill_value=0).to_numpy().tolist()
    else:
        assert raised.to_numpy().tolist() == (excerpts > 0).astype(int).to_numpy().tolist()
    read = placed(study, study.excerpts.copy()).groupby(row, observed=True).size()  # all were read: coding is complete
    share = matrix(study, row, level, "share")
    for name in share.index:
        if name in read.index.astype(str):
            assert share.loc[name].tolist() == pytest.approx((excerpts.loc[name] / read[name]).tolist())
        else:
            assert share.loc[name].isna().all()
    assert raised.attrs["left_out"] == {"participant": 1, "event": 1, "sector": 1}[row]


def test_what_is_not_known(tmp_path):
    study = made(tmp_path, **said(*ROWS))
    with pytest.raises(ValueError, match="values is one of raised, excerpts, share, not 'weight'"):
        matrix(study, values="weight")
    with pytest.raises(ValueError, match="level is 'theme' or 'code', or the depth 2, not 'deep'"):
        matrix(study, columns="deep")
    with pytest.raises(NotInStudy, match="no grouping called 'age'"):
        matrix(study, "age")


def test_a_study_without_grouping_or_event_has_a_first_table(tmp_path):
    study = load_study(
        least(
            tmp_path,
            codings="excerpt,coder,code\nE01,anna,c1\nE02,anna,c2\n",
            codebook="code,parent,label\nT1,,A theme\nT2,,Two\nc1,T1,A code\nc2,T1,Other\n",
        )
    )
    assert matrix(study, columns=2).to_dict("list") == {"c1": [1, 0], "T2": [0, 0], "c2": [0, 1]}
    assert matrix(study, "event").shape == (0, 2)
    table = show.codes_table(study, "code")
    assert table.frame.to_numpy().tolist() == [["Two", 0, 0, 0], ["A code", 1, 1, 1], ["Other", 1, 1, 1]]
    assert table.ids[1, "people"] == ["R1"] and table.ids[1, "excerpts"] == ["E01"]


def test_where_nobody_is_named_no_number_of_people_is_made_up(tmp_path):
    table = show.codes_table(made(tmp_path, **said("V1,A,,, > c1", ",A,,,two > c3", ",A,,, > c3")))
    assert table.frame["people"].tolist() == [1, "2 or more"]
    assert table.frame["most by one person"].isna().tolist() == [False, True]

"""Withdrawn people are left out, with everything they said."""

import pandas as pd
import pytest
from study_maker import RICH, RICH_TOML, changed, faults, least, rich, the_fault

from plrlib import load_study, text_of
from plrlib.study.schema import TABLES

HEAD = "excerpt,participant,event,role,sector,quantifier,form,text,gist\n"


def without(tmp_path, *who, base=None, **tables):
    """Return the rich study once these people have withdrawn."""
    lines = (base or RICH["participants"]).splitlines()
    rows = [line.rsplit(",", 1)[0] + (",yes" if line.split(",")[0] in who else ",") for line in lines[1:]]
    return load_study(rich(tmp_path, participants="\n".join([lines[0], *rows, ""]), **tables))


def told(study):
    return {(file, column): message for file, column, message in study.notes[["file", "column", "message"]].to_numpy()}


def test_nobody_has_withdrawn(tmp_path):
    study = without(tmp_path)
    assert study.withdrawn == 0
    assert study.notes.empty


def test_a_person_goes_with_everything_they_said(tmp_path):
    study = without(tmp_path, "R1", words=None)
    assert study.withdrawn == 1
    assert study.participants["participant"].tolist() == ["R2", "R3", "R4"]
    assert study.excerpts["excerpt"].tolist() == ["E02", "E03", "E04"]
    assert study.codings["excerpt"].tolist() == ["E02", "E03"]
    assert study.envelopes["excerpt"].tolist() == ["E02"]
    assert study.coverage["coder"].tolist() == ["ben"], "E01 went with its row"
    assert study.attendance["participant"].tolist() == ["R3"]
    assert told(study)["participants.csv", "withdrawn"] == "1 person has withdrawn and is left out, with 1 excerpt"


def test_the_count_of_several_people(tmp_path):
    study = without(tmp_path, "R1", "R3", words=None)
    assert study.withdrawn == 2
    assert told(study)["participants.csv", "withdrawn"] == "2 people have withdrawn and are left out, with 2 excerpts"


@pytest.mark.parametrize("value", ["no", ""])
def test_blank_or_no_stays(tmp_path, value):
    people = f"participant,withdrawn\nR1,{value}\nR2,{value}\n"
    assert load_study(least(tmp_path, participants=people)).withdrawn == 0


def test_no_trace_is_left(tmp_path):
    """The ids are in no cell, no category and no note; nor are levels and events that only they had."""
    people = (
        "participant,role,sector,focus_group,service,consent_quote,withdrawn\n"
        "R1,manager,voluntary,FG1,HITS,yes,\n"
        "ZZ-TOP,gardener,statutory,FG1,Halton Autistic,yes,yes\n"
        "R3,practitioner,voluntary,FG1,HITS,no,\n"
    )
    excerpts = f"{HEAD}E01,R1,FG1,,,,,a,b\nZZ-SAID,ZZ-TOP,ZZ-ALONE,,,,,c,d\nE03,R3,FG1,,,,,e,f\n"
    study = load_study(
        rich(
            tmp_path,
            participants=people,
            excerpts=excerpts,
            codings="excerpt,coder,code\nE01,anna,c1\nZZ-SAID,anna,c1\n",
            envelopes="excerpt,coder,theme\nE01,anna,T1\nZZ-SAID,anna,T2\n",
            coverage="coder,event,excerpt\nanna,ZZ-ALONE,\nanna,,ZZ-SAID\nanna,,E01\n",
            attendance="participant,event\nZZ-TOP,ZZ-ALONE\n",
            events=None,
            asked=None,
            margins=None,
            words=None,
        )
    )
    assert study.events["event"].tolist() == ["FG1"]
    for name in TABLES:
        frame = getattr(study, name)
        frame.to_parquet(tmp_path / f"{name}.parquet")
        everything = (tmp_path / f"{name}.parquet").read_bytes().decode("latin-1") + frame.to_csv()
        everything += "".join(str(list(frame[c].cat.categories)) for c in frame if hasattr(frame[c], "cat"))
        for trace in ("ZZ-", "Halton", "gardener"):
            assert trace not in everything, (name, trace)
    assert "ZZ-" not in study.notes.to_csv() + repr(study)
    assert "ZZ-SAID" not in text_of(study)
    with pytest.raises(KeyError, match="ZZ-SAID"):
        text_of(study, ["ZZ-SAID"])


@pytest.mark.parametrize(
    ("who", "left"),
    [
        (["R1"], {"voluntary": 1, "statutory": 2}),
        (["R2"], {"voluntary": 2, "statutory": 1}),
        (["R1", "R3"], {"voluntary": 0, "statutory": 2}),
    ],
)
def test_a_total_goes_down_by_those_it_counted(tmp_path, who, left):
    study = without(tmp_path, *who, words=None)
    assert dict(zip(study.margins["level"], study.margins["n"], strict=True)) == left
    assert study.margins["n"].dtype == "Int64"


def test_totals_are_left_out_where_nobody_can_say_which_goes_down(tmp_path):
    """R4's sector is not published: with R4 gone the voluntary staff are 2 or 1."""
    margins = f"{RICH['margins']}staff,role,manager,2\nstaff,interviewed,yes,2\n"
    study = without(tmp_path, "R4", margins=margins, words=None)
    assert study.margins[["attribute", "level", "n"]].values.tolist() == [["role", "manager", 2]]
    message = "the totals of staff are left out: which of them count the withdrawn is not known"
    assert told(study)["margins.csv", "sector"] == told(study)["margins.csv", "interviewed"] == message


def test_a_total_of_other_people_stays(tmp_path):
    toml = RICH_TOML.replace("[populations]\n", '[populations]\nmanagers = { role = ["manager"] }\n')
    margins = "population,attribute,level,n\nmanagers,sector,voluntary,1\n"
    study = without(tmp_path, "R3", toml=toml, margins=margins, words=None)
    assert study.margins["n"].tolist() == [1]


@pytest.mark.parametrize(
    ("event", "listed", "kept"),
    [
        ('["FG1"]', True, [0]),  # R1 sat in FG1 and is voluntary
        ('["FG2"]', True, [1]),  # R1 did not sit there
        ('["INT"]', False, []),  # who was there is not known
    ],
)
def test_a_total_of_people_at_an_event(tmp_path, event, listed, kept):
    toml = RICH_TOML.replace("[populations]\n", f"[populations]\nsome = {{ event = {event} }}\n")
    margins = "population,attribute,level,n\nsome,sector,voluntary,1\n"
    attendance = {} if listed else {"attendance": None}
    study = without(tmp_path, "R1", toml=toml, margins=margins, words=None, **attendance)
    assert study.margins["n"].tolist() == kept


def test_an_event_that_was_theirs_alone_goes_although_others_say_how_many_they_heard(tmp_path):
    events = f"{RICH['events']}INT-R4,interview,1,4\n"
    attendance = f"{RICH['attendance']}R4,INT-R4\n"
    study = without(tmp_path, "R4", events=events, attendance=attendance, margins=None, words=None)
    assert study.events["event"].tolist() == ["FG1", "FG2", "INT"]
    assert study.events["participants"].tolist() == [2, 1, 2]


def test_an_event_heard_fewer_people(tmp_path):
    study = without(tmp_path, "R1", "R4", words=None)
    assert dict(zip(study.events["event"], study.events["participants"], strict=True)) == {"FG1": 1, "FG2": 1, "INT": 1}


def test_how_many_an_event_heard_is_left_out_where_it_does_not_list_them_all(tmp_path):
    study = without(tmp_path, "R1", attendance=None, words=None)
    assert study.events["participants"].isna().tolist() == [False, False, True]
    message = "INT: the number is left out: whether it counts who has withdrawn is not known"
    assert told(study)["events.csv", "participants"] == message


def test_an_event_that_lists_some_of_those_it_heard_keeps_its_number(tmp_path):
    """Who else sat in FG1 is not known, and has consented to nothing."""
    events = RICH["events"].replace("FG1,focus group,2", "FG1,focus group,4")
    study = without(tmp_path, "R1", events=events, words=None)
    assert study.events["participants"].tolist() == [3, 2, 1]
    study = without(tmp_path / "other", "R3", events=events, words=None)
    assert study.events["participants"].tolist() == [4, 1, 1]
    assert text_of(study)["E03"] == "gist of a manager"


def test_counts_of_words_are_told_about(tmp_path):
    message = "the counts may still hold the words of those who have withdrawn"
    assert told(without(tmp_path, "R1"))["words.csv", ""] == message


# What is only attributed. In FG1 sat the managers R1 and R2, in FG2 the practitioners R3 and R4.
ALL_YES = RICH["participants"].replace(",no,", ",yes,").replace("FG2,,", "FG2,yes,")


def attributed(tmp_path, quantifier, *who, event="FG1;FG2", sector="", people=ALL_YES):
    """Return what is left of one attributed excerpt once these people have withdrawn."""
    study = without(
        tmp_path,
        *who,
        base=people,
        excerpts=f"{HEAD}E01,R1,,,,,,a,gist\nE02,R2,,,,,,b,gist\nE03,R3,,,,,,c,gist\nE04,,{event},,{sector},{quantifier},,words,gist\n",
        quantifiers=f"{RICH['quantifiers']}several,3,all\nfew,1,minority\n",
        codings="excerpt,coder,code\nE01,anna,c1\nE02,anna,c1\nE03,anna,c1\nE04,anna,c1\n",
        envelopes="excerpt,coder,theme\nE01,anna,T1\nE02,anna,T1\nE03,anna,T1\nE04,anna,T1\n",
        margins=None,
        words=None,
    )
    row = study.excerpts.set_index("excerpt").loc["E04"]
    ends = study.quantifiers.set_index("quantifier")[["lower", "upper"]]
    name = row["quantifier"]
    return study, ("1", "all") if pd.isna(name) else tuple(ends.loc[name])


@pytest.mark.parametrize(
    ("quantifier", "who", "left"),
    [
        ("most", ["R1"], ("2", "3")),  # three or four of four, one of whom is gone
        ("most", ["R1", "R3"], ("1", "2")),
        ("one", ["R1"], ("0", "3")),  # it may have been R1 alone
        ("", ["R1"], ("0", "3")),
        ("several", ["R1", "R2", "R4"], ("0", "1")),
        ("few", ["R1"], ("0", "1")),  # one of four; it may have been R1
    ],
)
def test_the_quantifier_of_an_excerpt_that_may_be_theirs_goes_down(tmp_path, quantifier, who, left):
    study, ends = attributed(tmp_path, quantifier, *who)
    assert ends == left
    assert text_of(study)["E04"] == "gist"  # everybody left consents, but the words may be of somebody who is gone
    message = "1 attributed excerpt may hold what the withdrawn said: kept, but without words"
    assert told(study)["excerpts.csv", ""] == message


@pytest.mark.parametrize(("event", "who"), [("FG1", "R3"), ("FG2", "R1")])
def test_an_excerpt_that_cannot_be_theirs_stays_as_it_is(tmp_path, event, who):
    study, ends = attributed(tmp_path, "most", who, event=event)
    assert ends == ("majority", "all")
    assert text_of(study)["E04"] == "words"


def test_a_candidate_whose_attribute_is_not_known_may_have_said_it(tmp_path):
    """R4 may be voluntary, and then one of the three who said it; or not, and then R1 and R3 said it."""
    study, ends = attributed(tmp_path, "most", "R4", sector="voluntary")
    assert ends == ("1", "2")
    assert text_of(study)["E04"] == "gist"


def test_a_candidate_who_may_be_none_does_not_raise_what_is_left(tmp_path):
    """If R4 is not voluntary, two of R1, R2 and R3 said it, and one of these two may be gone."""
    people = ALL_YES.replace("R2,manager,statutory", "R2,manager,voluntary")
    _, ends = attributed(tmp_path, "most", "R1", sector="voluntary", people=people)
    assert ends == ("1", "3")


def test_an_excerpt_that_can_be_nobody_elses_is_theirs(tmp_path):
    """Everybody who sat in FG1 has withdrawn: what was said there is dropped, and counted."""
    study = without(tmp_path, "R1", "R2", words=None)
    assert study.excerpts["excerpt"].tolist() == ["E02", "E04"]
    assert study.codings["excerpt"].tolist() == ["E02"]
    assert told(study)["participants.csv", "withdrawn"] == "2 people have withdrawn and are left out, with 2 excerpts"


def test_the_quantifiers_of_a_study_without_any(tmp_path):
    excerpts = f"{HEAD}E01,R1,,,,,,a,gist\nE04,,FG1,,,,,words,gist\n"
    study = without(
        tmp_path,
        "R2",
        excerpts=excerpts,
        quantifiers=None,
        codings="excerpt,coder,code\nE01,anna,c1\n",
        envelopes=None,
        words=None,
    )
    assert study.quantifiers[["quantifier", "lower", "upper"]].values.tolist() == [
        ["(0 to 1 of those who stay)", "0", "1"]
    ]
    assert study.excerpts["quantifier"].tolist()[1] == "(0 to 1 of those who stay)"


def test_when_everybody_has_withdrawn_nothing_is_left(tmp_path):
    people = changed(
        "participants",
        "FG1,yes,\n",
        "FG1,yes,yes\n",
        {"participants": RICH["participants"].replace("FG1,yes,no", "FG1,yes,yes")},
    )
    people["participants"] = people["participants"].replace("FG2,no,", "FG2,no,yes").replace("FG2,,", "FG2,,yes")
    found = faults(rich(tmp_path, **people))
    assert [(f.file, f.message) for f in found] == [
        (f"{name}.csv", "nothing is left once those who have withdrawn are left out")
        for name in ("codings", "excerpts", "participants")
    ]


def test_when_all_that_was_coded_is_theirs_nothing_is_left_to_compare(tmp_path):
    fault = the_fault(
        rich(
            tmp_path,
            participants=RICH["participants"].replace(
                "R1,manager,voluntary,FG1,yes,", "R1,manager,voluntary,FG1,yes,yes"
            ),
            codings="excerpt,coder,code\nE01,anna,c1\n",
        )
    )
    assert fault.file == "codings.csv"


def test_a_withdrawn_person_may_still_be_at_fault(tmp_path):
    """Faults are told before anybody is left out: they may hide that somebody else is meant."""
    people = changed("participants", "R4,practitioner,,FG2,,", "R4,practitioner,,FG9,,yes")
    assert the_fault(rich(tmp_path, **people)).value == "FG9"


def test_the_same_in_every_process(tmp_path):
    """The rows that are added stand in the order of the excerpts, not in one that changes from run to run."""
    quantifiers = RICH["quantifiers"] + "".join(f"q{i},{i % 3},all\n" for i in range(20))
    excerpts = RICH["excerpts"] + "".join(f"A{i:02},,FG1;FG2,,,q{i},,w,g\n" for i in range(20))
    study = without(tmp_path, "R4", excerpts=excerpts, quantifiers=quantifiers, words=None)
    added = [name for name in study.quantifiers["quantifier"].tolist()[22:] if name.startswith("q")]
    assert [name.split(" ")[0] for name in added] == [f"q{i}" for i in range(20)]

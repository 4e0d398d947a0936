"""What notebook 01 says of safety, on studies in which the answer is known."""

from study_maker import RICH_TOML, rich

from plrlib import load_study, show


def said(folder, toml=RICH_TOML, **tables):
    return str(show.safe_to_show(load_study(rich(folder, toml=toml, **tables)))).splitlines()


def test_nothing_found_and_nothing_declared(tmp_path):
    first, second = said(tmp_path)
    assert first.startswith("No address, number, date of birth or listed name")
    assert second == "By focus group, 4 of 4 people are among fewer than 3 who are alike; none of them are alone."


def test_people_who_are_alone_are_counted(tmp_path):
    toml = RICH_TOML + '\n[privacy]\nquasi_identifiers = ["sector"]\nsmallest_group = 2\n'
    assert said(tmp_path, toml)[1] == (
        "By sector and focus group, 4 of 4 people are among fewer than 2 who are alike; 4 of them are alone."
    )


def test_everybody_is_one_of_enough(tmp_path):
    toml = RICH_TOML + '\n[privacy]\nquasi_identifiers = ["role"]\nsmallest_group = 2\n'
    assert said(tmp_path, toml)[1] == "By role and focus group, everybody is one of 2 people or more who are alike."


def test_what_may_stay_is_told_with_its_reason(tmp_path):
    entry = '\n[[allowed]]\nkind = "web address"\ntable = "events"\ncolumn = "stimulus"\nreason = "it is public"\n'
    head = "event,kind,participants,order,stimulus\n"
    events = head + "FG1,focus group,2,1,www.example.org\nFG2,focus group,2,2,\nINT,interview,2,3,\n"
    assert said(tmp_path / "a", RICH_TOML + entry, events=events)[:2] == [
        "1 identifier stands in the tables, each with a reason why it may.",
        "Web address, 1 in stimulus of events: it is public.",
    ]
    assert said(tmp_path / "b", events=events)[0] == "1 identifier stands in the tables, and may not be shown."

"""Rows whose cells have slipped, so that a respondent's words stand where an id belongs."""

from study_maker import RICH, faults, least, rich


def test_a_long_text_in_place_of_an_id_is_not_repeated(tmp_path):
    secret = "that I said this in the room"
    text = f'excerpt,participant,form,text\nE01,R1,quoted,well\nE02,R2,{secret},quoted\nE03,"R2\nso {secret}",,\n'
    found = faults(least(tmp_path, excerpts=text))
    assert [(f.file, f.row, f.column, f.value) for f in found] == [
        ("excerpts.csv", 3, "form", ""),
        ("excerpts.csv", 4, "participant", ""),
    ]
    assert secret not in "".join(map(str, found))


def test_a_long_id_that_another_table_has_is_an_id(tmp_path):
    long = "the first focus group with all the managers of the town"
    assert faults(rich(tmp_path, **{name: text.replace("FG1", long) for name, text in RICH.items()})) == []

"""A second-level reading in words, tables and pictures; and notebook 08, which needs nothing but a column's name."""

import re

import pytest
from stats.made import TOML, made
from stats.test_sides import BOOK, READ, read
from study_maker import LEAST, RICH_TOML, least, rich

from plrlib import NotInStudy, compare, load_study, presence, show
from plrlib.show import compare_charts as raising
from plrlib.show import evidence as maps
from plrlib.show.labels import labels, noun
from plrlib.study.evidence import level_of
from plrlib.text import count
from show.frames import assert_clear
from show.rooms import everyone, two_rooms
from show.test_comparison_notebooks import SKELETON, source
from show.test_comparison_notebooks import read as notebook

SIDE = "market_side"
ALL = (
    show.reading_say, show.reading_table, show.codes_of_sides_say, show.codes_of_sides_table, show.silent_say,
    show.reading_others_table, show.limits_of_reading,
)  # fmt: skip
MISSING = re.compile(r"\bnan\b|<NA>|\bNone\b|\bNaN\b")


@pytest.fixture(scope="module")
def published():
    return load_study("plr0809-017")


@pytest.fixture
def drawn(monkeypatch):
    kept = {}
    for room in (maps, raising):

        def kept_too(marks, *more, draw=room.dot_grid, **options):
            kept.update(marks=marks, figure=draw(marks, *more, **options))
            return kept["figure"]

        monkeypatch.setattr(room, "dot_grid", kept_too)
    return kept


NUMBERS = re.compile(r"(\d+) (?:support|qualif|oppose|give)")


class TestPublished:
    def test_what_each_side_gathers(self, published):
        told = show.reading_say(published, SIDE)
        assert told.sentences[5] == (
            "Commissioning: of 4 excerpts, 2 qualify “Integrated services are welcome”; "
            "2 support “The trust should enable services and not provide them”."
        )
        numbers = [sum(map(int, NUMBERS.findall(said))) for said in told.sentences[2:6]]
        assert numbers == [22, 21, 22, 4], "every excerpt takes one stance"
        assert told.sentences == (
            "As reader-1 (model, headings known) coded them, all 64 excerpts are on a side of the market.",
            "5 excerpts are on more than one, and count once for each.",
            *(told.sentences[2:6]),
            "A stance is what an excerpt is to the statement of its theme, not to the side of the market.",
        )
        frame = show.reading_table(published, SIDE).frame
        assert frame["codes used"].tolist() == ["8 of 8", "6 of 6", "9 of 10", "2 of 2"]
        assert frame["people who raised it"].iloc[0] == "15 to 24 of 24"
        assert "stance not said" not in frame

    def test_which_side_no_voice_speaks_for(self, published):
        sector, role, provision, last = show.silent_say(published, SIDE).sentences
        assert role == (
            "Role: no excerpt on commissioning can be from young people. Needed: to ask them, or every transcript "
            "coded through. No excerpt on any side of the market is for certain from managers or practitioners. "
            "Needed: who said each excerpt, or at least at which level they were."
        )
        assert sector.startswith("Sector: no excerpt on demand, regulation or commissioning is for certain")
        assert "No excerpt on supply or commissioning can be from universal young people." in provision
        assert last == "That somebody is not heard on a side does not mean that they have no view of it."

    def test_each_mark_is_an_excerpt_in_the_row_of_its_side(self, published, drawn):
        picture = show.reading_picture(published, SIDE, "role")
        marks = drawn["marks"]
        assert len(marks) == picture.numbers["excerpts"].sum() == 69
        cells = marks.groupby(["row", "column"]).size()
        assert {row: cells.get((row, "young_person"), 0) for row in labels(published, SIDE)} == {
            "demand": 9, "supply": 2, "regulation": 1, "commissioning": 0,
        }  # fmt: skip
        assert "Role: no excerpt on commissioning can be from young people." in picture.caption
        assert "not to the side of the market" in picture.caption
        row = picture.numbers[picture.numbers["side of the market"] == "Commissioning"]
        assert row["who may have said it"].tolist() == ["Managers or practitioners (14)"]

    @pytest.mark.parametrize("by", ["sector", "role", "provision"])
    def test_nothing_lies_over_anything_else(self, published, drawn, by):
        for draw in (show.reading_picture, show.reading_people_picture):
            one = draw(published, SIDE, by)
            assert_clear(drawn["figure"])
            assert one.png == draw(published, SIDE, by).png

    def test_people_by_side(self, published, drawn):
        picture = show.reading_people_picture(published, SIDE, "role")
        assert len(drawn["marks"]) == 4 * 24
        assert "each person counts once for each side of the market" in picture.caption
        assert picture.numbers["of"].tolist() == [7, 7, 10] * 4

    def test_other_coders(self, published):
        frame = show.reading_others_table(published, SIDE).frame
        assert frame["reader-1"].tolist()[:4] == ["22", "21", "22", "4"]
        assert frame["reader-1"].isna().tolist() == [False] * 4 + [True]
        assert frame["reader-2"].tolist() == ["22", "19", "22", "4", "3 of 64"]

    def test_what_it_is_made_of(self, published):
        assert show.codes_of_sides_say(published, SIDE).sentences == (
            "Every side of the market gathers codes of two themes or more.",
        )
        frame = show.codes_of_sides_table(published, SIDE).frame
        assert frame[frame["side of the market"] == "Commissioning"].values.tolist() == [
            ["Commissioning", "Integration", "Competition and resources (2)"],
            ["Commissioning", "The trust's role", "Who commissions (2)"],
        ]

    def test_limits(self, published):
        told = show.limits_of_reading(published, SIDE).sentences
        assert "The codebook puts all 26 codes on a side of the market, each on no more than one." in told
        assert "No comparison by side of the market was planned before the data were seen." in told
        assert any(sentence.startswith("Coding is not complete") for sentence in told)


class TestMade:
    ROWS = ("V1,,,, > c1 c2 c3 c4", "S1,,,, > c4", "S1,,,, >", "S2,,,, > T1", ",A,,,one > c2")

    def test_two_sides_none_and_one_for_which_nothing_speaks(self, tmp_path):
        study = read(tmp_path, *self.ROWS)
        assert show.reading_say(study, "side").sentences == (
            "As me coded them, 2 of 5 excerpts are on a side of it.",
            "3 excerpts have no code of any, and are shown apart.",
            "1 excerpt is on more than one, and counts once for each.",
            "This side: of 2 excerpts, 2 have no stance on record.",
            "B: of 1 excerpt, 1 has no stance on record.",
            "No excerpt speaks for nobody's. Needed: to ask about it.",
        )
        assert show.reading_table(study, "side").frame["side of it"].tolist() == [
            "This side", "Nobody's", "b", "on no side of it",
        ]  # fmt: skip
        assert show.codes_of_sides_say(study, "side").sentences == (
            "B gathers codes of one theme only, “First theme”: it tells little more.",
            "No code of the codebook is on nobody's, so nothing can speak for it.",
            "2 codes are on no side of it: “First theme” and “Code 4”.",
        )
        sector, role, _ = show.silent_say(study, "side").sentences
        assert sector == (
            "Sector: no excerpt on b can be from statutory people. Needed: to ask them. No excerpt on this side is for "
            "certain from statutory people. Needed: who said each excerpt, or at least at which level they were."
        )
        assert "nobody's" not in role

    def test_what_is_on_no_side_has_a_row_of_its_own(self, tmp_path, drawn):
        numbers = show.reading_picture(read(tmp_path, *self.ROWS), "side", "sector").numbers
        assert numbers["side of it"].tolist() == ["This side", "This side", "b", "On no side of it"]
        assert drawn["marks"].groupby(["row", "column"]).size().to_dict() == {
            ("a", "voluntary"): 1, ("a", "voluntary or statutory"): 1, ("b", "voluntary"): 1, ("", "statutory"): 3,
        }  # fmt: skip

    def test_where_all_are_heard_that_is_said(self, tmp_path):
        study = read(tmp_path, "V1,,,, > c1 c2", "S1,,,, > c1 c2")
        assert show.silent_say(study, "side").sentences[0] == (
            "Sector: voluntary and statutory people are each heard for certain on every side of it that any excerpt "
            "speaks for."
        )

    def test_other_coders_are_set_against_what_both_coded(self, tmp_path):
        codings = "excerpt,coder,code\nE1,me,c1\nE2,me,c1\nE1,you,c1\nE1,you,c2\n"
        toml = TOML.replace("complete", 'reference_coder = "me"\ncomplete') + READ
        excerpts = "excerpt,participant\nE1,V1\nE2,V2\n"
        study = made(tmp_path, toml, codebook=BOOK, excerpts=excerpts, codings=codings)
        frame = show.reading_others_table(study, "side").frame
        assert frame["me"].tolist()[:3] == ["0", "0", "2"]
        assert frame["you"].tolist() == ["1", "0", "1", "1 of 1"]
        assert frame["side of it"].iloc[-1] == "not on the same sides of it as by me"

    def test_the_least_and_the_rich(self, tmp_path):
        book = LEAST["codebook"].replace("label\n", f"label,{SIDE}\n").replace("code\n", "code,demand\n")
        few = load_study(least(tmp_path / "least", codebook=book.replace("theme\n", "theme,\n")))
        first = show.reading_say(few, SIDE).sentences[0]
        assert first == "As anna coded them, all 2 excerpts are on a value of market_side."
        assert show.silent_say(few, SIDE).sentences == (
            "study.toml declares no grouping, so who is heard on which side is not asked.",
        )
        book = "code,parent,label,theory\nT1,,A theme,\nT2,,Another,\nc1,T1,A code,x\nc2,T2,Another code,y\n"
        many = load_study(rich(tmp_path / "rich", RICH_TOML + "[readings.theory]\n", codebook=book))
        for study, column in ((few, SIDE), (many, "theory")):
            shown = [one(study, column) for one in ALL]
            shown += [one(study, column, by) for by in study.settings.groupings
                      for one in (show.reading_picture, show.reading_people_picture)]  # fmt: skip
            assert not MISSING.search("\n".join(getattr(one, "caption", "") or repr(one) for one in shown))

    def test_a_codebook_without_the_column_is_one_sentence(self, tmp_path):
        for one in ALL:
            with pytest.raises(NotInStudy, match="codebook has no column 'market_side'"):
                one(made(tmp_path), SIDE)
        for one in (show.reading_picture, show.reading_people_picture):
            with pytest.raises(NotInStudy, match="codebook has no column 'market_side'"):
                one(made(tmp_path), SIDE, "sector")


class TestComparing:
    """What a frame of `compare` by a reading is called, wherever such a frame is shown."""

    @pytest.fixture
    def study(self, tmp_path):
        toml = TOML + '\n[readings.side]\nlabel = "Side of it"\nlevels = { c1 = "First", c3 = "Second" }\n'
        book = "code,parent,label,side\nT1,,A theme,\nc1,T1,A code,c3\nT2,,Another,\nc3,T2,Another code,c1\n"
        raised = {"T1": everyone("V") | everyone("S", 1), "T2": everyone("V", 2) | everyone("S", *range(3, 9))}
        return two_rooms(tmp_path, raised, toml, codebook=book)

    def test_a_side_is_called_what_study_toml_calls_it_whatever_codes_are_called(self, study):
        found = compare(study, "sector", level="side")
        assert (found.level, noun(study, found.level)) == ("side", "side of it")
        first, second, *_ = show.compare_say(study, found).sentences
        assert first.startswith("Sector: of 2 sides of it compared, 1 differs and ")
        assert second.startswith("“Second”: 12 of 12 voluntary and 1 of 12 statutory staff raised it. Chance alone")
        assert "; with 2 sides of it compared, in " in second
        table = show.compare_table(study, found)
        assert table.frame["side of it"].tolist() == ["First", "Second"]
        assert table.frame["Voluntary (of 12)"].tolist() == ["1", "12"]
        assert "people who raised each side of it" in table.caption
        assert "allowing for 2 sides of it" in table.frame
        told = show.compared_say(study, found).sentences[-1]
        assert told.startswith("Not planned in study.toml")
        assert "A side of it differs if chance alone" in told
        assert "in one side of it alone" in show.power_say(study, found).sentences[0]
        picture = show.forest_picture(study, found)
        assert "1 of 2 sides of it is shown to differ" in picture.caption
        assert picture.numbers["side of it"].tolist() == ["First", "Second"]

    def test_a_stance_stays_one_to_the_theme(self, study):
        told = show.stance_say(study, compare(study, "sector", level="side")).sentences
        assert told[0].startswith("Supporting the statement of a theme, by side of it: ")
        assert "statutory staff raised it in support of the statement of a theme." in told[1]
        assert (
            show.stance_say(study, compare(study, "sector"))
            .sentences[0]
            .startswith("Supporting the statement of a theme: ")
        )

    def test_pictures_of_people_know_their_level(self, study, drawn):
        assert "Widest apart, “Second”" in show.people_picture(study, "sector", "side").caption
        assert set(drawn["marks"]["row"]) == {"c1", "c3"}
        assert "“A code”" in show.people_picture(study, "sector", "code").caption
        assert "Every count is exact" in repr(show.ranges_picture(study, "sector", "side"))

    def test_without_a_level_it_is_told_from_the_codes(self, published):
        assert level_of(published, list(labels(published, SIDE))) == SIDE
        assert level_of(published, ["T1", "T2"]) == "theme"
        assert level_of(published, ["T1", "class"]) == "code"
        assert level_of(published, ["nowhere"]) == "code"
        counted = presence(published, "role", SIDE)
        assert raising.ranges_say(counted, labels(published, SIDE), noun(published, SIDE)).startswith(
            "In all 4 sides of the market the ranges"
        )
        assert count(1, "side of the market") == "1 side of the market"


class TestWhichColumn:
    def test_the_first_that_study_toml_declares(self, tmp_path):
        codebook = "code,parent,label,layer,market_side\nT1,,A theme,,\nc1,T1,A code,home,demand\n"
        toml = '[study]\nid = "made"\n[readings.layer]\nlabel = "Layer"\n'
        assert show.reading_column(load_study(least(tmp_path / "a", toml, codebook=codebook))) == "layer"
        assert show.reading_column(load_study(least(tmp_path / "b", codebook=codebook))) == "market_side"

    def test_none_is_one_plain_sentence(self, tmp_path):
        with pytest.raises(NotInStudy, match="has no column that gathers its codes, so it is read once only"):
            show.reading_column(load_study(least(tmp_path / "s")))


class TestNotebook:
    NAME = "08-supply-demand-regulation"

    def test_one_line_names_the_column(self):
        cells = notebook(self.NAME)["cells"]
        code = [source(cell) for cell in cells if cell["cell_type"] == "code"]
        assert all(1 <= len([line for line in text.splitlines() if line]) <= 5 for text in code)
        lines = [line for text in code for line in text.splitlines() if line.startswith("column = ")]
        assert [line.partition("  #")[0] for line in lines] == ["column = show.reading_column(study)"]
        imports = [line for text in code for line in text.splitlines() if "import" in line]
        assert imports == ["from plrlib import compare, load_study, show"]
        assert not any(word in text for text in code for word in ("def ", "lambda", "if "))

    def test_the_skeleton_is_that_of_all_notebooks(self):
        heads = [source(c).splitlines()[0] for c in notebook(self.NAME)["cells"] if c["cell_type"] == "markdown"]
        assert heads[0].startswith("# 08 · ")
        assert [head for head in heads if head in SKELETON] == SKELETON

    def test_its_words_hold_for_any_study(self):
        words = " ".join(source(c) for c in notebook(self.NAME)["cells"] if c["cell_type"] == "markdown").lower()
        assert not any(word in words for word in ("young", "voluntary", "manager", "reader-", "64"))

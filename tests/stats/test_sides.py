"""Second-level readings: levels that are values of a column of the codebook, and what each side gathers.

Oracles: a reading that repeats the themes (or the codes) must give what `level="theme"` (or `"code"`) gives; and the
published study's counts, taken by hand from its files with the csv module alone.
"""

import csv
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from study_maker import RICH_TOML, least, rich

from plrlib import NotInStudy, change, compare, load_study, presence, sides
from plrlib.show.compare import whys
from plrlib.show.labels import noun
from plrlib.stats.themes import on_sides
from plrlib.study.evidence import asked_at, codes_at, reading_columns
from plrlib.study.settings import Comparison, Reading
from plrlib.text import one, plural
from stats.made import TOML, made, said

RAW = Path(__file__).parents[2] / "data" / "raw"
BOOK = """
    code,parent,label,side,same
    T1,,First theme,,T1
    c1,T1,Code 1,b,T1
    c2,T1,Code 2,a,T1
    T2,,Second theme,,T2
    c3,T2,Code 3,a,T2
    c4,T2,Code 4,,T2
    """
READ = (
    '\n[readings.side]\nlabel = "Side of it"\nlevels = { a = "This side", z = "Nobody\'s" }\n'
    '[readings.same]\nlabel = "Age group"\n'
)


def read(tmp_path, *rows, toml=TOML, book=BOOK, **tables):
    return made(tmp_path, toml + READ, codebook=book, **{**said(*rows), **tables})


def as_reading(study, values):
    """Return the study with one more column of the codebook, declared as a reading."""
    order = list(dict.fromkeys(value for value in values if value is not None))
    book = study.codebook.assign(repeats=pd.Categorical(values, categories=order))
    readings = {**study.settings.readings, "repeats": Reading("repeats", "Line of the book")}
    return replace(study, codebook=book, settings=replace(study.settings, readings=readings))


def theme_of(study):
    themes, target = codes_at(study, "theme")
    return [themes[t] for t in target]


class TestLevels:
    def test_values_stand_as_declared_then_as_they_come_and_a_blank_is_none(self, tmp_path):
        codes, target = codes_at(read(tmp_path, "V1,,,, > c1"), "side")
        assert codes == ["a", "z", "b"]
        assert target.tolist() == [-1, 2, 0, -1, 0, -1]

    def test_a_code_does_not_inherit_the_value_of_its_theme(self, tmp_path):
        study = read(tmp_path, "V1,,,, > c4", book=BOOK.replace("T2,,Second theme,,", "T2,,Second theme,a,"))
        found = sides(study, "side").set_index("side")
        assert found.loc["a", "excerpts"] == 0
        assert sides(study, "side")["excerpts"].tolist() == [0, 0, 0, 1]

    def test_an_unknown_level_names_those_there_are(self, tmp_path):
        study = read(tmp_path, "V1,,,, > c1")
        told = r"^level is 'theme' or 'code', or the depth 2, or a column of the codebook \(side, same\), not 'label'$"
        for ask in (presence, compare):
            with pytest.raises(ValueError, match=told):
                ask(study, "sector", level="label")
        with pytest.raises(ValueError, match=r"^level is 'theme' or 'code', or the depth 2, not 'market_side'$"):
            presence(made(tmp_path), "sector", level="market_side")

    def test_a_declared_column_needs_no_reading_and_one_that_is_blank_is_none(self, tmp_path):
        book = "code,parent,label,market_side\nT1,,A theme,\nc1,T1,A code,{}\n"
        study = load_study(least(tmp_path / "a", codebook=book.format("demand")))
        assert reading_columns(study) == ["market_side"]
        assert reading_columns(load_study(least(tmp_path / "b", codebook=book.format("")))) == []

    def test_a_person_who_raised_two_codes_of_a_side_counts_once(self, tmp_path):
        study = read(tmp_path, "V1,,,, > c2", "V1,,,, > c3", "S1,,,, > c1", "S2,,,, > c4")
        counted = presence(study, "sector", "side").set_index(["code", "group"])
        assert counted["lower"].to_dict() == {
            ("a", "voluntary"): 1, ("a", "statutory"): 0, ("z", "voluntary"): 0, ("z", "statutory"): 0,
            ("b", "voluntary"): 0, ("b", "statutory"): 1,
        }  # fmt: skip
        assert (counted["lower"] == counted["upper"]).all()
        assert counted.loc[("a", "voluntary"), "excerpts"] == 2

    @pytest.mark.parametrize("name", ["plr0809-017", "worked-example"])
    @pytest.mark.parametrize("level", ["theme", "code"])
    def test_a_reading_that_repeats_a_level_counts_and_compares_as_it_does(self, name, level):
        study = load_study(name)
        own = set(codes_at(study, "code")[0])
        values = theme_of(study) if level == "theme" else [c if c in own else None for c in study.codebook["code"]]
        again = as_reading(study, values)
        pd.testing.assert_frame_equal(presence(again, "sector", "repeats"), presence(study, "sector", level))
        mine, theirs = compare(again, "role", "repeats"), compare(study, "role", level)
        same = ["code", "method", "p_low", "p_high", "p_min", "effect", "people_used"]
        pd.testing.assert_frame_equal(mine.frame[same], theirs.frame[same])
        assert set(mine.frame["level"]) == {"repeats"}

    def test_people_heard_twice_are_set_side_by_side_by_side(self):
        study = load_study("worked-example")
        again = as_reading(study, theme_of(study))
        mine, theirs = change(again, "repeats"), change(study, "theme")
        pd.testing.assert_frame_equal(mine, theirs)

    def test_a_comparison_by_a_reading_is_always_exploratory(self, tmp_path):
        study = read(tmp_path, "V1,,,, > c1")
        plans = (Comparison("sector"),)
        study = replace(study, settings=replace(study.settings, comparisons=plans))
        found = compare(study, "sector", level="side")
        assert set(found.frame["status"]) == {"exploratory"}
        assert set(found.frame["alpha"]) == {0.05}
        assert set(compare(study, "sector").frame["status"]) == {"planned"}

    def test_reasons_call_a_side_by_its_name(self, tmp_path):
        rows = [f"{who},,,, > c1" for who in ("V1", "V2", "V3")] + ["S1,,,, > c3"]
        study = read(tmp_path, *rows)
        assert "after allowing for the 3 sides of it compared" in whys(study, compare(study, "sector", level="side"))[2]
        study = read(tmp_path, ",A,,,one > c1", toml=TOML.replace("true", "false"))
        why = whys(study, compare(study, "sector", level="same"))[0]
        assert "as coding is not complete, an age group not found may still have been raised" in why

    def test_a_stance_is_one_to_a_theme(self, tmp_path):
        toml = TOML.replace("complete = true", 'complete = true\nstance_coder = "me"')
        envelopes = "excerpt,coder,theme,stance\nE1,me,T1,supports\n"
        study = read(tmp_path, "V1,,,, > c1", toml=toml, envelopes=envelopes)
        why = whys(study, compare(study, "sector", level="side", stance="supports"))
        assert why[2].startswith(
            "1 of 3 voluntary and none of 4 statutory raised it in support of the statement of a theme"
        )
        assert "supported “First theme”" in whys(study, compare(study, "sector", stance="supports"))[0]


class TestAsked:
    BOOK = "code,parent,label,side\nT1,,A theme,\nT2,,Another,d\nc1,T1,A code,a\nc2,T2,Other code,b\nc3,T1,A third,c\n"

    def test_who_was_asked_about_a_code_of_a_side_was_asked_about_it(self, tmp_path):
        toml = RICH_TOML + "[readings.side]\n"
        study = load_study(rich(tmp_path / "s", toml, codebook=self.BOOK))  # FG1 was asked about T1, FG2 about c2
        assert codes_at(study, "side")[0] == ["d", "a", "b", "c"]
        about = dict(zip(study.events["event"], asked_at(study, "side").tolist(), strict=True))
        assert about["FG1"] == [False, True, False, True]  # all that stands under the theme
        assert about["FG2"] == [True, False, True, False]  # the code, and so its theme, which is on a side too
        assert about["INT"] == [False] * 4
        n = presence(study, "sector", "side").groupby("code", observed=False)["n"].sum()
        assert n.to_dict() == {"d": 2, "a": 2, "b": 2, "c": 2}

    def test_the_themes_read_again_are_asked_about_as_they_are(self, tmp_path):
        study = load_study(rich(tmp_path / "s"))
        again = as_reading(study, theme_of(study))
        assert (asked_at(again, "repeats") == asked_at(study, "theme")).all()
        assert asked_at(study, "theme").tolist() == [[True, False], [False, True], [False, False]]
        assert asked_at(study, "code").tolist() == [[True, False], [False, True], [False, False]]

    def test_who_was_asked_about_a_side_at_both_hearings(self, tmp_path):
        rows = ("V1,A,,, > c1", "V1,INT,,, > c2", "V2,INT,,, > c1")
        events = "event,kind,order,participants\nA,focus group,1,\nB,focus group,2,\nINT,interview,3,2\n"
        attendance, asked = "participant,event\nV1,INT\nV2,INT\n", "event,code\nA,c1\nINT,T1\nB,T2\n"
        study = read(tmp_path, *rows, events=events, attendance=attendance, asked=asked)
        found = change(study, "side").set_index("code")
        assert found["people"].to_dict() == {
            "a": 0,
            "z": 0,
            "b": 2,
        }  # A was asked about c1 only, the interview about both
        assert found.loc["b", ["kept", "gained", "lost"]].tolist() == [0, 1, 1]


class TestSides:
    def test_the_published_study_as_its_files_have_it(self):
        def rows(name):
            with (RAW / "plr0809-017" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
                return list(csv.DictReader(file))

        side = {row["code"]: row["market_side"] for row in rows("codebook")}
        form = {row["excerpt"]: row["form"] for row in rows("excerpts")}
        stance = {row["excerpt"]: row["stance"] for row in rows("envelopes") if row["coder"] == "report"}
        found = sides(load_study("plr0809-017"), "market_side").set_index("side")
        for name in ("demand", "supply", "regulation", "commissioning"):
            mine = [r for r in rows("codings") if r["coder"] == "reader-1" and side[r["code"]] == name]
            excerpts = {r["excerpt"] for r in mine}
            row = found.loc[name]
            assert row["excerpts"] == row["certain"] == len(excerpts)
            assert row["codes"] == len({r["code"] for r in mine})
            for kind in ("quoted", "reported"):
                assert row[kind] == sum(form[e] == kind for e in excerpts)
            for kind in ("supports", "qualifies", "opposes", "context"):
                assert row[kind] == sum(stance[e] == kind for e in excerpts)
        assert found["no_stance"].sum() == 0

    @pytest.mark.parametrize("name", ["plr0809-017", "worked-example"])
    @pytest.mark.parametrize("events", ["first", "all"])
    def test_excerpts_and_people_are_those_of_presence(self, name, events):
        study = load_study(name)
        found = sides(study, "market_side", "role", events=events).dropna(subset="side")
        counted = presence(study, "role", "market_side", events=events)
        for column in ("n", "lower", "upper", "excerpts"):
            assert found[column].tolist() == counted[column].tolist()
        assert (found["certain"] <= found["excerpts"]).all()

    def test_young_people_are_heard_on_demand_and_supply_and_not_on_commissioning(self):
        found = sides(load_study("plr0809-017"), "market_side", "role")
        young = found[found["group"] == "young_person"].set_index("side")
        assert young.loc[["demand", "supply", "commissioning"], "certain"].tolist() == [9, 2, 0]
        assert young.loc["commissioning", "excerpts"] == 0

    def test_an_excerpt_on_two_sides_counts_for_each_and_one_on_none_is_told_apart(self, tmp_path):
        rows = ("V1,,,, > c1 c2 c3 c4", "S1,,,, > c4", "S1,,,, >", "S2,,,, > T1", ",A,,,one > c2")
        study = read(tmp_path, *rows, coverage="coder,event,excerpt\nme,,E1\n")
        found = sides(study, "side", "sector").set_index(["side", "group"])
        assert found.loc[("a", "voluntary"), ["excerpts", "certain", "codes"]].tolist() == [2, 1, 2]
        assert found.loc[("b", "voluntary"), ["excerpts", "certain", "codes"]].tolist() == [1, 1, 1]
        assert found.loc[("a", "statutory"), ["excerpts", "certain"]].tolist() == [1, 0]
        # what S1 said in E3 was not read: it may have any code
        assert found.loc[("z", "statutory"), ["excerpts", "lower", "upper", "n"]].tolist() == [0, 0, 1, 4]
        off = sides(study, "side").iloc[-1]
        assert pd.isna(off["side"])
        assert (off["excerpts"], off["codes"]) == (3, 2)
        assert off[["n", "lower", "upper"]].isna().all()
        marks = on_sides(study, "side")
        assert marks["excerpt"].nunique() == 5
        assert marks.loc[marks["excerpt"] == "E1", "codes"].tolist() == [("c2", "c3"), ("c1",)]

    def test_everybody_together_is_not_the_sum_of_levels(self, tmp_path):
        found = sides(read(tmp_path, ",A,,,two > c1", ",A,,,one only > c2"), "side").set_index("side")
        assert found.loc["b", ["n", "lower", "upper"]].tolist() == [7, 2, 3]
        assert found.loc["a", ["n", "lower", "upper"]].tolist() == [7, 1, 1]
        assert found["group"].isna().all()

    def test_a_stance_or_form_that_is_not_known_is_counted_as_such(self, tmp_path):
        toml = TOML.replace("complete = true", 'complete = true\nstance_coder = "me"')
        envelopes = "excerpt,coder,theme,stance\nE1,me,T1,opposes\nE2,me,T1,\n"
        found = sides(read(tmp_path, "V1,,,, > c1", "S1,,,, > c1", toml=toml, envelopes=envelopes), "side")
        row = found.set_index("side").loc["b", ["excerpts", "supports", "opposes", "no_stance", "quoted", "reported"]]
        assert row.tolist() == [2, 0, 1, 1, 0, 0]

    def test_only_first_hearings_where_asked_for(self, tmp_path):
        attendance = "participant,event\nV1,INT\n"
        study = read(tmp_path, "V1,A,,, > c1", "V1,INT,,, > c2", attendance=attendance)
        assert sides(study, "side")["excerpts"].tolist() == [1, 0, 1, 0]
        assert sides(study, "side", events="first")["excerpts"].tolist() == [0, 0, 1, 0]

    def test_each_coder_has_their_own(self, tmp_path):
        codings = "excerpt,coder,code\nE1,me,c1\nE1,other,c2\n"
        study = made(tmp_path, TOML.replace("complete", 'reference_coder = "me"\ncomplete') + READ,
                     codebook=BOOK, excerpts="excerpt,participant\nE1,V1\n", codings=codings)  # fmt: skip
        assert sides(study, "side")["excerpts"].tolist() == [0, 0, 1, 0]
        assert sides(study, "side", coder="other")["excerpts"].tolist() == [1, 0, 0, 0]

    def test_what_is_not_there_is_said_in_a_sentence(self, tmp_path):
        told = r"^This study's codebook has no column 'market_side' to read it by a second time; those it has: none\.$"
        with pytest.raises(NotInStudy, match=told):
            sides(made(tmp_path), "market_side")
        with pytest.raises(NotInStudy, match="no grouping called 'shoe'"):
            sides(read(tmp_path, "V1,,,, > c1"), "side", "shoe")


class TestNouns:
    def test_what_a_side_is_called(self, tmp_path):
        study = read(tmp_path, "V1,,,, > c1")
        assert [noun(study, level) for level in ("theme", "code", "side", "market_side")] == [
            "theme", "code", "side of it", "value of market_side",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("word", "many"),
        [
            ("theme", "themes"), ("side of the market", "sides of the market"), ("value of x_y", "values of x_y"),
            ("age group", "age groups"), ("country", "countries"), ("day", "days"), ("class", "classes"),
            ("branch for children", "branches for children"), ("of", "ofs"),
        ],
    )  # fmt: skip
    def test_several(self, word, many):
        assert plural(word) == many

    def test_articles(self):
        assert [one(word) for word in ("theme", "age group")] == ["a theme", "an age group"]

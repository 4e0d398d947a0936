"""What notebook 03 shows: agreement, saturation, left-overs, and the ledger in which every excerpt can be followed."""

from dataclasses import replace

import pytest
from stats.made import TOML, made
from stats.test_agreement import coded
from stats.test_saturation import held
from study_maker import least, rich

from plrlib import load_study, saturation, show
from plrlib.show import assignments as following
from plrlib.show.charts import flows


@pytest.fixture(scope="module")
def published():
    return load_study("plr0809-017")


@pytest.fixture(scope="module")
def worked():
    return load_study("worked-example")


def unblank(text):
    assert "nan" not in text.lower().split()
    assert "<NA>" not in text
    return text


class TestAgreement:
    def test_different_kinds_come_first_and_one_kind_is_said_to_tell_little(self, published):
        told = show.agreement_say(published, "theme").sentences
        assert told[0] == "report and reader-1 put 53 of 64 excerpts in the same envelope: alpha 0.79 (0.66 to 0.89)."
        assert told[1].startswith("report and reader-2 put 51 of 64 excerpts in the same envelope")
        assert told[-1] == (
            "reader-2 and reader-3 put all 64 excerpts in the same envelope: alpha 1.00. "
            "They are of one kind: that says little."
        )
        table = show.agreement_table(published, "theme").frame
        assert table["of"].tolist() == [*["different kinds"] * 5, "one kind"]
        assert table["coders"].tolist()[0] == "report and reader-1"

    def test_an_optimistic_interval_says_why(self, published, worked):
        assert any(
            "That is optimistic" in s and "53 of 64 are in no one event" in s
            for s in show.agreement_say(published, "theme").sentences
        )
        assert not any("optimistic" in s for s in show.agreement_say(worked, "theme").sentences)

    def test_few_events_are_told_with_their_number(self, tmp_path):
        study = coded(tmp_path, ["c1 | c1", "c2 | c1", "c3 | c3", "c1 | c1"] * 3)
        assert any("there are but 2 events" in s for s in show.agreement_say(study, "code").sentences)

    def test_codes_are_counted_by_coder(self, published):
        frame = show.agreed_table(published, "code").frame
        given = published.codings.groupby("coder", observed=True).size()
        assert frame["reader-1"].sum() == given["reader-1"]
        assert frame["reader-2"].sum() == given["reader-2"]
        assert frame.columns.tolist()[:3] == ["code", "reader-1", "reader-2"]

    @pytest.mark.parametrize("unit", ["theme", "code"])
    def test_the_picture_has_a_row_a_target_and_pair(self, published, worked, unit):
        for study in (published, worked):
            picture = show.agreement_picture(study, unit)
            assert picture.png.startswith(b"\x89PNG")
            assert picture.numbers[unit].nunique() == len(show.agreed_table(study, unit).frame)
            unblank(picture.caption + picture.alt)

    def test_coders_all_of_one_kind_are_told(self, tmp_path):
        toml = TOML + '[coders]\na = { kind = "x" }\nb = { kind = "x" }\n'
        told = show.agreement_say(coded(tmp_path, ["c1 | c1", "c2 | c1"], toml), "code").sentences
        assert "All coders are of one kind, so that their agreement says little of how clear the themes are." in told
        assert show.agreement_picture(coded(tmp_path, ["c1 | c1", "c2 | c1"], toml), "code").png

    def test_nothing_that_varies_and_nobody_to_agree_are_told(self, tmp_path):
        told = show.agreement_say(coded(tmp_path, ["c1 | c1"] * 3), "code").sentences
        nothing = "nothing varied, so that no agreement beyond chance can be told."
        assert told[0] == f"a and b gave the same codes to all 3 excerpts; {nothing}"
        alone = load_study(least(tmp_path / "s"))
        assert show.agreement_say(alone, "code").sentences[0].startswith("Fewer than two coders gave codes")
        for shown in (show.agreement_table, show.agreed_table, show.agreement_picture):
            assert len(shown(alone, "code").sentences) == 1

    def test_no_excerpt_seen_by_both(self, tmp_path):
        told = show.agreement_say(coded(tmp_path, ["c1 | .", ". | c1"]), "code").sentences
        assert told[0] == "a and b read no excerpt both."


class TestSaturation:
    def test_the_published_study_is_refused_once_in_words(self, published):
        [told] = show.saturation_say(published).sentences
        assert told.startswith("53 of 64 excerpts name no single event, so that what each event added cannot be told.")
        assert told.endswith("Needed: the event of each excerpt.")
        assert show.saturation_table(published).sentences == (
            "There is no table of events, since what each event added cannot be told.",
        )
        assert show.saturation_picture(published).sentences == (
            "There is no picture of saturation, since what each event added cannot be told.",
        )

    def test_sentences_are_computed(self, worked):
        told = show.saturation_say(worked).sentences
        assert told[0].startswith(
            "9 focus groups: 18 of 20 codes of the codebook came up; the last new one in number 4 of 9"
        )
        assert "4 + 2 were enough" in told[1]
        assert "Came up “Wanting privacy” and “Not daring to complain” in interviews alone." in told

    def test_the_picture_has_every_event_of_every_kind(self, worked):
        picture = show.saturation_picture(worked)
        found = saturation(worked)
        assert picture.numbers["event"].tolist() == found.loc[found["measure"] == "new", "event"].tolist()
        assert picture.numbers["new codes"].sum() == found.loc[found["measure"] == "codes", "estimate"].sum()
        assert picture.numbers.groupby("kind")["met so far"].max().to_dict() == {"focus group": 18, "interview": 20}

    def test_one_event_and_too_few_are_told(self, tmp_path):
        told = show.saturation_say(held(tmp_path, ["a"])).sentences
        assert told[0].endswith("With one alone, nothing can be said of a further one.")
        few = show.saturation_say(held(tmp_path, ["a", "a b"])).sentences
        assert few[0].endswith("the last new one in the last, in the order held.")
        assert few[1].startswith("They are too few for the rule")
        for study in (held(tmp_path, ["a"]), held(tmp_path, ["a", "a b"])):
            unblank(repr(show.saturation_picture(study)) + repr(show.saturation_table(study)))

    def test_what_is_out_there_is_a_lower_bound(self, tmp_path):
        told = " ".join(show.saturation_say(held(tmp_path, ["a b c", "a d e", "b f g", "h i", "a j"])).sentences)
        assert "at least" in told
        assert "By the rule of Guest, Namey and Chen" not in told or "not ended" in told


class TestFollowed:
    def test_every_excerpt_is_a_line_through_every_coder(self, published, monkeypatch):
        drawn = []
        monkeypatch.setattr(flows, "_lines", lambda *arguments: drawn.append(arguments))
        show.followed_picture(published)
        [(_, x, places, names, moves, single, named)] = drawn
        assert list(names) == published.excerpts["excerpt"].tolist()
        assert places.shape == (64, len(x)) == (64, 4)
        assert not (places != places).any(), "no mark without a place"
        assert single.all()
        assert named
        assert int(moves.sum()) == 13
        for column in places.T:
            assert len(set(column.round(6))) == 64, "no two marks in one place"

    def test_the_routes_come_to_every_excerpt(self, published, worked):
        for study in (published, worked):
            numbers = show.followed_picture(study).numbers
            assert numbers["excerpts"].sum() == len(study.excerpts)
            moving = numbers[numbers["moves"] == "yes"]
            path = moving.iloc[:, : len(show.sorters(study))]
            assert (path.nunique(axis=1) > 1).all()

    def test_sentences(self, published):
        assert show.followed_say(published).sentences == (
            "51 of 64 excerpts are in one envelope by report, reader-1, reader-2 and reader-3.",
            "In three or more: E04 (Understanding of services, Integration and Common processes).",
        )

    def test_of_many_those_that_stay_are_a_block(self, worked, monkeypatch):
        figures = []
        draw = flows.flows
        monkeypatch.setattr(following, "flows", lambda *arguments: figures.append(draw(*arguments)) or figures[-1])
        where = show.followed_picture(worked).numbers
        unmoved = where.loc[where["moves"] == "no", "excerpts"]
        texts = [text.get_text() for text in figures[0].axes[0].texts]
        assert len(figures[0].axes[0].patches) == len(unmoved) > 1
        assert {f"{n} stay" for n in unmoved} <= set(texts)
        monkeypatch.setattr(following, "MOST_MARKS", 1000)
        show.followed_picture(worked)
        assert len(figures[1].axes[0].patches) == 0

    def test_of_very_many_that_move_a_line_is_a_route_with_its_number(self, worked, monkeypatch):
        plain, drawn = show.followed_picture(worked), []
        draw = flows.flows
        monkeypatch.setattr(following, "MOST_MOVES", 10)
        monkeypatch.setattr(following, "flows", lambda *arguments: drawn.append(arguments) or draw(*arguments))
        routes = show.followed_picture(worked)
        assert routes.caption.startswith(
            "Of those that move one line is one route, with the number that take it; those"
        )
        assert routes.numbers.equals(plain.numbers)
        moving = plain.numbers[plain.numbers["moves"] == "yes"]
        assert sorted(drawn[0][0].index) == sorted(moving["excerpts"])

    def test_where_nothing_moves_there_are_blocks_alone(self, tmp_path, monkeypatch):
        monkeypatch.setattr(following, "MOST_MARKS", 2)
        picture = show.followed_picture(coded(tmp_path, ["c1 | c1", "c1 | c1", "c1 | c1"]))
        assert picture.numbers["moves"].tolist() == ["no"]
        assert picture.png.startswith(b"\x89PNG")

    def test_more_coders_than_fit_are_those_of_different_kinds(self, published, monkeypatch):
        monkeypatch.setattr(following, "MOST_CODERS", 3)
        assert show.followed_picture(published).numbers.columns.tolist()[:3] == ["report", "reader-1", "reader-2"]

    def test_one_coder_alone_is_told(self, tmp_path):
        study = load_study(rich(tmp_path / "s"))
        assert show.followed_say(study).sentences[0].startswith("Only anna put these excerpts into envelopes")
        assert show.followed_picture(study).sentences == (
            "No excerpt can be followed from one coder to another, since fewer than two assigned themes.",
        )

    def test_what_a_coder_did_not_see_has_a_row_of_its_own(self, tmp_path):
        study = coded(tmp_path, ["c1 | c1", "c1 | .", "c1 | c1"])
        numbers = show.followed_picture(study).numbers
        assert set(numbers["b"]) == {"First theme", "Not seen"}

    def test_it_is_marked_as_simulated(self, published):
        simulated = replace(published, settings=replace(published.settings, kind="simulated"))
        assert show.followed_picture(published).png != show.followed_picture(simulated).png


class TestLeftOver:
    def test_who_left_what_over(self, published):
        told = show.left_over_say(published).sentences
        assert told[:3] == (
            "Left over by report: 2 excerpts (E63 and E64).",
            "Left over by reader-1: 1 excerpt (E64).",
            "Left over by reader-2: 2 excerpts (E12 and E64).",
        )
        assert "Left over by everybody who saw it: E64." in told

    def test_each_is_shown_with_where_others_put_it(self, published):
        frame = show.left_over_table(published).frame
        assert [cell.partition(",")[0] for cell in frame["excerpt"]] == ["E12", "E63", "E64"]
        assert frame["report"].tolist() == ["Understanding of services", "left over", "left over"]
        assert frame["reader-1"].tolist() == ["Understanding of services", "Integration", "left over"]

    def test_nothing_left_over_is_told(self, worked):
        assert show.left_over_table(worked).sentences == ("Nobody left an excerpt over.",)
        assert "Nothing was left over by everybody who saw it." in show.left_over_say(worked).sentences

    def test_without_envelopes_it_is_told(self, tmp_path):
        study = made(tmp_path)
        assert show.left_over_say(study).sentences == (
            "This study has no envelopes.csv, so this question cannot be put to it; add what is missing.",
        )
        assert show.left_over_table(study).sentences == ("Nothing can be left over, since the study has no envelopes.",)

"""The explorer without a browser: what a choice leads to, and what lies behind a mark."""

import asyncio
import multiprocessing
import time

import pandas as pd
import pytest
from programs import PATIENCE
from study_maker import RICH_TOML, least, rich

import plrlib
from plrlib import NotInStudy, StudyError, load_study
from plrlib.explorer.answers import (
    COUNTS,
    ENDED,
    VERDICTS,
    Beside,
    Refused,
    View,
    answer,
    call,
    choices,
    quick,
)
from plrlib.explorer.explorer import _OPEN, HOW, MOST_OPEN, NOT_CLICKED, Explorer, Still, explore, grid, live, still
from plrlib.show.labels import named_codes
from plrlib.stats.bounds.presence import Counted
from plrlib.study.prepared import EVERYBODY

WORKED = View("sector", "theme", "", "first")


@pytest.fixture(scope="module")
def worked():
    return load_study("worked-example")


@pytest.fixture(scope="module")
def published():
    return load_study("plr0809-017")


class Asked:
    """An explorer whose questions wait until the test answers them."""

    def __init__(self, study):
        self.waiting, self.foreseen = [], []
        self.explorer = Explorer(study, load_study, self.attend)
        self.explorer.start()

    def attend(self, study, told):
        def ask(job, foreseen):
            self.waiting.append(job)
            self.foreseen = list(foreseen)

        self.study = study
        return ask

    def answer(self, number=1):
        for _ in range(number):
            job = self.waiting.pop(0)
            self.explorer.told(job, answer(self.study, *job))

    def click(self, code, group, number=-1):
        self.explorer.grid.chosen = {"code": code, "group": group, "number": number, "click": id(object())}
        return self.explorer.read.value


def said(asked):
    return asked.explorer.status.value + asked.explorer.verdicts.value


class TestChoices:
    def test_what_notebook_04_shows_comes_first(self, published, worked):
        assert choices(published).first() == View("sector", "theme", "", "reader-1")
        assert choices(worked).first() == WORKED
        assert list(choices(published).level) == ["theme", "code", "market_side"]
        assert set(choices(published).stance) == {"", "supports", "qualifies", "opposes", "context"}

    def test_a_study_without_groupings_shows_all_its_people(self, tmp_path):
        study = load_study(least(tmp_path))
        view = choices(study).first()
        assert view == View(EVERYBODY, "theme", "", "anna")
        assert answer(study, COUNTS, view)[["n", "upper"]].to_numpy().tolist() == [[2, 2]]
        assert answer(study, VERDICTS, view).why.startswith("study.toml declares no grouping, so people are counted")
        space = {}
        exec(call(str(study.folder), view, ["c1"]), space)
        assert "found" not in space
        pd.testing.assert_frame_equal(space["people"], answer(study, COUNTS, view))
        assert "2 of 2" in still(study).picture.alt

    def test_a_study_that_nothing_can_be_chosen_in_says_so(self, tmp_path):
        codings, sorted_ = "excerpt,coder,code\n", "excerpt,coder,theme\nE01,anna,T1\n"
        with pytest.raises((NotInStudy, StudyError)):
            explore(load_study(least(tmp_path, codings=codings, envelopes=sorted_)))

    @pytest.mark.parametrize(
        "view", [WORKED, View("sector", "code", "opposes", "second"), View("role", "theme", "supports", "first")]
    )
    def test_the_call_gives_the_same_numbers(self, worked, view):
        codes = list(named_codes(worked, view.level))[1:3]
        space = {}
        exec(call("worked-example", view, codes).replace("found.frame[", "some = found.frame[", 1), space)
        pd.testing.assert_frame_equal(space["people"], answer(worked, COUNTS, view))
        pd.testing.assert_frame_equal(space["found"].frame, answer(worked, VERDICTS, view).found)
        assert list(space["some"]["code"]) == codes


class TestBehind:
    @pytest.mark.parametrize("by", ["sector", "role", "provision"])
    @pytest.mark.parametrize("name", ["published", "worked"])
    def test_behind_each_count_lie_the_excerpts_that_presence_counts(self, request, name, by):
        study = request.getfixturevalue(name)
        coder = choices(study).first().coder
        for view in (View(by, "theme", "", coder), View(by, "code", "supports", coder)):
            found = Counted.of(study, by, view.level, view.asked, view.coder)
            counted = plrlib.presence(study, by, view.level, view.asked, view.coder)
            for code, key, n in zip(counted["code"], counted["group"], counted["excerpts"], strict=True):
                assert len(found.excerpts(code, key)) == n, (code, key)

    def test_behind_a_mark_lie_the_excerpts_of_one_person(self, worked):
        found = Counted.of(worked, "sector", coder="first")
        counted = plrlib.presence(worked, "sector").set_index(["code", "group"])
        people = found.people("T1", "voluntary")
        assert len(people) == counted.loc[("T1", "voluntary"), "lower"] == counted.loc[("T1", "voluntary"), "upper"]
        speaker = worked.excerpts.set_index("excerpt")["participant"]
        each = [found.excerpts_of_mark("T1", "voluntary", i) for i in range(len(people))]
        assert [set(speaker[some]) for some in each] == [{who} for who in people]
        assert sorted(excerpt for some in each for excerpt in some) == sorted(found.excerpts("T1", "voluntary"))

    def test_where_nobody_is_named_all_that_may_be_theirs_lie_behind_it(self, published):
        found = Counted.of(published, "sector", coder="reader-1")
        assert found.people("T1", "voluntary") == []
        assert found.excerpts_of_mark("T1", "voluntary", 0) == found.excerpts("T1", "voluntary")

    def test_many_people_are_few_marks(self, worked):
        counted = plrlib.presence(worked, "sector")
        counted[["n", "lower", "upper"]] *= 40
        drawn = grid(worked, WORKED, counted, {"T1": "A theme"}, "theme")
        assert drawn["each"] > 1
        assert all(sum(cell["marks"]) <= 62 for row in drawn["cells"].values() for cell in row.values())


class TestExplorer:
    def test_people_come_first_and_then_the_verdicts(self, worked):
        asked = Asked(worked)
        assert asked.waiting == [(COUNTS, WORKED)]
        assert "Counting people" in said(asked)
        assert asked.explorer.grid.busy
        asked.answer()
        assert not asked.explorer.grid.busy
        assert [row["label"] for row in asked.explorer.grid.grid["rows"]] == list(named_codes(worked, "theme").values())
        assert "Simulated data." in asked.explorer.grid.grid["title"]
        assert "Comparing" in said(asked)
        asked.answer()
        assert "<td" in asked.explorer.verdicts.value
        assert "1 differs" in asked.explorer.verdicts.value
        assert "Comparing" not in said(asked)

    def test_a_choice_changes_people_call_and_verdicts_and_says_what_changed(self, worked):
        asked = Asked(worked)
        asked.answer(2)
        before = asked.explorer.grid.grid
        asked.explorer.by.value = "role"
        assert asked.waiting == [(COUNTS, View("role", "theme", "", "first"))]
        assert "'role'" in asked.explorer.call.text
        assert asked.explorer.verdicts.value == ""
        asked.answer(2)
        assert asked.explorer.grid.grid != before
        assert "Changed with this choice: “" in asked.explorer.verdicts.value
        asked.explorer.by.value = "sector"  # known already
        assert asked.waiting == []
        assert asked.explorer.grid.grid == before

    def test_what_may_be_asked_next_is_foreseen(self, published):
        asked = Asked(published)
        assert (COUNTS, View("role", "theme", "", "reader-1")) in asked.foreseen
        assert (COUNTS, View("sector", "code", "", "reader-1")) in asked.foreseen
        assert all(job != asked.waiting[0] for job in asked.foreseen)

    def test_an_answer_that_comes_late_is_kept_and_not_shown(self, worked):
        asked = Asked(worked)
        asked.explorer.stance.value = "opposes"
        late, now = asked.waiting
        asked.explorer.told(late, answer(worked, *late))
        assert asked.explorer.grid.busy
        asked.explorer.told(now, answer(worked, *now))
        assert not asked.explorer.grid.busy
        asked.explorer.stance.value = ""
        assert not asked.explorer.grid.busy, "it was kept"

    def test_codes_not_shown_are_compared_all_the_same(self, worked):
        asked = Asked(worked)
        asked.answer(2)
        asked.explorer.codes.value = ("T1", "T2")
        assert len(asked.explorer.grid.grid["rows"]) == 2
        assert "themes not shown are compared all the same" in asked.explorer.verdicts.value
        assert "isin(['T1', 'T2'])" in asked.explorer.call.text
        assert asked.waiting == []

    def test_a_click_lists_what_was_said_and_only_what_may_be_shown(self, worked):
        asked = Asked(worked)
        asked.answer(2)
        assert asked.explorer.read.value == NOT_CLICKED
        found = Counted.of(worked, "sector", coder="first")
        excerpts = found.excerpts_of_mark("T1", "voluntary", 0)
        page = asked.click("T1", "voluntary", 0)
        assert all(f"<li>{excerpt}" in page for excerpt in excerpts)
        assert page.count("<li>") == len(excerpts)
        assert "of one person" in page
        silent = set(worked.participants.loc[worked.participants["consent_quote"] != "yes", "participant"])
        words = worked.texts._texts[worked.excerpts.set_index("excerpt")["participant"].isin(silent)]
        for theme in named_codes(worked, "theme"):
            page = asked.click(theme, "voluntary") + asked.click(theme, "statutory")
            assert not any(text in page for text in words if isinstance(text, str))

    def test_the_mark_of_somebody_who_did_not_raise_it_has_nothing_behind_it(self, worked):
        asked = Asked(worked)
        asked.answer(2)
        cells = asked.explorer.grid.grid["cells"]
        marks = {(code, group): cell["marks"] for code, row in cells.items() for group, cell in row.items()}
        (code, group), (raised, may, _) = next((at, some) for at, some in marks.items() if some[2])
        assert "did not raise it" in asked.click(code, group, raised + may)
        assert "<li>" not in asked.explorer.read.value

    def test_why_there_is_no_answer_is_said(self, worked):
        asked = Asked(worked)
        bad = answer(worked, COUNTS, View("sector", "nothing", "", "first"))
        asked.explorer.told((COUNTS, WORKED), bad)
        assert "not &#x27;nothing&#x27;" in said(asked)
        assert asked.explorer.grid.grid == {}

    def test_another_study_can_be_chosen(self, worked):
        asked = Asked(worked)
        asked.answer(2)
        asked.explorer.named.value = "plr0809-017"
        assert asked.explorer.study.id == "plr0809-017"
        assert "load_study('plr0809-017')" in asked.explorer.call.text
        asked.waiting = asked.waiting[-1:]
        asked.answer()
        assert len(asked.explorer.grid.grid["rows"]) == 7

    def test_a_study_that_cannot_be_explored_is_told_of_and_the_other_stays(self, project):
        rich(project.folder / "data" / "raw" / "rich")
        bad = {"excerpts": "excerpt,participant\nE01,R1\nE02,R9\n"}
        for name, told in (("bad", "excerpts.csv:3: participant"),):
            least(project.folder / "data" / "raw" / name, toml=f'[study]\nid = "{name}"\n', **bad)
            asked = Asked(load_study("rich"))
            asked.answer(2)
            before = asked.explorer.grid.grid
            asked.explorer.named.value = name
            assert f"{name} cannot be explored, and rich stays.<br>" in said(asked)
            assert told in said(asked)
            assert (asked.explorer.study.id, asked.explorer.named.value, asked.study.id) == ("rich", "rich", "rich")
            assert asked.explorer.grid.grid == before
            assert asked.waiting == []
            asked.explorer.stance.value = asked.explorer.stance.options[-1][1]
            assert asked.waiting, "and it goes on as before"

    def test_a_study_without_groupings_can_be_chosen(self, project):
        rich(project.folder / "data" / "raw" / "rich")
        least(project.folder / "data" / "raw" / "plain", toml='[study]\nid = "plain"\n')
        asked = Asked(load_study("rich"))
        asked.answer(2)
        asked.explorer.named.value = "plain"
        asked.answer(2)
        assert asked.explorer.study.id == "plain"
        assert "people are counted and not compared" in asked.explorer.verdicts.value + said(asked)

    def test_a_click_on_a_grid_that_is_no_longer_the_choice_is_not_taken(self, worked):
        asked = Asked(worked)
        asked.answer(2)
        asked.explorer.level.value = "code"
        assert asked.explorer.grid.busy
        assert asked.click("T1", "voluntary") == NOT_CLICKED

    def test_a_view_is_written_to_files(self, project, monkeypatch):
        folder = project.folder / "data" / "raw" / "rich"
        study = load_study(rich(folder))
        asked = Asked(study)
        asked.explorer.export.click()
        assert "still being worked out" in asked.explorer.exported.value
        asked.answer(2)
        asked.explorer.codes.value = ("T2",)
        asked.explorer.export.click()
        written = project.processed / "rich" / "explored"
        assert {path.name for path in written.iterdir()} == {f"sector-theme-anna.{e}" for e in ("csv", "png", "py")}
        numbers = pd.read_csv(written / "sector-theme-anna.csv")
        assert list(numbers["code"]) == ["T2"]
        counted = plrlib.presence(study, "sector").set_index(["code", "group"])
        assert numbers.loc[0, "upper voluntary"] == counted.loc[("T2", "voluntary"), "upper"]
        assert (written / "sector-theme-anna.py").read_text("utf-8").startswith("from plrlib import")
        assert (written / "sector-theme-anna.png").read_bytes().startswith(b"\x89PNG")


class TestBeside:
    @pytest.fixture(autouse=True)
    def none_left(self):
        """Wait for the processes of a test, which end after it: the next one counts its own."""
        yield
        until = time.monotonic() + PATIENCE
        while multiprocessing.active_children():
            assert time.monotonic() < until
            time.sleep(0.05)

    def test_what_is_being_worked_out_is_not_asked_for_twice(self, worked):
        told = []
        next_view = View("role", "theme", "", "first")

        async def talk():
            beside = Beside(worked.folder, lambda job, found: told.append(job))
            beside.ask((VERDICTS, WORKED))
            while beside._running is None:
                await asyncio.sleep(0.01)
            beside.ask((VERDICTS, WORKED), [(VERDICTS, WORKED), (COUNTS, next_view)])
            while (COUNTS, next_view) not in told:
                await asyncio.sleep(0.05)
            beside.close()

        asyncio.run(talk())
        assert told == [(VERDICTS, WORKED), (COUNTS, next_view)]

    def test_a_process_answers_the_latest_first_and_ends_with_its_pipe(self, worked, project):
        told = []

        async def talk():
            beside = Beside(worked.folder, lambda job, found: told.append((job, found)))
            beside.ask((COUNTS, WORKED), [(COUNTS, View("role", "theme", "", "first"))])
            await until(2)
            beside.ask((VERDICTS, View("sector", "nothing", "", "first")))
            await until(3)
            pids = [process.pid for process in multiprocessing.active_children()]
            beside.close()
            return pids

        async def until(number):
            for _ in range(10 * PATIENCE):
                if len(told) >= number:
                    return
                await asyncio.sleep(0.1)
            pytest.fail(f"only {told}")

        pids = asyncio.run(talk())
        assert [job[1].by for job, _ in told] == ["sector", "role", "sector"]
        pd.testing.assert_frame_equal(told[0][1], answer(worked, COUNTS, WORKED))
        assert isinstance(told[2][1], Refused)
        assert len(pids) == 1
        project.assert_gone(pids)

    def test_no_answer_comes_once_it_is_closed(self, worked):
        told = []

        async def talk():
            def tell(job, found):
                told.append(job)
                beside.close()  # at once: the next answer may be on its way

            beside = Beside(worked.folder, tell)
            beside.ask((COUNTS, WORKED), [(COUNTS, View("role", "theme", "", "first"))])
            while multiprocessing.active_children() or not told:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.5)

        asyncio.run(talk())
        assert told == [(COUNTS, WORKED)]

    def test_a_process_that_has_died_is_told_of(self, worked):
        told = []

        async def talk():
            beside = Beside(worked.folder, lambda job, found: told.append(found))
            beside.ask((COUNTS, WORKED))
            while not told:
                await asyncio.sleep(0.1)
            multiprocessing.active_children()[-1].kill()
            beside.ask((VERDICTS, WORKED))
            for _ in range(10 * PATIENCE):
                await asyncio.sleep(0.1)
                if len(told) > 1:
                    break
            beside.ask((COUNTS, WORKED))

        asyncio.run(talk())
        assert [found.why for found in told[1:]] == [ENDED, ENDED], "and whoever asks again does not wait"

    def test_a_cell_that_is_run_again_leaves_few_processes_behind(self, worked, project):
        async def again():
            for _ in range(4):
                live(worked)
            for _ in range(10 * PATIENCE):
                await asyncio.sleep(0.1)
                if len(multiprocessing.active_children()) == 2 * MOST_OPEN:
                    break
            return [process.pid for process in multiprocessing.active_children()]

        try:
            assert len(asyncio.run(again())) == 2 * MOST_OPEN
        finally:
            while _OPEN:
                for beside in _OPEN.popleft():
                    beside.close()


class TestStill:
    def test_where_nobody_can_choose_there_is_a_picture_that_says_how(self, worked, monkeypatch):
        monkeypatch.setenv("PLR_STILL", "1")
        shown = explore(worked)
        assert isinstance(shown, Still)
        page = shown._repr_html_()
        assert 'alt="A grid of people' in page
        assert "<code>python3 run.py lab</code>" in page
        assert HOW in repr(shown)
        assert "compare(study, &#x27;sector&#x27;" in page

    def test_two_coders_of_whom_none_is_the_reference(self, tmp_path, monkeypatch):
        toml = RICH_TOML.replace('reference_coder = "anna"\n', "")
        study = load_study(rich(tmp_path, toml=toml))
        assert choices(study).first().coder == "", "they divided the work, and all their codings count"
        assert "compare(study, &#x27;sector&#x27;" in still(study)._repr_html_()

    def test_who_is_counted_while_somebody_waits(self, worked, published):
        assert quick(worked)
        assert not quick(published)

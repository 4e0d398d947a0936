"""A drawn study is what `load_study` would read from its files, and does what its plan says: each part on its own."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from study_maker import write

from plrlib import Coder, Plan, Room, Simulated, alone, files_of, load_study, presence, simulate
from plrlib.study.schema import TABLES
from plrlib.study.settings import Comparison, Grouping, Privacy

VOLUNTARY = {"role": "manager", "sector": "voluntary"}
STATUTORY = {"role": "manager", "sector": "statutory"}
SECTOR = {"sector": ("Sector", {"voluntary": "Voluntary", "statutory": "Statutory"})}
STAFF = {
    "sector": Grouping("sector", "Sector", "sector", {"statutory": "Statutory", "voluntary": "Voluntary"}, "staff"),
    "job": Grouping(
        "job", "Role", "role", {"young_person": "Young", "manager": "Managers", "practitioner": "Practice"}
    ),
    "provision": ("Provision", {"targeted": "Targeted", "universal": "Universal"}),
}
POPULATIONS = {"staff": {"role": ("manager", "practitioner")}, "by ear": {"role": ("manager",)}}


def rooms(n, each=3):
    return tuple(Room(f"FG{i}", ((VOLUNTARY, each), (STATUTORY, each))) for i in range(1, n + 1))


def plan(n_rooms=4, each=3, **changes):
    return Plan(**{"rooms": rooms(n_rooms, each), "groupings": SECTOR, **changes})


def crowd(**changes):
    """4,000 people in one room, half of them at each level, and no other difference between them."""
    return plan(1, 2000, themes={"T1": ("a", "b"), "T2": ("c",)}, **{"propensity": 0, **changes})


def mixed(**changes):
    """Staff in groups, some of them heard alone, and young people, who have no sector."""
    practitioner = {"sector": "statutory", "role": "practitioner"}
    young = {"role": "young_person", "provision": "universal"}, {"provision": "targeted", "role": "young_person"}
    every = (
        Room("YP", ((young[0], 2), (young[1], 3))),
        Room("S-1", ((VOLUNTARY, 2), (practitioner, 2))),
        *alone(2, {"sector": "voluntary", "role": "practitioner"}, "INT"),
        Room("S-2", ((STATUTORY, 3),)),
        Room("PAIR", ((practitioner, 2),), "interview"),
    )
    return Plan(**{"rooms": every, "groupings": STAFF, "populations": POPULATIONS, **changes})


def same(one, other, but=()):
    for name in TABLES:
        if name not in but:
            pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), check_exact=True)


def shares(study):
    """Return the share of people that raised each code."""
    return study.truth.groupby("code", observed=True)["raised"].mean()


PLANS = {
    "least": plan(),
    "two coders, again by number": plan(coders=(Coder("anna", "researcher"), Coder("ben", changed=0.3)), again=5),
    "blurred": plan(blur=0.4, again=("sector", "voluntary")),
    "all blurred": mixed(blur=1.0),
    "mixed": mixed(again=0.4, talkative={("role", "manager"): 4.0}),
    "mixed, blurred, told more": mixed(
        blur=0.5,
        coders=(Coder("a"), Coder("b", changed=0.5), Coder("c", changed=1.0)),
        comparisons=(Comparison("sector"), Comparison("job", "code")),
        privacy=Privacy(("role", "service"), 4, ("the \"Old\" School",)),
        complete=False,
        name="other-name",
        title="A title, with “marks” and \\",
        themes={"T9": ("z", "y"), "T1": ("x",)},
    ),
    "levels not declared": mixed(groupings={"provision": STAFF["provision"]}, blur=0.1, talk=0.5),
    "alone": Plan((*alone(6, VOLUNTARY, "V"), *alone(5, STATUTORY, "S")), SECTOR, talk=0),
    "more than 99 people": plan(10, 6),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANS)
def test_its_files_load_as_the_same_study(tmp_path, name):
    for seed in range(3):
        drawn = simulate(PLANS[name], {}, seed)
        files = files_of(drawn)
        toml = files.pop("study.toml")
        loaded = load_study(write(tmp_path / str(seed), base={}, toml=toml, **{n[:-4]: f for n, f in files.items()}))
        same(drawn, loaded)
        assert drawn.settings == loaded.settings
        assert loaded.settings.kind == "simulated"
        assert loaded.settings.seed == seed
        assert loaded.notes.empty
        pd.testing.assert_frame_equal(loaded.notes, drawn.notes)
        assert (loaded.withdrawn, len(loaded.texts)) == (drawn.withdrawn, len(drawn.texts)) == (0, 0)


def test_same_seed_same_study():
    every = mixed(again=0.4, blur=0.4, event_sd=1, coders=(Coder("a"), Coder("b", changed=0.2)))
    one, other, another = (simulate(every, {("role", "manager", "T1"): 1.0}, seed) for seed in (5, 5, 6))
    same(one, other)
    pd.testing.assert_frame_equal(one.truth, other.truth)
    assert not one.truth.equals(another.truth)
    afresh = simulate(replace(every), {("role", "manager", "T1"): 1.0}, 5)  # nothing is kept on the plan that matters
    same(one, afresh)


def test_nothing_done_to_a_study_is_seen_in_the_next():
    every = plan(blur=0.2)
    before = simulate(every, {}, 1)
    spoilt = simulate(every, {}, 1)
    for frame in (*spoilt.tables.values(), spoilt.notes):
        frame[frame.columns[0]] = "spoilt"
        frame["more"] = 1
    after = simulate(every, {}, 1)
    same(after, before)
    pd.testing.assert_frame_equal(after.notes, before.notes)


def test_its_files_hold_no_blank_columns_and_keep_letters_as_they_are():
    files = files_of(simulate(plan(title="“Two” café\\s"), {}, 1))
    heads = {name: text.partition("\n")[0] for name, text in files.items()}
    assert heads == {
        "study.toml": "[study]",
        "participants.csv": "participant,role,sector,focus_group",
        "events.csv": "event,kind,participants,order",
        "excerpts.csv": "excerpt,participant,event,n_words",
        "codings.csv": "excerpt,coder,code",
        "codebook.csv": "code,parent,label",
        "envelopes.csv": "excerpt,coder,theme,stance",
    }
    assert 'title = "“Two” café\\\\s"\n' in files["study.toml"]
    assert files["codebook.csv"].startswith("code,parent,label\nT1,,T1\nT1-1,T1,T1-1\n")


CHANGES = {
    "blur": {"blur": 0.5},
    "talk": {"talk": 6.0},
    "steadiness": {"steadiness": 0.2},
    "again": {"again": 7},
    "stay": {"again": 7, "stay": 1.0},
    "coders": {"coders": (Coder("a"), Coder("b", changed=0.9))},
    "stances": {"opposes": 0.5, "qualifies": 0.5},
    "complete": {"complete": False},
}


@pytest.mark.parametrize("name", CHANGES)
def test_who_raised_what_is_drawn_apart_from_everything_else(name):
    for seed in range(3):
        before, after = simulate(plan(event_sd=1), {}, seed), simulate(plan(event_sd=1, **CHANGES[name]), {}, seed)
        pd.testing.assert_frame_equal(before.truth, after.truth)


def test_levels_and_rooms_take_no_part_without_effects():
    """The same people under other levels, in rooms of other names: the same draws, to the last excerpt."""
    swapped = tuple(Room(f"other-{i}", ((STATUTORY, 3), (VOLUNTARY, 3))) for i in range(4))
    one, other = (simulate(plan(event_sd=1, rooms=r, again=6), {}, 3) for r in (rooms(4), swapped))
    assert one.truth["raised"].tolist() == other.truth["raised"].tolist()
    assert one.codings["code"].tolist() == other.codings["code"].tolist()
    assert one.envelopes["stance"].tolist() == other.envelopes["stance"].tolist()
    assert one.excerpts["n_words"].tolist() == other.excerpts["n_words"].tolist()
    assert (one.participants["sector"].cat.codes != other.participants["sector"].cat.codes).all()


def test_codes_are_raised_as_often_as_they_are_popular():
    """4,000 people: the share lies within 4 standard errors, at most 0.032, of the probability."""
    popular = {"a": 0.05, "b": 0.5, "c": 0.93}
    found = shares(simulate(crowd(popularity=popular), {}, 11))
    for code, p in popular.items():
        assert abs(found[code] - p) < 4 * np.sqrt(p * (1 - p) / 4000), code


def test_popularity_is_drawn_from_all_of_its_range():
    """400 codes and 1,000 people: shares run from 0.2 to 0.5, give or take 4 standard errors (0.06)."""
    found = shares(simulate(plan(1, 500, themes=20, codes=20, popularity=(0.2, 0.5), propensity=0), {}, 12))
    assert 0.2 - 0.06 < found.min() < 0.22
    assert 0.48 < found.max() < 0.5 + 0.06
    assert abs(found.mean() - 0.35) < 0.02
    assert not shares(simulate(plan(popularity=(0.0, 0.0)), {}, 1)).any()
    assert shares(simulate(plan(popularity=(1.0, 1.0)), {}, 1)).all()


def odds(raised):
    return np.log(raised.sum() / (~raised).sum())


@pytest.mark.parametrize("effect", [1.2, -0.8])
def test_planted_log_odds_are_recovered(effect):
    """2,000 people at each level: the log odds ratio lies within 4 standard errors, at most 0.35, of the effect."""
    even = dict.fromkeys("abc", 0.4)
    null = simulate(crowd(popularity=even), {}, 13).raised("code")
    raised = simulate(crowd(popularity=even), {("sector", "voluntary", "a"): effect}, 13).raised("code")
    at = np.arange(4000) < 2000
    tables = [raised[at, 0].sum(), (~raised[at, 0]).sum(), raised[~at, 0].sum(), (~raised[~at, 0]).sum()]
    se = np.sqrt((1 / np.array(tables)).sum())
    assert 4 * se < 0.35
    assert abs(odds(raised[at, 0]) - odds(raised[~at, 0]) - effect) < 4 * se
    assert (raised[:, 1:] == null[:, 1:]).all()
    assert (raised[~at] == null[~at]).all()


def test_an_effect_on_a_theme_is_one_on_all_its_codes():
    by_theme = simulate(crowd(), {("sector", "voluntary", "T1"): 1.0}, 2)
    by_code = simulate(crowd(), {("sector", "voluntary", "a"): 1.0, ("sector", "voluntary", "b"): 1.0}, 2)
    pd.testing.assert_frame_equal(by_theme.truth, by_code.truth)
    assert not by_theme.truth.equals(simulate(crowd(), {("sector", "voluntary", "a"): 1.0}, 2).truth)


def said(study):
    """Return how often each person said each code at the first hearing, P × C."""
    one = study.codings[study.codings["coder"] == study.settings.reference_coder].merge(study.excerpts, on="excerpt")
    there = study.events["event"].isin(one["event"].unique()) & ~study.events["event"].str.startswith("again")
    one = one[one["event"].isin(study.events["event"][there])]
    counts = pd.crosstab(one["participant"], one["code"])
    return counts.reindex(study.participants["participant"], columns=study.truth["code"].unique(), fill_value=0)


def test_what_is_raised_is_said_at_least_once_and_what_is_not_never():
    study = simulate(mixed(again=0.5, talk=0.7), {}, 4)
    assert ((said(study).to_numpy() > 0) == study.raised("code")).all()
    assert (said(simulate(mixed(talk=0), {}, 4)).to_numpy() == study.raised("code")).all()


def test_talk_is_overdispersed_by_person():
    """Further excerpts have mean 3 and variance 3 + 9 / steadiness: 21 where that is 0.5; both within a tenth."""
    drawn = simulate(crowd(talk=3, steadiness=0.5, popularity=dict.fromkeys("abc", 1.0)), {}, 14)
    further = said(drawn).to_numpy() - 1
    assert abs(further.mean() - 3) < 0.3
    assert abs(further.var(axis=0).mean() - 21) < 2.1
    together = np.corrcoef(further.T)[0, 1]
    assert abs(together - 18 / 21) < 0.05  # whoever says one code often says another often
    steady = said(simulate(crowd(talk=3, steadiness=1e6, popularity=dict.fromkeys("abc", 1.0)), {}, 14)).to_numpy() - 1
    assert abs(steady.var(axis=0).mean() - 3) < 0.3  # as Poisson


def test_talk_gives_chances_to_raise():
    """Three times the talk: each code three times as often said again, and raised with 1 - (1 - p)**3."""
    popular = dict(zip("abc", (0.1, 0.3, 0.5), strict=True))
    several = {"talk": 2, "steadiness": 50, "popularity": popular, "propensity": 0.0}
    plain = simulate(crowd(**several), {}, 15)
    loud = simulate(crowd(**several, talkative={("sector", "voluntary"): 3.0}), {}, 15)
    raised, further = loud.raised("code"), said(loud).to_numpy() - 1
    at = np.arange(4000) < 2000
    assert (raised[~at] == plain.raised("code")[~at]).all()
    assert raised[at].mean(axis=0) == pytest.approx([1 - (1 - p) ** 3 for p in popular.values()], abs=0.04)
    assert abs(further[at][raised[at]].mean() / further[~at][raised[~at]].mean() - 3) < 0.3


def test_turns_that_are_drawn_are_on_record_as_words():
    """Who takes more turns raises more, whatever their group; words in attendance tell of every first hearing."""
    one = simulate(crowd(turns=6.0, popularity=dict.fromkeys("abc", 0.3), propensity=0.0), {}, 15)
    words = one.attendance.set_index("participant")["words"]
    assert words.notna().all()
    assert list(words.index) == list(one.participants["participant"])
    assert words.mean() == pytest.approx(6 * 22, rel=0.1)
    raised, turns = one.raised("code").mean(axis=1), words.to_numpy() / 22
    for n in (2, 6, 12):
        assert raised[turns == n].mean() == pytest.approx(1 - 0.7 ** (n / 6), abs=0.06)


@pytest.mark.parametrize(("of", "own"), [("sector", True), ("", False)])
def test_an_echo_follows_those_who_are_alike_or_anybody(of, own):
    """Two of each sector a room: with an echo, what one of a sector raises the other raises more readily."""
    rooms_of = plan(1000, 2, themes=1, codes=1, popularity=(0.3, 0.3), propensity=0, echo=2.0, echo_of=of)
    raised = simulate(rooms_of, {}, 4).raised("code").reshape(1000, 4).astype(float)
    alike, apart = np.corrcoef(raised[:, 0], raised[:, 1])[0, 1], np.corrcoef(raised[:, 0], raised[:, 2])[0, 1]
    assert alike > 0.15
    assert (apart < 0.1) == own


def test_interviewers_and_rooms_differ_as_planned():
    """Codes come up alike with one interviewer; a room twice as unlike varies twice as much."""
    people = tuple(one for name in "AB" for one in alone(200, VOLUNTARY, name, interviewer=name))
    many = {"themes": 10, "codes": 10, "popularity": (0.5, 0.5), "propensity": 0}
    raised = simulate(plan(**many, rooms=people, interviewer_sd=1.5), {}, 5).raised("code")
    assert np.abs(raised[:200].mean(axis=0) - raised[200:].mean(axis=0)).mean() > 0.2
    plain = simulate(plan(**many, rooms=people), {}, 5).raised("code")
    assert np.abs(plain[:200].mean(axis=0) - plain[200:].mean(axis=0)).mean() < 0.08
    apart = tuple(Room(f"R{i}", ((VOLUNTARY, 60),), unlike=1.0 + (i % 2) * 3) for i in range(40))
    shares = simulate(plan(**many, rooms=apart, event_sd=0.4), {}, 5).raised("code").reshape(40, 60, 100).mean(axis=1)
    assert shares[1::2].std(axis=0).mean() > 1.8 * shares[::2].std(axis=0).mean()


@pytest.mark.parametrize(("sd", "least", "most"), [(0.0, -0.15, 0.15), (1.5, 0.7, 1.0)])
def test_event_effects_make_the_people_of_a_room_alike(sd, least, most):
    """300 rooms of 20 and 20: the shares of the two levels go together over rooms, if and only if rooms differ."""
    every = plan(300, 20, themes=1, codes=1, popularity=(0.5, 0.5), propensity=0, event_sd=sd)
    raised = simulate(every, {}, 16).raised("code").reshape(300, 2, 20).mean(axis=2)
    assert least < np.corrcoef(raised.T)[0, 1] < most


def test_a_room_is_alike_in_one_code_and_not_in_another():
    every = plan(300, 20, themes=1, codes=2, popularity=(0.5, 0.5), propensity=0, event_sd=1.5)
    raised = simulate(every, {}, 17).raised("code").reshape(300, 40, 2).mean(axis=1)
    assert abs(np.corrcoef(raised.T)[0, 1]) < 0.2


@pytest.mark.parametrize(("sd", "factor"), [(0.0, 1.0), (1.5, 4.0)])
def test_some_people_raise_more_of_everything(sd, factor):
    """The number of 20 codes raised has the variance of a binomial, 5; more than 4 times that where people differ."""
    every = plan(1, 1000, themes=4, codes=5, popularity=(0.5, 0.5), propensity=sd)
    spread = simulate(every, {}, 18).raised("code").sum(axis=1).var() / 5
    assert abs(spread - 1) < 0.15 if factor == 1 else spread > factor


@pytest.mark.parametrize(
    ("again", "people"), [(5, 5), (0.25, 6), (("sector", "voluntary"), 12), (0, 0), (24, 24), (0.99, 24)]
)
def test_who_is_heard_again(again, people):
    before, after = simulate(plan(), {}, 19), simulate(plan(again=again), {}, 19)
    assert len(after.attendance) == people
    assert after.attendance["participant"].is_unique
    later = after.events.iloc[4:]
    assert later["event"].tolist() == after.attendance["event"].tolist()
    assert (later["kind"] == "interview").all()
    assert (later["participants"] == 1).all()
    assert later["order"].tolist() == list(range(5, 5 + people))
    if isinstance(again, tuple):
        sector = after.participants.set_index("participant")["sector"]
        assert (sector.reindex(after.attendance["participant"]) == "voluntary").all()
    first = after.excerpts[~after.excerpts["event"].isin(later["event"])]
    for name in ("excerpt", "participant", "event", "n_words"):
        assert first[name].tolist() == before.excerpts[name].tolist()
    codes = after.codings.set_index("excerpt")["code"].reindex(first["excerpt"])
    assert codes.tolist() == before.codings["code"].tolist()
    second = after.excerpts[after.excerpts["event"].isin(later["event"])].drop_duplicates("event")
    where = after.attendance.set_index("event")["participant"]
    assert where.reindex(second["event"]).tolist() == second["participant"].tolist()


def test_those_heard_again_are_drawn_at_random():
    """Each of 24 people in 75 of 300 studies on average; 40 and 110 are more than 4 standard deviations off."""
    every = plan(again=6)
    drawn = [simulate(every, {}, seed).attendance["participant"].cat.codes for seed in range(300)]
    rows = [tuple(codes) for codes in drawn]
    often = np.bincount(np.concatenate(rows), minlength=24)
    assert len(set(rows)) > 290
    assert often.min() > 40
    assert often.max() < 110


def second_shares(effects, **changes):
    """Return for each code how many of 4,000 people raised it at the second hearing: if not at the first, and if so."""
    study = simulate(crowd(again=4000, popularity=dict.fromkeys("abc", 0.4), **changes), effects, 20)
    again = study.excerpts["event"].str.startswith("again")
    codes = study.codings["code"][again.to_numpy()].cat.codes.to_numpy()
    there = np.zeros((4000, 5), dtype=bool)
    there[study.excerpts["participant"].cat.codes[again], codes] = True
    there, before = there[:, [1, 2, 4]], study.raised("code")
    assert abs(before.mean() - 0.4) < 0.02
    return np.array([[there[before[:, c] == b, c].mean() for b in (False, True)] for c in range(3)])


def test_the_second_hearing_has_chances_of_its_own():
    """2,400 and 1,600 people: each share lies within 0.05, 4 standard errors, of its probability."""
    assert np.abs(second_shares({}, stay=0.0) - 0.4).max() < 0.05
    assert np.abs(second_shares({}, stay=0.5) - [0.2, 0.7]).max() < 0.05
    assert (second_shares({}, stay=1.0) == [0, 1]).all()
    up = 1 / (1 + np.exp(-(np.log(0.4 / 0.6) + 1)))
    only = second_shares({("hearing", "second", "c"): 1.0}, stay=0.5)
    assert np.abs(only[:2] - [0.2, 0.7]).max() < 0.05
    assert np.abs(only[2] - up).max() < 0.05


def count(study, by, level):
    """Return how many at each level of a grouping truly raised each code, as `presence` orders them."""
    grouping, raised = study.grouping(by), study.raised(level)
    people = study.participants
    there = [people[grouping.column] == key for key in grouping.levels]
    if grouping.population:
        there = [t & people["role"].isin(POPULATIONS[grouping.population]["role"]) for t in there]
    return [int(raised[t.to_numpy(), c].sum()) for c in range(raised.shape[1]) for t in there]


@pytest.mark.parametrize("level", ["theme", "code"])
@pytest.mark.parametrize("by", STAFF)
def test_presence_is_the_truth_where_everybody_is_named(by, level):
    for seed in range(3):
        study = simulate(mixed(again=0.6, talk=4), {("role", "manager", "T1"): 2.0}, seed)
        found = presence(study, by, level)
        assert found["lower"].tolist() == found["upper"].tolist() == count(study, by, level)
        assert found["n"].sum() > 0


@pytest.mark.parametrize("by", STAFF)
def test_the_truth_lies_within_the_bounds_where_names_are_lost(by):
    open_ones = 0
    for seed in range(4):
        study = simulate(mixed(blur=0.6, themes=2, codes=2, talk=0.5), {}, seed)
        clear = simulate(mixed(themes=2, codes=2, talk=0.5), {}, seed)
        pd.testing.assert_frame_equal(study.truth, clear.truth)
        found = presence(study, by, "code")
        truth = np.array(count(study, by, "code"))
        assert (found["lower"] <= truth).all()
        assert (truth <= found["upper"]).all()
        open_ones += int((found["lower"] < found["upper"]).sum())
    assert open_ones > 5  # bounds that contain everything anyhow would show nothing


def test_a_blurred_excerpt_keeps_event_role_and_sector():
    """Of some 2,000 excerpts a share of 0.3 loses its name, within 4 standard errors: 0.04."""
    clear, study = (simulate(plan(20, 4, blur=blur, again=20), {}, 21) for blur in (0.0, 0.3))
    assert len(study.excerpts) > 1500
    gone = study.excerpts["participant"].isna()
    assert abs(gone.mean() - 0.3) < 0.04
    whose = clear.excerpts[gone].merge(clear.participants, on="participant", how="left")
    lost = study.excerpts[gone]
    assert lost["event"].tolist() == whose["event"].tolist()
    for name in ("role", "sector"):
        assert lost[name].tolist() == whose[f"{name}_y"].tolist()
    assert (lost["quantifier"] == "one").all()
    kept = study.excerpts[~gone]
    assert kept["participant"].tolist() == clear.excerpts["participant"][~gone].tolist()
    assert kept[["role", "sector", "quantifier"]].isna().all(axis=None)
    assert study.quantifiers[["quantifier", "lower", "upper"]].to_numpy().tolist() == [["one", "1", "all"]]
    assert clear.quantifiers.empty


def views(study):
    """Return the stances that the reference coder gave, one row an excerpt, beside speaker and code."""
    one = study.envelopes[study.envelopes["coder"] == study.settings.stance_coder].merge(study.excerpts, on="excerpt")
    mine = study.codings[study.codings["coder"] == study.settings.reference_coder]
    return one.merge(mine[["excerpt", "code"]], on="excerpt").rename(columns={"stance_x": "stance"})


def test_a_person_takes_one_stance_on_a_code_and_mostly_supports_it():
    """Some 6,000 views: supports 0.85, qualifies 0.1, opposes 0.05, each within 0.02 (4 standard errors)."""
    found = views(simulate(crowd(popularity=dict.fromkeys("abc", 0.5), again=500), {}, 22))
    each = found.groupby(["participant", "code"], observed=True)["stance"].agg(["nunique", "first"])
    assert (each["nunique"] == 1).all()
    share = each["first"].value_counts(normalize=True)
    assert abs(share["supports"] - 0.85) < 0.02
    assert abs(share["qualifies"] - 0.1) < 0.02
    assert abs(share["opposes"] - 0.05) < 0.02
    assert share["context"] == 0


def test_an_effect_on_stance_changes_the_stance_and_nothing_else():
    """Some 1,000 views at each level: 0.7 of the voluntary oppose, within 0.06; codes under other themes as before."""
    popular = dict.fromkeys("abc", 0.5)
    effects = {("sector", "voluntary", "T2", "opposes"): 0.7}
    before, after = (simulate(crowd(popularity=popular), e, 23) for e in ({}, effects))
    pd.testing.assert_frame_equal(before.truth, after.truth)
    same(before, after, but=("envelopes",))
    found = views(after).merge(after.participants[["participant", "sector"]], on="participant", suffixes=("_of", ""))
    each = found.drop_duplicates(["participant", "code"])
    against = (each["stance"] == "opposes").groupby([each["code"], each["sector"]], observed=True).mean()
    assert abs(against["c", "voluntary"] - 0.7) < 0.06
    assert abs(against["c", "statutory"] - 0.05) < 0.03
    assert against["a"].max() < 0.08
    opposing = presence(
        simulate(plan(), {("sector", "voluntary", "T2", "opposes"): 1.0}, 1), "sector", stance="opposes"
    )
    raising = presence(simulate(plan(), {}, 1), "sector")
    there = opposing.set_index(["code", "group"])["lower"]
    assert there["T2", "voluntary"] == raising.set_index(["code", "group"])["lower"]["T2", "voluntary"] > 0


def test_talking_more_does_not_make_it_likelier_to_oppose():
    quiet, loud = (simulate(plan(opposes=0.3, talk=talk), {}, 24) for talk in (0.0, 9.0))
    one, other = (presence(study, "sector", stance="opposes")["lower"].tolist() for study in (quiet, loud))
    assert one == other
    assert len(loud.excerpts) > 5 * len(quiet.excerpts)


def test_each_coder_codes_every_excerpt_and_changes_a_share():
    """Some 10,000 excerpts: the second coder changes 0.2 of codes, and of stances, within 0.016 (4 standard errors)."""
    coders = (Coder("anna", "researcher"), Coder("ben", "model", changed=0.2))
    study = simulate(crowd(coders=coders, popularity=dict.fromkeys("abc", 0.6)), {}, 25)
    assert study.settings.coders == {"anna": "researcher", "ben": "model"}
    wide = study.codings.pivot(index="excerpt", columns="coder", values="code").astype("object")
    assert len(wide) == len(study.excerpts) > 10_000
    assert abs((wide["anna"] != wide["ben"]).mean() - 0.2) < 0.016
    theme = {"a": "T1", "b": "T1", "c": "T2"}
    put = study.envelopes.pivot(index="excerpt", columns="coder", values="theme").astype("object")
    for name in coders:
        assert (wide[name.name].map(theme) == put[name.name]).all()
    stance = study.envelopes.pivot(index="excerpt", columns="coder", values="stance").astype("object")
    assert abs((stance["anna"] != stance["ben"]).mean() - 0.2) < 0.016
    only = simulate(crowd(coders=coders[:1], popularity=dict.fromkeys("abc", 0.6)), {}, 25)
    assert only.codings["code"].tolist() == wide["anna"].tolist()  # the first codes as meant, whoever else does
    assert only.envelopes["stance"].tolist() == stance["anna"].tolist()


def test_what_was_planted_is_told():
    effects = {
        ("sector", "voluntary", "T1"): 1.5,
        ("hearing", "second", "T2-1"): 2.0,
        ("sector", "statutory", "T3", "opposes"): 0.9,
    }
    study = simulate(plan(again=3), effects, 1)
    assert isinstance(study, Simulated)
    assert study.planted.to_numpy().tolist() == [
        ["sector", "voluntary", "T1", "raising", 1.5],
        ["hearing", "second", "T2-1", "raising", 2.0],
        ["sector", "statutory", "T3", "opposes", 0.9],
    ]
    assert list(study.planted.columns) == ["column", "level", "code", "on", "effect"]
    assert simulate(plan(), None, 1).planted.empty


def test_truth_has_a_row_a_person_and_code_and_themes_are_counted_from_it():
    study = simulate(mixed(themes={"T9": ("z", "y"), "T1": ("x",)}), {}, 6)
    people = study.participants["participant"].tolist()
    assert study.truth["participant"].tolist() == [p for p in people for _ in range(3)]
    assert study.truth["code"].tolist() == ["z", "y", "x"] * len(people)
    z, y, x = study.truth["raised"].to_numpy().reshape(-1, 3).T
    assert study.raised("code").T.tolist() == [z.tolist(), y.tolist(), x.tolist()]
    assert study.raised("theme").T.tolist() == [(z | y).tolist(), x.tolist()]


@pytest.mark.parametrize(
    ("effects", "message"),
    [
        ({("sector", "private", "T1"): 1.0}, "nobody in the plan has sector 'private'"),
        ({("wing", "left", "T1"): 1.0}, "nobody in the plan has wing 'left'"),
        ({("sector", "voluntary", "T8"): 1.0}, "no theme or code 'T8'; there are T1, T2, T3, T4, T5, T1-1"),
        ({("sector", "voluntary", "T1", "qualifies"): 0.5}, "write 'opposes'"),
        ({("sector", "voluntary", "T1", "opposes"): 1.5}, "a probability"),
        ({("hearing", "second", "T1", "opposes"): 0.5}, "nobody in the plan has hearing 'second'"),
        ({("hearing", "first", "T1"): 0.5}, "nobody in the plan has hearing 'first'"),
    ],
)
def test_effects_that_are_none_are_refused(effects, message):
    with pytest.raises(ValueError, match=message):
        simulate(plan(), effects, 1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rooms": ()}, "a plan needs rooms"),
        ({"rooms": (Room("A", ()),)}, "each room people"),
        ({"rooms": (Room("A", ((VOLUNTARY, 0),)),)}, "at least 1 of each sort"),
        ({"rooms": (*rooms(1), *rooms(1))}, "names of their own"),
        ({"rooms": (Room("again-01", ((VOLUNTARY, 3),)),), "again": 1}, "names of their own"),
        ({"again": 25}, "25 cannot be interviewed again: 24 people"),
        ({"again": ("sector", "private")}, "nobody in the plan has sector 'private'"),
        ({"rooms": (*rooms(1), *alone(2, {"role": "carer"}, "C")), "again": ("role", "carer")}, "6 people sat in"),
        ({"coders": ()}, "the first coder is the reference"),
        ({"coders": (Coder("a", changed=0.1),)}, "the first coder is the reference"),
        ({"opposes": 0.6, "qualifies": 0.5}, "more than 1 together"),
        ({"popularity": {"T1-1": 0.5}}, "popularity must name every code and nothing else: T1-2, T1-3"),
        ({"talkative": {("sector", "private"): 2.0}}, "nobody in the plan has sector 'private'"),
    ],
)  # fmt: skip
def test_plans_that_cannot_be_carried_out_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        plan(**changes)

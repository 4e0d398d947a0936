"""The worked example: its script makes its tables to the byte, and what its README states is so."""

import re
import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

from plrlib import Study, change, compare, design, load_study, presence, text_of

FOLDER = Path(__file__).resolve().parent.parent / "data" / "raw" / "worked-example"
PUBLISHED = FOLDER.parent / "plr0809-017"
README = (FOLDER / "README.md").read_text(encoding="utf-8")
STAFF, YOUNG = ("manager", "practitioner"), ("young_person",)
FEW = 25
"""How many studies the tests draw, of the 1,000 that the README tells of."""


@pytest.fixture(scope="module")
def study() -> Study:
    return load_study(FOLDER)


@pytest.fixture(scope="module")
def make():
    return SimpleNamespace(**runpy.run_path(str(FOLDER / "make.py")))  # an import would leave a file in the folder


@pytest.fixture(scope="module")
def power(make):
    return make.power(FEW)


def rows(heading):
    """Return the cells of each row of a table of the README, by the first cell of its header."""
    table = re.search(rf"^\| {heading} \|.*\n\|[ -|]*\n((?:\|.*\n)+)", README, re.MULTILINE)
    return [line.strip("| ").split(" | ") for line in table[1].splitlines()]


def planted():
    return {theme[:2]: (by, what, int(found), here) for theme, by, what, found, here in rows("theme")}


def numbers(what):
    """Return the numbers after each word, as {"voluntary": 0.91}."""
    return {word: float(number) for word, number in re.findall(r"(\w+) (\d\.\d+)", what)}


def test_the_script_makes_the_tables_to_the_byte(make, tmp_path):
    make.main(["--to", str(tmp_path)])
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    kept = {path.name: path.read_bytes() for path in FOLDER.iterdir() if path.suffix == ".csv"}
    assert made.keys() == kept.keys()
    assert [name for name, content in kept.items() if made[name] != content] == []
    other = make.tables(1)
    assert other["excerpts.csv"].encode() != kept["excerpts.csv"]


def test_nothing_else_lies_in_the_folder():
    others = {path.name for path in FOLDER.iterdir() if path.suffix != ".csv"}
    assert others == {"README.md", "study.toml", "phrases.toml", "make.py"}


def test_it_is_simulated_and_says_so(study):
    assert study.settings.kind == "simulated"
    assert "Nobody said any of this." in README
    assert "nobody said any of it" in study.settings.source
    assert study.settings.seed == 20261125
    assert f"seed = {study.settings.seed}" in README
    assert study.id == FOLDER.name
    assert study.settings.complete


def test_it_loads_without_any_note(study):
    assert study.notes.empty
    assert study.withdrawn == 0


def test_what_the_readme_counts(study):
    assert {name: str(n) for name, n, _ in rows("table")} == {
        f"{name}.csv": str(len(frame)) for name, frame in study.tables.items()
    }


def test_nine_focus_groups_of_five_each_of_one_role(study):
    people = study.participants
    groups = people.groupby("focus_group", observed=True)["role"].agg(["size", "nunique", "first"])
    assert (groups["size"] == 5).all()
    assert (groups["nunique"] == 1).all()
    assert groups["first"].value_counts().to_dict() == {"manager": 3, "practitioner": 3, "young_person": 3}
    assert len(people) == 45


@pytest.mark.parametrize(
    ("by", "role", "totals"), [("sector", STAFF, [15, 15]), ("provision", YOUNG, [8, 7])], ids=["sector", "provision"]
)
def test_both_levels_sat_in_every_group(study, by, role, totals):
    people = study.participants
    inside = people["role"].isin(role)
    assert people.loc[~inside, by].isna().all()
    each = people[inside].groupby(["focus_group", by], observed=True).size().unstack()
    assert sorted(each.to_numpy().ravel().tolist()) == [2] * len(each) + [3] * len(each)
    assert each.sum().tolist() == totals


def test_what_the_design_tells_apart(study):
    said = {
        by: set(frame[frame["people"] > 0]["separable"])
        for by, frame in ((by, design(study, by)) for by in study.settings.groupings)
    }
    assert said["sector"] == {"within"}
    assert said["provision"] == {"within"}
    assert said["role"] == {"between"}


def test_a_third_was_interviewed_again_one_by_one_spread_evenly(study):
    people = study.participants.set_index("participant")
    again = people.loc[study.attendance["participant"]]
    assert len(again) == 15
    assert again.index.is_unique
    assert study.attendance["event"].is_unique
    assert again["role"].value_counts().to_dict() == {"manager": 5, "practitioner": 5, "young_person": 5}
    assert again["sector"].value_counts().to_dict() == {"voluntary": 5, "statutory": 5}
    assert set(again["focus_group"]) == set(people["focus_group"])
    assert (people["interviewed"] == "yes").sum() == 15
    events = study.events.set_index("event")
    assert events.loc[study.attendance["event"], "order"].min() > events.loc[people["focus_group"], "order"].max()
    assert (events.loc[study.attendance["event"], "kind"] == "interview").all()


def test_half_of_the_practitioners_of_each_sector_and_group_lead(study):
    people = study.participants
    leads = people[people["role"] == "practitioner"]
    assert people.loc[people["role"] != "practitioner", "lead_professional"].isna().all()
    each = leads.groupby("focus_group", observed=True)["lead_professional"].agg(lambda lead: (lead == "yes").sum())
    assert sorted(each) == [2, 3, 3]
    by_sector = leads.groupby("sector", observed=True)["lead_professional"].agg(lambda lead: (lead == "yes").sum())
    assert by_sector.to_dict() == {"voluntary": 4, "statutory": 4}


def test_everything_is_named_and_coded_by_both(study):
    assert study.excerpts["participant"].notna().all()
    for table in (study.codings, study.envelopes):
        assert table.groupby("excerpt", observed=False).size().eq(2).all()
    assert study.envelopes["stance"].notna().all()
    kinds = study.settings.coders
    assert list(kinds) == ["first", "second"]
    assert len(set(kinds.values())) == 2


def test_the_second_coder_disagrees_on_about_one_code_in_eight(study):
    wide = study.codings.pivot(index="excerpt", columns="coder", values="code").astype("object")
    assert 0.08 < (wide["first"] != wide["second"]).mean() < 0.17
    assert "one code in eight" in README


def test_words_show_where_consent_allows_and_nowhere_else(study):
    people = study.participants.set_index("participant")
    assert people["consent_quote"].value_counts().to_dict() == {"yes": 39, "no": 6}
    assert "6 of the 45 let nobody" in README
    yes = (people.loc[study.excerpts["participant"], "consent_quote"] == "yes").to_numpy()
    shown = text_of(study).to_numpy()
    gist = study.excerpts["gist"].to_numpy()
    assert (shown[~yes] == gist[~yes]).all()
    assert (shown[yes] != gist[yes]).all()
    assert (~yes).sum() > 20


def test_words_are_put_together_and_none_come_twice(make):
    lines = make.tables()["excerpts.csv"]
    assert "!" not in lines
    study = make.simulate(*make.design(), make.SETTINGS.seed)
    frame = make.worded(study, make.np.random.default_rng([make.SETTINGS.seed, 1]))
    assert frame["text"].is_unique
    assert frame["text"].str.fullmatch(r"[A-Z][^{}]*\.").all()
    assert frame["gist"].str.fullmatch(r"(Says|Does not agree) that [^{}]*\.").all()
    assert not frame["gist"].str.contains(r"\b(?:I|my|me)\b").any()


def test_an_excerpt_is_of_its_code_and_its_stance(make, study):
    clauses = {code["code"]: code["says"] for theme in make.PHRASES["themes"] for code in theme["codes"]}
    first = study.codings[study.codings["coder"] == "first"].set_index("excerpt")["code"]
    stances = study.envelopes[study.envelopes["coder"] == "first"].set_index("excerpt")["stance"]
    for excerpt, gist in zip(study.excerpts["excerpt"], study.excerpts["gist"], strict=True):
        assert any(clause in gist for clause in clauses[first[excerpt]]), excerpt
        assert gist.startswith("Does not agree") == (stances[excerpt] == "opposes"), excerpt
        assert gist.endswith("with a reservation.") == (stances[excerpt] == "qualifies"), excerpt


def test_the_codebook_is_whole_and_its_own(study):
    codes = study.codebook
    under = codes["parent"].notna()
    assert ((~under).sum(), under.sum()) == (6, 20)
    assert codes.loc[under, "market_side"].value_counts().gt(0).all()
    assert set(codes.loc[under, "market_side"]) == {"demand", "supply", "regulation", "commissioning"}
    assert codes.loc[~under, "market_side"].isna().all()
    assert codes[["label", "definition"]].notna().all(axis=None)
    assert codes["label"].is_unique
    published = load_study(PUBLISHED).codebook
    own = codes["code"][under]
    assert not set(own) & set(published["code"])
    assert not set(codes["label"].str.lower()) & set(published["label"].str.lower())


def test_the_readme_tells_what_is_true_of_every_claim(study):
    told = dict(rows("claim"))
    assert list(told) == study.claims["claim"].tolist()
    sound = dict(zip(study.claims["claim"], study.claims["finding"], strict=True))
    true = {claim for claim, what in told.items() if what.startswith("true: planted")}
    assert {sound[claim] for claim in true} == {"T1", "T2", "T3"}
    assert {sound[claim] for claim in told.keys() - true} == {"T4", "T6"}


def test_the_readme_names_what_is_planted_and_nothing_else(make, study):
    labels = dict(zip(study.codebook["code"], study.codebook["label"], strict=True))
    assert [theme for theme, *_ in rows("theme")] == [f"T{i} {labels[f'T{i}']}" for i in range(1, 6)]
    kept = {(column, theme) for column, _, theme in make.PLANTED} | {(c, theme) for c, _, theme, _ in make.STANCE}
    assert kept == {
        ("sector", "T1"), ("role", "T2"), ("lead_professional", "T2"), ("provision", "T3"), ("sector", "T4"),
        ("hearing", "T5"),
    }  # fmt: skip
    plan, effects = make.design()
    assert numbers(planted()["T4"][1]) == {
        "voluntary": plan.opposes,
        "statutory": make.STANCE["sector", "statutory", "T4", "opposes"],
    }
    assert numbers(planted()["T5"][1]) == {
        "group": make.ANYBODY["T5"],
        "alone": make.PLANTED["hearing", "second", "T5"],
    }
    assert make.PLANTED["lead_professional", "yes", "T2"] == 0.95
    assert make.PLANTED["lead_professional", "no", "T2"] == 0.05
    assert "raise T2 (0.95) and the others do not (0.05)" in README
    assert len(effects) == 2 * 4 + 4 * 3 + 2 * 4 + 1 + 3


def test_the_true_shares_are_as_told(power):
    """25 studies: the share of the smallest level, 175 people, lies within 0.06 of that of 1,000 studies."""
    shares, _ = power
    for theme in ("T1", "T2", "T3"):
        by, what, *_ = planted()[theme]
        assert len(numbers(what)) > 1
        for level, share in numbers(what).items():
            assert abs(shares.loc[theme, f"{by}: {level}"] - share) < 0.06, (theme, level)
    same = shares.loc[["T4", "T5", "T6"]]
    assert (same.max(axis=1) - same.min(axis=1)).max() < 0.12


def test_the_power_is_as_told(power):
    """Of 25 studies with a power of 0.954 fewer than 19 find it in 3 of 100,000."""
    _, found = power
    columns = {"stance of the sectors": "sector, opposing", "first and second hearing": "change"}
    for theme, (by, _, often, _) in planted().items():
        assert often >= 900
        column = columns.get(by, by)
        assert 19 <= found.loc[theme, column] <= FEW
        found.loc[theme, column] = 0
    assert found.to_numpy().sum() <= 5  # found where nothing was planted: 34 in 1,000 studies


def test_what_this_draw_shows_is_as_told(study):
    here = {(by, c) for by in study.settings.groupings for c in found(compare(study, by).frame, "differs")}
    here |= {("stance of the sectors", c) for c in found(compare(study, "sector", stance="opposes").frame, "differs")}
    here |= {("first and second hearing", c) for c in found(change(study), "changed")}
    assert here == {(by, theme) for theme, (by, _, _, told) in planted().items() if told == "yes"}
    assert {theme for theme, (*_, told) in planted().items() if told == "no"} == {"T3"}
    missed = presence(study, "provision").set_index(["code", "group"])
    assert missed.loc[("T3", "targeted"), ["lower", "n"]].tolist() == [8, 8]
    assert missed.loc[("T3", "universal"), ["lower", "n"]].tolist() == [2, 7]
    assert "All 8 young people with a targeted service raised it, and so did 2 of the 7" in README


def found(frame, verdict):
    return set(frame.loc[frame["verdict"] == verdict, "code"])

"""`plr release`: nobody is told apart, no small number can be worked back; tried by somebody who has the copy alone.

Whoever tries enumerates every way in which what is not told could be, by code of its own that reads the CSV files.
"""
# ruff: noqa: E501 - rows of data

import csv
import itertools
import random
from collections import Counter, defaultdict
from pathlib import Path

import pandas as pd
import pytest

import plrlib
from plrlib import load_study
from plrlib.privacy.disclosure import merges, small_groups
from plrlib.privacy.release import Hidden, hidden, release, theme_of

K = 3


def made(folder: Path, seed: int, people: int = 14, k: int = K):
    """Write a study at random: two roles, two sectors, ages of which some are rare, four themes of two codes each."""
    draw = random.Random(seed)
    folder.mkdir(parents=True)
    persons = [
        (
            f"P{n:02}",
            draw.choice(["manager", "practitioner"]),
            draw.choice(["voluntary", "statutory"]),
            draw.choice(["20s", "30s", "30s", "40s", "60s"]),
            f"FG{n % 2 + 1}",
        )
        for n in range(people)
    ]
    excerpts, codings = [], []
    for n in range(people * 3):
        who = draw.choice(persons)[0]
        excerpts.append((f"E{n:03}", who, f"words {who}", f"gist {n}"))
        for code in {
            draw.choice(["a1", "a1", "a2", "b1", "b2", "c1", "c2", "d1", "T1"]) for _ in range(draw.choice([1, 1, 2]))
        }:
            codings.append((f"E{n:03}", "ann", code))
            if draw.random() < 0.3:
                codings.append((f"E{n:03}", "ben", code))
    tables = {
        "participants": [("participant", "role", "sector", "age", "focus_group"), *persons],
        "excerpts": [("excerpt", "participant", "text", "gist"), *excerpts],
        "codings": [("excerpt", "coder", "code"), *codings],
        "codebook": [("code", "parent", "label"), *((t, "", t) for t in ("T1", "T2", "T3", "T4")),
                     *((c, f"T{'abcd'.index(c[0]) + 1}", c) for c in ("a1", "a2", "b1", "b2", "c1", "c2", "d1"))],
    }  # fmt: skip
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(rows)
    (folder / "study.toml").write_text(
        f'[study]\nid = "made"\ncomplete = true\nreference_coder = "ann"\n\n[groupings.role]\nlabel = "Role"\ncolumn = "role"\n'
        'levels = { manager = "Managers", practitioner = "Practitioners" }\n\n[groupings.sector]\nlabel = "Sector"\ncolumn = "sector"\n'
        'levels = { voluntary = "Voluntary", statutory = "Statutory" }\n\n[groupings.age]\nlabel = "Age"\ncolumn = "age"\n'
        'levels = { "20s" = "20s", "30s" = "30s", "40s" = "40s", "60s" = "60s" }\n\n'
        f'[privacy]\nquasi_identifiers = ["role", "sector", "age"]\nsmallest_group = {k}\n',
        encoding="utf-8",
    )
    return load_study(folder)


def shared(study, folder: Path, **more) -> Path:
    for name, data in release(study, "a secret", **more).files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def rows(folder: Path, name: str):
    with (folder / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def numbers_told(folder: Path):
    """Return what the copy tells of who raised what: for each code and theme the people, by each attribute's level."""
    people = {row["participant"]: row for row in rows(folder, "participants.csv")}
    speaker = {row["excerpt"]: row["participant"] for row in rows(folder, "excerpts.csv")}
    above = {row["code"]: row["parent"] or row["code"] for row in rows(folder, "codebook.csv")}
    raised = defaultdict(set)
    for row in rows(folder, "codings.csv"):
        for item in {row["code"], above[row["code"]]}:
            raised[item].add(speaker[row["excerpt"]])
    columns = [c for c in rows(folder, "participants.csv")[0] if c not in ("participant",)]
    return {
        (item, column): Counter(people[p][column] for p in who if p)
        for item, who in raised.items()
        for column in [*columns]
    }


@pytest.mark.parametrize("seed", range(6))
def test_everybody_is_one_of_enough(tmp_path, seed):
    """k-anonymity, counted by pandas from the copy alone, over all that it says of people."""
    folder = shared(made(tmp_path / "study", seed), tmp_path / "copy")
    told = pd.read_csv(folder / "participants.csv", dtype=str, keep_default_na=False).drop(columns="participant")
    assert told.value_counts().min() >= K
    listed = rows(folder, "tables/people.csv")
    assert sum(int(row["people"]) for row in listed) == len(told)
    assert min(int(row["people"]) for row in listed) >= K


@pytest.mark.parametrize("seed", range(6))
def test_no_small_number_is_told(tmp_path, seed):
    folder = shared(made(tmp_path / "study", seed), tmp_path / "copy")
    small = {where: n for where, counts in numbers_told(folder).items() for n in counts.values() if 0 < n < K}
    assert small == {}
    assert all(row["raised"] in ("", "0") or int(row["raised"]) >= K for row in rows(folder, "tables/raised.csv"))


@pytest.mark.parametrize("seed", range(6))
def test_a_small_number_cannot_be_worked_back(tmp_path, seed):
    """Of each theme without speakers, and at each level, more than one number of people is possible, whatever the rule is
    known to be: every way of giving its excerpts to people that leaves some number small is tried, or 20,000 of them."""
    study = made(tmp_path / "study", seed, people=8)
    folder = shared(study, tmp_path / "copy", keep=["sector"])
    people = {row["participant"]: row.get("sector", "") for row in rows(folder, "participants.csv")}
    speaker = {row["excerpt"]: row["participant"] for row in rows(folder, "excerpts.csv")}
    above = {row["code"]: row["parent"] or row["code"] for row in rows(folder, "codebook.csv")}
    loose = defaultdict(set)
    for row in rows(folder, "codings.csv"):
        if not speaker[row["excerpt"]]:
            loose[above[row["code"]]].add(row["excerpt"])
    levels = sorted(set(people.values()))
    draw = random.Random(seed)
    for theme, excerpts in loose.items():
        possible = defaultdict(set)
        n = len(excerpts)
        ways = (
            itertools.product(people, repeat=n)
            if len(people) ** n <= 20_000
            else (draw.choices(list(people), k=n) for _ in range(20_000))
        )
        for way in ways:
            counts = Counter(people[p] for p in set(way))
            if any(0 < count < K for count in (*counts.values(), len(set(way)))):
                for level in levels:
                    possible[level].add(counts[level])
        if len(levels) > 1:
            assert all(len(numbers) > 1 for numbers in possible.values()), (theme, dict(possible))
        themes = theme_of(study)
        true = {p for e, p, c in _said(study) if themes[c] == theme}
        sector = dict(
            zip(study.participants["participant"].astype(str), study.participants["sector"].astype(str), strict=True)
        )
        for level in levels if len(levels) > 1 else ():
            if level:
                assert sum(sector[p] == level for p in true) in possible[level]


def _said(study):
    coded = study.codings[study.codings["coder"] == "ann"].merge(
        study.excerpts[["excerpt", "participant"]].astype(str), on="excerpt"
    )
    return [(r.excerpt, r.participant, str(r.code)) for r in coded.astype(str).itertuples()]


@pytest.mark.parametrize("seed", range(3))
def test_the_tables_tell_no_more_than_the_copy(tmp_path, seed):
    """Counted from the copy, what is told is the same: there is no second source to take the difference of."""
    folder = shared(made(tmp_path / "study", seed), tmp_path / "copy")
    own = numbers_told(folder)
    for row in rows(folder, "tables/raised.csv"):
        counted = own.get((row["code"], row["grouping"]), Counter())[row["level"]]
        assert row["raised"] in ("", str(counted))
        assert counted == 0 or row["raised"] == str(counted)


@pytest.mark.parametrize("seed", range(4))
def test_nothing_of_the_study_is_left_that_could_be_matched(tmp_path, seed):
    """No text, no old id in its old place, no order: the copy's rows do not follow the study's."""
    study = made(tmp_path / "study", seed)
    folder = shared(study, tmp_path / "copy")
    whole = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.csv"))
    assert "words" not in whole
    assert "gist" not in whole
    excerpts = rows(folder, "excerpts.csv")
    assert set(excerpts[0]) == {"excerpt", "participant", "quantifier"}
    told = [row["sector"] for row in rows(folder, "participants.csv")]
    assert told != list(study.participants["sector"].astype(str)) or len(set(told)) == 1
    other = release(study, "another secret").files
    assert other["codings.csv"] != (folder / "codings.csv").read_bytes()
    assert release(study, "a secret").files["codings.csv"] == (folder / "codings.csv").read_bytes()


def test_the_copy_is_a_study_and_says_what_it_lacks(project, tmp_path):
    made(project.folder / "data" / "raw" / "made", 3)
    done = project.plr("release", "made", "--out", str(tmp_path / "copy"))
    assert done.returncode == 0, done.stderr
    readme = (tmp_path / "copy" / "README.md").read_text(encoding="utf-8")
    for words in (
        "among fewer than 3",
        "levels were merged",
        "Attributes left out",
        "without who raised them",
        "ids are new",
    ):
        assert words in readme
        assert words in done.stdout
    study = load_study(tmp_path / "copy")
    assert len(small_groups(study)) == 0
    assert project.plr("check", str(tmp_path / "copy")).returncode == 0
    before = {p: p.read_bytes() for p in (tmp_path / "copy").rglob("*") if p.is_file()}
    project.plr("release", "made", "--out", str(tmp_path / "again"))
    assert {p.name: p.read_bytes() for p in (tmp_path / "again").rglob("*") if p.is_file()} == {
        p.name: d for p, d in before.items()
    }
    assert "may not lie in data/raw/" in project.plr("release", "made", "--out", "data/raw/x").stderr


def test_small_groups_and_merges_say_who_and_what(tmp_path):
    """Against a count by hand: five people, two of them like nobody else."""
    folder = tmp_path / "few"
    study = made(folder, 0, people=5, k=2)
    people = "participant,role,sector,age,focus_group\nP00,manager,voluntary,20s,\nP01,manager,voluntary,20s,\nP02,manager,voluntary,30s,\nP03,practitioner,statutory,40s,\nP04,practitioner,statutory,40s,\n"
    (folder / "participants.csv").write_text(people, encoding="utf-8")
    (folder / "excerpts.csv").write_text("excerpt,participant\nE000,P00\n", encoding="utf-8")
    (folder / "codings.csv").write_text("excerpt,coder,code\nE000,ann,a1\n", encoding="utf-8")
    study = load_study(folder)
    assert small_groups(study)[["participant", "people"]].to_numpy().tolist() == [["P02", 1]]
    best = merges(study).iloc[0]
    assert best[["column", "level", "other", "cost", "gain", "left"]].tolist() == ["age", "20s", "30s", 3, 1, 0]


def test_a_study_too_small_to_share_is_refused(tmp_path):
    study = made(tmp_path / "study", 1, people=2)
    with pytest.raises(ValueError, match="no copy of it can be shared"):
        release(study, "s")
    with pytest.raises(ValueError, match="shoe_size: no quasi-identifier"):
        release(study, "s", ["shoe_size"])


def test_the_worked_example_keeps_what_was_planted(tmp_path):
    """What is safe is still of use: the difference that was put in is found in the copy."""
    folder = shared(load_study("worked-example"), tmp_path / "copy")
    found = plrlib.compare(load_study(folder), "sector").frame
    assert found.set_index("code")["verdict"].astype(str).value_counts()["differs"] == 1


def given(*rows):
    return pd.DataFrame(rows, columns=["excerpt", "code", "theme", "participant"])


def test_if_what_is_told_as_the_theme_would_be_small_all_its_codes_are():
    """One person has the rare code: told as the theme beside a common code, that person would be alone with it."""
    common = [(f"E{n}", "common", "T", f"P{n}") for n in range(6)]
    told = pd.DataFrame({"role": "m"}, index=[f"P{n}" for n in range(6)])
    assert hidden(given(*common), told, 3) == Hidden(frozenset(), frozenset())
    found = hidden(given(*common, ("E9", "rare", "T", "P1")), told, 3)
    assert found == Hidden(frozenset(), frozenset({"common", "rare"}))
    rare = [(f"F{n}", f"rare {n}", "T", f"P{n}") for n in range(3)]  # three of them are enough together
    assert hidden(given(*common, *rare), told, 3).codes == {"rare 0", "rare 1", "rare 2"}


def test_few_of_everybody_are_few_where_no_attribute_is_told():
    two = given(("E1", "c", "T", "P1"), ("E2", "c", "T", "P2"))
    told = pd.DataFrame(index=["P1", "P2"])
    assert hidden(two, told, 3).themes == {"T"}
    assert hidden(two, told, 2).themes == set()


def test_an_attribute_called_people_is_not_taken_for_a_count_of_people(tmp_path):
    """Overwritten by the count, it would let groups of one size be told as one; what is left out is no trouble."""
    made(tmp_path / "study", 1, people=24)
    for name in ("participants.csv", "study.toml"):
        path = tmp_path / "study" / name
        path.write_text(path.read_text(encoding="utf-8").replace("sector", "people"), encoding="utf-8")
    study = load_study(tmp_path / "study")
    with pytest.raises(ValueError, match="column 'people' is what a copy calls a count; rename it"):
        release(study, "s", ["role", "people"])
    assert release(study, "s", ["role"]).files["tables/people.csv"].startswith(b"role,people")

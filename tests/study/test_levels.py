"""Levels of a codebook: any depth, what counts for what, a root that is passed over, and what is shown."""

import random
from dataclasses import replace

import numpy as np
import pytest
from stats.made import TOML, made, said
from study_maker import least, the_fault

from plrlib import compare, presence, show
from plrlib.explorer.answers import choices
from plrlib.show.labels import named_codes, noun
from plrlib.study.evidence import codes_at, counts_for, evidence, level_of, levels_of
from plrlib.study.settings import Comparison

ROOTED = """
    code,parent,label
    R,,Everything
    A,R,First
    B,R,Second
    a1,A,A one
    a2,A,A two
    x,a1,Under A one
    y,a1,Also under A one
    b1,B,B one
    """
SAID = ("V1,,,, > x", "V2,,,, > a1 a2", "V3,,,, > b1", "S1,,,, > R", "S2,,,, > A x")


def raised(study, level):
    """Who raised what, by name."""
    found = evidence(study, level)
    names = study.participants["participant"].astype(str).to_numpy()
    return {code: set(names[study.prepared.speaker[found.excerpts(code)]]) for code in found.codes}


def test_a_root_is_passed_over_and_every_depth_counts_what_stands_under_it(tmp_path):
    study = made(tmp_path, codebook=ROOTED, **said(*SAID))
    assert study.prepared.passed_over == ["R"]
    assert "stands above the whole codebook and was given 1 time" in study.notes["message"].str.cat()
    assert raised(study, "theme") == {"A": {"V1", "V2", "S2"}, "B": {"V3"}}
    # A was given as a code, so that it stands for itself above depth 2; nothing given to it is lost.
    assert raised(study, 2) == {"A": {"V1", "V2", "S2"}, "a1": {"V1", "V2", "S2"}, "a2": {"V2"}, "b1": {"V3"}}
    everyone = {"V1", "V2", "V3", "S1", "S2"}
    whole = {"R": everyone, "A": {"V1", "V2", "S2"}, "a1": {"V1", "V2", "S2"}, "a2": {"V2"}, "x": {"V1", "S2"}}
    assert raised(study, "code") == {**whole, "y": set(), "b1": {"V3"}}  # B was given to nothing
    assert evidence(study, "code").excerpts("A").tolist() == sorted(set(evidence(study, "code").excerpts("A").tolist()))
    assert levels_of(study) == ["theme", "2", "code"]
    assert [level_of(study, codes) for codes in (["A"], ["a1", "b1"], ["y"], ["R"])] == ["theme", "2", "code", "code"]
    assert noun(study, "2") == "code of depth 2"
    assert named_codes(study, "2") == {"A": "First", "a1": "A one", "a2": "A two", "b1": "B one"}
    assert list(choices(study).level.values()) == ["Themes", "Codes of depth 2", "Codes"]


def test_a_root_below_a_root_and_one_that_sorts_excerpts(tmp_path):
    book = "code,parent,label\nR,,All\nS,R,Also all\nA,S,First\nB,S,Second\n"
    study = made(tmp_path, codebook=book, **said("V1,,,, > A"))
    assert study.prepared.passed_over == ["R", "S"]
    assert list(study.themes["code"]) == ["A", "B"]
    assert [study.prepared.paths[code] for code in "RSA"] == [["R"], ["S"], ["A"]]
    # What excerpts were put under is a theme, whatever stands beside it.
    book, sorted_ = "code,parent,label\nT1,,A theme\nc1,T1,A code\n", "excerpt,coder,theme\nE1,me,T1\n"
    study = made(tmp_path, codebook=book, envelopes=sorted_, **said("V1,,,, > c1"))
    assert list(study.themes["code"]) == ["T1"]
    assert list(made(tmp_path, codebook=book, **said("V1,,,, > c1")).themes["code"]) == ["c1"]
    rooted = {"codebook": "code,parent,label\nR,,All\nA,R,First\nB,R,Second\na1,A,A one\n"}
    codings = "excerpt,coder,code\nE01,anna,a1\n"
    fault = the_fault(least(tmp_path / "d", **rooted, codings=codings, envelopes="excerpt,coder,theme\nE01,anna,a1\n"))
    assert (fault.value, fault.allowed, fault.remedy) == ("a1", "A, B", "write the theme it stands under, 'A'")


@pytest.mark.parametrize("seed", range(4))
def test_levels_of_random_codebooks_against_a_walk_up_every_code(tmp_path, seed):
    draw = random.Random(seed)
    names = [f"n{i}" for i in range(14)]
    above = {name: draw.choice(["", *names[:i]]) if i > 1 else "" for i, name in enumerate(names)}
    codebook = "code,parent,label\n" + "".join(f"{name},{above[name]},{name}\n" for name in names)
    people = ("V1", "V2", "V3", "S1", "S2", "S3", "S4")
    given = [(draw.choice(people), draw.choice(names)) for _ in range(9)]
    study = made(tmp_path, codebook=codebook, **said(*(f"{who},,,, > {code}" for who, code in given)))

    def up(code):
        return [code, *(up(above[code]) if above[code] else [])]

    deepest, parents = max(len(up(name)) for name in names), set(above.values())
    for level in ("theme", *range(2, deepest + 1), "code"):
        depth = {"theme": 1, "code": 99}.get(level, level)
        own = {name for name in names if name not in parents or name in {code for _, code in given}}
        rows = [n for n in names if len(up(n)) == depth or (len(up(n)) < depth and n in own)]
        assert raised(study, level) == {row: {who for who, code in given if row in up(code)} for row in rows}
        pairs = {(names[c], codes_at(study, level)[0][r]) for c, r in zip(*counts_for(study, str(level)), strict=True)}
        assert pairs == {(name, row) for name in names for row in up(name) if row in rows}


def test_a_depth_that_there_is_not(tmp_path):
    study = made(tmp_path, codebook=ROOTED, **said(*SAID))
    for level in (0, 1, 4, "deep"):
        with pytest.raises(ValueError, match=f"level is 'theme' or 'code', or a depth from 2 to 3, not '{level}'"):
            presence(study, "sector", level=level)
    plan = '[[comparisons]]\nby = "sector"\nlevel = {}\n'
    study = made(tmp_path, codebook=ROOTED, toml=TOML + plan.format(2), **said(*SAID))
    assert set(compare(study, "sector", level=2).frame["status"]) == {"planned"}
    assert set(compare(study, "sector", level="2").frame["level"]) == {"2"}
    assert set(compare(study, "sector").frame["status"]) == {"exploratory"}
    for level, told in ((3, "is deeper than the codebook, which has 1"), ('"side"', "is not known")):
        fault = the_fault(
            least(
                tmp_path / "c",
                toml=f'[study]\nid = "m"\n[groupings.x]\nlevels = {{ a = "A", b = "B" }}\n'
                f'[[comparisons]]\nby = "x"\nlevel = {level}\n',
                participants="participant,x\nR1,a\nR2,b\n",
            )
        )
        assert told in fault.message
        assert fault.column == "comparisons.level"


def test_an_event_asked_about_the_root_was_asked_about_all(tmp_path):
    asked = "event,code\nA,R\nB,b1\n"
    study = made(tmp_path, codebook=ROOTED, asked=asked, **said("V1,A,,, > x"))
    n = {level: presence(study, "sector", level).set_index(["code", "group"])["n"] for level in ("theme", "2", "code")}
    assert n["theme"].tolist() == [2, 1, 3, 4]
    assert n["2"].loc[["a1", "b1"]].tolist() == [2, 1, 3, 4]


# A root, one container below it, and a difference that only the codes show.


def one_theme(folder):
    """A simulated study as a program writes it: a root above categories, and one of them alone is raised unequally."""
    book = ["code,parent,label", "R,,All codes", *(f"K{k},R,Category {k}" for k in range(2))]
    book += [f"c{k}-{i},K{k},Code {k}-{i}" for k in range(2) for i in range(3)]
    draw, rows = np.random.default_rng(5), []
    people = [f"{who}{i}" for who in "VS" for i in range(12)]
    for who in people:
        some = [f"c{k}-{i}" for k in range(2) for i in range(1, 3) if draw.random() < 0.6]
        rows += [(who, code) for code in [*some, "c0-0" if who[0] == "V" else "c0-1"]]
    tables = {
        "participants": "participant,role,sector,focus_group\n"
        + "".join(f"{p},manager,{'voluntary' if p[0] == 'V' else 'statutory'},A\n" for p in people),
        "excerpts": "excerpt,participant\n" + "".join(f"E{n},{who}\n" for n, (who, _) in enumerate(rows)),
        "codings": "excerpt,coder,code\n" + "".join(f"E{n},me,{code}\n" for n, (_, code) in enumerate(rows)),
        "codebook": "\n".join(book) + "\n",
        "events": None,
        "quantifiers": None,
    }
    return made(folder, **tables)


def test_what_only_the_next_level_shows_is_found_there(tmp_path):
    study = one_theme(tmp_path)
    assert len(study.themes) == 2
    assert "differs" not in set(compare(study, "sector").frame["verdict"])
    below = show.more_levels(study, compare(study, "sector"))
    assert "“Code 0-0”" in below.parts[0].sentences[0] + below.parts[0].sentences[1]
    assert below.parts[1].frame.set_index("code").loc["Code 0-0", "verdict"] == "differs"
    assert "<figure>" in below._repr_html_()
    # A planned level is shown as well.
    plans = (Comparison("sector", "2"), Comparison("sector"), Comparison("role", "code"))
    planned = replace(study, settings=replace(study.settings, comparisons=plans))
    assert len(show.more_levels(planned, compare(planned, "sector")).parts) == 2 * len(below.parts)

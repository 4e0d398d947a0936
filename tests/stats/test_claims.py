"""Which excerpts are evidence for a claim, and how many people that is: by hand, and against every completion."""

from itertools import chain, combinations, product

import pytest
from claimed import claims_of

from plrlib import NotInStudy, joint_display, load_study
from plrlib.stats.claims import claim_evidence, excerpts_of, people_by_stance
from stats.made import TOML, made

STANCED = TOML.replace('id = "made"', 'id = "made"\nstance_coder = "me"\nreference_coder = "me"')
CLAIMS = "claim,finding,who,gist\nC1,T1,staff,First\n"


def stanced(tmp_path, rows, toml=STANCED, claims=CLAIMS, coded=True, **tables):
    """Make a study from rows `excerpt cells > theme stance`; each excerpt has the code c1."""
    excerpts, envelopes = ["excerpt,participant,event,role,sector,quantifier,form"], ["excerpt,coder,theme,stance"]
    for number, row in enumerate(rows, 1):
        cells, _, place = row.partition(">")
        theme, stance = place.split() if len(place.split()) == 2 else (place.strip(), "")
        excerpts.append(f"E{number},{cells.strip()}")
        envelopes.append(f"E{number},me,{theme},{stance}")
    codings = "\n".join(["excerpt,coder,code", *(f"E{i},me,c1" for i in range(1, len(rows) + 1))]) + "\n"
    tables = {"excerpts": "\n".join(excerpts) + "\n", "envelopes": "\n".join(envelopes) + "\n", **tables}
    return made(tmp_path, toml, claims=claims, codings=codings, **tables)


def test_evidence_is_what_the_stance_coder_put_under_the_theme(tmp_path):
    rows = ["V1,A,,,,quoted > T1 supports", "S1,A,,,,reported > T2 supports", "V2,A,,,,quoted > T1"]
    study = stanced(tmp_path, [*rows, ",A,,,one, > T1 opposes"])
    found = claim_evidence(study)
    assert found["excerpt"].tolist() == ["E1", "E3", "E4"]
    assert found["part"].tolist() == ["supports", "no stance", "opposes"]
    assert found["form"].isna().tolist() == [False, False, True]
    assert found["certain"].all()  # all of them are staff
    assert excerpts_of(study, "T2") == ("E2",)


def test_whoever_the_claim_is_not_about_is_counted_apart(tmp_path):
    toml = STANCED.replace("[groupings.sector]", 'heads = { role = ["manager"] }\n[groupings.sector]')
    rows = ["V1,A,,,, > T1 supports", "V3,B,,,, > T1 supports", ",A;B,,,one, > T1 opposes", ",B,,,one, > T1 opposes"]
    study = stanced(tmp_path, rows, toml, claims="claim,finding,who,gist\nC1,T1,heads,First\n")
    found = claim_evidence(study)
    assert found["part"].tolist() == ["supports", "others", "opposes", "others"]
    assert found["certain"].tolist() == [True, False, False, False]
    row = joint_display(study).frame.iloc[0]
    assert (row["excerpts"], row["others"], row["certain"], row["people"]) == (2, 2, 1, 3)


def test_what_leaves_goes_by_sorters_of_another_kind_alone(tmp_path):
    toml = STANCED + '[coders]\nme = { kind = "a" }\nyou = { kind = "a" }\nthey = { kind = "b" }\n'
    study = stanced(tmp_path, ["V1,A,,,, > T1 supports", "V2,A,,,, > T1 supports"], toml)
    folder = study.folder
    rows = "E1,you,T2,\nE2,you,T2,\nE1,they,T1,\nE2,they,T2,\n"
    (folder / "envelopes.csv").write_text((folder / "envelopes.csv").read_text() + rows)
    found = claim_evidence(load_study(folder))
    assert found["left"].tolist() == [(), ("they",)]
    assert joint_display(load_study(folder)).frame["left"].tolist() == [1]
    assert joint_display(study).frame["left"].isna().all(), "nobody of another kind sorted"


def test_without_envelopes_the_codes_say_what_is_evidence_and_there_are_no_stances(tmp_path):
    study = made(tmp_path, claims=CLAIMS)
    found = claim_evidence(study)
    assert found[["excerpt", "part"]].to_numpy().tolist() == [["E1", "no stance"]]
    assert joint_display(study).frame["rule"].tolist() == [11]


def test_a_claim_may_rest_on_a_code(tmp_path):
    claims = "claim,finding,who,gist\nC1,c1,staff,First\nC2,c3,staff,Second\n"
    study = stanced(tmp_path, ["V1,A,,,,quoted > T1 supports", "V2,A,,,,quoted > T2 opposes"], claims=claims)
    found = claim_evidence(study)
    # E2 has the code, but its stance is to another theme than that of the code
    assert found[["claim", "excerpt", "part"]].to_numpy().tolist() == [
        ["C1", "E1", "supports"],
        ["C1", "E2", "no stance"],
    ]
    assert joint_display(study).frame["excerpts"].tolist() == [2, 0]


def test_without_claims_it_says_so(tmp_path):
    with pytest.raises(NotInStudy, match=r"This study has no claims\.csv"):
        joint_display(made(tmp_path))


# Whom an excerpt fits, and the fewest voices it has: every way of saying who its voices are is tried.
PEOPLE = {"V1": "A", "V2": "A", "S1": "A", "V3": "B", "S2": "B", "S3": "B", "S4": "B"}
ROWS = {
    "V1,A,,,, > T1 supports": ({"V1"}, 1),
    ",A,,,two, > T1 supports": ({"V1", "V2", "S1"}, 2),
    ",A,,voluntary,one, > T1 opposes": ({"V1", "V2"}, 1),
    ",B,,,majority, > T1 supports": ({"V3", "S2", "S3", "S4"}, 3),
    ",A;B,,statutory,several, > T1 opposes": ({"S1", "S2", "S3", "S4"}, 3),
    ",B,,,two, > T1 qualifies": ({"V3", "S2", "S3", "S4"}, 2),
    ",,manager,,one, > T1 supports": ({"V1", "V2", "S1"}, 1),
}


def _voices(candidates, fewest):
    return chain.from_iterable(combinations(sorted(candidates), k) for k in range(fewest, len(candidates) + 1))


def _brute(rows, stance, among):
    """Return the smallest and largest number of people among some who are a voice of an excerpt with a stance."""
    ways = [list(_voices(*ROWS[row])) for row in rows if row.endswith(stance)]
    sizes = [len(set(chain.from_iterable(way)) & among) for way in product(*ways)]
    return [min(sizes), max(sizes)]


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_people_are_counted_between_bounds_over_every_completion(tmp_path, k):
    voluntary = {who for who in PEOPLE if who.startswith("V")}
    tried = 0
    for rows in combinations(ROWS, k):
        study = stanced(tmp_path, rows)
        evidence = claim_evidence(study)
        [everybody] = people_by_stance(study, "C1", evidence)
        levels = people_by_stance(study, "C1", evidence, study.grouping("sector"))
        for some, among in ((everybody, set(PEOPLE)), (levels[0], voluntary), (levels[1], set(PEOPLE) - voluntary)):
            assert some.n == len(among)
            for stance in ("supports", "qualifies", "opposes"):
                assert [some.least(stance), some.most(stance)] == _brute(rows, stance, among), (rows, stance)
                tried += 1
    assert tried == 9 * len(list(combinations(ROWS, k)))


def test_people_named_count_once_a_stance_whenever_they_were_heard():
    """Oracle: sets of people by pandas, from the worked example's tables as they are."""
    study, found = claims_of("worked-example")
    joined = study.excerpts[["excerpt", "participant"]].merge(
        study.envelopes[study.envelopes["coder"] == "first"], on="excerpt"
    )
    joined = joined.astype("object").merge(study.participants.astype("object"), on="participant")
    staff = {"staff": ["manager", "practitioner"], "young people": ["young_person"]}
    for claim in found.frame.itertuples():
        rows = joined[joined["theme"] == claim.finding]
        theirs = rows[rows["role"].isin(staff[claim.who])] if isinstance(claim.who, str) else rows
        assert claim.excerpts == len(theirs)
        assert claim.others == len(rows) - len(theirs)
        for stance in ("supports", "qualifies", "opposes"):
            people = theirs.loc[theirs["stance"] == stance, "participant"]
            assert getattr(claim, stance) == len(people)
            assert getattr(claim, f"{stance}_lower") == getattr(claim, f"{stance}_upper") == people.nunique()

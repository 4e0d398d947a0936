"""Comparisons of studies that lack things: all sentences, tables and pictures are there and show no missing value."""

import re

import pytest
from stats.made import TOML, made, said
from study_maker import RICH_TOML, least, rich

from plrlib import NotInStudy, compare, load_study, show

MISSING = re.compile(r"\bnan\b|NaN|<NA>|\bNone\b(?! of)|\binf\b")
ALONE = '[study]\nid = "alone"\ncomplete = true\n[groupings.sector]\nlevels = { v = "Voluntary", s = "Statutory" }\n'


def everything(study, by):
    """Return all that notebooks 04 and 09 show, as text."""
    found = compare(study, by)
    of_found = [show.compared_say, show.compare_say, show.compare_table, show.why_table, show.forest_picture]
    of_found += [show.stance_say, show.power_say, show.power_picture, show.others_table, show.limits_of_comparing]
    of_by = [show.people_picture, show.ranges_picture, show.evidence_say, show.evidence_table, show.evidence_picture]
    of_study = [show.twice_say, show.hearings_say, show.hearings_picture, show.change_say, show.change_table]
    shown = [one(study, found) for one in of_found] + [one(study, by) for one in of_by]
    shown += [one(study) for one in (*of_study, show.change_picture, show.limits_of_change)]
    texts = [repr(one) for one in shown]
    texts += [one.caption + one.alt for one in shown if isinstance(one, show.Picture)]
    return "\n".join(texts)


def test_a_study_without_events(tmp_path):
    people = "participant,sector\nR1,v\nR2,s\nR3,v\nR4,s\n"
    text = everything(load_study(least(tmp_path / "s", toml=ALONE, participants=people)), "sector")
    assert not MISSING.search(text)
    assert "sector: 1 voluntary and 1 statutory people are compared, over 1 theme." in text


def test_a_study_with_every_table(tmp_path):
    text = everything(load_study(rich(tmp_path / "s", toml=RICH_TOML)), "sector")
    assert not MISSING.search(text)
    assert "words of three" not in text


def test_a_level_with_nobody(tmp_path):
    toml = TOML.replace('practitioner = "Practitioners" }', 'practitioner = "Practitioners", carer = "Carers" }')
    text = everything(made(tmp_path, toml, **said("V1,,,, > c1", ",A;B,,,two > c3")), "role")
    assert not MISSING.search(text)
    assert "Carers" in text


def test_a_grouping_about_nobody(tmp_path):
    toml = TOML.replace('label = "Sector"', 'label = "Sector"\npopulation = "nobody"').replace(
        "[populations]", '[populations]\nnobody = { role = ["director"] }'
    )
    people = "participant,role,sector,focus_group\nV1,manager,voluntary,A\nV2,practitioner,voluntary,A\n"
    study = made(tmp_path, toml, participants=people + "S1,manager,statutory,A\n")
    text = everything(study, "sector")
    assert not MISSING.search(text)


def test_without_the_grouping_there_is_one_sentence(tmp_path):
    with pytest.raises(NotInStudy, match=r"^This study has no grouping called 'sector'; those it declares: none\.$"):
        compare(load_study(least(tmp_path / "s")), "sector")

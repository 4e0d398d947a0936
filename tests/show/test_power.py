"""What a design could have shown: the gap in the title is the exact one, and the curves cross where they should."""

from itertools import product

import numpy as np
import pytest
from scipy.stats import fisher_exact
from stats.made import made

from plrlib import compare, load_study, power, show, smallest_difference
from plrlib.show import power as powering
from show.frames import apart, boxes, found
from show.rooms import everyone, two_rooms


@pytest.fixture(scope="module")
def published():
    return load_study("plr0809-017")


@pytest.fixture(scope="module")
def sector(published):
    return found(published, "sector", *[("not attributed", {})] * 7, status="planned", alpha=0.05 / 3, method=None)


def widest(n, bar):
    """Return the smallest number of n against none of n whose Fisher p is at most the bar."""
    return next((k for k in range(n + 1) if fisher_exact([[k, n - k], [0, n]])[1] <= bar), None)


def test_the_gap_in_the_title_is_the_smallest_that_shows(published, sector):
    assert (widest(7, 0.05), widest(7, 0.05 / 3 / 7)) == (5, 7)
    assert show.power_say(published, sector).sentences[0] == (
        "With 7 voluntary and 7 statutory staff, only a gap as wide as 5 of 7 against none would have shown in one "
        "theme alone; with 7 themes compared, 7 of 7 against none."
    )


def test_each_gap_told_shows_and_one_person_less_does_not(published, sector):
    told = show.power_say(published, sector).sentences[1]
    assert told.startswith("One theme alone: 6 against 1 and 7 against 2 would have shown; against 3 or more, nothing.")
    shown = {(a, b) for a, b in product(range(8), range(8)) if a > b and _p(a, b) <= 0.05}
    assert {min(a for a, c in shown if c == b) for b in range(3)} == {5, 6, 7}
    assert not any(b > 2 for _, b in shown)


def _p(a, b):
    return fisher_exact([[a, 7 - a], [b, 7 - b]])[1]


def test_the_curves_cross_where_the_exact_power_does(published, sector):
    sizes = powering.sizes_of(published, sector)
    assert (sizes.n, sizes.rooms) == ((7, 7), ())
    for alpha, family in ((0.05, 1), (0.05 / 3, 7)):
        exact = float(smallest_difference((7, 7), alpha=alpha, family=family)["true_1"].iloc[0])
        assert powering.enough_share(sizes, alpha, family) == pytest.approx(exact, abs=0.002)
    drawn = powering.power_curves(sizes, sector, "theme")
    one = drawn[drawn["curve"] == "one theme alone"]
    some = one.iloc[[60, 120, 200]]
    assert np.allclose(some["power"], power((7, 7), [(x, 0.0) for x in some["share"]])["power"])


def test_rooms_are_allowed_for(tmp_path):
    study = two_rooms(tmp_path, {"T1": everyone("V")})
    rows = compare(study, "sector")
    sizes = powering.sizes_of(study, rows)
    assert sizes.rooms == ((6, 6), (6, 6))
    drawn = powering.power_curves(sizes, rows, "theme")
    exact = power(None, [(0.5, 0.0)], blocks=[(6, 6), (6, 6)])["power"].iloc[0]
    assert drawn["power"].iloc[powering.STEPS // 2] == pytest.approx(exact)
    unlike = powering.Sizes(("voluntary", "statutory"), (7, 7), ((6, 1), (1, 6)), best=False)
    alike = powering.Sizes(("voluntary", "statutory"), (7, 7), (), best=False)
    assert powering.enough_share(alike, 0.05, 1) == pytest.approx(0.772, abs=0.001)
    assert powering.enough_share(unlike, 0.05, 1) == pytest.approx(0.901, abs=0.001)
    assert (
        " in 2 rooms, a difference from none would have shown 4 times in 5" in show.power_say(study, rows).sentences[0]
    )


def test_of_more_levels_the_two_largest_are_the_best_case(published):
    rows = found(published, "role", *[("confounded", {})] * 7, method=None)
    told = show.power_say(published, rows).sentences
    assert told[0].startswith("This would hold only if levels could be told from rooms; here they cannot")
    assert told[1].startswith("Role, at best: with 7 managers and 10 young people, only a gap as wide as 4 of 7")


def test_whole_events_are_not_people(tmp_path):
    study = made(tmp_path)
    rows = found(study, "role", *[("too few to tell", {"p_min": 1 / 3})] * 2, method="whole events")
    assert "\n".join(show.power_say(study, rows).sentences) == (
        "Whole events are compared, so their number counts and not that of people. The widest gap there could be "
        "would come by chance in 33 of 100 studies, which is not rare enough to show."
    )
    told = show.power_picture(study, rows)
    assert told.sentences == ("There is no curve to draw over people, since whole events are compared.",)


def test_no_gap_at_all(tmp_path):
    people = "participant,role,sector,focus_group\nV1,manager,voluntary,A\nS1,manager,statutory,A\n"
    study = made(tmp_path, participants=people)
    told = show.power_say(study, found(study, "sector", *[("too few to tell", {})] * 2)).sentences
    assert told[0] == "With 1 voluntary and 1 statutory people, no gap at all would have shown."
    assert len(told) == 1, "no number is told twice"
    picture = show.power_picture(study, found(study, "sector", *[("too few to tell", {})] * 2))
    assert picture.sentences == (f"{told[0][:-1]}: there is no curve to draw.",)


def test_the_picture(published, sector, monkeypatch):
    kept = []
    draw = powering.curves
    monkeypatch.setattr(powering, "curves", lambda *a: kept.append(draw(*a)) or kept[0])
    picture = show.power_picture(published, sector)
    assert "one theme alone, from 5.4 of 7 on" in picture.caption
    texts = [t.get_text() for t in kept[0].axes[0].texts]
    assert {"4 times in 5 (80 %)", "none", "7 of 7", "one theme alone", "as here, 7 themes"} <= set(texts)
    boxed, _ = boxes(kept[0])
    wide, high = kept[0].get_size_inches()
    assert all(left >= 0 and top >= 0 and right <= wide and bottom <= high for left, top, right, bottom in boxed)
    assert all(apart(a, b) for i, a in enumerate(boxed) for b in boxed[:i])

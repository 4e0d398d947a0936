"""Coefficients of agreement against what others compute of the same tables, and against published examples."""

import csv
from pathlib import Path

import krippendorff
import numpy as np
import pytest
from statsmodels.stats.inter_rater import cohens_kappa, to_table

from plrlib.stats.coefficients import Units, masi, masi_product, one_of_many, yes_or_no

ORACLES = Path(__file__).parents[1] / "oracles"
# Krippendorff 2011, section C: four observers, twelve units, ratings missing; alpha for nominal data is 0.743.
KRIPPENDORFF = """
1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 .
"""
# Gwet 2008: two raters, 125 subjects, 118 of whom both call the same.
GWET = np.array([[118, 5], [2, 0]])


def read(text):
    """Return R × E ratings from rows of words; `.`: not seen."""
    return np.array([[-1 if cell == "." else int(cell) for cell in row.split()] for row in text.strip().splitlines()])


def coefficients(ratings, sets_of=None):
    used, numbered = np.unique(ratings[ratings >= 0], return_inverse=True)
    category = np.full(ratings.shape, -1)
    category[ratings >= 0] = numbered
    sets = None if sets_of is None else sets_of(used)
    found = one_of_many(category, len(used), sets=sets)(np.ones((1, ratings.shape[1])))
    return {name: float(value[0]) for name, value in found.items()}


def drawn(rng, missing):
    shape = (int(rng.integers(2, 5)), int(rng.integers(3, 30)))
    ratings = rng.integers(0, rng.integers(2, 5), size=shape)
    ratings[1:] = np.where(rng.random(ratings[1:].shape) < 0.6, ratings[0], ratings[1:])
    return np.where(rng.random(shape) < missing, -1, ratings)


def oracle(kind):
    with (ORACLES / "agreement.csv").open(encoding="utf-8") as file:
        rows = [(row["table"], float(row["value"])) for row in csv.DictReader(file) if row["kind"] == kind]
    assert len(rows) >= 150
    return [(read(table.replace(";", "\n")), value) for table, value in rows]


def test_krippendorffs_own_example():
    assert round(coefficients(read(KRIPPENDORFF))["alpha"], 3) == 0.743


def test_gwets_own_example():
    """Gwet 2008: agreement of 0.9440 by chance-corrected kappa of -0.0234 and AC1 of 0.9408."""
    pairs = [(i, j) for i in (0, 1) for j in (0, 1) for _ in range(GWET[i, j])]
    found = coefficients(np.array(pairs).T)
    assert round(found["raw"], 4) == 0.9440
    assert round(found["kappa"], 4) == -0.0234
    assert round(found["AC1"], 4) == 0.9408


@pytest.mark.parametrize("kind", ["AC1", "raw"])
def test_gwets_coefficient_is_that_of_irrcac(kind):
    for ratings, value in oracle(kind):
        assert coefficients(ratings)[kind] == pytest.approx(value, abs=1e-12)


def test_alpha_of_sets_is_that_of_nltk():
    def sets(used):
        return np.array([[number >> code & 1 for code in range(4)] for number in used], dtype=bool)

    for ratings, value in oracle("masi"):
        assert coefficients(ratings, sets)["alpha"] == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize("missing", [0, 0.1, 0.4])
def test_alpha_is_that_of_the_krippendorff_package(missing):
    rng, compared = np.random.default_rng(2011), 0
    for _ in range(300):
        ratings = drawn(rng, missing)
        pairable = (ratings >= 0).sum(axis=0) > 1
        if len(np.unique(ratings[:, pairable][ratings[:, pairable] >= 0])) < 2:
            continue
        data = np.where(ratings < 0, np.nan, ratings)
        theirs = krippendorff.alpha(reliability_data=data, level_of_measurement="nominal")
        assert coefficients(ratings)["alpha"] == pytest.approx(theirs, abs=1e-12)
        compared += 1
    assert compared > 250


def test_kappa_of_two_is_that_of_statsmodels():
    rng, compared = np.random.default_rng(1960), 0
    for _ in range(300):
        ratings = drawn(rng, 0.2)[:2]
        both = ratings[:, (ratings >= 0).all(axis=0)]
        if len(np.unique(both)) < 2:
            continue
        theirs = float(cohens_kappa(to_table(both.T)[0], return_results=False))
        assert coefficients(ratings)["kappa"] == pytest.approx(theirs, abs=1e-12)
        compared += 1
    assert compared > 250


def test_kappa_of_several_is_the_mean_of_their_pairs():
    """Light 1971; the kappas of the pairs are statsmodels'."""
    rng = np.random.default_rng(1971)
    for _ in range(100):
        ratings = rng.integers(0, 3, size=(4, 30))
        pairs = [ratings[[a, b]] for a in range(4) for b in range(a)]
        theirs = np.mean([cohens_kappa(to_table(pair.T)[0], return_results=False) for pair in pairs])
        assert coefficients(ratings)["kappa"] == pytest.approx(theirs, abs=1e-12)


def test_a_code_given_or_not_is_a_rating_of_two_kinds():
    rng = np.random.default_rng(5)
    for _ in range(100):
        ratings = drawn(rng, 0) % 2
        ratings = np.where(rng.random(ratings.shape) < 0.2, -1, ratings)
        weights = rng.integers(0, 4, size=(3, ratings.shape[1])).astype(float)
        each = yes_or_no((ratings == 1)[:, :, None], ratings >= 0)(weights)
        whole = one_of_many(ratings, 2)(weights)
        for name in whole:
            assert each[name][:, 0] == pytest.approx(whole[name], abs=1e-12, nan_ok=True)


def test_a_weight_says_how_often_an_excerpt_is_there():
    rng = np.random.default_rng(6)
    for _ in range(100):
        ratings = drawn(rng, 0.2)
        ratings = np.unique(ratings, return_inverse=True)[1].reshape(ratings.shape) - int((ratings < 0).any())
        times = rng.integers(0, 4, size=ratings.shape[1])
        q = int(ratings.max()) + 1
        for sets in (None, np.eye(q, dtype=bool)):
            weighted = one_of_many(ratings, q, sets=sets)(times[None, :].astype(float))
            repeated = np.repeat(ratings, times, axis=1)
            plain = one_of_many(repeated, q, sets=sets)(np.ones((1, repeated.shape[1])))
            for name in plain:
                assert weighted[name] == pytest.approx(plain[name], abs=1e-12, nan_ok=True)


def test_masi_as_passonneau_has_it():
    sets = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 1], [1, 1, 0], [0, 0, 1]], dtype=bool)
    found = 1 - masi_product(sets)(np.eye(6))
    assert found == pytest.approx(found.T, abs=1e-12)
    assert found[0] == pytest.approx([0, 1, 1, 1, 1, 1], abs=1e-12)
    assert found[1, 2] == pytest.approx(1 - 1 / 2 * 2 / 3)  # one holds the other
    assert found[2, 3] == pytest.approx(1 - 1 / 3 * 1 / 3)  # they overlap
    assert found[2, 4] == pytest.approx(0, abs=1e-12)
    assert found[2, 5] == pytest.approx(1)


@pytest.mark.parametrize(("codes", "chance"), [(6, 0.5), (30, 0.2), (30, 0.6), (2000, 0.002), (300, 0.0)])
def test_similarities_through_subsets_are_those_of_each_two_sets(codes, chance):
    """Sets of up to 8 codes, of up to 5 in a wide codebook, and larger ones, which are compared one by one."""
    sets = np.random.default_rng(2006).random((400, codes)) < chance
    sizes, common = sets.sum(axis=1), sets.astype(int) @ sets.T.astype(int)
    each = masi(common, sizes[:, None], sizes)
    assert masi_product(sets)(np.eye(400)) == pytest.approx(each, abs=1e-12)


@pytest.mark.parametrize(("units", "sets"), [(4, True), (4, False), (300, True), (300, False)])
def test_excerpts_added_up_by_unit_count_as_they_do_one_by_one(units, sets):
    """Few units, of which products are made two by two, and many; the last unit is never drawn."""
    rng = np.random.default_rng(units)
    category, of = rng.integers(-1, 12, size=(3, 900)), rng.integers(0, units, size=900)
    codes = rng.random((12, 20)) < 0.2 if sets else None
    drawn = Units("units", np.where(of == 0, -1, of - 1))
    times = np.column_stack([rng.integers(0, 4, size=(5, units - 1)), np.zeros(5)]).astype(float)
    weights = times[:, np.where(of == 0, -1, of - 1)]
    for by_unit, by_excerpt in (
        (one_of_many(category, 12, drawn.members, codes), one_of_many(category, 12, sets=codes)),
        (yes_or_no(category[:, :, None] == [1, 2], category >= 0, drawn.members),
         yes_or_no(category[:, :, None] == [1, 2], category >= 0)),
    ):  # fmt: skip
        found, expected = by_unit(times), by_excerpt(weights)
        for name in expected:
            assert found[name] == pytest.approx(expected[name], abs=1e-12, nan_ok=True)

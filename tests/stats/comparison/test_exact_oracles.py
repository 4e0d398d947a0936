"""Every table in tests/oracles/ against what R made of it: p to 1e-9, odds ratios to 1e-9 and to R's own tolerance."""

import csv
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from plrlib.stats.comparison.effects import odds_ratio
from plrlib.stats.comparison.exact import several_groups, two_groups

ORACLES = Path(__file__).resolve().parent.parent.parent / "oracles"
CLOSE = 1e-9  # relative
SMALLEST = 1e-305  # R's p of 2,000 people may be so small that a double holds few of its digits, or 0
UNIROOT = 1.3e-4  # fisher.test and mantelhaen.test look for the odds ratio (below 1) or 1 / it with uniroot, to 1.22e-4


def rows(name: str) -> list[dict[str, str]]:
    with (ORACLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def counts(table: str) -> tuple[np.ndarray, np.ndarray]:
    """Return B × L: how many raised it, and how many there are, of "3 4;1 6|..."."""
    cells = np.array([[[int(n) for n in row.split()] for row in block.split(";")] for block in table.split("|")])
    return cells[:, :, 0], cells.sum(axis=2)


def tables(name: str) -> Iterator[tuple[dict[str, str], np.ndarray, np.ndarray]]:
    for row in rows(name):
        raised, sizes = counts(row["table"])
        yield row, raised[None], sizes


def differs(ours: float, theirs: float) -> float:
    """Return the relative difference of two p-values; 0 where both are too small to have digits."""
    if max(ours, theirs) < SMALLEST:
        return 0.0
    return abs(ours - theirs) / theirs if theirs else math.inf


def ratio_differs(ours: float, theirs: float) -> float:
    """Return the relative difference of two odds ratios, which are equal where they are 0, infinite or not defined."""
    if math.isnan(theirs) or math.isinf(theirs) or theirs == 0:
        return 0.0 if np.array_equal(ours, theirs, equal_nan=True) else math.inf
    return abs(ours - theirs) / theirs


def below_one(ratio: float) -> float:
    return min(ratio, 1 / ratio) if ratio else 0.0


@pytest.mark.parametrize("name", ["fisher_2x2", "fisher_rx2", "mantelhaen"])
def test_p_is_that_of_r(name: str) -> None:
    test = several_groups if name == "fisher_rx2" else two_groups
    found = {row["table"]: differs(test(raised, sizes).p[0], float(row["p"])) for row, raised, sizes in tables(name)}
    print(f"{name}: {len(found)} tables, largest relative difference of p {max(found.values()):.1e}")
    assert len(found) >= 500
    assert {table: far for table, far in found.items() if far > CLOSE} == {}


@pytest.mark.parametrize("name", ["fisher_2x2", "mantelhaen"])
def test_two_groups_by_enumeration_of_vectors_are_those_of_r_too(name: str) -> None:
    found = {
        row["table"]: differs(several_groups(raised, sizes).p[0], float(row["p"]))
        for row, raised, sizes in tables(name)
        if sizes.sum() <= 200
    }
    assert len(found) >= 400
    assert {table: far for table, far in found.items() if far > CLOSE} == {}


@pytest.mark.parametrize("name", ["fisher_2x2", "mantelhaen"])
def test_the_odds_ratio_solves_the_equation_that_r_solves(name: str) -> None:
    found = {}
    for row, raised, sizes in tables(name):
        ours, solved, estimated = odds_ratio(raised, sizes)[0], float(row["solved"]), float(row["odds_ratio"])
        found[row["table"]] = ratio_differs(ours, solved)
        if math.isnan(solved):  # one outcome only: fisher.test says 0
            assert (estimated, two_groups(raised, sizes).p[0]) == (0, 1)
        else:
            assert below_one(ours) == pytest.approx(below_one(estimated), rel=0, abs=UNIROOT), row["table"]
            assert (ours > 1) == (estimated > 1) or abs(ours - 1) < UNIROOT
    print(f"{name}: {len(found)} tables, largest relative difference of odds ratios {max(found.values()):.1e}")
    assert len(found) >= 500
    assert {table: far for table, far in found.items() if far > CLOSE} == {}


@pytest.mark.parametrize("name", ["fisher_2x2", "fisher_rx2", "mantelhaen"])
def test_many_codes_in_one_call_are_as_one_by_one(name: str) -> None:
    test = several_groups if name == "fisher_rx2" else two_groups
    some = [(raised, sizes) for _, raised, sizes in tables(name) if sizes.sum() <= 60][::12]
    assert len(some) > 20
    for _, sizes in some:
        rng = np.random.default_rng(int(sizes.sum()))
        codes = rng.integers(0, sizes + 1, size=(30, *sizes.shape))
        together = test(codes, sizes)
        alone = [test(codes[[c]], sizes) for c in range(30)]
        np.testing.assert_allclose(together.p, [one.p[0] for one in alone], rtol=1e-12)
        np.testing.assert_allclose(together.p_min, [one.p_min[0] for one in alone], rtol=1e-12)
        if test is two_groups:
            ratios = [odds_ratio(codes[[c]], sizes)[0] for c in range(30)]
            np.testing.assert_allclose(odds_ratio(codes, sizes), ratios, rtol=1e-9)


def test_the_tables_hold_what_is_hard() -> None:
    sizes = {name: [counts(row["table"]) for row in rows(name)] for name in ("fisher_2x2", "fisher_rx2", "mantelhaen")}
    kinds = {name: Counter(row["kind"] for row in rows(name)) for name in sizes}
    people = {name: [int(n.sum()) for _, n in found] for name, found in sizes.items()}
    assert (min(people["fisher_2x2"]), max(people["fisher_2x2"])) == (1, 2000)
    assert max(people["fisher_rx2"]) == pytest.approx(200, abs=10)
    assert {len(n[0]) for _, n in sizes["fisher_rx2"]} == {3, 4, 5}
    assert {len(n) for _, n in sizes["mantelhaen"]} == set(range(1, 9))
    for name, found in sizes.items():
        assert all(n >= 25 for n in kinds[name].values())
        assert sum(int(raised.sum() in (0, n.sum())) for raised, n in found) >= 25  # nobody raised it, or everybody
        assert sum(int((n == 0).any()) for _, n in found) >= 25  # nobody at a level
        assert sum(int((n == n[:, :1]).all()) for _, n in found) >= 50  # levels of equal size: ties
    assert sum(int((n.sum(axis=1) == 1).any()) for _, n in sizes["mantelhaen"]) >= 25  # blocks of one person
    assert sum(float(row["p"]) < 1e-250 for row in rows("fisher_2x2")) >= 25
    assert sum(math.isinf(float(row["solved"])) for row in rows("fisher_2x2")) >= 25


@pytest.mark.parametrize("name", ["fisher_2x2", "fisher_rx2", "mantelhaen"])
def test_each_file_is_small(name: str) -> None:
    assert (ORACLES / f"{name}.csv").stat().st_size < 300_000

"""Newcombe's interval against the examples he published, and against statsmodels."""

import numpy as np
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep

from plrlib.stats.comparison.effects import newcombe

# Newcombe 1998, Statistics in Medicine 17, 873-890, table II, method 10, at 95 %.
PUBLISHED = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0000),
    (10, 10, 0, 10, 0.6075, 1.0000),
]


@pytest.mark.parametrize(("k1", "n1", "k2", "n2", "low", "high"), PUBLISHED)
def test_the_published_examples(k1, n1, k2, n2, low, high):
    assert np.array(newcombe(k1, n1, k2, n2)).round(4).tolist() == [low, high]


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.2])
def test_every_pair_up_to_seven_and_nine_is_as_in_statsmodels(alpha):
    k1, k2 = (grid.ravel() for grid in np.mgrid[0:8, 0:10])
    low, high = newcombe(k1, 7, k2, 9, alpha)
    pairs = zip(k1, k2, strict=True)
    theirs = [confint_proportions_2indep(a, 7, b, 9, method="newcomb", alpha=alpha) for a, b in pairs]
    assert np.abs(np.column_stack([low, high]) - theirs).max() < 1e-12


def test_the_edges():
    low, high = newcombe([7, 0, 0], [7, 7, 0], [0, 9, 2], [9, 9, 9])
    assert high[0] == 1
    assert low[1] == -1
    assert np.isnan([low[2], high[2]]).all()
    assert low.shape == (3,)
    n = np.arange(1, 401)
    assert (newcombe(n, n, 0, n)[1] == 1).all()  # no rounding beyond
    # the other way round it is the same with the other sign
    assert np.allclose(newcombe(2, 9, 5, 7), -np.array(newcombe(5, 7, 2, 9))[::-1], rtol=0, atol=1e-15)


@pytest.mark.parametrize(
    ("counts", "alpha", "message"),
    [
        ((8, 7, 1, 7), 0.05, "between 0 and the number of people"),
        ((1, 7, -1, 7), 0.05, "between 0 and the number of people"),
        ((1, 7, 1, 7), 1.0, "alpha lies between 0 and 1"),
    ],
)
def test_what_is_no_pair_of_shares_is_refused(counts, alpha, message):
    with pytest.raises(ValueError, match=message):
        newcombe(*counts, alpha)

"""Words of one voice against another's: against scattertext, R, scipy and a published example."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency

from plrlib import families, keyness, load_study
from plrlib.stats.words import likelihood_ratio, share_interval

ORACLES = Path(__file__).parents[1] / "oracles"


def rows(name):
    with (ORACLES / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def words(**voices):
    """Return a frame of words from `voice={"word": count}`."""
    return pd.DataFrame(
        [(voice, word, n) for voice, counts in voices.items() for word, n in counts.items()],
        columns=["voice", "word", "count"],
    )


def test_z_is_that_of_scattertext():
    compared = 0
    for row in rows("keyness.csv"):
        a, b, others = ([int(n) for n in row[name].split()] for name in ("a", "b", "others"))
        named = [f"w{i}" for i in range(len(a))]
        frame = words(
            a=dict(zip(named, a, strict=True)),
            b=dict(zip(named, b, strict=True)),
            c=dict(zip(named, others, strict=True)),
        )
        found = keyness(frame, "a", "b", prior=float(row["prior"])).set_index("word")["z"]
        for word, theirs in zip(named, row["z"].split(), strict=True):
            if word in found:
                assert found[word] == pytest.approx(float(theirs), rel=1e-9, abs=1e-12)
                compared += 1
    assert compared > 600


def test_g2_is_scipys_log_likelihood():
    rng = np.random.default_rng(1993)
    for _ in range(200):
        na, nb = rng.integers(50, 5000, size=2)
        ya, yb = int(rng.integers(0, na)), int(rng.integers(1, nb))
        theirs = chi2_contingency([[ya, yb], [na - ya, nb - yb]], correction=False, lambda_="log-likelihood").statistic
        [ours] = likelihood_ratio(np.array([ya]), np.array([yb]), float(na), float(nb))
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-9)


def test_intervals_are_those_of_binom_test():
    for row in rows("clopper.csv"):
        low, high = share_interval(np.array([float(row["k"])]), np.array([float(row["n"])]))
        assert (low[0], high[0]) == (
            pytest.approx(float(row["low"]), rel=1e-9),
            pytest.approx(float(row["high"]), rel=1e-9),
        )
    nothing = share_interval(np.array([0.0]), np.array([0.0]))
    assert (nothing[0][0], nothing[1][0]) == (0, 1)


class TestKeyness:
    FRAME = words(a={"we": 6, "they": 2, "the": 12}, b={"we": 1, "they": 5, "the": 14}, c={"it": 20})

    def test_rows_are_the_words_that_either_used_most_of_a_first(self):
        found = keyness(self.FRAME, "a", "b")
        assert found["word"].tolist() == ["we", "the", "they"]
        assert found["z"].is_monotonic_decreasing
        assert found["count_a"].tolist() == [6, 12, 2]
        assert found.loc[0, "per_thousand_a"] == 300
        assert found["people_a"].isna().all()

    def test_the_other_way_round_is_the_other_sign(self):
        there, back = keyness(self.FRAME, "a", "b").set_index("word"), keyness(self.FRAME, "b", "a").set_index("word")
        assert back["z"].reindex(there.index).to_numpy() == pytest.approx(-there["z"].to_numpy())
        assert back["g2"].reindex(there.index).to_numpy() == pytest.approx(there["g2"].to_numpy())

    def test_an_absence_has_an_interval(self):
        found = keyness(words(a={"x": 5, "y": 95}, b={"y": 40}), "a", "b").set_index("word")
        assert found.loc["x", "count_b"] == 0
        assert found.loc["x", "low_b"] == 0
        assert 50 < found.loc["x", "high_b"] < 120

    def test_a_heavier_prior_makes_less_of_a_rare_word(self):
        light, heavy = (keyness(self.FRAME, "a", "b", prior=p).set_index("word")["z"] for p in (1, 5000))
        assert abs(heavy["we"]) < abs(light["we"])

    def test_what_is_left_out_still_counts_among_the_words(self):
        found = keyness(self.FRAME, "a", "b", leave_out=["the"])
        assert found["word"].tolist() == ["we", "they"]
        assert found.loc[0, "per_thousand_a"] == 300

    def test_sections_are_added_up(self):
        twice = pd.concat([self.FRAME, self.FRAME])
        assert keyness(twice, "a", "b")["count_a"].tolist() == [12, 24, 4]

    @pytest.mark.parametrize(("a", "b", "why"), [("a", "x", "x has no words"), ("a", "a", "set against itself")])
    def test_voices_that_cannot_be_compared_are_told(self, a, b, why):
        with pytest.raises(ValueError, match=f"{why}.*voices there are: a, b, c"):
            keyness(self.FRAME, a, b)

    def test_a_language_of_one_word_is_no_error(self):
        found = keyness(words(a={"x": 5}, b={"x": 3}), "a", "b")
        assert found["z"].tolist() == [0]


class TestFamilies:
    def test_the_published_study(self):
        """The counts of words.csv: the two words of the claim stand in no quotation."""
        study = load_study("plr0809-017")
        found = families(study.words, study.settings.words.families)
        counts = found.set_index(["family", "voice"])["count"]
        for family, expected in {
            "conformity": (18, 2, 0),
            "consistency": (7, 1, 0),
            "diversity": (20, 2, 0),
            "market": (20, 0, 0),
        }.items():
            assert tuple(counts[family, voice] for voice in ("authors", "reported", "respondents")) == expected
        assert found.set_index("voice")["of"].to_dict() == {"authors": 5458, "reported": 606, "respondents": 407}
        nowhere = found[(found["family"] == "conformity") & (found["voice"] == "respondents")].iloc[0]
        assert (nowhere["low"], round(nowhere["high"], 1)) == (0, 9.0)  # R: binom.test(0, 407)
        assert found.loc[0, "words"] == (("conformity", 16), ("conform", 2))

    def test_beginnings_are_those_of_whole_words_in_any_case(self):
        found = families(
            words(a={"form": 1, "conform": 2, "reform": 4, "forms": 8}), {"f": ["Form"], "g": ["re", "con"]}
        )
        assert found["count"].tolist() == [9, 6]

    def test_a_family_without_beginning_is_refused(self):
        with pytest.raises(ValueError, match="families without a beginning: empty, blank"):
            families(words(a={"x": 1}), {"empty": [], "blank": [""], "good": ["x"]})

"""Agreement of a study's coders: by hand, in the hard cases, and what is claimed of an interval."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.inter_rater import cohens_kappa, to_table

from plrlib import NotInStudy, agreement, load_study
from plrlib.stats.agreement import EVENTS, EXCERPTS, units
from plrlib.stats.coefficients import interval
from stats.made import TOML, made

COEFFICIENTS = ["alpha", "kappa", "AC1", "raw", "positive"]


def coded(tmp_path, cells, toml=TOML, **tables):
    """Make a study from `excerpt: codes by coder a | codes by b | …`; `.`: not seen, `-`: seen and not coded."""
    codings, envelopes = ["excerpt,coder,code"], ["excerpt,coder,theme"]
    for number, row in enumerate(cells, 1):
        for coder, codes in zip("abcd", row.split("|"), strict=False):
            if codes.strip() != ".":
                envelopes.append(f"E{number},{coder},T1")  # who sorted it has seen it
            codings += [f"E{number},{coder},{code}" for code in codes.split() if code not in ".-"]
    people = ["V1", "V2", "S1", "V3", "S2", "S3", "S4"]
    excerpts = ["excerpt,participant", *(f"E{i + 1},{people[i % 7]}" for i in range(len(cells)))]
    written = {"excerpts": excerpts, "codings": codings, "envelopes": envelopes}
    toml = toml.replace("complete = true\n", 'reference_coder = "a"\n')  # else a would have read everything
    return made(tmp_path, toml, **{name: "\n".join(rows) + "\n" for name, rows in written.items()}, **tables)


def row(found, target="overall", coefficient="alpha", over="read"):
    asked = (found["target"] == target) & (found["coefficient"] == coefficient) & (found["over"] == over)
    [one] = found[asked].to_dict(orient="records")
    return one


def test_a_row_a_coefficient_and_target(tmp_path):
    found = agreement(coded(tmp_path, ["c1 | c1", "c2 | c1", "c3 | c3", "c1 c2 | c1"]))
    assert found["target"].cat.categories.tolist() == ["overall", "c1", "c2", "c3"]
    assert found["coefficient"].tolist() == [c for c in COEFFICIENTS for _ in range(4)] * 2
    assert found["over"].tolist() == ["read"] * 20 + ["given"] * 20
    assert set(found["coders"]) == {"a, b"}
    assert set(found["n"]) == {4}
    raw = {target: row(found, target, "raw")["estimate"] for target in ("overall", "c1", "c2", "c3")}
    assert raw == {"overall": 0.5, "c1": 0.75, "c2": 0.5, "c3": 1.0}


def test_seen_and_not_coded_is_the_empty_set(tmp_path):
    found = agreement(coded(tmp_path, ["c1 | -", "- | -", "c1 | c1", ". | c1"]))
    assert row(found, "overall", "raw")["estimate"] == pytest.approx(2 / 3)
    assert row(found)["n"] == 3


class TestSilence:
    """500 answers, most of which have no code of either coder."""

    @staticmethod
    def answers(tmp_path, coverage="coder,event,excerpt\na,,\nb,,\n"):
        rng = np.random.default_rng(500)
        a, b = rng.random((2, 500, 2)) < 0.15
        b = np.where(rng.random(b.shape) < 0.8, a, b)
        codings = "excerpt,coder,code\n" + "".join(
            f"E{e},{coder},c{c + 1}\n" for coder, given in (("a", a), ("b", b)) for e, c in np.argwhere(given).tolist()
        )
        people = ["V1", "V2", "S1", "V3", "S2", "S3", "S4"]
        excerpts = "excerpt,participant\n" + "".join(f"E{e},{people[e % 7]}\n" for e in range(500))
        toml = TOML.replace("complete = true\n", 'reference_coder = "a"\n')
        return a, b, made(tmp_path, toml, excerpts=excerpts, codings=codings, coverage=coverage)

    def test_silence_counts_where_both_read(self, tmp_path):
        a, b, study = self.answers(tmp_path)
        found = agreement(study)
        some = (a | b).any(axis=1)
        for c in (0, 1):
            for over, which in (("read", np.ones(500, dtype=bool)), ("given", some)):
                table = to_table(np.column_stack([a[which, c], b[which, c]]).astype(int))[0]
                theirs = cohens_kappa(table, return_results=False)
                mine = row(found, f"c{c + 1}", "kappa", over)
                assert mine["estimate"] == pytest.approx(theirs, abs=1e-12)
                assert mine["n"] == which.sum()
                both = table[1, 1]
                positive = row(found, f"c{c + 1}", "positive", over)["estimate"]
                assert positive == pytest.approx(2 * both / (table[1].sum() + table[:, 1].sum()))
                prevalence = (a[which, c].sum() + b[which, c].sum()) / (2 * which.sum())
                assert mine["prevalence"] == pytest.approx(prevalence)
        together = 2 * (a & b).sum() / (a.sum() + b.sum())
        assert row(found, "overall", "positive")["estimate"] == pytest.approx(together)
        assert row(found)["n"] == 500

    def test_where_silence_is_not_on_record_only_what_both_gave_counts(self, tmp_path):
        a, b, study = self.answers(tmp_path, "coder,event,excerpt\na,,\n")
        assert set(agreement(study)["over"]) == {"given"}
        assert row(agreement(study), over="given")["n"] == b.any(axis=1).sum(), "a read everything, b what b coded"
        study = self.answers(tmp_path, None)[2]
        assert row(agreement(study), over="given")["n"] == (a.any(axis=1) & b.any(axis=1)).sum()


class TestHardCases:
    def test_nothing_varies(self, tmp_path):
        """All gave one code to everything; and c2, which nobody gave."""
        found = agreement(coded(tmp_path, ["c1 | c1"] * 5))
        for target in ("overall", "c1", "c2"):
            estimates = {c: row(found, target, c)["estimate"] for c in COEFFICIENTS}
            assert pd.isna(estimates["alpha"])
            assert pd.isna(estimates["kappa"])
            assert (estimates["AC1"], estimates["raw"]) == (1, 1)
            assert pd.isna(estimates["positive"]) if target == "c2" else estimates["positive"] == 1
        assert found["low"].isna().all()
        assert found["resampled"].isna().all()

    def test_two_who_agree_throughout_have_no_interval(self, tmp_path):
        found = agreement(coded(tmp_path, ["c1 | c1", "c2 | c2", "c3 | c3"] * 5))
        assert found.loc[found["target"] != "overall", "estimate"].eq(1).all()
        assert row(found)["estimate"] == 1
        assert found["low"].isna().all(), "what never disagrees cannot show how often it would"

    def test_an_excerpt_that_one_coder_saw_counts_only_for_how_common_a_code_is(self, tmp_path):
        paired = ["c1 | c1", "c2 | c1", "c2 | c2"]
        with_one, without = (agreement(coded(tmp_path, rows)) for rows in ([*paired, "c1 | ."], paired))
        for coefficient in ("alpha", "kappa", "raw"):
            assert row(with_one, "c1", coefficient)["estimate"] == row(without, "c1", coefficient)["estimate"]
        assert row(with_one, "c1", "AC1")["estimate"] != row(without, "c1", "AC1")["estimate"]
        assert row(with_one)["n"] == 3

    def test_nothing_was_seen_by_two(self, tmp_path):
        found = agreement(coded(tmp_path, ["c1 | .", ". | c1"]))
        assert found["estimate"].isna().all()
        assert set(found["n"]) == {0}

    def test_one_excerpt_has_no_interval(self, tmp_path):
        found = agreement(coded(tmp_path, ["c1 | c2"]))
        assert row(found, coefficient="raw")["estimate"] == 0
        assert found["low"].isna().all()

    def test_one_coder_is_too_few(self, tmp_path):
        with pytest.raises(NotInStudy, match="Fewer than two coders gave codes"):
            agreement(made(tmp_path))
        with pytest.raises(NotInStudy, match="Fewer than two coders sorted excerpts into envelopes"):
            agreement(made(tmp_path), "theme")


class TestCoders:
    def test_all_together_some_and_pairs(self, tmp_path):
        study = coded(tmp_path, ["c1 | c1 | c2", "c2 | c2 | c2", "c1 | c3 | c1"])
        assert set(agreement(study)["coders"]) == {"a, b, c"}
        assert set(agreement(study, coders=["c", "a"])["coders"]) == {"c, a"}
        assert list(agreement(study, coders="pairs")["coders"].unique()) == ["a, b", "a, c", "b, c"]
        assert list(agreement(study, coders=[("a", "c"), ("a", "b", "c")])["coders"].unique()) == ["a, c", "a, b, c"]
        two = agreement(study, coders=["a", "b"])
        assert row(two, coefficient="raw")["estimate"] == pytest.approx(2 / 3)

    @pytest.mark.parametrize(
        ("coders", "why"),
        [(["a", "a"], "two different coders"), (["a"], "two different coders"), (["a", "x"], "x did not code"),
         ("both", "coders is 'pairs'"), ([], "two different coders")],
    )  # fmt: skip
    def test_who_cannot_be_asked_about_is_told_with_those_who_can(self, tmp_path, coders, why):
        study = coded(tmp_path, ["c1 | c1", "c2 | c1"])
        with pytest.raises(ValueError, match=why):
            agreement(study, coders=coders)

    def test_an_unknown_unit_is_refused(self, tmp_path):
        with pytest.raises(ValueError, match="unit is 'code' or 'theme'"):
            agreement(coded(tmp_path, ["c1 | c1"]), "sentence")


class TestPublished:
    """By the tables: 11, 13 and 13 of 64 excerpts leave the report's envelope."""

    def test_envelopes(self):
        found = agreement(load_study("plr0809-017"), "theme", "pairs")
        found = found[found["over"] == "read"]
        raw = found[(found["coefficient"] == "raw") & (found["target"] == "overall")].set_index("coders")["estimate"]
        assert raw["report, reader-1"] == pytest.approx(53 / 64)
        assert raw["report, reader-2"] == pytest.approx(51 / 64)
        assert raw["reader-2, reader-3"] == 1
        assert set(found["resampled"].dropna()) == {EXCERPTS}, "51 of 64 excerpts are in no one event"

    def test_the_report_gave_no_codes(self):
        assert set(agreement(load_study("plr0809-017"))["coders"]) == {"reader-1, reader-2, reader-3"}


class TestIntervals:
    def test_whole_events_are_drawn_where_there_are_eight(self):
        found = agreement(load_study("worked-example"))
        assert set(found["resampled"].dropna()) == {EVENTS}
        alpha = row(found)
        assert alpha["low"] < alpha["estimate"] < alpha["high"] <= 1

    @pytest.mark.parametrize(
        ("events", "blank", "kind"), [(8, 0, EVENTS), (7, 0, EXCERPTS), (8, 3, EVENTS), (8, 4, EXCERPTS)]
    )
    def test_events_too_few_or_not_known(self, tmp_path, events, blank, kind):
        """16 excerpts; four of them are a quarter."""
        people = "participant,focus_group\n" + "".join(f"P{i},\n" for i in range(16))
        where = [f"V{i % events}" if i >= blank else "V0;V1" for i in range(16)]
        excerpts = "excerpt,participant,event\n" + "".join(f"E{i},P{i},{v}\n" for i, v in enumerate(where))
        rooms = "event,kind\n" + "".join(f"V{i},focus group\n" for i in range(events))
        codings = "excerpt,coder,code\n" + "".join(f"E{i},{c},c1\n" for i in range(16) for c in "ab")
        study = made(
            tmp_path,
            '[study]\nid="x"\nreference_coder="a"\n',
            participants=people,
            excerpts=excerpts,
            events=rooms,
            codings=codings,
        )
        drawn = units(study, np.ones(16, dtype=bool))
        assert drawn.kind == kind
        assert len(drawn) == {EVENTS: events + blank, EXCERPTS: 16}[kind]
        assert (drawn.of >= 0).all()

    def test_too_many_replicates_without_result_claim_nothing(self):
        values = np.linspace(0, 1, 101)[:, None] * np.ones(2)
        values[:6, 1] = np.nan
        low, high = interval(values)
        assert (low[0], high[0]) == (pytest.approx(0.025), pytest.approx(0.975))
        assert np.isnan([low[1], high[1]]).all()

    def test_the_seed_of_the_study_decides(self, tmp_path):
        study = coded(tmp_path, ["c1 | c1", "c2 | c1", "c3 | c3", "c1 c2 | c1"] * 4)
        again = agreement(study)
        pd.testing.assert_frame_equal(agreement(study), again)
        other = coded(
            tmp_path,
            ["c1 | c1", "c2 | c1", "c3 | c3", "c1 c2 | c1"] * 4,
            TOML.replace('id = "made"', 'id = "made"\nseed = 7'),
        )
        assert row(agreement(other))["low"] != row(again)["low"]

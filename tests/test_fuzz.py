"""Whatever a folder holds, loading it gives a study or tells its faults; nothing else comes of it."""

import contextlib
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from study_maker import RICH, RICH_TOML, rich

from plrlib import StudyError, load_study, text_of

BOUNDED = settings(max_examples=20, derandomize=True, deadline=None, database=None)
ODD = st.sampled_from(
    ["", " ", ";", "R1;R2", '"', "''", "\n", "\r", ",", "0", "-1", "1e9", "²", "9" * 30, "yes", "no", "T1", "FG1", "İ",
     "\u00a0", "ß", "R01", "r1", "all", "majority", "minority", "\ufeff", "\x00", "\x85", "participant", "NaN", "=1+1"]
)  # fmt: skip


def loads_or_tells(**changes):
    with TemporaryDirectory() as name, contextlib.suppress(StudyError):
        folder = rich(Path(name), **changes)
        try:
            study = load_study(folder)
        except StudyError as error:
            assert error.faults
            assert all(fault.message and fault.remedy and str(fault).isprintable() for fault in error.faults)
            raise
        assert len(text_of(study)) == len(study.excerpts)


@pytest.mark.parametrize("table", ["participants", "excerpts", "codebook"])
@BOUNDED
@given(content=st.binary(max_size=200))
def test_any_bytes_in_a_table(table, content):
    loads_or_tells(**{table: content})


@BOUNDED
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_in_study_toml(content):
    loads_or_tells(toml=content)


@settings(BOUNDED, max_examples=60)
@given(data=st.data())
def test_any_cell_changed(data):
    table = data.draw(st.sampled_from(sorted(RICH)))
    lines = [line.split(",") for line in RICH[table].splitlines()]
    for _ in range(data.draw(st.integers(1, 3))):
        row = data.draw(st.sampled_from(lines))
        row[data.draw(st.integers(0, len(row) - 1))] = data.draw(ODD | st.text(max_size=8))
    loads_or_tells(**{table: "\n".join(",".join(row) for row in lines).encode("utf-8", "replace")})


@settings(BOUNDED, max_examples=30)
@given(data=st.data())
def test_any_value_of_study_toml_changed(data):
    lines = RICH_TOML.splitlines()
    at = data.draw(st.sampled_from([i for i, line in enumerate(lines) if "=" in line]))
    value = data.draw(
        st.sampled_from(["1", "true", '""', '"x"', "[]", '["x"]', "{}", '{ a = "b" }', "2020-01-01", "[[1]]", "nan"])
    )
    lines[at] = f"{lines[at].split('=')[0]}= {value}"
    loads_or_tells(toml="\n".join(lines))


@settings(BOUNDED, max_examples=40)
@given(data=st.data())
def test_any_bytes_put_in(data):
    table = data.draw(st.sampled_from(sorted(RICH)))
    content = RICH[table].encode()
    at = data.draw(st.integers(0, len(content)))
    loads_or_tells(**{table: content[:at] + data.draw(st.binary(min_size=1, max_size=4)) + content[at:]})

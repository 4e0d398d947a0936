"""What docstrings cite is in references.toml, in full, and nothing else is."""

import re
import tomllib
from pathlib import Path

import plrlib.stats

HERE = Path(plrlib.stats.__file__).parent
REFERENCES = tomllib.loads((HERE / "references.toml").read_text(encoding="utf-8"))
SOURCES = "\n".join(path.read_text(encoding="utf-8") for path in sorted(HERE.rglob("*.py")))
CITED = set(re.findall(r"\[([a-z]+\d{4}[a-z]?)\]_", SOURCES))


def test_every_key_cited_is_there():
    assert CITED
    assert CITED - set(REFERENCES) == set()


def test_every_reference_is_cited():
    """By its key or, where a docstring has none yet, by the first author's surname and the year."""
    for key, entry in REFERENCES.items():
        surname = entry["authors"].split(",")[0]
        by_name = re.search(rf"\b{surname}\b[^.;]{{0,60}}\b{entry['year']}\b", SOURCES)
        assert key in CITED or by_name, key


def test_every_reference_is_whole():
    assert list(REFERENCES) == sorted(REFERENCES)
    for key, entry in REFERENCES.items():
        assert key == f"{entry['authors'].split(',')[0].lower()}{entry['year']}"
        assert entry["title"]
        assert entry["published"]
        [place] = {"doi", "url", "isbn"} & set(entry)
        pattern = {"doi": r"10\.\d{4,9}/\S+", "url": r"https://\S+", "isbn": r"97[89]\d{10}"}[place]
        assert re.fullmatch(pattern, entry[place]), key

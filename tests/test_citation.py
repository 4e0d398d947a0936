"""What CITATION.cff and CONTRIBUTING.md say is so."""

import re
import tomllib
from pathlib import Path

import yaml

HERE = Path(__file__).parents[1]


def test_the_citation_is_of_this_version_and_licence():
    project = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    cited = yaml.safe_load((HERE / "CITATION.cff").read_text(encoding="utf-8"))
    assert (cited["version"], cited["license"]) == (project["version"], project["license"])
    assert cited["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= set(cited)


def test_what_contributing_names_is_there():
    text = (HERE / "CONTRIBUTING.md").read_text(encoding="utf-8").replace("\\_", "_")
    named = {path for path in re.findall(r"\b(?:plrlib|tests|notebooks)/[\w/.]*", text) if "NN" not in path}
    assert len(named) > 8
    assert [path for path in sorted(named) if not (HERE / path.rstrip(".")).exists()] == []

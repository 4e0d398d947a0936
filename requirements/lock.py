"""Make the locks and environment.yml again from pyproject.toml: `python3 run.py lock`; see README.md in this folder."""

import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

HERE = Path(__file__).resolve().parent
OLDEST = "3.11"  # the first Python that the locks serve, and the one of environment.yml
OPTIONS = (
    f"--universal --python-version {OLDEST} --fork-strategy fewest --generate-hashes --no-emit-index-url "
    "--no-emit-find-links --no-header --no-annotate --quiet"
)
ENVIRONMENT = """\
# Made from the lock by `python3 run.py lock`. Afterwards: pip install --no-deps --editable .
name: plr
channels:
  - conda-forge
dependencies:
"""
TAGUETTE = ["taguette==1.5.2", "setuptools<80"]  # a library of its wants pkg_resources
"""A program whose files are imported; tests drive it in an environment of its own, since it pins old libraries."""
CONDA = {"matplotlib": "matplotlib-base", "seaborn": "seaborn-base"}


def main(options: list[str]) -> None:
    """Write the locks, each in agreement with the one before but for Taguette's own, then environment.yml."""
    pyproject = tomllib.loads((HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))
    project = pyproject["project"]
    analysis = project["dependencies"] + pyproject["build-system"]["requires"]
    limits = str(HERE / "limits.txt")
    lock("installer", ["uv"], options)
    lock("analysis", analysis, [*options, "-c", limits])
    lock(
        "test",
        analysis + project["optional-dependencies"]["test"],
        [*options, "-c", limits, "-c", str(HERE / "analysis.txt")],
    )
    lock("names", project["optional-dependencies"]["names"], [*options, "-c", str(HERE / "analysis.txt")])
    lock("taguette", TAGUETTE, options)
    names = [Requirement(line).name for line in project["dependencies"]] + ["nbval"]
    (HERE.parent / "environment.yml").write_text(conda_environment(sorted(names)), encoding="utf-8", newline="\n")


def lock(name: str, requirements: list[str], options: list[str]) -> None:
    """Write one lock; versions in it stay as they are where they may, unless the options say `--upgrade`."""
    command = ["uv", "pip", "compile", "-", *OPTIONS.split(), *options, "-o", str(HERE / f"{name}.txt")]
    subprocess.run(command, input="\n".join(requirements), stdout=subprocess.DEVNULL, encoding="utf-8", check=True)


def conda_environment(names: list[str]) -> str:
    """Return the text of environment.yml: each name at the version that the lock has for the oldest Python."""
    lines = [line for line in (HERE / "test.txt").read_text(encoding="utf-8").splitlines() if line[:1].isalpha()]
    python = {"python_version": OLDEST, "python_full_version": f"{OLDEST}.0"}
    locked = [Requirement(line.removesuffix("\\")) for line in lines]
    meant = [pin for pin in locked if not pin.marker or pin.marker.evaluate(python)]
    pins = {pin.name: str(pin.specifier).removeprefix("==") for pin in meant}
    listed = [f"python={OLDEST}", "pip", *(f"{CONDA.get(name, name)}={pins[name]}" for name in names)]
    return ENVIRONMENT + "".join(f"  - {line}\n" for line in listed)


if __name__ == "__main__":
    main(sys.argv[1:])

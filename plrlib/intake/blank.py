"""A study begun: every table with the right headers, study.toml, the data dictionary, and the same as a workbook."""

from pathlib import Path

from plrlib.intake.form import workbook
from plrlib.intake.put import put
from plrlib.places import WORKBOOK
from plrlib.settings import FILE
from plrlib.site.dictionary import dictionary
from plrlib.tables import TABLES

DICTIONARY = "data-dictionary.md"


def files(name: str) -> dict[str, bytes]:
    """Return the files of a study that has nothing in it yet."""
    tables = {f"{table}.csv": header(table).encode() for table in TABLES}
    return tables | {
        FILE: template(name).encode(),
        DICTIONARY: f"{dictionary()}\n".encode(),
        WORKBOOK: workbook(),
    }


def header(table: str) -> str:
    """Return the header row of a table: every column that may stand in it."""
    return ",".join(column.name for column in TABLES[table].columns) + "\n"


def begin(name: str) -> Path:
    """Make the folder of a new study in data/raw/, all of it or nothing, and return it.

    Raises
    ------
    RunError
        If the name is no plain one, or the folder is there already.
    """
    return put(name, files(name), replace=False)


def template(name: str) -> str:
    """Return a study.toml to fill in, whose least is there already."""
    return f'''\
# What this study is called and how its people are grouped; `plr check {name}` says what is wrong.
[study]
id = "{name}"
title = ""
source = ""
kind = "collected"        # published, collected or simulated; shown wherever results are
complete = false          # true: every transcript was coded through, so a code not given means "not said"
seed = 1

# A grouping of people, by a column of participants; take the # away and write your own.
# [groupings.sector]
# label = "Sector"
# column = "sector"
# levels = {{ voluntary = "Voluntary", statutory = "Statutory" }}

# A comparison that was planned before the data were seen: planned ones share alpha.
# [[comparisons]]
# by = "sector"
# level = "theme"

[privacy]
quasi_identifiers = ["role", "sector"]
smallest_group = 3
names = []                # words that must never stand in a text: people, places, services
'''

"""A database file (SQLite) from outside: a copy is read, so that whoever uses the file is not disturbed."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from plrlib.guards import LARGEST_TEXT, LARGEST_WHOLE, refused

MAGIC = b"SQLite format 3\0"
_AT_ONCE = 1000
_BESIDE = ("-wal",)  # what was written and not yet taken into the file


class Database:
    """The plain tables of a database; views, triggers and virtual tables are never asked."""

    def __init__(self, file: str, opened: sqlite3.Connection) -> None:
        self._file, self._opened = file, opened
        self._columns: dict[str, list[str]] = {}
        for name, sql in self._run("SELECT name, sql FROM sqlite_master WHERE type = 'table'"):
            if sql and not str(sql).upper().lstrip().startswith("CREATE VIRTUAL"):
                quoted = str(name).replace('"', '""')
                self._columns[str(name)] = [str(row[1]) for row in self._run(f'PRAGMA table_info("{quoted}")')]

    def __contains__(self, table: object) -> bool:
        return table in self._columns

    def has(self, table: str, column: str) -> bool:
        """Tell whether a table is there and has a column; programs add columns from version to version."""
        return column in self._columns.get(table, ())

    def count(self, table: str) -> int:
        """Return how many rows a table has; none where it is not there."""
        return int(next(iter(self._run(f'SELECT count(*) FROM "{table}"')))[0]) if table in self else 0

    def rows(self, table: str, *columns: str, order: str = "") -> Iterator[tuple[Any, ...]]:
        """Yield some columns of a table; one that is not there is None in each row.

        Parameters
        ----------
        table
            Its name; where it is not there, there are no rows.
        columns
            Their names.
        order
            The column that the rows are sorted by.
        """
        if table in self:
            asked = ", ".join(f'"{name}"' if self.has(table, name) else "NULL" for name in columns)
            sorting = f' ORDER BY "{order}"' if order and self.has(table, order) else ""
            yield from self._run(f'SELECT {asked} FROM "{table}"{sorting}')

    def _run(self, query: str) -> Iterator[tuple[Any, ...]]:
        try:
            cursor = self._opened.execute(query)
            while rows := cursor.fetchmany(_AT_ONCE):
                yield from rows
        except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:
            remedy = "export or save it again from the program it comes from"
            raise refused(self._file, "the database is damaged", remedy, str(error)[:120]) from error


@contextmanager
def database(path: Path) -> Iterator[Database]:
    """Open a copy of an SQLite file.

    Raises
    ------
    StudyError
        If it is no such file, damaged, or too large.
    """
    with path.open("rb") as stream:
        if stream.read(len(MAGIC)) != MAGIC:
            raise refused(path.name, "it is not an SQLite database", "export or save it again from its program")
    if path.stat().st_size > LARGEST_WHOLE:
        raise refused(path.name, "the database is too large", "make a copy of the project with fewer documents")
    with tempfile.TemporaryDirectory(prefix="plr-") as folder:
        copy = Path(folder) / "copy.sqlite3"
        shutil.copyfile(path, copy)
        for ending in _BESIDE:
            beside = path.with_name(path.name + ending)
            if beside.is_file() and not beside.is_symlink():
                shutil.copyfile(beside, copy.with_name(copy.name + ending))
        with closing(sqlite3.connect(copy)) as opened:
            opened.execute("PRAGMA trusted_schema = OFF")
            opened.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_TEXT)
            yield Database(path.name, opened)

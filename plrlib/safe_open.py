"""ZIP, SQLite and XML from outside, opened so that a file which means harm can do none."""

import re
import shutil
import sqlite3
import stat
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat
from zlib import error as damaged

from lxml import etree

from plrlib.faults import Fault, StudyError
from plrlib.text import count

LARGEST_TEXT = 64 * 2**20
"""The most bytes that one text may have: some thirty times the longest novel."""
LARGEST_WHOLE = 4 * 2**30
"""The most bytes that all of a file may have once it is unpacked."""


def refused(file: str, message: str, remedy: str = "", value: str = "", row: int | None = None) -> StudyError:
    """Return the error that a file cannot be read, for one reason."""
    return StudyError(file, [Fault(file, row, "", message, value, "", remedy)])


@contextmanager
def refusing(
    file: str, damage: tuple[type[Exception], ...], message: str, remedy: str, about: str | None = ""
) -> Iterator[None]:
    """Tell an error that only damage can be the cause of as the reason why a file cannot be read.

    What is told of the error comes after `about`; None: after what Python calls its kind.
    """
    try:
        yield
    except StudyError:  # a ValueError, and raised by the reader itself
        raise
    except damage as error:
        kind = f"{type(error).__name__}: " if about is None else about
        raise refused(file, message, remedy, f"{kind}{error}"[:120]) from error


# A ZIP from outside: its members are read one by one where they are, and never unpacked to a disk.

_MOST_TIMES = 200
"""How many times larger than packed a member may be; text is three to thirty times."""
_SMALL = 8 * 2**20
"""A member of so many bytes does no harm, however well it was packed."""
_MOST_MEMBERS = 100_000
_ANEW = "export it again from the program it comes from"
_DAMAGE = (zipfile.BadZipFile, damaged, EOFError, NotImplementedError, ValueError, OSError, RuntimeError)
_BROKEN = ("the ZIP is cut short or damaged", _ANEW)


class Archive:
    """The members of a ZIP by name, with `/` between folders; none is outside, a link, locked or a bomb."""

    def __init__(self, file: str, zipped: zipfile.ZipFile) -> None:
        self._file, self._zipped = file, zipped
        self._members = {info.filename.replace("\\", "/"): info for info in zipped.infolist() if not info.is_dir()}
        _check(file, zipped.infolist())

    def __contains__(self, name: object) -> bool:
        return name in self._members

    def names(self) -> list[str]:
        """Return the names of all members, in the order of the archive."""
        return list(self._members)

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """Open a member to read from it bit by bit.

        Raises
        ------
        StudyError
            If it turns out to be damaged.
        """
        with refusing(self._file, _DAMAGE, *_BROKEN, f"{name}: "), self._zipped.open(self._members[name]) as stream:
            yield stream

    def read(self, name: str) -> bytes:
        """Return all of a member that is one text.

        Raises
        ------
        StudyError
            If it is damaged, or larger than any text.
        """
        size = self._members[name].file_size
        if size > LARGEST_TEXT:
            found = f"{name}, {size / 2**20:.0f} MB"
            raise refused(self._file, "a text in it is too large", "split it, or leave it out of the export", found)
        with self.open(name) as stream:
            return stream.read()


@contextmanager
def archive(path: Path) -> Iterator[Archive]:
    """Open a ZIP.

    Raises
    ------
    StudyError
        If it is damaged, or if a member is locked, a link, outside of the archive, or larger than it can honestly be.
    """
    with refusing(path.name, _DAMAGE, *_BROKEN):
        zipped = zipfile.ZipFile(path)
    with zipped:
        yield Archive(path.name, zipped)


def _check(file: str, members: list[zipfile.ZipInfo]) -> None:
    """Refuse an archive that holds what no program would export."""
    if len(members) > _MOST_MEMBERS or sum(info.file_size for info in members) > LARGEST_WHOLE:
        raise refused(file, "the ZIP would be too large, unpacked", _ANEW, count(len(members), "member"))
    for info in members:
        name = info.filename.replace("\\", "/")
        if name.startswith("/") or re.match("[A-Za-z]:", name) or ".." in name.split("/"):
            raise refused(file, "a member of the ZIP would lie outside of it", _ANEW, name[:80])
        if stat.S_ISLNK(info.external_attr >> 16):
            raise refused(file, "a member of the ZIP is a link to some other place", _ANEW, name[:80])
        if info.flag_bits & 1:
            raise refused(file, "the ZIP is locked by a password", "export it without one", name[:80])
        if info.file_size > _SMALL and info.file_size > _MOST_TIMES * max(1, info.compress_size):
            times = f"{name[:80]}, {info.file_size // max(1, info.compress_size)} times"
            raise refused(file, "a member of the ZIP is packed tighter than text can be", _ANEW, times)


# A database file (SQLite) from outside: a copy is read, so that whoever uses the file is not disturbed.

SQLITE = b"SQLite format 3\0"


class Database:
    """The plain tables of a database; views, triggers and virtual tables are never asked."""

    def __init__(self, file: str, opened: sqlite3.Connection) -> None:
        self._file, self._opened = file, opened
        self.columns: dict[str, list[str]] = {}
        for name, sql in self._run("SELECT name, sql FROM sqlite_master WHERE type = 'table'"):
            if sql and not str(sql).upper().lstrip().startswith("CREATE VIRTUAL"):
                quoted = str(name).replace('"', '""')
                self.columns[str(name)] = [str(row[1]) for row in self._run(f'PRAGMA table_info("{quoted}")')]

    def __contains__(self, table: object) -> bool:
        return table in self.columns

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
        if there := self.columns.get(table, []):
            asked = ", ".join(f'"{name}"' if name in there else "NULL" for name in columns)
            sorting = f' ORDER BY "{order}"' if order in there else ""
            yield from self._run(f'SELECT {asked} FROM "{table}"{sorting}')

    def _run(self, query: str) -> Iterator[tuple[Any, ...]]:
        what, remedy = "the database is damaged", "export or save it again from the program it comes from"
        with refusing(self._file, (sqlite3.Error, UnicodeDecodeError, OverflowError), what, remedy):
            yield from self._opened.execute(query)


@contextmanager
def database(path: Path) -> Iterator[Database]:
    """Open a copy of an SQLite file.

    Raises
    ------
    StudyError
        If it is no such file, damaged, or too large.
    """
    with path.open("rb") as stream:
        if stream.read(len(SQLITE)) != SQLITE:
            raise refused(path.name, "it is not an SQLite database", "export or save it again from its program")
    if path.stat().st_size > LARGEST_WHOLE:
        raise refused(path.name, "the database is too large", "make a copy of the project with fewer documents")
    with tempfile.TemporaryDirectory(prefix="plr-") as folder:
        copy = Path(folder) / "copy.sqlite3"
        shutil.copyfile(path, copy)
        log = path.with_name(f"{path.name}-wal")  # what was written and not yet taken into the file
        if log.is_file() and not log.is_symlink():
            shutil.copyfile(log, copy.with_name(f"{copy.name}-wal"))
        with closing(sqlite3.connect(copy)) as opened:
            opened.execute("PRAGMA trusted_schema = OFF")  # no function of the file's own choice is called
            opened.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_TEXT)
            yield Database(path.name, opened)


# XML from outside: element by element, without a document type, entities of its own, or a network.

Opener = Callable[[], AbstractContextManager[IO[bytes]]]
_START = 2**16


class _Seen(Exception):  # noqa: N818 - it ends the reading of a prologue, and is no error
    """The root element has been reached."""


def local(element: Any) -> str:
    """Return the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def without_document_type(file: str, opener: Opener) -> None:
    """Refuse XML that brings a document type, which could expand into anything or fetch something.

    Raises
    ------
    StudyError
        If it does, or if what should be XML is none.
    """

    def declared(*_: object) -> None:
        raise refused(file, "the XML has a document type (DOCTYPE), which no export has", _ANEW)

    def reached(*_: object) -> None:
        raise _Seen

    # By expat, which tells of a document type before it expands anything; lxml tells once the root is there.
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = declared
    parser.EntityDeclHandler = declared
    parser.StartElementHandler = reached
    damage = (expat.ExpatError, ValueError, LookupError)
    with opener() as stream, suppress(_Seen), refusing(file, damage, "it is not well-formed XML", _ANEW):
        while part := stream.read(_START):
            parser.Parse(part, False)
        parser.Parse(b"", True)


def elements(file: str, opener: Opener, names: tuple[str, ...]) -> Iterator[Any]:
    """Yield each element with one of these names once it is whole; what it holds is gone with the next.

    Raises
    ------
    StudyError
        If it is not well-formed, or has a document type.
    """
    without_document_type(file, opener)
    tags = tuple(f"{{*}}{name}" for name in names)
    with opener() as stream:
        try:
            for _, element in etree.iterparse(
                stream, tag=tags, resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True,
                remove_pis=True, huge_tree=False,
            ):  # fmt: skip
                yield element
                element.clear()  # so that memory does not grow with the file
                while (before := element.getprevious()) is not None:
                    before.getparent().remove(before)
        except etree.XMLSyntaxError as error:
            raise refused(file, "it is not well-formed XML", _ANEW, str(error.msg)[:120], error.lineno) from error

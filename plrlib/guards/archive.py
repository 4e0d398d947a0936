"""A ZIP from outside: its members are read one by one where they are, and never unpacked to a disk."""

import re
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from zlib import error as damaged

from plrlib.faults import StudyError
from plrlib.guards import LARGEST_TEXT, LARGEST_WHOLE, refused

_MOST_TIMES = 200
"""How many times larger than packed a member may be; text is three to thirty times."""
_SMALL = 8 * 2**20
"""A member of so many bytes does no harm, however well it was packed."""
_MOST_MEMBERS = 100_000
_ANEW = "export it again from the program it comes from"
_DAMAGE = (zipfile.BadZipFile, damaged, EOFError, NotImplementedError, ValueError, OSError, RuntimeError)


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

    def size(self, name: str) -> int:
        """Return how many bytes a member has, unpacked."""
        return self._members[name].file_size

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """Open a member to read from it bit by bit.

        Raises
        ------
        StudyError
            If it turns out to be damaged.
        """
        try:
            with self._zipped.open(self._members[name]) as stream:
                yield stream
        except StudyError:
            raise
        except _DAMAGE as error:
            raise _broken(self._file, f"{name}: {error}") from error

    def read(self, name: str) -> bytes:
        """Return all of a member that is one text.

        Raises
        ------
        StudyError
            If it is damaged, or larger than any text.
        """
        if self.size(name) > LARGEST_TEXT:
            found = f"{name}, {self.size(name) / 2**20:.0f} MB"
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
    try:
        zipped = zipfile.ZipFile(path)
    except _DAMAGE as error:
        raise _broken(path.name, str(error)) from error
    with zipped:
        yield Archive(path.name, zipped)


def _broken(file: str, why: str) -> Exception:
    return refused(file, "the ZIP is cut short or damaged", _ANEW, why[:120])


def _check(file: str, members: list[zipfile.ZipInfo]) -> None:
    """Refuse an archive that holds what no program would export."""
    if len(members) > _MOST_MEMBERS or sum(info.file_size for info in members) > LARGEST_WHOLE:
        raise refused(file, "the ZIP would be too large, unpacked", _ANEW, f"{len(members)} members")
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

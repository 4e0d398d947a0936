"""Doors for files from outside: nothing is unpacked, followed, expanded or run, and size has an end."""

from plrlib.faults import Fault, StudyError

LARGEST_TEXT = 64 * 2**20
"""The most bytes that one text may have: some thirty times the longest novel."""
LARGEST_WHOLE = 4 * 2**30
"""The most bytes that all of a file may have once it is unpacked."""


def refused(file: str, message: str, remedy: str = "", value: str = "", row: int | None = None) -> StudyError:
    """Return the error that a file cannot be read, for one reason."""
    return StudyError(file, [Fault(file, row, "", message, value, "", remedy)])

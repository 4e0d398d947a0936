"""What a command tells when it cannot do what was asked: words and the exit code, no traceback."""
# ruff: noqa: PLC0415

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

from plrlib import telling
from plrlib.places import study_folder


@contextmanager
def in_words(*studies: str) -> Iterator[None]:
    """Tell what a user can put right in words and by the exit code, not by a traceback."""
    try:
        for study in studies:
            study_folder(study)
    except FileNotFoundError as unknown:
        fail(str(unknown))
    from plrlib.suite.errors import NotebookError, RunError

    try:
        yield
    except ValueError as error:
        from plrlib.faults import StudyError  # with it comes pandas, and `plr run` has something to launch before that

        if not isinstance(error, StudyError):
            raise
        telling.list_faults(error.faults)
        fail(f"{error.study}: {telling.number(len(error.faults), 'fault')} found, nothing was done")
    except NotebookError as failure:
        fail(
            f"{failure.screen(height=37)}\n\nNothing else was changed. How far it got: {telling.relative(failure.kept)}"
        )
    except RunError as error:
        fail(str(error))
    except PermissionError as error:
        fail(f"not allowed to read or write {error.filename}")
    except KeyboardInterrupt:
        print("Stopped; everything is as it was.", file=sys.stderr)
        raise typer.Exit(130) from None


def fail(message: str) -> NoReturn:
    """Say why, and end."""
    print(message, file=sys.stderr)
    raise typer.Exit(1)

"""A matrix of codes: who raised what, and in how many excerpts, as one wide frame."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.study.evidence import evidence
from plrlib.study.load import Study
from plrlib.study.prepared import NOT_KNOWN

VALUES = ("raised", "excerpts", "share")


def matrix(
    study: Study, rows: str = "participant", columns: str | int = "theme", values: str = "raised",
    coder: str | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Count codes by people, events or groups; it needs no grouping and no event.

    Parameters
    ----------
    study
        A study.
    rows
        `participant`, `event`, or a grouping of study.toml.
    columns
        The level: `theme`, `code`, a depth or a column of the codebook, as `presence` takes it.
    values
        `raised`: for a person, or an event, whether the code was raised (1 or 0); for a group, how many of its people
        raised it by name. `excerpts`: how many excerpts have the code. `share`: of the excerpts that the coder read,
        the share that has it; missing where none was read.
    coder
        Whose codings; None: the study's reference coder.

    Returns
    -------
    DataFrame
        Rows × codes. The index holds every person, event or group in the study's order, also where nothing was said;
        the columns every code of the level, in the order of the codebook. Unit: excerpts, or people where `values` is
        `raised`. All events count. An excerpt that names no participant, or no single event, belongs to no row; so does
        that of a person in no group. `attrs["left_out"]` tells how many excerpts that are read belong to no row.

    Raises
    ------
    NotInStudy
        If the study has no such grouping.
    ValueError
        If an argument is not known to the study; the message lists what is.

    See Also
    --------
    presence : People by group at their first event, with bounds where speakers are not named.

    Examples
    --------
    >>> from plrlib import load_study, matrix
    >>> study = load_study("worked-example")
    >>> matrix(study, "sector", values="excerpts")[["T1", "T2"]].to_dict("index")
    {'voluntary': {'T1': 63, 'T2': 39}, 'statutory': {'T1': 0, 'T2': 37}}
    """
    if values not in VALUES:
        raise ValueError(f"values is one of {', '.join(VALUES)}, not {values!r}")
    found = evidence(study, str(columns), coder=coder, events="all")
    names, at = _rows(study, rows)
    row, n = at[found.excerpt], len(names)
    excerpts = np.zeros((n, len(found.codes)), dtype=np.int64)
    np.add.at(excerpts, (row[row >= 0], found.code[row >= 0].astype(np.intp)), 1)
    if values == "excerpts":
        cells = excerpts
    elif values == "share":
        read = np.bincount(at[found.read & (at >= 0)], minlength=n)[:, None]
        cells = np.where(read > 0, excerpts / np.maximum(read, 1), np.nan)
    elif rows in ("participant", "event"):
        cells = (excerpts > 0).astype(np.int64)
    else:
        cells = np.zeros_like(excerpts)
        speaker = study.prepared.speaker[found.excerpt].astype(np.int64)
        named = np.unique(np.column_stack([speaker, found.code])[(speaker >= 0) & (row >= 0)], axis=0)
        group = study.prepared.group(study.grouping(rows))
        np.add.at(cells, (group[named[:, 0]], named[:, 1]), 1)
    frame = pd.DataFrame(cells, index=pd.Index(names, name=rows), columns=pd.Index(found.codes, name=found.level))
    frame.attrs["left_out"] = int((found.read & (at < 0)).sum())
    return frame


def _rows(study: Study, rows: str) -> tuple[list[str], NDArray[np.int64]]:
    """Return the names of the rows, and for each of E excerpts which of them it belongs to (-1: none)."""
    prepared = study.prepared
    if rows == "participant":
        return study.participants["participant"].astype(str).tolist(), prepared.speaker.astype(np.int64)
    if rows == "event":
        return prepared.events, prepared.only_event
    grouping = study.grouping(rows)
    return list(grouping.levels), np.append(prepared.group(grouping), NOT_KNOWN)[prepared.speaker]

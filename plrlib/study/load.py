"""Study and load_study: one study's tables, validated and joined."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import NoReturn

import pandas as pd
from pandas.api.extensions import ExtensionArray

from plrlib.faults import NotInStudy, StudyError, as_frame
from plrlib.paths import chosen_study, study_folder
from plrlib.study.checks.cells import (
    Sheets,
    check_cells,
    check_headers,
    column,
    event_names,
    set_slipped_rows_aside,
    with_readings,
)
from plrlib.study.checks.keys import check_keys
from plrlib.study.checks.people import check_people, note_elsewhere
from plrlib.study.files import missing, read_tables
from plrlib.study.schema import TABLES, Column
from plrlib.study.settings import FILE, Grouping, Settings, read_settings
from plrlib.study.speakers import SEPARATOR, parts
from plrlib.study.withdrawal import nothing_left, without_the_withdrawn

# Turn checked cells into typed tables: ids and levels as categories, numbers as numbers, blanks as missing.

Tables = dict[str, pd.DataFrame]


def shape(sheets: Sheets, settings: Settings) -> tuple[Tables, pd.Series]:
    """Return every table with every column it may have, and apart from them the words of respondents.

    Parameters
    ----------
    sheets
        The cells as text; all checks have passed.
    settings
        What study.toml says; it gives the order of levels and coders.

    Returns
    -------
    tables
        One frame a table of `plrlib.study.schema`; a table that the study does not have is empty.
    texts
        The words by excerpt, for those excerpts that have any.
    """
    keys = _keys(sheets, settings)
    tables = {}
    for name, schema in TABLES.items():
        table = with_readings(schema, settings)
        declared = [c.name for c in table.columns if c.kind != "words"]
        cells = sheets[name].cells if name in sheets else pd.DataFrame()
        extra = cells.columns if table.any_column else ()
        names = _distinct([*declared, *extra])
        columns = {c: _typed(cells.get(c, []), table.column(c), keys, _order(name, c, settings)) for c in names}
        tables[name] = pd.DataFrame({c: _as_long(typed, len(cells)) for c, typed in columns.items()})
    if tables["events"].empty:
        tables["events"] = _events(sheets, keys["events"], tables["events"])
    words = list(column(sheets, "excerpts", "text"))
    counted = pd.array([len(text.split()) if text else None for text in words], dtype="Int64")
    tables["excerpts"]["n_words"] = tables["excerpts"]["n_words"].fillna(pd.Series(counted))
    texts = pd.Series(words, index=list(column(sheets, "excerpts", "excerpt")), dtype="object", name="text")
    return tables, texts[texts != ""]


def _keys(sheets: Sheets, settings: Settings) -> dict[str, list[str]]:
    """Return the ids that each `refers` may name, in the order in which they are to be shown."""
    keys = {name: _distinct(column(sheets, name, t.key[0])) for name, t in TABLES.items() if len(t.key) == 1}
    keys["events"] = event_names(sheets)
    coded = [*column(sheets, "codings", "coder").unique(), *column(sheets, "envelopes", "coder").unique()]
    keys["coders"] = _distinct([*(settings.coders or ()), *coded])
    keys["populations"] = list(settings.populations)
    return keys


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))


def _order(table: str, name: str, settings: Settings) -> Collection[str]:
    """Return the values that study.toml declares for a column of a table, in order."""
    if table == "codebook" and name in settings.readings:
        return settings.readings[name].levels
    return settings.levels(name)


def _typed(cells: Collection[str], col: Column, keys: dict[str, list[str]], order: Collection[str]) -> ExtensionArray:
    """Return a column as what it is, its values in the order declared; a blank is missing."""
    if col.kind == "whole":
        return pd.array([int(cell) if cell else None for cell in cells], dtype="Int64")
    if col.kind == "text":
        return pd.array([cell or None for cell in cells], dtype="str")
    own = next((name for name, table in TABLES.items() if table.key == (col.name,)), "")
    if col.kind == "id" and not col.several and (col.refers or own):
        categories = keys[col.refers or own]
    elif col.several:
        tidy = {cell: SEPARATOR.join(parts(cell)) for cell in set(cells)}
        cells = [tidy[cell] for cell in cells]
        there = _distinct(cells)
        categories = _distinct([*(level for level in order if level in there), *there])
    else:
        categories = _distinct([*order, *col.allowed, *cells])
    places = {category: i for i, category in enumerate(categories)}
    codes = [places[cell] if cell else -1 for cell in cells]
    return pd.Categorical.from_codes(codes, categories=pd.Index(categories, dtype="str"))


def _as_long(typed: ExtensionArray, rows: int) -> ExtensionArray:
    """Return a column of so many rows; one that the file does not have is missing throughout."""
    return typed if len(typed) == rows else typed.take([-1] * rows, allow_fill=True)


def _events(sheets: Sheets, names: list[str], empty: pd.DataFrame) -> pd.DataFrame:
    """Return the events that the other tables name, for a study that has no table of them."""
    groups = set(column(sheets, "participants", "focus_group").unique())
    frame = empty.reindex(range(len(names)))
    frame["event"] = pd.Categorical(names, categories=names)
    kinds = ["focus group" if name in groups else None for name in names]
    frame["kind"] = pd.Categorical(kinds, categories=["focus group", "interview"])
    return frame


# Study and load_study: one study's tables, validated and joined.


class SealedTexts:
    """The words of respondents, by excerpt; only `plrlib.privacy.text_of` opens it.

    It shows nothing of itself and refuses to be copied into a file.
    """

    def __init__(self, texts: pd.Series) -> None:
        self._texts = texts

    def __repr__(self) -> str:
        return f"<the words of {len(self._texts)} excerpts; plrlib.text_of gives what consent allows>"

    def __len__(self) -> int:
        return len(self._texts)

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "the words of respondents are not written to a file: use plrlib.text_of for what consent allows"
        )


@dataclass(frozen=True, repr=False, eq=False)
class Study:
    """One study: what was brought, checked and joined.

    Each table is an attribute of its name: a DataFrame with every column that the table may have, a missing value where
    a cell is blank or the column is not there, and no rows where the study has no such table. Ids and levels are
    categorical; levels stand in the order declared in study.toml, codes in the order of the codebook. Respondents'
    words are not among the columns: see `plrlib.text_of`.
    """

    settings: Settings
    folder: Path
    sources: Mapping[str, str]
    notes: pd.DataFrame
    withdrawn: int
    participants: pd.DataFrame
    events: pd.DataFrame
    excerpts: pd.DataFrame
    codings: pd.DataFrame
    codebook: pd.DataFrame
    envelopes: pd.DataFrame
    attendance: pd.DataFrame
    asked: pd.DataFrame
    margins: pd.DataFrame
    quantifiers: pd.DataFrame
    claims: pd.DataFrame
    statements: pd.DataFrame
    words: pd.DataFrame
    texts: SealedTexts

    @property
    def id(self) -> str:
        """The study's short name."""
        return self.settings.id

    @property
    def title(self) -> str:
        """The study's title; its short name where it has none."""
        return self.settings.title or self.settings.id

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table the study has, by name."""
        names = [f.name for f in fields(self) if f.name in TABLES]
        return {name: getattr(self, name) for name in names if len(getattr(self, name))}

    @property
    def themes(self) -> pd.DataFrame:
        """The rows of the codebook that stand under nothing."""
        return self.codebook[self.codebook["parent"].isna()]

    def grouping(self, by: str) -> Grouping:
        """Return a grouping of study.toml by its name.

        Raises
        ------
        NotInStudy
            If the study declares no such grouping; the message lists those it does.
        """
        if by not in self.settings.groupings:
            known = ", ".join(self.settings.groupings) or "none"
            raise NotInStudy(f"This study has no grouping called {by!r}; those it declares: {known}.")
        return self.settings.groupings[by]

    def needs(self, *tables: str) -> None:
        """Say in one sentence that a table is missing, where one is.

        Raises
        ------
        NotInStudy
            If the study has no rows in one of these tables.
        """
        missing = [name for name in tables if not len(getattr(self, name))]
        if missing:
            names = " and ".join(f"{name}.csv" for name in missing)
            raise NotInStudy(f"This study has no {names}, so this question cannot be put to it.")

    def __repr__(self) -> str:
        counts = f"{len(self.participants)} participants, {len(self.excerpts)} excerpts, {len(self.codebook)} codes"
        return f"<Study {self.id}: {counts}; {self.settings.kind}>"


def load_study(name_or_path: str | Path | None = None) -> Study:
    """Read a study, check every table against its schema and every key against its table.

    Parameters
    ----------
    name_or_path
        The name of a folder in data/raw/, or the path of one, or of the workbook in it; None: the study that notebooks
        work on, which is the environment's PLR_STUDY, else the published one.

    Returns
    -------
    Study
        Withdrawn people are left out, with everything they said; `withdrawn` tells how many.

    Raises
    ------
    StudyError
        If anything is wrong; it lists every fault with file, row (the header is line 1), column, value and remedy.
    FileNotFoundError
        If there is no such folder.
    """
    name_or_path = chosen_study() if name_or_path is None else name_or_path
    folder = study_folder(name_or_path)
    settings, faults, notes = read_settings(folder / FILE)
    sheets, broken, others = read_tables(folder)
    faults += broken
    notes += others
    set_slipped_rows_aside(sheets)
    for name, table in TABLES.items():
        if name in sheets:
            schema = with_readings(table, settings)
            header_faults, header_notes = check_headers(schema, sheets[name], settings)
            faults += [*sheets[name].faults, *header_faults, *check_cells(schema, sheets[name])]
            notes += [*sheets[name].notes, *header_notes]
        elif table.required and not broken:
            faults.append(missing(table, folder))
    faults += check_keys(sheets, settings)
    faults += check_people(sheets, settings)
    kept: Sheets = sheets
    gone = 0
    if not faults:
        kept, gone, withdrawal_notes = without_the_withdrawn(sheets, settings)
        notes += [*withdrawal_notes, *note_elsewhere(kept)]
        faults += nothing_left(kept)
    if faults:
        raise StudyError(str(name_or_path), faults)
    tables, texts = shape(kept, settings)
    digests = {sheet.file.partition("[")[0]: sheet.digest for sheet in sheets.values()}
    digests[FILE] = sha256((folder / FILE).read_bytes()).hexdigest()
    return Study(
        settings=settings,
        folder=folder,
        sources=dict(sorted(digests.items())),
        notes=as_frame(notes),
        withdrawn=gone,
        texts=SealedTexts(texts),
        **tables,
    )

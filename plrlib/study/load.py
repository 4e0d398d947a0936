"""A study loaded: its tables read, checked, typed and joined; `Study` holds them, `load_study` makes it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import NoReturn

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

from plrlib.faults import NotInStudy, StudyError, as_frame
from plrlib.paths import chosen_study, study_folder
from plrlib.study.checks.people import check_people, note_unlisted_speakers
from plrlib.study.checks.tables import Sheets, check_tables, events_sheet, note_given_roots, with_readings
from plrlib.study.files import Sheet, read_tables
from plrlib.study.prepared import EVERYBODY, Prepared, everybody
from plrlib.study.schema import CODED, TABLES, TableSchema
from plrlib.study.settings import FILE, Grouping, Settings, read_settings
from plrlib.study.speakers import SEPARATOR, parts
from plrlib.study.withdrawal import nothing_left, without_the_withdrawn
from plrlib.text import count, joined, listed

Tables = dict[str, pd.DataFrame]


class SealedTexts:
    """The words of respondents, by excerpt; only `plrlib.privacy.text_of` opens it.

    It shows nothing of itself and refuses to be copied into a file.
    """

    def __init__(self, texts: pd.Series) -> None:
        self._texts = texts

    def __repr__(self) -> str:
        return f"<the words of {count(len(self._texts), 'excerpt')}; plrlib.text_of gives what consent allows>"

    def __len__(self) -> int:
        return len(self._texts)

    def __reduce__(self) -> NoReturn:
        what = "the words of respondents are not written to a file"
        raise TypeError(f"{what}: use plrlib.text_of for what consent allows")


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
    coverage: pd.DataFrame
    attendance: pd.DataFrame
    asked: pd.DataFrame
    margins: pd.DataFrame
    quantifiers: pd.DataFrame
    claims: pd.DataFrame
    statements: pd.DataFrame
    words: pd.DataFrame
    texts: SealedTexts

    @cached_property
    def prepared(self) -> Prepared:
        """Who attended what, who may have said what, and what has been answered: derived once."""
        return Prepared(self)

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
        return {name: table for name in TABLES if len(table := getattr(self, name))}

    @property
    def themes(self) -> pd.DataFrame:
        """The rows of the codebook at its top; a single root above everything is passed over."""
        roots, paths = self.prepared.passed_over, self.prepared.paths
        return self.codebook[[len(path) == 1 and code not in roots for code, path in paths.items()]]

    def grouping(self, by: str | Grouping) -> Grouping:
        """Return a grouping of study.toml by its name, or all people as one group; one that is given as it is.

        Raises
        ------
        NotInStudy
            If the study declares no such grouping; the message lists those it does.
        """
        if isinstance(by, Grouping):
            return by
        if by == EVERYBODY:
            return everybody("")
        if by not in self.settings.groupings:
            known = listed(self.settings.groupings, none="none")
            raise NotInStudy(f"This study has no grouping called {by!r}; those it declares: {known}.")
        return self.settings.groupings[by]

    def needs(self, *tables: str) -> None:
        """Say in one sentence that a table is missing, where one is.

        Raises
        ------
        NotInStudy
            If the study has no rows in one of these tables.
        """
        if missing := [name for name in tables if not len(getattr(self, name))]:
            names = joined(f"{name}.csv" for name in missing)
            raise NotInStudy(f"This study has no {names}, so this question cannot be put to it; add what is missing.")

    def __repr__(self) -> str:
        sizes = {"participant": self.participants, "excerpt": self.excerpts, "code": self.codebook}
        counts = ", ".join(count(len(table), what) for what, table in sizes.items())
        return f"<Study {self.id}: {counts}; {self.settings.kind}>"


def load_study(name_or_path: str | Path | None = None) -> Study:
    """Read a study, check every table against its schema and every key against its table.

    Parameters
    ----------
    name_or_path
        The name of a folder in data/raw/, or the path of one, or of the workbook in it; None, inside
        data/processed/<study>/: that study; elsewhere the environment's PLR_STUDY, else the published one.

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

    Examples
    --------
    >>> from plrlib import load_study
    >>> load_study("worked-example")
    <Study worked-example: 45 participants, 439 excerpts, 26 codes; simulated>
    """
    name_or_path = chosen_study() if name_or_path is None else name_or_path
    folder = study_folder(name_or_path)
    settings, faults, notes = read_settings(folder / FILE)
    sheets, broken, others = read_tables(folder)
    faults += [*broken, *check_tables(sheets, settings), *check_people(sheets, settings)]
    if faults:
        raise StudyError(str(name_or_path), faults)
    kept, withdrawn, withdrawal_notes = without_the_withdrawn(sheets, settings)
    notes += [*others, *chain.from_iterable(sheet.notes for sheet in sheets.values())]
    notes += [*withdrawal_notes, *note_unlisted_speakers(kept), *note_given_roots(kept)]
    if faults := nothing_left(kept):
        raise StudyError(str(name_or_path), faults)
    tables, texts = typed_tables(kept, settings)
    digests = {sheet.file.partition("[")[0]: sheet.digest for sheet in sheets.values() if sheet.digest}
    digests[FILE] = sha256((folder / FILE).read_bytes()).hexdigest()
    sources = dict(sorted(digests.items()))
    return Study(settings, folder, sources, as_frame(notes), withdrawn, **tables, texts=SealedTexts(texts))


# Checked cells as typed tables: ids and groups as categories, numbers as numbers, blanks as missing.


def typed_tables(sheets: Sheets, settings: Settings) -> tuple[Tables, pd.Series]:
    """Return every table with every column it may have, and apart from them the words of respondents.

    Parameters
    ----------
    sheets
        The cells as text; all checks have passed.
    settings
        What study.toml says; it gives the order of groups and coders.

    Returns
    -------
    tables
        One frame a table of `plrlib.study.schema`; a table that the study does not have is empty.
    texts
        The words by excerpt, for those excerpts that have any.
    """
    sheets = {**sheets, "events": events_sheet(sheets)}
    known = _known_ids(sheets, settings)
    tables = {}
    for name, schema in TABLES.items():
        table = with_readings(schema, settings)
        names = [column.name for column in table.columns if column.kind != "words"]
        if table.any_column:
            names = list(dict.fromkeys([*names, *sheets[name].cells]))
        tables[name] = pd.DataFrame({one: _typed(sheets[name], one, table, known, settings) for one in names})
    texts, excerpts = sheets["excerpts"].column("text"), sheets["excerpts"].column("excerpt")
    counts = np.array([len(text.split()) for text in texts.values], dtype=np.int64)[texts.codes]
    n_words = pd.Series(counts, dtype="Int64").where(counts > 0)
    tables["excerpts"]["n_words"] = tables["excerpts"]["n_words"].fillna(n_words)
    words = pd.Series([*texts], index=pd.Index([*excerpts], dtype="object"), dtype="object", name="text")
    return tables, words[counts > 0]


def typed(
    frame: pd.DataFrame, *, whole: Iterable[str] = (), numbers: Iterable[str] = (), **ordered: Iterable[str]
) -> pd.DataFrame:
    """Return a frame of results with some columns as whole numbers or numbers, which may be missing, or as categories.

    Parameters
    ----------
    frame
        The frame.
    whole, numbers
        The columns that hold whole numbers, and other numbers.
    **ordered
        For each column of categories these in their order.
    """
    kinds = dict.fromkeys(whole, "Int64") | dict.fromkeys(numbers, "Float64")
    return frame.astype(kinds | {name: pd.CategoricalDtype([*values]) for name, values in ordered.items()})


def _ordered(values: Iterable[str]) -> pd.Index:
    """Return the values that a categorical column may have, each once."""
    return pd.Index([*dict.fromkeys(filter(None, values))], dtype="str")


def _categorical(ordered: pd.Index, values: list[str], at: NDArray[np.integer]) -> ExtensionArray:
    """Return a categorical from distinct values, and which of them stands in each row; one not in order is missing."""
    if values != ordered.tolist():  # they are the same where ids stand in the order of their table
        at = ordered.get_indexer(pd.Index(values, dtype="str"))[at]
    return pd.Categorical.from_codes(at, dtype=pd.CategoricalDtype(ordered))


def _known_ids(sheets: Sheets, settings: Settings) -> dict[str, pd.Index]:
    """Return the ids that each `refers` may name, in the order in which they are to be shown."""
    ids = {name: sheets[name].column(table.key[0]).values for name, table in TABLES.items() if len(table.key) == 1}
    coders = (sheets[table].column("coder").values for table in CODED)
    ids["coders"] = [*(settings.coders or ()), *chain.from_iterable(coders)]
    ids["populations"] = list(settings.populations)
    return {name: _ordered(values) for name, values in ids.items()}


def _typed(
    sheet: Sheet, name: str, table: TableSchema, known: Mapping[str, pd.Index], settings: Settings
) -> ExtensionArray:
    """Return a column as what it is, its values in the order declared; a blank is missing."""
    cells, column = sheet.column(name), table.column(name)
    if column.kind == "whole":
        return pd.array([int(cell) if cell else None for cell in cells.values], dtype="Int64").take(cells.codes)
    if column.kind == "text":
        return pd.array([cell or None for cell in cells.values], dtype="str").take(cells.codes)
    of_table = column.refers or next((name for name, t in TABLES.items() if t.key == (column.name,)), "")
    if column.kind == "id" and of_table and not column.several:
        return _categorical(known[of_table], cells.values, cells.codes)
    declared = list(settings.levels(column.name))
    if table.name == "codebook" and column.name in settings.readings:
        declared = list(settings.readings[column.name].levels)
    if not column.several:
        return _categorical(_ordered([*declared, *column.allowed, *cells.values]), cells.values, cells.codes)
    values = [SEPARATOR.join(parts(cell)) for cell in cells.values]
    return _categorical(_ordered([*(value for value in declared if value in values), *values]), values, cells.codes)

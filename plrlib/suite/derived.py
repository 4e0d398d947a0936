"""A study's tables as Parquet files."""

import io
from collections.abc import Mapping

import pandas as pd


def parquet_tables(tables: Mapping[str, pd.DataFrame]) -> dict[str, bytes]:
    """Return each table as a Parquet file, by the file's name.

    Raises
    ------
    ValueError
        If a table has a column of respondents' words; such words are never written.
    """
    return {f"{name}.parquet": _parquet(name, table) for name, table in sorted(tables.items())}


def _parquet(name: str, table: pd.DataFrame) -> bytes:
    words = [column for column in table.columns if str(column).strip().casefold() == "text"]
    if words:
        raise ValueError(f"the table {name} has a column {words[0]!r}: respondents' words are never written to a file")
    buffer = io.BytesIO()
    table.to_parquet(buffer, engine="pyarrow", index=False)
    return buffer.getvalue()

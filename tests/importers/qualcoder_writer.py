"""Write QualCoder projects: its own tables, as version 17 of its database has them, or as version 8 had."""

import sqlite3
from contextlib import closing
from pathlib import Path

SCHEMA = """
create table project (databaseversion text, date text, memo text, about text, bookmarkfile integer, bookmarkpos integer, codername text, recently_used_codes text);
create table source (id integer primary key, name text, fulltext text, mediapath text, memo text, owner text, date text, av_text_id integer, risid integer, unique(name));
create table code_cat (catid integer primary key, name text, owner text, date text, memo text, supercatid integer, unique(name));
create table code_name (cid integer primary key, name text, memo text, catid integer, owner text, date text, color text, supercid integer, unique(name));
create table code_text (ctid integer primary key, cid integer, fid integer, seltext text, pos0 integer, pos1 integer, owner text, date text, memo text, avid integer, important integer, unique(cid,fid,pos0,pos1,owner));
create table cases (caseid integer primary key, name text, memo text, owner text, date text, constraint ucm unique(name));
create table case_text (id integer primary key, caseid integer, fid integer, pos0 integer, pos1 integer, owner text, date text, memo text);
create table attribute_type (name text primary key, date text, owner text, memo text, caseOrFile text, valuetype text);
create table attribute (attrid integer primary key, name text, attr_type text, value text, id integer, date text, owner text, unique(name,attr_type,id));
create table code_image (imid integer primary key, id integer, cid integer, owner text);
create table code_av (avid integer primary key, id integer, cid integer, owner text);
create table annotation (anid integer primary key, fid integer, pos0 integer, pos1 integer, memo text);
create table journal (jid integer primary key, name text, jentry text);
"""  # noqa: E501
OLD = SCHEMA.replace(", supercid integer", "").replace(", risid integer", "")


def project(folder: Path, rows: dict[str, list[dict[str, object]]], schema: str = SCHEMA) -> Path:
    """Make a .qda folder with these rows in its tables, and return it."""
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(folder / "data.qda")) as base, base:
        base.executescript(schema)
        base.execute("insert into project (databaseversion, codername) values ('v17', 'ann')")
        for table, entries in rows.items():
            for row in entries:
                marks = ", ".join("?" * len(row))
                base.execute(f"insert into {table} ({', '.join(row)}) values ({marks})", list(row.values()))
    return folder


def coded(text: str, words: str, code: int, owner: str, fid: int = 1, **more: object) -> dict[str, object]:
    start = text.index(words)
    place = {"cid": code, "fid": fid, "seltext": words, "pos0": start, "pos1": start + len(words), "owner": owner}
    return place | more

"""A small study for tests of statistics: a test states the tables it is about, and takes the rest from here.

Seven staff sat in two focus groups; some were interviewed later. T1 has the codes c1 and c2, T2 the code c3.

    A (first)    V1, V2 voluntary managers, S1 statutory manager
    B (second)   V3 voluntary practitioner, S2, S3, S4 statutory practitioners
    INT (third)  lists nobody
"""

from pathlib import Path
from textwrap import dedent

from study_maker import write

import plrlib
from plrlib import Study

TOML = """
[study]
id = "made"
complete = true
[populations]
staff = { role = ["manager", "practitioner"] }
[groupings.sector]
label = "Sector"
levels = { voluntary = "Voluntary", statutory = "Statutory" }
[groupings.role]
label = "Role"
levels = { manager = "Managers", practitioner = "Practitioners" }
"""
BASE = {
    "participants": """
        participant,role,sector,focus_group
        V1,manager,voluntary,A
        V2,manager,voluntary,A
        S1,manager,statutory,A
        V3,practitioner,voluntary,B
        S2,practitioner,statutory,B
        S3,practitioner,statutory,B
        S4,practitioner,statutory,B
        """,
    "events": """
        event,kind,order
        A,focus group,1
        B,focus group,2
        INT,interview,3
        """,
    "quantifiers": """
        quantifier,lower,upper
        one,1,all
        one only,1,1
        two,2,all
        several,3,all
        majority,majority,all
        minority,1,minority
        group,majority,all
        everybody,all,all
        """,
    "codebook": """
        code,parent,label
        T1,,First theme
        c1,T1,Code 1
        c2,T1,Code 2
        T2,,Second theme
        c3,T2,Code 3
        """,
    "excerpts": """
        excerpt,participant
        E1,V1
        """,
    "codings": """
        excerpt,coder,code
        E1,me,c1
        """,
}


def made(tmp_path: Path, toml: str = TOML, **tables: str | None) -> Study:
    """Return the study with some of its tables replaced; they may be indented."""
    folder = tmp_path / f"study-{len(list(tmp_path.iterdir()))}"
    every = {name: dedent(text).lstrip() for name, text in {**BASE, **tables}.items() if text is not None}
    return plrlib.load_study(write(folder, base={}, toml=toml, **every))


def said(*rows: str, columns: str = "participant,event,role,sector,quantifier") -> dict[str, str]:
    """Return the tables excerpts and codings from rows `cells > codes`, coded by `me`.

    Excerpts are numbered E1, E2 and so on; one without codes is not among the codings.
    """
    excerpts, codings = [f"excerpt,{columns}"], ["excerpt,coder,code"]
    for number, row in enumerate(rows, 1):
        cells, _, codes = row.partition(">")
        excerpts.append(f"E{number},{cells.strip()}")
        codings += [f"E{number},me,{code}" for code in codes.split()]
    return {"excerpts": "\n".join(excerpts) + "\n", "codings": "\n".join(codings) + "\n"}

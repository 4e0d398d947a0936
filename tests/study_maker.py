"""Write a study's folder, so that a test states only what it is about.

The least study has two people, two excerpts and one code; every test changes or adds tables.
"""

from pathlib import Path

from plrlib import Fault, Study, StudyError, load_study

LEAST = {
    "participants": "participant\nR1\nR2\n",
    "excerpts": "excerpt,participant\nE01,R1\nE02,R2\n",
    "codings": "excerpt,coder,code\nE01,anna,c1\nE02,anna,c1\n",
    "codebook": "code,parent,label\nT1,,A theme\nc1,T1,A code\n",
}
TOML = '[study]\nid = "made"\n'

# Two groups, one of them attributed by role and sector, and every table that a key can point to.
RICH = {
    "participants": (
        "participant,role,sector,focus_group,consent_quote,withdrawn\n"
        "R1,manager,voluntary,FG1,yes,\n"
        "R2,manager,statutory,FG1,yes,no\n"
        "R3,practitioner,voluntary,FG2,no,\n"
        "R4,practitioner,,FG2,,\n"
    ),
    "events": "event,kind,participants,order\nFG1,focus group,2,1\nFG2,focus group,2,2\nINT,interview,2,3\n",
    "excerpts": (
        "excerpt,participant,event,role,sector,quantifier,form,text,gist\n"
        "E01,R1,FG1,,,,quoted,words of one,gist of one\n"
        "E02,R3,FG2,,,,quoted,words of three,gist of three\n"
        "E03,,FG1,manager,,one,quoted,words of a manager,gist of a manager\n"
        "E04,,FG1;FG2,,voluntary,,reported,words of the voluntary,gist of the voluntary\n"
    ),
    "codings": "excerpt,coder,code\nE01,anna,c1\nE02,anna,c1\nE03,ben,c2\n",
    "codebook": "code,parent,label\nT1,,A theme\nT2,,Another\nc1,T1,A code\nc2,T2,Another code\n",
    "envelopes": "excerpt,coder,theme,stance\nE01,anna,T1,supports\nE02,anna,,\n",
    "coverage": "coder,event,excerpt\nanna,,E01\nben,FG2,\n",
    "attendance": "participant,event\nR1,INT\nR3,INT\n",
    "asked": "event,code\nFG1,T1\nFG2,c2\n",
    "margins": "population,attribute,level,n\nstaff,sector,voluntary,2\nstaff,sector,statutory,2\n",
    "quantifiers": "quantifier,lower,upper\none,1,all\nmost,majority,all\n",
    "claims": "claim,finding,who,gist\nC1,T1,staff,A claim\n",
    "statements": "statement,gist,finding\nS1,A prompt,T2\n",
    "words": "section,voice,word,count\n1,authors,and,5\n",
}
RICH_TOML = """\
[study]
id = "rich"
reference_coder = "anna"
stance_coder = "anna"

[coders]
anna = { kind = "researcher" }
ben = { kind = "researcher" }

[populations]
staff = { role = ["manager", "practitioner"] }

[groupings.sector]
label = "Sector"
column = "sector"
levels = { voluntary = "Voluntary", statutory = "Statutory" }
population = "staff"

[[comparisons]]
by = "sector"
"""


def write(folder: Path, *, base: dict[str, str], toml: str | bytes | None, **tables: str | bytes | None) -> Path:
    """Write the base's tables and study.toml; `tables` replace them, and None leaves one out."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {f"{name}.csv": content for name, content in ({**base, **tables}).items()} | {"study.toml": toml}
    for name, content in files.items():
        if content is not None:
            (folder / name).write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return folder


def least(folder: Path, toml: str | bytes | None = TOML, **tables: str | bytes | None) -> Path:
    """Write the least study there can be."""
    return write(folder, base=LEAST, toml=toml, **tables)


def rich(folder: Path, toml: str | bytes | None = RICH_TOML, **tables: str | bytes | None) -> Path:
    """Write a study that has every table."""
    return write(folder, base=RICH, toml=toml, **tables)


def changed(table: str, old: str, new: str, base: dict[str, str] | None = None) -> dict[str, str]:
    """Return a table of the rich study with one piece of its text replaced, as an argument for `rich`."""
    text = (base or RICH)[table]
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {table}"
    return {table: text.replace(old, new)}


def faults(folder: Path) -> list[Fault]:
    """Return the faults of a study, by file and line; none: it loads."""
    try:
        load_study(folder)
    except StudyError as error:
        assert error.faults
        assert all(fault.remedy and "\n" not in str(fault) for fault in error.faults)
        return sorted(error.faults, key=lambda f: (f.file, f.row or 0, f.column))
    return []


def the_fault(folder: Path) -> Fault:
    """Return the one fault of a study; fail if there are more, or none."""
    found = faults(folder)
    assert len(found) == 1, "\n".join(map(str, found)) or "the study loads"
    return found[0]


def notes(study: Study) -> list[tuple[str, str]]:
    """Return file and message of each note."""
    return list(study.notes[["file", "message"]].itertuples(index=False, name=None))


def ten_faults(folder: Path) -> Path:
    """Write a study with ten different faults, one or more in almost every file."""
    return rich(
        folder,
        toml=RICH_TOML.replace('ben = { kind = "researcher" }\n', ""),
        participants=(
            "participant,role,sector,focus_group,consent_quote,withdrawn\n"
            "R1-01,manager,voluntary,FG1,yes,\n"
            "R1-1,manager,private,FG1,yes,no\n"
            "R3,practitioner,voluntary,FG2,no\n"
            "R4,practitioner,,FG2,,\n"
        ),
        excerpts=(
            "excerpt,participant,event,role,sector,quantifier,form,text,gist\n"
            "E01,R1-01,FG1,,,,quoted,words of one,gist of one\n"
            'E02,R4,FG2,,,,quoted,"words of four,\nin two lines",gist of four\n'
            "E03,,,,,,quoted,words of a manager,gist of a manager\n"
            "E04,,FG1;FG2,,voluntary,,reported,words of the voluntary,gist of the voluntary\n"
            "E04,,FG9,,voluntary,,reported,words of the voluntary,gist of the voluntary\n"
        ),
        codings="excerpt,coder,code\ne1,anna,c1\nE02,anna,c1\nE03,ben,c2\n",
        codebook="code,parent,label\nT1,,A theme\nT2,c2,Another\nc1,T1,A code\nc2,T2,Another code\n",
        margins="population,attribute,level,n\nstaff,sector,voluntary,2\nstaff,sector,statutory,9\n",
        envelopes=None,
        coverage=None,
        attendance=None,
        asked=None,
        claims=None,
        statements=None,
        words=None,
    )

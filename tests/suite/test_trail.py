"""A sentence that nobody may see is followed through all that the suite writes, and so is a person who has withdrawn.

The project's own notebooks, the site, drafts, packs, exports, forms, copies, what is printed, and what an error leaves.
"""
# ruff: noqa: E501, ISC003 - rows of data

import io
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from conftest import Project
from plrlib import compare, load_study, presence
from plrlib.explorer.answers import View
from plrlib.explorer.explorer import export
from plrlib.privacy.keys import key_file, write_key

HERE = Path(__file__).resolve().parents[2]
SOME = ("01", "10")
"""Of the notebooks the one that shows what was read, and the one that shows claims with their excerpts."""
WORDS, GIST = "Quagga-zephyr-unspoken", "Ocelot-meridian-gist"
PERSON, LEVEL, EVENT, THEIRS = "Xylo-77", "Vexillologist", "Yonder-hearing", "Jabberwock-own-gist"
STUDY = {
    "participants": "participant,role,sector,focus_group,consent_quote,withdrawn,post\n"
    + "".join(f"P{n},{'manager' if n % 2 else 'practitioner'},{'voluntary' if n % 3 else 'statutory'},FG{n % 2 + 1},{'yes' if n > 2 else ''},,clerk\n" for n in range(1, 9))
    + f"{PERSON},manager,voluntary,,yes,,{LEVEL}\n",
    "events": f"event,kind,order,who\nFG1,focus group,1,staff\nFG2,focus group,2,staff\n{EVENT},interview,3,one person\n",
    "attendance": f"participant,event\n{PERSON},{EVENT}\n",
    "excerpts": "excerpt,participant,event,text,gist\n"
    + f"E1,P1,FG2,{WORDS} first,{GIST}\nE2,P2,FG1,{WORDS} second,\n"
    + "".join(f"E{n},P{n},FG{n % 2 + 1},plain words {n},a gist {n}\n" for n in range(3, 9))
    + f"E9,{PERSON},{EVENT},their own words {THEIRS},{THEIRS}\n",
    "codings": "excerpt,coder,code\n" + "".join(f"E{n},{coder},{'c1' if n % 2 else 'c2'}\n" for n in range(1, 10) for coder in ("ann", "bob")),
    "codebook": "code,parent,label\nT1,,A theme\nT2,,Another\nc1,T1,A code\nc2,T2,Another code\n",
    "envelopes": "excerpt,coder,theme,stance\n" + "".join(f"E{n},{coder},T{2 - n % 2},supports\n" for n in range(1, 10) for coder in ("ann", "bob")),
    "claims": "claim,finding,who,gist\nC1,T1,,A claim\n",
}  # fmt: skip
TOML = """\
[study]
id = "trail"
kind = "simulated"
complete = true
reference_coder = "ann"
stance_coder = "ann"

[coders]
ann = { kind = "researcher" }
bob = { kind = "researcher" }

[groupings.sector]
label = "Sector"
column = "sector"
levels = { voluntary = "Voluntary", statutory = "Statutory" }

[groupings.role]
label = "Role"
column = "role"
levels = { manager = "Managers", practitioner = "Practitioners" }

[privacy]
quasi_identifiers = ["role", "sector"]
smallest_group = 2
"""


def texts_in(path: Path):
    """Yield all that a file says: as text, and for packed files and Parquet what is in them."""
    data = path.read_bytes()
    yield data.decode("utf-8", "replace")
    if path.suffix == ".parquet":
        yield pd.read_parquet(path).to_csv()
    elif data.startswith(b"PK"):
        yield from _unpacked(data)


def _unpacked(data: bytes):
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        for name in packed.namelist():
            inner = packed.read(name)
            yield name + inner.decode("utf-8", "replace")
            if inner.startswith(b"PK"):
                yield from _unpacked(inner)


def where(folder: Path, *words: str, but: tuple[Path, ...] = ()) -> dict[str, list[str]]:
    """Return the files below a folder in whose name or content any of these words stands."""
    found = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and not any(other in p.parents for other in but)):
        whole = [path.relative_to(folder).as_posix(), *texts_in(path)]
        seen = [word for word in words if any(word.casefold() in text.casefold() for text in whole)]
        if seen:
            found[whole[0]] = seen
    return found


@pytest.fixture(scope="module")
def trail(tmp_path_factory):
    """A project in which everything was done with the study, before anybody withdrew; and all that was printed."""
    folder = tmp_path_factory.mktemp("trail")
    with pytest.MonkeyPatch.context() as patch:
        project = Project(folder / "project")
        patch.chdir(project.folder)
        patch.setenv("PLR_KEYS", str(folder / "keys"))
        shutil.rmtree(project.folder / "data" / "raw" / "plr0809-017")
        for path in (path for name in SOME for path in (HERE / "notebooks").glob(f"{name}-*.ipynb")):
            shutil.copy(path, project.notebooks / path.name)
        study = project.study("trail", **STUDY)
        (study / "study.toml").write_text(TOML, encoding="utf-8")
        write_key(
            "trail",
            {("person", "Wilhelmina Q"): PERSON, ("interview", "Talk with Wilhelmina"): EVENT, ("person", "Ada"): "P1"},
        )
        printed = everything(project, folder)
        yield project, folder, printed


def everything(project: Project, folder: Path) -> list[str]:
    commands = [
        ("check", "trail"), ("run", "trail"), ("compare", "trail", "--by", "sector"), ("compare", "trail", "--by", "sector", "--csv"),
        ("compare", "trail", "--by", "role", "--json"), ("review", "trail", "--by", "A mentor"), ("review", "trail"), ("pack", "trail"),
        ("disclosure", "trail"),
    ]  # fmt: skip
    printed = []
    for command in commands:
        done = project.plr(*command, PLR_SITE=str(int(command[0] == "run")))
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        printed += [done.stdout, done.stderr]
    study = load_study("trail")
    counted, found = presence(study, "sector", coder="ann"), compare(study, "sector", coder="ann").frame
    themes = list(study.themes["code"])
    assert len(export(study, View("sector", "theme", "", "ann"), counted, found, themes, "the call")) == 3
    return printed


def test_words_without_consent_are_in_nothing(trail):
    """Notebooks, Parquet, drafts, site, pack, form: the gist is shown in their place, so the trail is not a dead one."""
    project, _, printed = trail
    assert where(project.folder, WORDS, but=(project.folder / "data" / "raw",)) == {}
    assert not any(WORDS in text for text in printed)
    shown = where(project.folder, GIST, but=(project.folder / "data" / "raw",))
    assert {Path(name).suffix for name in shown} >= {".ipynb", ".html", ".parquet", ".zip"}
    said = where(project.folder, THEIRS, PERSON, LEVEL, but=(project.folder / "data" / "raw",))
    assert {Path(name).parts[0] for name in said} >= {"data", "site"}


def test_an_error_leaves_no_words(trail):
    """A notebook that fails with the study at hand, and words in the message that it tries to make of it."""
    _, folder, _ = trail
    other = Project(folder / "failing")
    study = other.study("trail", **STUDY)
    (study / "study.toml").write_text(TOML, encoding="utf-8")
    other.notebook(
        "01-a",
        "import plrlib\ns = plrlib.load_study()\nt = plrlib.text_of(s)\nraise ValueError(f'{s!r} {s.texts!r} {t.to_dict()} {s.excerpts.to_dict()}')",
    )
    done = _plr(other, "run", "trail")
    assert done.returncode == 1
    assert "ValueError" in done.stderr
    assert WORDS not in done.stdout + done.stderr
    assert GIST in done.stdout + done.stderr + str(where(other.folder / "data" / "processed", GIST))
    assert where(other.folder / "data" / "processed", WORDS) == {}


def _plr(project: Project, *command: str):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project.folder)
        return project.plr(*command)


def test_copies_to_share_hold_no_words_without_consent(trail, tmp_path):
    project, _, _ = trail
    done = _plr(project, "release", "trail", "--out", str(tmp_path / "copy"))
    assert done.returncode == 0, done.stderr
    assert where(tmp_path / "copy", WORDS, GIST, THEIRS, PERSON, EVENT, LEVEL) == {}


def test_who_has_withdrawn_is_in_nothing_after_the_next_run(trail):
    """Set `withdrawn`, run again: id, words, gist, attribute, event and the key's name are gone from all that was written."""
    project, folder, _ = trail
    derived = project.processed / "trail"
    assert list((derived / "explored").iterdir())
    assert (derived / "trail-site.zip").is_file()
    checkpoints = derived / "notebooks" / ".ipynb_checkpoints"
    checkpoints.mkdir()
    shutil.copy(derived / "notebooks" / "01-check-the-data.ipynb", checkpoints / "01-checkpoint.ipynb")
    table = project.folder / "data" / "raw" / "trail" / "participants.csv"
    text = table.read_text(encoding="utf-8")
    table.write_text(
        text.replace(f"{PERSON},manager,voluntary,,yes,,", f"{PERSON},manager,voluntary,,yes,yes,"), encoding="utf-8"
    )
    assert "Wilhelmina" in key_file_of(project).read_text(encoding="utf-8")
    done = _plr(project, "run", "trail", "--site")
    assert done.returncode == 0, done.stderr
    words = (PERSON, LEVEL, EVENT, THEIRS, "Wilhelmina")
    assert where(project.folder, *words, but=(project.folder / "data" / "raw",)) == {}
    assert where(folder / "keys", *words) == {}
    assert not (derived / "explored").exists()  # numbers that counted them
    assert not (derived / "trail-site.zip").exists()
    assert "Ada" in key_file_of(project).read_text(encoding="utf-8")
    assert not any(word in done.stdout + done.stderr for word in words)
    assert where(project.folder, GIST, but=(project.folder / "data" / "raw",))  # everybody else is still there


def key_file_of(project: Project) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project.folder)
        patch.setenv("PLR_KEYS", str(project.folder.parent / "keys"))
        return key_file("trail")


def test_a_site_of_before_does_not_stay_where_none_is_made(project):
    site = project.folder / "site"
    site.mkdir()
    (site / "index.html").write_text(PERSON, encoding="utf-8")
    project.notebook("01-a", "print(1)")
    done = project.plr("run", "--no-site")
    assert "site/ was of other data and is gone" in done.stdout
    assert not site.exists()
    assert "site/" not in project.plr("run", "--no-site").stdout

"""The layout of the library: few files of one topic each, in the field's words, and short ways through them."""

import ast
import io
import re
import statistics
import sys
import tokenize
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

import plrlib
from plrlib import load_study, show

LIBRARY = Path(plrlib.__file__).parent
FILES = {".".join(p.relative_to(LIBRARY.parent).with_suffix("").parts): p for p in sorted(LIBRARY.rglob("*.py"))}
MODULES = {name: path for name, path in FILES.items() if path.name != "__init__.py"}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in FILES.items()}
MOST_CODE = 14_640
"""Lines without docstrings, comments and blanks. Lower it when code goes; it was 16,087 in 208 modules."""
# What a registry lists is imported in one place by its nature: readers of files, and what `show` offers.
REGISTRIES = {"plrlib.importers.import_files", "plrlib.show"}
GONE = {
    "alike", "wording", "telling", "refusing", "shape", "spoken", "voices", "screen", "left", "silent", "kin",
    "enough", "following", "trails", "steps", "strips", "keying", "siding", "claiming", "hearing", "hearings",
    "twice", "wholes", "ways", "named", "behind", "judged", "joint", "setting", "carry", "bring", "put", "apart",
    "slipped", "elsewhere", "heard", "said", "asking",
}  # fmt: skip


def importers() -> dict[str, set[str]]:
    """Return for each module those that import it or a name from it; the package does so by its stub."""
    found: dict[str, set[str]] = defaultdict(set)
    stub = ast.parse((LIBRARY / "__init__.pyi").read_text(encoding="utf-8"))
    for name, tree in [*TREES.items(), ("plrlib", stub)]:
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                told = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            elif isinstance(node, ast.Import):
                told = [alias.name for alias in node.names]
            else:
                continue
            for module in told:
                if module in MODULES and module != name:
                    found[module].add(name.removesuffix(".__init__"))
    return found


def lines_of_code(path: Path) -> int:
    """Return how many lines hold code: no docstring, no comment, no blank line."""
    source = path.read_text(encoding="utf-8")
    words: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            words.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    no_code = (
        tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER
    )  # fmt: skip
    code: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in no_code:
            code.update(range(token.start[0], token.end[0] + 1))
    return len(code - words)


def test_files_are_of_a_size_to_read() -> None:
    lines = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in MODULES.items()}
    assert len(lines) <= 110
    assert statistics.median(lines.values()) >= 180
    assert {name: n for name, n in lines.items() if n > 600} == {}


def test_there_is_no_more_code_than_the_work_needs() -> None:
    assert sum(lines_of_code(path) for path in FILES.values()) <= MOST_CODE


def test_few_modules_serve_one_other_alone() -> None:
    alone = {m: next(iter(by)) for m, by in importers().items() if len(by) == 1 and not by <= REGISTRIES}
    print(f"{len(alone)} of {len(MODULES)} modules have one importer:", *sorted(alone), sep="\n")
    assert len(alone) < 0.2 * len(MODULES)


def test_modules_are_named_in_the_fields_words() -> None:
    assert not [name for name in MODULES if name.rpartition(".")[2] in GONE]


def test_no_public_name_is_defined_twice() -> None:
    public = {*plrlib.__all__, *show.__all__} - {"show"}
    where: dict[str, list[str]] = defaultdict(list)
    for module, tree in TREES.items():
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in public:
                where[node.name].append(module)
    assert {name: found for name, found in where.items() if len(found) > 1} == {}
    assert len(where) > 100


def _is_sentence(text: str) -> bool:
    return len(text.split()) >= 5 and bool(re.search(r"[a-z][.?!](\s|$)", text))


def test_statistics_make_no_sentence() -> None:
    """Docstrings and the messages of errors excepted: what is said of a result is said in `show`."""
    found = []
    for module in (name for name in MODULES if name.startswith("plrlib.stats.")):
        inside: set[int] = set()
        for node in ast.walk(TREES[module]):
            if isinstance(node, ast.Raise) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
                inside.update(id(part) for part in ast.walk(node))
        for node in ast.walk(TREES[module]):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
                found += [(module, node.lineno, node.value)] if _is_sentence(node.value) else []
    assert found == []


def entered(run) -> list[str]:
    """Return the library's files that a call enters, in order."""
    files: list[str] = []

    def profile(frame, event, _argument) -> None:
        name = frame.f_code.co_filename
        if event == "call" and name.startswith(str(LIBRARY)) and name not in files:
            files.append(name)

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        run()
    finally:
        sys.setprofile(before)
    return [Path(name).relative_to(LIBRARY).as_posix() for name in files]


@pytest.mark.parametrize("by", load_study("worked-example").settings.groupings)
def test_compare_is_read_by_opening_a_dozen_files(by) -> None:
    study = load_study("worked-example")
    plrlib.compare(study, by)  # what is imported only now is not entered again
    files = entered(lambda: plrlib.compare(replace(study), by))
    print(*files, sep="\n")
    assert len(files) <= 12
    assert "stats/comparison/exact.py" in files or "stats/comparison/permutation.py" in files

"""Read study.toml, and tell what is wrong with it."""

import re
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from plrlib.faults import Fault
from plrlib.settings import (
    FILE,
    KINDS,
    Comparison,
    Disagreement,
    Grouping,
    Reading,
    Settings,
    fault_at,
)
from plrlib.toml_optional import allowed_of, columns_of, privacy_of, words_of
from plrlib.toml_sections import Reader

_PLAIN_ID = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
# Each section of study.toml and the keys it may have, with the type of each.
_STUDY = {
    "id": str, "title": str, "source": str, "kind": str, "complete": bool, "reference_coder": str, "stance_coder": str,
    "left_over": str, "seed": int,
}  # fmt: skip
_GROUPING = {"label": str, "column": str, "levels": dict, "population": str}
_COMPARISON = {"by": str, "level": str, "claims": list}
_DISAGREEMENT = {"about": str, "says": dict, "population": str, "column": str}
_READING = {"label": str, "levels": dict}
_NO_READING = ("theme", "code", "parent", "label")
"""What a codebook is read by anyhow."""
_SECTIONS = (
    "study", "coders", "populations", "groupings", "comparisons", "disagreements", "readings", "words", "privacy",
    "allowed", "import",
)  # fmt: skip


def read_settings(path: Path) -> tuple[Settings, list[Fault], list[Fault]]:
    """Read a study.toml and return the settings, its faults and its notes; never raises for what is in it.

    What is at fault is left out of the settings, so that the tables can still be checked. A missing file is a fault.
    """
    nothing = Settings(id=path.parent.name)
    if not path.is_file():
        remedy = 'write one; its least is a line [study] and below it id = "..."'
        return nothing, [Fault(FILE, None, "", "the file is missing", remedy=remedy)], []
    try:
        text = path.read_bytes().decode("utf-8-sig")
        content = tomllib.loads(text)
    except UnicodeDecodeError as error:
        row = error.object.count(b"\n", 0, error.start) + 1
        return nothing, [Fault(FILE, row, "", "the text is not UTF-8", remedy="save it as UTF-8")], []
    except (ValueError, RecursionError) as error:
        line = re.search(r"line (\d+)", str(error))
        remedy = "correct the line: text stands in quotation marks, and each key once in its section"
        fault = Fault(FILE, int(line[1]) if line else None, "", f"not valid TOML: {error}", remedy=remedy)
        return nothing, [fault], []
    reader = Reader(text)
    settings = _settings(reader, content, path.parent.name)
    return settings, reader.faults, reader.notes


def _settings(reader: Reader, content: dict[str, Any], folder: str) -> Settings:
    for name in content:
        if name not in _SECTIONS:
            reader.notes.append(fault_at(reader.text, (name,), "means nothing here", allowed=", ".join(_SECTIONS)))
    if "study" not in content:
        reader.fault(("study",), "the section is missing", remedy='add a line [study] and below it id = "..."')
    coders = _coders(reader, content["coders"]) if "coders" in content else None
    study = _study(reader, content["study"], coders) if "study" in content else {}
    populations = _populations(reader, content.get("populations", {}))
    declared = content.get("groupings", {})
    groupings = _groupings(reader, declared, populations)
    declared = declared if isinstance(declared, dict) else {}
    return Settings(
        **{"id": folder, **study},
        coders=coders,
        populations=populations,
        groupings=groupings,
        comparisons=_comparisons(reader, content.get("comparisons", []), declared, groupings),
        disagreements=_disagreements(reader, content.get("disagreements", []), populations),
        readings=_readings(reader, content.get("readings", {})),
        words=words_of(reader, content.get("words", {})),
        privacy=privacy_of(reader, content.get("privacy", {})),
        allowed=allowed_of(reader, content.get("allowed", [])),
        **columns_of(reader, content.get("import", {})),
        text=reader.text,
    )


def _study(reader: Reader, found: Any, coders: Collection[str] | None) -> dict[str, Any]:
    study = reader.section(("study",), found, _STUDY)
    if isinstance(found, dict) and "id" not in found:
        reader.fault(("study",), "the study has no id", remedy='add a line id = "..." below [study]')
    elif "id" in study and not _PLAIN_ID.fullmatch(study["id"]):
        remedy = "give the study a short plain name: it becomes the name of a folder"
        reader.fault(
            ("study", "id"), "is no plain name", study.pop("id"), "letters, digits, and . _ - between them", remedy
        )
    if study.get("kind", KINDS[0]) not in KINDS:
        reader.fault(("study", "kind"), "is not known", study.pop("kind"), ", ".join(KINDS), "choose one")
    for role in ("reference_coder", "stance_coder"):
        if coders is not None and study.get(role, "") not in ("", *coders):
            reader.fault(
                ("study", role), "is not among [coders]", study.pop(role), ", ".join(coders), "add or correct it"
            )
    return study


def _coders(reader: Reader, found: Any) -> dict[str, str] | None:
    """Return the kind of each coder; one whose entry is at fault is still a coder."""
    if not isinstance(found, dict):
        return reader.tables("coders", found) or None
    kinds = dict.fromkeys(found, "")
    for name, entry in reader.tables("coders", found).items():
        kinds[name] = reader.section(("coders", name), entry, {"kind": str}).get("kind", "")
    return {name: kind or name for name, kind in kinds.items()}


def _populations(reader: Reader, found: Any) -> dict[str, dict[str, tuple[str, ...]]]:
    return {
        name: {
            attribute: tuple(values)
            for attribute, values in reader.section(("populations", name), entry, dict.fromkeys(entry, list)).items()
        }
        for name, entry in reader.tables("populations", found).items()
    }


def _groupings(reader: Reader, found: Any, populations: Collection[str]) -> dict[str, Grouping]:
    groupings = {}
    for name, entry in reader.tables("groupings", found).items():
        place = ("groupings", name)
        good = reader.section(place, entry, _GROUPING)
        levels = good.get("levels", {})
        if "levels" in entry and "levels" not in good:
            continue  # its type is a fault already
        if len(levels) < 2 or not all(isinstance(label, str) and label and key for key, label in levels.items()):
            remedy = 'write levels = { value = "Label", other = "Other label" }'
            reader.fault((*place, "levels"), "has fewer than two levels, or one without a label", remedy=remedy)
            continue
        if "population" in good and good["population"] not in populations:
            allowed = ", ".join(populations)
            reader.fault(
                (*place, "population"), "is not declared", good.pop("population"), allowed, "add it to [populations]"
            )
        column = good.get("column", name)
        groupings[name] = Grouping(name, good.get("label", name), column, levels, good.get("population", ""))
    return groupings


def _comparisons(
    reader: Reader, found: Any, declared: Collection[str], groupings: Collection[str]
) -> tuple[Comparison, ...]:
    """Return the planned comparisons; one by a grouping that is declared, but at fault, is passed over."""
    planned = []
    for entry in reader.entries("comparisons", found, _COMPARISON):
        if "by" not in entry:
            remedy = 'write by = "..." below [[comparisons]]'
            reader.fault(("comparisons",), "does not say which groups are compared", "", ", ".join(declared), remedy)
        elif entry["by"] not in declared:
            allowed = ", ".join(declared)
            reader.fault(("comparisons", "by"), "is not a grouping", entry["by"], allowed, "declare it in [groupings]")
        elif entry.get("level", "theme") not in ("theme", "code"):
            reader.fault(("comparisons", "level"), "is not known", entry["level"], "theme, code", "choose one")
        elif entry["by"] in groupings:
            planned.append(Comparison(**{**entry, "claims": tuple(entry.get("claims", ()))}))
    return tuple(planned)


def _disagreements(reader: Reader, found: Any, populations: Collection[str]) -> tuple[Disagreement, ...]:
    matters = []
    for entry in reader.entries("disagreements", found, _DISAGREEMENT):
        says = entry.get("says", {})
        if not entry.get("about") or len(says) < 2 or not all(isinstance(what, str) for what in says.values()):
            remedy = 'write about = "..." and says = { "one place" = "...", "another" = "..." }'
            reader.fault(("disagreements",), "does not say what disagrees with what", remedy=remedy)
        elif entry.get("population", "") not in ("", *populations):
            allowed, remedy = ", ".join(populations), "add it to [populations]"
            reader.fault(("disagreements", "population"), "is not declared", entry["population"], allowed, remedy)
        else:
            matters.append(Disagreement(**entry))
    return tuple(matters)


def _readings(reader: Reader, found: Any) -> dict[str, Reading]:
    """Return the second-level readings of the codebook, each under the column it reads."""
    readings = {}
    for column, entry in reader.tables("readings", found).items():
        good = reader.section(("readings", column), entry, _READING)
        if column in _NO_READING:
            remedy = "name a column of codebook.csv that is not called so"
            reader.fault(("readings", column), "is no second reading: every codebook is read by it", "", "", remedy)
            continue
        levels = good.get("levels", {})
        if not all(isinstance(label, str) and label and key for key, label in levels.items()):
            place, remedy = ("readings", column, "levels"), 'write levels = { value = "Label", other = "Other label" }'
            reader.fault(place, "has a level without a label", remedy=remedy)
            continue
        readings[column] = Reading(column, good.get("label", column), levels)
    return readings

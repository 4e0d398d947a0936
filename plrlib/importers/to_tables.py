"""Material laid out as a study's tables: every excerpt with who said it, every number accounted for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from plrlib.faults import Fault, StudyError
from plrlib.importers.material import Code, Material, Segment
from plrlib.importers.merge import bare, coded_names, distinct
from plrlib.importers.speakers import LED, Heard, Options, heard, owner_parts
from plrlib.study.schema import PARTICIPANTS, TABLES
from plrlib.text import joined, look

# What is known of people: their own attributes, and those of the documents they alone speak in.

_OWN = {look(c.name): c for c in PARTICIPANTS.columns}
_NEVER = ("participant", "focus_group")


def attributes(material: Material, spoken: Mapping[str, Heard]) -> dict[str, dict[str, str]]:
    """Return for each person the cells of their row, under headers that no two of which look alike.

    Attributes of a document are given to those who speak in it, where they have none of that name. Values that differ
    only in how they are written are written as the first of them is.
    """
    values = {key: dict(person.values) for key, person in material.people.items()}
    given = 0
    for key, one in spoken.items():
        for person in one.people:
            for name, value in material.documents[key].values.items():
                if name not in values[person]:
                    values[person][name] = value
                    given += 1
    if given:
        material.guessed.append(f"{given} attributes of documents are taken for those of the people who speak in them")
    headers: dict[str, str] = {}
    first: dict[tuple[str, str], str] = {}
    tidy: dict[str, dict[str, str]] = {}
    for key, cells in values.items():
        tidy[key] = {}
        for name, value in cells.items():
            own = _OWN.get(look(name))
            header = headers.setdefault(look(name), own.name if own else " ".join(name.split()))
            if header in _NEVER:
                header = f"{header} (as named in the file)"
            plain = " ".join(value.split())
            plain = plain.casefold() if own and own.allowed else plain
            tidy[key][header] = first.setdefault((header, look(plain)), plain)
    return tidy


# Material laid out as a study's tables: every excerpt with who said it, every number accounted for.

UNNAMED_CODER = "coder"
Rows = list[dict[str, str]]


@dataclass
class Carried:
    """The tables, as rows of text, and what the import report is made of.

    `renamed` maps a kind and a program's own name to the id that stands for it in the tables.
    """

    tables: dict[str, Rows]
    material: Material
    renamed: dict[tuple[str, str], str] = field(default_factory=dict)
    coders: list[str] = field(default_factory=list)

    @property
    def out(self) -> dict[str, int]:
        """How many of each kind are in the tables."""
        names = {"documents": "events", "people": "participants", "codes": "codebook"}
        return {kind: len(self.tables[names.get(kind, kind)]) for kind in self.material.tallies}


def carry(
    material: Material, options: Options, before: Mapping[tuple[str, str], str], *, keep_names: bool = False
) -> Carried:
    """Lay out all that was read.

    Parameters
    ----------
    material
        All files as one.
    options
        How voices are told apart.
    before
        Names that an earlier import replaced.
    keep_names
        Whether the program's own names of people and documents stay.

    Raises
    ------
    StudyError
        If there is nothing to carry, or if it was not said who a label is.
    """
    spoken = heard(material, options)
    carried = Carried({name: [] for name in TABLES}, material)
    people = _ids(carried, "person", {k: p.name for k, p in material.people.items()}, "P", before, keep_names)
    events = _event_ids(carried, spoken, before, keep_names)
    codes = _codebook(carried)
    _participants(carried, spoken, people, events)
    for key, one in spoken.items():
        if key in events:
            kind = "focus group" if one.group else "interview"
            n = str(len(one.people)) if one.people else ""
            carried.tables["events"].append({"event": events[key], "kind": kind, "participants": n})
    _excerpts(carried, spoken, people, events, codes)
    _nothing_missing(carried)
    return carried


def _ids(
    carried: Carried,
    kind: str,
    names: Mapping[str, str],
    prefix: str,
    before: Mapping[tuple[str, str], str],
    keep: bool,
) -> dict[str, str]:
    earlier = {name: one for (what, name), one in before.items() if what == kind}
    ids, replaced = coded_names(names.values(), prefix, earlier, keep=keep)
    carried.renamed |= {(kind, name): one for name, one in replaced.items()}
    return dict(zip(names, ids, strict=True))


def _event_ids(
    carried: Carried, spoken: Mapping[str, Heard], before: Mapping[tuple[str, str], str], keep: bool
) -> dict[str, str]:
    """Return the events' ids; a document that nobody speaks in and nothing was marked in is none."""
    used = {segment.document for segment in carried.material.segments}
    names = {
        key: bare(document.name)
        for key, document in carried.material.documents.items()
        if spoken[key].people or key in used
    }
    empty = len(carried.material.documents) - len(names)
    carried.material.tallies["documents"].less("documents in which nobody speaks and nothing is marked", empty)
    ids: dict[str, str] = {}
    for kind, prefix, group in (("focus group", "FG", True), ("interview", "INT", False)):
        chosen = {key: name for key, name in names.items() if spoken[key].group is group}
        ids |= _ids(carried, kind, chosen, prefix, before, keep)
    given: set[str] = set()
    return {key: distinct(ids[key], given) for key in names}


def _codebook(carried: Carried) -> dict[str, str]:
    """Lay out the codes, each after the one it stands under; a name that is not alone gets its path before it."""
    codes = _in_order(carried.material.codes)
    names = {key: " ".join(code.name.split()) or "unnamed" for key, code in codes.items()}
    often: dict[str, int] = {}
    for name in names.values():
        often[look(name)] = often.get(look(name), 0) + 1
    given: set[str] = set()
    ids: dict[str, str] = {}
    for key, code in codes.items():
        name = names[key]
        if often[look(name)] > 1 and code.parent:
            name = f"{names[code.parent]} / {name}"
        ids[key] = distinct(name, given)
        carried.material.left["spaces before or behind the names of codes"] += code.name != code.name.strip()
    for key, code in codes.items():
        row = {"code": ids[key], "parent": ids.get(code.parent, ""), "label": names[key]}
        carried.tables["codebook"].append(row | {"definition": code.definition})
    return ids


def _in_order(codes: Mapping[str, Code]) -> dict[str, Code]:
    """Return codes so that each stands after the one it is under, and before that one's next sibling."""
    under: dict[str, list[str]] = {}
    for key, code in codes.items():
        under.setdefault(code.parent if code.parent in codes else "", []).append(key)
    ordered: dict[str, Code] = {}
    waiting = under.get("", [])[::-1]
    while waiting:
        key = waiting.pop()
        ordered[key] = codes[key]
        waiting += under.get(key, [])[::-1]
    return ordered | {key: code for key, code in codes.items() if key not in ordered}  # those in a circle last


def _participants(
    carried: Carried, spoken: Mapping[str, Heard], people: Mapping[str, str], events: Mapping[str, str]
) -> None:
    """Lay out everybody who was heard, with their group; where else they were heard goes into attendance."""
    values = attributes(carried.material, spoken)
    for key, who in people.items():
        where = [event for event, one in spoken.items() if key in one.people and event in events]
        group = next((event for event in where if spoken[event].group), "")
        row = {"participant": who, "focus_group": events.get(group, "")} | values[key]
        carried.tables["participants"].append(row)
        others = ({"participant": who, "event": events[event]} for event in where if event != group)
        carried.tables["attendance"].extend(others)


def _excerpts(
    carried: Carried, spoken: Mapping[str, Heard], people: Mapping[str, str], events: Mapping[str, str],
    codes: Mapping[str, str],
) -> None:  # fmt: skip
    material = carried.material
    order = {key: place for place, key in enumerate(material.documents)}
    ordered = sorted(
        enumerate(material.segments), key=lambda s: (order.get(s[1].document, len(order)), s[1].start, s[0])
    )
    digits = max(4, len(str(len(ordered))))
    own = [segment.name for _, segment in ordered]
    named = all(own) and len({look(name) for name in own}) == len(own) and all(" " not in name for name in own)
    coders: dict[str, None] = {}
    for number, (_, segment) in enumerate(ordered, 1):
        voices = _voices(material, spoken, segment)
        if not voices:
            material.tallies["excerpts"].less("passages said by whoever leads the talk")
            material.tallies["codings"].less("of passages said by whoever leads the talk", len(segment.coded))
            continue
        material.tallies["excerpts"].more(
            "more excerpts, of passages in which several speak: each voice has its own", len(voices) - 1
        )
        material.tallies["codings"].more(
            "more codings, of passages in which several speak", (len(voices) - 1) * len(segment.coded)
        )
        base = f"E{segment.name}" if named else f"E{number:0{digits}}"
        for n, (person, start, end, text) in enumerate(voices):
            excerpt = base if len(voices) == 1 else f"{base}{_letter(n)}"
            row = {"excerpt": excerpt, "participant": people.get(person, ""), "event": events.get(segment.document, "")}
            places = {"start": str(start), "end": str(end)} if start >= 0 else {}
            carried.tables["excerpts"].append(row | {"text": text} | places | segment.values)
            for coder, code in segment.coded:
                coders[coder or UNNAMED_CODER] = None
                carried.tables["codings"].append(
                    {"excerpt": excerpt, "coder": coder or UNNAMED_CODER, "code": codes[code]}
                )
    carried.coders = list(coders)


def _voices(material: Material, spoken: Mapping[str, Heard], segment: Segment) -> list[tuple[str, int, int, str]]:
    """Return whose a passage is: (person, start, end, words) of each voice in it; a blank person is not known.

    A passage in which one respondent speaks stays as it was marked. Of one in which several do, each has their part.
    """
    whole = (segment.start, segment.end, segment.text)
    if segment.person:
        return [(segment.person, *whole)]
    one, document = spoken.get(segment.document), material.documents.get(segment.document)
    if one is None or document is None:
        return [("", *whole)]
    if not one.owners:
        return [(next(iter(one.people)) if len(one.people) == 1 else "", *whole)]
    parts = owner_parts(one, segment.start, segment.end, document.text or "") if segment.start >= 0 else {}
    led = parts.pop(LED, None)
    if not parts:
        return [] if led else [("", *whole)]
    if len(parts) == 1:
        return [(next(iter(parts)), *whole)]
    text = document.text or ""
    return [
        (person, places[0][0], places[-1][1], "\n".join(text[low:high].strip() for low, high in places))
        for person, places in parts.items()
    ]


def _letter(n: int) -> str:
    """Return a letter for 0, 1 and so on: a, b, then after z aa, ab."""
    return (_letter(n // 26 - 1) if n > 25 else "") + "abcdefghijklmnopqrstuvwxyz"[n % 26]


def _nothing_missing(carried: Carried) -> None:
    """Refuse to make a study of files that hold nothing; tell which tables stay empty where they hold something."""
    names = {"participants": "people", "excerpts": "marked passages", "codings": "codings", "codebook": "codes"}
    missing = [what for table, what in names.items() if not carried.tables[table]]
    file = carried.material.file
    if len(missing) == len(names):
        remedy = "import a file in which something was marked and coded, or a codebook"
        raise StudyError(
            file, [Fault(file, None, "", "it holds no people, passages, codings or codes", "", "", remedy)]
        )
    if missing:
        carried.material.told.append(
            f"there are no {joined(missing, 'or')} in what was read, and the study cannot be run without: add them by "
            "hand, or import again with the files that hold them beside these, and --replace"
        )

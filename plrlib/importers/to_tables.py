"""Material laid out as a study's tables: every excerpt with who said it, every number accounted for."""

import itertools
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from openpyxl.utils import get_column_letter

from plrlib.importers.material import Choices, Material, Segment
from plrlib.importers.speakers import GROUP, INTERVIEW, MODERATOR, WORDS, Speakers, document_name, speakers_of
from plrlib.privacy.keys import Key
from plrlib.safe_open import refused
from plrlib.study.schema import PARTICIPANTS, TABLES
from plrlib.text import count, joined, look, verb

UNNAMED_CODER = "coder"
TABLE_OF = {
    "documents": "events", "people": "participants", "codes": "codebook", "excerpts": "excerpts", "codings": "codings",
}  # fmt: skip
"""Where each kind of material goes."""
Rows = list[dict[str, str]]


@dataclass
class StudyTables:
    """The tables, as rows of text, and what the import report is made of.

    `ids` maps a kind and a program's own name to the id that stands for it in the tables, where it is another.
    """

    material: Material
    speakers: Mapping[str, Speakers]
    tables: dict[str, Rows] = field(default_factory=lambda: {name: [] for name in TABLES})
    ids: dict[Key, str] = field(default_factory=dict)

    @property
    def coders(self) -> list[str]:
        """Who coded, in the order of their first coding."""
        return list(dict.fromkeys(row["coder"] for row in self.tables["codings"]))


def to_tables(material: Material, choices: Choices, earlier: Mapping[Key, str]) -> StudyTables:
    """Lay out all that was read.

    Parameters
    ----------
    material
        All files as one.
    choices
        How speakers are told apart, and whether names stay.
    earlier
        Ids that an earlier import gave, by kind and name.

    Raises
    ------
    StudyError
        If there is nothing to lay out, or if it was not said who a label is.
    """
    made = StudyTables(material, speakers_of(material, choices))
    marked = {segment.document for segment in material.segments}
    heard = {key: one for key, one in made.speakers.items() if one.people or key in marked}
    reason = "documents in which nobody speaks and nothing is marked"
    material.lose("documents", reason, len(material.documents) - len(heard))
    names = {key: ("person", person.name) for key, person in material.people.items()}
    people, made.ids = ids_for(names, earlier, keep=choices.keep_names)
    names = {key: (one.kind, document_name(material.documents[key].name)) for key, one in heard.items()}
    events, replaced = ids_for(names, earlier, keep=choices.keep_names)
    made.ids |= replaced
    codes = _fill_codebook(made)
    _fill_people(made, people, events)
    _fill_excerpts(made, people, events, codes)
    _note_empty_tables(made)
    return made


def _fill_codebook(made: StudyTables) -> dict[str, str]:
    """Lay out the codes, each after the one it stands under, and return their ids.

    The id is the name; where several have the same one, with the name of the code above before it.
    """
    material = made.material
    # By place at each depth, from the top: a code comes behind the one above, and before that one's next sibling.
    position = {key: n for n, key in enumerate(material.codes)}
    ordered = sorted(material.codes, key=lambda key: [position[above] for above in material.path(key)])
    codes = {key: material.codes[key] for key in ordered}
    names = {key: " ".join(code.name.split()) or "unnamed" for key, code in codes.items()}
    often = Counter(map(look, names.values()))
    given: set[str] = set()
    ids: dict[str, str] = {}
    for key, code in codes.items():
        shared = often[look(names[key])] > 1 and code.parent
        ids[key] = distinct(f"{names[code.parent]} / {names[key]}" if shared else names[key], given)
        material.not_carried["spaces before or behind the names of codes"] += code.name != code.name.strip()
    made.tables["codebook"] = [
        {"code": ids[key], "parent": ids.get(code.parent, ""), "label": names[key], "definition": code.definition}
        for key, code in codes.items()
    ]
    return ids


def _fill_people(made: StudyTables, people: Mapping[str, str], events: Mapping[str, str]) -> None:
    """Lay out the events, and everybody with their group; where else they were heard goes into attendance."""
    made.tables["events"] = [
        {"event": event, "kind": made.speakers[key].kind, "participants": str(len(made.speakers[key].people) or "")}
        for key, event in events.items()
    ]
    attributes = _attributes(made)
    for key, participant in people.items():
        where = [event for event in events if key in made.speakers[event].people]
        group = next((event for event in where if made.speakers[event].kind == GROUP), "")
        row = {"participant": participant, "focus_group": events.get(group, "")}
        made.tables["participants"].append(row | attributes[key])
        others = ({"participant": participant, "event": events[event]} for event in where if event != group)
        made.tables["attendance"].extend(others)


def _attributes(made: StudyTables) -> dict[str, dict[str, str]]:
    """Return for each person the cells of their row, under headers that no two of which look alike.

    Attributes of a document are given to those who speak in it, where they have none of that name. Values that differ
    only in how they are written are written as the first of them is.
    """
    material = made.material
    values = {key: dict(person.values) for key, person in material.people.items()}  # what is said of a person counts
    of_documents = 0
    for key, document in material.documents.items():
        for person in made.speakers[key].people:
            fresh = {name: value for name, value in document.values.items() if name not in values[person]}
            values[person] |= fresh
            of_documents += len(fresh)
    if of_documents:
        n = of_documents
        what = f"{count(n, 'attribute')} of documents {verb(n, 'is', 'are')} taken for"
        material.guesses.append(f"{what} {verb(n, 'that', 'those')} of the people who speak in them")
    own = {look(column.name): column for column in PARTICIPANTS.columns}
    headers = {look(name): f"{name} (as named in the file)" for name in ("participant", "focus_group")}
    first: dict[tuple[str, str], str] = {}
    rows: dict[str, dict[str, str]] = {key: {} for key in values}
    for key, cells in values.items():
        for name, value in cells.items():
            column = own.get(look(name))
            header = headers.setdefault(look(name), column.name if column else " ".join(name.split()))
            plain = " ".join(value.split())
            plain = plain.casefold() if column and column.allowed else plain
            rows[key][header] = first.setdefault((header, look(plain)), plain)
    return rows


def _fill_excerpts(
    made: StudyTables, people: Mapping[str, str], events: Mapping[str, str], codes: Mapping[str, str]
) -> None:
    """Lay out the passages in the order of the documents, each with whoever said it, and their codings."""
    material = made.material
    order = {key: place for place, key in enumerate(material.documents)}
    segments = sorted(material.segments, key=lambda segment: (order.get(segment.document, len(order)), segment.start))
    # The file's own numbers make ids that can be found again in the program, if they can serve as ids at all.
    names = [segment.name for segment in segments]
    own_names = all(name and " " not in name for name in names) and len(set(map(look, names))) == len(names)
    digits = max(4, len(str(len(segments))))
    for number, segment in enumerate(segments, 1):
        parts = _parts(made, segment)
        if not parts:
            material.lose_passage("passages said by whoever leads the talk", len(segment.coded))
            continue
        more = len(parts) - 1
        material.gain("excerpts", "more excerpts, of passages in which several speak: each voice has its own", more)
        material.gain("codings", "more codings, of passages in which several speak", more * len(segment.coded))
        name = f"E{segment.name}" if own_names else f"E{number:0{digits}}"
        for n, part in enumerate(parts, 1):
            excerpt = f"{name}{get_column_letter(n).lower()}" if more else name
            who, event = people.get(part.person, ""), events.get(part.document, "")
            places = {"start": str(part.start), "end": str(part.end)} if part.start >= 0 else {}
            row = {"excerpt": excerpt, "participant": who, "event": event, "text": part.text}
            made.tables["excerpts"].append(row | places | part.values)
            given = ((coder or UNNAMED_CODER, codes[code]) for coder, code in part.coded)
            made.tables["codings"] += [{"excerpt": excerpt, "coder": coder, "code": code} for coder, code in given]


def _parts(made: StudyTables, segment: Segment) -> list[Segment]:
    """Return a passage by whose it is; a blank person is not known.

    A passage in which one respondent speaks stays as it was marked. Of one in which several do, each has their part.
    """
    if segment.person or not segment.document:
        return [segment]
    heard, text = made.speakers[segment.document], made.material.documents[segment.document].text or ""
    if not heard.owners:
        return [replace(segment, person=next(iter(heard.people)) if len(heard.people) == 1 else "")]
    places: dict[str, list[tuple[int, int]]] = {}
    before = bisect_left(heard.owners, (segment.end,)) if segment.start >= 0 else 0
    for first, last, person in [owner for owner in heard.owners[:before] if owner[1] > segment.start]:
        low, high = max(segment.start, first), min(segment.end, last)
        if any(map(str.isalnum, text[low:high])):  # a line end between two labels is nobody's
            places.setdefault(person, []).append((low, high))
    moderated = places.pop(MODERATOR, None)
    if len(places) < 2:
        return [] if moderated and not places else [replace(segment, person=next(iter(places), ""))]
    words = {person: "\n".join(text[low:high].strip() for low, high in own) for person, own in places.items()}
    return [
        replace(segment, person=person, start=own[0][0], end=own[-1][1], text=words[person])
        for person, own in places.items()
    ]


def _note_empty_tables(made: StudyTables) -> None:
    """Refuse to make a study of files that hold nothing; tell which tables stay empty where they hold something."""
    names = {"participants": "people", "excerpts": "marked passages", "codings": "codings", "codebook": "codes"}
    missing = [what for table, what in names.items() if not made.tables[table]]
    if len(missing) == len(names):
        file, what = made.material.file, "it holds no people, passages, codings or codes"
        raise refused(file, what, "import a file in which something was marked and coded, or a codebook")
    if missing:
        made.material.notes.append(
            f"there are no {joined(missing, 'or')} in what was read, and the study cannot be run without: add them by "
            "hand, or import again with the files that hold them beside these, and --replace"
        )


# Ids that say nothing of anybody: a program's own names are kept where they are codes, and else replaced by some.

_PREFIXES = {"person": "P", GROUP: "FG", INTERVIEW: "INT"}
"""What an id begins with that replaces a name; a number follows."""
_TOKEN = re.compile(r"\d+[a-z]?|[^\W\d_]{1,5}\d+[a-z]?|[^\W\d_]", re.IGNORECASE)
_CAPITALS = re.compile(r"[A-Z]{2,5}")


def is_code(name: str) -> bool:
    """Tell whether a name is made of codes and common words alone, so that it can be nobody's: `P01`, `Focus group 2`.

    Numbers, single letters, up to five letters with a number, up to five capitals and the words of the trade count.
    """
    tokens = [token for token in re.split(r"[\W_]+", name) if token]
    return bool(tokens) and all(
        _TOKEN.fullmatch(token) or _CAPITALS.fullmatch(token) or token.casefold() in WORDS["of_codes"]
        for token in tokens
    )


def ids_for(
    names: Mapping[str, Key], earlier: Mapping[Key, str], *, keep: bool = False
) -> tuple[dict[str, str], dict[Key, str]]:
    """Return an id for each name, no two of which look alike, and the names that were replaced with what replaced them.

    Parameters
    ----------
    names
        (kind, the program's name), by key and in order.
    earlier
        Names that were replaced earlier, with their ids: the same name gets the same id.
    keep
        Whether names are kept, whatever they are made of.
    """
    kept = {name for _, name in names.values() if keep or is_code(name)}
    taken = {look(one) for one in (*kept, *earlier.values())}  # an id never passes on to somebody else
    unused = {kind: _numbered(prefix, taken) for kind, prefix in _PREFIXES.items()}
    replaced: dict[Key, str] = {}
    ids: dict[str, str] = {}
    given: set[str] = set()
    for key, (kind, name) in names.items():
        one = name or "unnamed"
        if name not in kept:
            one = replaced.get((kind, name)) or earlier.get((kind, name)) or next(unused[kind])
        if one != name:
            replaced[kind, name] = one
        ids[key] = distinct(one, given)
    return ids, replaced


def _numbered(prefix: str, taken: Collection[str]) -> Iterator[str]:
    return (one for n in itertools.count(1) if look(one := f"{prefix}{n}") not in taken)


def distinct(name: str, given: set[str]) -> str:
    """Return a name that looks like none given so far, with a number behind it where there is one, and remember it."""
    one = next(one for n in itertools.count(1) if look(one := f"{name} ({n})" if n > 1 else name) not in given)
    given.add(look(one))
    return one

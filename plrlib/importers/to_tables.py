"""Material laid out as a study's tables: who was heard where, whose each excerpt is, and every number accounted for.

Who speaks comes from cases, from labels in the text, or from names of documents.
"""

import itertools
import re
import tomllib
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from openpyxl.utils import get_column_letter

from plrlib.faults import Fault, StudyError
from plrlib.importers.material import Choices, Document, Material, Person, Segment, told
from plrlib.privacy.keys import Key
from plrlib.safe_open import refused
from plrlib.study.schema import PARTICIPANTS, TABLES
from plrlib.text import count, joined, look

UNNAMED_CODER = "coder"
TABLE_OF = {
    "documents": "events", "people": "participants", "codes": "codebook", "excerpts": "excerpts", "codings": "codings",
}  # fmt: skip
"""Where each kind of material goes."""


MODERATOR = "\0moderator"
"""The owner of a passage that belongs to whoever leads the talk."""
GROUP, INTERVIEW = "focus group", "interview"
_GROUP = re.compile(r"\b(focus|group|groups|workshop|fg[ _-]?\d*)\b", re.IGNORECASE)
"""What in a document's name shows that several people sat there."""
_ENDING = re.compile(r"\.(txt|docx?|odt|rtf|pdf|md|html?|mp3|mp4|m4a|wav|vtt|srt)$", re.IGNORECASE)


@dataclass
class StudyTables:
    """The tables, as rows of text, and what the import report is made of.

    `ids` maps a kind and a program's own name to the id that stands for it in the tables, where it is another.
    """

    material: Material
    tables: dict[str, list[dict[str, str]]] = field(default_factory=lambda: {name: [] for name in TABLES})
    ids: dict[Key, str] = field(default_factory=dict)

    @property
    def coders(self) -> list[str]:
        """Who coded, in the order of their first coding, and then who read without giving a code."""
        return list(dict.fromkeys(row["coder"] for name in ("codings", "coverage") for row in self.tables[name]))

    @property
    def reference(self) -> str:
        """The coder with the most codings; blank where several divided the work, and all their codings count."""
        excerpts: dict[str, set[str]] = {}
        for row in self.tables["codings"]:
            excerpts.setdefault(row["coder"], set()).add(row["excerpt"])
        divided = len(excerpts) > 1 and sum(map(len, excerpts.values())) == len(set().union(*excerpts.values()))
        often = Counter(row["coder"] for row in self.tables["codings"])
        return "" if divided or not often else often.most_common(1)[0][0]


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
    find_speakers(material, choices)
    made = StudyTables(material)
    marked = {segment.document for segment in material.segments}
    heard = {key: document for key, document in material.documents.items() if document.people or key in marked}
    reason = "documents in which nobody speaks and nothing is marked"
    material.lose("documents", reason, len(material.documents) - len(heard))
    names = {key: ("person", person.name) for key, person in material.people.items()}
    people, made.ids = ids_for(names, earlier, keep=choices.keep_names)
    names = {key: (kind_of(document), document_name(document.name)) for key, document in heard.items()}
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
    codes = dict(sorted(material.codes.items(), key=lambda code: [position[key] for key in material.path(code[0])]))
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
    heard = {key: made.material.documents[key] for key in events}
    made.tables["events"] = [
        {"event": events[key], "kind": kind_of(document), "participants": str(len(document.people) or "")}
        for key, document in heard.items()
    ]
    attributes = _attributes(made)
    for key, participant in people.items():
        where = [at for at, document in heard.items() if key in document.people]
        group = next((at for at in where if kind_of(heard[at]) == GROUP), "")
        row = {"participant": participant, "focus_group": events.get(group, "")}
        made.tables["participants"].append(row | attributes[key])
        made.tables["attendance"] += [{"participant": participant, "event": events[at]} for at in where if at != group]


def _attributes(made: StudyTables) -> dict[str, dict[str, str]]:
    """Return for each person the cells of their row, under headers that no two of which look alike.

    Attributes of a document are given to those who speak in it, where they have none of that name. Values that differ
    only in how they are written are written as the first of them is.
    """
    material = made.material
    values = {key: dict(person.values) for key, person in material.people.items()}  # what is said of a person counts
    of_documents = 0
    for document in material.documents.values():
        for person in document.people:
            fresh = {name: value for name, value in document.values.items() if name not in values[person]}
            values[person] |= fresh
            of_documents += len(fresh)
    if of_documents:
        material.guesses.append(told("attributes", n=of_documents))
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
        parts = _parts(material, segment)
        if not parts:
            material.lose_passage("passages said by whoever leads the talk", len(segment.coded))
            continue
        more = len(parts) - 1
        material.lose("excerpts", "more excerpts, of passages in which several speak: each voice has its own", -more)
        material.lose("codings", "more codings, of passages in which several speak", -more * len(segment.coded))
        name = f"E{segment.name}" if own_names else f"E{number:0{digits}}"
        for n, part in enumerate(parts, 1):
            excerpt = f"{name}{get_column_letter(n).lower()}" if more else name
            who, event = people.get(part.person, ""), events.get(part.document, "")
            places = {"start": str(part.start), "end": str(part.end)} if part.start >= 0 else {}
            row = {"excerpt": excerpt, "participant": who, "event": event, "text": part.text}
            made.tables["excerpts"].append(row | places | part.values)
            given = ((coder or UNNAMED_CODER, codes[code]) for coder, code in part.coded)
            made.tables["codings"] += [{"excerpt": excerpt, "coder": coder, "code": code} for coder, code in given]
            read = sorted(coder or UNNAMED_CODER for coder in part.read)
            made.tables["coverage"] += [{"coder": coder, "event": "", "excerpt": excerpt} for coder in read]


def _parts(material: Material, segment: Segment) -> list[Segment]:
    """Return a passage by whose it is; a blank person is not known.

    A passage in which one respondent speaks stays as it was marked. Of one in which several do, each has their part.
    """
    if segment.person or not segment.document:
        return [segment]
    heard = material.documents[segment.document]
    text = heard.text or ""
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
        made.material.notes.append(told("empty_tables", missing=joined(missing, "or")))


# Who was heard in each document, and which passages are whose.


def find_speakers(material: Material, choices: Choices) -> None:
    """Find who was heard in each document, and which passages are whose; people whom only those name are added.

    Raises
    ------
    StudyError
        If a label stands in several documents and it was not said whether it is the same person; it lists each.
    """
    _find_by_case(material)
    for document in material.documents.values():
        document.people |= {person: None for *_, person in document.owners}
    for segment in material.segments:
        if segment.person and segment.document:
            material.documents[segment.document].people[segment.person] = None
    if choices.speakers != "none":
        _find_by_label(material, choices)
    _find_by_document(material)
    for document in material.documents.values():
        document.owners.sort()  # those at a place are found by bisection


def kind_of(document: Document) -> str:
    """Return in which kind of event those of a document were heard."""
    return GROUP if len(document.people) > 1 or _GROUP.search(document.name) else INTERVIEW


def document_name(name: str) -> str:
    """Return a document's name without the ending of its file, on one line."""
    return " ".join(_ENDING.sub("", name.strip()).replace(";", ",").split())


def _find_by_case(material: Material) -> None:
    """Take what a sheet of people says of where they sat as what other programs say of the documents of a case."""
    names = {look(document_name(document.name)): key for key, document in material.documents.items()}
    without_document = 0
    for key, person in material.people.items():
        for column in ("focus_group", "event"):
            event = person.values.get(column, "")
            document = names.get(look(document_name(event)))
            if document and event:
                material.documents[document].people[key] = None
                del person.values[column]  # else it would become an attribute, with a name that ids have replaced
            without_document += bool(event and not document)
    material.note("no_document", without_document)


def _find_by_label(material: Material, choices: Choices) -> None:
    """Read the labels of the documents in which no case has passages of its own."""
    known = {look(person.name): key for key, person in material.people.items()}
    labelled: dict[str, list[Turn]] = {}
    where: Counter[str] = Counter()  # in how many documents each label is
    for key, document in material.documents.items():
        # A program that tells passages apart by cases knows better than the text.
        own = turns(document.text) if document.text and not document.owners else []
        labels = {look(label) for label, *_ in own if not is_moderator(label, choices.moderators)}
        if labels:
            labelled[key] = own
        where.update(labels)
    shared = {label for label, n in where.items() if n > 1 and label not in known}
    if shared and choices.speakers == "auto":
        what = "a label begins lines in {}".format
        faults = [
            Fault(material.file, None, "", what(count(where[label], "document")), label, "", told("which_speaker"))
            for label in sorted(shared)
        ]
        raise StudyError("who speaks", faults)
    for key, own in labelled.items():
        document = material.documents[key]
        for label, start, end in own:
            person = MODERATOR
            if look(label) in where:
                local = look(label) in shared and choices.speakers == "apart"  # somebody else in each document
                person = known.get(look(label), f"label {key if local else ''} {look(label)}")
                if person not in material.people:
                    prefix = f"{document_name(document.name)} " if local else ""
                    material.people[person] = Person(prefix + label)
                    material.found["people"] += 1
                document.people[person] = None
            document.owners.append((start, end, person))
    if labelled:
        who = len({owner for key in labelled for *_, owner in material.documents[key].owners} - {MODERATOR})
        material.guesses.append(told("labelled", n=len(labelled), who=who))


def _find_by_document(material: Material) -> None:
    """Take a document in which nobody is told apart as one person's, unless its name says that it was a group."""
    used = {segment.document for segment in material.segments}
    known = {look(person.name): key for key, person in material.people.items()}
    interviews = groups = 0
    for key, document in material.documents.items():
        # Of a sheet a document is a name alone: where nothing was marked in it, nobody was heard.
        if document.people or (document.text is None and key not in used):
            continue
        if _GROUP.search(document.name):
            groups += key in used
            continue
        name = document_name(document.name)
        person = known.setdefault(look(name), f"document {key}")
        if person not in material.people:
            material.people[person] = Person(name)
            material.found["people"] += 1
            interviews += 1
        document.people[person] = None
    if interviews:
        material.guesses.append(told("interviews", n=interviews))
    material.note("groups", groups)


# Whose each line of a transcript is, where lines begin with a label: `P01: ...`.

WORDS: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))
_MODERATORS, _HEADINGS = (re.compile(f"({'|'.join(WORDS[of])})[0-9]*") for of in ("moderators", "headings"))
"""Labels of whoever leads the talk, as `look` sees them: what they say is no respondent's."""
_LABEL = re.compile(r"^[ \t]*(?P<label>[^\W\d_][^:\n\t]{0,39}?)[ \t]*:(?!//)(?=[ \t]|$)", re.MULTILINE)
_CODE = re.compile(r"[^\W\d_]{1,12}(?:[ _-]?[^\W\d_]{0,5}\d{1,3}){1,3}[a-z]?")
_SHARE = 0.5
"""The share of the lines of a text that labels other than codes must begin, to be taken for those of speakers."""


Turn = tuple[str, int, int]
"""What somebody says in one go: their label, and from where behind it to where the next one begins."""


def turns(text: str) -> list[Turn]:
    """Return the turns of a transcript; none where it does not mark them.

    A label is up to four words and a colon at the beginning of a line. Labels that look like codes (`P01`,
    `Speaker 2`) or name whoever leads the talk count from the first time; others (`Anna:`, `Well:`) only where labels
    begin half of all lines, and one of the others comes again.
    """
    found = [(m, look(m["label"])) for m in _LABEL.finditer(text) if len(m["label"].split()) <= 4]
    found = [(m, label) for m, label in found if not _HEADINGS.fullmatch(label)]
    often = Counter(label for _, label in found)
    labels = {label for label in often if _CODE.fullmatch(label) or is_moderator(label)}
    lines = sum(1 for line in text.split("\n") if line.strip())
    # `Well:` begins a line now and then; names begin most lines, and somebody speaks more than once.
    if len(found) >= _SHARE * lines and any(n > 1 for label, n in often.items() if label not in labels):
        labels = set(often)
    if all(map(is_moderator, labels)):  # questions are marked, and the answers between them are not
        return []
    kept = [m for m, label in found if label in labels]
    ends = [m.start() for m in kept[1:]] + [len(text)]
    return [(m["label"].strip(), m.end(), end) for m, end in zip(kept, ends, strict=True)]


def is_moderator(label: str, more: Collection[str] = ()) -> bool:
    """Tell whether a label is that of whoever leads the talk, among them those that somebody named."""
    return bool(_MODERATORS.fullmatch(look(label))) or look(label) in map(look, more)


# Ids that say nothing of anybody: a program's own names are kept where they are codes, and else replaced by some.

_PREFIXES = {"person": "P", GROUP: "FG", INTERVIEW: "INT"}
"""What an id begins with that replaces a name; a number follows."""
_TOKEN = re.compile(r"(?i:\d+[a-z]?|[^\W\d_]{1,5}\d+[a-z]?|[^\W\d_])|[A-Z]{2,5}")


def is_code(name: str) -> bool:
    """Tell whether a name is made of codes and common words alone, so that it can be nobody's: `P01`, `Focus group 2`.

    Numbers, single letters, up to five letters with a number, up to five capitals and the words of the trade count.
    """
    tokens = [token for token in re.split(r"[\W_]+", name) if token]
    return bool(tokens) and all(_TOKEN.fullmatch(t) or t.casefold() in WORDS["of_codes"] for t in tokens)


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

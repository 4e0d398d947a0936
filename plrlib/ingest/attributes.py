"""What is known of people: their own attributes, and those of the documents they alone speak in."""

from collections.abc import Mapping

from plrlib.alike import look
from plrlib.ingest.material import Material
from plrlib.ingest.voices import Heard
from plrlib.tables import PARTICIPANTS

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

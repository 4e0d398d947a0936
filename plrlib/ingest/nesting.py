"""Codes of several files as one codebook: paths taken apart, the same code of two files made one."""

from unicodedata import normalize

from plrlib.ingest.material import Code, Material


def nest(materials: list[Material]) -> None:
    """Put each code that is written as a path under the one that the path begins with.

    Where a file's paths are complete (`Theme > Code`), a theme that stands in paths only becomes a code. Otherwise (a
    full stop in a tag, as in `e.g.`) only a beginning that is a tag itself counts, in whichever of the files.
    """
    tags = {code.name: key for material in materials if material.nesting for key, code in material.codes.items()}
    for material in materials:
        if material.nesting:
            own = {code.name: key for key, code in material.codes.items()}
            for name in [code.name for code in material.codes.values() if not code.parent]:
                _under(material, name, own, set(tags))


def _under(material: Material, name: str, own: dict[str, str], tags: set[str]) -> None:
    """Set the parent of the code of this full name, and shorten its name to what the path ends with."""
    code, parts = material.codes[own[name]], name.split(material.nesting)
    for n in range(len(parts) - 1, 0, -1):
        above = material.nesting.join(parts[:n])
        rest = material.nesting.join(parts[n:])
        if not above.strip() or not rest.strip():
            continue
        if above not in own and (material.complete_paths or above in tags):
            key = own[above] = f"path {above}"
            material.codes[key] = Code(above)
            if material.complete_paths:
                material.tallies["codes"].more("themes that stand in the paths of codes alone")
            else:
                material.tallies["codes"].more("codes that another of the files has")
            _under(material, above, own, tags)
        if above in own:
            code.parent, code.name = own[above], rest.strip()
            return


def paths(material: Material) -> dict[str, tuple[str, ...]]:
    """Return the names from the top to each code; a circle of parents is cut where it is met."""
    found: dict[str, tuple[str, ...]] = {}
    for key in material.codes:
        way: dict[str, None] = {}
        at = key
        while at in material.codes and at not in way:
            way[at] = None
            at = material.codes[at].parent
        found[key] = tuple(normalize("NFC", material.codes[step].name).strip() for step in reversed(way))
    return found

"""The library as a page, from its docstrings: every public function, and what `show` has for notebooks."""

import inspect

import plrlib
from plrlib import show
from plrlib.site.markdown import plain, table

GROUPS = {
    "A study": ("load_study", "Study", "text_of", "attribution", "StudyError", "NotInStudy", "Fault"),
    "Who raised what": ("presence", "design", "talk", "compare", "change"),
    "Planning": ("power", "smallest_difference"),
    "Themes and coders": ("envelopes", "moved", "agreement", "saturation", "sides"),
    "Words": ("words_of", "families", "keyness", "kwic"),
    "Claims": ("joint_display",),
    "Exploring": ("explore",),
    "Nothing identifying": ("identifiers", "small_groups", "merges"),
    "Studies that are made up": ("simulate", "Plan", "Room", "Coder", "alone", "files_of", "Simulated"),
}
"""What is listed, under which heading; a test holds it to `plrlib.__all__`."""


def library() -> str:
    """Return the page, as Markdown that Sphinx fills in from the docstrings."""
    parts = [
        "# The library",
        plain("All of these are imported from plrlib; help(plrlib.compare) says the same as here."),
    ]
    for heading, names in GROUPS.items():
        parts.append(f"## {heading}")
        lines = [_directive(name) for name in names]
        parts.append("\n".join(["```{eval-rst}", *lines, "```"]))
    parts += ["## What notebooks show", plain("From plrlib import show; each returns something to show in a cell.")]
    rows = [(f"`show.{name}`", plain(_first_line(getattr(show, name)))) for name in sorted(show.__all__)]
    parts.append(table(["function", "what it returns"], rows))
    return "\n\n".join(parts)


def _directive(name: str) -> str:
    thing = getattr(plrlib, name)
    kind = "autofunction" if inspect.isroutine(thing) else "autoclass"
    return f".. {kind}:: plrlib.{name}\n"


def _first_line(thing: object) -> str:
    return (inspect.getdoc(thing) or "").partition("\n")[0]

"""What can be chosen, what has been, and the call that gives the same numbers outside of the explorer."""

from collections.abc import Sequence
from dataclasses import dataclass

from plrlib.faults import NotInStudy
from plrlib.show.naming import labels
from plrlib.show.say import capital
from plrlib.show.sorting import named_coder
from plrlib.stats.evidence import coder_or_reference, codes_at, stances
from plrlib.stats.ratings import coders_of
from plrlib.stats.readings import LEVELS, noun, plural, reading_columns
from plrlib.study import Study
from plrlib.tables import STANCES

ANY = ""
"""No stance is asked for."""


@dataclass(frozen=True)
class View:
    """One choice: a grouping, a level, a stance (blank: any) and a coder, each as `plrlib.compare` takes it."""

    by: str
    level: str
    stance: str
    coder: str

    @property
    def asked(self) -> str | None:
        """The stance as `plrlib.compare` takes it."""
        return self.stance or None


@dataclass(frozen=True)
class Choices:
    """What can be chosen in a study: for each control its values, and what each is called."""

    by: dict[str, str]
    level: dict[str, str]
    stance: dict[str, str]
    coder: dict[str, str]

    def first(self) -> View:
        """Return the view that the explorer starts with."""
        return View(*(next(iter(some)) for some in (self.by, self.level, self.stance, self.coder)))


def choices(study: Study) -> Choices:
    """Return what can be chosen in a study; what notebooks 04 to 06 show comes first.

    Raises
    ------
    NotInStudy
        If study.toml declares no grouping, or nobody coded anything.
    """
    groupings = study.settings.groupings
    if not groupings:
        raise NotInStudy("study.toml declares no grouping, so there is nobody to compare: README.md tells how.")
    coders = coders_of(study, "code")
    if not coders:
        raise NotInStudy("Nobody coded anything in this study, so there is nothing to explore.")
    first = coder_or_reference(study, None) if study.settings.reference_coder else coders[0]
    given = set(stances(study).dropna())
    return Choices(
        {name: grouping.label for name, grouping in groupings.items()},
        {level: capital(plural(noun(study, level))) for level in (*LEVELS, *reading_columns(study))},
        {ANY: "any stance", **{stance: stance for stance in STANCES if stance in given}},
        {c: named_coder(study, c) for c in sorted(coders, key=lambda c: c != first)},
    )  # fmt: skip


def named_codes(study: Study, level: str) -> dict[str, str]:
    """Return the codes of a level in the codebook's order, and what each is called."""
    named = labels(study, level)
    return {code: named[code] for code in codes_at(study, level)[0]}


def call(study: str, view: View, codes: Sequence[str] = ()) -> str:
    """Return Python that gives the numbers of a view again.

    Parameters
    ----------
    study
        Its name in data/raw/, or its folder.
    view
        What was chosen.
    codes
        The codes shown, where not all of them are. All are compared whatever is shown: who looks at one of twenty has
        still compared twenty.
    """
    asked = "".join(f", {name}={value!r}" for name, value in (("stance", view.stance), ("coder", view.coder)) if value)
    arguments = f"study, {view.by!r}, level={view.level!r}{asked}"
    lines = [
        "from plrlib import compare, load_study, presence",
        "",
        f"study = load_study({study!r})",
        f"people = presence({arguments})",
        f"found = compare({arguments})",
    ]
    if codes:
        lines.append(f'found[found["code"].isin({list(codes)!r})]')
    return "\n".join(lines)

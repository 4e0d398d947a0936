"""Numbers as links: each leads to the excerpts or people that it counts, and from there back."""

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from plrlib.settings import Settings
from plrlib.show.say import count, inner
from plrlib.show.table import SEPARATOR
from plrlib.site.markdown import anchor, link, plain

DATA = re.compile(r'<data value="([^"]*)"(?: data-of="([^"]*)")?[^>]*>(.*?)</data>')
_OTHERS = "of|and|or|to|in|at|by|on|for|from|with|per|words|themes|codes"
"""After these words a number counts something else: `23 in what managers said` counts words."""
MOST_READ = 40
"""Of more excerpts only the ids are listed, not what was said."""


@dataclass(frozen=True)
class Number:
    """A number of a notebook: what it says, of what, under which heading, and the ids of what it counts."""

    text: str
    of: str
    section: int
    ids: Sequence[str]


@dataclass
class Numbers:
    """The numbers of one notebook's page, in order, each under the heading where it stands.

    Parameters
    ----------
    page
        The notebook's page, by its name without ending.
    headings
        The headings of the notebook, in order.
    """

    page: str
    headings: list[str] = field(default_factory=list)
    found: list[Number] = field(default_factory=list)

    @property
    def target(self) -> str:
        """The page that lists them, by its name without ending."""
        return f"{self.page}-numbers"

    def linked(self, text: str) -> str:
        """Return HTML in which each number that has ids behind it is a link; they are added to those found."""
        return DATA.sub(self._link, text)

    def _link(self, match: re.Match[str]) -> str:
        ids = html.unescape(match[1]).split(SEPARATOR)
        self.found.append(Number(match[3], html.unescape(match[2] or ""), len(self.headings) - 1, ids))
        n = len(self.found)
        about = html.escape(f"{html.unescape(match[3])}: {html.unescape(match[2] or 'what it counts')}", quote=True)
        return f'<a class="plr-number" id="c-{n}" href="{self.target}.html#n-{n}" aria-label="{about}">{match[3]}</a>'

    def sections(self) -> set[int]:
        """Return the headings under which some number has ids behind it."""
        return {number.section for number in self.found}


def counts(settings: Settings) -> re.Pattern[str]:
    """Return what finds a count of excerpts or people in a sentence: a number, and before long what it counts."""
    own = [inner(label) for grouping in settings.groupings.values() for label in grouping.levels.values()]
    nouns = {"excerpts?", "people", "persons?", *map(re.escape, [*settings.populations, *own])}
    some = "|".join(sorted(nouns, key=len, reverse=True))
    number = r"\d[\d,]*(?:\.\d+)?"
    return re.compile(
        rf"(?<![\w.,;&#])({number}(?: (?:of|to) (?:the |all |those )?{number})*)"
        rf"((?: (?!(?:{_OTHERS})\b)[a-z-]+){{0,2}}? (?:{some})\b)",
        re.IGNORECASE,
    )


def lead(found: re.Pattern[str], where: Callable[[str], str], text: str) -> str:
    """Return a sentence with a link on each count; `where` gives the target, by what is counted."""
    return found.sub(lambda m: f'<a class="plr-count" href="{where(m[2])}">{m[1]}</a>{m[2]}', text)


def numbers_page(numbers: Numbers, title: str, said: Mapping[str, str], excerpts: str, people: str) -> str:
    """Return the page that lists, for each number, what it counts.

    Parameters
    ----------
    numbers
        The numbers of a notebook.
    title
        The notebook's title.
    said
        What may be shown of each excerpt; ids that are not here are people's.
    excerpts, people
        The pages where they have their anchors.
    """
    parts = [
        "---\norphan: true\n---",
        f"# {plain(f'What is counted in {title}')}",
        link("Back", f"{numbers.page}.ipynb"),
    ]
    for section, heading in enumerate(numbers.headings):
        rows = [(n, one) for n, one in enumerate(numbers.found, 1) if one.section == section]
        if rows:
            body = "".join(_entries(rows, numbers.page, said, excerpts, people))
            parts += [f"## {plain(heading)}", f'```{{raw}} html\n<div id="s-{section}">{body}</div>\n```']
    return "\n\n".join(parts)


def _entries(
    rows: Sequence[tuple[int, Number]], page: str, said: Mapping[str, str], excerpts: str, people: str
) -> Iterator[str]:
    for n, one in rows:
        about = f"{html.escape(one.of)}: " if one.of else ""
        kind = count(len(one.ids), "excerpt") if one.ids[0] in said else count(len(one.ids), "person", "people")
        back = f'<a href="{page}.html#c-{n}" aria-label="Back to the number">back</a>'
        yield f'<h3 class="plr-number" id="n-{n}">{about}<strong>{one.text}</strong></h3><p>{kind}; {back}</p>'
        if one.ids[0] in said and len(one.ids) <= MOST_READ:
            items = (f"<li>{_id(e, excerpts)}: {html.escape(said[e])}</li>" for e in one.ids)
            yield f"<ul>{''.join(items)}</ul>"
        else:
            where = excerpts if one.ids[0] in said else people
            yield f"<p>{', '.join(_id(e, where) for e in one.ids)}</p>"


def _id(name: str, page: str) -> str:
    return f'<a href="{page}#{anchor(name)}">{html.escape(name)}</a>'

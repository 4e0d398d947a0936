"""What notebook 09 shows of people heard twice: who raised what at which event, and what that can mean."""

import pandas as pd

from plrlib.faults import NotInStudy
from plrlib.show.charts.canvas import Look
from plrlib.show.charts.dots import Axis, dot_grid, mark_say
from plrlib.show.display import Cells, Picture, Say, Table, or_say, say
from plrlib.show.figure import AMBER, BLUE, GREY, RED, picture
from plrlib.show.labels import chance, labels, quoted
from plrlib.stats.change import CHANGED, NO_VARIATION, NOT_SHOWN, TOO_FEW, VERDICTS, change, participants_by_part
from plrlib.study.load import Study
from plrlib.text import Text, capital, count, joined, number, people, verb

PARTS = {
    "kept": Look(BLUE, "o", "in both"),
    "lost": Look(RED, "v", "only in the group"),
    "gained": Look(AMBER, "^", "only when interviewed"),
    "neither": Look(GREY, "o", "in neither", "open"),
}
ALPHA = 0.05


def twice_say(study: Study) -> Say:
    """Return how many people were heard twice and can be compared with themselves; where none can, why not.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Say
        One sentence; or two, of which the second is why no change can be counted: who was interviewed is not known,
        no participant attended two events, coding is not complete, or excerpts name no participant.

    See Also
    --------
    change_say : Which themes changed.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.twice_say(study).sentences[0]
    '15 people were heard in a focus group and again in an interview, and compared over 6 themes.'
    """
    try:
        found, parts = change(study), participants_by_part(study, "theme")
    except NotInStudy as error:
        return say("Nothing can be said of a change between the two hearings.", str(error))
    who = max((ids for (_, part), ids in parts.items() if part == "people"), key=len)
    first = capital(people(who)) + f" {verb(who, 'was', 'were')} heard in a focus group and again in an interview, "
    return say(first + f"and compared over {count(len(found), 'theme')}.")


@or_say("There are no two hearings to count a change between.")
def change_say(study: Study) -> Say:
    """Return how many themes changed between the two events, and each that did in words; where none can, that.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Say
        People heard in a focus group and again in an interview, each compared with themselves. A sentence where no
        change can be counted; `twice_say` says why.

    See Also
    --------
    plrlib.change : The exact test of McNemar, theme by theme.
    change_table : The numbers of every theme.

    References
    ----------
    [mcnemar1947]_

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.change_say(study).sentences[0]
    'Between the two hearings, of 6 themes 1 changed and for 5 there are too few who changed to tell.'
    """
    found, who = change(study), participants_by_part(study, "theme")
    told, compared = [], count(len(found), "theme")
    for _, row in found[found["verdict"] == CHANGED].iterrows():
        gained, lost, heard = (who[row["code"], part] for part in ("gained", "lost", "people"))
        many = f"; with {compared} compared, in {chance(row['p_adjusted'], ALPHA)}" if len(found) > 1 else ""
        by_chance = f"Chance alone would do this in {chance(row['p'], ALPHA)} such studies{many}. Changed."
        first = Text(f"{quoted(labels(study)[row['code']])}: ", number(gained), " of ", people(heard))
        then = Text(" raised it only when interviewed, and ", number(lost), f" only in the group. {by_chance}")
        told.append(first + then)
    few = int((found["verdict"] == TOO_FEW).sum())
    needed = f"Needed for {few} of the {compared}: more people who are heard twice." if few else ""
    return say(_head_say(found), *told, needed)


def _head_say(found: pd.DataFrame) -> str:
    n = {verdict: int((found["verdict"] == verdict).sum()) for verdict in VERDICTS}
    parts = [f"{number(n[CHANGED])} changed"]
    parts += [f"{n[NOT_SHOWN]} {verb(n[NOT_SHOWN], 'is', 'are')} not shown to change"] if n[NOT_SHOWN] else []
    parts += [f"for {n[TOO_FEW]} there are too few who changed to tell"] if n[TOO_FEW] else []
    alike = n[NO_VARIATION]
    parts += (
        [f"{alike} {verb(alike, 'was', 'were')} raised by everybody at both, or by nobody at either"] if alike else []
    )
    return f"Between the two hearings, of {count(len(found), 'theme')} {joined(parts)}."


@or_say("There is no table, since there are no two hearings to set side by side.")
def change_table(study: Study) -> Table:
    """Return a row a theme: how many raised it at both events, at one or at neither, and the verdict.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Table or Say
        Unit: people heard twice. `by chance alone` is the exact p, the column after it the p adjusted for all themes. A
        sentence where no change can be counted; `twice_say` says why.

    See Also
    --------
    plrlib.change : The exact test of McNemar, theme by theme.

    References
    ----------
    [mcnemar1947]_

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> frame = show.change_table(study).frame
    >>> print(frame.loc[[4], ["theme", "in both", "only when interviewed", "verdict"]].to_string(index=False))
                  theme  in both  only when interviewed verdict
    What is hard to say        1                     13 changed
    """
    found = change(study)
    frame, ids = _parts(study, found)
    frame["by chance alone"] = [chance(p, ALPHA) for p in found["p"]]
    frame[f"allowing for {count(len(found), 'theme')}"] = [chance(p, ALPHA) for p in found["p_adjusted"]]
    frame["verdict"] = list(found["verdict"])
    studies = "by chance alone: how often so many more would change one way than the other if neither way were likelier"
    return Table(frame, f"People heard twice who raised each theme; {studies}", ids)


@or_say("There is no picture, since there are no two hearings to set side by side.")
def change_picture(study: Study) -> Picture:
    """Return a picture of the people heard twice, by theme and the event at which they raised it: a mark a person.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Picture or Say
        Its numbers have a row a theme: in both, only in the group, only when interviewed, in neither, and of how many
        people. A sentence where no change can be counted; `twice_say` says why.

    See Also
    --------
    change_table : The same numbers, with p and verdict.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> numbers = show.change_picture(study).numbers
    >>> print(numbers.iloc[[4], :4].to_string(index=False))
                  theme  in both  only in the group  only when interviewed
    What is hard to say        1                  0                     13
    """
    found, names = change(study), labels(study)
    every = found.assign(row=found["code"].astype("object")).melt("row", list(PARTS), "column", "n")
    every = every.loc[every.index.repeat(every["n"])].assign(look=lambda marks: marks["column"])
    verdicts = found[["code", "people", "verdict"]].itertuples(index=False, name=None)
    rows = {code: f"{names[code]} ({n}): {verdict}" for code, n, verdict in verdicts}
    title = _head_say(found)
    columns = {part: look.label.capitalize() for part, look in PARTS.items()}
    axes = Axis(rows, "theme (people)"), Axis(columns, "raised it")
    figure = dot_grid(every[["row", "column", "look"]], *axes, PARTS, title, per_line=10, from_left=True)
    numbers, ids = _parts(study, found)
    counts = numbers.drop(columns="of").set_index("theme")
    cells = [f"{name}: {joined(f'{n} {part}' for part, n in row.items())}" for name, row in counts.iterrows()]
    mark = mark_say(len(every), "person", "people")
    caption = f"{mark} heard twice, in the column of the hearing at which they raised the theme. {title}"
    alt = f"A grid of people heard twice, a row a theme. {'; '.join(cells)}."
    return picture(figure, study, caption, alt, numbers, ids)


def _parts(study: Study, found: pd.DataFrame) -> tuple[pd.DataFrame, Cells]:
    """Return a row a theme and a column a part: how many people, and who they are."""
    names, who = labels(study), participants_by_part(study, "theme")
    heads = {**{part: look.label for part, look in PARTS.items()}, "people": "of"}
    numbers = found[list(heads)].rename(columns=heads)
    numbers.insert(0, "theme", [names[code] for code in found["code"]])
    return numbers, {(i, head): who[code, part] for i, code in enumerate(found["code"]) for part, head in heads.items()}

"""What notebooks 04 to 06 say of a comparison: who is compared, what each verdict is, and why."""

import pandas as pd

from plrlib.show.display import MISSING, Say, Table, say
from plrlib.show.excerpts import behind_levels
from plrlib.show.labels import asked_of, chance, chances, compared, counts_say, everybody, kinds, labels, of
from plrlib.show.sorting import named_coder
from plrlib.stats.bounds.presence import presence
from plrlib.stats.comparison.compare import PLANNED, compare
from plrlib.stats.comparison.permutation import CONFOUNDED, WHOLE, WITHIN
from plrlib.stats.comparison.reasons import did
from plrlib.stats.comparison.verdict import DIFFERS, NOT_ATTRIBUTED, NOT_SHOWN, TOO_FEW
from plrlib.study.evidence import LEVELS, coder_or_reference, one, plural
from plrlib.study.load import Study
from plrlib.study.settings import Grouping
from plrlib.text import capital, few, joined, people, share, verb

SIDES = {"supports": "supporting", "opposes": "opposing"}
OPEN = (CONFOUNDED, NOT_ATTRIBUTED)
"""Verdicts that say nothing of the people."""
NEEDED = {
    CONFOUNDED: "events that hold several levels, or several events of like size for each level",
    NOT_ATTRIBUTED: "who said each excerpt, or at least at which level they were",
    TOO_FEW: "more people",
}


def compared_say(study: Study, found: pd.DataFrame) -> Say:
    """Return who is compared with whom, over how many themes, how, by whose codes, and whether it was planned."""
    grouping, _, what = compared(study, found)
    counted = _counted(study, found)
    sizes = counted.groupby("level", observed=False)["n"].max()
    who = everybody(grouping, {key: str(sizes[key]) for key in grouping.levels})
    first = f"{grouping.label}: {who} are compared, over {kinds(what, len(found))}."
    coder = named_coder(study, str(found["coder"].iloc[0]))
    codes = f"Only what people said when they were first heard counts, as {coder} coded it."
    return say(first, codes, _how_say(found), _bar_say(study, found, what))


def _counted(study: Study, found: pd.DataFrame) -> pd.DataFrame:
    """Return the people that a frame of `compare` is about, as `presence` counts them for its stance and coder."""
    return presence(study, compared(study, found)[0].name, *asked_of(study, found))


def _how_say(found: pd.DataFrame) -> str:
    method = found["method"].dropna()
    if method.empty:
        return ""
    if method.iloc[0] == WITHIN:
        return "People change places only with others first heard in the same room: rooms cannot pass for levels."
    return "Whole events change places, since each held one level: it is events that count here, not people."


def _bar_say(study: Study, found: pd.DataFrame, what: str) -> str:
    """Return whether the comparison was planned, and how rare by chance a gap must be to count."""
    bar = f"{100 * float(found['alpha'].iloc[0]):.2g} of 100 such studies"
    planned = len(study.settings.comparisons)
    told = "Not planned in study.toml: whatever differs here is a question for another study."
    if found["status"].iloc[0] == PLANNED:
        told = f"Planned in study.toml{f', as one of {planned} that share what chance may do' if planned > 1 else ''}."
    allowing = f", after allowing for all {kinds(what, len(found))}" if len(found) > 1 else ""
    return f"{told} {capital(one(what))} differs if chance alone would bring such a gap in {bar} or fewer{allowing}."


def compare_say(study: Study, found: pd.DataFrame) -> Say:
    """Return how many themes have each verdict, each that differs in words, and what the others would need.

    Parameters
    ----------
    study
        A study.
    found
        The frame that `compare` returned for it.

    Returns
    -------
    Say
        If nothing can be said, this first.
    """
    grouping, _, what = compared(study, found)
    tally = found["verdict"].value_counts()
    needed = {**NEEDED, TOO_FEW: "more events"} if (found["method"] == WHOLE).any() else NEEDED
    needs = [_need_say(study, v, need, int(tally.get(v, 0)), len(found), what) for v, need in needed.items()]
    return say(_head_say(grouping, found, what), *_differs_say(study, found), *needs)


def _differs_say(study: Study, found: pd.DataFrame, stance: str | None = None) -> list[str]:
    """Return a sentence or two on each code that differs: who raised it, and how often chance would do this."""
    grouping, level, what = compared(study, found)
    differs = found[found["verdict"] == DIFFERS]
    if differs.empty:
        return []
    named, counted = labels(study, level), _counted(study, found)
    bar, told = float(found["alpha"].iloc[0]), []
    columns = (differs[c] for c in ("code", "p_high", "p_adjusted", "fragility"))
    for code, p, adjusted, n in zip(*columns, strict=True):
        seen = capital(counts_say(grouping, counted[counted["code"] == code]))
        many = "" if pd.isna(adjusted) else f"; with {kinds(what, len(found))} compared, in {chance(adjusted, bar)}"
        most = "at most " if pd.isna(adjusted) else ""
        by_chance = "" if pd.isna(p) else f" Chance alone would do this in {most}{chance(p, bar)} such studies{many}."
        change = "" if pd.isna(n) else f" It would take {people(int(n))} who did otherwise to change that."
        told.append(f"“{named[code]}”: {seen} {did(what, stance)}.{by_chance} Differs.{change}")
    return told


def _head_say(grouping: Grouping, found: pd.DataFrame, what: str) -> str:
    verdicts, label = set(found["verdict"]), grouping.label
    if verdicts <= set(OPEN):
        why = {
            CONFOUNDED: "it could as well be one between the rooms where they were heard",
            NOT_ATTRIBUTED: "who raised what is not known well enough",
        }
        reason = joined((why[v] for v in OPEN if v in verdicts), "or")
        return f"{label}: nothing can be said of a difference between {everybody(grouping)}: {reason}."
    parts = {
        DIFFERS: ("differs", "differ"),
        NOT_SHOWN: ("is not shown to differ", "are not shown to differ"),
        NOT_ATTRIBUTED: ("cannot be told, as who raised it is not known well enough",
                         "cannot be told, as who raised them is not known well enough"),
        CONFOUNDED: ("cannot be told from the rooms", "cannot be told from the rooms"),
    }  # fmt: skip
    numbers = {v: int((found["verdict"] == v).sum()) for v in (*parts, TOO_FEW)}
    some = [
        f"{n or 'none'} {verb(n or 1, *parts[v])}" for v, n in numbers.items() if v in parts and (n or v == DIFFERS)
    ]
    some += [f"for {numbers[TOO_FEW]} there are too few to tell"] if numbers[TOO_FEW] else []
    return f"{label}: of {kinds(what, len(found))} compared, {joined(some)}."


def _need_say(study: Study, verdict: str, need: str, n: int, all_of: int, what: str) -> str:
    if not n:
        return ""
    coded = "" if study.settings.complete or verdict != NOT_ATTRIBUTED else ", and every transcript coded through"
    whole = f"for {n} of the {kinds(what, all_of)}" if n < all_of else "to tell"
    return f"Needed {whole}: {need}{coded}."


def compare_table(study: Study, found: pd.DataFrame) -> Table:
    """Return a row a theme: how many raised it at each level, how often chance would do this, and the verdict."""
    grouping, level, what = compared(study, found)
    counted = _counted(study, found)
    named, bar = labels(study, level), float(found["alpha"].iloc[0])
    frame = pd.DataFrame({what: [named[code] for code in found["code"]]})
    heads = {}
    for key, label in grouping.levels.items():
        rows = counted[counted["level"] == key].set_index("code").loc[list(found["code"])]
        cells = [of(*row) for row in zip(rows["lower"], rows["upper"], rows["n"], strict=True)]
        same = rows["n"].nunique() == 1
        heads[key] = head = f"{label} (of {rows['n'].iloc[0]})" if same else label
        frame[head] = [cell.rpartition(" of ")[0] for cell in cells] if same else cells
    p_low, p_high = (found[end].fillna(found["p"]) for end in ("p_low", "p_high"))
    frame["by chance alone"] = [chances(a, b, bar) or None for a, b in zip(p_low, p_high, strict=True)]
    allowing = f"allowing for {kinds(what, len(found))}"
    frame[allowing] = [chances(p, p, bar) or None for p in found["p_adjusted"]]
    frame["verdict"] = list(found["verdict"])
    frame = frame.drop(columns=[c for c in ("by chance alone", allowing) if frame[c].isna().all()])
    studies = "; by chance alone: how often so wide a gap would come about with no difference at all"
    caption = f"{grouping.label}: people who raised each {what}"
    excerpts = behind_levels(study, grouping, list(found["code"].astype(str)), heads, asked_of(study, found))
    return Table(frame, caption + (studies if "by chance alone" in frame else ""), excerpts)


def why_table(study: Study, found: pd.DataFrame) -> Table | Say:
    """Return the reason for each verdict; one sentence where it is the same for all."""
    grouping, level, what = compared(study, found)
    named = labels(study, level)
    if found["why"].nunique() == 1:
        return say(capital(str(found["why"].iloc[0])))
    alike = found.groupby("why", sort=False)
    themes = [few(named[code] for code in rows["code"]) for _, rows in alike]
    frame = pd.DataFrame({what: themes, "why": [why for why, _ in alike]})
    if found["fragility"].notna().any():
        fewest = alike["fragility"].min()
        searched = alike["verdict"].first().isin([DIFFERS, NOT_SHOWN])
        frame["people to change it"] = [
            MISSING if not tried else "more than were tried" if pd.isna(n) else str(n)
            for n, tried in zip(fewest, searched, strict=True)
        ]
    return Table(frame, f"{grouping.label}: why each verdict is what it is")


def others_table(study: Study, found: pd.DataFrame) -> Table | Say:
    """Return the verdict under each other coder beside the one under the reference coder."""
    grouping, level, what = compared(study, found)
    named, reference = labels(study, level), coder_or_reference(study, None)
    told = [
        dict(part.strip().rsplit(": ", 1) for part in str(cell).split(";")) if cell and not pd.isna(cell) else {}
        for cell in found["other_coders"]
    ]
    coders = list(dict.fromkeys(coder for row in told for coder in row))
    if not coders:
        return say(f"Nobody but {reference} coded these excerpts: how another coder would have found it is not known.")
    frame = pd.DataFrame({what: [named[code] for code in found["code"]], reference: list(found["verdict"])})
    for coder in coders:
        frame[coder] = [row.get(coder) for row in told]
    same = int((frame[[reference, *coders]].nunique(axis=1) == 1).sum())
    alike = f"for {share(same, len(frame), what, plural(what))} every coder leads to the same verdict"
    return Table(frame, f"{grouping.label}: {alike}")


def stance_say(study: Study, found: pd.DataFrame) -> Say:
    """Return the same comparison for those who supported a theme, and for those who opposed it.

    One level for a theme and the other against it is a difference that raising alone does not show.
    """
    grouping, level, what = compared(study, found)
    stances = study.envelopes.loc[study.envelopes["coder"] == study.settings.stance_coder, "stance"]
    if stances.isna().all():
        return say("No stances are on record, so who was for a theme and who against it is not compared.")
    # a stance is one to the theme of an excerpt, whatever is compared
    of_it = one(what) if level in LEVELS else f"a theme, by {what}"
    either = f"{capital(joined(SIDES.values(), 'or'))} {of_it}"
    if (found["verdict"] == CONFOUNDED).all():  # and so is every stance: it depends on who sat where alone
        return say(f"{either}: {_head_say(grouping, found, what).removeprefix(f'{grouping.label}: ')}")
    named, heads = labels(study, level), {}
    told, bars, raised = [], set(), dict(zip(found["code"], found["p_adjusted"].astype("Float64"), strict=True))
    for stance, doing in SIDES.items():
        try:
            sided = compare(study, grouping.name, level=level, stance=stance)
        except ValueError as error:
            return say(f"Not compared by stance: {error}.")
        heads[doing] = _head_say(grouping, sided, what).removeprefix(f"{grouping.label}: ")
        bar = float(sided["alpha"].iloc[0])
        bars.add(bar)
        differs = sided.loc[sided["verdict"] == DIFFERS, "code"]
        only = [f"“{named[c]}”" for c in differs if pd.isna(raised[c]) or raised[c] > bar]
        alone = f"Raising {few(only)} alone does not show this." if only else ""
        told += [f"{capital(doing)} {of_it}: {heads[doing]}", *_differs_say(study, sided, stance), alone]
    both = set(heads.values())
    if len(both) == 1 and len([sentence for sentence in told if sentence]) == len(SIDES):
        return say(f"{either}: {both.pop()}")
    each = f"{100 * max(bars):.2g} of 100 such studies"
    apart = f"Neither was planned: each is judged by itself, at {each}, and is a question for another study."
    return say(*told, apart if max(bars) != float(found["alpha"].iloc[0]) else "")

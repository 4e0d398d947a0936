"""What notebook 07 shows of words: families and key words, how often they stand in each voice, and who used them."""

import re
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from plrlib.privacy.consent import EVERYBODY, kwic, left_out_words, quoted_of, tokens, withheld, words_of
from plrlib.show.charts.canvas import Look, looks_in_turn
from plrlib.show.charts.intervals import Scale, intervals
from plrlib.show.display import Picture, Say, Table, or_say, say
from plrlib.show.excerpts import excerpt_ids, ids_by, known_ids
from plrlib.show.figure import AMBER, BLUE, GREY, RED, picture
from plrlib.show.labels import quoted, whom
from plrlib.show.limits import kind_say
from plrlib.stats.claims import OTHERS, claim_evidence
from plrlib.stats.words import families, keyness
from plrlib.study.load import Study
from plrlib.text import Text, capital, count, few, inner, joined, number, people, share, verb

VOICES = {
    "authors": "the authors' own sentences",
    "reported": "what the authors report",
    "respondents": "respondents' quoted words",
}
COLOURS, SHAPES = (BLUE, AMBER, RED, GREY), ("o", "D", "s", "^")
MOST_PLACES = 20
AT_LEAST = "people, at least"


def voice_named(study: Study, voice: object) -> str:
    """Return a voice as a sentence names it: `what the authors report`, `what voluntary staff said`."""
    for grouping in study.settings.groupings.values():
        for key, label in grouping.levels.items():
            if label == str(voice):
                return f"what {whom(grouping, key)} said"
    return VOICES.get(str(voice), "what was said" if str(voice) == EVERYBODY else f"what {voice} said")


def families_say(study: Study, words: pd.DataFrame) -> Say:
    """Return how often each family stands in each voice, and what the absence of one tells.

    A family is words that begin alike, as study.toml names them; a sentence where it names none.

    Parameters
    ----------
    study : Study
        A study.
    words : DataFrame
        Counts of words by voice: one of the frames of `voicings`.

    See Also
    --------
    plrlib.families : The counts, as a frame.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> words = show.voicings(study)["sector"]
    >>> show.families_say(study, words).sentences[2]
    '“same” (same… or shared…): 56 in what voluntary staff said (18.0 per thousand words) and 30 in what statutory
    staff said (15.6 per thousand words).'
    """
    if not (beginnings := study.settings.words.families):
        return say("study.toml names no word families. To have them: [words], and below it families = { … }.")
    told = []
    for family, rows in families(words, beginnings).groupby("family", sort=False):
        starts = joined((f"{start}…" for start in beginnings[str(family)]), "or")
        parts = joined(
            f"{number(n)} in {voice_named(study, voice)}{f' ({rate:.1f} per thousand words)' if n else ''}"
            for voice, n, rate in zip(rows["voice"], rows["count"], rows["per_thousand"], strict=True)
        )
        told.append(f"“{family}” ({starts}): {parts}.{_absent(study, rows)}")
    return say(*told)


def _absent(study: Study, rows: pd.DataFrame) -> str:
    """Return what it tells that a family is missing from a voice, set against the voice of most words that has it."""
    there = rows[rows["count"] > 0].sort_values("of", ascending=False, kind="stable")
    if there.empty:
        return ""
    rate, told = float(there["per_thousand"].iloc[0]), ""
    for of, high in rows.loc[rows["count"] == 0, ["of", "high"]].itertuples(index=False, name=None):
        expected = f"{rate * of / 1000:.1f} could be expected in these {of:,} words"
        shows = "so many words without one are more than chance, were words drawn one by one."
        shows = "so few words do not show that it is avoided." if high >= rate else shows
        told += f" At the rate of {voice_named(study, there['voice'].iloc[0])}, {expected}; "
        told += f"finding none fits any rate up to {high:.1f} per thousand: {shows}"
    return told


def families_table(study: Study, words: pd.DataFrame) -> Table | Say:
    """Return a row a family and voice: how often, per thousand with its interval, and which words.

    Parameters
    ----------
    study, words
        As `families_say` takes them.

    Returns
    -------
    Table or Say
        Unit: words, one by one, with an exact interval of 95 %; people, at least: how many used the most common of
        them, where that is known. A sentence where study.toml names no family.

    See Also
    --------
    plrlib.families : The same as a frame.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> words = show.voicings(study)["sector"]
    >>> show.families_table(study, words).frame.loc[0, ["per thousand", "which"]].tolist()
    ['7.4 (4.7 to 11.1)', 'money (11), funding (5), pot (5), budget (2)']
    """
    if not study.settings.words.families:
        return say("There is no table of word families, since study.toml names none.")
    found = families(words, study.settings.words.families)
    voices = [capital(voice_named(study, voice)) for voice in found["voice"]]
    which = [", ".join(f"{word} ({n})" for word, n in some) for some in found["words"]]
    frame = found.drop(columns=["low", "high"]).assign(voice=voices, per_thousand=_rates(found), words=which)
    frame = frame.rename(columns={"of": "of words", "per_thousand": "per thousand", "words": "which"})
    frame = frame.rename(columns={"people": AT_LEAST})
    who, ids = _users(words), {}
    for i, (voice, listed) in enumerate(zip(found["voice"].astype(str), found["words"], strict=True)):
        ids[i, AT_LEAST] = max((who.get((voice, word), ()) for word, _ in listed), key=len, default=())
    caption = "Word families by voice; in brackets what would fit as well, in 95 of 100 cases"
    return Table(frame.dropna(axis=1, how="all"), caption, ids)


def _users(words: pd.DataFrame) -> dict[tuple[str, str], Sequence[str]]:
    """Return who used each word, by voice and word, as far as a frame of `words_of` knows."""
    known = words.reindex(columns=["voice", "word", "who"]).dropna().itertuples(index=False, name=None)
    return {(str(voice), word): who for voice, word, who in known}


def _rates(found: pd.DataFrame, side: str = "") -> list[str]:
    """Return rates per thousand words with their intervals: `1.2 (0.4 to 3.0)`."""
    rates = found[[f"per_thousand{side}", f"low{side}", f"high{side}"]].astype(float)
    return [f"{rate:.1f} ({low:.1f} to {high:.1f})" for rate, low, high in rates.itertuples(index=False, name=None)]


def families_picture(study: Study, words: pd.DataFrame) -> Picture | Say:
    """Return a picture of each family's rate in each voice, with its interval and its count.

    Parameters
    ----------
    study, words
        As `families_say` takes them.

    Returns
    -------
    Picture or Say
        Its numbers have a row a family and voice: count, of how many words, per thousand, from and to. A sentence where
        study.toml names no family.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> words = show.voicings(study)["sector"]
    >>> print(show.families_picture(study, words).numbers.head(2).to_string(index=False))
    family     voice  count   of  per thousand  from   to
     money Voluntary     23 3117           7.4   4.7 11.1
     money Statutory      0 1917           0.0   0.0  1.9
    """
    if not study.settings.words.families:
        return say("There is no picture of word families, since study.toml names none.")
    found = families(words, study.settings.words.families)
    named = {str(voice): voice_named(study, voice) for voice in found["voice"].unique()}
    places = {"family": "group", "voice": "look", "low": "low", "per_thousand": "at", "high": "high"}
    lines = found[[*places]].rename(columns=places)
    lines["count"] = [f"{number(n)} of {of:,}" for n, of in zip(found["count"], found["of"], strict=True)]
    end = float(lines["high"].max())
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200) if end / s <= 6 or s == 200)
    ticks = {float(t): str(t) for t in range(0, int(end) + step, step) if t <= end}
    title = families_title(study, found)
    scale, looks = Scale(0.0, end * 1.02, ticks, "per thousand words"), looks_in_turn(named, COLOURS, SHAPES)
    figure = intervals(lines, scale, looks, title, ("family", "of words", ""))
    numbers = found.drop(columns=["words", "people"]).round(1)
    numbers = numbers.rename(columns={"per_thousand": "per thousand", "low": "from", "high": "to"})
    rows = found[["family", "voice", "count", "of"]].itertuples(index=False, name=None)
    told = "; ".join(f"{family}, {named[str(voice)]}: {n} of {of}" for family, voice, n, of in rows)
    mark = "A mark is how often words of a family stand in a voice, per thousand; its line is what would fit as well."
    short = "Lines take words as drawn one by one, so they are too short: words of one passage hang together."
    caption = f"{mark} {title}. {short}"
    return picture(figure, study, caption, f"A row a word family, with its rate by voice. {told}.", numbers)


def families_title(study: Study, found: pd.DataFrame) -> str:
    """Return which voices have none of the words of how many families."""
    none = found[found["count"] == 0]
    if none.empty:
        return "Every family stands in every voice"
    n = found["family"].nunique()
    parts = [
        f"{share(k, n, 'family', 'families')} {verb(k, 'is', 'are')} in no word of {voice_named(study, voice)}"
        for voice, k in none.groupby("voice", sort=False, observed=True).size().items()
    ]
    return capital(joined(parts))


def claims_of_words_say(study: Study) -> Say:
    """Return of each claim that names a word of a family whether respondents' printed words stand behind it.

    Unit: the excerpts under the theme of the claim. One sentence where no claim names such a word, or study.toml names
    no family.

    Parameters
    ----------
    study : Study
        A study.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.claims_of_words_say(study).sentences[0]
    'C1 is about “money”; all 63 excerpts under it are quoted.'
    """
    nothing, beginnings = "No claim is about a word family that study.toml names.", study.settings.words.families
    if study.claims.empty or not beginnings:
        return say(nothing)
    evidence, told = claim_evidence(study), []
    for claim, gist in zip(study.claims["claim"], study.claims["gist"], strict=True):
        about = [f for f, starts in beginnings.items() if any(word.startswith(starts) for word in tokens(str(gist)))]
        if not about:
            continue
        rows = evidence[(evidence["claim"] == claim) & (evidence["part"] != OTHERS)]
        ids, form = list(rows["excerpt"].astype(str)), ids_by(rows.dropna(subset=["form"]), "form")
        quotes, reports = (form.get(name, []) for name in ("quoted", "reported"))
        head = f"{claim} is about {joined(quoted(family) for family in about)}; "
        if rows["form"].isna().any():
            told.append(Text(head, "of its ", count(ids, "excerpt"), " the study does not say which are quoted."))
        elif quotes:
            under = share(quotes, ids, "excerpt")
            told.append(Text(head, under, f" under it {verb(quotes, 'is', 'are')} quoted."))
        else:
            alone = Text(" under it none is quoted: it rests on what is reported alone (", number(reports, "0"), ").")
            told.append(Text(head, "of ", count(ids, "excerpt"), alone))
    return say(*told) if told else say(nothing)


@or_say()
def places_table(study: Study) -> Table | Say:
    """Return where the words of the families stand in the texts; of many places, the first of each family.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Table or Say
        Only words of people who let them be shown. A sentence where study.toml names no family, the study has no such
        texts, or the words stand in none of them.

    See Also
    --------
    plrlib.kwic : Every place where a pattern stands.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> print(show.places_table(study).frame[["family", "excerpt", "match"]].head(2).to_string(index=False))
    family excerpt match
     money   E0001 money
     money   E0009 money
    """
    if not (beginnings := study.settings.words.families):
        return say("No word family is named, so none can be looked up.")
    patterns = {family: rf"\b(?:{'|'.join(map(re.escape, starts))})\w*" for family, starts in beginnings.items()}
    frames = (kwic(study, pattern).assign(family=family) for family, pattern in patterns.items())
    found = pd.concat(frames, ignore_index=True)
    if found.empty:
        return say("The words of these families stand in none of the texts that may be shown.")
    each = max(1, MOST_PLACES // len(beginnings))
    some = found.groupby("family", sort=False).head(each)
    frame = some[["family", "excerpt", "left", "match", "right"]].rename(columns={"left": "before", "right": "after"})
    which = "" if len(some) == len(found) else f": of {len(found)}, the first {each} of each family"
    return Table(frame.reset_index(drop=True), f"Where the words stand{which}")


# Key words: whose they are, by how far, and by how many people.

MOST_WORDS = 8
"""So many words are shown for each of two voices."""
MOST_LEFT_OUT = 20


def voicings(study: Study) -> dict[str | None, pd.DataFrame]:
    """Return the words by voice: of words.csv (under None), or of the texts by each grouping (under its name).

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    dict
        Frames of `words_of`: a row a word and voice, with its count. A voice is a group, or a name in words.csv; of
        a study without groupings, all texts are one, under None. Of texts, only words of people who let them be shown,
        and whose group is known, are counted.

    Raises
    ------
    NotInStudy
        If the study has neither words.csv nor texts that may be shown.

    See Also
    --------
    plrlib.words_of : One of the frames.
    words_say : How many words each voice has.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> list(show.voicings(study))
    ['sector', 'role', 'provision']
    """
    if len(study.words) or not study.settings.groupings:
        return {None: words_of(study)}
    return {by: words_of(study, by) for by in study.settings.groupings}


def words_say(study: Study, words: pd.DataFrame, by: str | None) -> Say:
    """Return how many words each voice has, whose are not counted, and which are left out as too common.

    Parameters
    ----------
    study : Study
        A study.
    words : DataFrame
        Counts of words by voice: one of the frames of `voicings`.
    by : str or None
        Under which they are in `voicings`: a grouping of study.toml, or None.

    Raises
    ------
    NotInStudy
        If the study declares no such grouping.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> words = show.voicings(study)["sector"]
    >>> show.words_say(study, words, "sector").sentences[0]
    'Sector: 3,117 words are of what voluntary staff said and 1,917 words are of what statutory staff said.'
    """
    head, of = (f"{study.grouping(by).label}: ", "of") if by else ("", "in")
    sizes = joined(f"{n:,} words are {of} {voice_named(study, voice)}" for voice, n in _sizes(words).items())
    told = [capital(f"{head}{sizes}.")]
    if not len(study.words):
        out = left_out_words(study, by)
        hidden = withheld(study)
        who = list(study.excerpts.loc[hidden, "participant"].dropna().astype(str).drop_duplicates())
        lets = capital(people(who)) + f" {verb(who, 'lets', 'let')} nobody show their words: "
        told.append(lets + count(excerpt_ids(study, hidden), "excerpt") + " not counted." if hidden.any() else "")
        prepared = study.prepared
        group = prepared.group(study.grouping(by)) if by else np.zeros(len(study.participants), dtype=int)
        others = excerpt_ids(study, quoted_of(study).notna().to_numpy() & (np.append(group, -1)[prepared.speaker] < 0))
        some = capital(count(known_ids(others, out.elsewhere), "excerpt")) + f" {verb(out.elsewhere, 'is', 'are')}"
        told.append(some + " of people whom this is not about, or whose level is not known." if out.elsewhere else "")
    stop = study.settings.words.leave_out
    common = f"Left out as too common, by study.toml: {few(stop, MOST_LEFT_OUT)}."
    none = "No word is left out as too common: where all voices use a word alike, it does not come out as anybody's."
    return say(*told, common if stop else none)


def _sizes(words: pd.DataFrame) -> "pd.Series[int]":
    """Return how many words each voice has."""
    return words.groupby("voice", sort=False, observed=True)["count"].sum()


def voice_pairs(words: pd.DataFrame) -> list[tuple[str, str]]:
    """Return every two voices of a frame of words that have words in it.

    Parameters
    ----------
    words : DataFrame
        Counts of words by voice: one of the frames of `voicings`.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.voice_pairs(show.voicings(study)["sector"])
    [('Voluntary', 'Statutory')]
    """
    return list(combinations([str(voice) for voice, n in _sizes(words).items() if n], 2))


def keyness_say(study: Study, words: pd.DataFrame, a: str, b: str) -> Say:
    """Return the words that are most one voice's and most the other's.

    Up to eight words a side, with their counts; last those of them that one person alone used.

    Parameters
    ----------
    study : Study
        A study.
    words : DataFrame
        Counts of words by voice: one of the frames of `voicings`.
    a, b : str
        Two voices in `words`, as `voice_pairs` lists them.

    Raises
    ------
    ValueError
        If a voice has no words in the frame, or a and b are the same.

    See Also
    --------
    plrlib.keyness : Every word, as a frame.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> words = show.voicings(study)["provision"]
    >>> show.keyness_say(study, words, "Targeted", "Universal").sentences[1]
    'Most of what universal young people said, against what targeted young people said: “something” (3 against 0),
    “last” (3 against 0), “gets” (3 against 0), “bus” (3 against 0), “six” (4 against 2), “talk” (3 against 1),
    “first” (3 against 1) and “common” (3 against 1).'
    """
    found = keyness(words, a, b, leave_out=study.settings.words.leave_out)
    told, listed_words = [], set()
    for voice, other, rows, first, second in (
        (a, b, found[found["z"] > 0].head(MOST_WORDS), "count_a", "count_b"),
        (b, a, found[found["z"] < 0].tail(MOST_WORDS).iloc[::-1], "count_b", "count_a"),
    ):
        some = [f"“{w}” ({n} against {m})" for w, n, m in zip(rows["word"], rows[first], rows[second], strict=True)]
        listed_words |= set(rows["word"])
        most = f"Most of {voice_named(study, voice)}, against {voice_named(study, other)}"
        told.append(f"{most}: {joined(some)}." if some else "")
    lone = found[((found["people_a"] == 1) & (found["z"] > 0)) | ((found["people_b"] == 1) & (found["z"] < 0))]
    alone = lone.loc[lone["word"].isin(listed_words), "word"]
    return say(*told, f"By one person alone: {joined(f'“{word}”' for word in alone)}." if len(alone) else "")


def keyness_table(study: Study, words: pd.DataFrame, a: str, b: str) -> Table:
    """Return the words that are most one voice's and most the other's, with counts, rates, z, G² and people.

    Up to eight words a side. z is the log odds ratio, with a prior, in its standard deviations; rates are per thousand
    words, with an exact interval of 95 %; people are left out where they are not known.

    Parameters
    ----------
    study, words, a, b
        As `keyness_say` takes them.

    Raises
    ------
    ValueError
        If a voice has no words in the frame, or a and b are the same.

    See Also
    --------
    plrlib.keyness : Every word, as a frame.

    References
    ----------
    [monroe2008]_ (z), [dunning1993]_ (G²), [clopper1934]_ (intervals).

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> words = show.voicings(study)["sector"]
    >>> show.keyness_table(study, words, "Voluntary", "Statutory").frame["word"].head(3).tolist()
    ['else', 'anything', 'more']
    """
    some, who, named = _extreme(study, words, a, b), _users(words), (_short(a), _short(b))
    frame = some[["word"]].copy()
    ids: dict[tuple[int, str], Sequence[str]] = {}
    for side, voice, name in zip("ab", (a, b), named, strict=True):
        frame[f"{name}, count"] = some[f"count_{side}"]
        frame[f"{name}, per thousand"] = _rates(some, f"_{side}")
        frame[f"{name}, people"] = some[f"people_{side}"]
        ids |= {(i, f"{name}, people"): who.get((voice, word), ()) for i, word in enumerate(some["word"])}
    frame["z"], frame["G²"] = some["z"].round(1), some["g2"].round(1)
    what = "z: how far the odds of the word lie apart, in what chance alone would bring about"
    caption = f"Words most of {named[0]} (above) and of {named[1]} (below); {what}"
    return Table(frame.dropna(axis=1, how="all"), caption, ids)


def keyness_picture(study: Study, words: pd.DataFrame, a: str, b: str) -> Picture | Say:
    """Return a picture of the words that are most one voice's and most the other's.

    Parameters
    ----------
    study, words, a, b
        As `keyness_say` takes them.

    Returns
    -------
    Picture or Say
        Its numbers have a row a word: its count in each voice, z and G². A sentence where no word is more of one voice
        than of the other.

    Raises
    ------
    ValueError
        If a voice has no words in the frame, or a and b are the same.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> words = show.voicings(study)["sector"]
    >>> numbers = show.keyness_picture(study, words, "Voluntary", "Statutory").numbers
    >>> print(numbers.head(2).to_string(index=False))
        word  voluntary  statutory   z   G²
        else         42          8 2.8 11.8
    anything         34          5 2.8 12.5
    """
    some, named = _extreme(study, words, a, b), (_short(a), _short(b))
    if some.empty:
        return say("No word is more of one voice than of the other.")
    known = some["people_a"].notna().all()
    lines = some[["word", "z"]].set_axis(["group", "at"], axis=1).assign(low=float("nan"), high=float("nan"))
    lines["count"] = [f"{x} against {y}" for x, y in zip(some["count_a"], some["count_b"], strict=True)]
    lines["look"] = ["a" if z > 0 else "b" for z in some["z"]]
    lines["after"] = [f"{x} and {y}" if known else "" for x, y in zip(some["people_a"], some["people_b"], strict=True)]
    end = max(1.0, float(lines["at"].abs().max())) * 1.08
    step = next(s for s in (1, 2, 5, 10, 20, 50) if end / s <= 4 or s == 50)
    ticks = {float(t): str(abs(t)) for t in range(-int(end // step) * step, int(end) + 1, step)}
    scale = Scale(-end, end, ticks, "z", (f"← more of {named[1]}", f"→ more of {named[0]}"), middle=0.0)
    looks = {"a": Look(BLUE, "o", named[0]), "b": Look(RED, "s", named[1])}
    ends = [(some.iloc[0], a, some["z"].iloc[0] > 0), (some.iloc[-1], b, some["z"].iloc[-1] < 0)]
    told = [f"“{row['word']}” in {voice_named(study, voice)}" for row, voice, there in ends if there]
    title = f"Furthest apart: {joined(told)}"
    figure = intervals(lines, scale, looks, title, ("word", "how often", "people" if known else ""))
    numbers = some[["word", "count_a", "count_b", "z", "g2"]].round({"z": 1, "g2": 1})
    numbers = numbers.rename(columns={"count_a": named[0], "count_b": named[1], "g2": "G²"})
    caption = f"{title}. To the right, words used relatively more in {voice_named(study, a)}; to the left, in "
    caption += f"{voice_named(study, b)}. z says by how much, in what chance alone would bring about if words were "
    caption += "drawn one by one. One person who says a word often can put it there."
    alt = "; ".join(lines["group"] + ": " + lines["count"])
    return picture(figure, study, caption, f"Words by how much more they are of one voice. {alt}.", numbers)


def _extreme(study: Study, words: pd.DataFrame, a: str, b: str) -> pd.DataFrame:
    """Return the rows of `keyness` at both ends, each once; those of neither voice are not among them."""
    found = keyness(words, a, b, leave_out=study.settings.words.leave_out)
    top, bottom = found[found["z"] > 0].head(MOST_WORDS), found[found["z"] < 0].tail(MOST_WORDS)
    return pd.concat([top, bottom]).reset_index(drop=True)


def _short(voice: str) -> str:
    return {"authors": "authors", "reported": "reported", "respondents": "quoted"}.get(voice, inner(voice))


def limits_of_words(study: Study, words: pd.DataFrame) -> Say:
    """Return what counting words cannot tell.

    Also which voices have fewer than 1,000 words, and whether it is not known how many people used a word.

    Parameters
    ----------
    study : Study
        A study.
    words : DataFrame
        Counts of words by voice: one of the frames of `voicings`.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> words = show.voicings(study)["provision"]
    >>> show.limits_of_words(study, words).sentences[1]
    'There are few words of what universal young people said (562 words): an absence there tells little.'
    """
    small = [f"{voice_named(study, v)} ({n:,} words)" for v, n in _sizes(words).items() if n < 1000]
    few_words = f"There are few words of {joined(small)}: an absence there tells little." if small else ""
    whom = "" if "people" in words and words["people"].notna().all() else "How many people used a word is not known."
    same = "Counting words takes no notice of what they mean, or of who was answering whom."
    return say(kind_say(study), few_words, whom, same)

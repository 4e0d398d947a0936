"""What notebook 07 shows of single words: whose they are, by how far, and by how many people."""

from itertools import combinations

import pandas as pd

from plrlib.show.counting import users
from plrlib.show.dots import Look
from plrlib.show.kin import voice_named
from plrlib.show.limits import kind_says
from plrlib.show.picture import BLUE, RED, Picture, picture
from plrlib.show.say import Say, capital, count, few, inner, joined, people, say, verb
from plrlib.show.strips import Scale, strips
from plrlib.show.table import Table
from plrlib.spoken import left_out_words, words_of
from plrlib.stats.keyness import keyness
from plrlib.study import Study

MOST_WORDS = 8
"""So many words are shown for each of two voices."""
MOST_LEFT_OUT = 20


def voicings(study: Study) -> dict[str | None, pd.DataFrame]:
    """Return the words by voice: of words.csv (under None), or of the texts by each grouping (under its name).

    Raises
    ------
    NotInStudy
        If the study has neither words.csv nor texts that may be shown.
    """
    if len(study.words) or not study.settings.groupings:
        return {None: words_of(study)}
    return {by: words_of(study, by) for by in study.settings.groupings}


def words_say(study: Study, words: pd.DataFrame, by: str | None) -> Say:
    """Return how many words each voice has, whose are not counted, and which are left out as too common."""
    sizes = words.groupby("voice", sort=False, observed=True)["count"].sum()
    head = f"{study.grouping(by).label}: " if by else ""
    first = f"{head}{joined(f'{n:,} words are {_of(study, voice, by)}' for voice, n in sizes.items())}."
    told = [capital(first)]
    if not len(study.words):
        out = left_out_words(study, by)
        who = f"{capital(people(out.people))} {verb(out.people, 'lets', 'let')} nobody show their words"
        told.append(f"{who}: {count(out.excerpts, 'excerpt')} not counted." if out.excerpts else "")
        some = f"{capital(count(out.elsewhere, 'excerpt'))} {verb(out.elsewhere, 'is', 'are')}"
        told.append(f"{some} of people whom this is not about, or whose level is not known." if out.elsewhere else "")
    stop = study.settings.words.leave_out
    common = f"Left out as too common, by study.toml: {few(stop, MOST_LEFT_OUT)}."
    none = "No word is left out as too common: where all voices use a word alike, it does not come out as anybody's."
    return say(*told, common if stop else none)


def _of(study: Study, voice: object, by: str | None) -> str:
    return f"in {voice_named(study, voice)}" if by is None else f"of {voice_named(study, voice)}"


def voice_pairs(words: pd.DataFrame) -> list[tuple[str, str]]:
    """Return every two voices of a frame of words that have words in it."""
    sizes = words.groupby("voice", sort=False, observed=True)["count"].sum()
    return list(combinations([str(voice) for voice, n in sizes.items() if n], 2))


def keyness_say(study: Study, words: pd.DataFrame, a: str, b: str) -> Say:
    """Return the words that are most one voice's and most the other's."""
    found = keyness(words, a, b, leave_out=study.settings.words.leave_out)
    told = []
    for voice, other, rows, first, second in (
        (a, b, found[found["z"] > 0].head(MOST_WORDS), "count_a", "count_b"),
        (b, a, found[found["z"] < 0].tail(MOST_WORDS).iloc[::-1], "count_b", "count_a"),
    ):
        some = [f"“{w}” ({n} against {m})" for w, n, m in zip(rows["word"], rows[first], rows[second], strict=True)]
        told.append(
            f"Most of {voice_named(study, voice)}, against {voice_named(study, other)}: {joined(some)}." if some else ""
        )
    lone = found[((found["people_a"] == 1) & (found["z"] > 0)) | ((found["people_b"] == 1) & (found["z"] < 0))]
    shown = pd.concat([found.head(MOST_WORDS), found.tail(MOST_WORDS)])
    alone = list(shown.loc[shown["word"].isin(lone["word"]), "word"].drop_duplicates())
    one = f"By one person alone: {joined(f'“{word}”' for word in alone)}." if alone else ""
    return say(*told, one)


def keyness_table(study: Study, words: pd.DataFrame, a: str, b: str) -> Table:
    """Return the words that are most one voice's and most the other's, with counts, rates, z, G² and people."""
    found = keyness(words, a, b, leave_out=study.settings.words.leave_out)
    some = _extreme(found)
    named = (_short(a), _short(b))
    frame = pd.DataFrame({"word": some["word"]})
    for side, name in zip("ab", named, strict=True):
        rates = some[[f"per_thousand_{side}", f"low_{side}", f"high_{side}"]].astype(float)
        frame[f"{name}, count"] = some[f"count_{side}"]
        frame[f"{name}, per thousand"] = [
            f"{r:.1f} ({lo:.1f} to {hi:.1f})" for r, lo, hi in rates.itertuples(index=False)
        ]
        frame[f"{name}, people"] = some[f"people_{side}"]
    frame["z"], frame["G²"] = some["z"].round(1), some["g2"].round(1)
    frame = frame.dropna(axis=1, how="all")
    what = "z: how far the odds of the word lie apart, in what chance alone would bring about"
    who = users(words)
    behind = {
        (i, f"{name}, people"): who.get((voice, word), ())
        for i, word in enumerate(some["word"])
        for name, voice in zip(named, (a, b), strict=True)
    }
    return Table(frame, f"Words most of {named[0]} (above) and of {named[1]} (below); {what}", behind)


def keyness_picture(study: Study, words: pd.DataFrame, a: str, b: str) -> Picture | Say:
    """Return a picture of the words that are most one voice's and most the other's."""
    found = keyness(words, a, b, leave_out=study.settings.words.leave_out)
    some = _extreme(found)
    if some.empty or not (some["z"] != 0).any():
        return say("No word is more of one voice than of the other.")
    named = (_short(a), _short(b))
    known = some["people_a"].notna().all()
    lines = pd.DataFrame(
        {
            "group": some["word"],
            "count": [f"{x} against {y}" for x, y in zip(some["count_a"], some["count_b"], strict=True)],
            "low": float("nan"), "at": some["z"].astype(float), "high": float("nan"),
            "look": ["a" if z > 0 else "b" for z in some["z"]], "words": "",
            "after": [f"{x} and {y}" for x, y in zip(some["people_a"], some["people_b"], strict=True)] if known else "",
        }
    )  # fmt: skip
    end = max(1.0, float(lines["at"].abs().max())) * 1.08
    step = next(s for s in (1, 2, 5, 10, 20, 50) if end / s <= 4 or s == 50)
    ticks = {float(t): str(abs(t)) for t in range(-int(end // step) * step, int(end) + 1, step)}
    scale = Scale(-end, end, ticks, "z", (f"← more of {named[1]}", f"→ more of {named[0]}"), middle=0.0)
    looks = {"a": Look(BLUE, "o", named[0]), "b": Look(RED, "s", named[1])}
    ends = [(some.iloc[0], a, some["z"].iloc[0] > 0), (some.iloc[-1], b, some["z"].iloc[-1] < 0)]
    told = [f"“{row['word']}” in {voice_named(study, voice)}" for row, voice, there in ends if there]
    title = f"Furthest apart: {joined(told)}"
    figure = strips(lines, scale, looks, title, ("word", "how often", "people" if known else ""))
    numbers = some[["word", "count_a", "count_b", "z", "g2"]].round({"z": 1, "g2": 1})
    numbers = numbers.rename(columns={"count_a": named[0], "count_b": named[1], "g2": "G²"})
    caption = (
        f"{title}. To the right, words used relatively more in {voice_named(study, a)}; to the left, in "
        f"{voice_named(study, b)}. z says by how much, in what chance alone would bring about if words were drawn one "
        "by one. One person who says a word often can put it there."
    )
    counts = zip(some["word"], some["count_a"], some["count_b"], strict=True)
    alt = "; ".join(f"{word}: {x} against {y}" for word, x, y in counts)
    return picture(figure, study, caption, f"Words by how much more they are of one voice. {alt}.", numbers)


def _extreme(found: pd.DataFrame) -> pd.DataFrame:
    """Return the rows at both ends, each once."""
    top, bottom = found[found["z"] > 0].head(MOST_WORDS), found[found["z"] < 0].tail(MOST_WORDS)
    return pd.concat([top, bottom]).reset_index(drop=True)


def _short(voice: str) -> str:
    return {"authors": "authors", "reported": "reported", "respondents": "quoted"}.get(voice, inner(voice))


def limits_of_words(study: Study, words: pd.DataFrame) -> Say:
    """Return what counting words cannot tell."""
    sizes = words.groupby("voice", sort=False, observed=True)["count"].sum()
    small = [f"{voice_named(study, v)} ({n:,} words)" for v, n in sizes.items() if n < 1000]
    few_words = f"There are few words of {joined(small)}: an absence there tells little." if small else ""
    whom = "" if "people" in words and words["people"].notna().all() else "How many people used a word is not known."
    same = "Counting words takes no notice of what they mean, or of who was answering whom."
    return say(*kind_says(study), few_words, whom, same)

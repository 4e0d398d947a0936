"""What notebook 07 shows of word families: how often they stand in each voice, and what an absence tells."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from plrlib.faults import NotInStudy
from plrlib.show.counting import users
from plrlib.show.dots import Look
from plrlib.show.naming import whom
from plrlib.show.picture import AMBER, BLUE, GREY, RED, Picture, picture
from plrlib.show.say import Say, capital, count, joined, say, share, verb
from plrlib.show.strips import Scale, strips
from plrlib.show.table import BehindCells, Table
from plrlib.spoken import EVERYBODY, kwic, tokens
from plrlib.stats.claims import OTHERS, claim_evidence
from plrlib.stats.families import families
from plrlib.study import Study

VOICES = {
    "authors": "the authors' own sentences",
    "reported": "what the authors report",
    "respondents": "respondents' quoted words",
}
COLOURS, SHAPES = (BLUE, AMBER, RED, GREY), ("o", "D", "s", "^")
MOST_PLACES = 20


def voice_named(study: Study, voice: object) -> str:
    """Return a voice as a sentence names it: `what the authors report`, `what voluntary staff said`."""
    for grouping in study.settings.groupings.values():
        for key, label in grouping.levels.items():
            if label == str(voice):
                return f"what {whom(grouping, key)} said"
    return VOICES.get(str(voice), "what was said" if str(voice) == EVERYBODY else f"what {voice} said")


def families_say(study: Study, words: pd.DataFrame) -> Say:
    """Return how often each family stands in each voice, and what the absence of one tells.

    Parameters
    ----------
    study
        A study.
    words
        What `words_of` returned for it.
    """
    kin = study.settings.words.families
    if not kin:
        return say("study.toml names no word families. To have them: [words], and below it families = { … }.")
    found, told = families(words, kin), []
    for family, rows in found.groupby("family", sort=False):
        starts = joined((f"{start}…" for start in kin[str(family)]), "or")
        parts = [_part(study, row) for row in rows.to_dict(orient="records")]
        told.append(f"“{family}” ({starts}): {joined(parts)}.{_absent(study, rows)}")
    return say(*told)


def _part(study: Study, row: Mapping[Any, Any]) -> str:
    voice = voice_named(study, row["voice"])
    return (
        f"{row['count']} in {voice} ({row['per_thousand']:.1f} per thousand words)"
        if row["count"]
        else f"none in {voice}"
    )


def _absent(study: Study, rows: pd.DataFrame) -> str:
    """Return what it tells that a family is missing from a voice, set against the voice of most words that has it."""
    there = rows[rows["count"] > 0].sort_values("of", ascending=False, kind="stable").to_dict(orient="records")
    told = ""
    for row in rows[rows["count"] == 0].to_dict(orient="records") if there else []:
        rate = float(there[0]["per_thousand"])
        expected = f"{rate * int(row['of']) / 1000:.1f} could be expected in these {row['of']:,} words"
        few = "so few words do not show that it is avoided."
        many = "so many words without one are more than chance, were words drawn one by one."
        told += (
            f" At the rate of {voice_named(study, there[0]['voice'])}, {expected}; finding none fits any rate up to "
            f"{row['high']:.1f} per thousand: {few if row['high'] >= rate else many}"
        )
    return told


def families_table(study: Study, words: pd.DataFrame) -> Table | Say:
    """Return a row a family and voice: how often, per thousand with its interval, and which words."""
    if not study.settings.words.families:
        return say("So there is no table of them.")
    found = families(words, study.settings.words.families)
    frame = pd.DataFrame(
        {
            "family": found["family"], "voice": [capital(voice_named(study, v)) for v in found["voice"]],
            "count": found["count"], "of words": found["of"],
            "per thousand": [f"{r:.1f} ({low:.1f} to {high:.1f})" for r, low, high in _rates(found)],
            "which": found["words"], "people": found["people"],
        }
    ).dropna(axis=1, how="all")  # fmt: skip
    return Table(
        frame,
        "Word families by voice; in brackets what would fit as well, in 95 of 100 cases",
        _most_used(words, found),
    )


def _most_used(words: pd.DataFrame, found: pd.DataFrame) -> BehindCells:
    """Return who used the word of a family that most people of a voice used."""
    who, behind = users(words), {}
    for i, (voice, listed) in enumerate(zip(found["voice"].astype(str), found["words"], strict=True)):
        some = [who.get((voice, part.rpartition(" (")[0]), ()) for part in str(listed).split(", ") if part]
        behind[i, "people"] = max(some, key=len, default=())
    return behind


def _rates(found: pd.DataFrame) -> Iterable[tuple[float, float, float]]:
    return found[["per_thousand", "low", "high"]].astype(float).itertuples(index=False, name=None)


def families_picture(study: Study, words: pd.DataFrame) -> Picture | Say:
    """Return a picture of each family's rate in each voice, with its interval and its count."""
    if not study.settings.words.families:
        return say("So there is nothing to draw.")
    found = families(words, study.settings.words.families)
    voices = list(dict.fromkeys(found["voice"]))
    looks = {
        str(voice): Look(COLOURS[i % 4], SHAPES[i % 4], voice_named(study, voice)) for i, voice in enumerate(voices)
    }
    lines = pd.DataFrame(
        {
            "group": [str(f) for f in found["family"]],
            "count": [f"{n or 'none'} of {of:,}" for n, of in zip(found["count"], found["of"], strict=True)],
            "low": found["low"].astype(float), "at": found["per_thousand"].astype(float),
            "high": found["high"].astype(float), "look": [str(v) for v in found["voice"]], "words": "", "after": "",
        }
    )  # fmt: skip
    end = float(lines["high"].max())
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200) if end / s <= 6 or s == 200)
    ticks = {float(t): str(t) for t in range(0, int(end) + step, step) if t <= end}
    title = families_title(study, found)
    figure = strips(
        lines, Scale(0.0, end * 1.02, ticks, "per thousand words"), looks, title, ("family", "of words", "")
    )
    numbers = found[["family", "voice", "count", "of"]].assign(
        **{"per thousand": found["per_thousand"].round(1), "from": found["low"].round(1), "to": found["high"].round(1)}
    )
    told = "; ".join(
        f"{row['family']}, {voice_named(study, row['voice'])}: {row['count']} of {row['of']}"
        for row in found.to_dict(orient="records")
    )
    caption = (
        "A mark is how often words of a family stand in a voice, per thousand; its line is what would fit as well. "
        f"{title}. Lines take words as drawn one by one, so they are too short: words of one passage hang together."
    )
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
    """Return of each claim that names a word of a family whether respondents' printed words stand behind it."""
    kin = study.settings.words.families
    if study.claims.empty or not kin:
        return say("No claim is about a word family that study.toml names.")
    evidence, told = claim_evidence(study), []
    for claim, gist in zip(study.claims["claim"], study.claims["gist"], strict=True):
        named = [f for f, starts in kin.items() if any(word.startswith(starts) for word in tokens(str(gist)))]
        rows = evidence[(evidence["claim"] == claim) & (evidence["part"] != OTHERS)]
        if not named:
            continue
        quoted, reported = (int((rows["form"] == form).sum()) for form in ("quoted", "reported"))
        about = f"{claim} is about {joined(f'“{family}”' for family in named)}"
        if rows["form"].isna().any():
            told.append(f"{about}; of its {count(len(rows), 'excerpt')} the study does not say which are quoted.")
        elif quoted:
            told.append(f"{about}; {share(quoted, len(rows), 'excerpt')} under it {verb(quoted, 'is', 'are')} quoted.")
        else:
            alone = f"none is quoted: it rests on what is reported alone ({reported})"
            told.append(f"{about}; of {count(len(rows), 'excerpt')} under it {alone}.")
    return say(*told) if told else say("No claim is about a word family that study.toml names.")


def places_table(study: Study) -> Table | Say:
    """Return where the words of the families stand in the texts; of many places, the first of each family."""
    kin = study.settings.words.families
    if not kin:
        return say("No word family is named, so none can be looked up.")
    frames = []
    try:
        for family, starts in kin.items():
            pattern = rf"\b(?:{'|'.join(map(_literal, starts))})\w*"
            frames.append(kwic(study, pattern).assign(family=family))
    except NotInStudy as error:
        return say(str(error))
    found = pd.concat(frames, ignore_index=True)
    if found.empty:
        return say("The words of these families stand in none of the texts that may be shown.")
    each = max(1, MOST_PLACES // len(kin))
    some = found.groupby("family", sort=False).head(each)
    frame = some[["family", "excerpt", "left", "match", "right"]].rename(columns={"left": "before", "right": "after"})
    which = "" if len(some) == len(found) else f": of {len(found)}, the first {each} of each family"
    return Table(frame.reset_index(drop=True), f"Where the words stand{which}")


def _literal(start: str) -> str:
    return "".join(f"\\{letter}" if not letter.isalnum() else letter for letter in start)

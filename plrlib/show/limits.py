"""What a study cannot tell, computed from what it is; and what exactly was run."""

from hashlib import sha256
from importlib.metadata import version

from plrlib.show.hearing import members
from plrlib.show.say import Say, count, joined, people, say
from plrlib.stats.hearings import unlisted
from plrlib.study import Study


def limits_of_data(study: Study) -> Say:
    """Return the limits that lie in what was brought: whose words, how complete, how read."""
    excerpts = study.excerpts
    attributed = int(excerpts["participant"].isna().sum())
    settings = study.settings
    named = (
        f"{attributed} of {count(len(excerpts), 'excerpt')} name no person; they are attributed to everybody who fits."
        if attributed
        else "Every excerpt names who said it."
    )
    coded = (
        "" if settings.complete else "Coding is not complete: that a code is missing does not mean that nobody said it."
    )
    words = study.quantifiers["note"].fillna("").str.startswith("assumption")
    read = (
        f"{int(words.sum())} of {count(len(words), 'number word')} are read as a number of voices by assumption; "
        "quantifiers.csv can be changed and the suite run again."
        if words.any()
        else ""
    )
    return say(*_kind(study), named, coded, read)


def limits_of_people(study: Study) -> Say:
    """Return the limits that lie in who was heard."""
    n = len(study.participants)
    nobody = unlisted(study)
    hidden = f"Who was heard at {joined(nobody)} is not known." if nobody else ""
    blank = [
        g.label.lower()
        for g in study.settings.groupings.values()
        if members(study, g.population)[g.column].isna().any()
    ]
    levels = f"Not known of everybody it is about: {joined(blank)}." if blank else ""
    return say(*_kind(study), f"{people(n).capitalize()} were heard; they were not drawn at random.", hidden, levels)


def limits_of_sorting(study: Study) -> Say:
    """Return the limits that lie in who sorted and coded."""
    kinds = study.settings.coders or {}
    said = joined(f"{coder} is of the kind “{kind}”" for coder, kind in kinds.items()) if kinds else ""
    coders = f"By study.toml, {said}." if said else "study.toml does not say what kind of coder each is."
    seen = study.codings.groupby("coder", observed=True)["excerpt"].nunique()
    partly = [f"{coder} ({n})" for coder, n in seen.items() if n < len(study.excerpts)]
    some = f"Not every excerpt was coded by {joined(partly, 'or')}." if partly else ""
    return say(*_kind(study), coders, some)


def _kind(study: Study) -> list[str]:
    kinds = {
        "published": "The evidence is what a report chose to print, not what was said.",
        "simulated": "The data are simulated: nobody said any of this.",
    }
    return [kinds[study.settings.kind]] if study.settings.kind in kinds else []


def stamp(study: Study) -> Say:
    """Return which inputs were read and by which version, so that a reader can tell whether this is still so."""
    digest = sha256("".join(study.sources.values()).encode()).hexdigest()[:12]
    return say(
        f"Inputs of {study.id}: digest {digest} over {count(len(study.sources), 'file')}. plrlib {version('plrlib')}."
    )

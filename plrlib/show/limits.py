"""What a study cannot tell, computed from what it is; and what exactly was run."""

from hashlib import sha256
from importlib.metadata import version

import pandas as pd

from plrlib.show.display import Say, say
from plrlib.show.sorting import named_coder
from plrlib.stats.claims import sorter
from plrlib.stats.comparison.compare import Comparison
from plrlib.stats.joint_display import JointDisplay
from plrlib.stats.themes import envelopes
from plrlib.study.evidence import coder_or_reference
from plrlib.study.load import Study
from plrlib.text import capital, count, few, inner, joined, people, share, verb

KINDS = ("focus group", "interview")


def limits_of_data(study: Study) -> Say:
    """Return the limits that lie in what was brought: whose words, how complete, how read."""
    excerpts = study.excerpts
    attributed = int(excerpts["participant"].isna().sum())
    settings = study.settings
    named = "Every excerpt names who said it."
    if attributed:
        some = share(attributed, len(excerpts), "excerpt")
        named = f"{capital(some)} {verb(attributed, 'names', 'name')} no person, and may be anybody's who fits."
    coded = (
        "" if settings.complete else "Coding is not complete: that a code is missing does not mean that nobody said it."
    )
    words = study.quantifiers["note"].fillna("").str.startswith("assumption")
    assumed = int(words.sum())
    some = f"{capital(share(assumed, len(words), 'number word'))} {verb(assumed, 'is', 'are')}"
    read = f"{some} read as a number of voices by assumption; quantifiers.csv can be changed and the suite run again."
    return say(*kind_says(study), named, coded, read if assumed else "")


def limits_of_people(study: Study) -> Say:
    """Return the limits that lie in who was heard."""
    n = len(study.participants)
    nobody = study.prepared.unlisted
    hidden = f"Who was heard at {few(nobody)} is not fully known." if nobody else ""
    groupings = study.settings.groupings.values()
    prepared = study.prepared
    blank = [inner(g.label) for g in groupings if (prepared.inside(g.population) & (prepared.group(g) < 0)).any()]
    levels = f"Not known of everybody it is about: {joined(blank)}." if blank else ""
    heard = f"{capital(people(n))} {verb(n, 'was', 'were')} heard; nothing here says whom else they speak for."
    return say(*kind_says(study), heard, hidden, levels)


def limits_of_sorting(study: Study) -> Say:
    """Return the limits that lie in who sorted and coded."""
    kinds = study.settings.coders or {}
    said = joined(f"{coder} is of the kind “{kind}”" for coder, kind in kinds.items())
    coders = f"By study.toml, {said}." if kinds else "study.toml does not say what kind of coder each is."
    rows = pd.concat([study.codings[["coder", "excerpt"]], study.envelopes[["coder", "excerpt"]]]).astype("object")
    seen = rows.groupby("coder", sort=False)["excerpt"].nunique()
    partly = [f"{coder} ({n})" for coder, n in seen.items() if n < len(study.excerpts)]
    some = f"Not every one of the {len(study.excerpts)} excerpts was seen by {joined(partly, 'or')}." if partly else ""
    return say(*kind_says(study), coders, some)


def limits_of_comparing(study: Study, found: Comparison) -> Say:
    """Return the limits of a comparison."""
    grouping, frame = found.grouping, found.frame
    n = int(study.prepared.inside(grouping.population).sum())
    used = frame["people_used"].dropna()
    outside = n - int(used.max()) if len(used) else 0
    heard = f"This is about {people(n)}; nothing here says whom else they speak for."
    alone = f"{capital(people(outside))} of them {verb(outside, 'was', 'were')} heard only with their own level, or "
    alone += f"{verb(outside, 'has', 'have')} none that is known, and {verb(outside, 'tells', 'tell')} nothing here."
    coded = f"What counts as raised is what {named_coder(study, coder_or_reference(study, None))} coded."
    planned = (
        "" if (frame["status"] == "planned").all() else "This comparison was not planned before the data were seen."
    )
    incomplete = "" if study.settings.complete else "Coding is not complete, so that anybody may have raised anything."
    return say(*kind_says(study), heard, alone if outside else "", coded, incomplete, planned)


def limits_of_change(study: Study) -> Say:
    """Return the limits of setting two hearings side by side."""
    nobody = study.prepared.unlisted
    hidden = f"Who was heard at {few(nobody)} is not fully known." if nobody else ""
    kinds, prompts = study.events["kind"], study.events["stimulus"]
    group, alone = ({str(cell) for cell in prompts[kinds == kind].dropna()} for kind in KINDS)
    asked = "What people were asked at the two hearings is not on record for both."
    if group and alone:
        asked = "People were asked other things in the focus groups than when interviewed." if group - alone else ""
    coded = (
        "" if study.settings.complete else "Coding is not complete: that a code is missing at one hearing means little."
    )
    return say(*kind_says(study), hidden, asked, coded)


def limits_of_claims(study: Study, found: JointDisplay) -> Say:
    """Return what a joint display cannot tell of a study's claims."""
    coder = sorter(study)
    read = f"What is for or against a claim is as {named_coder(study, coder)} read it." if coder else ""
    blank = int(found.frame["no_stance"].sum())
    none = f"{capital(count(blank, 'excerpt'))} {verb(blank, 'has', 'have')} no stance on record." if blank else ""
    more = "" if study.settings.complete else "Coding is not complete: others may have said the same, or the opposite."
    outside = ""
    if coder:
        themes = envelopes(study, coder)["theme"].astype("object")
        n = int((~themes.isin(set(study.claims["finding"]))).sum())
        outside = f"{capital(share(n, len(themes), 'excerpt'))} {verb(n or 1, 'is', 'are')} under no theme of a claim."
    return say(*kind_says(study), read, none, more, outside)


def kind_says(study: Study) -> list[str]:
    """Return the limit that lies in what kind of study it is, if there is one."""
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

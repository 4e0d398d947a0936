"""What a study cannot tell, computed from what it is; and what exactly was run."""

from hashlib import sha256
from importlib.metadata import version

from plrlib.show.coders import coinciding_say, share_say
from plrlib.show.display import Say, say
from plrlib.show.excerpts import comparable_people, excerpt_ids, known_ids, people_ids
from plrlib.show.labels import named_coder
from plrlib.stats.claims import JointDisplay, sorter
from plrlib.stats.comparison.compare import OWN_EVENTS, Comparison
from plrlib.stats.themes import envelopes
from plrlib.study.coverage import read_by
from plrlib.study.load import Study
from plrlib.study.schema import CODED
from plrlib.text import Text, capital, count, few, inner, joined, number, people, share, verb

KINDS = {
    "published": "The evidence is what a report chose to print, not what was said.",
    "simulated": "The data are simulated: nobody said any of this.",
}


def kind_say(study: Study) -> str:
    """Return the limit that lies in what kind of study it is, if there is one."""
    return KINDS.get(study.settings.kind, "")


def coding_say(study: Study, means: str) -> str:
    """Return what it means that coding is not complete, where it is not."""
    return "" if study.settings.complete else f"Coding is not complete{means}"


def not_listed_say(study: Study) -> str:
    """Return at which events it is not fully known who was heard, if there are any."""
    events = study.prepared.unlisted
    return f"Who was heard at {few(events)} is not fully known." if events else ""


def speak_for_say(study: Study) -> str:
    """Return that nothing is known of whom the people of a study speak for."""
    who = people_ids(study, study.prepared.counted)
    return capital(people(who)) + f" {verb(who, 'was', 'were')} heard; nothing here says whom else they speak for."


def limits_of_data(study: Study) -> Say:
    """Return the limits that lie in what was brought: whose words, how complete, how read.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Say
        Excerpts that name no participant are counted, and number words that are read by assumption.

    See Also
    --------
    about : What the study is.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.limits_of_data(study).sentences[1]
    'Every excerpt names who said it.'
    """
    attributed = excerpt_ids(study, study.excerpts["participant"].isna())
    some = capital(share(attributed, excerpt_ids(study), "excerpt"))
    names = f" {verb(attributed, 'names', 'name')} no person, and may be anybody's who fits."
    words = study.quantifiers["note"].fillna("").str.startswith("assumption")
    assumed = int(words.sum())
    read = f"{capital(share(assumed, len(words), 'number word'))} {verb(assumed, 'is', 'are')} read as a number of "
    read += "voices by assumption; quantifiers.csv can be changed and the suite run again."
    return say(
        kind_say(study), some + names if attributed else "Every excerpt names who said it.",
        coding_say(study, ": that a code is missing does not mean that nobody said it."), read if assumed else "",
    )  # fmt: skip


def limits_of_people(study: Study) -> Say:
    """Return the limits that lie in who took part.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Say
        Also at which events not all participants are identified, and which groupings are not published of all.

    See Also
    --------
    heard_say : How many participants, at how many events.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.limits_of_people(study).sentences[1]
    '45 people were heard; nothing here says whom else they speak for.'
    """
    prepared, groupings = study.prepared, study.settings.groupings.values()
    blank = [inner(g.label) for g in groupings if (prepared.inside(g.population) & (prepared.group(g) < 0)).any()]
    groups = f"Not known of everybody it is about: {joined(blank)}." if blank else ""
    return say(kind_say(study), speak_for_say(study), not_listed_say(study), groups)


def limits_of_sorting(study: Study) -> Say:
    """Return the limits that lie in who assigned themes and coded.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Say
        The kind of each coder, by study.toml; and who did not read every excerpt.

    See Also
    --------
    sorters_say : Who assigned themes.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.limits_of_sorting(study).sentences[1]
    'By study.toml, first is of the kind “simulated: codes as meant” and second is of the kind “simulated: changes one
    code in eight”.'
    """
    kinds = study.settings.coders or {}
    said = joined(f"{coder} is of the kind “{kind}”" for coder, kind in kinds.items())
    coders = f"By study.toml, {said}." if kinds else "study.toml does not say what kind of coder each is."
    read = {coder: excerpt_ids(study, read_by(study, coder)) for coder in study.prepared.coders(*CODED)}
    every = excerpt_ids(study)
    partly = [f"{coder} (" + number(ids) + ")" for coder, ids in read.items() if len(ids) < len(every)]
    some = Text("Not every one of the ", number(every), " excerpts was read by ", joined(partly, "or"), ".")
    return say(kind_say(study), coders, some if partly else "")


def limits_of_comparing(study: Study, found: Comparison) -> Say:
    """Return the limits of a comparison.

    Parameters
    ----------
    study : Study
        A study.
    found : Comparison
        As `compare` returns it for this study.

    Returns
    -------
    Say
        How many people it is about, how many of them tell nothing, by whose codes, and whether it was planned.

    See Also
    --------
    plrlib.compare : The comparison.
    power_say : What could have shown at all.

    Examples
    --------
    >>> from plrlib import compare, load_study, show
    >>> study = load_study("worked-example")
    >>> found = compare(study, "sector")
    >>> show.limits_of_comparing(study, found).sentences[1]
    'This is about 30 people; nothing here says whom else they speak for.'
    """
    grouping, frame = found.grouping, found.frame
    about = people_ids(study, study.prepared.inside(grouping.population))
    used = frame["people_used"].dropna()
    n = len(about) - int(used.max()) if len(used) else 0
    comparable = set(comparable_people(study, grouping))
    outside = known_ids([who for who in about if who not in comparable], n)
    heard = Text("This is about ", people(about), "; nothing here says whom else they speak for.")
    alone = capital(people(outside)) + f" of them {verb(outside, 'was', 'were')} heard only with their own level, or "
    alone += f"{verb(outside, 'has', 'have')} none that is known, and {verb(outside, 'tells', 'tell')} nothing here."
    coded = f"What counts as raised is what {share_say(study, found.coders)}."
    apart = "None of them can be compared: each group was first heard at events that cannot stand in for one another's."
    return say(
        kind_say(study), heard, alone if n else "", apart if (frame["reason"] == OWN_EVENTS).all() else "", coded,
        coinciding_say(study, grouping),
        coding_say(study, ", so that anybody may have raised anything."),
        "" if (frame["status"] == "planned").all() else "This comparison was not planned before the data were seen.",
    )  # fmt: skip


def limits_of_change(study: Study) -> Say:
    """Return the limits of comparing two events at which people were heard.

    Parameters
    ----------
    study : Study
        A study.

    See Also
    --------
    change_say : What changed.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.limits_of_change(study).sentences[1]
    'What people were asked at the two hearings is not on record for both.'
    """
    kinds, prompts = study.events["kind"], study.events["stimulus"]
    group, alone = (set(prompts[kinds == kind].dropna().astype(str)) for kind in ("focus group", "interview"))
    asked = "What people were asked at the two hearings is not on record for both."
    if group and alone:
        asked = "People were asked other things in the focus groups than when interviewed." if group - alone else ""
    coded = coding_say(study, ": that a code is missing at one hearing means little.")
    return say(kind_say(study), not_listed_say(study), asked, coded)


def limits_of_claims(study: Study, found: JointDisplay) -> Say:
    """Return what a joint display cannot tell of a study's claims.

    Parameters
    ----------
    study : Study
        A study.
    found : JointDisplay
        As `joint_display` returns it for this study.

    Returns
    -------
    Say
        By whose reading evidence is for or against, how many excerpts have no stance, and how many are under no theme
        of a claim.

    See Also
    --------
    plrlib.joint_display : The answer to each claim.

    Examples
    --------
    >>> from plrlib import joint_display, load_study, show
    >>> study = load_study("worked-example")
    >>> found = joint_display(study)
    >>> show.limits_of_claims(study, found).sentences[-1]
    '39 of 439 excerpts are under no theme of a claim.'
    """
    coder, blank, outside = sorter(study), int(found.frame["no_stance"].sum()), ""
    if coder:
        themes = envelopes(study, coder)["theme"].astype("object")
        ids = excerpt_ids(study, ~themes.isin(set(study.claims["finding"])))
        outside = capital(share(ids, excerpt_ids(study), "excerpt"))
        outside += f" {verb(len(ids) or 1, 'is', 'are')} under no theme of a claim."
    unknown = found.evidence.loc[found.evidence["part"] == "no stance", "excerpt"].astype(str)
    told = count(known_ids(list(unknown), blank), "excerpt")
    return say(
        kind_say(study),
        f"What supports or opposes a statement is as read by {named_coder(study, coder)}." if coder else "",
        capital(told) + f" {verb(blank, 'has', 'have')} no stance on record." if blank else "",
        coding_say(study, ": others may have said the same, or the opposite."), outside,
    )  # fmt: skip


def stamp(study: Study) -> Say:
    """Return which inputs were read and by which version, so that a reader can tell whether this is still so.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Say
        One sentence; the digest changes with any file of the study.

    See Also
    --------
    inputs : The digest of each file.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.stamp(study).sentences[0].startswith("Inputs of worked-example: digest ")
    True
    """
    digest = sha256("".join(study.sources.values()).encode()).hexdigest()[:12]
    files = count(len(study.sources), "file")
    return say(f"Inputs of {study.id}: digest {digest} over {files}. plrlib {version('plrlib')}.")

"""What goes into the drafts of a study's joint display."""

import pandas as pd

from plrlib.drafts.excel import workbook
from plrlib.drafts.word import document
from plrlib.faults import NotInStudy
from plrlib.places import DRAFTS
from plrlib.privacy import text_of
from plrlib.show import about, joint_say, joint_table, limits_of_claims, rules_table, stamp
from plrlib.stats import joint_display
from plrlib.stats.claims import claim_evidence
from plrlib.study import Study


def drafts(study: Study) -> dict[str, bytes]:
    """Return the joint display as a Word document and an Excel workbook, by the file's name.

    Text stands there as far as consent allows, and none of it can be taken for a formula. The same study gives the same
    bytes.

    Returns
    -------
    dict
        Nothing where the study has no claims.
    """
    try:
        found = joint_display(study)
    except NotInStudy:
        return {}
    display, rules = joint_table(study, found), rules_table()
    told = [sentence.replace("**", "") for sentence in (*about(study).sentences, *joint_say(study, found).sentences)]
    limits = [*limits_of_claims(study, found).sentences, *stamp(study).sentences]
    title = f"{study.title}: what can be claimed"
    sheets = {
        "claims": found,
        "evidence": _evidence(study),
        "rules": rules.frame,
        "read me": pd.DataFrame({title: [*told, *limits]}),
    }
    return dict(zip(DRAFTS, (document(title, told, display, rules, limits), workbook(sheets, title)), strict=True))


def _evidence(study: Study) -> pd.DataFrame:
    """Return a row a claim and excerpt, with what may be shown of it."""
    found = claim_evidence(study)
    pages = study.excerpts.set_index("excerpt")["page"]
    found["what was said"] = text_of(study, found["excerpt"]).to_numpy()
    found["page"] = pages.reindex(found["excerpt"]).to_numpy()
    return found.rename(columns={"part": "stance", "certain": "theirs for certain", "left": "elsewhere by"})

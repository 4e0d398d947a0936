"""Pictures of a second-level reading: excerpts by side and by who may have said them, and people by side."""

from plrlib.show.dots import Axis
from plrlib.show.maps import NOT_SAID, evidence_map, heard_columns
from plrlib.show.picture import Picture
from plrlib.show.raising import people_grid
from plrlib.show.silent import silent_title
from plrlib.stats.attribution import attribution
from plrlib.stats.presence import presence
from plrlib.stats.readings import needs_reading, noun, reading_labels
from plrlib.stats.sides import on_sides
from plrlib.study import Study

NO_SIDE = ""
"""The row of excerpts on no side; no value of a column is blank."""


def reading_picture(study: Study, column: str, by: str) -> Picture:
    """Return a picture of the excerpts by side and by who may have said them, with their stance to their theme.

    Raises
    ------
    NotInStudy
        If the codebook has no such column, or no code has a value in it; or if the study has no such grouping.
    """
    found, what = on_sides(study, column), noun(study, column)
    columns, others = heard_columns(study, by)
    heard = attribution(study, by).set_index("excerpt")["heard"].astype("object")
    marks = found[["excerpt", "form"]].assign(
        row=found["side"].astype("object").fillna(NO_SIDE),
        column=found["excerpt"].map(heard),
        look=found["stance"].fillna(NOT_SAID),
        filled=found["form"] != "reported",
    )
    off = {NO_SIDE: f"On no {what}"} if (marks["row"] == NO_SIDE).any() else {}
    title = silent_title(study, column, study.grouping(by))
    twice = f"An excerpt on more than one has a mark in each. Its stance is to its theme, not to the {what}."
    return evidence_map(
        study, marks, Axis(reading_labels(study, column) | off, what), columns, title, f"{twice} {others}"
    )


def reading_people_picture(study: Study, column: str, by: str) -> Picture:
    """Return a picture of the people at each level by the sides on which they raised something, when first heard."""
    needs_reading(study, column)
    return people_grid(study, study.grouping(by), presence(study, by, column), column)

"""The joint displays of the shipped studies, each made once for all tests of a process."""

from functools import cache

from plrlib import joint_display, load_study


@cache
def claims_of(name):
    """Return a study that is shipped, and its joint display; a test changes neither."""
    study = load_study(name)
    return study, joint_display(study)

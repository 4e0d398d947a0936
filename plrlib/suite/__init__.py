"""Run the notebooks, in order where order matters, so that a second run changes nothing."""

DONE = "done"
NOT_IN_STUDY = "not in study"

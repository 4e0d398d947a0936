"""Run the notebooks, in order where order matters, so that a second run changes nothing."""

"""How a study comes into data/raw/: begun empty, or from other programs' files; the only rooms that write there."""

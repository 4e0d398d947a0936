"""The explorer: choose who is compared in what, see people and verdicts, and read the excerpts behind a mark."""

"""A study: its tables, settings and checks."""

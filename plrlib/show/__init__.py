"""Sentences, tables and figures of a study: a file a question, and the only modules that know matplotlib and seaborn.

Each is imported when it is first asked for: sentences and tables need no figure.
"""

from plrlib.imports import offered

__all__, __dir__, __getattr__ = offered(__name__, __file__)

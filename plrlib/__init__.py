"""Mixed-methods analysis of what people said in focus groups and interviews.

What is listed here is imported when it is first asked for: `plr --help` and `plr check` need no statistics.
"""

from importlib.metadata import version

from plrlib.imports import offered

__version__ = version("plrlib")
__all__, __dir__, __getattr__ = offered(__name__, __file__)

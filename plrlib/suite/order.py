"""Which notebook must wait for which."""

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from plrlib.suite.errors import RunError


def after(notebooks: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return, for each notebook, those that must have run before it.

    A notebook names them in its metadata: `{"plr": {"after": ["03-do-the-themes-hold"]}}`.

    Parameters
    ----------
    notebooks
        Each notebook by its file's name.

    Returns
    -------
    dict
        Names of files; none for a notebook that waits for nothing.

    Raises
    ------
    RunError
        If one waits for a notebook that is not there, or several wait for each other in a circle.
    """
    waits = {name: _named(name, notebook.metadata.get("plr", {})) for name, notebook in notebooks.items()}
    for name, earlier in waits.items():
        for other in earlier:
            if other not in waits:
                raise RunError(f"{name} is to run after {other}, and there is no notebook of that name")
    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        circle: Sequence[str] = error.args[1]
        raise RunError(f"notebooks wait for each other: {', which waits for '.join(reversed(circle))}") from error
    return waits


def _named(name: str, section: Any) -> tuple[str, ...]:
    """Return the names that a notebook's metadata lists."""
    listed = section.get("after", []) if isinstance(section, Mapping) else None
    if not isinstance(listed, list) or not all(isinstance(other, str) for other in listed):
        raise RunError(f'{name} does not say plainly what it runs after: write {{"plr": {{"after": ["01-name"]}}}}')
    return tuple(f"{other}.ipynb" for other in listed)

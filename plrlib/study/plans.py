"""A frozen plan: what was to be compared, with a dated digest, put on record before there are data.

What is frozen is kept in plan.toml of the study's folder, one entry each time. Only the comparisons and what they mean
are in the digest: groupings, populations, levels and codes; not what the study is called, and nothing of its data.
"""

import hashlib
import json
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from plrlib.faults import RunError
from plrlib.paths import write_whole
from plrlib.study.load import Study
from plrlib.study.settings import FILE, Settings, read_settings, toml

PLAN = "plan.toml"


@dataclass(frozen=True)
class Frozen:
    """One plan that was frozen.

    Parameters
    ----------
    date
        The day (YYYY-MM-DD).
    digest
        The SHA-256 of what was planned.
    excerpts
        How many excerpts the study had on that day.
    """

    date: str
    digest: str
    excerpts: int


def digest(settings: Settings) -> str:
    """Return the SHA-256 of what study.toml plans: each comparison, with its grouping and the people it is about."""
    planned = []
    for plan in settings.comparisons:
        grouping = settings.groupings[plan.by]
        about = settings.populations.get(grouping.population, {})
        planned.append([plan.by, plan.level, sorted(plan.codes), grouping.column, [*grouping.levels], dict(about)])
    return hashlib.sha256(json.dumps(planned, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def freeze(folder: Path, today: str) -> Frozen:
    """Put on record what a study plans; a plan that was frozen before stays there, with its date.

    Parameters
    ----------
    folder
        The study's folder, where study.toml is; there need be no data yet.
    today
        The day (YYYY-MM-DD).

    Raises
    ------
    RunError
        If study.toml is at fault, or plans no comparison.
    """
    settings, faults, _ = read_settings(folder / FILE)
    if faults:
        raise RunError("\n".join(f"{FILE}: {fault}" for fault in faults))
    if not settings.comparisons:
        raise RunError(f"{FILE} plans no comparison: add [[comparisons]], each with `by`, and freeze it then")
    before = read(folder)
    now = digest(settings)
    if known := next((one for one in before if one.digest == now), None):
        return known
    table = folder / "excerpts.csv"
    excerpts = len(pd.read_csv(table, dtype="str").dropna(how="all")) if table.is_file() else 0
    frozen = Frozen(today, now, excerpts)
    write_whole(folder / PLAN, toml([("[[frozen]]", asdict(one)) for one in (*before, frozen)]))
    return frozen


def read(folder: Path) -> list[Frozen]:
    """Return every plan of a study that was frozen, in that order; none where none was."""
    path = folder / PLAN
    if not path.is_file():
        return []
    try:
        return [Frozen(**one) for one in tomllib.loads(path.read_text(encoding="utf-8")).get("frozen", [])]
    except (ValueError, TypeError, AttributeError) as error:
        raise RunError(f"{PLAN} cannot be read ({error}): restore it, or freeze the plan again without it") from error


def as_frozen(study: Study) -> tuple[Frozen | None, bool]:
    """Return the frozen plan that holds, or else the last one, and whether the plan has changed since.

    None where none was frozen.
    """
    frozen = read(study.folder)
    same = next((one for one in frozen if one.digest == digest(study.settings)), None)
    return same or (frozen[-1] if frozen else None), bool(frozen) and same is None

"""What study.toml says in a copy to share: the groupings that are left, and nothing that was not told."""

import json
from collections.abc import Mapping, Sequence

import pandas as pd

from plrlib.privacy.groups import Recoding, joined
from plrlib.settings import Grouping
from plrlib.study import Study
from plrlib.toml_sections import quoted


def groupings_left(study: Study, told: pd.DataFrame, recoding: Recoding) -> dict[str, Grouping]:
    """Return the study's groupings with the levels that are left of them; one with a single level is none any more."""
    kept = {}
    for name, grouping in study.settings.groupings.items():
        if grouping.column not in told:
            continue
        levels: dict[str, str] = {}
        for level, label in grouping.levels.items():
            new = recoding[grouping.column].get(level, level)
            if new:
                levels[new] = joined(levels[new], label) if new in levels else label
        levels = {level: label for level, label in levels.items() if level in set(told[grouping.column])}
        if len(levels) > 1:
            kept[name] = Grouping(name, grouping.label, grouping.column, levels)
    return kept


def settings_text(study: Study, groupings: Mapping[str, Grouping], columns: Sequence[str]) -> str:
    """Return the study.toml of a copy."""
    settings = study.settings
    lines = [
        "[study]",
        f"id = {quoted(f'{settings.id}-release')}",
        f"title = {quoted(study.title)}",
        f"kind = {quoted(settings.kind)}",
        f"complete = {str(settings.complete).lower()}",
    ]
    lines.append('reference_coder = "coder"')
    for grouping in groupings.values():
        levels = ", ".join(f"{quoted(level)} = {quoted(label)}" for level, label in grouping.levels.items())
        lines += ["", f"[groupings.{quoted(grouping.name)}]", f"label = {quoted(grouping.label)}"]
        lines += [f"column = {quoted(grouping.column)}", f"levels = {{ {levels} }}"]
    lines += ["", "[privacy]", f"quasi_identifiers = {json.dumps(list(columns), ensure_ascii=False)}"]
    return "\n".join([*lines, f"smallest_group = {settings.privacy.smallest_group}"]) + "\n"

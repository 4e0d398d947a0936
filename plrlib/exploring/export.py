"""A view written to files: its numbers, its picture, and the call that gives it again."""

import re
from collections.abc import Sequence

import pandas as pd

from plrlib.exploring.view import View
from plrlib.places import EXPLORED, home, processed
from plrlib.show.raising import people_grid
from plrlib.study import Study


def export(
    study: Study, view: View, counted: pd.DataFrame, found: pd.DataFrame, codes: Sequence[str], call: str
) -> list[str]:
    """Write a view to data/processed/<study>/explored/ and return the files, as paths from the project's folder.

    Parameters
    ----------
    study, view
        What is shown.
    counted, found
        The frames that `plrlib.presence` and `plrlib.compare` return for it.
    codes
        The codes shown. The numbers and the picture are of these; what is compared is all.
    call
        The call that gives it again.

    Raises
    ------
    OSError
        If the files cannot be written.
    """
    folder = processed(study.id) / EXPLORED
    folder.mkdir(parents=True, exist_ok=True)
    parts = (view.by, view.level, view.stance, view.coder)
    name = "-".join(re.sub(r"[^\w.]+", "_", part) for part in parts if part)
    some = counted[counted["code"].isin(codes)].assign(code=lambda f: f["code"].cat.set_categories(list(codes)))
    wide = some.pivot(index="code", columns="level", values=["n", "lower", "upper", "excerpts"])
    wide.columns = [" ".join(map(str, pair)) for pair in wide.columns]
    numbers = found[found["code"].isin(codes)].astype({"code": str}).merge(
        wide.reset_index().astype({"code": str}), on="code", how="left", validate="one_to_one"
    )  # fmt: skip
    contents = {
        "csv": numbers.to_csv(index=False, lineterminator="\n").encode("utf-8"),
        "png": people_grid(study, study.grouping(view.by), some, view.level, view.asked, view.coder).png,
        "py": f"{call}\n".encode(),
    }
    written = []
    for ending, data in contents.items():
        path = folder / f"{name}.{ending}"
        path.write_bytes(data)
        written.append(path.relative_to(home()).as_posix())
    return written

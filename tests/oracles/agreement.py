"""Agreement as others compute it: random tables, and what irrCAC and nltk make of each.

    python -m venv v && v/bin/pip install irrCAC==0.4.4 nltk==3.10.4 && v/bin/python tests/oracles/agreement.py

writes agreement.csv beside this file. A table is a coder a part, parted by `;`, an excerpt a word; `.`: not seen.
For `masi` a word is the sum of 1, 2, 4, 8 over the codes of a set (0: none).
"""

import csv
import random
import warnings
from pathlib import Path

import pandas as pd
from irrCAC.raw import CAC
from nltk.metrics import masi_distance
from nltk.metrics.agreement import AnnotationTask

warnings.simplefilter("ignore")
DRAW = random.Random(20080101)
DIGITS = 15


def table(coders, excerpts, categories, missing, alike):
    """Draw ratings that agree with a hidden one with the chance `alike`."""
    hidden = [DRAW.choice(categories) for _ in range(excerpts)]
    return [
        [None if DRAW.random() < missing else (h if DRAW.random() < alike else DRAW.choice(categories)) for h in hidden]
        for _ in range(coders)
    ]


def written(rows):
    return ";".join(" ".join("." if cell is None else str(cell) for cell in row) for row in rows)


def gwet(rows):
    frame = pd.DataFrame(
        {str(i): [float("nan") if cell is None else cell for cell in row] for i, row in enumerate(rows)}
    )
    found = CAC(frame.dropna(how="all"), digits=DIGITS).gwet()["est"]
    return found["coefficient_value"], found["pa"]


def members(number):
    return frozenset(code for code in range(4) if number >> code & 1)


def masi_alpha(rows):
    data = [(str(c), str(e), members(cell)) for c, row in enumerate(rows) for e, cell in enumerate(row)]
    return AnnotationTask(data=data, distance=distance).alpha()


def distance(a, b):
    return 0.0 if a == b else masi_distance(a, b)


def main():
    rows = []
    while len(rows) < 300:
        coders, categories = DRAW.choice([2, 2, 3, 4]), list(range(1, DRAW.choice([2, 3, 5]) + 1))
        ratings = table(
            coders, DRAW.randint(4, 40), categories, DRAW.choice([0, 0, 0.1, 0.3]), DRAW.choice([0.2, 0.6, 0.9])
        )
        pairable = [e for e in zip(*ratings, strict=True) if sum(cell is not None for cell in e) > 1]
        if len({cell for row in ratings for cell in row if cell is not None}) < 2 or not pairable:
            continue
        ac1, raw = gwet(ratings)
        rows += [("AC1", written(ratings), ac1), ("raw", written(ratings), raw)]
    while len(rows) < 500:
        ratings = table(
            DRAW.choice([2, 3, 4]),
            DRAW.randint(4, 30),
            list(range(DRAW.choice([4, 8, 16]))),
            0,
            DRAW.choice([0.2, 0.6, 0.9]),
        )
        if len({cell for row in ratings for cell in row}) < 2:
            continue
        rows.append(("masi", written(ratings), masi_alpha(ratings)))
    with (Path(__file__).parent / "agreement.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [("kind", "table", "value"), *((k, t, repr(float(v))) for k, t, v in rows)]
        )


main()

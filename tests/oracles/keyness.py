"""Log-odds with an informative prior as scattertext has it, over counts drawn from a seed.

    python -m venv v && v/bin/pip install scattertext==0.2.2 six && v/bin/python tests/oracles/keyness.py

writes keyness.csv beside this file: `a` and `b` are the counts of the words of two voices, `others` those of a third,
and the prior is shaped as all three together and weighs `prior` words. Only the module with the formula is loaded.
"""

import csv
import sys
import types
from importlib.machinery import SourceFileLoader
from importlib.util import find_spec, module_from_spec, spec_from_loader
from pathlib import Path

import numpy as np
import pandas as pd


def formula():
    """Load scattertext's classes without what its package imports."""
    folder = Path(find_spec("scattertext").submodule_search_locations[0]) / "termsignificance"
    for name in ("scattertext", "scattertext.termsignificance"):
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].__path__ = [str(folder.parent if name == "scattertext" else folder)]
    for name in (
        "TermSignificance",
        "LogOddsRatioUninformativeDirichletPrior",
        "LogOddsRatioInformativeDirichletPiror",
    ):
        path = next(folder.glob(f"{name}.py"), None)
        if path is None:
            continue
        full = f"scattertext.termsignificance.{name}"
        module = module_from_spec(spec_from_loader(full, SourceFileLoader(full, str(path))))
        sys.modules[full] = module
        module.__loader__.exec_module(module)
        for thing in vars(module).values():
            if isinstance(thing, type):
                setattr(sys.modules["scattertext.termsignificance"], thing.__name__, thing)
    return module.LogOddsRatioInformativeDirichletPrior


def main():
    informative = formula()
    rng = np.random.default_rng(2008)
    rows = []
    for _ in range(60):
        words = int(rng.integers(3, 40))
        chances = rng.dirichlet(np.full(words, 0.3), size=3)
        a, b, others = (rng.multinomial(int(rng.integers(20, 3000)), chance) for chance in chances)
        kept = a + b + others > 0
        a, b, others = a[kept], b[kept], others[kept]
        prior = float(rng.choice([10, 100, 500, 2000]))
        shape = pd.Series((a + b + others).astype(float))
        z = informative(shape, sigma=prior, scale_type="word").get_zeta_i_j_given_separate_counts(
            pd.Series(a.astype(float)), pd.Series(b.astype(float))
        )
        rows.append(
            [prior, *(" ".join(map(str, some)) for some in (a, b, others)), " ".join(repr(float(v)) for v in z)]
        )
    with (Path(__file__).parent / "keyness.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([["prior", "a", "b", "others", "z"], *rows])


main()

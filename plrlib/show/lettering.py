"""How wide a text is when it is drawn, and where to break it."""

from functools import lru_cache

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from plrlib.show.picture import FONT

LABEL = 10.0
"""The size of a label, in points."""
_POINTS = 72
_HINTED = 1.06
"""Letters set on whole pixels come out wider than the outline by up to so much."""


@lru_cache(maxsize=4096)
def text_width(text: str, size: float = LABEL, weight: str = "normal") -> float:
    """Return how wide a text is drawn; of several lines, the widest."""
    font = FontProperties(family=FONT, size=size, weight=weight)
    lines = (text_to_path.get_text_width_height_descent(line, font, False)[0] for line in text.split("\n"))
    return _HINTED * max(map(float, lines)) / _POINTS


def wrapped(text: str, width: float, size: float = LABEL, weight: str = "normal") -> str:
    """Return a text in lines no wider than `width`, broken between words, or in a word that is wider than that."""
    lines = [""]
    for word in text.split():
        rest = word
        if lines[-1] and text_width(f"{lines[-1]} {word}", size, weight) <= width:
            lines[-1] += f" {word}"
            continue
        if lines[-1]:
            lines.append("")
        while text_width(rest, size, weight) > width and len(rest) > 1:
            cut = next(n for n in range(len(rest), 0, -1) if n == 1 or text_width(rest[:n], size, weight) <= width)
            lines[-1:] = [rest[:cut], ""]
            rest = rest[cut:]
        lines[-1] = rest
    return "\n".join(lines)

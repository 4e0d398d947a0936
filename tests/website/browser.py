"""The system's Chromium for tests: found or not, and pages that note what goes wrong on them."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from programs import PATIENCE

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM = os.environ.get("PLR_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), "")
SHOTS = Path(os.environ.get("PLR_SHOTS") or Path(__file__).parents[2] / "build" / "screenshots")
"""Where screenshots are kept, to be looked at; the README's are copies of some."""
NEEDED = bool(os.environ.get("PLR_BROWSER_TESTS"))
"""Set where a missing browser is a fault, as where the project is checked before anything is merged."""
MISSING = "NO BROWSER TESTS: Chromium is not installed (Debian: apt-get install chromium; elsewhere set PLR_CHROMIUM)"


@dataclass
class Noted:
    """What a page asked for beyond its folder, what failed, and what its scripts complained of."""

    outside: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@contextmanager
def opened(browser: Any, inside: Path | str, **context: Any) -> Iterator[tuple[Any, Noted]]:
    """Open a page and note what happens on it; all that it may ask for lies in a folder, or at an address."""
    made = browser.new_context(**context)
    page, noted = made.new_page(), Noted()
    page.set_default_timeout(1000 * PATIENCE)
    SHOTS.mkdir(parents=True, exist_ok=True)
    inside = inside.resolve().as_uri() if isinstance(inside, Path) else inside

    def asked(request: Any) -> None:
        if not request.url.startswith((inside, inside.replace("http", "ws", 1), "data:", "blob:", "about:")):
            noted.outside.append(request.url)

    page.on("request", asked)
    page.on("requestfailed", lambda request: noted.failed.append(f"{request.url}: {request.failure}"))
    page.on("pageerror", lambda error: noted.errors.append(str(error)))
    page.on("console", lambda message: noted.errors.append(message.text) if message.type == "error" else None)
    try:
        yield page, noted
    finally:
        made.close()


if NEEDED and not CHROMIUM:
    raise RuntimeError(MISSING)

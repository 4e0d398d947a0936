"""Sentences computed from data."""

from dataclasses import dataclass

from plrlib.wording import capital, count, few, inner, joined, people, share, verb

__all__ = ["Say", "capital", "count", "few", "inner", "joined", "people", "say", "share", "verb"]


@dataclass(frozen=True)
class Say:
    """Sentences shown as a list; one alone is shown as a paragraph."""

    sentences: tuple[str, ...]

    def __repr__(self) -> str:
        return "\n".join(self.sentences)

    def _repr_markdown_(self) -> str:
        if len(self.sentences) == 1:
            return self.sentences[0]
        return "\n".join(f"- {sentence}" for sentence in self.sentences)


def say(*sentences: str) -> Say:
    """Return sentences to show; empty ones are left out."""
    return Say(tuple(sentence for sentence in sentences if sentence))

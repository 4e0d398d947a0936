"""XML from outside: element by element, without a document type, entities of its own, or a network."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import IO, Any
from xml.parsers import expat

from lxml import etree

from plrlib.faults import StudyError
from plrlib.guards import refused

Opener = Callable[[], AbstractContextManager[IO[bytes]]]
_ANEW = "export it again from the program it comes from"
_START = 2**16


class _Seen(Exception):  # noqa: N818 - it ends the reading of a prologue, and is no error
    """The root element has been reached."""


def local(element: Any) -> str:
    """Return the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def without_document_type(file: str, opener: Opener) -> None:
    """Refuse XML that brings a document type, which could expand into anything or fetch something.

    Raises
    ------
    StudyError
        If it does, or if what should be XML is none.
    """

    def declared(*_: object) -> None:
        raise refused(file, "the XML has a document type (DOCTYPE), which no export has", _ANEW)

    def reached(*_: object) -> None:
        raise _Seen

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = declared
    parser.EntityDeclHandler = declared
    parser.StartElementHandler = reached
    with opener() as stream:
        try:
            while part := stream.read(_START):
                parser.Parse(part, False)
            parser.Parse(b"", True)
        except _Seen:
            return
        except StudyError:
            raise
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise refused(file, "it is not well-formed XML", _ANEW, str(error)) from error


def elements(file: str, opener: Opener, names: tuple[str, ...]) -> Iterator[Any]:
    """Yield each element with one of these names once it is whole; what it holds is gone with the next.

    Raises
    ------
    StudyError
        If it is not well-formed, or has a document type.
    """
    without_document_type(file, opener)
    tags = tuple(f"{{*}}{name}" for name in names)
    with opener() as stream:
        try:
            for _, element in etree.iterparse(
                stream, tag=tags, resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True,
                remove_pis=True, huge_tree=False,
            ):  # fmt: skip
                yield element
                element.clear()
                while (before := element.getprevious()) is not None:
                    before.getparent().remove(before)
        except etree.XMLSyntaxError as error:
            raise refused(file, "it is not well-formed XML", _ANEW, str(error.msg)[:120], error.lineno) from error

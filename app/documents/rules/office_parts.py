"""Check the XML parts of an Office or OpenDocument file: no macros, no objects, nothing loaded from elsewhere.

A parser that refuses DTDs reads each part as a stream, so memory use is bounded.
"""

import re
from collections import deque
from collections.abc import Mapping
from typing import Any

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, XMLParser

from app.documents.rules.upload_refusals import (
    EMBEDDED_OBJECT,
    HARMFUL,
    LOADS_FROM_ELSEWHERE,
    MACROS,
    UploadError,
    refused,
)

LONGEST_FIELD = 200
"""How many pieces of Word fields' instructions are checked together, and how many characters of each."""

MACRO_TYPES = ("macroenabled", "vbaproject", "vbadata", "macrosheet", "xlmacro", "customui", "userform")
OBJECT_TYPES = ("oleobject", "activex", "control+xml", "externallink", "connections+xml", "altchunk")
"""Words in a content type or a relationship's type (ECMA-376, part 1, sections 11 to 15)."""

OBJECT_RELATIONSHIPS = {
    "oleobject", "control", "activexcontrolbinary", "externallink", "externallinkpath", "connections", "afchunk",
    "querytable", "xlexternallinkpath/xlpathmissing",
}  # fmt: skip
MACRO_RELATIONSHIPS = {
    "vbaproject",
    "wordvbadata",
    "xlmacrosheet",
    "xlintlmacrosheet",
    "keymapcustomizations",
}

WEB_LINK = re.compile(r"(https?|mailto|tel):|#", re.IGNORECASE)
ON_THIS_COMPUTER = re.compile(r"(file:///)?[a-z]:[\\/|]", re.IGNORECASE)
"""A template on the author's own disk: the reader's Word finds none there and carries on."""
ANYWHERE_ELSE = re.compile(r"\.\.|[a-z][a-z0-9+.-]*:|[\\/]{2}|[\\/]", re.IGNORECASE)

FETCHING_FIELD = re.compile(
    r"\b(ddeauto|dde|includetext|includepicture|import|link)\b\s*(.{0,200})", re.IGNORECASE | re.DOTALL
)
"""Word fields that load content from another program or file (ECMA-376, part 1, section 17.16.5)."""
HIDDEN_FIELD = re.compile(r"\bquote\b(\s+\d{2,3}){3,}", re.IGNORECASE)
"""A field written as the numbers of its letters."""

SCRIPT_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns:script:1.0"
XLINK = "{http://www.w3.org/1999/xlink}href"
ACTIVE_ELEMENTS = {
    "applet", "plugin", "floating-frame", "object-ole", "dde-connection-decl", "dde-connection-decls",
    "dde-connection", "dde-source", "dde-link", "dde-links",
}  # fmt: skip
"""OpenDocument elements that run something or load it from another program (OpenDocument 1.3, part 3)."""


class PartReader:
    """A reader of one XML part in pieces, which raises UploadError at the first forbidden element."""

    def __init__(self, name: str) -> None:
        self.well_formed = True
        self._parser: Any = XMLParser(target=_Watcher(name), forbid_dtd=True)

    def feed(self, chunk: bytes) -> None:
        """Read the next piece. After invalid XML, `well_formed` is False and nothing more is read."""
        self._read(lambda: self._parser.feed(chunk))

    def close(self) -> None:
        """Read to the end."""
        self._read(self._parser.close)

    def _read(self, step: Any) -> None:
        if not self.well_formed:
            return
        try:
            step()
        except DefusedXmlException:
            raise refused(HARMFUL) from None
        except (ParseError, ValueError, LookupError) as fault:
            if isinstance(fault, UploadError):
                raise
            self.well_formed = False


class _Watcher:
    """The parser's target, which checks each element."""

    def __init__(self, name: str) -> None:
        self._is_relationships = name.endswith(".rels")
        self._is_content_types = name == "[content_types].xml"
        self._field: deque[str] = deque(maxlen=LONGEST_FIELD)
        self._in_instruction = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        namespace, _, local = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
        if self._is_relationships and local == "Relationship":
            check_relationship(attributes)
        elif self._is_content_types:
            check_content_type(attributes.get("ContentType", ""))
        elif namespace.startswith("urn:oasis:names:tc:opendocument"):
            check_open_document_element(namespace, local, attributes.get(XLINK))
        else:
            self._word_element(local, attributes)

    def _word_element(self, local: str, attributes: Mapping[str, str]) -> None:
        if local == "fldChar":  # the start or end of a field; its instruction may be split into many runs
            self._field.append(" ")
        elif local == "fldSimple":
            check_field(next((v for k, v in attributes.items() if k.endswith("}instr")), ""))
        self._in_instruction = local == "instrText"

    def data(self, text: str) -> None:
        if self._in_instruction:
            self._field.append(text[:LONGEST_FIELD])

    def end(self, tag: str) -> None:
        if tag.endswith("}instrText") or tag == "instrText":
            self._in_instruction = False
            check_field("".join(self._field))

    def close(self) -> None:
        """Do nothing; the parser requires this method."""


def check_content_type(content_type: str) -> None:
    """Raise UploadError for a content type of macros, controls or embedded objects."""
    folded = content_type.lower()
    if any(word in folded for word in MACRO_TYPES):
        raise refused(MACROS)
    if any(word in folded for word in OBJECT_TYPES):
        raise refused(EMBEDDED_OBJECT)


def check_relationship(attributes: Mapping[str, str]) -> None:
    """Raise UploadError for a relationship to macros, to an object, or to anything outside the file but a web link."""
    kind = attributes.get("Type", "").rpartition("/")[2].lower()
    target = attributes.get("Target", "").strip()
    if kind in MACRO_RELATIONSHIPS:
        raise refused(MACROS)
    if kind in OBJECT_RELATIONSHIPS:
        raise refused(EMBEDDED_OBJECT)
    if attributes.get("TargetMode", "").strip().lower() != "external":
        return
    allowed = {"hyperlink": WEB_LINK, "attachedtemplate": ON_THIS_COMPUTER}.get(kind)
    if allowed is None or not allowed.match(target):
        raise refused(LOADS_FROM_ELSEWHERE)


def check_field(instruction: str) -> None:
    """Raise UploadError for a Word field that asks another program, or takes in a file from elsewhere."""
    if HIDDEN_FIELD.search(instruction):
        raise refused(EMBEDDED_OBJECT)
    for found in FETCHING_FIELD.finditer(instruction):
        field, of = found[1].lower(), found[2]
        if field.startswith("dde") or field == "link":
            raise refused(EMBEDDED_OBJECT)
        if re.search(r"://|\\\\", of):
            raise refused(LOADS_FROM_ELSEWHERE)


def check_open_document_element(namespace: str, local: str, link: str | None) -> None:
    """Raise UploadError for an OpenDocument element that runs something or loads it from elsewhere."""
    if namespace == SCRIPT_NAMESPACE:
        raise refused(MACROS)
    if local in ACTIVE_ELEMENTS:
        raise refused(EMBEDDED_OBJECT)
    if link is None or local == "a":  # a link that a reader has to select
        return
    if local == "template":  # only its name; a local template is not loaded
        if re.match(r"(https?|ftp|smb):|[\\/]{2}", link, re.IGNORECASE):
            raise refused(LOADS_FROM_ELSEWHERE)
    elif ANYWHERE_ELSE.match(link):
        raise refused(LOADS_FROM_ELSEWHERE)

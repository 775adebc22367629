"""The words of a message: as somebody wrote them, or of the portal's own letters in the reader's language."""

from collections.abc import Mapping
from typing import Any, Protocol

from flask_babel import gettext as _

from app.core.notifications import template_named


class Headed(Protocol):
    """What a message's subject is made from."""

    @property
    def subject(self) -> str: ...

    @property
    def letter(self) -> str | None: ...


class Written(Headed, Protocol):
    """What a message's words are made from."""

    @property
    def facts(self) -> Mapping[str, Any]: ...


def subject_of(message: Headed) -> str:
    """The subject. A letter's own is a fixed sentence that can be translated; a person's stays as typed."""
    return _(message.subject) if message.letter else message.subject


def text_of(message: Written, body: str, child_name: str) -> str:
    """What it says. The child's name is put in now, so it is the name as it is now, and only a reader who may see the
    child gets it."""
    letter = template_named(message.letter) if message.letter else None
    if letter is None:
        return body
    told = {"form": "", "by": ""} | {name: str(value) for name, value in message.facts.items()}
    return _(letter.text, **(told | {"child": child_name or _("a child")}))

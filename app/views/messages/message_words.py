"""The texts of a message: as a person wrote them, or a notification in the reader's language."""

from collections.abc import Mapping
from typing import Any, Protocol

from app.core.notifications import template_named
from app.views.web.i18n import gettext as _


class Headed(Protocol):
    """The parts of a message from which its subject is made."""

    @property
    def subject(self) -> str:
        """Return the subject as stored."""

    @property
    def letter(self) -> str | None:
        """Return the key of the notification, or None."""


class Written(Headed, Protocol):
    """The parts of a message from which its text is made."""

    @property
    def facts(self) -> Mapping[str, Any]:
        """Return the values of the notification's placeholders."""


def subject_of(message: Headed) -> str:
    """Return the subject: translated for a notification, unchanged for a person's message."""
    return _(message.subject) if message.letter else message.subject


def text_of(message: Written, body: str, child_name: str) -> str:
    """Return the text of a message.

    The child's name is inserted when it is read, so it is the current name, and only for readers who may see
    the child.
    """
    letter = template_named(message.letter) if message.letter else None
    if letter is None:
        return body
    values = {"form": "", "by": ""} | {name: str(value) for name, value in message.facts.items()}
    return _(letter.text, **(values | {"child": child_name or _("a child")}))

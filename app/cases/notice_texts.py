"""Change the texts from which notices are written: each change is a new version, and what was served keeps its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.cases.notice_tables import NoticeTemplate
from app.cases.notice_values import council_values
from app.cases.notices import LONGEST_BODY, LONGEST_TITLE, length_faults, newest_template
from app.cases.rules.notices import (
    EXAMPLE,
    Block,
    NoticeKind,
    blocks,
    fields_left_out,
    filled,
    unknown_fields,
)
from app.core.errors import Conflict, FieldError, Forbidden, ValidationFailed
from app.core.events import ReferenceChanged
from app.core.roles import Role
from app.core.text_input import clean_line, clean_lines
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording


@dataclass(frozen=True)
class EnteredText:
    """A text as a manager entered it, unchecked."""

    kind: NoticeKind
    title: str
    body: str
    after: int
    """The number of the version that the manager saw and changed."""


@dataclass(frozen=True)
class ExampleLetter:
    """A text as a recipient would read it, with invented values."""

    title: str
    text: Sequence[Block]


def check_text(work: UnitOfWork, entered: EnteredText) -> ExampleLetter:
    """Return how the text reads to a recipient. Raises ValidationFailed with each fault, among them a field that the law needs."""
    title, body = clean_line(entered.title), clean_lines(entered.body)
    faults = [
        *length_faults("title", title, LONGEST_TITLE, N_("Enter the title of the notice")),
        *length_faults("body", body, LONGEST_BODY, N_("Enter the text of the notice")),
    ]
    for field, text in (("title", title), ("body", body)):
        if unknown := unknown_fields(text):
            words = N_("There is nothing to fill in for %(fields)s. Use the names in the list")
            faults.append(FieldError(field, Wording(words, fields=_in_braces(unknown))))
    if body and (left_out := fields_left_out(entered.kind, body)):
        words = N_("By law this notice says more. Add %(fields)s to the text")
        faults.append(FieldError("body", Wording(words, fields=_in_braces(left_out))))
    if faults:
        raise ValidationFailed(*faults)
    return example(work, title, body)


def add_text(work: UnitOfWork, entered: EnteredText) -> NoticeTemplate:
    """Add a version of a text, from which notices are written from now on, and return it; for SEN managers only.

    Pressing twice, or saving the text that is in use, adds nothing. Raises ValidationFailed with each fault, and Conflict
    when someone else added a version meanwhile.
    """
    if not work.me.has(Role.sen_manager):
        raise Forbidden("add_text")
    check_text(work, entered)
    latest = newest_template(work.session, entered.kind)
    title, body = clean_line(entered.title), clean_lines(entered.body)
    if (latest.title, latest.body) == (title, body):
        return latest
    if latest.number != entered.after:
        raise Conflict("NoticeTemplate")
    text = work.add_only(
        NoticeTemplate(
            kind=entered.kind,
            number=latest.number + 1,
            title=title,
            body=body,
            entered_by_id=work.me.user_id,
            created_at=work.now,
        ),
        Conflict("NoticeTemplate"),
    )
    work.record(ReferenceChanged(table=NoticeTemplate.__tablename__, row_id=text.id, change="added"))
    return text


def example(work: UnitOfWork, title: str, body: str) -> ExampleLetter:
    """Return a text with the council's own details and, for the child and the family, invented values."""
    values = {**council_values(work.context.settings.council), **EXAMPLE}
    return ExampleLetter(filled(title, values), blocks(filled(body, values)))


def _in_braces(names: Sequence[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)

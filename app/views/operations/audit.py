"""The audit log, for SEN managers: what happened to a child, and who did it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Any

from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.core.devices import device_name
from app.core.errors import NotFound
from app.core.events import AuditRead
from app.core.roles import READ
from app.operations.queries.audit import (
    AuditLine,
    Wanted,
    audit_lines,
    child_name,
    find_children,
    find_people,
    person_name,
)
from app.views.operations.audit_words import details, kinds, sentence
from app.views.web.asked_days import asked, asked_day, start_of
from app.views.web.base import PortalView
from app.views.web.converters import number_asked
from app.views.web.generated_lists import with_args
from app.views.web.pages import translated, uk_date, uk_time
from app.views.web.register import register
from app.views.web.searching import looked_for


@register(_l("Audit"), order=80, opens="child")
class AuditView(PortalView):
    """The audit log, with filters by child, person, kind and date.

    Names are posted, so that the address contains only ids.
    """

    route_base = "/audit"
    class_permission_name = "Audit"

    method_permission_name = {"child": READ}

    @expose("/", methods=["GET", "POST"])
    @has_access
    def child(self) -> ResponseReturnValue:
        """Show one page of the audit log, newest first, and record that it was read."""
        child_id, actor_id = number_asked("child_id"), number_asked("actor_id")
        text = looked_for()
        kind_choices = kinds()
        with self.work() as work:
            name = _name(child_name, work.session, child_id)
            actor = _name(person_name, work.session, actor_id)
            wanted, errors = _wanted(child_id, actor_id, {event for event, _words in kind_choices})
            found = audit_lines(work.session, wanted, number_asked("before"))
            children, people = find_children(work.session, text), find_people(work.session, text)
            work.record(AuditRead(child_id=child_id))
        return self.page(
            "audit/child.html",
            found=found,
            children=children,
            people=people,
            days=by_day(found.lines),
            older=with_args(before=found.older) if found.older else None,
            first=with_args(before=None) if number_asked("before") else None,
            child_id=child_id,
            child_name=name,
            actor_id=actor_id,
            actor_name=actor,
            looked_for=text,
            kinds=kind_choices,
            asked={name: asked(name) for name in ("kind", "since", "until")},
            errors=errors,
            wrong={error["href"]: error["text"] for error in errors},
        )


@dataclass(frozen=True)
class Entry:
    """What happened, once or several times one after the other, in words."""

    line: AuditLine
    """The newest."""
    words: str
    more: str
    device: str
    times: Sequence[str]
    """The newest first."""


def by_day(lines: Iterable[AuditLine]) -> list[tuple[str, list[Entry]]]:
    """Return the lines by day; what happened again and again, with nothing else in between, is one entry."""
    entries = []
    for _same, repeats in groupby(lines, _what_happened):
        first, *others = repeats
        times = [uk_time(each.at) for each in (first, *others)]
        words = (sentence(first), details(first), translated(device_name(first.device)))
        entries.append(Entry(first, *words, times))
    return [(day, list(found)) for day, found in groupby(entries, lambda entry: uk_date(entry.line.at))]


def _what_happened(line: AuditLine) -> tuple[Any, ...]:
    """Return all that an entry says but for its time."""
    where = (line.organisation, line.device, line.address_hash)
    return (uk_date(line.at), sentence(line), details(line), line.child_id, *where)


def _name(called: Callable[[Session, int], str | None], session: Session, number: int | None) -> str | None:
    """Return the name of the row with the id in the address. Raises NotFound where there is none."""
    if number is None:
        return None
    name = called(session, number)
    if name is None:
        raise NotFound
    return name


def _wanted(
    child_id: int | None, actor_id: int | None, events: set[str]
) -> tuple[Wanted, list[dict[str, str]]]:
    kind = asked("kind")
    errors: list[dict[str, str]] = []
    since, until = asked_day("since", errors), asked_day("until", errors)
    wanted = Wanted(
        child_id=child_id,
        actor_id=actor_id,
        event=kind if kind in events else None,
        since=start_of(since) if since else None,
        until=start_of(until + timedelta(days=1)) if until else None,
    )
    return wanted, errors

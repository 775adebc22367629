"""The audit log, for SEN managers: what happened to a child, and who did it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from flask import request
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.core.clock import LONDON
from app.core.devices import device_name
from app.core.errors import NotFound
from app.core.events import AuditRead
from app.core.roles import READ
from app.core.text_input import clean_line
from app.core.typed_dates import read_date
from app.operations.queries.audit import (
    Wanted,
    audit_lines,
    child_name,
    find_children,
    find_people,
    person_name,
)
from app.views.operations.audit_words import details, kinds, sentence
from app.views.web.base import PortalView
from app.views.web.converters import number_asked
from app.views.web.generated_lists import with_args
from app.views.web.pages import translated
from app.views.web.register import register
from app.views.web.searching import looked_for

EARLIEST, LATEST = 2000, 2999


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
            context = {
                "found": audit_lines(work.session, wanted, number_asked("before")),
                "children": find_children(work.session, text),
                "people": find_people(work.session, text),
            }
            work.record(AuditRead(child_id=child_id))
        found = context["found"]
        return self.page(
            "audit/child.html",
            **context,
            lines=[
                (line, sentence(line), details(line), translated(device_name(line.device)))
                for line in found.lines
            ],
            older=with_args(before=found.older) if found.older else None,
            first=with_args(before=None) if number_asked("before") else None,
            child_id=child_id,
            child_name=name,
            actor_id=actor_id,
            actor_name=actor,
            looked_for=text,
            kinds=kind_choices,
            asked={name: _asked(name) for name in ("kind", "since", "until")},
            errors=errors,
            wrong={error["href"]: error["text"] for error in errors},
        )


def _name(called: Callable[[Session, int], str | None], session: Session, number: int | None) -> str | None:
    """Return the name of the row with the id in the address. Raises NotFound where there is none."""
    if number is None:
        return None
    name = called(session, number)
    if name is None:
        raise NotFound
    return name


def _asked(name: str) -> str:
    return clean_line(request.args.get(name, ""))[:100]


def _wanted(
    child_id: int | None, actor_id: int | None, events: set[str]
) -> tuple[Wanted, list[dict[str, str]]]:
    kind = _asked("kind")
    errors: list[dict[str, str]] = []
    since, until = _day("since", errors), _day("until", errors)
    wanted = Wanted(
        child_id=child_id,
        actor_id=actor_id,
        event=kind if kind in events else None,
        since=_begins(since) if since else None,
        until=_begins(until + timedelta(days=1)) if until else None,
    )
    return wanted, errors


def _day(name: str, errors: list[dict[str, str]]) -> date | None:
    """Return the date in a field, or None with an error added."""
    text = _asked(name)
    if not text:
        return None
    found = read_date(text)
    if found is None or not EARLIEST <= found.year <= LATEST:
        errors.append({"text": _("Enter a real date, for example 27/3/2026"), "href": f"#{name}"})
        return None
    return found


def _begins(day: date) -> datetime:
    """Return the start of a day in England as a UTC time, as stored."""
    return datetime.combine(day, time.min, LONDON).astimezone(UTC).replace(tzinfo=None)

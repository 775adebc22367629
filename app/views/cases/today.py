"""Today: one list of what waits in all cases, for SEN officers and managers."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _l

from app.cases.queries.absences import Workload, workload_of
from app.cases.queries.today import COUNT_UP_TO, PAGE, Today, Waiting, Wanted, today_of, urgent_for
from app.cases.rules.case_states import CASE_STATE_LABELS
from app.cases.rules.notices import REFUSALS
from app.cases.rules.today import DUTY_LABELS, REASON_LABELS, WAITS_FOR_OTHERS, WHOSE_LABELS, Reason, Whose
from app.children.events import ChildrenListed
from app.core.command_line import app_context
from app.core.unit_of_work import UnitOfWork
from app.views.cases.case_parts import case_steps
from app.views.web.base import PortalView, principal
from app.views.web.due_dates import Due, due
from app.views.web.i18n import gettext as _
from app.views.web.pages import translated, uk_date
from app.views.web.register import register
from app.views.web.searching import count_search, search_text

MOST_PAGES = COUNT_UP_TO * len(Reason) // PAGE


def urgent_count() -> int:
    """Return the number beside "Today" in the menu: the reader's cases in which something is overdue or due this week."""
    who = principal()
    context = app_context()
    return urgent_for(context.database.session(), who, context.clock.today()) if who is not None else 0


class Line(NamedTuple):
    """One row of the page."""

    waiting: Waiting
    why: str
    day: str
    due: Due | None
    owner: str
    covering: str
    """The name of the absent officer whose case it is; empty for other cases."""
    action: str
    href: str


@register(_l("Today"), order=5, opens="today", count=urgent_count)
class TodayView(PortalView):
    """What waits in all cases."""

    route_base = "/today"
    class_permission_name = "CaseWork"
    default_view = "today"
    list_title = _l("Today")

    @expose("/", methods=["GET", "POST"])
    @has_access
    def today(self) -> ResponseReturnValue:
        """Show one page of what waits, what is lost first at the top; a child's name to search for is posted."""
        text = search_text()
        with self.work() as work:
            workload = workload_of(work.session, work.me.user_id, work.today)
            covered = workload.covered
            wanted = _wanted(text, workload)
            if text:
                count_search(work)
            found = today_of(work.session, work.me, work.today, wanted, covered)
            work.record(ChildrenListed(list_name="TodayView", asked=_asked(wanted, found), rows=found.total))
            lines = [_line(each, work, covered) for each in found.rows]
        return self.page(
            "casework/today.html",
            lines=lines,
            found=found,
            page_size=PAGE,
            most=COUNT_UP_TO,
            looked_for=text,
            wanted=wanted,
            covered=[*covered.values()],
            whose_links=_whose_links(wanted, covered),
            reason_links=_reason_links(wanted, found),
            page_href=lambda number: _href(wanted, page=number),
            here=_href(wanted),
        )


def _wanted(text: str, workload: Workload) -> Wanted:
    """Return what the address asks for; without a choice, the reader's own cases if there are any."""
    asked = request.args.get("whose", "")
    if asked in Whose.__members__:
        whose = Whose[asked]
    else:
        whose = Whose.mine if workload.covered or workload.has_cases else Whose.team
    if whose is Whose.covered and not workload.covered:
        whose = Whose.mine
    reason = request.args.get("reason", "")
    page = (request.form if text else request.args).get("page", "")
    return Wanted(
        whose,
        Reason[reason] if reason in Reason.__members__ else None,
        text,
        int(page) if page.isascii() and page.isdigit() and len(page) < 5 else 1,
    )


def _asked(wanted: Wanted, found: Today) -> dict[str, str]:
    """Return the filters, as the audit log stores them."""
    asked = {"find": wanted.looked_for, "show": wanted.whose.name}
    asked |= {"reason": wanted.reason.name} if wanted.reason else {}
    asked |= {"page": str(found.page)} if found.page > 1 else {}
    return {name: value for name, value in asked.items() if value}


def _href(wanted: Wanted, **changes: Any) -> str:
    given = {"whose": wanted.whose.name, "reason": wanted.reason.name if wanted.reason else None} | changes
    return url_for("TodayView.today", **{name: value for name, value in given.items() if value})


def _whose_links(wanted: Wanted, covered: Mapping[int, str]) -> list[dict[str, Any]]:
    return [
        {"text": _(words), "href": _href(wanted, whose=each.name), "active": each is wanted.whose}
        for each, words in WHOSE_LABELS.items()
        if covered or each is not Whose.covered
    ]


def _reason_links(wanted: Wanted, found: Today) -> list[dict[str, Any]]:
    """Return the link of each kind of reason, with how many there are."""
    links: list[dict[str, Any]] = [
        {"text": _("Everything"), "href": _href(wanted, reason=None), "active": wanted.reason is None}
    ]
    for each, words in REASON_LABELS.items():
        count = found.counts[each]
        number = _("%(num)s or more", num=f"{count:,}") if count >= COUNT_UP_TO else str(count)
        text = _("%(what)s (%(number)s)", what=_(words), number=number)
        links.append({"text": text, "href": _href(wanted, reason=each.name), "active": each is wanted.reason})
    return links


def _line(waiting: Waiting, work: UnitOfWork, covered: Mapping[int, str]) -> Line:
    action, href = _step(waiting)
    is_excused = waiting.excused and waiting.reason is Reason.overdue
    is_due = waiting.reason in {Reason.overdue, Reason.this_week, Reason.notice, Reason.late_advice}
    return Line(
        waiting,
        _why(waiting),
        uk_date(waiting.day),
        due(waiting.day, work.today, excused=is_excused) if is_due else None,
        waiting.owner_name or _("No owner"),
        covered.get(waiting.owner_id or 0, ""),
        action,
        href,
    )


def _why(waiting: Waiting) -> str:
    """Return in words why something is in the list."""
    title, sender = translated(waiting.words), waiting.sender
    if waiting.reason is Reason.unread:
        return _("Message from %(name)s: %(subject)s", name=sender, subject=waiting.words)
    if waiting.reason in {Reason.to_read, Reason.late_advice}:
        if waiting.reason is Reason.late_advice:
            return _(
                "Not received: %(form)s, %(organisation)s", form=title, organisation=sender or _("No one")
            )
        return _("Sent in: %(form)s, %(organisation)s", form=title, organisation=sender or _("No one"))
    state = waiting.state
    return _(DUTY_LABELS.get(state) or CASE_STATE_LABELS[state]) if state is not None else ""


def _step(waiting: Waiting) -> tuple[str, str]:
    """Return the one button of a row: its text and address."""
    if waiting.reason is Reason.to_read:
        return _("Read, then accept or return"), url_for("FormView.read", form_id=waiting.target_id)
    if waiting.reason is Reason.late_advice:
        return _("Send a reminder"), url_for("RemindView.remind", form=waiting.target_id)
    if waiting.reason is Reason.unread:
        return _("Read the message"), url_for("MessageView.read", message_id=waiting.target_id)
    if waiting.state is not None and waiting.state in REFUSALS:
        kind = REFUSALS[waiting.state].name
        return _("Write the notice"), url_for("NoticeView.write", case_id=waiting.target_id, key=kind)
    if waiting.state in WAITS_FOR_OTHERS or waiting.state is None:
        steps = []
    else:
        steps = case_steps(waiting.state, waiting.target_id)
    if steps:
        return steps[-1]  # the one that takes the case furthest: after a draft, the final plan
    return _("Open the case"), url_for("ChildView.show", child_id=waiting.child_id)

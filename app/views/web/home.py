"""The home page: tiles of open tasks, the newest messages and deadlines."""

from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.cases.queries import dashboard
from app.cases.queries.caseload import owed_by
from app.cases.queries.child_page import statuses_of
from app.cases.rules.status import status_text, what_happens_next
from app.core.command_line import app_context
from app.core.roles import Principal, Role
from app.views.web.base import PortalView, principal
from app.views.web.due_dates import due, owed_due
from app.views.web.i18n import gettext as _
from app.views.web.pages import url_or_none
from app.views.web.register import register

NEWEST, MOST_DUE = 5, 8


@dataclass(frozen=True)
class Task:
    """What waits for the SEN team, in the order of urgency in which it is named."""

    title: str
    href: str
    count: int
    text: str
    is_late: bool = False


@register(_l("Home"), order=10, opens="home")
class HomeView(PortalView):
    """The home page."""

    route_base = ""
    class_permission_name = "Home"
    default_view = "home"

    @expose("/")
    @has_access
    def home(self) -> ResponseReturnValue:
        """Show the open tasks of the logged-in person."""
        who = principal()
        assert who is not None  # has_access requires a log-in  # noqa: S101
        session = app_context().database.session()
        if who.in_sen_team:
            return self.page("home/team.html", **_messages(session, who), **_team(session))
        if who.has(Role.professional):
            return self.page(
                "home/professional.html", **_messages(session, who), **_professional(session, who)
            )
        if who.has(Role.parent):
            return self.page("home/parent.html", **_messages(session, who), children=_family(session, who))
        return self.page("home/admin.html", admin_tiles=_admin_tiles())


def _messages(session: Session, who: Principal) -> dict[str, Any]:
    inbox = dashboard.inbox_in_brief(session, who, NEWEST)
    return {"unread": inbox.unread, "newest": inbox.newest}


def _professional(session: Session, who: Principal) -> dict[str, Any]:
    today = app_context().clock.today()
    owed = [(each, owed_due(each, today)) for each in owed_by(session, who, limit=MOST_DUE)]
    to_confirm = dashboard.people_to_confirm(session, who) if who.leads_organisation else 0
    return {
        "to_confirm": to_confirm,
        "leads_organisation": who.leads_organisation,
        "is_confirmed": who.is_confirmed,
        "owed": owed,
        "overdue": sum(1 for each, __ in owed if each.due_on and each.due_on < today),
    }


def _team(session: Session) -> dict[str, Any]:
    today = app_context().clock.today()
    waiting = dashboard.waiting_for_team(session, today)
    new, deciding = url_for("RequestList.list", show="new"), url_for("CaseList.list", show="deciding")
    submitted, overdue = (url_for("AdviceList.list", show=each) for each in ("submitted", "overdue"))
    late_cases = url_for("CaseList.list", show="overdue")
    registrations = url_for("RegistrationList.list", show="waiting")
    to_confirm = url_for("ColleagueView.waiting")
    messages = url_for("MessageList.list", show="unread")
    duplicates = url_for("ChildList.list", show="duplicates")
    tasks = [
        Task(
            _("Overdue decisions and plans"),
            late_cases,
            waiting.late_cases,
            _("The legal time has passed."),
            True,
        ),
        Task(
            _("Overdue advice"),
            overdue,
            waiting.overdue_advice,
            _("Requested, but not received in time."),
            True,
        ),
        Task(_("Requests to decide on"), deciding, waiting.to_decide, _("Decide whether to assess.")),
        Task(_("New requests"), new, waiting.new_requests, _("Read, then accept or return.")),
        Task(
            _("Submitted advice and information"),
            submitted,
            waiting.submitted_advice,
            _("Read, then accept or return."),
        ),
        Task(_("Messages to the team"), messages, waiting.messages, _("No one has read them yet.")),
        Task(_("Registrations to approve"), registrations, waiting.registrations, _("Approve or refuse.")),
        Task(_("People to confirm"), to_confirm, waiting.to_confirm, _("Confirm where they work.")),
        Task(
            _("Changes of organisation to approve"),
            url_for("OrganisationChangeView.waiting"),
            waiting.organisation_changes,
            _("Approve or refuse."),
        ),
        Task(_("Possible duplicates"), duplicates, waiting.duplicates, _("This may be a duplicate record.")),
    ]
    decisions = [
        (each, due(each.due_on, today, excused=each.excused))
        for each in dashboard.decisions_due(session, MOST_DUE)
    ]
    plans = [
        (each, due(each.due_on, today, excused=each.excused))
        for each in dashboard.plans_due(session, MOST_DUE)
    ]
    return {
        "waiting": sorted(tasks, key=lambda task: not task.count),
        "decisions": decisions,
        "plans": plans,
        "most": dashboard.COUNT_UP_TO,
    }


def _family(session: Session, who: Principal) -> list[dict[str, Any]]:
    children = dashboard.children_of(session, who)
    standings = statuses_of(session, [each.child_id for each in children])
    return [
        {
            "child": each,
            "status": status_text(standings.get(each.child_id)),
            "next": what_happens_next(standings.get(each.child_id)),
        }
        for each in children
    ]


def _admin_tiles() -> list[tuple[str, str, str]]:
    tiles = [
        (_("Accounts"), url_or_none("UserList.list"), _("Change roles, close and reopen accounts.")),
        (
            _("Invitations"),
            url_or_none("InvitationView.list"),
            _("Invite staff and professionals, and see who has not accepted yet."),
        ),
        (
            _("Organisations"),
            url_or_none("OrganisationList.list"),
            _("Schools, settings, services and trusts."),
        ),
        (
            _("Work email domains"),
            url_or_none("WorkDomainList.list"),
            _("Email domains whose users need no approval."),
        ),
        (
            _("System status"),
            url_or_none("RunningView.show"),
            _("Emails waiting and not delivered, workers, backup and versions."),
        ),
    ]
    return [(title, href, text) for title, href, text in tiles if href]

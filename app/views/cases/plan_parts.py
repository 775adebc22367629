"""The plans of a child's cases and the consultation of schools and colleges, for the child's page."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for

from app.cases.consultations import consultations_of
from app.cases.plan_tables import REPLY_LABELS, PlanKind, Reply
from app.cases.plans import plans_of, readers_of
from app.cases.rules.case_states import CaseState
from app.cases.rules.status import CaseStatus
from app.children.queries.involved import Involved
from app.core.roles import Role
from app.core.unit_of_work import UnitOfWork
from app.forms.reading import neutral_name
from app.forms.rules.secrecy import hides_places
from app.models import Child, Consultation, Plan
from app.views.forms.form_pages import file_line
from app.views.web.due_dates import Due, due
from app.views.web.i18n import gettext as _
from app.views.web.pages import uk_date
from app.views.web.words import TagColour

BEFORE_A_PLAN = frozenset({CaseState.received, CaseState.assessing, CaseState.not_assessing})
REPLY_COLOURS = {
    Reply.yes: TagColour.DONE,
    Reply.with_conditions: TagColour.ATTENTION,
    Reply.no: TagColour.CLOSED,
}


@dataclass(frozen=True)
class PlanLine:
    """A draft or final plan as the page shows it."""

    title: str
    file: dict[str, Any] | None
    """None while it is withheld from the reader."""
    sent_on: date
    notes: Sequence[str]
    case_id: int
    withheld_from: Sequence[str]
    """For the SEN team: the people who cannot open it until it has been checked."""


@dataclass(frozen=True)
class ConsultationLine:
    """A school or college that was asked about a place, with its reply or the time left for one."""

    name: str
    about: str
    reply: str
    colour: str
    due: Due | None
    href: str


def plan_part(
    work: UnitOfWork, child: Child, cases: Collection[CaseStatus], people: Sequence[Involved]
) -> dict[str, Any]:
    """Return the plans of these cases that the reader may open and, for the SEN team, the consultations.

    Where an address is confidential, the family does not read here which school or college a plan names.
    """
    ids = [case.case_id for case in cases if case.state not in BEFORE_A_PLAN]
    if not ids:
        return {"plans": [], "consultations": []}
    found = plans_of(work, ids)
    consulted = consultations_of(work, ids) if work.me.in_sen_team else []
    names, withheld = _names(work, found, people) if work.me.in_sen_team else ({}, {})
    hides = hides_places(is_family=work.me.has(Role.parent), contact_risk=child.contact_risk)
    return {
        "plans": [_plan_line(each, names, withheld.get(each.document_id, ()), hides=hides) for each in found],
        "consultations": [_consultation_line(each, work.today) for each in consulted],
    }


def _names(
    work: UnitOfWork, plans: Sequence[Plan], people: Sequence[Involved]
) -> tuple[dict[int, list[str]], dict[int, list[str]]]:
    """Return by file the names of the linked people who can open it, and of those from whom it is withheld."""
    by_link = {each.link_id: each.person_name for each in people}
    found: dict[int, list[str]] = {plan.document_id: [] for plan in plans}
    withheld: dict[int, list[str]] = {}
    for sent in readers_of(work, list(found)):
        if sent.link_id in by_link:
            names = withheld.setdefault(sent.document_id, []) if sent.is_withheld else found[sent.document_id]
            names.append(by_link[sent.link_id])
    return found, withheld


def plan_title(plan: Plan) -> str:
    """Return what the plan is called on a page."""
    if plan.kind is PlanKind.final:
        return _("Final plan")
    return _("Draft plan") if plan.number == 1 else _("Draft plan %(number)s", number=plan.number)


def _plan_line(plan: Plan, names: dict[int, list[str]], withheld: Sequence[str], *, hides: bool) -> PlanLine:
    notes = []
    if plan.kind is PlanKind.draft:
        notes.append(_("Comments by %(date)s", date=uk_date(plan.comments_until)))
    else:
        place = plan.setting.name if plan.setting is not None else plan.setting_type
        if not hides:
            notes.append(_("School or college: %(place)s", place=place))
        notes.append(_("Review by %(date)s", date=uk_date(plan.review_due_on)))
    if plan.document_id in names:
        readers = ", ".join(names[plan.document_id]) or _("no one")
        notes.append(_("Can be opened in the portal by: %(names)s", names=readers))
        if withheld:
            notes.append(_("Withheld until you have checked it, from: %(names)s", names=", ".join(withheld)))
        if plan.also_sent_to:
            notes.append(_("Also sent to: %(whom)s", whom=plan.also_sent_to))
        if plan.exception_id or plan.late_reason:
            notes.append(_("Late: %(why)s", why=plan.late_reason or _("An exception was recorded")))
    file = file_line(plan.document) if plan.document is not None else None
    if file is not None and plan.document is not None and hides:
        file["name"] = neutral_name(plan.document)
    return PlanLine(plan_title(plan), file, plan.served_on, notes, plan.case_id, withheld)


def _consultation_line(one: Consultation, today: date) -> ConsultationLine:
    reply = _(REPLY_LABELS[one.reply]) if one.reply is not None else _("No reply yet")
    return ConsultationLine(
        name=one.organisation.name,
        about=_(
            "Asked on %(sent)s, reply expected by %(due)s",
            sent=uk_date(one.sent_on),
            due=uk_date(one.reply_due_on),
        ),
        reply=reply,
        colour=REPLY_COLOURS[one.reply] if one.reply is not None else TagColour.WITH_OTHERS,
        due=due(one.reply_due_on, today, legal=False) if one.reply is None else None,
        href=url_for("ConsultationView.reply", consultation_id=one.id),
    )

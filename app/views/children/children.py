"""The tabs of a child's page, and the page to add a child."""

import secrets
from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access

from app.cases import children
from app.cases.child_corrections import may_correct
from app.cases.decisions import reasons_by_request
from app.cases.duties import exceptions_in
from app.cases.queries.child_page import (
    FormLine,
    cases_of,
    colleagues_of,
    duties_of,
    forms_about,
    messages_about,
)
from app.cases.queries.officers import owned_cases
from app.cases.rules.duties import Rules
from app.cases.rules.status import CaseStatus, is_assessing, primary_case
from app.children.child_details import NewChild, check_details
from app.children.queries.involved import Involved, involved_with
from app.children.rules.school_years import is_young_person
from app.core.command_line import app_context
from app.core.errors import ValidationFailed
from app.core.roles import FAMILY_ROLES, Principal, Profession, Role, WorkflowRole
from app.core.unit_of_work import UnitOfWork
from app.forms.named_later import warned_of
from app.forms.queries.shares import shares_about
from app.forms.rules.workflow import FormState
from app.models import Child
from app.views.cases.advice_page import advice_gaps
from app.views.cases.assigning import assign_part, choices_of
from app.views.cases.case_parts import (
    form_rows,
    frame,
    has_all_advice,
    lines_shown,
    next_steps,
    other_steps_on_cases,
    people_shown,
    shared_names,
    steps_on_cases,
    waiting_for,
)
from app.views.cases.exceptions import exception_row
from app.views.cases.notice_parts import notice_part
from app.views.cases.plan_parts import plan_part
from app.views.cases.progress import progress
from app.views.cases.sent_copies import sent_part
from app.views.forms.child_forms import AddChildForm, with_choices
from app.views.web.base import PortalView, principal, read_only_work
from app.views.web.due_dates import late
from app.views.web.form_errors import show_errors
from app.views.web.i18n import gettext as _
from app.views.web.register import register

MOST_MESSAGES = 50
LONGEST_KEY = 100


@register()
class ChildView(PortalView):
    """The pages about one child, with the rows that the reader may see."""

    route_base = "/children"
    class_permission_name = "Children"

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> ResponseReturnValue:
        """Add a child or young person, and start the request for an assessment, or record one that came otherwise."""
        who = principal()
        if who is None or not (who.in_sen_team or children.may_add_children(who)):
            return self.page("children/may_not_add.html", 403)
        form = AddChildForm(request.form if request.method == "POST" else None)
        with_choices(form)
        form.same_child.choices = [("yes", _("Yes")), ("no", _("No, add another child"))]
        if request.method == "GET":
            form.add_key.data = secrets.token_urlsafe(16)
            return self._add_page(form)
        form.validate()
        details = form.details()
        show_errors(form, check_details(details, app_context().clock.today()))
        if form.errors:
            return self._add_page(form, 422)
        return self._add(form, details)

    def _add_page(
        self, form: AddChildForm, status: int = 200, linked: Child | None = None
    ) -> ResponseReturnValue:
        who = principal()
        is_early_years = who is not None and who.profession is Profession.early_years
        is_team = who is not None and who.in_sen_team
        return self.page(
            "children/add.html",
            status,
            form=form,
            linked=linked,
            is_early_years=is_early_years,
            is_team=is_team,
        )

    def _add(self, form: AddChildForm, details: NewChild) -> ResponseReturnValue:
        """Add the child; where the reader is linked to a similar child, ask whether it is the same."""
        who = principal()
        if who is not None and who.in_sen_team:
            return self._record(form, details)
        answer = form.same_child.data
        key = (form.add_key.data or "")[:LONGEST_KEY]
        try:
            with self.work() as work:
                request_id = children.add_child(work, details, key, is_another=answer == "no").id
        except children.AlreadyLinked as linked:
            if answer == "yes":
                return self._same(linked.child_id, details)
            work = read_only_work()
            child = work.get(Child, linked.child_id)
            return self._add_page(form, 409, child)
        except ValidationFailed as refused:
            show_errors(form, refused.faults)
            return self._add_page(form, 422)
        return redirect(url_for("FormView.show", form_id=request_id))

    def _record(self, form: AddChildForm, details: NewChild) -> ResponseReturnValue:
        """Add a child for the SEN team, who then records the request that came."""
        try:
            with self.work() as work:
                child_id = children.record_child(work, details, (form.add_key.data or "")[:LONGEST_KEY]).id
        except ValidationFailed as refused:
            show_errors(form, refused.faults)
            return self._add_page(form, 422)
        flash(_("The child is added. Now record the request."), "success")
        return redirect(url_for("IntakeView.record", child_id=child_id))

    def _same(self, child_id: int, details: NewChild) -> ResponseReturnValue:
        """Correct the existing record where the reader may, then open it."""
        with self.work() as work:
            corrected = children.add_again(work, child_id, details)
        if corrected:
            flash(_("The record has been corrected."), "success")
        return redirect(url_for("ChildView.show", child_id=child_id))

    @expose("/<int:child_id>")
    @has_access
    def show(self, child_id: int) -> ResponseReturnValue:
        """Show the status of the case, the forms due and the next steps."""
        with self.work() as work:
            child = children.view_child(work, child_id)
            people = involved_with(work.session, child_id)
            cases = cases_of(work.session, [child_id]).get(child_id, [])
            lines = lines_shown(forms_about(work.session, child_id, cases), child, work.me)
            standing = primary_case(cases)
            duties, rules = duties_of(work.session, standing, child_id) if standing else ([], Rules(()))
            is_excused = work.me.in_sen_team and any(each.excused for each in duties)
            recorded = exceptions_in(work, standing.case_id) if standing and is_excused else []
            rows = form_rows(lines, work.me, work.today)
            owned = owned_cases(work.session, child_id) if work.me.in_sen_team else []
            context = {
                **frame(child, work.me, work.today, "show"),
                "people": people_shown(people, child, work.me),
                **assign_part(work, child_id, people if _is_not_linked(people, work.me) else []),
                "standing": standing,
                "late": late(standing, work.today),
                "may_ask_advice": is_assessing(cases),
                "advice_gaps": advice_gaps(work, child, cases, lines),
                "parents_of_age": _parents_of_age(child, people, work),
                "forms": rows,
                "may_correct": any(_is_draft_request(each) for each in lines) and may_correct(work, child_id),
                "progress": progress(
                    standing, duties, rules, work.me, work.today, [each.span for each in recorded]
                ),
                "exceptions": [exception_row(each) for each in recorded],
                "next_steps": next_steps(rows),
                "waiting_for": waiting_for(rows) if work.me.in_sen_team else [],
                "owned_cases": owned,
                **_case_steps(cases, lines, work.me),
                **plan_part(work, child, cases, people),
                **notice_part(work, cases, people, owned),
                "owed": [(row, row.due) for row in rows if row.is_to_do],
            }
            context |= sent_part(work, cases, [*context["plans"], *context["notices"]])
        template = "children/family.html" if context["is_parent"] else "children/show.html"
        return self.page(template, **context)

    @expose("/<int:child_id>/forms")
    @has_access
    def forms(self, child_id: int) -> ResponseReturnValue:
        """Show requests, advice and consent; for the SEN team, with whom each is shared."""
        with self.work() as work:
            child = children.view_child(work, child_id)
            cases = cases_of(work.session, [child_id]).get(child_id, [])
            lines = lines_shown(forms_about(work.session, child_id, cases), child, work.me)
            shared: dict[int, list[str]] = {}
            if work.me.in_sen_team:
                people = involved_with(work.session, child_id)
                shared = shared_names(shares_about(work.session, child_id), people)
            context = {
                **frame(child, work.me, work.today, "forms"),
                "forms": form_rows(lines, work.me, work.today, shared),
                "may_ask_advice": is_assessing(cases),
                "advice_gaps": advice_gaps(work, child, cases, lines),
                "decision_reasons": reasons_by_request(work, child_id),
                **_case_steps(cases, lines, work.me),
            }
        return self.page("children/forms.html", **context)

    @expose("/<int:child_id>/people")
    @has_access
    def people(self, child_id: int) -> ResponseReturnValue:
        """Show the people linked to the child."""
        with self.work() as work:
            child = children.view_child(work, child_id)
            involved = involved_with(work.session, child_id)
            mine = [each for each in involved if _is_own(each, work.me)]
            is_linked_professional = bool(mine) and work.me.has(Role.professional)
            context = {
                **frame(child, work.me, work.today, "people"),
                "people": people_shown(involved, child, work.me),
                "warned": warned_of(work, child_id) if work.me.in_sen_team else frozenset(),
                "my_link": mine[0] if is_linked_professional else None,
                **assign_part(work, child_id, involved),
                **(_colleagues(work, child_id) if is_linked_professional else {}),
            }
        return self.page("children/people.html", **context)

    @expose("/<int:child_id>/messages")
    @has_access
    def messages(self, child_id: int) -> ResponseReturnValue:
        """Show the messages about the child that the reader sent or received."""
        with self.work() as work:
            child = children.view_child(work, child_id)
            context = {
                **frame(child, work.me, work.today, "messages"),
                "messages": messages_about(work.session, work.me, child_id, MOST_MESSAGES),
            }
        return self.page("children/messages.html", **context)


def _case_steps(cases: Sequence[CaseStatus], lines: Sequence[FormLine], who: Principal) -> dict[str, Any]:
    """Return the steps on the child's cases: what is next, and what else can be done; none outside the SEN team."""
    if not who.in_sen_team:
        return {"case_steps": [], "other_case_steps": []}
    has_advice = has_all_advice(lines)
    return {
        "case_steps": steps_on_cases(cases, has_advice=has_advice),
        "other_case_steps": other_steps_on_cases(cases, has_advice=has_advice),
    }


def _parents_of_age(child: Child, people: Sequence[Involved], work: UnitOfWork) -> list[str]:
    """Return, for the SEN team, the parents linked to a young person over compulsory school age."""
    if not work.me.in_sen_team or not is_young_person(child.date_of_birth, work.today):
        return []
    return [each.person_name for each in people if each.part is WorkflowRole.parent]


def _is_not_linked(people: Sequence[Involved], who: Principal) -> bool:
    return not any(_is_own(each, who) for each in people)


def _is_own(link: Involved, who: Principal) -> bool:
    """Return whether it is the reader's own link: a professional's is for the organisation they act for."""
    is_theirs = link.part in FAMILY_ROLES or link.organisation_id == who.organisation_id
    return is_theirs and link.person_id == who.user_id


def _is_draft_request(line: FormLine) -> bool:
    return line.kind == "request" and line.state is FormState.draft


def _colleagues(work: UnitOfWork, child_id: int) -> dict[str, Any]:
    """Return the colleagues the reader may add, and whether they have any colleagues."""
    found = colleagues_of(work.session, work.me, child_id)
    free = [each for each in found if not each.is_linked and not each.is_barred]
    return {"colleagues": choices_of(free), "has_colleagues": bool(found)}

"""The pages to ask for all the advice that an assessment needs, and to ask someone else for a piece of it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Form, RadioField, SelectField

from app.cases.advice_plan import AdvicePlan, PlannedRow, missing_advice, plan_of
from app.cases.advice_requests import Asked, ask_instead
from app.cases.ask_for_all import AllAsked, RowToAsk, ShareRequest, ask_for_all
from app.cases.duty_rules import due_date
from app.cases.queries.child_page import FormLine, advice_forms
from app.cases.rules.status import CaseStatus
from app.core.errors import FieldError, ValidationFailed
from app.core.unit_of_work import UnitOfWork
from app.forms.rules.paragraphs import PARAGRAPH_LABELS, Paragraph, paragraph_of
from app.forms.rules.workflow import ADVICE
from app.forms.workflow_roles import workflow_roles_of
from app.models import Advice, Child
from app.views.cases.advisers import (
    adviser_key,
    adviser_text,
    chosen_adviser,
    found_advisers,
    linked_advisers,
)
from app.views.cases.case_parts import FormRow, form_rows, frame
from app.views.web.base import PortalView, read_only_work
from app.views.web.fields import DatePartsField, StringField, TextAreaField
from app.views.web.form_errors import show_errors
from app.views.web.generated_lists import choice_pairs
from app.views.web.i18n import gettext as _
from app.views.web.pages import errors_of, translated
from app.views.web.register import register

MOST_ADDED = 5
ADDED_AS = {Paragraph.f: PARAGRAPH_LABELS[Paragraph.f], Paragraph.h: PARAGRAPH_LABELS[Paragraph.h]}


class RowForm(Form):
    """The fields of one request."""

    ask = BooleanField(_l("Ask for this advice"))
    paragraph = RadioField(_l("Why is it asked?"), validate_choice=False)
    form = SelectField(_l("Form"), validate_choice=False)
    service = StringField(_l("Which service or person? (optional)"))
    adviser = SelectField(_l("Who to ask"), validate_choice=False)
    adviser_reason = TextAreaField(_l("Why are you asking this adviser?"))
    note = TextAreaField(_l("Notes for the adviser (optional)"))
    due_on = DatePartsField(_l("When is it due?"))
    due_reason = TextAreaField(_l("Why is it due on another date? (optional)"))
    despite = BooleanField(_l("Ask them all the same"))


class AdviceForm(Form):
    """What is asked beside the requests."""

    find = StringField(
        _l("Find someone else"),
        description=_l(
            "A name, or part of an organisation’s name. Who is found can be chosen in each request."
        ),
    )
    invite_views = BooleanField()
    share = BooleanField(_l("Everyone asked can read the request for the assessment (reg. 6(3))"))
    with_files = BooleanField(_l("Its files too"))


class InsteadForm(Form):
    """Who is asked instead."""

    adviser = RadioField(_l("Who are you asking?"), validate_choice=False)
    find = StringField(_l("Find someone else"), description=_l("A name, or part of an organisation’s name"))
    adviser_reason = TextAreaField(_l("Why are you asking this adviser?"))
    despite = BooleanField(_l("Ask them all the same"))


@dataclass(frozen=True)
class ShownRow:
    """One request as the page shows it; `planned` is None for one that the officer added."""

    key: str
    form: RowForm
    planned: PlannedRow | None

    @property
    def title(self) -> str:
        """Return what is asked for: the kind of advice, and of which service."""
        if self.planned is None:
            return _("Another adviser")
        label = _(PARAGRAPH_LABELS[self.planned.row.paragraph])
        return f"{label}: {self.planned.row.service}" if self.planned.row.service else label

    @property
    def has_more_errors(self) -> bool:
        """Return whether the folded part of the row has an error."""
        return bool(self.form.note.errors or self.form.due_on.errors or self.form.due_reason.errors)


@register()
class AdviceView(PortalView):
    """Pages for the advice of one case."""

    route_base = ""
    class_permission_name = "CaseWork"

    @expose("/cases/<int:case_id>/advice", methods=["GET", "POST"])
    @has_access
    def plan(self, case_id: int) -> ResponseReturnValue:
        """Show what was asked and what is still to be asked, and send the ticked requests together."""
        posted = request.form if request.method == "POST" else None
        form = AdviceForm(posted)
        work = read_only_work()
        plan = plan_of(work, case_id)
        choices = _choices(work, plan, form.find.data or "")
        if posted is None:
            form.share.data, form.with_files.data = plan.can_share, not plan.child.contact_risk
            form.invite_views.data = plan.has_family and plan.case.views_invited_on is None
        rows = list(_rows(work, plan, choices, posted))
        errors: list[dict[str, str]] = []
        if posted is not None and not {"search", "add"} & posted.keys():
            done = self._send(case_id, plan, form, rows, posted)
            if done is not None:
                _confirm(done, rows, posted)
                return redirect(url_for("ChildView.forms", child_id=plan.child.id))
            errors = [*errors_of(form), *(error for row in rows for error in _errors(row))]
        return self.page(
            "casework/advice.html",
            422 if errors else 200,
            **frame(plan.child, work.me, work.today, "forms"),
            plan=plan,
            form=form,
            rows=rows,
            asked=_asked(plan, work),
            added=_number_added(posted),
            most_added=MOST_ADDED,
            missing=[_(PARAGRAPH_LABELS[each]) for each in plan.missing],
            errors=errors,
        )

    def _send(
        self, case_id: int, plan: AdvicePlan, form: AdviceForm, rows: Sequence[ShownRow], posted: Any
    ) -> AllAsked | None:
        """Send what is ticked; return what was done, or None after adding the errors."""
        ticked = [row for row in rows if row.form.ask.data]
        for row in ticked:
            _check(row)
        if any(row.form.errors for row in ticked):
            return None
        share = None
        if plan.can_share and form.share.data:
            share = ShareRequest(bool(form.with_files.data), warned_secret="secret" in posted)
        shown = {row.key for row in rows}
        already = [key for key in posted.getlist("row") if key not in shown and f"{key}-ask" in posted]
        if not ticked and not form.invite_views.data and share is None and not already:
            box = rows[0].form.ask if rows else form.find
            box.errors = [_("Tick at least one request")]
            return None
        try:
            with self.work() as work:
                done = ask_for_all(
                    work,
                    case_id,
                    [_to_ask(row) for row in ticked],
                    invite_views=bool(form.invite_views.data),
                    share=share,
                )
        except ValidationFailed as refused:
            _show(form, rows, refused.faults)
            return None
        done.already += already
        return done

    @expose("/advice/<int:form_id>/instead", methods=["GET", "POST"])
    @has_access
    def instead(self, form_id: int) -> ResponseReturnValue:
        """Ask someone else for advice that is awaited."""
        form = InsteadForm(request.form if request.method == "POST" else None)
        work = read_only_work()
        advice = work.get(Advice, form_id)
        ADVICE.step("cancel", advice.state, workflow_roles_of(work, advice))
        child = work.get(Child, advice.child_id)
        found = found_advisers(work.session, form.find.data or "") | linked_advisers(work.session, child.id)
        form.adviser.choices = list(found.items())
        if request.method == "POST" and "search" not in request.form and self._asked_instead(form_id, form):
            name = found[form.adviser.data]
            flash(_("We have asked %(name)s, and cancelled the earlier request.", name=name), "success")
            return redirect(url_for("ChildView.forms", child_id=child.id))
        status = 422 if form.errors else 200
        return self.page("casework/instead.html", status, child=child, advice=advice, form=form)

    def _asked_instead(self, form_id: int, form: InsteadForm) -> bool:
        form.validate()
        if form.adviser.data not in dict(choice_pairs(form.adviser)):
            form.adviser.errors = [_("Choose who to ask")]
        if form.errors:
            return False
        chosen = chosen_adviser(form.adviser.data)
        try:
            with self.work() as work:
                ask_instead(
                    work,
                    form_id,
                    person_id=chosen.person_id,
                    organisation_id=chosen.organisation_id,
                    adviser_reason=form.adviser_reason.data or "",
                    despite=form.despite.data,
                )
        except ValidationFailed as refused:
            show_errors(form, refused.faults, person="adviser", organisation="adviser")
            return False
        return True


@dataclass(frozen=True)
class AdviceGaps:
    """The case in which the council assesses, and the advice that it needs and was not asked."""

    href: str
    missing: str


def advice_gaps(
    work: UnitOfWork, child: Child, cases: Collection[CaseStatus], lines: Sequence[FormLine]
) -> AdviceGaps | None:
    """Return, for the SEN team, what the assessment of a child still lacks; None where there is no assessment."""
    found = missing_advice(work, child, cases, lines)
    if found is None:
        return None
    case_id, missing = found
    names = ", ".join(_(PARAGRAPH_LABELS[each]) for each in missing)
    return AdviceGaps(url_for("AdviceView.plan", case_id=case_id), names)


def _choices(work: UnitOfWork, plan: AdvicePlan, looked_for: str) -> dict[str, str]:
    """Return everyone who can be chosen in each request, by key."""
    near = {
        adviser_key(each.person_id, each.organisation_id): adviser_text(
            each.person_name, each.organisation_name
        )
        for each in plan.advisers
    }
    return found_advisers(work.session, looked_for) | near


def _rows(work: UnitOfWork, plan: AdvicePlan, choices: Mapping[str, str], posted: Any) -> Iterator[ShownRow]:
    """Return the requests to make: those the plan proposes, then those the officer added."""
    forms = {key: translated(title) for key, title in advice_forms(work.session)}
    due_on = due_date(work.session, "give_advice", work.today)
    shown: list[tuple[str, PlannedRow | None]] = [(each.row.key, each) for each in plan.to_ask]
    shown += [(f"x-{number}", None) for number in range(_number_added(posted))]
    for key, planned in shown:
        is_new = posted is not None and key not in posted.getlist("row")
        form = RowForm(None if is_new else posted, prefix=key)
        form.form.choices, form.adviser.choices = list(forms.items()), list(choices.items())
        form.paragraph.choices = [(each.name, _(text)) for each, text in ADDED_AS.items()]
        if posted is None or is_new:
            form.ask.data = True
            form.due_on.show(due_on)
            form.due_on.data = due_on
            if planned is not None:
                _prefill(form, planned)
        yield ShownRow(key, form, planned)


def _prefill(form: RowForm, planned: PlannedRow) -> None:
    form.note.data = planned.row.note
    if planned.adviser is not None:
        form.adviser.data = adviser_key(planned.adviser.person_id, planned.adviser.organisation_id)


def _number_added(posted: Any) -> int:
    """Return how many requests the officer has added to the page, with the one added now."""
    if posted is None:
        return 0
    before = sum(key.startswith("x-") for key in posted.getlist("row"))
    return min(before + ("add" in posted), MOST_ADDED)


def _check(row: ShownRow) -> None:
    """Add the errors of what the officer left out."""
    form = row.form
    form.validate()
    if form.adviser.data not in dict(choice_pairs(form.adviser)):
        form.adviser.errors = [_("Choose who to ask, or untick this request")]
    if _needs_form(row) and form.form.data not in dict(choice_pairs(form.form)):
        form.form.errors = [_("Choose the form")]
    if row.planned is None and form.paragraph.data not in dict(choice_pairs(form.paragraph)):
        form.paragraph.errors = [_("Choose why it is asked")]
    if not form.due_on.data and not form.due_on.errors:
        form.due_on.errors = [_("Enter the date it is due")]


def _needs_form(row: ShownRow) -> bool:
    return row.planned is None or not row.planned.row.form_key


def _to_ask(row: ShownRow) -> RowToAsk:
    """Return a ticked and checked request for the use case."""
    form, planned = row.form, row.planned
    chosen = chosen_adviser(form.adviser.data)
    service = (form.service.data or "") if planned is None else planned.row.service
    return RowToAsk(
        key=row.key,
        paragraph=Paragraph[form.paragraph.data] if planned is None else planned.row.paragraph,
        form_key=form.form.data if planned is None or not planned.row.form_key else planned.row.form_key,
        asked=Asked(
            due_on=form.due_on.data,
            due_reason=form.due_reason.data or "",
            adviser_reason=form.adviser_reason.data or "",
            note=form.note.data or "",
            service=service,
        ),
        person_id=chosen.person_id,
        organisation_id=chosen.organisation_id,
        is_added=planned is None,
        despite=form.despite.data,
    )


def _show(form: AdviceForm, rows: Sequence[ShownRow], faults: Sequence[FieldError]) -> None:
    """Add each error of the use case to its row and field."""
    for row in rows:
        prefix = f"{row.key}-"
        ours = [
            FieldError(fault.field.removeprefix(prefix), fault.text)
            for fault in faults
            if fault.field.startswith(prefix)
        ]
        show_errors(row.form, ours, person="adviser", organisation="adviser")
    show_errors(form, [fault for fault in faults if fault.field == "share"])


def _errors(row: ShownRow) -> Iterator[dict[str, str]]:
    """Return the errors of a row for the summary; each says which request it is about."""
    for error in errors_of(row.form):
        yield {"text": f"{row.title}: {error['text']}", "href": error["href"]}


def _confirm(done: AllAsked, rows: Sequence[ShownRow], posted: Any) -> None:
    """Say what was sent, and what was not because someone had asked before."""
    titles = {row.key: row.title for row in rows}
    already = [titles.get(key) or posted.get(f"{key}-title", "")[:200] for key in done.already]
    sent = [row.title for row in rows if row.form.ask.data and row.key not in done.already]
    if done.new:
        flash(_("Advice requested: %(what)s.", what=", ".join(sent)), "success")
    else:
        flash(_("Saved. No new advice was requested."), "success")
    if already:
        flash(
            _("Asked before, so not asked again: %(what)s.", what=", ".join(filter(None, already))), "warning"
        )


def _asked(plan: AdvicePlan, work: UnitOfWork) -> list[tuple[str, FormRow]]:
    """Return each request that was made, with its paragraph, who has it and by when it is due."""
    rows = form_rows(plan.asked, work.me, work.today)
    return [
        (_(PARAGRAPH_LABELS[paragraph_of(row.line.paragraph, row.line.template_key)]), row) for row in rows
    ]

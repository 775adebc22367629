"""The pages to ask a school or college about a place, and to record what it answered."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Form, RadioField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are of WTForms 3.2

from app.cases import consultations
from app.cases.plan_tables import REFUSAL_LABELS, REPLY_LABELS, RefusalReason, Reply
from app.cases.rules.case_states import CASE
from app.core.command_line import app_context
from app.core.errors import ValidationFailed
from app.core.roles import WorkflowRole
from app.models import Case, Child
from app.organisations.queries.organisations import settings_in_use
from app.views.web.base import PortalView, read_only_work
from app.views.web.fields import DatePartsField, TextAreaField
from app.views.web.form_errors import show_errors
from app.views.web.generated_lists import choice_pairs
from app.views.web.i18n import gettext as _
from app.views.web.pages import uk_date
from app.views.web.register import register


class ConsultForm(Form):
    """Which school or college was asked, and when."""

    setting = SelectField(_l("Which school or college was asked?"), validate_choice=False)
    sent_on = DatePartsField(_l("When was it asked?"))
    despite = BooleanField(_l("I am sure"))


class ReplyForm(Form):
    """What a school or college answered."""

    reply = RadioField(
        _l("Can it meet the needs?"),
        choices=[SelectChoice(each.name, _l(label)) for each, label in REPLY_LABELS.items()],
        validate_choice=False,
    )
    replied_on = DatePartsField(_l("When did the reply come?"))
    refusal_reason = RadioField(
        _l("If no, for which reason?"),
        choices=[SelectChoice(each.name, _l(label)) for each, label in REFUSAL_LABELS.items()],
        validate_choice=False,
    )
    text = TextAreaField(_l("Its conditions, or its evidence and the reasonable steps it considered"))


@register()
class ConsultationView(PortalView):
    """The pages of the consultation of schools and colleges."""

    route_base = "/cases"
    class_permission_name = "CaseWork"

    @expose("/<int:case_id>/consult", methods=["GET", "POST"])
    @has_access
    def consult(self, case_id: int) -> ResponseReturnValue:
        """Record that a school or college was asked about a place."""
        work = read_only_work()
        case = work.get(Case, case_id)
        CASE.step("consult", case.state, {WorkflowRole.sen_team})
        form = ConsultForm(request.form if request.method == "POST" else None)
        form.setting.choices = [("", _("Choose one")), *settings_in_use(work.session)]
        if request.method == "GET":
            form.sent_on.show(app_context().clock.today())
        elif form.validate():
            chosen = form.setting.data or ""
            known = chosen in {value for value, _label in choice_pairs(form.setting)}
            try:
                with self.work() as writing:
                    due_on = consultations.consult(
                        writing,
                        case_id,
                        int(chosen) if known and chosen else None,
                        form.sent_on.data,
                        despite=form.despite.data,
                    ).reply_due_on
                flash(_("Recorded. The reply is expected by %(date)s.", date=uk_date(due_on)), "success")
                return redirect(url_for("ChildView.show", child_id=case.child_id))
            except ValidationFailed as refused:
                show_errors(form, refused.faults)
        return self.page(
            "casework/consult.html",
            422 if form.errors else 200,
            form=form,
            child=work.get(Child, case.child_id),
        )

    @expose("/consultations/<int:consultation_id>/reply", methods=["GET", "POST"])
    @has_access
    def reply(self, consultation_id: int) -> ResponseReturnValue:
        """Record what the school or college answered."""
        work = read_only_work()
        one = consultations.consultation_to_answer(work, consultation_id)
        child = work.get(Child, work.get(Case, one.case_id).child_id)
        form = ReplyForm(request.form if request.method == "POST" else None)
        if request.method == "GET":
            form.replied_on.show(one.replied_on or app_context().clock.today())
            form.reply.data = one.reply.name if one.reply else None
            form.refusal_reason.data = one.refusal_reason.name if one.refusal_reason else None
            form.text.data = one.reply_text
        elif form.validate():
            reply, refusal_reason = form.reply.data or "", form.refusal_reason.data or ""
            try:
                with self.work() as writing:
                    consultations.record_reply(
                        writing,
                        consultation_id,
                        Reply[reply] if reply in Reply.__members__ else None,
                        form.replied_on.data,
                        RefusalReason[refusal_reason]
                        if refusal_reason in RefusalReason.__members__
                        else None,
                        form.text.data or "",
                    )
                flash(_("The reply is recorded."), "success")
                return redirect(url_for("ChildView.show", child_id=child.id))
            except ValidationFailed as refused:
                show_errors(form, refused.faults)
        return self.page(
            "casework/consultation_reply.html",
            422 if form.errors else 200,
            form=form,
            child=child,
            consultation=one,
        )

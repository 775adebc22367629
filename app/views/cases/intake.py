"""The page to record a request that did not come through the portal."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _l
from wtforms import FileField, Form, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are of WTForms 3.2

from app.cases import intake
from app.cases.case_files import add_case_file
from app.cases.queries.child_page import cases_of
from app.cases.rules.case_states import CHANNEL_LABELS, SOURCE_LABELS, UNDECIDED, Channel, RequestSource
from app.models import Child
from app.views.cases.case_files import received_file, shows_upload_errors
from app.views.web.base import PortalView, read_only_work
from app.views.web.fields import DatePartsField, TextAreaField
from app.views.web.i18n import gettext as _
from app.views.web.pages import uk_date
from app.views.web.register import register


class IntakeForm(Form):
    """Who asked, how, and when it reached the council."""

    source = RadioField(
        _l("Who asked?"),
        choices=[SelectChoice(source.name, _l(label)) for source, label in SOURCE_LABELS.items()],
        validate_choice=False,
    )
    channel = RadioField(
        _l("How did it come?"),
        choices=[
            SelectChoice(channel.name, _l(label))
            for channel, label in CHANNEL_LABELS.items()
            if channel is not Channel.portal
        ],
        validate_choice=False,
    )
    received_on = DatePartsField(_l("When did the council receive it?"))
    note = TextAreaField(_l("Notes (optional)"))
    file = FileField(_l("Scan of the letter (optional)"))

    def received(self) -> intake.ReceivedRequest:
        """Return what was entered, unchecked, for the use case."""
        source, channel = self.source.data or "", self.channel.data or ""
        return intake.ReceivedRequest(
            source=RequestSource[source] if source in RequestSource.__members__ else None,
            channel=Channel[channel] if channel in Channel.__members__ else None,
            received_on=self.received_on.data,
            note=self.note.data or "",
        )


@register()
class IntakeView(PortalView):
    """The page to record a request that came by letter, email or telephone."""

    route_base = "/children"
    class_permission_name = "CaseWork"

    @expose("/<int:child_id>/request", methods=["GET", "POST"])
    @has_access
    def record(self, child_id: int) -> ResponseReturnValue:
        """Record a request for an assessment, or a child whom someone brought to the council's attention."""
        form = IntakeForm(request.form if request.method == "POST" else None)
        if request.method == "POST" and form.validate():
            with shows_upload_errors(form, "file"):
                with received_file("file") as file, self.work() as work:
                    case = intake.record_request(work, child_id, form.received())
                    if file is not None:
                        add_case_file(work, case.id, file)
                    due_on = case.due_on
                flash(
                    _("The request is recorded. Decide whether to assess by %(date)s.", date=uk_date(due_on)),
                    "success",
                )
                return redirect(url_for("ChildView.show", child_id=child_id))
        work = read_only_work()
        child = work.get(Child, child_id)
        undecided = [
            each for each in cases_of(work.session, [child_id]).get(child_id, []) if each.state in UNDECIDED
        ]
        status = 422 if form.errors else 200
        first = min((each.received_on for each in undecided), default=None)
        return self.page(
            "casework/record_request.html", status, form=form, child=child, undecided_since=first
        )

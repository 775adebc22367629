"""The page on which officers record who covers for whom."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _l
from wtforms import Form, SelectField

from app.cases import absences
from app.cases.queries.absences import covers
from app.cases.queries.officers import officers
from app.core.errors import ValidationFailed
from app.views.web.base import PortalView, read_only_work
from app.views.web.fields import DatePartsField
from app.views.web.form_errors import show_errors
from app.views.web.i18n import gettext as _
from app.views.web.register import register


class CoverForm(Form):
    """Who is away, who covers, and on which days."""

    person = SelectField(_l("Who is away?"), validate_choice=False)
    covered_by = SelectField(_l("Who covers?"), validate_choice=False)
    first_day = DatePartsField(_l("First day"))
    last_day = DatePartsField(_l("Last day"))

    def cover(self) -> absences.Cover:
        """Return what was entered, unchecked, for the use case."""
        return absences.Cover(
            _number(self.person.data), _number(self.covered_by.data), self.first_day.data, self.last_day.data
        )


@register()
class CoverView(PortalView):
    """Cover for absence."""

    route_base = "/today/cover"
    class_permission_name = "CaseWork"

    @expose("/", methods=["GET", "POST"])
    @has_access
    def arrange(self) -> ResponseReturnValue:
        """Show who covers for whom, and record one more."""
        form = CoverForm(request.form if request.method == "POST" else None)
        if request.method == "POST" and form.validate():
            try:
                with self.work() as work:
                    absences.arrange_cover(work, form.cover())
                flash(_("The cover is recorded."), "success")
                return redirect(url_for("CoverView.arrange"))
            except ValidationFailed as refused:
                show_errors(form, refused.faults)
        work = read_only_work()
        team = officers(work.session)
        form.person.choices = form.covered_by.choices = [(str(number), name) for number, name in team.items()]
        if request.method == "GET":
            form.person.data = str(work.me.user_id)
        return self.page(
            "casework/cover.html",
            422 if form.errors else 200,
            form=form,
            covers=covers(work.session, work.today),
        )

    @expose("/<int:absence_id>/end", methods=["POST"])
    @has_access
    def end(self, absence_id: int) -> ResponseReturnValue:
        """End a cover."""
        with self.work() as work:
            absences.end_cover(work, absence_id)
        flash(_("The cover has ended."), "success")
        return redirect(url_for("CoverView.arrange"))


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None

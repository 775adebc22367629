"""The pages to correct a child's record and to undo a merge."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField

from app.cases import merges
from app.cases.child_corrections import Correction, correct_child, may_correct
from app.children.child_details import NewChild, details_of
from app.core.errors import NotFound, ValidationFailed
from app.core.unit_of_work import UnitOfWork
from app.models import Child
from app.organisations.queries.organisations import settings_in_use
from app.views.forms.child_forms import NewChildForm, with_choices
from app.views.web.base import PortalView, read_only_work
from app.views.web.fields import TextAreaField
from app.views.web.form_errors import show_errors
from app.views.web.generated_lists import choice_pairs
from app.views.web.i18n import gettext as _
from app.views.web.register import register


class CorrectionForm(NewChildForm):
    """The details of a record, the school, and the reason for the change."""

    setting_id = SelectField(_l("School or setting"), validate_choice=False)
    reason = TextAreaField(_l("Why are you changing the record?"))
    version = HiddenField()

    def correction(self, version: int) -> Correction:
        """Return the correction; `version` applies where the page did not post the version it shows."""
        setting = self.setting_id.data or ""
        known = setting in {value for value, _label in choice_pairs(self.setting_id)}
        typed_over = str(self.version.data or "")
        return Correction(
            details=self.details(),
            setting_id=int(setting) if known and setting else None,
            reason=self.reason.data or "",
            version=int(typed_over) if typed_over.isascii() and typed_over.isdigit() else version,
        )


@register()
class ChildRecordView(PortalView):
    """The page to correct a child's details."""

    route_base = "/children"
    class_permission_name = "Children"

    @expose("/<int:child_id>/correct", methods=["GET", "POST"])
    @has_access
    def correct(self, child_id: int) -> ResponseReturnValue:
        """Correct the details of a child's record."""
        work = read_only_work()
        child = work.get(Child, child_id)
        if not may_correct(work, child_id):
            raise NotFound("Child")
        form = self._form(work, child)
        merged = merges.merges_of(work, child_id) if work.me.in_sen_team else []
        context = {"child_id": child_id, "is_team": work.me.in_sen_team, "merged": merged}
        name, version = child.name, child.version
        if request.method == "GET":
            return self.page("children/correct.html", form=form, child_name=name, **context)
        form.validate()
        try:
            with self.work() as work:
                changed = correct_child(work, child_id, form.correction(version))
        except ValidationFailed as refused:
            show_errors(form, refused.faults)
            form.version.data = str(version)
            return self.page("children/correct.html", 422, form=form, child_name=name, **context)
        flash(_("The record has been corrected.") if changed else _("Nothing was changed."), "success")
        return redirect(url_for("ChildView.show", child_id=child_id))

    def _form(self, work: UnitOfWork, child: Child) -> CorrectionForm:
        held: NewChild = details_of(child)
        form = CorrectionForm(
            request.form if request.method == "POST" else None,
            data={**vars(held), "setting_id": str(child.setting_id or ""), "version": child.version},
        )
        with_choices(form)
        none = ("", _("Not known"))
        form.setting_id.choices = [none, *settings_in_use(work.session, or_this=child.setting_id)]
        return form


@register()
class MergeView(PortalView):
    """The page for merged records."""

    route_base = "/merges"
    class_permission_name = "CaseWork"

    @expose("/<int:merge_id>/undo", methods=["GET", "POST"])
    @has_access
    def undo(self, merge_id: int) -> ResponseReturnValue:
        """Undo a merge of two records."""
        errors = []
        if request.method == "POST":
            try:
                with self.work() as work:
                    child_id = merges.undo_merge(work, merge_id, request.form.get("reason", "")).child_id
            except ValidationFailed as refused:
                errors = [{"text": _(str(fault.text)), "href": f"#{fault.field}"} for fault in refused.faults]
            else:
                flash(_("The records are separate again."), "success")
                return redirect(url_for("ChildView.show", child_id=child_id))
        work = read_only_work()
        child, merged = merges.merge_to_undo(work, merge_id)
        context = {"child_id": child.id, "child_name": child.name, "merged": merged}
        return self.page("casework/undo_merge.html", 422 if errors else 200, errors=errors, **context)

"""What the SEN2 return still lacks: the list of cases, and the page on which it is entered."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement
from wtforms import Form, RadioField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are of WTForms 3.2

from app.cases import case_returns
from app.cases.return_tables import lacks, lacks_any
from app.cases.rules.sen2 import BY_NAME, FIELDS, PART_LABELS, YES_OR_NO, ReturnField, ReturnPart
from app.core.database.listing import Criteria
from app.core.errors import ValidationFailed
from app.models import Case, Child
from app.operations.queries import lists
from app.views.cases.casework_lists import OfChildList, named
from app.views.web.base import PortalView, read_only_work
from app.views.web.form_errors import show_errors
from app.views.web.i18n import gettext as _
from app.views.web.list_arguments import SavedFilter
from app.views.web.list_interface import PortalInterface
from app.views.web.listed import Listed, RowLink
from app.views.web.pages import uk_date
from app.views.web.register import register
from app.views.web.words import case_state

BY_FIELD = {
    "sex": _l("Sex"),
    "ethnicity": _l("Ethnicity"),
    "primary_need": _l("Primary need"),
    "placement": _l("Placement"),
    "request_tribunal": _l("Appeal, no assessment"),
    "assessment_tribunal": _l("Appeal, no plan"),
    "other_tribunal": _l("Appeal, the plan"),
}
"""The fields by which the list is filtered."""


@register(_l("SEN2 return"), order=49, within="CaseList")
class ReturnList(OfChildList):
    """Cases that lack something the yearly SEN2 return asks for, the newest request first."""

    datamodel = PortalInterface(Case, listing=lists.CASES)
    route_base = "/sen2-return"
    list_title = _l("SEN2 return: what is missing")
    list_columns = ["child", "number", "state", "received_on"]
    show_columns = list_columns
    exports = ["number", "child", "state", "received_on"]
    order_columns = ["received_on"]
    search_columns = ["received_on"]
    base_order = ("received_on", "desc")
    saved_filters = {
        name: SavedFilter(text, lambda name=name: lacks(BY_NAME[name]))  # type: ignore[misc]
        for name, text in BY_FIELD.items()
    }
    label_columns = {
        "child": _l("Child or young person"),
        "number": _l("Case number"),
        "state": _l("Status"),
        "received_on": _l("Received"),
    }
    formatters_columns = {"child": named, "state": case_state, "received_on": uk_date}

    def in_every_view(self) -> Sequence[ColumnElement[bool]]:
        """Return the criterion for cases with something missing."""
        return (lacks_any(),)

    def _listed(self, criteria: Criteria) -> Listed:
        """Add what is missing."""
        found = super()._listed(criteria)
        lacking = case_returns.missing_by_case(read_only_work(), [row.number for row in found.rows])
        label = _("Missing")
        for row in found.rows:
            names = ", ".join(_(each.label) for each in lacking.get(row.number, ()))
            row.cells.append((label, names, None))
        found.heads.append(("missing", label))
        return found

    def row_links(self, record: Case) -> list[RowLink]:
        """Return a link to the page on which it is entered."""
        return [RowLink(_("Enter it"), url_for("ReturnView.enter", case_id=record.id), record.child.name)]

    record_links = row_links


class ReturnForm(Form):
    """The answers for the return; its fields are those of rules/sen2.py."""


def _field(field: ReturnField) -> Any:
    if field.choices is YES_OR_NO:
        return RadioField(_l(field.label), choices=_choices(field), validate_choice=False)
    first = SelectChoice("", _l("Not known yet"))
    return SelectField(_l(field.label), choices=[first, *_choices(field)], validate_choice=False)


def _choices(field: ReturnField) -> Sequence[SelectChoice]:
    return [SelectChoice(code, _l(label)) for code, label in field.choices.items()]


for _each in FIELDS:
    setattr(ReturnForm, _each.name, _field(_each))


@register()
class ReturnView(PortalView):
    """The page on which the answers for the return are entered."""

    route_base = "/cases"
    class_permission_name = "CaseWork"

    @expose("/<int:case_id>/return", methods=["GET", "POST"])
    @has_access
    def enter(self, case_id: int) -> ResponseReturnValue:
        """Enter what the SEN2 return asks about a case."""
        work = read_only_work()
        case = work.get(Case, case_id)
        form = ReturnForm(
            request.form if request.method == "POST" else None,
            data=case_returns.answers_for(work, case),
        )
        if request.method == "POST":
            answers = {name: form[name].data or "" for name in BY_NAME if name in request.form}
            try:
                with self.work() as writing:
                    child_id = case_returns.record_return(writing, case_id, answers).child_id
                flash(_("The answers for the return are saved."), "success")
                return redirect(url_for("ChildView.show", child_id=child_id))
            except ValidationFailed as refused:
                show_errors(form, refused.faults)
        lacking = case_returns.missing_by_case(work, [case_id]).get(case_id, [])
        parts = [
            (_(PART_LABELS[part]), [each.name for each in FIELDS if each.part is part]) for part in ReturnPart
        ]
        return self.page(
            "casework/case_return.html",
            422 if form.errors else 200,
            form=form,
            case=case,
            child=work.get(Child, case.child_id),
            parts=parts,
            tags={each.name: each.tag for each in FIELDS},
            lacking={each.name for each in lacking},
        )

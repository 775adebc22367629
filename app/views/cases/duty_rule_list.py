"""The generated screen of time limits in law: SEN managers add a version, and no version is ever changed."""

from typing import Any

from flask_appbuilder.forms import DynamicForm
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are of WTForms 3.2
from wtforms.validators import Optional

from app.cases.duty_rules import NewVersion, add_version
from app.cases.rules.duties import BEARER_LABELS, LABELS, UNIT_LABELS, Bearer, Unit
from app.cases.rules.exceptions import EXCEPTION_LABELS
from app.core.unit_of_work import UnitOfWork
from app.models import DutyRule
from app.views.web.choice_fields import choice_field
from app.views.web.fields import DatePartsField, StringField, TextAreaField
from app.views.web.i18n import gettext as _
from app.views.web.model_view import PortalModelView
from app.views.web.register import register


def _duties() -> list[SelectChoice]:
    """Return the duties in words, by the alphabet."""
    named = sorted((_(label), key) for key, label in LABELS.items())
    return [SelectChoice("", _("Choose one")), *(SelectChoice(key, label) for label, key in named)]


class VersionForm(DynamicForm):
    """A new version of a time limit."""

    key = SelectField(_l("Duty"), choices=_duties, validate_choice=False)
    effective_from = DatePartsField(
        _l("From what day does it apply?"),
        description=_l("A day to come. Duties that started earlier keep their last day."),
    )
    unit = choice_field(_l("What is it counted in?"), UNIT_LABELS, _l("Choose one"))
    length = IntegerField(
        _l("How long is it? (optional)"),
        [Optional()],
        description=_l("For example 42. Below 0 for a day before the one it is counted from."),
    )
    day_of_year = StringField(
        _l("Day of the year (optional)"),
        description=_l("Month and day, like 02-14, where the law names a day"),
    )
    first_day_counts = BooleanField(_l("The day it starts is the first of its days"))
    moves_out_of_holidays = BooleanField(
        _l("A last day from 25 December to 1 January, or in August, moves to the next working day after")
    )
    excused_by = SelectMultipleField(
        _l("Which exceptions does the regulation allow? (optional)"),
        choices=lambda: [SelectChoice(code, _(label)) for code, label in EXCEPTION_LABELS.items()],
        validate_choice=False,
    )
    regulation = StringField(_l("Regulation"))
    note = TextAreaField(_l("Note (optional)"))


@register(_l("Time limits"), order=75, grant="DutyRules", within="CaseList")
class DutyRuleList(PortalModelView):
    """The time limits in law, each version with the day from which it applies."""

    datamodel = SQLAInterface(DutyRule)
    route_base = "/time-limits"
    include_route_methods = {"list", "show", "export", "add"}
    show_title = _l("Time limit")
    add_title = _l("Add a version of a time limit")
    list_columns = ["key", "effective_from", "length", "unit", "day_of_year", "who", "regulation"]
    show_columns = [
        *("key", "number", "effective_from", "length", "unit", "day_of_year", "first_day_counts"),
        *("moves_out_of_holidays", "starts_from", "who", "excused_by", "regulation", "note"),
    ]
    base_order = ("id", "asc")
    order_columns = ["effective_from", "length"]
    search_columns = ["unit", "who", "effective_from"]
    search_form_extra_fields = {
        "unit": choice_field(_l("Counted in"), UNIT_LABELS, _l("Any")),
        "who": choice_field(_l("Whose duty"), BEARER_LABELS, _l("Any")),
    }
    label_columns = {
        "key": _l("Duty"),
        "number": _l("Version"),
        "effective_from": _l("Applies from"),
        "length": _l("Length"),
        "unit": _l("Counted in"),
        "day_of_year": _l("Day of the year"),
        "first_day_counts": _l("The first day counts"),
        "moves_out_of_holidays": _l("Moves out of the Tribunal’s holidays"),
        "starts_from": _l("Counted from"),
        "who": _l("Whose duty"),
        "excused_by": _l("Exceptions"),
        "regulation": _l("Regulation"),
        "note": _l("Note"),
    }
    formatters_columns = {
        "key": lambda key: _(LABELS.get(key, key)),
        "length": lambda length: length or "",
        "unit": lambda unit: _(UNIT_LABELS[Unit(unit)]),
        "who": lambda who: _(BEARER_LABELS[Bearer(who)]),
        "excused_by": lambda codes: "; ".join(_(EXCEPTION_LABELS[code]) for code in codes) or _("None"),
    }
    add_form = VersionForm
    add_columns = [
        *("key", "effective_from", "unit", "length", "day_of_year", "first_day_counts"),
        *("moves_out_of_holidays", "excused_by", "regulation", "note"),
    ]

    def adds_with(self, work: UnitOfWork, form: Any) -> None:
        """Add a version of a rule."""
        add_version(
            work,
            NewVersion(
                key=form.key.data or "",
                effective_from=form.effective_from.data,
                unit=form.unit.data or None,
                length=form.length.data,
                regulation=form.regulation.data or "",
                day_of_year=form.day_of_year.data or "",
                first_day_counts=form.first_day_counts.data,
                moves_out_of_holidays=form.moves_out_of_holidays.data,
                note=form.note.data or "",
                excused_by=tuple(form.excused_by.data or ()),
            ),
        )

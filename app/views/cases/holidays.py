"""The generated list of school holidays, from which an exception to a time limit is suggested."""

from typing import Any

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l

from app.core.unit_of_work import UnitOfWork
from app.models import SchoolHoliday
from app.organisations.holidays import EnteredHoliday, add_holiday, change_holiday
from app.views.web.i18n import gettext as _
from app.views.web.model_view import PortalModelView
from app.views.web.pages import uk_date
from app.views.web.register import register


@register(_l("School holidays"), order=116, grant="Organisations", within="CaseList")
class SchoolHolidayList(PortalModelView):
    """The days on which schools and early years settings are closed."""

    datamodel = SQLAInterface(SchoolHoliday)
    route_base = "/school-holidays"
    list_columns = ["name", "first_day", "last_day", "organisation"]
    add_columns = edit_columns = list_columns
    base_order = ("first_day", "desc")
    show_title = _l("School holiday")
    add_title = _l("Add a school holiday")
    edit_title = _l("Change a school holiday")
    label_columns = {
        "name": _l("Name"),
        "first_day": _l("First day closed"),
        "last_day": _l("Last day closed"),
        "organisation": _l("School or setting"),
    }
    description_columns = {
        "organisation": _l("Leave this empty for all schools that have no holidays of their own."),
    }
    formatters_columns = {
        "first_day": uk_date,
        "last_day": uk_date,
        "organisation": lambda held: held.name if held is not None else _("All others"),
    }

    def adds_with(self, work: UnitOfWork, form: Any) -> None:
        """Add a holiday."""
        add_holiday(work, _entered(form))

    def changes_with(self, work: UnitOfWork, row_id: int, form: Any) -> None:
        """Correct a holiday."""
        change_holiday(work, row_id, _entered(form))


def _entered(form: Any) -> EnteredHoliday:
    school = form.organisation.data
    return EnteredHoliday(
        form.name.data or "",
        form.first_day.data,
        form.last_day.data,
        school.id if school is not None else None,
    )

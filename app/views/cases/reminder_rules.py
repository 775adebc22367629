"""The generated screen of the days on which people are reminded of advice."""

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l

from app.cases.rules.reminders import REMINDER_TO_LABELS, ReminderTo
from app.models import ReminderRule
from app.views.web.choice_fields import choice_field
from app.views.web.i18n import gettext as _
from app.views.web.model_view import PortalModelView
from app.views.web.register import register


@register(_l("Reminders"), order=77, grant="ReminderRules", within="CaseList")
class ReminderRuleList(PortalModelView):
    """The days on which people are reminded of advice, and who gets the reminder."""

    datamodel = SQLAInterface(ReminderRule)
    route_base = "/reminder-days"
    show_title = _l("Reminder")
    list_columns = ["days", "goes_to"]
    base_order = ("days", "asc")
    label_columns = {
        "days": _l("Days after the due date (below 0: before it)"),
        "goes_to": _l("Who gets it"),
    }
    formatters_columns = {"goes_to": lambda whom: _(REMINDER_TO_LABELS[ReminderTo(whom)])}
    add_form_extra_fields = {"goes_to": choice_field(_l("Who gets it"), REMINDER_TO_LABELS, _l("Choose one"))}
    edit_form_extra_fields = add_form_extra_fields

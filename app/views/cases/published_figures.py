"""The generated screen of published figures, with which the manager's page compares the council's own."""

from typing import Any

from flask_appbuilder.forms import DynamicForm
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l
from wtforms import DecimalField, IntegerField
from wtforms.validators import Optional

from app.cases.published_figures import EnteredFigure, add_published, change_published
from app.cases.rules.figures import PUBLISHED_LABELS, PublishedMeasure
from app.core.unit_of_work import UnitOfWork
from app.models import PublishedFigure
from app.views.web.choice_fields import choice_field
from app.views.web.fields import StringField
from app.views.web.i18n import gettext as _
from app.views.web.model_view import PortalModelView
from app.views.web.register import register


class FigureForm(DynamicForm):
    """A published percentage."""

    area = StringField(_l("England, or the council"))
    year = IntegerField(_l("Calendar year"), [Optional()])
    measure = choice_field(_l("What is counted"), PUBLISHED_LABELS, _l("Choose one"))
    percentage = DecimalField(_l("Percent"), [Optional()], description=_l("For example 46.4"))
    source = StringField(_l("Publication and licence"))


@register(_l("Published figures"), order=48, within="CaseList", grant="PublishedFigures")
class PublishedFigureList(PortalModelView):
    """Percentages that the department published for England and for other councils."""

    datamodel = SQLAInterface(PublishedFigure)
    route_base = "/published-figures"
    show_title = _l("Published figure")
    list_columns = ["area", "year", "measure", "percentage", "source"]
    base_order = ("area", "asc")
    label_columns = {
        "area": _l("England, or the council"),
        "year": _l("Calendar year"),
        "measure": _l("What is counted"),
        "percentage": _l("Percent"),
        "source": _l("Publication and licence"),
    }
    formatters_columns = {"measure": lambda measure: _(PUBLISHED_LABELS[PublishedMeasure(measure)])}
    add_form = edit_form = FigureForm
    add_columns = edit_columns = ["area", "year", "measure", "percentage", "source"]

    def adds_with(self, work: UnitOfWork, form: Any) -> None:
        """Add a published figure."""
        add_published(work, _entered(form))

    def changes_with(self, work: UnitOfWork, row_id: int, form: Any) -> None:
        """Correct a published figure."""
        change_published(work, row_id, _entered(form))


def _entered(form: Any) -> EnteredFigure:
    return EnteredFigure(
        form.area.data or "",
        form.year.data,
        PublishedMeasure(form.measure.data) if form.measure.data else None,
        form.percentage.data,
        form.source.data or "",
    )

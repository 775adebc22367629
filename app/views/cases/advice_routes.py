"""The generated list of the council's routes: to whom each kind of advice is sent."""

from flask_appbuilder.models.sqla.filters import FilterStartsWith
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l
from wtforms.validators import DataRequired

from app.cases.rules.advice_rows import ROUTE_FOR_LABELS, RouteFor
from app.core.roles import PROFESSION_LABELS
from app.forms.rules.paragraphs import PARAGRAPH_LABELS, Paragraph
from app.models import AdviceRoute
from app.views.web.choice_fields import choice_field
from app.views.web.i18n import gettext as _
from app.views.web.model_view import PortalModelView
from app.views.web.pages import translated
from app.views.web.register import register

_ADVICE_FORMS = {"template": [["key", FilterStartsWith, "advice_"]]}
_FIELDS = {
    "paragraph": choice_field(
        _l("Advice"),
        {each: text for each, text in PARAGRAPH_LABELS.items() if each not in (Paragraph.a, Paragraph.h)},
        _l("Choose one"),
        [DataRequired()],
    ),
    "applies": choice_field(_l("For which children"), ROUTE_FOR_LABELS, _l("Choose one"), [DataRequired()]),
    "organisation_kind": choice_field(_l("Kind of organisation"), PROFESSION_LABELS, _l("None")),
}


@register(_l("Advice routes"), order=115, grant="Organisations", within="CaseList")
class AdviceRouteList(PortalModelView):
    """To whom requests for advice go, once the council has agreed to assess."""

    datamodel = SQLAInterface(AdviceRoute)
    route_base = "/advice-routes"
    list_columns = [
        "paragraph",
        "service",
        "template",
        "organisation",
        "organisation_kind",
        "applies",
        "note",
        "active",
    ]
    add_form_query_rel_fields = edit_form_query_rel_fields = _ADVICE_FORMS
    add_form_extra_fields = edit_form_extra_fields = _FIELDS
    show_title = _l("Advice route")
    add_title = _l("Add an advice route")
    edit_title = _l("Change an advice route")
    label_columns = {
        "paragraph": _l("Advice"),
        "service": _l("Service"),
        "template": _l("Form"),
        "organisation": _l("Organisation"),
        "organisation_kind": _l("Kind of organisation"),
        "applies": _l("For which children"),
        "note": _l("Note for the adviser"),
        "active": _l("In use"),
    }
    description_columns = {
        "service": _l(
            "Where one organisation gives several kinds of advice: one route for each, for example “Occupational "
            "therapy”. Otherwise leave it empty."
        ),
        "organisation": _l(
            "Leave this empty to ask the child’s own school or setting, or an organisation of a kind."
        ),
        "organisation_kind": _l("Asks one of this kind that is linked to the child, or the only one in use."),
    }
    formatters_columns = {
        "paragraph": lambda held: _(PARAGRAPH_LABELS[Paragraph(held)]),
        "applies": lambda held: _(ROUTE_FOR_LABELS[RouteFor(held)]),
        "template": lambda form: translated(form.title),
    }

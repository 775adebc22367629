"""The SEN team's generated list of the people linked to children: parents, young people and professionals."""

from typing import Any

from flask import url_for
from flask_appbuilder.forms import DynamicForm
from flask_appbuilder.models.filters import BaseFilter
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from app.cases.relationships import correct_relationship
from app.children.queries.finding import listed_by_child
from app.core.database.listing import Criteria
from app.core.roles import WorkflowRole
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_
from app.models import ChildLink
from app.views.web.choice_fields import choice_field
from app.views.web.fields import StringField
from app.views.web.i18n import gettext as _
from app.views.web.listed import RowLink
from app.views.web.model_view import PortalModelView
from app.views.web.pages import uk_date
from app.views.web.register import register

PARTS = {
    WorkflowRole.parent: N_("Parent or carer"),
    WorkflowRole.young_person: N_("Young person"),
    WorkflowRole.author: N_("Professional"),
}


class ContactForm(DynamicForm):
    """What a person is to the child."""

    relationship_to_child = StringField(
        _l("What are they to the child?"), description=_l("For example, mother, SENCO or speech therapist")
    )
    despite = BooleanField(_l("Save it all the same"))


class LinkedNow(BaseFilter):
    """Links of people that have not ended; an organisation's queue is no person."""

    def apply(self, rows: Any, _value: Any) -> Any:
        """Return these links only."""
        return rows.filter(ChildLink.ended_at.is_(None), ChildLink.person_id.is_not(None))


@register(_l("Contacts"), order=45, within="ChildList")
class ContactList(PortalModelView):
    """Everyone who is linked to a child now; what they are to the child can be corrected."""

    datamodel = SQLAInterface(ChildLink)
    route_base = "/contacts"
    class_permission_name = "CaseWork"
    list_title = _l("People linked to children")
    show_title = _l("Person linked to a child")
    edit_title = _l("Correct what they are to the child")
    list_columns = [
        "child",
        "person",
        "organisation",
        "part",
        "relationship_to_child",
        "created_at",
    ]
    base_order = ("created_at", "desc")
    order_columns = ["created_at"]
    search_columns = ["part"]
    search_form_extra_fields = {"part": choice_field(_l("Linked as"), PARTS, _l("Any"))}
    find_label = _l("Find by the child’s name, date of birth, UPN or NHS number")
    base_filters = [["id", LinkedNow, lambda: None]]
    label_columns = {
        "child": _l("Child or young person"),
        "person": _l("Person"),
        "organisation": _l("Organisation"),
        "part": _l("Linked as"),
        "relationship_to_child": _l("Role or relationship"),
        "created_at": _l("Linked on"),
    }
    formatters_columns = {
        "part": lambda part: _(PARTS[WorkflowRole(part)]),
        "created_at": uk_date,
    }
    edit_form = ContactForm
    edit_columns = ["relationship_to_child", "despite"]

    def find(self, text: str) -> Criteria:
        """Return the criteria to find links by child."""
        return listed_by_child(self.datamodel.session, text, ChildLink.child_id)

    def changes_with(self, work: UnitOfWork, link_id: int, form: Any) -> None:
        """Correct what the person is to the child."""
        words = form.relationship_to_child.data or ""
        correct_relationship(work, link_id, words, despite=form.despite.data)

    def record_links(self, record: ChildLink) -> list[RowLink]:
        """Return the link to everyone linked to the child."""
        href = url_for("ChildView.people", child_id=record.child_id)
        return [RowLink(_("Everyone linked to %(name)s", name=record.child.name), href)]

"""The pages to assign a child in an organisation's queue, or a colleague's, to a professional there."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access

from app.cases import links
from app.cases.queries.child_page import Colleague, colleagues_of
from app.children.queries.involved import Involved, involved_with
from app.core.errors import ValidationFailed
from app.core.roles import Role
from app.core.unit_of_work import UnitOfWork
from app.forms.workflow_roles import is_linked
from app.models import ChildLink, Form, Person
from app.views.web.base import PortalView, read_only_work
from app.views.web.i18n import gettext as _
from app.views.web.pages import translated
from app.views.web.register import register

Choices = list[tuple[int, str]]


def choices_of(colleagues: Sequence[Colleague]) -> Choices:
    """Return the colleagues as choices of a list."""
    return [
        (each.id, f"{each.name}, {each.job_title}" if each.job_title else each.name) for each in colleagues
    ]


def assignable(work: UnitOfWork, people: Sequence[Involved]) -> list[Involved]:
    """Return the links that the reader may assign.

    These are the queue of their organisation, and colleagues' links that came through the queue.
    """
    me = work.me
    if not (me.has(Role.professional) and me.is_confirmed and me.organisation_id is not None):
        return []
    of_mine = [each for each in people if each.organisation_id == me.organisation_id]
    return [
        each for each in of_mine if each.in_queue or (each.through_queue and each.person_id != me.user_id)
    ]


def assign_part(work: UnitOfWork, child_id: int, people: Sequence[Involved]) -> dict[str, Any]:
    """Return the context that a page needs to offer "Assign to me" and a choice of colleagues."""
    found = assignable(work, people)
    if not found:
        return {"assignable": [], "can_assign_to": []}
    colleagues = [each for each in colleagues_of(work.session, work.me, child_id) if not each.is_barred]
    return {"assignable": found, "can_assign_to": choices_of(colleagues)}


def waiting_form(work: UnitOfWork, form: Form) -> dict[str, Any] | None:
    """Return the context of a form's page for a professional to whom the child is not assigned.

    None for readers whose organisation does not write the form, or who are linked to the child.
    """
    me = work.me
    if (
        not me.has(Role.professional)
        or me.organisation_id is None
        or form.organisation_id != me.organisation_id
    ):
        return None
    if is_linked(work, form.child_id):
        return None
    part = assign_part(work, form.child_id, involved_with(work.session, form.child_id))
    return {"form": form, **part} if part["assignable"] else None


@register()
class AssignView(PortalView):
    """The endpoint to assign a child within an organisation."""

    route_base = "/involvement"
    class_permission_name = "SendArea"

    @expose("/<int:link_id>/assign", methods=["POST"])
    @has_access
    def assign(self, link_id: int) -> ResponseReturnValue:
        """Assign the child to the reader or a colleague, or take it over from a colleague."""
        colleague, before = _number("colleague"), _number("assigned_to")
        work = read_only_work()
        child_id = work.get(ChildLink, link_id).child_id
        me = work.me.user_id
        if colleague is None:
            flash(_("Choose a colleague"), "danger")
            return redirect(url_for("ChildView.show", child_id=child_id))
        try:
            with self.work() as work:
                links.assign(work, link_id, colleague, assigned_to=before)
                name = work.get(Person, colleague).name
        except ValidationFailed as refused:
            for fault in refused.faults:
                flash(translated(fault.text), "danger")
            return redirect(url_for("ChildView.show", child_id=child_id))
        if colleague == me:
            flash(_("This child is assigned to you. You can start the advice."), "success")
        else:
            flash(_("The child is assigned to %(name)s. We have told them.", name=name), "success")
        return redirect(url_for("ChildView.show", child_id=child_id))


def _number(field: str) -> int | None:
    given = request.form.get(field, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None

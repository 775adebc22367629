"""The pages to link people to a child, assign it, add a colleague, step back and end links."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload
from wtforms import BooleanField, Form

from app.cases import links
from app.cases.bars import ended_together
from app.cases.handover import owed_through
from app.cases.invitations import of_child
from app.cases.queries.child_page import organisations_named, professionals_named
from app.core.errors import ValidationFailed
from app.core.roles import FAMILY_ROLES
from app.core.text_input import clean_line
from app.models import Child, ChildLink, Membership, Organisation, Person
from app.views.web.base import PortalView, read_only_work
from app.views.web.fields import StringField
from app.views.web.form_errors import show_errors
from app.views.web.i18n import gettext as _
from app.views.web.pages import translated
from app.views.web.register import register
from app.views.web.searching import posted_line


class RelationshipForm(Form):
    """The relationship of a person to the child."""

    relationship = StringField(
        _l("What are they to the child? (optional)"),
        description=_l(
            "For example, SENCO or speech and language therapist. Left empty, we show their job title."
        ),
    )
    despite = BooleanField(_l("Link them all the same"))


def words_of(text: str) -> list[str]:
    """Return the words of a search for a professional or an organisation."""
    return clean_line(text).split()[:6]


@register()
class LinkView(PortalView):
    """The SEN team's pages to link people and organisations to a child and to end links."""

    route_base = "/children"
    class_permission_name = "CaseWork"

    @expose("/<int:child_id>/link", methods=["GET", "POST"])
    @has_access
    def link(self, child_id: int) -> ResponseReturnValue:
        """Search for a professional, or an organisation whose queue the child should be in."""
        looked_for = posted_line("find")[:100]
        words = words_of(looked_for)
        work = read_only_work()
        context = {
            "child": work.get(Child, child_id),
            "looked_for": looked_for,
            "people": professionals_named(work.session, words) if words else [],
            "organisations": organisations_named(work.session, words) if words else [],
        }
        return self.page("casework/link.html", **context)

    @expose("/<int:child_id>/link/person/<int:membership_id>", methods=["GET", "POST"])
    @has_access
    def person(self, child_id: int, membership_id: int) -> ResponseReturnValue:
        """Link a professional, for the organisation of this membership, after a confirmation page."""
        form = RelationshipForm(request.form if request.method == "POST" else None)
        if request.method == "POST":
            try:
                with self.work() as work:
                    member = work.get(Membership, membership_id)
                    links.link_person(
                        work,
                        child_id,
                        member.person_id,
                        form.relationship.data or "",
                        organisation_id=member.organisation_id,
                        despite=form.despite.data,
                    )
                flash(
                    _("They are linked. We have told them.")
                    if not work.no_one_notified
                    else _("They are linked. They have no open account, so we could not tell them."),
                    "success",
                )
                return redirect(url_for("ChildView.people", child_id=child_id))
            except ValidationFailed as refused:
                show_errors(form, refused.faults, person="relationship")
        work = read_only_work()
        member = work.get(Membership, membership_id, joinedload(Membership.person))
        context = {"child": work.get(Child, child_id), "member": member}
        return self.page("casework/link_person.html", 422 if form.errors else 200, form=form, **context)

    @expose("/<int:child_id>/link/organisation/<int:organisation_id>", methods=["GET", "POST"])
    @has_access
    def organisation(self, child_id: int, organisation_id: int) -> ResponseReturnValue:
        """Put the child into an organisation's queue after a confirmation page."""
        errors: list[dict[str, str]] = []
        if request.method == "POST":
            try:
                with self.work() as work:
                    links.link_organisation(
                        work, child_id, organisation_id, despite="despite" in request.form
                    )
                flash(
                    _("The child is in their queue. We have told their professionals.")
                    if not work.no_one_notified
                    else _(
                        "The child is in their queue. No one there has an account yet, so we told no one."
                    ),
                    "success",
                )
                return redirect(url_for("ChildView.people", child_id=child_id))
            except ValidationFailed as refused:
                errors = [
                    {"text": translated(fault.text), "href": f"#{fault.field}"} for fault in refused.faults
                ]
        work = read_only_work()
        context = {
            "child": work.get(Child, child_id),
            "organisation": work.get(Organisation, organisation_id),
        }
        return self.page("casework/link_organisation.html", 422 if errors else 200, errors=errors, **context)

    @expose("/<int:child_id>/link/<int:link_id>/end", methods=["GET", "POST"])
    @has_access
    def end(self, child_id: int, link_id: int) -> ResponseReturnValue:
        """End a link after a confirmation page."""
        if request.method == "POST":
            with self.work() as work:
                links.end_link(work, link_id)
            flash(_("They are no longer involved, and can no longer see this child."), "success")
            return redirect(url_for("ChildView.people", child_id=child_id))
        work = read_only_work()
        link = work.get(ChildLink, link_id)
        ended = ended_together(work, link)
        invited = of_child(work, link.child_id)[1] if link.part in FAMILY_ROLES else []
        return self.page(
            "casework/end_link.html",
            child=work.get(Child, link.child_id),
            whom=_whom(work, link),
            owed=[form.title for each in ended for form in owed_through(work, each)],
            invited=[f"{each.name} ({each.email})" for each in invited],
        )


def _whom(work: Any, link: ChildLink) -> str:
    if link.person_id is not None:
        return work.get(Person, link.person_id).name
    return _("%(name)s (not yet assigned)", name=work.get(Organisation, link.organisation_id).name)


@register()
class InvolvementView(PortalView):
    """The pages on which professionals change the links within their organisation."""

    route_base = "/involvement"
    class_permission_name = "SendArea"

    @expose("/<int:link_id>/take-up", methods=["POST"])
    @has_access
    def take_up(self, link_id: int) -> ResponseReturnValue:
        """Assign a child in the organisation's queue to the reader."""
        try:
            with self.work() as work:
                child_id = links.take_up(work, link_id).child_id
        except ValidationFailed as refused:
            for fault in refused.faults:
                flash(translated(fault.text), "danger")
            return redirect(url_for("SendAreaView.list", show="queue"))
        flash(
            _("This child is assigned to you. You can start the advice."),
            "success",
        )
        return redirect(url_for("ChildView.show", child_id=child_id))

    @expose("/children/<int:child_id>/bring-in", methods=["POST"])
    @has_access
    def bring_in(self, child_id: int) -> ResponseReturnValue:
        """Link a colleague to the child."""
        colleague = request.form.get("colleague", "")
        if not (colleague.isascii() and colleague.isdigit() and len(colleague) < 10):
            flash(_("Choose a colleague to add"), "danger")
            return redirect(url_for("ChildView.people", child_id=child_id))
        try:
            with self.work() as work:
                links.bring_in(work, child_id, int(colleague))
            flash(_("Your colleague is now linked to this child. We have told them."), "success")
        except ValidationFailed as refused:
            for fault in refused.faults:
                flash(translated(fault.text), "danger")
        return redirect(url_for("ChildView.people", child_id=child_id))

    @expose("/<int:link_id>/step-back", methods=["GET", "POST"])
    @has_access
    def step_back(self, link_id: int) -> ResponseReturnValue:
        """End the reader's own link after a confirmation page."""
        if request.method == "POST":
            with self.work() as work:
                links.step_back(work, link_id)
            flash(_("You are no longer linked to this child."), "success")
            return redirect(url_for("SendAreaView.list"))
        work = read_only_work()
        child = work.get(Child, links.own_link(work, link_id).child_id)
        return self.page("send_area/step_back.html", child=child)

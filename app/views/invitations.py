"""The SEN team invites parents, carers and young people."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField
from wtforms.fields.choices import SelectChoice

from app.domain.errors import Refused
from app.domain.workflow import Part
from app.models import Invitation
from app.services import invitations as desk
from app.views.base import PortalView
from app.views.faults import put_faults
from app.views.fields import EmailField, StringField
from app.views.quick import gettext as _
from app.views.quick import lazy_gettext as _l
from app.views.typed import Typed, TypedUnless


class InviteForm(FlaskForm):
    """Whom to invite."""

    first_name = StringField(_l("First name"), [Typed(_l("Enter their first name"), _l("First name"), 64)])
    last_name = StringField(
        _l("Last name"),
        [
            TypedUnless(
                _l("Enter their last name, or select “They have only one name”"),
                _l("Last name"),
                64,
                "only_one_name",
                _l("Delete their last name, or clear “They have only one name”"),
            )
        ],
    )
    only_one_name = BooleanField(_l("They have only one name"))
    email = EmailField(
        _l("Email address"),
        [Typed(_l("Enter their email address"), _l("Email address"), 1016)],
    )
    relationship = StringField(
        _l("What are they to the child or young person?"),
        [Typed(_l("Enter what they are to the child or young person"), _l("This answer"), 100)],
        description=_l("For example mother, grandfather, foster carer, or the young person"),
    )
    part = RadioField(
        _l("Who are you inviting?"),
        choices=[
            SelectChoice(Part.parent.value, _l("A parent or carer")),
            SelectChoice(Part.young_person.value, _l("The young person")),
        ],
        default=Part.parent.value,
        validate_choice=False,
    )
    despite = BooleanField(_l("Invite them all the same"))


class InvitationView(PortalView):
    """Invitations to follow one child."""

    route_base = "/invitations"
    class_permission_name = "CaseWork"

    @expose("/child/<int:child_id>", methods=["GET", "POST"])
    @has_access
    def invite(self, child_id: int) -> ResponseReturnValue:
        """Whom to invite, and who was invited already."""
        form = InviteForm()
        with self.work() as work:
            child, waiting = desk.of_child(work, child_id)
        if form.validate_on_submit():
            try:
                with self.work() as work:
                    done = desk.invite_parent(
                        work,
                        child_id,
                        form.first_name.data or "",
                        form.last_name.data or "",
                        form.email.data or "",
                        form.relationship.data or "",
                        Part.young_person if form.part.data == Part.young_person.value else Part.parent,
                        despite=form.despite.data,
                    )
                flash(_invited(done), "success")
                return redirect(url_for("InvitationView.invite", child_id=child_id))
            except Refused as refused:
                put_faults(form, refused.faults)
        status = 422 if form.errors else 200
        return self.page("invitations/invite.html", status, form=form, child=child, waiting=waiting)

    @expose("/<int:invitation_id>/send-again", methods=["POST"])
    @has_access
    def send_again(self, invitation_id: int) -> ResponseReturnValue:
        """A new link, because the old one is a day old or was lost."""
        with self.work() as work:
            invitation = desk.send_again(work, invitation_id)
        flash(_("We have sent the invitation again."), "success")
        return redirect(url_for("InvitationView.invite", child_id=invitation.child_id))

    @expose("/<int:invitation_id>/withdraw", methods=["POST"])
    @has_access
    def withdraw(self, invitation_id: int) -> ResponseReturnValue:
        """Take it back."""
        with self.work() as work:
            invitation = desk.withdraw(work, invitation_id)
        flash(_("The invitation is withdrawn. Its link no longer works."), "success")
        return redirect(url_for("InvitationView.invite", child_id=invitation.child_id))


def _invited(done: object) -> str:
    if isinstance(done, Invitation):
        return _("We have emailed the invitation. The link in it works for 24 hours.")
    return _(
        "They have an account already, so they can see this child or young person now. We have told them."
    )

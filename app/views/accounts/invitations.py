"""Pages for inviting people to open an account: parents of one child, professionals, and the council's staff."""

from dataclasses import dataclass
from datetime import timedelta

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are of WTForms 3.2
from wtforms.validators import ValidationError

from app.accounts.registration import choosable_organisations
from app.accounts.rules.invitations import LASTS, LINK_DAYS, may_invite, roles_invited_by
from app.cases import invitations
from app.cases.invitations import Invited
from app.core.errors import ValidationFailed
from app.core.roles import ROLE_LABELS, Role, WorkflowRole
from app.core.unit_of_work import UnitOfWork
from app.models import Invitation
from app.views.accounts.proof import proof_of_administrator, work_of_administrator
from app.views.web.base import PortalView, read_only_work
from app.views.web.fields import EmailField, StringField
from app.views.web.form_errors import show_errors
from app.views.web.generated_lists import choice_pairs
from app.views.web.i18n import gettext as _
from app.views.web.pages import translated, uk_datetime
from app.views.web.register import register
from app.views.web.validators import RequiredText, RequiredTextUnless


class InviteForm(FlaskForm):
    """The person to invite to follow one child."""

    first_name = StringField(
        _l("First name"), [RequiredText(_l("Enter their first name"), _l("First name"), 64)]
    )
    last_name = StringField(
        _l("Last name"),
        [
            RequiredTextUnless(
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
        [RequiredText(_l("Enter their email address"), _l("Email address"), 1016)],
    )
    relationship = StringField(
        _l("Relationship to the child or young person"),
        [RequiredText(_l("Enter what they are to the child or young person"), _l("This answer"), 100)],
        description=_l("For example mother, grandfather, foster carer, or the young person"),
    )
    part = RadioField(
        _l("Who are you inviting?"),
        choices=[
            SelectChoice(WorkflowRole.parent.value, _l("A parent or carer")),
            SelectChoice(WorkflowRole.young_person.value, _l("The young person")),
        ],
        default=WorkflowRole.parent.value,
        validate_choice=False,
    )
    despite = BooleanField(_l("Invite them all the same"))

    def invited(self, child_id: int) -> Invited:
        """Return the invitation for the use case."""
        return Invited(
            role=Role.parent,
            email=self.email.data or "",
            child_id=child_id,
            first_name=self.first_name.data or "",
            last_name=self.last_name.data or "",
            relationship=self.relationship.data or "",
            part=WorkflowRole.young_person
            if self.part.data == WorkflowRole.young_person.value
            else WorkflowRole.parent,
            despite=bool(self.despite.data),
        )


class InviteToRoleForm(FlaskForm):
    """The address and role to invite; the invited person enters everything else."""

    role = RadioField(_l("What is their role?"), validate_choice=False)
    organisation = SelectField(_l("Where do they work?"), validate_choice=False)
    email = EmailField(
        _l("Work email address"),
        [RequiredText(_l("Enter their work email address"), _l("Work email address"), 1016)],
    )

    def __init__(self, roles: list[Role], organisations: list[tuple[int, str]]) -> None:
        super().__init__()
        self.role.choices = [(role.name, _(ROLE_LABELS[role])) for role in roles]
        self.organisation.choices = [("", ""), *((str(number), name) for number, name in organisations)]
        if len(roles) == 1 and not self.role.data:
            self.role.data = roles[0].name

    def validate_role(self, field: RadioField) -> None:
        """Raise ValidationError unless this person invites to the role."""
        if field.data not in {name for name, _label in choice_pairs(field)}:
            raise ValidationError(_("Select their role"))

    def validate_organisation(self, field: SelectField) -> None:
        """Require an organisation for a professional."""
        known = {key for key, _name in choice_pairs(field) if key}
        if self.role.data == Role.professional.name and field.data not in known:
            raise ValidationError(_("Choose where they work"))

    def invited(self) -> Invited:
        """Return the invitation for the use case."""
        role = Role[self.role.data]
        return Invited(
            role=role,
            email=self.email.data or "",
            organisation_id=int(self.organisation.data) if role is Role.professional else None,
        )


@register(_l("Invitations"), order=100)
class InvitationView(PortalView):
    """Pages for invitations: a parent's for one child, a professional's, and those of the council's staff."""

    route_base = "/invitations"
    class_permission_name = "Invitations"

    @expose("/")
    @has_access
    def list(self) -> ResponseReturnValue:
        """List the open invitations of professionals and staff, and for the SEN team those of families."""
        work = read_only_work()
        found, families = invitations.of_accounts(work), invitations.of_families(work)
        return self.page(
            "invitations/list.html",
            waiting=[_shown(each, work) for each in found[: invitations.MOST_LISTED]],
            more=invitations.MOST_LISTED if len(found) > invitations.MOST_LISTED else 0,
            invites_families=may_invite(work.me, Role.parent),
            families=[_shown(each, work) for each in families[: invitations.MOST_LISTED]],
            more_families=invitations.MOST_LISTED if len(families) > invitations.MOST_LISTED else 0,
        )

    @expose("/new", methods=["GET", "POST"])
    @has_access
    def new(self) -> ResponseReturnValue:
        """Invite a professional, or with an administrator's role a member of the council's staff."""
        detour = proof_of_administrator(url_for("InvitationView.new"))
        if detour is not None:
            return detour
        work = read_only_work()
        form = InviteToRoleForm(roles_invited_by(work.me), choosable_organisations(work))
        if form.validate_on_submit():
            try:
                with work_of_administrator() as work:
                    done = invitations.invite(work, form.invited())
                    awaits = isinstance(done, Invitation) and done.awaits_second
                flash(_waits_text() if awaits else _invited(done), "success")
                return redirect(url_for("InvitationView.list"))
            except ValidationFailed as refused:
                show_errors(form, refused.faults)
        return self.page("invitations/new.html", 422 if form.errors else 200, form=form)

    @expose("/child/<int:child_id>", methods=["GET", "POST"])
    @has_access
    def invite(self, child_id: int) -> ResponseReturnValue:
        """Invite a person to follow one child, and list those invited already."""
        form = InviteForm()
        work = read_only_work()
        child, waiting = invitations.of_child(work, child_id)
        shown = [_shown(each, work) for each in waiting]
        if form.validate_on_submit():
            try:
                with self.work() as work:
                    done = invitations.invite(work, form.invited(child_id))
                flash(_invited(done), "success")
                return redirect(url_for("InvitationView.invite", child_id=child_id))
            except ValidationFailed as refused:
                show_errors(form, refused.faults)
        status = 422 if form.errors else 200
        return self.page("invitations/invite.html", status, form=form, child=child, waiting=shown)

    @expose("/<int:invitation_id>/confirm", methods=["POST"])
    @has_access
    def confirm(self, invitation_id: int) -> ResponseReturnValue:
        """Confirm an invitation as second administrator, which sends the link."""
        detour = proof_of_administrator(url_for("InvitationView.list"))
        if detour is not None:
            return detour
        with work_of_administrator() as work:
            invitation = invitations.confirm(work, invitation_id)
        flash(_("You confirmed the invitation. We have sent it."), "success")
        return redirect(_page_of(invitation))

    @expose("/<int:invitation_id>/send-again", methods=["POST"])
    @has_access
    def send_again(self, invitation_id: int) -> ResponseReturnValue:
        """Send a new link, because the old one expired or was lost."""
        try:
            with self.work() as work:
                invitation = invitations.send_again(work, invitation_id)
        except ValidationFailed as refused:
            work = read_only_work()
            back = _page_of(work.get(Invitation, invitation_id))
            flash(" ".join(translated(fault.text) for fault in refused.faults), "danger")
            return redirect(back)
        flash(_("We have sent the invitation again. The earlier link no longer works."), "success")
        return redirect(_page_of(invitation))

    @expose("/<int:invitation_id>/withdraw", methods=["POST"])
    @has_access
    def withdraw(self, invitation_id: int) -> ResponseReturnValue:
        """Withdraw an invitation."""
        with self.work() as work:
            invitation = invitations.withdraw(work, invitation_id)
        flash(_("The invitation is withdrawn. Its link no longer works."), "success")
        return redirect(_page_of(invitation))


@dataclass(frozen=True)
class Shown:
    """An open invitation and its state: sent, with a link that works or has expired, or waiting to be confirmed."""

    invitation: Invitation
    role: str
    state: str
    may_confirm: bool


def _shown(invitation: Invitation, work: UnitOfWork) -> Shown:
    link_until = invitation.sent_at + timedelta(days=LINK_DAYS)
    if invitation.awaits_second:
        state = _("Waiting for a second administrator to confirm it")
    elif invitation.sent_at + LASTS <= work.now:
        state = _("Expired. Send it again to reopen it")
    elif link_until <= work.now:
        state = _("The link expired on %(when)s. Send it again", when=uk_datetime(link_until))
    else:
        state = _("Sent. The link works until %(when)s", when=uk_datetime(link_until))
    may_confirm = invitation.awaits_second and invitation.invited_by_id != work.me.user_id
    return Shown(invitation, _(ROLE_LABELS[invitation.role]), state, may_confirm)


def _page_of(invitation: Invitation) -> str:
    if invitation.child_id is None:
        return url_for("InvitationView.list")
    return url_for("InvitationView.invite", child_id=invitation.child_id)


def _waits_text() -> str:
    return _(
        "No one has this role yet, so a second administrator must confirm the invitation. "
        "We have emailed the other administrators."
    )


def _invited(done: object) -> str:
    if isinstance(done, Invitation):
        return _("Invitation sent. The link in it works for 7 days.")
    return _(
        "They have an account already, so they can see this child or young person now. We have told them."
    )

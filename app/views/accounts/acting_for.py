"""Pages on which a person chooses the organisation they act for, asks to join another one, or leaves one."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _l

from app.accounts import acting_for
from app.accounts.registration import choosable_organisations
from app.cases.handover import work_in_hand
from app.core.errors import ValidationFailed
from app.views.accounts.account_details import OrganisationChoice
from app.views.web.base import PortalView, read_only_work
from app.views.web.context import unread_at_others
from app.views.web.fields import StringField
from app.views.web.form_errors import show_errors
from app.views.web.i18n import gettext as _
from app.views.web.register import register
from app.views.web.validators import RequiredText


class JoinForm(OrganisationChoice):
    """The organisation to join, and the job there."""

    job_title = StringField(_l("Job title"), [RequiredText(_l("Enter your job title"), _l("Job title"), 100)])


@register()
class ActingForView(PortalView):
    """Pages for the organisations one works for."""

    route_base = "/account/organisations"
    class_permission_name = "Account"

    @expose("/")
    @has_access
    def choose(self) -> ResponseReturnValue:
        """List one's organisations, to choose the one to act for."""
        with self.work() as work:
            memberships = acting_for.my_memberships(work)
            return self.page(
                "account/organisations.html",
                memberships=memberships,
                unread={each.organisation_id: each.messages for each in unread_at_others()},
                may_join=acting_for.may_join(work),
                address=acting_for.address_to_change(work),
            )

    @expose("/act", methods=["POST"])
    @has_access
    def act(self) -> ResponseReturnValue:
        """Act for another of one's organisations from now on."""
        with self.work() as work:
            membership = acting_for.act_for(work, request.form.get("membership", 0, type=int))
            name = membership.organisation.name
        if request.form.get("kept"):
            return redirect(url_for("SavedSubmissionView.show"))
        flash(_("You are now acting for %(name)s.", name=name), "success")
        return redirect(url_for("HomeView.home"))

    @expose("/join", methods=["GET", "POST"])
    @has_access
    def join(self) -> ResponseReturnValue:
        """Ask to join one more organisation."""
        reading = read_only_work()
        if not acting_for.may_join(reading):
            return redirect(url_for("AccountView.show"))
        form = JoinForm(choosable_organisations(reading))
        if form.validate_on_submit():
            try:
                with self.work() as work:
                    acting_for.ask_to_join(work, int(form.organisation.data), form.job_title.data or "")
                flash(
                    _("We have asked the organisation and the SEN team to confirm that you work there."),
                    "success",
                )
                return redirect(url_for("ActingForView.choose"))
            except ValidationFailed as refused:
                show_errors(form, refused.faults)
        return self.page("account/join.html", 422 if form.errors else 200, form=form)

    @expose("/<int:membership_id>/leave", methods=["GET", "POST"])
    @has_access
    def leave(self, membership_id: int) -> ResponseReturnValue:
        """Ask first, then leave one of one's organisations."""
        if request.method == "GET":
            reading = read_only_work()
            member = acting_for.to_leave(reading, membership_id)
            in_hand = work_in_hand(reading, member.person_id, member.organisation_id)
            address = acting_for.address_of(reading, member)
            return self.page("account/leave.html", member=member, in_hand=in_hand, address=address)
        with self.work() as work:
            name = acting_for.leave(work, membership_id).organisation.name
        flash(_("You no longer work for %(name)s.", name=name), "success")
        return redirect(url_for("ActingForView.choose"))

"""Pages on which leads and the SEN team confirm, refuse or end who works for an organisation."""

from collections.abc import Sequence

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access

from app.accounts import membership
from app.cases.handover import work_in_hand
from app.core.errors import ValidationFailed
from app.core.unit_of_work import UnitOfWork
from app.models import Membership
from app.views.accounts.proof import proof_of_administrator, work_of_administrator
from app.views.web.base import PortalView, read_only_work
from app.views.web.i18n import gettext as _
from app.views.web.pages import translated
from app.views.web.register import register


@register()
class ColleagueView(PortalView):
    """People to confirm, and the people of one organisation."""

    route_base = "/colleagues"
    class_permission_name = "Colleagues"

    @expose("/")
    @has_access
    def waiting(self) -> ResponseReturnValue:
        """List the people to be confirmed: a lead's own colleagues, or everyone for the SEN team."""
        work = read_only_work()
        found = membership.waiting(work)
        return self.page(
            "colleagues/waiting.html",
            members=found[: membership.MOST_SHOWN],
            refused=membership.refused_earlier(work, found),
            more=_more(found),
            own=None if work.me.in_sen_team else work.me,
        )

    @expose("/organisation/<int:organisation_id>")
    @has_access
    def organisation(self, organisation_id: int) -> ResponseReturnValue:
        """List the people with an open account in one organisation."""
        work = read_only_work()
        organisation, found = membership.people_of(work, organisation_id)
        members = found[: membership.MOST_SHOWN]
        return self.page(
            "colleagues/organisation.html",
            organisation=organisation,
            more=_more(found),
            waiting=[each for each in members if each.confirmed_at is None],
            confirmed=[each for each in members if each.confirmed_at is not None],
            refused=membership.refused_earlier(work, members),
            may_confirm=membership.may_confirm(work, organisation_id),
            may_set_leads=membership.may_set_leads(work),
            may_end={each.id for each in members if membership.may_end(work, each)},
            back=_back(work),
        )

    @expose("/<int:membership_id>/confirm", methods=["POST"])
    @has_access
    def confirm(self, membership_id: int) -> ResponseReturnValue:
        """Confirm that a person works there."""
        with self.work() as work:
            name = membership.confirm(work, membership_id).person.name
        flash(_("%(name)s is confirmed. We have told them.", name=name), "success")
        return redirect(url_for("ColleagueView.waiting"))

    @expose("/<int:membership_id>/refuse", methods=["GET", "POST"])
    @has_access
    def refuse(self, membership_id: int) -> ResponseReturnValue:
        """Ask first, then close the account of a person who does not work there."""
        if request.method == "GET":
            work = read_only_work()
            member = membership.to_settle(work, membership_id)
            stays = membership.works_elsewhere(work, member)
            return self.page("colleagues/refuse.html", member=member, stays=stays)
        with self.work() as work:
            person = membership.refuse(work, membership_id).person
            name, stays = person.name, person.active
        flash(
            _("We have told %(name)s that they do not work here.", name=name)
            if stays
            else _("We have closed the account of %(name)s and told them.", name=name),
            "success",
        )
        return redirect(url_for("ColleagueView.waiting"))

    @expose("/<int:membership_id>/end", methods=["GET", "POST"])
    @has_access
    def end(self, membership_id: int) -> ResponseReturnValue:
        """Ask first, then end the confirmation of a person who no longer works there."""
        if request.method == "GET":
            work = read_only_work()
            member = membership.to_end(work, membership_id)
            in_hand = work_in_hand(work, member.person_id, member.organisation_id)
            stays = membership.works_elsewhere(work, member)
            return self.page("colleagues/end.html", member=member, in_hand=in_hand, stays=stays)
        with self.work() as work:
            stays = membership.works_elsewhere(work, membership.to_end(work, membership_id))
            member = membership.end(work, membership_id)
            name, organisation_id = member.person.name, member.organisation_id
        flash(
            _("%(name)s no longer works here. Their work is in the organisation’s queue.", name=name)
            if stays
            else _("%(name)s is no longer confirmed. Their work is in the organisation’s queue.", name=name),
            "success",
        )
        return redirect(url_for("ColleagueView.organisation", organisation_id=organisation_id))

    @expose("/<int:membership_id>/lead", methods=["POST"])
    @has_access
    def lead(self, membership_id: int) -> ResponseReturnValue:
        """Make a person a lead of their organisation."""
        return self._set_lead(membership_id, leads=True)

    @expose("/<int:membership_id>/end-lead", methods=["POST"])
    @has_access
    def end_lead(self, membership_id: int) -> ResponseReturnValue:
        """End a person's role as a lead of their organisation."""
        return self._set_lead(membership_id, leads=False)

    def _set_lead(self, membership_id: int, *, leads: bool) -> ResponseReturnValue:
        work = read_only_work()
        organisation_id = work.get(Membership, membership_id).organisation_id
        back = url_for("ColleagueView.organisation", organisation_id=organisation_id)
        if (detour := proof_of_administrator(back)) is not None:
            return detour
        try:
            with work_of_administrator() as work:
                name = membership.set_lead(work, membership_id, leads).person.name
        except ValidationFailed as refused:
            flash(" ".join(str(translated(fault.text)) for fault in refused.faults), "danger")
        else:
            text = (
                _("%(name)s now confirms who works for their organisation.", name=name)
                if leads
                else _("%(name)s no longer confirms who works for their organisation.", name=name)
            )
            flash(text, "success")
        return redirect(back)


def _more(members: Sequence[Membership]) -> int:
    """Return how many are shown where there are more; 0 where these are all."""
    return membership.MOST_SHOWN if len(members) > membership.MOST_SHOWN else 0


def _back(work: UnitOfWork) -> str:
    if membership.may_set_leads(work):
        return url_for("OrganisationList.list")
    return url_for("HomeView.home")

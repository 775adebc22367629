"""Pages on which leads and the SEN team confirm, refuse or end who works for an organisation."""

from collections.abc import Sequence

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _

from app.accounts import membership
from app.cases.handover import work_in_hand
from app.core.errors import ValidationFailed
from app.core.unit_of_work import UnitOfWork
from app.models import Person
from app.views.accounts.proof import proof_of_administrator, work_of_administrator
from app.views.web.base import PortalView, read_only_work
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
        people = membership.waiting(work)
        return self.page(
            "colleagues/waiting.html",
            people=people[: membership.MOST_SHOWN],
            more=_more(people),
            own=None if work.me.in_sen_team else work.me,
        )

    @expose("/organisation/<int:organisation_id>")
    @has_access
    def organisation(self, organisation_id: int) -> ResponseReturnValue:
        """List the people with an open account in one organisation."""
        work = read_only_work()
        organisation, found = membership.people_of(work, organisation_id)
        people = found[: membership.MOST_SHOWN]
        return self.page(
            "colleagues/organisation.html",
            organisation=organisation,
            more=_more(found),
            waiting=[each for each in people if each.organisation_confirmed_at is None],
            confirmed=[each for each in people if each.organisation_confirmed_at is not None],
            may_confirm=membership.may_confirm(work, organisation_id),
            may_set_leads=membership.may_set_leads(work),
            may_end={each.id for each in people if membership.may_end(work, each)},
            back=_back(work),
        )

    @expose("/<int:person_id>/confirm", methods=["POST"])
    @has_access
    def confirm(self, person_id: int) -> ResponseReturnValue:
        """Confirm that a person works there."""
        with self.work() as work:
            person = membership.confirm(work, person_id)
            name = person.name
        flash(_("%(name)s is confirmed. We have told them.", name=name), "success")
        return redirect(url_for("ColleagueView.waiting"))

    @expose("/<int:person_id>/refuse", methods=["GET", "POST"])
    @has_access
    def refuse(self, person_id: int) -> ResponseReturnValue:
        """Ask first, then close the account of a person who does not work there."""
        if request.method == "GET":
            work = read_only_work()
            return self.page("colleagues/refuse.html", person=membership.person_to_settle(work, person_id))
        with self.work() as work:
            person = membership.refuse(work, person_id)
            name = person.name
        flash(_("We have closed the account of %(name)s and told them.", name=name), "success")
        return redirect(url_for("ColleagueView.waiting"))

    @expose("/<int:person_id>/end", methods=["GET", "POST"])
    @has_access
    def end(self, person_id: int) -> ResponseReturnValue:
        """Ask first, then end the confirmation of a person who no longer works there."""
        if request.method == "GET":
            work = read_only_work()
            person = membership.person_to_end(work, person_id)
            context = {"name": person.name, "organisation_id": person.organisation_id}
            context["organisation"] = str(person.organisation or "")
            context["in_hand"] = work_in_hand(work, person_id)
            return self.page("colleagues/end.html", **context)
        with self.work() as work:
            person = membership.end(work, person_id)
            name, organisation_id = person.name, person.organisation_id
        flash(
            _("%(name)s is no longer confirmed. Their work is in the organisation’s queue.", name=name),
            "success",
        )
        return redirect(url_for("ColleagueView.organisation", organisation_id=organisation_id))

    @expose("/<int:person_id>/lead", methods=["POST"])
    @has_access
    def lead(self, person_id: int) -> ResponseReturnValue:
        """Make a person a lead of their organisation."""
        return self._set_lead(person_id, leads=True)

    @expose("/<int:person_id>/end-lead", methods=["POST"])
    @has_access
    def end_lead(self, person_id: int) -> ResponseReturnValue:
        """End a person's role as a lead of their organisation."""
        return self._set_lead(person_id, leads=False)

    def _set_lead(self, person_id: int, *, leads: bool) -> ResponseReturnValue:
        work = read_only_work()
        organisation_id = work.get(Person, person_id).organisation_id
        back = url_for("HomeView.home")
        if organisation_id is not None:
            back = url_for("ColleagueView.organisation", organisation_id=organisation_id)
        if (detour := proof_of_administrator(back)) is not None:
            return detour
        try:
            with work_of_administrator() as work:
                person = membership.set_lead(work, person_id, leads)
                name = person.name
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


def _more(people: Sequence[Person]) -> int:
    """Return how many are shown where there are more; 0 where these are all."""
    return membership.MOST_SHOWN if len(people) > membership.MOST_SHOWN else 0


def _back(work: UnitOfWork) -> str:
    if membership.may_set_leads(work):
        return url_for("OrganisationList.list")
    return url_for("HomeView.home")

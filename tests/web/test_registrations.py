"""The SEN team decides about registrations on their page."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.unit_of_work import AppContext
from app.models import (
    Person,
    Registration,
    RegistrationState,
    WorkDomain,
)
from tests.browser import post_with_token
from tests.cast import Cast, everything, membership_of
from tests.mailbox import Mailbox, text_of
from tests.newcomer import Newcomer, organisation_id


def test_an_officer_approves_on_the_page_and_the_person_logs_in(
    app: Flask, context: AppContext, cast: Cast, mailbox: Mailbox
) -> None:
    newcomer = Newcomer(app, mailbox, "nadia@unknown.sch.example")
    newcomer.registers()
    newcomer.sets_up()
    with everything(context) as work:
        number = work.session.scalars(select(Registration.id)).one()
    olu = cast.olu.browser()

    page = olu.get(f"/registrations/{number}").text
    assert "Nadia Rahman" in page and "unknown.sch.example (not recognised)" in page
    assert "Recognise this email domain" not in page, "only a manager may"
    nothing = post_with_token(olu, app, f"/registrations/{number}", {})
    assert (
        nothing.status_code == 422
        and "Select whether you approve or refuse this registration" in nothing.text
    )
    school = str(organisation_id(context))
    done = post_with_token(
        olu, app, f"/registrations/{number}", {"decision": "approve", "organisation": school}
    )

    assert done.status_code == 302
    newcomer.logs_in()
    assert "Approved on" in olu.get(f"/registrations/{number}").text
    late = post_with_token(olu, app, f"/registrations/{number}", {"decision": "refuse", "reason": "No"})
    assert late.status_code == 409


def test_a_manager_refuses_only_with_a_reason(
    app: Flask, context: AppContext, cast: Cast, mailbox: Mailbox
) -> None:
    newcomer = Newcomer(app, mailbox, "nadia@unknown.sch.example")
    newcomer.registers()
    newcomer.sets_up()
    with everything(context) as work:
        number = work.session.scalars(select(Registration.id)).one()
    mary = cast.mary.browser()

    bare = post_with_token(mary, app, f"/registrations/{number}", {"decision": "refuse"})
    assert bare.status_code == 422 and "Enter why you refuse this registration" in bare.text
    reason = {"decision": "refuse", "reason": "The school does not know you."}
    assert post_with_token(mary, app, f"/registrations/{number}", reason).status_code == 302
    assert "The school does not know you." in text_of(mailbox.last(newcomer.email))
    with everything(context) as work:
        assert work.get(Registration, number).state is RegistrationState.refused


def test_a_manager_may_add_organisation_and_domain_while_approving(
    app: Flask, context: AppContext, cast: Cast, mailbox: Mailbox
) -> None:
    newcomer = Newcomer(app, mailbox, "nadia@unknown.sch.example")
    newcomer.registers(organisation="", organisation_named="Beck Nursery", profession="early_years")
    newcomer.sets_up()
    with everything(context) as work:
        number = work.session.scalars(select(Registration.id)).one()
    mary = cast.mary.browser()
    assert "Recognise this email domain" in mary.get(f"/registrations/{number}").text

    both = {"decision": "approve", "organisation": str(organisation_id(context)), "new_name": "Beck Nursery"}
    answer = post_with_token(mary, app, f"/registrations/{number}", both)
    assert answer.status_code == 422 and "not both" in answer.text
    taken = {"decision": "approve", "organisation": "", "new_name": "Heaton Beck primary school"}
    answer = post_with_token(mary, app, f"/registrations/{number}", taken)
    assert answer.status_code == 422 and "An organisation with this name is in the list" in answer.text
    fine = {"decision": "approve", "organisation": "", "new_name": "Beck Nursery", "recognise": "y"}
    assert post_with_token(mary, app, f"/registrations/{number}", fine).status_code == 302

    with everything(context) as work:
        assert (
            work.session.scalars(select(WorkDomain).where(WorkDomain.domain == "unknown.sch.example"))
            .unique()
            .one()
        )
        person = work.session.scalars(select(Person).where(Person.email == newcomer.email)).unique().one()
        assert membership_of(work, person.id).organisation_id == organisation_id(context, "Beck Nursery")


@pytest.mark.parametrize(("key", "status"), [("ann", 403), ("pat", 403), ("ines", 403), ("olu", 404)])
def test_registrations_are_the_sen_teams_alone(cast: Cast, key: str, status: int) -> None:
    assert getattr(cast, key).browser().get("/registrations/4711").status_code == status

"""Marking an organisation as no longer in use tells the SEN team of its open work."""

from tests.browser import post_with_token
from tests.integration.cases.test_handover import messages_to


def edit(cast, organisation, **changes):
    fields = {
        "name": organisation.name,
        "kind": organisation.kind.name,
        "urn": "",
        "address": "",
        "postcode": "",
        "phone": "",
    }
    browser = cast.ines.browser()
    return post_with_token(browser, cast.ines.app, f"/organisations/edit/{organisation.id}", fields | changes)


def test_a8_the_sen_team_is_notified_of_the_work_of_an_organisation_no_longer_in_use(cast, make, context):
    school = make.organisation()
    child = make.child()
    make.link(child, cast.sana, organisation_id=school.id)
    make.advice(child, cast.sana, template="advice_education", organisation_id=school.id)

    assert edit(cast, school, active="y", name="Another name").status_code == 302
    assert "organisation_left_use" not in messages_to(context, None), "it is still in use"
    assert edit(cast, school, name="Another name").status_code == 302

    facts = messages_to(context, None)["organisation_left_use"]
    assert facts == {"organisation": "Another name", "children": "1", "forms": "1"}


def test_a8_no_message_where_there_is_no_open_work(cast, make, context):
    assert edit(cast, make.organisation()).status_code == 302
    assert "organisation_left_use" not in messages_to(context, None)

"""The portal's main job, whole, in a real browser: with a mouse, without JavaScript, and with nothing but the keyboard."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.e2e.conftest import EMAILS, Portal, Windows
from tests.e2e.story import Visitor

pytestmark = pytest.mark.browser

CHOSEN = "violet-kettle-harbour-92"
SENCO, SCHOOL = "nadia.rahman@heatonbeck.sch.example", "Heaton Beck Primary School"
REQUEST = "Request for an education, health and care needs assessment"
ADVICE = "Educational psychology advice"
REASON = "Please say when you met him."


@dataclass(frozen=True)
class Story:
    """Who is in it, and the window each opens."""

    portal: Portal
    visitor: Callable[[], Visitor]


@pytest.fixture(
    params=[
        pytest.param({"javascript": True, "keyboard": False}, id="with a mouse"),
        pytest.param({"javascript": False, "keyboard": False}, id="without JavaScript"),
        pytest.param({"javascript": True, "keyboard": True}, id="by keyboard alone"),
    ]
)
def story(request: pytest.FixtureRequest, portal: Portal, windows: Windows) -> Story:
    how = request.param
    return Story(portal, lambda: Visitor(windows.open(portal, how["javascript"]), portal, **how))


def test_a_senco_asks_a_psychologist_advises_and_the_sen_team_accepts(story: Story) -> None:
    senco, officer, psychologist = story.visitor(), story.visitor(), story.visitor()

    registers(senco)
    senco.logs_in(SENCO, CHOSEN)
    adds_a_child(senco)
    request_url = senco.page.url
    sends_the_request(senco)

    officer.logs_in(EMAILS["olu"])
    accepts_the_request(officer)
    child_url = officer.page.url
    decides_to_assess(officer)
    asks_for_advice(officer)
    shares_the_request(officer)

    names_no_child(story.portal.next_mail(EMAILS["ann"], "message"))
    psychologist.logs_in(EMAILS["ann"])
    opens_the_message(psychologist)
    reads_the_request(psychologist)
    drafts_the_advice(psychologist)
    advice_url = psychologist.page.url
    psychologist.logs_out()

    another_day = story.visitor()
    another_day.logs_in(EMAILS["ann"])
    goes_on_and_sends(another_day, advice_url)
    returns_the_advice(officer, child_url)
    corrects_and_submits_again(another_day, advice_url)
    accepts_the_advice(officer, child_url)

    reads_that_it_was_accepted(another_day)
    finds_nothing(story.visitor(), child_url, request_url, advice_url)
    for visitor in (senco, officer, psychologist, another_day):
        assert visitor.complaints == []


def registers(senco: Visitor) -> None:
    senco.goes_to("/login/")
    senco.follows("Register")
    senco.types(email=SENCO, first_name="Nadia", last_name="Rahman")
    senco.picks("organisation", SCHOOL)
    senco.types(job_title="SENCO", address="Beck Lane\nBradford", postcode="BD9 4NQ", phone="01274 496000")
    senco.presses("Continue")
    senco.sees("We have sent an email")
    link = re.search(r"https?://\S+", senco.portal.next_mail(SENCO, ""))
    assert link
    senco.goes_to(link[0])
    senco.types(password=CHOSEN)
    senco.presses("Continue")
    senco.sees("two-step verification")
    senco.presses("Turn on two-step verification")
    senco.sees("Log in")


def adds_a_child(senco: Visitor) -> None:
    senco.goes_to("/")
    senco.follows("Special Educational Needs and Disabilities")
    senco.presses("Add Person")
    senco.types(
        forenames="Idris",
        surname="Okafor",
        address="3 Moor View\nBradford",
        postcode="bd9 4nq",
        **{"date_of_birth-day": "14", "date_of_birth-month": "3", "date_of_birth-year": "2016"},
    )
    senco.presses("Add and start the request")
    senco.sees("There is a problem")
    senco.types(upn="B801200005001")
    senco.presses("Add and start the request")
    senco.sees(REQUEST)


def sends_the_request(senco: Visitor) -> None:
    """Two sections first; sending then lists what is missing, with a link to each."""
    start = senco.page.url
    senco.fills("request", "Nadia Rahman", slice(2))
    senco.presses("Check your answers and send")
    senco.presses("Send to the SEN team")
    missing = senco.page.locator(".govuk-error-summary a")
    assert missing.count() > 10
    place = missing.first.get_attribute("href") or ""
    with senco.page.expect_navigation():
        senco.input.press(missing.first)
    assert senco.page.locator(place[place.index("#") :]).count() == 1, f"{place} leads to no field"
    senco.goes_to(start)
    senco.fills("request", "Nadia Rahman", slice(2, None))
    senco.presses("Check your answers and send")
    senco.presses("Send to the SEN team")
    senco.sees("What happens next")


def accepts_the_request(officer: Visitor) -> None:
    officer.goes_to("/")
    officer.follows(re.compile("New requests"))
    officer.follows(re.compile("Read this request.*Idris Okafor"))
    officer.sees("Nadia Rahman")
    accepts(officer)
    officer.follows("Back to Idris Okafor", among="body")


def accepts(officer: Visitor) -> None:
    """Accepting asks once."""
    officer.presses("Accept this form")
    officer.sees("Are you sure you want to accept this form?")
    officer.presses("Accept this form")
    officer.sees("You have accepted this form")


def decides_to_assess(officer: Visitor) -> None:
    """Statutory advice is asked for only after this."""
    officer.follows(re.compile("Decide whether to assess"))
    officer.chooses("Yes, agree to assess")
    officer.types(reason="Both legal tests are met.")
    officer.presses("Record the decision")
    officer.sees("The decision is recorded")


def asks_for_advice(officer: Visitor) -> None:
    """Asking a person links them to the child."""
    officer.follows("All forms and advice")
    officer.presses("Ask one adviser")
    officer.chooses(ADVICE)
    officer.types(find="Kowalska")
    officer.presses("Search")
    officer.chooses(re.compile("Ann Kowalska"))
    officer.types(note="Please see him in class.")
    officer.presses("Request this advice")
    officer.sees("Advice requested")


def shares_the_request(officer: Visitor) -> None:
    officer.follows(re.compile(f"^Choose who can read it.*{REQUEST}"))
    officer.sees("What we leave out")
    officer.chooses("All linked professionals")
    officer.presses("Save who can read it")
    officer.sees("Sharing updated")


def names_no_child(mail: str) -> None:
    for word in ("Idris", "Okafor", "2016", "I.O.", "Heaton"):
        assert word not in mail


def opens_the_message(psychologist: Visitor) -> None:
    psychologist.sees("unread message")
    psychologist.follows(re.compile("^Messages"))
    psychologist.follows("You have been asked for advice")
    psychologist.follows(re.compile("Idris Okafor"))


def reads_the_request(psychologist: Visitor) -> None:
    child_url = psychologist.page.url
    psychologist.follows("Forms and advice")
    psychologist.follows(REQUEST)
    psychologist.sees("Sent by Nadia Rahman")
    assert psychologist.page.locator("main").get_by_role("button").count() == 0
    psychologist.goes_to(child_url)


def drafts_the_advice(psychologist: Visitor) -> None:
    psychologist.follows(ADVICE)
    psychologist.sees("Please see him in class.")
    psychologist.fills("advice_psychology", "Ann Kowalska", slice(2))
    psychologist.sees("You have completed 2 of")


def goes_on_and_sends(psychologist: Visitor, advice_url: str) -> None:
    """What she saved the day before is there."""
    psychologist.follows("Idris Okafor")
    psychologist.follows(ADVICE)
    assert psychologist.page.url == advice_url
    psychologist.sees("You have completed 2 of")
    psychologist.fills("advice_psychology", "Ann Kowalska", slice(2, None))
    psychologist.presses("Check your answers and send")
    psychologist.presses("Send to the SEN team")
    psychologist.sees("What happens next")


def opens_the_advice(officer: Visitor, child_url: str) -> None:
    officer.goes_to(child_url)
    officer.follows("Forms and advice")
    officer.follows(ADVICE)


def returns_the_advice(officer: Visitor, child_url: str) -> None:
    opens_the_advice(officer, child_url)
    officer.presses("Return to the authors")
    officer.sees("There is a problem")
    section = "What your advice is based on"
    officer.input.press(officer.page.locator("summary", has_text=section).first)
    box = officer.page.get_by_label(f"What needs changing in “{section}”?")
    officer.input.type(box, REASON)
    officer.presses("Return to the authors")
    officer.sees("You have returned this form")


def corrects_and_submits_again(psychologist: Visitor, advice_url: str) -> None:
    """The reason is on the task list and at its section."""
    psychologist.goes_to("/messages/")
    psychologist.follows(re.compile("returned"))
    psychologist.goes_to(advice_url)
    psychologist.sees(REASON)
    psychologist.follows("What your advice is based on")
    psychologist.sees(REASON)
    psychologist.presses("Save and continue")
    psychologist.goes_to(advice_url)
    psychologist.presses("Check your answers and send")
    psychologist.presses("Send to the SEN team")
    psychologist.sees("What happens next")


def accepts_the_advice(officer: Visitor, child_url: str) -> None:
    opens_the_advice(officer, child_url)
    officer.sees("Version 2")
    accepts(officer)


def reads_that_it_was_accepted(psychologist: Visitor) -> None:
    psychologist.goes_to("/messages/")
    psychologist.follows(re.compile("accepted"))


def finds_nothing(stranger: Visitor, *addresses: str) -> None:
    """A person of the same profession who is not linked."""
    stranger.logs_in(EMAILS["bob"])
    for address in addresses:
        stranger.is_refused(address)

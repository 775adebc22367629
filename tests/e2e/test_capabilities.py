"""Each other task people come to the portal for, once, in a real browser. Each person of the story logs in once."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import EMAILS, Portal, Windows
from tests.e2e.story import Visitor

pytestmark = pytest.mark.browser

CHOSEN = "violet-kettle-harbour-92"
People = Callable[[str], Visitor]


@pytest.fixture(scope="module")
def people(shared_portal: Portal, shared_windows: Windows) -> People:
    """A person of the cast, logged in; an account is sent only a few codes in a quarter of an hour."""
    known: dict[str, Visitor] = {}

    def person(key: str) -> Visitor:
        if key not in known:
            known[key] = Visitor(shared_windows.open(shared_portal), shared_portal)
            known[key].logs_in(EMAILS[key])
        known[key].goes_to("/")
        return known[key]

    return person


@pytest.fixture
def newcomer(shared_portal: Portal, shared_windows: Windows) -> Visitor:
    """A person with no account yet."""
    return Visitor(shared_windows.open(shared_portal), shared_portal)


def chooses_a_password(visitor: Visitor, mail: str) -> None:
    link = re.search(r"https?://\S+", mail)
    assert link
    visitor.goes_to(link[0])
    visitor.types(password=CHOSEN)
    visitor.presses("Continue")
    visitor.presses("Turn on two-step verification")


def opens_the_child(officer: Visitor, name: str) -> None:
    officer.follows("Special Educational Needs and Disabilities")
    officer.types(find=name)
    officer.presses("Search")
    officer.follows(name)


def test_a_person_from_an_unknown_organisation_waits_until_the_sen_team_approves(people, newcomer):
    email = "lena.fischer@newschool.example"
    newcomer.goes_to("/register/")
    newcomer.types(email=email, first_name="Lena", last_name="Fischer")
    newcomer.chooses(re.compile("not listed"))
    newcomer.chooses("Early years setting")
    newcomer.types(organisation_named="Little Steps Nursery", job_title="Manager")
    newcomer.types(address="1 Mill Lane\nBradford", postcode="BD1 1HX", phone="01274 496000")
    newcomer.presses("Continue")
    chooses_a_password(newcomer, newcomer.portal.next_mail(email, ""))
    newcomer.sees("SEN team")

    officer = people("olu")
    officer.follows(re.compile("^Registrations to approve"))
    officer.follows("Lena")
    officer.presses("Decide about this registration")
    officer.chooses("Approve")
    officer.types(new_name="Little Steps Nursery")
    officer.presses("Confirm")

    newcomer.logs_in(email, CHOSEN)
    newcomer.follows("Special Educational Needs and Disabilities")
    newcomer.sees("You are not linked to anyone yet")


def test_a_parent_is_invited_gives_consent_and_reads_what_is_shared(people, newcomer):
    email = "farid.shah@mail.example"
    officer = people("olu")
    opens_the_child(officer, "Amina Shah")
    child = officer.page.url
    officer.follows("Invite a parent or carer")
    officer.types(first_name="Farid", last_name="Shah", email=email, relationship="Father")
    officer.presses("Send invitation")
    invitation = newcomer.portal.next_mail(email, "")
    assert "Amina" not in invitation

    chooses_a_password(newcomer, invitation)
    newcomer.logs_in(email, CHOSEN)
    newcomer.follows("Amina Shah")
    newcomer.sees("What happens next")
    newcomer.presses("Fill in the consent form")
    newcomer.fills("consent", "Farid Shah")
    newcomer.presses("Check your answers and send")
    newcomer.presses("Send this consent form")
    newcomer.sees("What happens next")

    senco = people("sana")
    senco.goes_to(child)
    senco.follows("Forms and advice")
    senco.follows("Sharing information about the child")
    senco.sees("Farid Shah")
    assert senco.page.locator("main").get_by_role("button").count() == 0


def test_two_colleagues_change_one_section_and_nothing_is_overwritten(people):
    section = "Cognition and learning"
    senco, colleague = people("sana"), people("tom")
    for visitor in (senco, colleague):
        visitor.follows("Special Educational Needs and Disabilities")
        visitor.follows("Amina Shah")
        visitor.follows(re.compile("^Request for an education"))
        visitor.follows(section)
    box = "main form textarea"
    senco.input.type(senco.page.locator(box).first, "She reads well.")
    senco.presses("Save and continue")
    colleague.input.type(colleague.page.locator(box).first, "She is quick at sums.")
    with colleague.page.expect_navigation():
        colleague.page.locator("main").get_by_role("button", name="Save and continue").click()

    colleague.look_over()
    colleague.sees("Someone else has changed this section")
    colleague.sees("She reads well.")
    colleague.sees("She is quick at sums.")
    colleague.chooses("Keep their answer")
    colleague.presses("Save my choices")
    senco.page.go_back()
    senco.page.reload()
    assert senco.page.locator(box).first.input_value() == "She reads well."


def test_a_file_is_attached_and_opened_by_those_who_may(people, tmp_path: Path):
    report = tmp_path / "report.txt"
    report.write_text("What was seen in class.")
    senco = people("sana")
    senco.follows("Special Educational Needs and Disabilities")
    senco.follows("Amina Shah")
    senco.follows(re.compile("^Request for an education"))
    senco.follows("People involved and evidence")
    senco.chooses("Attendance record")
    senco.page.locator("main input[type=file]").first.set_input_files(report)
    senco.presses("Upload files")
    link = senco.page.locator("main").get_by_role("link", name=re.compile(r"report\.txt")).first
    address = link.get_attribute("href")
    assert address

    got = senco.page.request.get(address)
    assert got.text() == "What was seen in class."
    assert got.headers["content-disposition"].startswith("attachment")
    assert people("tom").page.request.get(address).status == 200
    for stranger in ("rhys", "olu"):  # another school; and the SEN team, to which it was not sent yet
        assert people(stranger).page.request.get(address).status == 404


def test_the_sen_team_writes_to_everyone_and_is_answered(people):
    officer = people("olu")
    opens_the_child(officer, "Zofia Nowak")
    officer.follows("Write a message")
    officer.chooses(re.compile("^Everyone linked"))
    officer.types(subject="A meeting", body="Can you all come on Monday?")
    officer.presses("Send")
    officer.sees("Your message has been sent")
    mail = officer.portal.next_mail(EMAILS["pat"], "message")
    assert "Zofia" not in mail
    assert "Monday" not in mail

    for key in ("pat", "ann"):
        people(key).sees("A meeting")
    parent = people("pat")
    parent.follows(re.compile("^Messages"))
    parent.follows("A meeting")
    parent.sees("Can you all come on Monday?")
    parent.types(body="Yes, I can.")
    parent.presses("Send")

    officer = people("olu")
    officer.follows(re.compile("^Messages to the team"))
    officer.follows(re.compile("A meeting"))
    officer.sees("Yes, I can.")


def test_a_child_waits_in_a_queue_until_a_colleague_takes_it_up(people):
    therapist = people("hana")
    therapist.follows("Special Educational Needs and Disabilities")
    therapist.follows("Waiting in our queue")
    therapist.presses("Assign to me Zofia Nowak")
    therapist.sees("Zofia Nowak")
    therapist.goes_to("/send/")
    therapist.sees("Health advice")


def test_an_officer_decides_and_the_school_is_notified(people):
    officer = people("olu")
    officer.follows(re.compile("^New requests"))
    officer.follows(re.compile("Read this request.*Yusuf Khan"))
    officer.presses("Accept this form")
    officer.presses("Accept this form")
    officer.presses("Decide whether to assess")
    officer.chooses("Yes, agree to assess")
    officer.types(reason="Both legal tests are met.")
    officer.page.locator("main form button[type=submit]").first.click()
    officer.sees("The decision is recorded")

    senco = people("sana")
    senco.follows(re.compile("^Messages"))
    senco.follows("The council will assess")
    senco.sees("Yusuf Khan")


def test_an_administrator_closes_an_account_and_its_log_ins_end_at_once(people):
    social_worker = people("sol")
    administrator = people("ines")
    administrator.goes_to("/users/list/")
    administrator.types(find="Fletcher")
    administrator.presses("Search")
    administrator.follows("Sol Fletcher")
    administrator.presses("Close the account")
    administrator.proves_who_they_are(EMAILS["ines"])
    administrator.presses("Close the account")
    administrator.sees("The account is closed")

    social_worker.page.goto("/send/")
    assert "/login/" in social_worker.page.url


def test_a_manager_finds_out_who_looked_at_a_childs_file(people):
    opens_the_child(people("olu"), "Amina Shah")
    manager = people("mary")
    manager.goes_to("/audit/")
    manager.types(find="Amina")
    manager.presses("Search")
    manager.follows("Amina Shah")
    manager.sees("Olu Adeyemi opened the child’s page")


def test_a_list_is_taken_out_as_a_file(people):
    officer = people("olu")
    officer.goes_to("/advice/list/")
    with officer.page.expect_download() as taken:
        officer.page.get_by_role("link", name="Export this list (CSV)").click()
    assert "Zofia Nowak" in Path(taken.value.path()).read_text()

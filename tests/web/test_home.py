"""The home page of each person."""

import re
from datetime import date, timedelta

import pytest

from app.forms.rules.workflow import FormState
from app.models import RegistrationState
from tests.pages import Page
from tests.statements import BUDGET, counted


def home(actor):
    return Page(actor.browser().get("/"))


@pytest.mark.parametrize("who", ["sana", "ann", "olu", "mary", "pat", "ines"])
def test_everyone_has_a_home(cast, who):
    page = home(getattr(cast, who))
    assert (page.status, page.title, page.heading) == (200, "Home", "Home")


def test_unread_messages_are_counted_in_words(cast, make):
    for _ in range(3):
        make.message(cast.sana, subject="About a meeting")
    make.message(cast.ann, subject="For somebody else")
    page = home(cast.sana)
    assert "3 unread messages" in page.main
    assert page.main.count("About a meeting") == 3
    assert "For somebody else" not in page.main


def test_a_professional_sees_what_is_due_and_how_late_in_words(cast, make, clock):
    child = make.child(linked=(cast.ann,), forenames="Amina", surname="Shah")
    today = clock.today()
    late = make.advice(child, cast.ann, due_on=today - timedelta(days=3))
    make.advice(make.child(linked=(cast.ann,)), cast.ann, due_on=today + timedelta(days=1))
    make.advice(make.child(linked=(cast.ann,)), cast.ann, due_on=today + timedelta(days=12))
    make.advice(make.child(linked=(cast.ann,)), cast.ann, FormState.submitted, due_on=today)
    make.advice(make.child(linked=(cast.bob,)), cast.bob, due_on=today)

    page = home(cast.ann)

    assert "3 days overdue" in page.main
    assert "Due tomorrow" in page.main
    assert "12 days left" in page.main
    assert "Due today" not in page.main
    assert "1 form is overdue" in page.main
    assert (
        page.html.index("3 days overdue") < page.html.index("Due tomorrow") < page.html.index("12 days left")
    )
    assert page.href("Amina Shah") == f"/children/{child.id}"
    assert f'href="/forms/{late.id}"' in page.html


def test_the_teams_tiles_count_what_waits_and_lead_to_it(cast, make, clock, context):
    from app.models import Registration
    from tests.cast import everything

    today = clock.today()
    child = make.child(linked=(cast.ann, cast.sana))
    make.request(child, cast.sana, FormState.submitted, due_on=today + timedelta(days=2), received_on=today)
    make.request(child, cast.sana, FormState.draft)
    make.advice(child, cast.ann, FormState.submitted)
    make.advice(child, cast.ann, due_on=today - timedelta(days=1))
    make.advice(child, cast.ann, FormState.accepted, due_on=today - timedelta(days=1))
    make.message(None, subject="A question for the team")
    make.child(possible_duplicate_of_id=child.id)
    with everything(context) as work:
        work.add(
            Registration(
                email="new@heatonbeck.sch.example",
                first_name="N",
                last_name="M",
                profession=cast.sana.principal.profession,
                job_title="Head",
                address="x",
                postcode="BD1 1HX",
                phone="0",
                state=RegistrationState.waiting,
            )
        )

    page = home(cast.olu)

    for tile, path in {
        "New requests": "/requests/list/?show=new",
        "Submitted advice and information": "/advice/list/?show=submitted",
        "Overdue advice": "/advice/list/?show=overdue",
        "Registrations to approve": "/registrations/list/?show=waiting",
        "Messages to the team": "/team-messages/list/?show=unread",
        "Possible duplicates": "/people/list/?show=duplicates",
    }.items():
        assert re.search(rf"{tile}.*?1 waiting", page.main, re.DOTALL), tile
        assert page.href(tile) == path
        assert cast.olu.browser().get(path).status_code == 200
    assert "2 days left" in page.main
    assert "A question for the team" in page.main


def test_a_parent_reads_the_progress_and_what_is_asked_of_them(cast, make):
    child = make.child(linked=(cast.pat, cast.sana), forenames="Amina", surname="Shah")
    make.request(
        child, cast.sana, FormState.accepted, received_on=date(2026, 11, 2), due_on=date(2026, 12, 14)
    )
    consent = make.consent(child, cast.pat)
    make.link(child, cast.quinn)
    make.consent(child, cast.quinn)
    make.child(linked=(cast.quinn,), surname="Barker")

    page = home(cast.pat)

    assert "Amina Shah" in page.main
    assert "Barker" not in page.main
    assert "Deciding whether to assess" in page.main
    assert page.href("Fill in the consent form") == f"/forms/{consent.id}"
    assert page.html.count("Fill in the consent form") == 1


def test_an_administrators_home_leads_to_accounts_and_names_no_child(cast, make):
    make.child(surname="Shah")
    page = home(cast.ines)
    for tile in ("Accounts", "Organisations", "Work email domains"):
        assert cast.ines.browser().get(page.href(tile)).status_code == 200
    assert "Shah" not in page.html


@pytest.mark.parametrize("who", ["ann", "olu", "pat"])
def test_the_home_page_asks_little_of_the_database_however_many_rows(cast, make, context, who):
    actor = getattr(cast, who)
    browser = actor.browser()

    def rows(number):
        for _ in range(number):
            child = make.child(linked=(cast.ann, cast.pat))
            make.advice(child, cast.ann)
            make.request(child, cast.sana, FormState.submitted, due_on=date(2026, 12, 1))
            make.message(actor)

    rows(1)
    browser.get("/")
    with counted(context) as few:
        browser.get("/")
    rows(6)
    with counted(context) as many:
        browser.get("/")
    assert len(few) == len(many) <= BUDGET, "\n".join(many)


def test_d9_a_parent_s_home_shows_the_parent_s_task_first(cast, make):
    child = make.child(linked=(cast.sana, cast.pat))
    consent = make.consent(child, cast.pat)

    page = Page(cast.pat.browser().get("/"))

    assert page.href("Fill in the consent form") == f"/forms/{consent.id}"
    assert page.main.index("Your tasks") < page.main.index("Where things stand")


def test_d9_a_parent_without_a_task_reads_of_none(cast, make):
    make.child(linked=(cast.sana, cast.pat))

    assert "Your tasks" not in Page(cast.pat.browser().get("/")).main


def test_what_waits_is_a_list_by_urgency_and_only_what_is_late_is_red(cast, make, clock):
    child = make.child(linked=(cast.ann,))
    make.advice(child, cast.ann, due_on=clock.today() - timedelta(days=1))
    make.child(possible_duplicate_of_id=child.id)
    html = home(cast.olu).html
    places = [
        html.index(f">{title}</a>") for title in ("Overdue advice", "Possible duplicates", "New requests")
    ]
    assert places == sorted(places), "what waits comes before what does not"
    assert html.count("govuk-tag--red") == 1
    assert 'href="/today/"' in html

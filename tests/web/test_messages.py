"""The message pages, as a browser gets them."""

import re

import pytest

from app.children.events import PossibleDuplicateFound
from app.forms.events import AdviceAsked
from app.messages import messages
from app.messages.queries.messages import LINES
from app.models import Organisation
from tests.browser import post_with_token
from tests.cast import everything, membership_of
from tests.statements import counted


def page(browser, path: str, status: int = 200) -> str:
    """What the page says."""
    answer = browser.get(path)
    assert answer.status_code == status, answer.get_data(as_text=True)[:500]
    return answer.get_data(as_text=True)


def write(cast, child, to, body="Could we meet?", subject="A meeting"):
    """Olu writes."""
    with cast.olu.works() as work:
        (number,) = messages.write_about_child(work, child.id, str(to.id), subject, body, f"key {body}")
    return number


def test_an_empty_inbox_says_so(cast):
    assert "No messages" in page(cast.ann.browser(), "/messages/")


def test_the_inbox_says_what_is_unread_in_words(cast, make):
    make.message(cast.ann, subject="The first")
    browser = cast.ann.browser()

    assert re.search(r"The first</a>.{0,80}Unread</strong>", page(browser, "/messages/"), re.S)
    number = re.search(r'href="(/messages/\d+)"', page(browser, "/messages/"))[1]
    page(browser, number)
    assert "Unread" not in page(browser, "/messages/")


def test_a_letter_names_the_child_and_opens_the_form(cast, make):
    child = make.child(forenames="Amina", surname="Shah", linked=(cast.ann,))
    form = make.advice(child, cast.ann)
    with cast.olu.works() as work:
        work.record(AdviceAsked(child_id=child.id, form_id=form.id))
    browser = cast.ann.browser()

    inbox = page(browser, "/messages/")
    message = page(browser, re.search(r'href="(/messages/\d+)"', inbox)[1])

    assert "You have been asked for advice" in inbox
    assert "Amina Shah" in inbox
    assert "about Amina Shah" in message
    assert f'href="/forms/{form.id}' in message or f"/forms/{form.id}" in message
    assert f"/children/{child.id}" in message


def test_a_written_message_keeps_its_lines_and_cannot_bring_markup(cast, make):
    child = make.child(linked=(cast.ann,))
    number = write(cast, child, cast.ann, body="One\nTwo <script>alert(1)</script> 100%(child)s")

    text = page(cast.ann.browser(), f"/messages/{number}")

    assert 'portal-lines">One\nTwo &lt;script&gt;' in text
    assert "100%(child)s" in text


@pytest.mark.parametrize(
    "route", ["GET /messages/{}", "POST /messages/{}/answer", "POST /messages/{}/unread"]
)
@pytest.mark.parametrize("stranger", ["bob", "pat"])
def test_a_stranger_reads_that_there_is_no_such_message(app, cast, make, stranger, route):
    message = make.message(cast.ann)
    browser = getattr(cast, stranger).browser()
    method, path = route.split()

    answers = []
    for number in (message.id, 999_999, 10**30):
        if method == "GET":
            answers.append(browser.get(path.format(number)))
        else:
            answers.append(post_with_token(browser, app, path.format(number), {"body": "Hello"}))

    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_an_administrator_has_no_messages(cast):
    assert cast.ines.browser().get("/messages/").status_code == 403


def test_answering(app, cast, make, context):
    child = make.child(linked=(cast.ann,))
    number = write(cast, child, cast.ann)
    browser = cast.ann.browser()

    wrong = post_with_token(browser, app, f"/messages/{number}/answer", {"body": " "})
    assert wrong.status_code == 422
    assert "Enter your message" in wrong.get_data(as_text=True)
    assert "<title>Error:" in wrong.get_data(as_text=True)

    sent = post_with_token(
        browser, app, f"/messages/{number}/answer", {"body": "On Monday.", "send_key": "k"}
    )
    assert (sent.status_code, sent.headers["Location"]) == (302, "/messages/")
    assert "Your answer has been sent." in page(browser, "/messages/")
    team = page(cast.mary.browser(), "/messages/?box=team")
    assert "Re: A meeting" in team
    assert "Ann Kowalska, Bradford Educational Psychology Team" in team


def test_marking_as_unread(app, cast, make):
    message = make.message(cast.ann)
    browser = cast.ann.browser()
    page(browser, f"/messages/{message.id}")

    post_with_token(browser, app, f"/messages/{message.id}/unread", {})

    assert "Unread" in page(browser, "/messages/")
    assert browser.get(f"/messages/{message.id}/unread").status_code == 405


def test_the_team_writes_about_a_child(app, cast, make):
    child = make.child(forenames="Amina", surname="Shah", linked=(cast.ann, cast.pat))
    browser = cast.olu.browser()
    path = f"/messages/write?child_id={child.id}"

    shown = page(browser, path)
    assert "Write about Amina Shah" in shown
    assert "Everyone linked to this child (2 people)" in shown
    assert "Ann Kowalska" in shown
    assert "Bob Hughes" not in shown

    wrong = post_with_token(browser, app, path, {"subject": "", "body": "Kept as typed"})
    text = wrong.get_data(as_text=True)
    assert wrong.status_code == 422
    for problem in ("Select who to write to", "Enter a subject"):
        assert text.count(problem) == 2, problem
    assert "Kept as typed" in text

    key = re.search(r'name="send_key"[^>]*value="([0-9a-f]{32})"', shown)[1]
    for _press in range(2):
        sent = post_with_token(
            browser,
            app,
            path,
            {"to": "everybody", "subject": "A meeting", "body": "On Monday", "send_key": key},
        )
        assert sent.status_code == 302
    assert page(cast.ann.browser(), "/messages/").count("A meeting") == 1
    assert page(cast.pat.browser(), "/messages/").count("A meeting") == 1


def test_the_team_is_sent_to_a_child_s_page_first(cast):
    assert "Find the child first" in page(cast.olu.browser(), "/messages/write")


def test_a_child_with_no_one_linked(cast, make):
    assert "you cannot send a message" in page(
        cast.olu.browser(), f"/messages/write?child_id={make.child().id}"
    )


def test_a_parent_writes_to_the_team(app, cast, make):
    child = make.child(linked=(cast.pat,))
    path = f"/messages/write?child_id={child.id}"
    browser = cast.pat.browser()

    assert "Your message goes to the SEN team." in page(browser, path)
    post_with_token(
        browser, app, path, {"subject": "School", "body": "Better", "send_key": "k", "to": str(cast.ann.id)}
    )

    assert "School" in page(cast.olu.browser(), "/messages/")
    assert "No messages" in page(cast.ann.browser(), "/messages/")


@pytest.mark.parametrize("number", ["999999", "-1", "x", "9" * 40])
def test_a_child_that_is_not_there(cast, number):
    status = 404 if number == "999999" else 200
    page(cast.ann.browser(), f"/messages/write?child_id={number}", status)


def test_no_one_writes_about_a_child_they_may_not_see(cast, make):
    child = make.child()

    assert cast.ann.browser().get(f"/messages/write?child_id={child.id}").status_code == 404


@pytest.mark.parametrize("query", ["box=nothing", "before=x", f"before={'9' * 40}", "after=-1", "box=team"])
def test_odd_addresses_are_no_error(cast, make, query):
    make.message(cast.ann)

    page(cast.ann.browser(), f"/messages/?{query}")


def test_pages_follow_each_other(cast, make):
    for _ in range(LINES + 1):
        make.message(cast.ann)
    browser = cast.ann.browser()

    first = page(browser, "/messages/")
    older = re.search(r'href="([^"]*before=\d+[^"]*)" rel="next"', first)[1].replace("&amp;", "&")
    second = page(browser, older)

    assert first.count("/messages/") - second.count("/messages/") >= LINES - 2
    assert 'rel="prev"' in second
    assert 'rel="next"' not in second


def test_the_number_of_statements_does_not_grow_with_the_inbox(app, cast, make, context):
    child = make.child(linked=(cast.ann,))
    browser = cast.ann.browser()

    sizes = []
    for so_many in (1, 10):
        for _ in range(so_many):
            make.message(cast.ann, child_id=child.id)
        with counted(context) as sent:
            page(browser, "/messages/")
        sizes.append(len(sent))

    assert sizes[0] == sizes[1] <= 5


def test_reading_costs_few_statements(app, cast, make, context):
    child = make.child(linked=(cast.ann,))
    number = write(cast, child, cast.ann)
    browser = cast.ann.browser()

    with counted(context) as sent:
        page(browser, f"/messages/{number}")

    assert len(sent) <= 10


def test_the_team_compares_what_may_be_one_child(cast, make):
    child, other = make.child(linked=(cast.sana,)), make.child()
    with cast.sana.works() as work:
        work.record(PossibleDuplicateFound(child_id=child.id, of_child_id=other.id))
    browser = cast.olu.browser()

    message = page(browser, re.search(r'href="(/messages/\d+)"', page(browser, "/messages/"))[1])

    assert f"/children/{child.id}/duplicate" in message


def test_a3_the_team_sees_who_is_not_confirmed_before_it_writes_to_everyone(context, cast, make):
    child = make.child(linked=(cast.sana, cast.hana, cast.pat))
    path = f"/messages/write?child_id={child.id}"
    assert "not confirmed" not in page(cast.olu.browser(), path)
    with everything(context) as work:
        membership_of(work, cast.sana.id).confirmed_at = None
    text = page(cast.olu.browser(), path)
    assert "No one has confirmed where these people work: Sana Iqbal. A message to everyone" in text
    assert text.count(", not confirmed") == 1
    assert "not confirmed" not in page(cast.hana.browser(), path)


def test_a9_one_who_cannot_read_it_is_not_offered(app, context, cast, make):
    child = make.child(linked=(cast.rhys, cast.pat))
    path, olu = f"/messages/write?child_id={child.id}", cast.olu.browser()
    assert f'value="{cast.rhys.id}"' in page(olu, path)
    with everything(context) as work:
        work.get(Organisation, cast.rhys.principal.organisation_id).active = False
    offered = page(olu, path)
    assert f'value="{cast.rhys.id}"' not in offered
    assert f'value="{cast.pat.id}"' in offered
    assert "Everyone linked" not in offered

    typed = {"to": str(cast.rhys.id), "subject": "A meeting", "body": "On Monday.", "send_key": "k"}
    refused = post_with_token(olu, app, path, typed)
    assert refused.status_code == 422
    assert "This person cannot read your message in the portal" in refused.text
    assert "On Monday." in refused.text


def test_a9_what_was_typed_stays_where_no_one_can_read_it_any_more(app, context, cast, make):
    child = make.child(linked=(cast.rhys,))
    path, olu = f"/messages/write?child_id={child.id}", cast.olu.browser()
    with everything(context) as work:
        work.get(Organisation, cast.rhys.principal.organisation_id).active = False
    assert "No one linked to this child can read messages" in page(olu, path)

    typed = {"to": str(cast.rhys.id), "subject": "A meeting", "body": "On Monday.", "send_key": "k"}
    refused = post_with_token(olu, app, path, typed)
    assert "This person cannot read your message in the portal" in refused.text
    assert "On Monday." in refused.text


@pytest.mark.parametrize("who", ["sana", "olu"])
def test_letters_from_people_are_apart_from_notices_of_the_portal(cast, make, who):
    actor = getattr(cast, who)
    child = make.child(linked=(cast.sana,), forenames="Amina", surname="Shah")
    make.message(actor, subject="A question from a person", child_id=child.id)
    make.message(actor, subject="A notice of the portal", letter="new_message", child_id=child.id)
    browser = actor.browser()

    letters, notices = (page(browser, f"/messages/?box={box}") for box in ("letters", "notices"))

    assert "A question from a person" in letters
    assert letters.count("Amina Shah") == notices.count("Amina Shah") == 1
    assert "A question from a person" not in notices
    assert letters.index("Amina Shah") < letters.index("A question from a person"), "the child comes first"
    everything = page(browser, "/messages/")
    assert everything.count("Amina Shah") == 2

"""Where an address must stay secret: who sees what, page by page."""

import pytest

from app.cases import children
from app.forms.reading import name_to_read
from app.models import Child, Document, DocumentState
from tests.browser import post_with_token
from tests.cast import everything
from tests.filled_forms import fill_in, send
from tests.pages import Page

SECRET = "9 Refuge Lane"


@pytest.fixture
def child(cast, make):
    """Pat is the mother, Quinn the father; the request says that an address must stay secret."""
    made = make.child(
        linked=(cast.sana, cast.hana, cast.pat, cast.quinn),
        address=SECRET,
        postcode="BD9 9ZZ",
        setting_id=cast.sana.principal.organisation_id,
    )
    made.request = make.request(made, cast.sana)
    family = {"contact_risk": "yes", "contact_risk_details": f"Quinn Barker must not know of {SECRET}."}
    fill_in(cast.sana, made.request.id, family=family)
    send(cast.sana, made.request.id)
    make.share(made.request)
    make.share(made.request, cast.quinn)
    return made


def test_a2_sending_a_request_that_notes_a_risk_marks_the_child(child, context):
    with everything(context) as work:
        assert work.get(Child, child.id).contact_risk is True


def test_a2_no_page_of_the_other_parent_shows_the_address_the_school_or_the_mother(cast, child):
    browser = cast.quinn.browser()
    for path in (f"/children/{child.id}", f"/forms/{child.request.id}/read", "/", "/messages/"):
        answer = browser.get(path)
        assert answer.status_code == 200, path
        for words in (SECRET, "BD9 9ZZ", "Pat Hussain"):
            assert words not in answer.text, (path, words)
    assert "Heaton Beck" not in Page(browser.get(f"/children/{child.id}")).html
    assert "Sana Iqbal" in browser.get(f"/children/{child.id}").text


def test_a2_a_professional_does_not_read_the_address_and_its_author_does(cast, child):
    path = f"/forms/{child.request.id}/read"
    assert SECRET not in cast.hana.browser().get(path).text
    for part in ("", "/forms", "/people", "/messages"):
        assert SECRET not in cast.hana.browser().get(f"/children/{child.id}{part}").text
    assert SECRET in cast.sana.browser().get(path).text
    assert SECRET in cast.olu.browser().get(path).text


def test_a2_without_a_risk_parents_see_who_else_is_involved(cast, make):
    child = make.child(linked=(cast.pat, cast.quinn))
    assert "Pat Hussain" in cast.quinn.browser().get(f"/children/{child.id}").text


def test_a2_the_team_notes_and_ends_a_risk_with_a_reason(app, cast, child, context):
    path = f"/children/{child.id}/contact-risk"
    assert Page(cast.olu.browser().get(path)).heading == "Must the address be kept secret?"
    refused = Page(post_with_token(cast.olu.browser(), app, path, {"risk": "no"}))
    assert refused.errors == {"reason": "Enter the reason"}
    answer = post_with_token(cast.olu.browser(), app, path, {"risk": "no", "reason": "The order has ended."})
    assert answer.location == f"/children/{child.id}"
    with everything(context) as work:
        assert work.get(Child, child.id).contact_risk is False
    for who in (cast.sana, cast.pat):
        assert post_with_token(who.browser(), app, path, {"risk": "yes"}).status_code == 403


def test_a2_a_file_gets_a_neutral_name_for_other_readers(cast, child, context):
    with everything(context) as work:
        given = Document(
            child_id=child.id,
            form_id=child.request.id,
            section="evidence",
            question="evidence_files",
            name="Letter to 9 Refuge Lane.pdf",
            media_type="application/pdf",
            size=1,
            sha256="0",
            storage_key="0" * 32,
            state=DocumentState.clean,
            added_by_id=cast.sana.id,
            given_at=work.now,
            sent_number=1,
        )
        document_id = work.add(given).id
    for who, name in ((cast.hana, f"file-{document_id}.pdf"), (cast.olu, "Letter to 9 Refuge Lane.pdf")):
        with who.works() as work:
            assert name_to_read(work, work.get(Document, document_id)) == name


def test_a2_the_childs_record_is_read_without_the_address_by_others(cast, child):
    with cast.olu.works() as work:
        assert children.view_child(work, child.id).address == SECRET
    with cast.hana.works() as work:
        assert children.view_child(work, child.id).address is None

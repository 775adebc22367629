"""The page on which the SEN team ends a person's involvement, and reading what was sent and not shared."""

from app.cases import invitations
from app.forms.rules.workflow import FormState
from tests.make import parent


def test_a8_the_page_for_ending_a_link_names_what_is_still_due(cast, make):
    child = make.child()
    by_name, queue = make.link(child, cast.ann), make.queue(child, cast.hana)
    parents = make.link(child, cast.pat)
    psychology, health = (make.version(key).template.title for key in ("advice_psychology", "advice_health"))
    make.advice(child, cast.ann)
    make.advice(child, cast.hana, template="advice_health", author_id=None)
    make.consent(child, cast.pat)
    browser = cast.olu.browser()

    pages = [
        browser.get(f"/children/{child.id}/link/{link.id}/end").text for link in (by_name, queue, parents)
    ]

    assert psychology in pages[0] and health not in pages[0]
    assert health in pages[1] and psychology not in pages[1]
    assert ["still due" in page for page in pages] == [True, True, False]


def test_a7_a_colleague_in_the_queue_reads_that_the_form_was_sent_and_not_what_it_says(cast, make, context):
    child = make.child()
    make.queue(child, cast.hana)
    sent = make.advice(
        child, cast.hana, FormState.submitted, "advice_health", submitted_at=context.clock.now()
    )
    asked = make.advice(child, cast.hana, template="advice_health", author_id=None)

    browser = cast.idris.browser()

    assert "has not been shared with you" in browser.get(f"/forms/{sent.id}/read").text
    assert "has not been sent yet" in browser.get(f"/forms/{asked.id}/read").text


def test_a8_the_page_for_ending_a_parents_link_names_the_open_invitations(cast, make):
    """The same parent may have been invited by another form of their name."""
    child = make.child()
    link, other = make.link(child, cast.pat), make.link(child, cast.ann)
    with cast.olu.works() as work:
        invitations.invite(work, parent(child.id, "Patricia", "Hussain", "second@home.example"))

    browser = cast.olu.browser()

    assert (
        "Patricia Hussain (second@home.example)"
        in browser.get(f"/children/{child.id}/link/{link.id}/end").text
    )
    assert "Patricia" not in browser.get(f"/children/{child.id}/link/{other.id}/end").text

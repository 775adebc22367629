"""A2, A5: what a hidden address can be learned from, after it was noted and after a request was corrected."""

import re
from dataclasses import replace

import pytest

from app.cases import children, duplicates
from app.core.unit_of_work import AppContext
from app.forms import returns
from app.forms.definitions import FormDefinition, Question, parse
from app.forms.form_context import load_form
from app.forms.queries.shares import open_shares
from app.forms.reading import read
from app.forms.rules.secrecy import Reader, readable
from app.forms.rules.sharing import SharingChoice
from app.forms.sharing import set_sharing
from app.models import Child, FormShare
from app.seed.files import form_seed
from app.seed.filled import EXAMPLE_FACTS, filled_answers
from tests.browser import post_with_token
from tests.cast import Cast, everything
from tests.filled_forms import fill_in, send
from tests.make import Maker
from tests.security.test_family_attacks import advice_of, note_that_must_not_know

FORMS = ("request", "advice_education", "advice_health", "advice_psychology", "advice_social_care")


# --- the adults of the family and their homes ---------------------------------------------------------


def definition_of(key: str) -> FormDefinition:
    """A form of which every question is asked."""
    made = parse(form_seed(key)["definition"])
    sections = (
        replace(
            section,
            condition=None,
            questions=tuple(replace(question, condition=None) for question in section.questions),
        )
        for section in made.sections
    )
    return replace(made, sections=tuple(sections))


def questions_read(key: str, *, contact_risk: bool) -> dict[str, Question]:
    """Every question and column that a member of the family reads of a filled form."""
    definition = definition_of(key)
    answers = filled_answers(definition, EXAMPLE_FACTS)
    found = readable(definition, answers, Reader.family, contact_risk=contact_risk, sees_request=True)
    asked = [question for section in found.sections for question in section.questions]
    return {each.id: each for question in asked for each in (question, *question.columns)}


def test_A2_the_adults_of_a_family_are_not_named_to_one_of_them_where_an_address_is_secret() -> None:
    hidden = {"adults", "relationship", "adult_language", "social_worker", "care_council", "given_by"}
    hidden |= {"disagree_reason", "not_told_reason", "parent_views"}
    assert hidden <= set(questions_read("request", contact_risk=False))
    assert not set(questions_read("request", contact_risk=True)) & hidden


def test_A2_a_home_and_whom_one_met_are_not_described_to_the_family_where_an_address_is_secret() -> None:
    assert "family_home" in questions_read("advice_social_care", contact_risk=False)
    assert not set(questions_read("advice_social_care", contact_risk=True)) & {"family_home", "offer_details"}
    assert not set(questions_read("advice_psychology", contact_risk=True)) & {"place", "whom", "parent_views"}
    assert "other_involvement" not in questions_read("advice_psychology", contact_risk=True)
    assert "service_other" not in questions_read("advice_health", contact_risk=True)


NAMES_OR_PLACES = re.compile(
    r"\b(name|who|whom|where|place|home|family|address|school|clinic|surgery|council|organisation|service|adult|carer|"
    r"parent)s?\b",
    re.IGNORECASE,
)
JUDGED_OPEN = {
    "known_as", "provision_needed", "effect", "staff_training", "strengths", "who", "by_whom",
    "professionals", "full_name", "author_name", "manager", "supervisor", "nothing_signed_off",
    "nothing_reason", "transition_plan",
}  # fmt: skip
"""Questions whose words may ask for a person or a place, and that the family may read all the same."""


@pytest.mark.parametrize("key", FORMS)
def test_A2_each_question_that_may_name_a_person_or_a_place_was_judged(key: str) -> None:
    """A new question that the family would read where an address is secret fails here until a person has judged it."""
    typed = {
        each.id
        for each in questions_read(key, contact_risk=True).values()
        if each.kind in ("text", "table", "files") or each.kind == "long_text"
        if NAMES_OR_PLACES.search(f"{each.label} {each.name}")
    }
    assert typed <= JUDGED_OPEN, typed - JUDGED_OPEN


# --- addresses in a request's own draft ---------------------------------------------------------------


def test_A2_the_draft_of_a_merged_record_does_not_show_the_other_record_s_secret_address(
    cast: Cast, make: Maker
) -> None:
    older = make.child(linked=(cast.sana, cast.pat), address="9 Refuge Lane", postcode="BD9 9ZZ")
    newer = make.child(linked=(cast.rhys,), address="1 Old Road", possible_duplicate_of_id=older.id)
    draft = make.request(newer, cast.rhys)
    note_that_must_not_know(cast, make, older, "Quinn Barker")
    with cast.olu.works() as work:
        duplicates.same_child(work, newer.id)
    with cast.rhys.works() as work:
        answers = str(load_form(work, draft.id).answers)
    assert "Refuge" not in answers and "BD9 9ZZ" not in answers
    for part in ("", "/section/child", "/check"):
        assert "Refuge" not in cast.rhys.browser().get(f"/forms/{draft.id}{part}").text


def test_A2_a_returned_request_does_not_show_a_new_secret_address_to_its_author(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    child = make.child(linked=(cast.sana,), address="1 Old Road")
    request = make.request(child, cast.sana)
    fill_in(cast.sana, request.id)
    send(cast.sana, request.id)
    with cast.olu.works() as work:
        returns.send_back(work, request.id, 1, {"": "Say more."})
    with everything(context) as work:
        moved = work.get(Child, child.id)
        moved.address, moved.contact_risk = "9 Refuge Lane", True
    with cast.sana.works() as work:
        assert "Refuge" not in str(load_form(work, request.id).answers)
    fill_in(cast.sana, request.id)
    send(cast.sana, request.id)
    with cast.sana.works() as work:
        assert "Refuge" not in str(read(work, request.id).sections)
    with cast.olu.works() as work:
        assert "1 Old Road" in str(read(work, request.id).sections), "the SEN team keeps the address it had"
    with cast.sana.works() as work:
        assert "1 Old Road" in str(read(work, request.id, 1).sections), (
            "what they typed themselves stays theirs"
        )


# --- an older version, quoted -------------------------------------------------------------------------


def test_A5_advice_does_not_quote_a_version_of_the_request_that_was_never_shared(
    cast: Cast, make: Maker
) -> None:
    child = make.child(linked=(cast.pat, cast.ann, cast.sana))
    father = make.link(child, cast.quinn, relationship_to_child="Father")
    request = make.request(child, cast.sana)
    fill_in(cast.sana, request.id, reason={"why_now": "The first version says too much."})
    send(cast.sana, request.id)
    with cast.olu.works() as work:
        set_sharing(work, request.id, SharingChoice(professionals=True, on_consent=False))
    advice = make.advice(child, cast.ann, template="advice_education")
    fill_in(cast.ann, advice.id)
    send(cast.ann, advice.id)
    both = (request.id, advice.id)
    with cast.olu.works() as work:
        for form_id in both:
            set_sharing(work, form_id, SharingChoice(links=frozenset({father.id})))
    with cast.quinn.works() as work:
        assert "too much" in str(read(work, advice.id).sections), "quoted as it was shared"
    with cast.olu.works() as work:
        returns.send_back(work, request.id, 1, {"": "Say less."})
    fill_in(cast.sana, request.id, reason={"why_now": "The second version says less."})
    send(cast.sana, request.id)
    with cast.olu.works() as work:
        for form_id in both:
            set_sharing(work, form_id, SharingChoice(links=frozenset({father.id})))
    with cast.quinn.works() as work:
        assert "says less" in str(read(work, request.id).sections)
        assert "too much" not in str(read(work, advice.id).sections)
    preview = cast.olu.browser().get(f"/forms/{advice.id}/sharing/family").text
    assert "too much" not in preview, "the preview shows what they read"


# --- files that were shared before an address was secret ----------------------------------------------


@pytest.fixture
def shared(context: AppContext, cast: Cast, make: Maker) -> tuple[Child, int]:
    """Ann's advice with its files, shared with the professionals and the father."""
    child = make.child(linked=(cast.pat, cast.ann, cast.sana))
    father = make.link(child, cast.quinn, relationship_to_child="Father")
    advice = advice_of(cast, make, child, cast.ann)
    with cast.olu.works() as work:
        choice = SharingChoice(professionals=True, links=frozenset({father.id}), with_files=True)
        set_sharing(work, advice, choice)
    return child, advice


def files_of(context: AppContext, form_id: int) -> list[bool]:
    with everything(context) as work:
        found: list[FormShare] = list(open_shares(work.session, form_id))
        return [each.with_files for each in found]


def test_A2_files_are_closed_when_a_form_notes_that_an_address_is_secret(
    context: AppContext, cast: Cast, make: Maker, shared: tuple[Child, int]
) -> None:
    child, advice = shared
    note_that_must_not_know(cast, make, child, "Rosa Lund")
    assert files_of(context, advice) == [False, False]
    assert "Shared files can no longer be opened" in cast.olu.browser().get("/messages/").text


def test_A2_files_are_closed_when_an_officer_notes_it_and_shared_again_only_by_choice(
    context: AppContext, cast: Cast, shared: tuple[Child, int]
) -> None:
    child, advice = shared
    with cast.olu.works() as work:
        children.set_contact_risk(work, child.id, True, "Court order")
        assert [event.name for event in work.events] == ["ContactRiskChanged", "FilesWithheld"]
    assert files_of(context, advice) == [False, False]
    with cast.olu.works() as work:
        set_sharing(work, advice, SharingChoice(professionals=True, with_files=True))
    assert files_of(context, advice) == [True]


@pytest.mark.parametrize("risky_first", [True, False])
def test_A2_files_are_closed_when_a_merge_brings_a_secret_address(
    context: AppContext, cast: Cast, make: Maker, shared: tuple[Child, int], risky_first: bool
) -> None:
    child, advice = shared
    other = make.child(linked=(cast.rhys,), contact_risk=True)
    newer, older = (child, other) if risky_first else (other, child)
    with everything(context) as work:
        work.get(Child, newer.id).possible_duplicate_of_id = older.id
        if risky_first:  # the older record has the lower number
            work.session.flush()
    with cast.olu.works() as work:
        duplicates.same_child(work, newer.id)
    assert files_of(context, advice) == [False, False]


def test_A2_files_are_not_shared_from_a_page_that_did_not_say_that_an_address_is_secret(
    context: AppContext, cast: Cast, make: Maker, shared: tuple[Child, int]
) -> None:
    child, advice = shared
    with cast.olu.works() as work:
        set_sharing(work, advice, SharingChoice())
        children.set_contact_risk(work, child.id, True, "Court order")
    path, browser = f"/forms/{advice}/sharing", cast.olu.browser()
    answer = post_with_token(
        browser, browser.application, path, {"number": "1", "share": "professionals", "files": "1"}
    )
    assert answer.status_code == 422
    assert "An address must be kept secret since you opened this page" in answer.text
    assert files_of(context, advice) == []
    data = {"number": "1", "share": "professionals", "files": "1", "secret": "1"}
    assert post_with_token(browser, browser.application, path, data).status_code == 302

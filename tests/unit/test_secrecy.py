"""What each reader gets of a form's answers, and whom a note may mean."""

import pytest

from app.forms.definitions import answer_lines, parse
from app.forms.rules.secrecy import Note, Reader, facts_for, notes_contact_risk, readable, who_must_not_know
from app.seed.files import form_seed
from app.seed.filled import EXAMPLE_FACTS, filled_answers

REQUEST = parse(form_seed("request")["definition"])
EDUCATION = parse(form_seed("advice_education")["definition"])
SECRET = {
    "family": {"contact_risk": "yes", "contact_risk_details": "Mr Ellwood must not know of 9 Refuge Lane."},
    "circumstances": {"safeguarding_note": "Call first at 9 Refuge Lane."},
}


def shown(reader, *, contact_risk=False, definition=REQUEST, sees_request=True):
    answers = filled_answers(definition, EXAMPLE_FACTS)
    for section, given in SECRET.items() if definition is REQUEST else ():
        answers[section] |= given
    found = readable(definition, answers, reader, contact_risk=contact_risk, sees_request=sees_request)
    lines = [line for section in found.sections for line in answer_lines(section, found.answers)]
    return {line.question.id for line in lines}, str([line.shown for line in lines]), found


ADDRESS = {"home_address", "home_postcode"}
RESTRICTED = {"contacts", "contact_risk", "contact_risk_details", "safeguarding_note"}


@pytest.mark.parametrize("reader", [Reader.sen_team, Reader.author])
def test_a2_the_team_and_the_author_read_everything(reader):
    asked, text, found = shown(reader, contact_risk=True)
    assert asked >= ADDRESS | RESTRICTED
    assert "9 Refuge Lane" in text
    assert found.left_out == ()


@pytest.mark.parametrize("risk", [False, True])
def test_a2_the_family_never_reads_addresses_or_restricted_answers(risk):
    asked, text, found = shown(Reader.family, contact_risk=risk)
    assert not asked & (ADDRESS | RESTRICTED)
    assert EXAMPLE_FACTS["child.address"] not in text and EXAMPLE_FACTS["child.postcode"] not in text
    assert "Refuge" not in text and "@" not in text
    assert {question.id for _section, question in found.left_out} >= ADDRESS


def test_a2_a_professional_reads_the_address_only_where_nothing_is_secret():
    asked, _text, _found = shown(Reader.professional)
    assert asked >= ADDRESS
    asked, text, _found = shown(Reader.professional, contact_risk=True)
    assert not asked & (ADDRESS | RESTRICTED | {"gp"})
    assert EXAMPLE_FACTS["child.address"] not in text


def test_a2_the_family_reads_no_place_of_work_where_an_address_is_secret():
    def columns(risk):
        _asked, _text, found = shown(Reader.family, contact_risk=risk)
        tables = [q for section in found.sections for q in section.questions if q.id == "professionals"]
        return {column.id for column in tables[0].columns}

    assert "organisation" in columns(False)
    assert not columns(True) & {"organisation", "email", "phone"}


def test_a2_why_there_is_no_postcode_says_where_a_child_lives():
    facts = {"child.postcode_missing_reason": "refuge"}
    assert facts_for(facts, is_family=False, contact_risk=True) == {"child.postcode_missing_reason": ""}


def test_a2_what_was_taken_from_the_request_goes_with_the_request():
    quoted = {"request_reason", "request_need"}
    assert shown(Reader.family, definition=EDUCATION)[0] >= quoted
    assert not shown(Reader.family, definition=EDUCATION, sees_request=False)[0] & quoted


def test_a2_prefilled_facts_of_other_forms_leave_addresses_out():
    facts = {"child.address": "9 Refuge Lane", "child.setting": "Heaton", "child.name": "Zara"}
    assert facts_for(facts, is_family=False, contact_risk=False) == facts
    assert facts_for(facts, is_family=False, contact_risk=True) == facts | {"child.address": ""}
    assert facts_for(facts, is_family=True, contact_risk=True) == {
        "child.address": "",
        "child.setting": "",
        "child.name": "Zara",
    }


@pytest.mark.parametrize(
    ("answers", "risk"),
    [
        ({"family": {"contact_risk": "yes"}}, True),
        ({"family": {"contact_risk": "no", "contacts": [{"keep_private": "no"}]}}, False),
        ({"family": {"contacts": [{"keep_private": "yes"}]}}, True),
        ({"sharing": {"not_share": [{"name": "Quinn", "why": ""}]}}, True),
        ({"sharing": {"not_share": [{"name": "", "why": ""}]}}, False),
        ({}, False),
    ],
)
def test_a2_which_answers_note_a_risk(answers, risk):
    assert notes_contact_risk(answers) is risk


@pytest.mark.parametrize(
    ("note", "named", "person", "relationship", "organisation", "meant"),
    [
        ("John Hussain", True, "John Hussain", "", "", True),
        ("His father", True, "John Hussain", "Father", "", True),
        ("dad", True, "John Hussain", "Father", "", True),
        ("Mr O’Neill-Shah", True, "Liam ONeill Shah", "", "", True),
        ("the grandparents", True, "Rosa Lund", "Grandmother", "", True),
        ("Heaton Beck Primary School", True, "Sana Iqbal", "SENCO", "Heaton Beck Primary School", True),
        ("The stepmother, Ella Ray, must not be told", False, "Ella Ray", "", "", True),
        ("John Hussain", True, "Rosa Lund", "Grandmother", "", False),
        ("The stepmother must not be told", False, "Pat Ray", "Mother", "", False),
    ],
)
def test_a2_whom_a_note_may_mean(note, named, person, relationship, organisation, meant):
    notes = [Note("Form", "Label", note, names_a_person=named)]
    assert bool(who_must_not_know(notes, person, relationship, (organisation,))) is meant


LONG = "She left him in May. " * 40
"""More than 500 characters, after which a name was not read."""


@pytest.mark.parametrize(
    ("text", "person", "meant"),
    [
        (f"{LONG} Benjamin Shaw must not know.", "Benjamin Shaw", True),
        (f"{LONG} His father must not know.", "Benjamin Shaw", False),
        ("My ex Ben Shaw must not know.", "Benjamin Shaw", True),
        ("Do not go to Ben Shaw’s home.", "Ben Shaw", True),
        ("Mr Shaw must not know.", "Ben Thomas Shaw", True),
        ("Mr. Shaw must not know.", "Ben Shaw", True),
        ("B. Shaw must not know.", "Ben Shaw", True),
        ("Ben Shaw must not know.", "Ben Thomas Shaw-Reed", True),
        ("Ben must not know.", "Ben", True),
        ("Ben must not know.", "Ben Shaw", False),
        ("The Shaw family knows, Mr Reed must not.", "Sara Shaw", False),
        ("Do not tell the solicitor.", "Sol Fletcher", False),
    ],
)
def test_a2_whom_a_text_may_mean(text, person, meant):
    note = Note("Request", "Who must not be told?", text, limits_contact=True)
    assert bool(who_must_not_know([note], person)) is meant


def test_a2_a_name_in_the_plural_and_a_former_name_are_meant():
    row = Note("Consent", "Name", "The Shaws", names_a_person=True, limits_contact=True)
    assert who_must_not_know([row], "Ben Shaw")
    assert not who_must_not_know([row], "Ben Reed")
    assert who_must_not_know([row], "Ben Reed", former=["Ben Shaw"])

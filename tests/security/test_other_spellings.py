"""A2: a note means a person however their name is shortened, joined, divided or written."""

import pytest

from app.forms.rules import secrecy
from app.forms.rules.secrecy import Note, may_be_same_person, plainly_must_not_know, who_must_not_know


@pytest.mark.parametrize(
    ("box", "name"),
    [
        ("Ben", "Benjamin Shaw"),
        ("Bob", "Robert Shaw"),
        ("Chris's partner Tony", "Anthony Green"),
        ("Mohammad", "Mohammed Shah"),
        ("Mc Donald", "Ronan McDonald"),
        ("McDonald", "Ronan Mc Donald"),
        ("MacDonald", "Ronan McDonald"),
        ("Mc Kay", "Ronan MacKay"),
        ("Hanna", "Hana Begum"),
        ("Philips", "Ronan Phillips"),
    ],
)
def test_A2_one_word_in_a_box_for_a_name_may_be_a_short_form_or_another_spelling(box: str, name: str) -> None:
    note = Note("Consent", "Who must not know?", box, names_a_person=True, limits_contact=True)
    assert who_must_not_know([note], name) == plainly_must_not_know([note], name) == [note]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Bob Shaw must not know where we live.", "Robert Shaw"),
        ("Robert Shaw must not know where we live.", "Bob Shaw"),
        ("Nothing to Mr Shaw's solicitor.", "Benjamin Shaw"),
        ("Mohammad Shah must have no contact.", "Mohammed Shah"),
        ("Imran Hussein must have no contact.", "Imran Hussain"),
        ("Sean O Brien must have no contact.", "Sean O’Brien"),
        ("Sean O'Brien must have no contact.", "Sean O Brien"),
        ("Keep this from Mr O Brien.", "Sean O’Brien"),
        ("Lena Vanderberg must have no contact.", "Lena Van der Berg"),
        ("Annemarie Stone must have no contact.", "Anne-Marie Stone"),
        ("Fiona MacDonald must have no contact.", "Fiona McDonald"),
        ("Keep this from Mr Mac Kay.", "Ronan McKay"),
        ("Keep this from R. MacKay.", "Ronan McKay"),
        ("Hanna Khan must have no contact.", "Hana Khan"),
        ("Keep this from Mr Mathews.", "Ronan Matthews"),
    ],
)
def test_A2_a_text_may_spell_the_name_in_another_way(text: str, name: str) -> None:
    note = Note("Request", "Give details", text, limits_contact=True)
    assert who_must_not_know([note], name) == plainly_must_not_know([note], name) == [note]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Bob Shaw must not know where we live.", "William Shaw"),
        ("The school and the family of Ada Shaw know.", "Benjamin Shaw"),
        ("Ada Shaw's teacher may know.", "Benjamin Shaw"),
        ("Mr Stone must not know.", "Benjamin Shaw"),
        ("Tony Shaw must have no contact.", "Anna Shaw"),
        ("M. McKay is her teacher.", "Ronan McKay"),
    ],
)
def test_A2_another_persons_name_in_a_text_is_no_warning(text: str, name: str) -> None:
    assert who_must_not_know([Note("Request", "Give details", text, limits_contact=True)], name) == []


def test_A4_a_long_text_is_read_once_however_many_people_it_is_compared_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folded: list[str] = []
    monkeypatch.setattr(secrecy, "fold", lambda text: folded.append(text) or text.lower())
    text = "She left him in May and wrote to us again. " * 500
    note = Note("Request", "Give details", text, limits_contact=True)
    for number in range(100):
        assert not who_must_not_know([note], f"Ann{number} Smith{number}")
    assert len(folded) < 1000, "the text has ten words, each name two or three"


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Quinn Barker", "Quin Barker"),
        ("Quinn Barker", "Barker Quinn"),
        ("Quinn Barker", "Quinn Marie Barker-Lee"),
        ("Quinn Barker", "Q Barker"),
        ("Mohammed Hussain", "Muhammad Husain"),
        ("Fiona MacDonald", "Fiona Mc Donald"),
    ],
)
def test_A8_two_names_may_be_one_persons_whichever_came_first(name: str, other: str) -> None:
    assert may_be_same_person(name, other) and may_be_same_person(other, name)
    assert not may_be_same_person(name, "Rosa Lund")


@pytest.mark.parametrize("other", ["Pat Barker", "Quinn Hussain", "P Barker-Lee"])
def test_A8_a_relative_with_the_surname_is_another_person(other: str) -> None:
    assert not may_be_same_person("Quinn Barker", other)

"""Texts of notices: their merge fields and their blocks, and that the first ones say what the law asks for."""

import importlib

import pytest

from app.cases.rules.notices import (
    EXAMPLE,
    FIELDS,
    Block,
    NoticeKind,
    blocks,
    fields_in,
    filled,
    unknown_fields,
)

SEEDED = importlib.import_module("migrations.versions.0032_notices")
BODIES = {kind: f"{SEEDED.ABOUT}\n\n{text}\n\n{SEEDED.HELP}" for kind, (_title, text) in SEEDED.TEXTS.items()}


def test_fields_are_filled_in_and_a_field_without_a_value_stays():
    assert (
        filled("{child_name}: {reasons} {other}", {"child_name": "Ann", "reasons": ""})
        == "Ann: {reasons} {other}"
    )


def test_a_value_with_braces_is_not_filled_in_again():
    assert filled("{reasons}", {"reasons": "{child_name}", "child_name": "Ann"}) == "{child_name}"


def test_an_unknown_field_is_named_once():
    assert unknown_fields("{child_name} {chid_name}", "{chid_name} {x}") == ["chid_name", "x"]


def test_a_text_is_headings_lists_and_paragraphs():
    text = "Dear A\nand B\n\n# Head\nunder\n\nOne of:\n- this\n- that\n\n\n"
    assert blocks(text) == [
        Block("paragraph", ("Dear A", "and B")),
        Block("heading", ("Head",)),
        Block("paragraph", ("under",)),
        Block("paragraph", ("One of:",)),
        Block("list", ("this", "that")),
    ]


def test_every_notice_has_a_text_with_known_fields():
    assert set(BODIES) == {kind.name for kind in NoticeKind}
    for body in BODIES.values():
        assert unknown_fields(body) == []
        assert {"recipient_name", "child_name", "sendiass", "sen_phone", "sen_email"} <= set(fields_in(body))


def test_an_example_fills_in_what_is_not_the_councils_own():
    own = {
        "council_name",
        "sen_phone",
        "sen_email",
        "sendiass",
        "mediation_adviser",
        "disagreement_resolution",
    }
    assert FIELDS.keys() - EXAMPLE.keys() == own


@pytest.mark.parametrize("kind", ["N3", "N5", "N8"])
def test_a_notice_with_rights_says_the_six_items_of_regulation_32(kind):
    body = BODIES[kind]
    for text in (
        "You have the right to mediation",
        "you need a certificate",
        "{mediation_adviser}",
        "{mediation_until}",
        "{appeal_until}",
        "what you want to talk about",
        "which health care you want",
        "{sen_phone}",
        "{disagreement_resolution}",
        "You have the right to appeal",
    ):
        assert text in body
    assert ("{reasons}" in body) == (kind != "N8")

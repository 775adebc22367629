"""Banned words stay out of the folders that are free of them, and commit subjects are checked."""

import pytest

from scripts.check_commits import problem
from scripts.check_words import banned_in, document_passages, files, findings, python_passages

CODE = '''"""Return the lens."""

told = "a screen text with glass"  # a comment on the desk


def post_room(handsOf: int) -> None:
    """Return "kept" words."""
'''


def test_clean_folders_have_no_banned_word() -> None:
    checked = list(files())

    assert len(checked) > 10
    assert [finding for path in checked for finding in findings(path)] == []


def test_names_comments_and_docstrings_are_checked_and_other_texts_are_not() -> None:
    found = sorted(word for _line, text in python_passages(CODE) for word in banned_in(text))

    assert found == ["desk", "hands", "lens", "told"]
    assert banned_in("the post room and the Rule Book") == ["post room", "Rule Book"]
    assert banned_in("background, grounds, handset, install") == []


def test_code_and_quotations_in_a_document_are_not_checked() -> None:
    lines = list(document_passages('Call `told` or "kept".\nIt was said.\n'))

    assert [(line, banned_in(text)) for line, text in lines] == [(1, []), (2, ["said"])]


@pytest.mark.parametrize(
    ("subject", "wrong"),
    [
        ("Add case table and move decisions onto it", None),
        ("Bring the model up to queues", None),
        ("Address two faults", None),
        ("Embed the font", None),
        ("add case table", "capital"),
        ("Added case table", "imperative"),
        ("Adding a case table", "imperative"),
        ("Adds a case table", "imperative"),
        ("Add a case table.", "full stop"),
        ("Add " + "x" * 70, "72"),
    ],
)
def test_a_commit_subject_is_short_and_imperative(subject: str, wrong: str | None) -> None:
    found = problem(subject)

    assert found is None if wrong is None else wrong in (found or "")

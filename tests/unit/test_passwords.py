"""What makes a password good enough."""

import pytest

from app.accounts.rules.passwords import common_passwords, normal, problem

ANN = ("Ann", "Kowalska", "ann.kowalska@eps.bradford.example")


@pytest.mark.parametrize(
    "good",
    [
        "three-herons-by-the-beck",
        "correct horse battery",
        "wool teapot otter",
        "żółta łódka pływa",
        "x7Tq!mv2#Lr9",
        "copper kettle ferry lantern " * 4,
        "اونٹ اور نیلا دریا",
    ],
)
def test_long_and_not_guessed_early_is_enough(good: str) -> None:
    assert problem(good, ANN) is None


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ("", "Enter a password"),
        ("elevenchars", "12 characters or more"),
        ("x" * 129, "128 characters or fewer"),
        ("twelve\x00chars!", "hidden"),
        ("password1234", "harder to guess"),
        ("PassWord1234", "harder to guess"),
        ("ｐａｓｓｗｏｒｄ１２３４", "harder to guess"),
        ("aaaaaaaaaaaaaaaa", "harder to guess"),
        ("123456789012", "harder to guess"),
        ("qwertyuiop123", "harder to guess"),
        ("passwordpassword", "harder to guess"),
        ("!!iloveyou2024!!", "harder to guess"),
        ("AnnKowalska12", "your name"),
        ("ann.kowalska@eps.bradford.example", "your name"),
        ("BradfordCouncil1", "name of this service"),
        ("sendportal2026", "name of this service"),
    ],
)
def test_what_is_guessed_early_is_refused_with_the_reason(bad: str, says: str) -> None:
    wrong = problem(bad, ANN)

    assert wrong is not None and says in wrong


def test_at_least_ten_thousand_common_passwords_are_known() -> None:
    assert len(common_passwords()) >= 10_000
    assert {"password", "letmein", "dragon"} <= common_passwords()


def test_none_of_the_longer_common_passwords_gets_through() -> None:
    long_ones = [password for password in common_passwords() if len(password) >= 12]

    assert [password for password in long_ones if problem(password) is None] == []
    assert [
        word
        for word in sorted(common_passwords())[:300]
        if len(word) > 4 and problem(word + "123456789") is None
    ] == []


def test_the_same_password_typed_on_another_keyboard_is_the_same() -> None:
    assert normal("café-au-lait-ﬁne") == normal("café-au-lait-fine")

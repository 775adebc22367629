"""Validators for the numbers and codes of children, schools and people.

Each `check_…` ignores spaces and case, and returns the code as it is stored or raises CodeError with a
message for the screen.
"""

from __future__ import annotations

import re

import phonenumbers
from stdnum.gb import nhs, upn

from app.core.text_input import clean_code, letter_problem
from app.core.wording import N_, Wording

AUTHORITIES = frozenset(
    {
        *range(201, 214),  # inner London
        *range(301, 321),  # outer London
        *range(330, 337),  # West Midlands
        *range(340, 345),  # Merseyside
        *range(350, 360),  # Greater Manchester
        *range(370, 374),  # South Yorkshire
        *range(380, 385),  # West Yorkshire
        *range(390, 395),  # Tyne and Wear
        420,  # Isles of Scilly
        *range(660, 682),  # Wales, where pupils have such numbers too
        *range(701, 709),  # the Channel Islands, the Isle of Man, and schools of Service families abroad
        *range(800, 897),  # unitary authorities and counties since 1996, among them abolished ones:
        # Bedfordshire 820, Dorset 835, Poole 836, Bournemouth 837, Cheshire 875
        *range(901, 944),  # counties, among them abolished ones (Cumbria 909, Northamptonshire 928), and the
        # authorities of 2021 and 2023: 940 and 941 in Northamptonshire, 942 Cumberland, 943 Westmorland and Furness
    }
)
"""Numbers of local authorities, including former ones: a UPN retains the number of the authority that issued
it. python-stdnum's list ends in 2011 and lacks those abolished earlier."""

POSTCODE = re.compile(
    r"GIR0AA|[A-PR-UWYZ](?:[0-9]{1,2}|[A-HK-Y][0-9][0-9]?|[0-9][A-HJKPSTUW]|[A-HK-Y][0-9][ABEHMNPRV-Y])"
    r"[0-9][ABD-HJLNP-UW-Z]{2}"
)
# Ofcom reserves these numbers for films and demonstrations, so no list of real numbers contains them.
FICTIONAL_PHONES = re.compile(r"1632960\d{3}|7700900\d{3}|8081570\d{3}|2079460\d{3}|\d{3}4960\d{3}")


class CodeError(ValueError):
    """The text is not a valid code; the message is ready for the screen."""

    def __init__(self, text: Wording) -> None:
        super().__init__(text)
        self.text = text


def _squeezed(text: str) -> str:
    """Return the text without spaces, in capitals.

    Raises CodeError for a letter of another alphabet, which may look like the right one.
    """
    code = re.sub(r"[\s\-\u2010-\u2015.]", "", clean_code(text))
    if problem := letter_problem(code):
        raise CodeError(problem)
    return code.upper()


def _digits(text: str, length: int, problem: str) -> str:
    number = _squeezed(text)
    if not re.fullmatch(rf"[0-9]{{{length}}}", number):
        raise CodeError(Wording(problem))
    return number


def _weighted(digits: str) -> int:
    """Return the check sum of NHS numbers and ULNs: first digit times 10, the next times 9, and so on."""
    return sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), digits, strict=False))


def check_upn(text: str) -> str:
    """Return a unique pupil number, permanent or temporary (a temporary one ends in a letter).

    Raises CodeError.
    """
    number = _squeezed(text)
    if not re.fullmatch(r"[A-HJ-NP-RT-Z][0-9]{11}[0-9A-HJ-NP-RT-Z]", number):
        raise CodeError(Wording(N_("A UPN is a letter and 12 characters, like B801200005001")))
    if int(number[1:4]) not in AUTHORITIES:
        raise CodeError(
            Wording(N_("The first 3 digits of the UPN are not a local authority’s number. Check the UPN"))
        )
    if upn.calc_check_digit(number[1:]) != number[0]:
        raise CodeError(Wording(N_("The letter at the start does not fit the UPN. Check each character")))
    return number


def is_temporary_upn(number: str) -> bool:
    """Return whether a school issued this UPN temporarily."""
    return number[-1:].isalpha()


def check_nhs_number(text: str) -> str:
    """Return an NHS number: 10 digits, the last of which is a check digit. Raises CodeError."""
    number = _digits(text, 10, N_("An NHS number has 10 digits, like 943 476 5870"))
    # Ten equal digits pass the check, but no NHS number has them: people enter them to get past the field.
    if len(set(number)) == 1 or not nhs.is_valid(number):
        raise CodeError(Wording(N_("This is not an NHS number. Check each digit")))
    return number


def nhs_number_text(number: str) -> str:
    """Return an NHS number in groups of three and four digits, as the NHS prints it."""
    return f"{number[:3]} {number[3:6]} {number[6:]}"


def check_uln(text: str) -> str:
    """Return a unique learner number, for people aged 14 and over. Raises CodeError."""
    number = _digits(text, 10, N_("A unique learner number has 10 digits"))
    rest = _weighted(number) % 11
    if number[0] == "0" or rest == 0 or 10 - rest != int(number[9]):
        raise CodeError(Wording(N_("This is not a unique learner number. Check each digit")))
    return number


def check_urn(text: str) -> str:
    """Return a unique reference number, as the Department for Education gives to schools.

    Raises CodeError.
    """
    number = _digits(text, 6, N_("A URN has 6 digits, like 107439"))
    if number[0] == "0":
        raise CodeError(Wording(N_("A URN does not start with 0")))
    return number


def check_ukprn(text: str) -> str:
    """Return a UK provider reference number of a college or other provider. Raises CodeError."""
    number = _digits(text, 8, N_("A UKPRN has 8 digits and starts with 1"))
    if number[0] != "1":
        raise CodeError(Wording(N_("A UKPRN has 8 digits and starts with 1")))
    return number


def check_postcode(text: str) -> str:
    """Return a UK postcode, in capitals with one space, like BD1 1HX. Raises CodeError."""
    squeezed = _squeezed(text)
    if not POSTCODE.fullmatch(squeezed):
        raise CodeError(Wording(N_("Enter a full UK postcode, like BD1 1HX")))
    return f"{squeezed[:-3]} {squeezed[-3:]}"


def check_phone(text: str) -> str:
    """Return a phone number as people in the UK write it (numbers abroad with their country code).

    Raises CodeError.
    """
    problem = Wording(N_("Enter a phone number, like 01274 435750 or 07700 900 982"))
    try:
        number = phonenumbers.parse(clean_code(text), "GB")
    except phonenumbers.NumberParseException:
        raise CodeError(problem) from None
    british = number.country_code == 44
    fictional = british and FICTIONAL_PHONES.fullmatch(str(number.national_number))
    if not (fictional or phonenumbers.is_valid_number(number)):
        raise CodeError(problem)
    style = (
        phonenumbers.PhoneNumberFormat.NATIONAL if british else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return phonenumbers.format_number(number, style)

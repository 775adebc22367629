"""The details of a child's record: as entered, their validation, and the columns of the row."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.children.rules.identifiers import CodeError, check_nhs_number, check_postcode, check_upn
from app.children.rules.matching import Identity
from app.children.rules.school_years import is_of_age_for_a_plan
from app.children.tables import Child
from app.core.errors import FieldError
from app.core.text_input import character_faults, clean_address, clean_line
from app.core.wording import N_, Wording

LONGEST_NAME, LONGEST_ADDRESS = 100, 500


@dataclass(frozen=True)
class NewChild:
    """The details of a child as entered on the page."""

    forenames: str
    surname: str
    date_of_birth: date | None
    address: str
    postcode: str
    known_as: str = ""
    upn: str = ""
    upn_missing_reason: str = ""
    nhs_number: str = ""
    has_no_surname: bool = False
    postcode_missing_reason: str = ""


WITHOUT_ADDRESS = frozenset({"no_fixed_address", "confidential", "not_known"})
"""Reasons for no UK postcode with which the address may stay empty."""


def details_of(child: Child) -> NewChild:
    """Return a record's details in the form in which they are entered, so that they can be corrected."""
    return NewChild(
        forenames=child.forenames,
        surname=child.surname,
        date_of_birth=child.date_of_birth,
        address=child.address,
        postcode=child.postcode,
        known_as=child.known_as,
        upn=child.upn or "",
        upn_missing_reason=child.upn_missing_reason or "",
        nhs_number=child.nhs_number or "",
        has_no_surname=child.has_no_surname,
        postcode_missing_reason=child.postcode_missing_reason or "",
    )


def check_details(details: NewChild, today: date) -> list[FieldError]:
    """Return every error in the details, in the order of the page."""
    faults = [
        *_name_faults(details),
        *_birth_faults(details.date_of_birth, today),
        *_address_faults(details),
    ]
    if details.upn.strip():
        faults += _code_faults("upn", details.upn, check_upn)
    elif not details.upn_missing_reason:
        faults.append(FieldError("upn", Wording(N_("Enter the UPN, or choose why there is none"))))
    return [*faults, *_code_faults("nhs_number", details.nhs_number, check_nhs_number)]


def identity_of(details: NewChild) -> Identity:
    """Return the details that identify a child. `check_details` must have found no error."""
    assert details.date_of_birth is not None  # check_details requires it  # noqa: S101
    return Identity(
        forenames=clean_line(details.forenames),
        surname=clean_line(details.surname),
        known_as=clean_line(details.known_as),
        date_of_birth=details.date_of_birth,
        postcode=check_postcode(details.postcode) if details.postcode.strip() else "",
        upn=check_upn(details.upn) if details.upn.strip() else None,
        nhs_number=check_nhs_number(details.nhs_number) if details.nhs_number.strip() else None,
    )


def columns_of(details: NewChild, identity: Identity) -> dict[str, Any]:
    """Return the columns of a child's row. `identity` is `identity_of(details)`."""
    return {
        "forenames": identity.forenames,
        "surname": identity.surname,
        "has_no_surname": not identity.surname,
        "known_as": identity.known_as,
        "date_of_birth": identity.date_of_birth,
        "address": clean_address(details.address),
        "postcode": identity.postcode,
        "postcode_missing_reason": None if identity.postcode else details.postcode_missing_reason,
        "upn": identity.upn,
        "upn_missing_reason": None if identity.upn else details.upn_missing_reason,
        "nhs_number": identity.nhs_number,
    }


def _name_faults(details: NewChild) -> list[FieldError]:
    return [
        *_text_faults("forenames", details.forenames, N_("Enter the forenames"), LONGEST_NAME),
        *_surname_faults(details),
        *_text_faults("known_as", details.known_as, "", LONGEST_NAME),
    ]


def _surname_faults(details: NewChild) -> list[FieldError]:
    if not details.has_no_surname:
        missing = N_("Enter the last name, or select “Has no last name”")
        return _text_faults("surname", details.surname, missing, LONGEST_NAME)
    if details.surname.strip():
        return [FieldError("surname", Wording(N_("Delete the last name, or clear “Has no last name”")))]
    return []


def _address_faults(details: NewChild) -> list[FieldError]:
    """Return the errors in the address and postcode.

    A postcode or the reason for its absence is required; most reasons require an address.
    """
    missing = "" if _may_lack_address(details) else N_("Enter the address")
    faults = _text_faults("address", details.address, missing, LONGEST_ADDRESS)
    if details.postcode.strip():
        return [*faults, *_code_faults("postcode", details.postcode, check_postcode)]
    if not details.postcode_missing_reason:
        faults.append(FieldError("postcode", Wording(N_("Enter the postcode, or choose why there is none"))))
    return faults


def _may_lack_address(details: NewChild) -> bool:
    return not details.postcode.strip() and details.postcode_missing_reason in WITHOUT_ADDRESS


def _text_faults(field: str, text: str, if_missing: str, longest: int) -> list[FieldError]:
    if not text.strip():
        return [FieldError(field, Wording(if_missing))] if if_missing else []
    if len(text.strip()) > longest:
        return [FieldError(field, Wording(N_("Use %(longest)s characters or fewer"), longest=longest))]
    return character_faults(field, text)


def _birth_faults(born: date | None, today: date) -> list[FieldError]:
    if born is None:
        return [FieldError("date_of_birth", Wording(N_("Enter the date of birth")))]
    if born > today:
        return [FieldError("date_of_birth", Wording(N_("The date of birth must be in the past")))]
    if not is_of_age_for_a_plan(born, today):
        text = N_("An assessment can be asked for until the 25th birthday. Check the date of birth")
        return [FieldError("date_of_birth", Wording(text))]
    return []


def _code_faults(field: str, text: str, check: Callable[[str], str]) -> list[FieldError]:
    if not text.strip():
        return []
    try:
        check(text)
    except CodeError as error:
        return [FieldError(field, error.text)]
    return []

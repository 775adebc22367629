"""Adding a child or young person, and opening a child's page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import cast

from app.domain.codes import CodeError, check_nhs_number, check_postcode, check_upn
from app.domain.errors import Fault, NotFound, Refused, WrongHands
from app.domain.events import (
    ChildAdded,
    ChildLinked,
    ChildViewed,
    ContactRiskChanged,
    PossibleDuplicateFound,
    RequestStarted,
)
from app.domain.matching import Identity
from app.domain.names import search_name
from app.domain.roles import EDUCATION, Principal, Profession, Role
from app.domain.school_years import is_of_age_for_a_plan
from app.domain.secrecy import columns_kept_from
from app.domain.text_input import character_faults, clean_address, clean_line
from app.domain.wording import N_, Wording
from app.domain.workflow import FormState, Part
from app.models import Child, ChildLink, Person, Request
from app.services.duplicates import known_child_like
from app.services.form_templates import published
from app.services.work import Work
from app.store.queries.child_page import child_to_read
from app.store.snapshots import beside

LONGEST_NAME, LONGEST_ADDRESS = 100, 500


@dataclass(frozen=True)
class NewChild:
    """What was typed about a child, as it was typed."""

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


def may_add_children(who: Principal) -> bool:
    """Schools and post-16 establishments may ask for an assessment (CFA 2014, s.36(1)); early years settings may bring a
    child to the council's attention (s.23 and 24)."""
    return who.has(Role.professional) and who.organisation_id is not None and who.profession in EDUCATION


def what_is_wrong(typed: NewChild, today: date) -> list[Fault]:
    """Every fault in what was typed, in the order of the page."""
    faults = [
        *_name_faults(typed),
        *_birth_faults(typed.date_of_birth, today),
        *_address_faults(typed),
    ]
    if typed.upn.strip():
        faults += _code_faults("upn", typed.upn, check_upn)
    elif not typed.upn_missing_reason:
        faults.append(Fault("upn", Wording(N_("Enter the UPN, or choose why there is none"))))
    return [*faults, *_code_faults("nhs_number", typed.nhs_number, check_nhs_number)]


def add_child(work: Work, typed: NewChild) -> Request:
    """Enter a child and begin the request for an assessment, which the person adding is the author of.

    A likely duplicate is noted for the SEN team; nothing of it reaches the person adding.
    """
    me = work.me
    if not may_add_children(me):
        raise WrongHands("add_child")
    if faults := what_is_wrong(typed, work.today):
        raise Refused(*faults)
    details = _details(typed)
    like = known_child_like(work, details)
    child = work.add(_child(work, typed, details, like))
    link = work.add(_own_link(work, child))
    request = work.add(
        Request(
            child_id=child.id,
            form_version_id=published(work.session, "request").id,
            author_id=me.user_id,
            organisation_id=me.organisation_id,
            state=FormState.draft,
            statutory=me.profession is not Profession.early_years,
        )
    )
    work.tell(ChildAdded(child_id=child.id))
    work.tell(ChildLinked(child_id=child.id, link_id=link.id))
    work.tell(RequestStarted(child_id=child.id, form_id=request.id))
    if like is not None:
        work.tell(PossibleDuplicateFound(child_id=child.id, of_child_id=like))
    return request


def view_child(work: Work, child_id: int) -> Child:
    """Open a child's page; the audit keeps that it was opened."""
    child = child_to_read(work.session, child_id)
    if child is None:
        raise NotFound("Child")
    work.tell(ChildViewed(child_id=child.id))
    hidden = columns_kept_from(
        is_team=work.me.in_sen_team,
        is_family=work.me.has(Role.parent),
        contact_risk=child.contact_risk,
    )
    return cast(Child, beside(child, **dict.fromkeys(hidden)))


def set_contact_risk(work: Work, child_id: int, risk: bool, reason: str) -> Child:
    """The SEN team notes that an address or contact detail must be kept secret, or that it need not be any more.

    Raises Refused without a reason.
    """
    if not work.me.in_sen_team:
        raise WrongHands("set_contact_risk")
    why = reason.strip()
    if not why:
        raise Refused(Fault("reason", Wording(N_("Enter the reason"))))
    if len(why) > LONGEST_ADDRESS:
        raise Refused(
            Fault("reason", Wording(N_("Use %(longest)s characters or fewer"), longest=LONGEST_ADDRESS))
        )
    child = work.get(Child, child_id)
    if child.contact_risk != risk:
        child.contact_risk = risk
        work.tell(ContactRiskChanged(child_id=child.id, risk=risk, reason=why))
    return child


def _details(typed: NewChild) -> Identity:
    assert typed.date_of_birth is not None  # what_is_wrong saw to that  # noqa: S101
    return Identity(
        forenames=clean_line(typed.forenames),
        surname=clean_line(typed.surname),
        known_as=clean_line(typed.known_as),
        date_of_birth=typed.date_of_birth,
        postcode=check_postcode(typed.postcode) if typed.postcode.strip() else "",
        upn=check_upn(typed.upn) if typed.upn.strip() else None,
        nhs_number=check_nhs_number(typed.nhs_number) if typed.nhs_number.strip() else None,
    )


def _child(work: Work, typed: NewChild, details: Identity, like: int | None) -> Child:
    return Child(
        forenames=details.forenames,
        surname=details.surname,
        has_no_surname=not details.surname,
        known_as=details.known_as,
        search_name=search_name(details.surname, details.forenames),
        date_of_birth=details.date_of_birth,
        address=clean_address(typed.address),
        postcode=details.postcode,
        postcode_missing_reason=None if details.postcode else typed.postcode_missing_reason,
        upn=details.upn,
        upn_missing_reason=None if details.upn else typed.upn_missing_reason,
        nhs_number=details.nhs_number,
        setting_id=work.me.organisation_id,
        added_by_id=work.me.user_id,
        possible_duplicate_of_id=like,
    )


def _own_link(work: Work, child: Child) -> ChildLink:
    person = work.get(Person, work.me.user_id)
    return ChildLink(
        child_id=child.id,
        person_id=person.id,
        organisation_id=person.organisation_id,
        part=Part.author,
        relationship_to_child=person.job_title or "",
        linked_by_id=person.id,
        taken_up_at=work.now,
    )


def _name_faults(typed: NewChild) -> list[Fault]:
    return [
        *_text_faults("forenames", typed.forenames, N_("Enter the forenames"), LONGEST_NAME),
        *_surname_faults(typed),
        *_text_faults("known_as", typed.known_as, "", LONGEST_NAME),
    ]


def _surname_faults(typed: NewChild) -> list[Fault]:
    if not typed.has_no_surname:
        missing = N_("Enter the last name, or select “Has no last name”")
        return _text_faults("surname", typed.surname, missing, LONGEST_NAME)
    if typed.surname.strip():
        return [Fault("surname", Wording(N_("Delete the last name, or clear “Has no last name”")))]
    return []


def _address_faults(typed: NewChild) -> list[Fault]:
    """A postcode, or the reason why there is none; without some of these the address is needed too."""
    missing = "" if _may_lack_address(typed) else N_("Enter the address")
    faults = _text_faults("address", typed.address, missing, LONGEST_ADDRESS)
    if typed.postcode.strip():
        return [*faults, *_code_faults("postcode", typed.postcode, check_postcode)]
    if not typed.postcode_missing_reason:
        faults.append(Fault("postcode", Wording(N_("Enter the postcode, or choose why there is none"))))
    return faults


def _may_lack_address(typed: NewChild) -> bool:
    return not typed.postcode.strip() and typed.postcode_missing_reason in WITHOUT_ADDRESS


def _text_faults(field: str, text: str, if_missing: str, longest: int) -> list[Fault]:
    if not text.strip():
        return [Fault(field, Wording(if_missing))] if if_missing else []
    if len(text.strip()) > longest:
        return [Fault(field, Wording(N_("Use %(longest)s characters or fewer"), longest=longest))]
    return character_faults(field, text)


def _birth_faults(born: date | None, today: date) -> list[Fault]:
    if born is None:
        return [Fault("date_of_birth", Wording(N_("Enter the date of birth")))]
    if born > today:
        return [Fault("date_of_birth", Wording(N_("The date of birth must be in the past")))]
    if not is_of_age_for_a_plan(born, today):
        text = N_("An assessment can be asked for until the 25th birthday. Check the date of birth")
        return [Fault("date_of_birth", Wording(text))]
    return []


def _code_faults(field: str, text: str, check: Callable[[str], str]) -> list[Fault]:
    if not text.strip():
        return []
    try:
        check(text)
    except CodeError as error:
        return [Fault(field, error.text)]
    return []

"""Share forms with linked professionals, parents and young people; the SEN team decides form by form, person by person.

A share is of one submitted version. Returning or withdrawing the form ends it; the SEN team reads the corrected
version and shares it again.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from app.children.queries.involved import Involved, involved_with
from app.children.rules.school_years import is_young_person
from app.children.tables import Child
from app.core.errors import Conflict, FieldError, Forbidden, InvalidState, NotFound, ValidationFailed
from app.core.roles import FAMILY_ROLES, WorkflowRole
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.forms.events import FormShared
from app.forms.may_know import PARENT_OF_AGE, notes_about, notes_on_linked
from app.forms.queries.forms import form_and_child_for_update, last_number
from app.forms.queries.shares import (
    consents_about,
    consents_of_young_person,
    end_shares,
    of_form,
    open_shares,
    resting_on_consent,
)
from app.forms.rules.may_know import Asker
from app.forms.rules.secrecy import Note
from app.forms.rules.sharing import SHAREABLE, SharingChoice
from app.forms.rules.workflow import FormState
from app.forms.tables.forms import Form
from app.forms.tables.shares import FormShare


def set_sharing(
    work: UnitOfWork,
    form_id: int,
    choice: SharingChoice,
    number: int | None = None,
    *,
    warned_secret: bool = True,
) -> Form:
    """Share the form's newest submitted version with exactly these people, and return the form.

    `number` is the version on the screen, and `warned_secret` whether the screen warned that an address is secret.
    Sharing needs a submitted version; it can be ended at any time, at once. Raises ValidationFailed when a form names
    a chosen person as one who must not know and the officer did not confirm it, and Conflict when there is a newer
    version.
    """
    if not work.me.in_sen_team:
        raise Forbidden("share")
    form = form_and_child_for_update(work.session, form_id)
    if form is None:
        raise NotFound("Form")
    before = open_shares(work.session, form_id)
    if choice == choice_of(before, choice):
        return form
    if not choice.is_empty:
        _check(work, form, choice, number)
        _check_files(form, choice, warned_secret=warned_secret)
    earlier = {share.link_id for share in before}
    _replace(work, form, choice)
    shared_with = ["professionals"] if choice.professionals else []
    shared_with += ["parents"] if choice.links else []
    work.record(
        FormShared(
            child_id=form.child_id,
            form_id=form.id,
            shared_with=tuple(shared_with),
            links=tuple(sorted(choice.links)),
            new_links=tuple(sorted(choice.links - earlier)),
            new_professionals=choice.professionals and None not in earlier,
        )
    )
    return form


def share_with_professionals(
    work: UnitOfWork, form_id: int, choice: SharingChoice, *, warned_secret: bool = True
) -> Form:
    """Share the form's newest submitted version with the linked professionals as well, and return the form.

    `choice` has no links: with whom of the family it is shared, and with which files, stays as it is. Raises what
    `set_sharing` raises.
    """
    if not work.me.in_sen_team:
        raise Forbidden("share")
    form = form_and_child_for_update(work.session, form_id)
    if form is None:
        raise NotFound("Form")
    before = open_shares(work.session, form_id)
    if choice_of(before).professionals:
        return form
    _check(work, form, choice, None)
    _check_files(form, choice, warned_secret=warned_secret)
    _add(work, form, choice)
    work.record(
        FormShared(
            child_id=form.child_id,
            form_id=form.id,
            shared_with=("professionals",),
            links=tuple(sorted(share.link_id for share in before if share.link_id is not None)),
            new_links=(),
            new_professionals=True,
        )
    )
    return form


def choice_of(shares: Sequence[FormShare], like: SharingChoice | None = None) -> SharingChoice:
    """Return the choice that these open shares came from; what no share holds is taken from `like`."""
    like = like or SharingChoice()
    group = [share for share in shares if share.link_id is None]
    return SharingChoice(
        professionals=bool(group),
        links=frozenset(share.link_id for share in shares if share.link_id is not None),
        with_files=all(share.with_files for share in shares) if shares else like.with_files,
        on_consent=all(share.on_consent for share in group) if group else like.on_consent,
        despite=like.despite,
    )


def end_sharing(work: UnitOfWork, form_id: int) -> None:
    """End all sharing of a form, so that only its authors and the SEN team read it."""
    end_shares(work.session, of_form(form_id), work.now)


def end_what_rested_on_consent(work: UnitOfWork, child_id: int) -> None:
    """End the sharing that rested on a consent, because one about this child was withdrawn."""
    end_shares(work.session, resting_on_consent(child_id), work.now)


def share_consent(work: UnitOfWork, form_id: int, number: int) -> None:
    """Share a consent form with the linked professionals, without its restricted answers and files."""
    work.session.add(
        FormShare(
            form_id=form_id, submission_number=number, link_id=None, with_files=False, created_at=work.now
        )
    )
    work.session.flush()


def _check(work: UnitOfWork, form: Form, choice: SharingChoice, number: int | None) -> None:
    if form.state not in SHAREABLE:
        raise InvalidState("share")
    people = {each.link_id: each for each in involved_with(work.session, form.child_id)}
    family = {link_id for link_id, each in people.items() if _is_family(each)}
    if (form.kind == "consent" and choice.links) or choice.links - family:
        raise InvalidState("share")
    newest = last_number(work.session, form.id)
    if number is not None and newest != number:
        raise Conflict("Submission")
    # Also the current readers: a form sent since may name them.
    readers = set(choice.links)
    if choice.professionals:
        readers |= set(people) - family
    asked = [people[link] for link in sorted(readers - choice.despite)]
    if form.kind != "consent" and choice.professionals and choice.on_consent:
        _check_consent(work, form.child)
    ask_before_sharing(work, form.child, asked)


def _check_files(form: Form, choice: SharingChoice, *, warned_secret: bool) -> None:
    if choice.with_files and not warned_secret and form.child.contact_risk:
        text = N_(
            "An address must be kept secret since you opened this page. Check the files, then save again"
        )
        raise ValidationFailed(FieldError("files", Wording(text)))


def _check_consent(work: UnitOfWork, child: Child) -> None:
    """Raise ValidationFailed when a consent was withdrawn, perhaps since the page was opened, and none is in force.

    No one else's consent replaces the one that a young person over compulsory school age withdrew (CFA 2014, s. 83).
    """
    states = {each.state for each in consents_about(work.session, child.id)}
    if FormState.withdrawn in states and FormState.submitted not in states:
        text = N_(
            "A consent was withdrawn and no other is in force. Choose that professionals can still read this form "
            "because the assessment needs it, or do not share it with them"
        )
    elif (
        is_young_person(child.date_of_birth, work.today)
        and consents_of_young_person(work.session, child.id, FormState.withdrawn)
        and not consents_of_young_person(work.session, child.id)
    ):
        text = N_(
            "The young person has withdrawn their consent, and no one else can give it for them. Choose that "
            "professionals can still read this form because the assessment needs it, or do not share it with them"
        )
    else:
        return
    raise ValidationFailed(FieldError("basis", Wording(text)))


def ask_before_sharing(work: UnitOfWork, child: Child, asked: Sequence[Involved]) -> None:
    """Raise ValidationFailed, in the field "despite-<link>" of each, for those of these linked people whom a form may
    name as one who must not know, and for the parents of a young person over compulsory school age."""
    of_age = is_young_person(child.date_of_birth, work.today)
    notes = notes_about(work, child.id) if asked else []
    _warn(notes_on_linked(work, child.id, notes, Asker.officer), asked, of_age=of_age)


def _warn(notes: Mapping[int, Sequence[Note]], asked: Sequence[Involved], *, of_age: bool) -> None:
    faults = []
    for each in asked:
        if of_age and each.part is WorkflowRole.parent:
            faults.append(
                FieldError(f"despite-{each.link_id}", Wording(PARENT_OF_AGE, name=each.person_name))
            )
            continue
        if each.link_id in notes:
            text = N_(
                "Confirm that you want to share with %(name)s, although a form may say that they must not know"
            )
            name = each.person_name or each.organisation_name
            faults.append(FieldError(f"despite-{each.link_id}", Wording(text, name=name)))
    if faults:
        raise ValidationFailed(*faults)


def family_of(work: UnitOfWork, child_id: int) -> list[Involved]:
    """Return the parents, carers and the young person linked to the child now."""
    return [each for each in involved_with(work.session, child_id) if _is_family(each)]


def _is_family(each: Involved) -> bool:
    return each.part in FAMILY_ROLES and each.person_id is not None


def _replace(work: UnitOfWork, form: Form, choice: SharingChoice) -> None:
    end_sharing(work, form.id)
    if not choice.is_empty:
        _add(work, form, choice)


def _add(work: UnitOfWork, form: Form, choice: SharingChoice) -> None:
    number = last_number(work.session, form.id)
    links: list[int | None] = [None] if choice.professionals else []
    rows = [
        {
            "form_id": form.id,
            "submission_number": number,
            "link_id": link_id,
            "with_files": choice.with_files,
            "on_consent": choice.on_consent and link_id is None and form.kind != "consent",
            "shared_by_id": work.me.user_id,
            "created_at": work.now,
        }
        for link_id in [*links, *sorted(choice.links)]
    ]
    try:
        work.session.execute(insert(FormShare), rows)
    except IntegrityError as both:
        raise Conflict("FormShare") from both

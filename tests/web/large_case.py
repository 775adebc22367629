"""One case with everything on it, and a way to make it busier: more of each row that some page shows."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.cases import advice_requests
from app.core.base import utc_now
from app.core.roles import Profession, WorkflowRole
from app.forms import returns, sharing
from app.forms.queries.forms import last_number
from app.forms.rules.sharing import SharingChoice
from app.forms.rules.workflow import FormState
from app.models import (
    Advice,
    Child,
    ChildLink,
    Document,
    DocumentState,
    DraftRevision,
    Form,
    FormReturn,
    Invitation,
    LogInSession,
    Membership,
    Message,
    Organisation,
    Person,
    Registration,
    RegistrationState,
    Request,
    SectionDraft,
    Submission,
    WorkDomain,
)
from tests.cast import everything
from tests.filled_forms import fill_in, send

SECTION = "views"


class LargeCase:
    """Amina's case: a request that was returned, one to decide on, advice at each stage, the family's consent."""

    def __init__(self, context: Any, cast: Any, make: Any) -> None:
        self.context, self.cast, self.make = context, cast, make
        self.child = make.child(linked=(cast.sana, cast.tom, cast.ann, cast.pat))
        self.twin = make.child()
        with everything(context) as work:
            work.get(Child, self.child.id).possible_duplicate_of_id = self.twin.id
        make.queue(make.child(), cast.sana)
        self.draft = make.request(self.child, cast.sana).id
        self.returned = self._sent_request()
        with cast.olu.works() as work:
            returns.send_back(work, self.returned, 1, {"reason-views": "When?", "reason": "Say more."})
        self.sent = self._sent_request()
        self.accepted = self._sent_request()
        with cast.olu.works() as work:
            returns.accept(work, self.accepted, 1)
        self.accepted_case = make.case_of(self.accepted)
        self.advice = self._advice(cast.ann)
        self.sent_advice = self._advice(cast.sana, "advice_education")
        fill_in(cast.sana, self.sent_advice)
        send(cast.sana, self.sent_advice)
        with cast.olu.works() as work:
            self.family = frozenset(one.link_id for one in sharing.family_of(work, self.child.id))
            for form in (self.sent_advice, self.sent):
                sharing.set_sharing(work, form, SharingChoice(professionals=True, links=self.family))
            self.recorded = advice_requests.start_consent(work, self.child.id, recorded=True).id
        with cast.pat.works() as work:
            self.consent = advice_requests.start_consent(work, self.child.id).id
        self.messages = {
            actor.key: make.message(
                actor, child_id=self.child.id, form_id=self.sent_advice, sender_id=cast.sana.id
            ).id
            for actor in (cast.sana, cast.ann, cast.pat, cast.olu, cast.mary)
        }
        self._set_something_aside()
        self.grown = 0
        self.newest: dict[type[Any], int] = {}
        self.ids = self._more()

    def _set_something_aside(self) -> None:
        with everything(self.context) as work:
            of_section = (SectionDraft.form_id == self.returned, SectionDraft.section == SECTION)
            draft = work.session.scalars(select(SectionDraft).where(*of_section)).one()
            work.add(
                DraftRevision(
                    draft_id=draft.id,
                    number=draft.version,
                    answers={"child_views": "Another word"},
                    saved_by_id=self.cast.sana.id,
                    saved_at=self.context.clock.now(),
                    set_aside=True,
                )
            )

    def own_link(self, person_id: int) -> int | None:
        """This person's link to the child."""
        with everything(self.context) as work:
            own = (ChildLink.person_id == person_id, ChildLink.child_id == self.child.id)
            return work.session.scalars(select(ChildLink.id).where(*own)).first()

    def number(self, form_id: int) -> int:
        """The version of a form that was sent last."""
        with everything(self.context) as work:
            return last_number(work.session, form_id)

    def _sent_request(self) -> int:
        form = self.make.request(self.child, self.cast.sana)
        fill_in(self.cast.sana, form.id)
        send(self.cast.sana, form.id)
        return form.id  # type: ignore[no-any-return]

    def _advice(self, who: Any, template: str = "advice_psychology") -> int:
        with self.cast.olu.works() as work:
            return advice_requests.ask_for_advice(work, self.child.id, template, person_id=who.id).id

    def forms(self) -> dict[str, int]:
        """Each form by its state."""
        return {
            name: getattr(self, name)
            for name in (
                "draft",
                "returned",
                "sent",
                "accepted",
                "advice",
                "sent_advice",
                "consent",
                "recorded",
            )
        }

    def grow(self, times: int) -> None:
        """So many times more of everything."""
        for _ in range(times):
            self._more()

    def _link(self, child_id: int, person_id: int | None, organisation_id: int | None) -> ChildLink:
        return ChildLink(
            child_id=child_id,
            person_id=person_id,
            organisation_id=organisation_id,
            part=WorkflowRole.author if organisation_id else WorkflowRole.parent,
            linked_by_id=self.cast.olu.id,
            taken_up_at=self.context.clock.now() if person_id else None,
        )

    def _more(self) -> dict[str, int]:
        """One more of every row; gives the newest of each."""
        self.grown += 1
        n, now, cast = self.grown, self.context.clock.now(), self.cast
        with everything(self.context) as work:
            add = work.add
            organisation = add(Organisation(name=f"Organisation {n}", kind=Profession.health))
            domain = add(WorkDomain(domain=f"d{n}.example", organisation_id=organisation.id))
            person = add(_person(n, organisation.id))
            child = add(
                Child(
                    forenames="Bo",
                    surname=f"Many{n}",
                    search_name=f"many{n} bo",
                    date_of_birth=work.get(Child, self.child.id).date_of_birth,
                    postcode="BD9 4NQ",
                    added_by_id=cast.sana.id,
                    setting_id=organisation.id,
                )
            )
            for actor in (cast.sana, cast.ann, cast.pat):
                add(self._link(child.id, actor.id, actor.principal.organisation_id))
            link = add(self._link(self.child.id, person.id, organisation.id))
            add(self._link(self.child.id, None, organisation.id))
            version = work.get(Form, self.advice).form_version_id
            request_version = work.get(Form, self.sent).form_version_id
            due = self.context.clock.today() + timedelta(weeks=6)
            for about, body, state in (
                (self.child.id, organisation.id, FormState.submitted),
                (child.id, cast.ann.principal.organisation_id, FormState.asked),
            ):
                add(
                    Advice(
                        child_id=about,
                        form_version_id=version,
                        state=state,
                        author_id=person.id if state is FormState.submitted else cast.ann.id,
                        organisation_id=body,
                        asked_by_id=cast.olu.id,
                        asked_on=self.context.clock.today(),
                        due_on=due,
                        submitted_at=now,
                    )
                )
            add(
                Request(
                    child_id=child.id,
                    form_version_id=request_version,
                    state=FormState.submitted,
                    author_id=cast.sana.id,
                    organisation_id=cast.sana.principal.organisation_id,
                    received_on=self.context.clock.today(),
                    due_on=due,
                )
            )
            for form in self.forms().values():
                add(
                    FormReturn(
                        form_id=form,
                        submission_number=1,
                        section=SECTION,
                        reason=f"Why {n}?",
                        returned_by_id=cast.olu.id,
                    )
                )
                document = add(_document(self.child.id, form, n, cast.sana.id, now))
            old = {
                "answers": {}, "checksum": "0", "submitted_by_id": cast.sana.id, "submitted_at": now,
            }  # fmt: skip
            for form in (self.returned, self.sent, self.sent_advice, self.accepted):
                number = work.session.scalars(
                    select(Submission.number)
                    .where(Submission.form_id == form)
                    .order_by(Submission.number.desc())
                ).first()
                add(Submission(form_id=form, number=number + 1, send_key=secrets.token_hex(16), **old))
            draft = work.session.scalars(
                select(SectionDraft).where(
                    SectionDraft.form_id == self.returned, SectionDraft.section == SECTION
                )
            ).one()
            add(DraftRevision(draft_id=draft.id, number=n, answers={}, saved_by_id=cast.tom.id, saved_at=now))
            for who in (*(getattr(cast, key).id for key in self.messages), None):
                for text in range(2):
                    add(
                        Message(
                            recipient_id=who,
                            sender_id=cast.sana.id,
                            sender_name="Sana Iqbal",
                            subject=f"Message {n}",
                            child_id=child.id if text else self.child.id,
                            form_id=self.sent_advice,
                            event_key=f"busy-{n}-{who}-{text}",
                        )
                    )
            registration = add(_registration(n))
            invitation = add(
                Invitation(
                    child_id=self.child.id,
                    first_name="Gu",
                    last_name=f"Est{n}",
                    email=f"guest{n}@mail.example",
                    relationship_to_child="aunt",
                    invited_by_id=cast.olu.id,
                    sent_at=now,
                )
            )
            for actor in cast:
                add(
                    LogInSession(
                        sid_hash=secrets.token_hex(16), person_id=actor.id, opened_at=now, seen_at=now
                    )
                )
            rows = {
                "organisation_id": organisation,
                "domain_id": domain,
                "person_id": person,
                "membership_id": person.memberships[0],
                "link_id": link,
                "document_id": document,
                "registration_id": registration,
                "invitation_id": invitation,
            }
            self.newest = {type(row): row.id for row in rows.values()}
            return {name: row.id for name, row in rows.items()}


def _person(n: int, organisation_id: int) -> Person:
    return Person(
        first_name="Busy",
        last_name=f"Person{n}",
        username=secrets.token_hex(16),
        email=f"busy{n}@health.example",
        password="!",
        active=True,
        profession=Profession.health,
        memberships=[
            Membership(
                organisation_id=organisation_id, confirmed_at=utc_now(), acted_for=True, job_title="Nurse"
            )
        ],
        two_step="email",
    )


def _document(child_id: int, form_id: int, n: int, added_by_id: int, now: Any) -> Document:
    return Document(
        child_id=child_id,
        form_id=form_id,
        section="evidence",
        question="files",
        name=f"{n}.txt",
        media_type="text/plain",
        size=3,
        sha256=hashlib.sha256(b"abc").hexdigest(),
        storage_key=secrets.token_hex(32),
        state=DocumentState.clean,
        added_by_id=added_by_id,
        given_at=now,
    )


def _registration(n: int) -> Registration:
    return Registration(
        email=f"new{n}@somewhere.example",
        first_name="New",
        last_name=f"Comer{n}",
        profession=Profession.health,
        organisation_named="Somewhere",
        job_title="Nurse",
        address="1 Road",
        postcode="BD1 1HX",
        phone="01274 000000",
        state=RegistrationState.waiting,
    )

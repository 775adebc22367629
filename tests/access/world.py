"""Two families that must never meet, every text of the other one marked, so that a leak of any of it is seen.

`ours` is Amina's: linked to Sana, Tom, Ann, Hana, Sol and her parent Pat. `other` is marked CANARY: linked to Rhys
and the parent Quinn. The SEN team sees both; the administrator neither.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import select

from app.cases.merges import MOVING
from app.core.roles import Profession
from app.core.unit_of_work import AppContext
from app.forms.rules.workflow import FormState
from app.imports.rules.states import BatchState, ImportKind, RowState
from app.models import (
    Child,
    ChildMerge,
    Document,
    DocumentState,
    FormReturn,
    ImportBatch,
    ImportRow,
    Invitation,
    Organisation,
    OrganisationChange,
    Person,
    Registration,
    RegistrationState,
    SectionDraft,
    Submission,
    WorkDomain,
)
from tests.access.examples import example_ids
from tests.cast import Cast, everything
from tests.make import Maker

CANARY = "CANARYzq"
SEES_OTHER = {"rhys", "quinn", "olu", "mary"}
"""Who may read something of the other family."""

_MOVED = ("ended_links", "possible_duplicate_of_id", "merged_into_id")


@dataclass(frozen=True)
class Family:
    """One child and everything about them, by what a route's argument is called; a generated screen's as
    "<view>.pk"."""

    ids: Mapping[str, int]


@dataclass(frozen=True)
class World:
    """Both families."""

    ours: Family
    other: Family


def build_world(context: AppContext, cast: Cast, make: Maker) -> World:
    """Enter both families."""
    ours = _family(
        context, make, cast, "Ours", (cast.sana, cast.tom, cast.ann, cast.hana, cast.sol, cast.pat), cast.sana
    )
    other = _family(context, make, cast, CANARY, (cast.rhys, cast.quinn), cast.rhys)
    return World(ours, other)


def _family(
    context: AppContext, make: Maker, cast: Cast, mark: str, linked: tuple[Any, ...], author: Any
) -> Family:
    now = context.clock.now()
    child = make.child(
        forenames=f"{mark}-child",
        surname=f"{mark}-surname",
        search_name=f"{mark.lower()}-surname {mark.lower()}-child",
        known_as=f"{mark}-known",
        address=f"{mark}-street",
        date_of_birth=date(2015, 5, 5),
        added_by_id=author.id,
    )
    links = [make.link(child, actor, relationship_to_child=f"{mark}-relationship") for actor in linked]
    advice = make.advice(
        child,
        author,
        FormState.submitted,
        template="advice_education",
        asking_note=f"{mark}-note",
        received_on=context.clock.today(),
        submitted_at=now,
        decision_reason=f"{mark}-reason",
    )
    draft_request = make.request(child, author, FormState.draft, asking_note=f"{mark}-draft")
    message = make.message(
        linked[-1], subject=f"{mark}-subject", body=f"{mark}-body", child_id=child.id, form_id=advice.id
    )
    with everything(context) as work:
        section = "summary"
        draft = work.add(
            SectionDraft(
                form_id=draft_request.id,
                section=section,
                answers={"x": f"{mark}-answer"},
                saved_by_id=author.id,
                saved_at=now,
            )
        )
        work.add(
            Submission(
                form_id=advice.id,
                number=1,
                answers={section: {"x": f"{mark}-sent"}},
                checksum="0",
                send_key=f"{mark}-key",
                submitted_by_id=author.id,
                submitted_at=now,
            )
        )
        work.add(
            FormReturn(
                form_id=advice.id,
                submission_number=1,
                section=None,
                reason=f"{mark}-why",
                returned_by_id=cast.olu.id,
            )
        )
        document = work.add(
            Document(
                child_id=child.id,
                form_id=advice.id,
                section=section,
                question="q",
                name=f"{mark}-file.txt",
                media_type="text/plain",
                size=3,
                sha256=hashlib.sha256(b"abc").hexdigest(),
                storage_key=hashlib.sha256(mark.encode()).hexdigest(),
                state=DocumentState.clean,
                added_by_id=author.id,
                given_at=now,
            )
        )
        registration = work.add(
            Registration(
                email=f"{mark.lower()}@somewhere.example",
                first_name=f"{mark}-first",
                last_name=f"{mark}-last",
                profession=Profession.health,
                organisation_named=f"{mark}-body",
                job_title=f"{mark}-job",
                address=f"{mark}-road",
                postcode="BD1 1HX",
                phone="01274 000000",
                state=RegistrationState.waiting,
            )
        )
        invitation = work.add(
            Invitation(
                child_id=child.id,
                first_name=f"{mark}-invited",
                last_name=f"{mark}-guest",
                email=f"{mark.lower()}@guest.example",
                relationship_to_child=f"{mark}-aunt",
                invited_by_id=cast.olu.id,
                sent_at=now,
            )
        )
        change = work.add(
            OrganisationChange(
                person_id=linked[0].id,
                to_organisation_id=author.principal.organisation_id,
                reason=f"{mark}-moved",
            )
        )
        merged = work.add(
            Child(
                forenames=f"{mark}-merged",
                surname=f"{mark}-record",
                search_name=f"{mark.lower()} merged",
                date_of_birth=date(2017, 3, 14),
                added_by_id=cast.olu.id,
                merged_into_id=child.id,
            )
        )
        moved = {name: [] for name in (*_MOVED, *(table.__tablename__ for table in MOVING))}
        merge = work.add(
            ChildMerge(
                child_id=child.id,
                merged_child_id=merged.id,
                merged_by_id=cast.olu.id,
                moved={"filled_in": {}, **moved},
            )
        )
        batch = work.add(
            ImportBatch(
                kind=ImportKind.children,
                title=f"{mark}-file",
                state=BatchState.checked,
                started_by_id=cast.mary.id,
            )
        )
        work.add(
            ImportRow(
                batch_id=batch.id,
                number=2,
                cells={"forenames": f"{mark}-row"},
                state=RowState.doubtful,
                is_doubtful=True,
                match_id=child.id,
            )
        )
        organisation = work.session.scalars(select(Organisation).order_by(Organisation.id)).first()
        domain = work.session.scalars(select(WorkDomain).order_by(WorkDomain.id)).first()
        assert organisation and domain
        entered = [child, advice, draft_request, message, registration, organisation, domain, invitation]
        examples = example_ids(
            linked[0].app, work, mark, {type(row): row.id for row in entered} | {Person: linked[0].id}
        )
    return Family(
        {
            **examples,
            "child_id": child.id,
            "link_id": links[0].id,
            "form_id": advice.id,
            "draft_form_id": draft_request.id,
            "draft_id": draft.id,
            "document_id": document.id,
            "message_id": message.id,
            "registration_id": registration.id,
            "invitation_id": invitation.id,
            "merge_id": merge.id,
            "person_id": linked[0].id,
            "membership_id": linked[0].membership_id,
            "organisation_id": organisation.id,
            "domain_id": domain.id,
            "change_id": change.id,
            "batch_id": batch.id,
        }
    )


def fingerprint(context: AppContext) -> str:
    """A hash of every marked row in every table: unchanged means that no one touched the other family."""
    seen = hashlib.sha256()
    with context.database.engine.connect() as connection:
        for table in sorted(Model.metadata.tables.values(), key=lambda each: each.name):
            if table.name in {"audit", "outbox", "kept_post", "throttle", "organisation_change"}:
                # What is written about people who tried is not theirs; a proposal ends when its account is closed.
                continue
            for row in connection.execute(table.select().order_by(*table.primary_key.columns)):
                text = repr(tuple(row))
                if CANARY in text or CANARY.lower() in text:
                    seen.update(f"{table.name}{text}".encode())
    return seen.hexdigest()

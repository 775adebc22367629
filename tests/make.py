"""Rows a test needs, made the short way: make.child(), make.link(), make.advice()."""

import itertools
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from app.cases.advice_duty import settle_advice
from app.cases.duties import advice_asked, keep_duties
from app.cases.duty_rules import rules_of
from app.cases.invitations import Invited
from app.cases.rules.case_numbers import case_number
from app.cases.rules.case_states import CaseState, Channel, RequestSource
from app.core.roles import Profession, Role, WorkflowRole
from app.core.unit_of_work import AppContext
from app.forms.rules.paragraphs import Paragraph
from app.forms.rules.workflow import FormState
from app.models import (
    Advice,
    AdviceRoute,
    Case,
    Child,
    ChildLink,
    Consent,
    Form,
    FormShare,
    FormTemplate,
    FormVersion,
    Message,
    Organisation,
    Request,
    Submission,
)
from tests.cast import Actor, Cast, everything


def parent(
    child_id: int, first_name: str, last_name: str, email: str, relationship: str = "Mother", **more: Any
) -> Invited:
    """A person to invite as a parent of this child."""
    return Invited(
        role=Role.parent,
        child_id=child_id,
        first_name=first_name,
        last_name=last_name,
        email=email,
        relationship=relationship,
        **more,
    )


_numbers = itertools.count(1)


class Maker:
    """Makes rows without going through the services."""

    def __init__(self, context: AppContext, cast: Cast) -> None:
        self.context, self.cast = context, cast

    def _add(self, row: Any) -> Any:
        with everything(self.context) as work:
            work.add(row)
        return row

    def child(self, linked: tuple[Actor, ...] = (), **columns: Any) -> Child:
        """A child, with these people linked."""
        n = next(_numbers)
        given = {
            "forenames": "Amina",
            "surname": f"Shah{n}",
            "search_name": f"shah{n} amina",
            "date_of_birth": date(2017, 3, 14),
            "postcode": "BD9 4NQ",
            "added_by_id": self.cast.sana.id,
        }
        child = self._add(Child(**(given | columns)))
        for actor in linked:
            self.link(child, actor)
        return child

    def link(self, child: Child, actor: Actor, **columns: Any) -> ChildLink:
        """This person is involved with this child."""
        part = WorkflowRole.parent if actor.principal.organisation_id is None else WorkflowRole.author
        given = {
            "child_id": child.id,
            "person_id": actor.id,
            "organisation_id": actor.principal.organisation_id,
            "part": part,
            "linked_by_id": self.cast.olu.id,
            "taken_up_at": self.context.clock.now(),
        }
        return self._add(ChildLink(**(given | columns)))

    def organisation(self, **columns: Any) -> Organisation:
        """A school."""
        given = {"name": f"School {next(_numbers)}", "kind": Profession.school}
        return self._add(Organisation(**(given | columns)))

    def queue(self, child: Child, actor: Actor) -> ChildLink:
        """The child waits in the queue of this person's organisation."""
        return self.link(child, actor, person_id=None, taken_up_at=None)

    def version(self, template: str) -> FormVersion:
        """The published version of a form template."""
        with everything(self.context) as work:
            statement = select(FormVersion).join(FormTemplate).where(FormTemplate.key == template)
            return work.session.scalars(statement.order_by(FormVersion.number.desc())).unique().first()  # type: ignore[return-value]

    def _form(self, kind: type[Form], template: str, child: Child, author: Actor, **columns: Any) -> Any:
        given = {
            "child_id": child.id,
            "form_version_id": self.version(template).id,
            "author_id": author.id,
            "organisation_id": author.principal.organisation_id,
        }
        return self._add(kind(**(given | columns)))

    def request(
        self, child: Child, author: Actor, state: FormState | CaseState = FormState.draft, **columns: Any
    ) -> Request:
        """A request for an assessment, with its case once it is received; with a state of the case, the form is one that is
        decided on. `due_on` and `decided_on` are the case's."""
        of_case = {key: columns.pop(key) for key in ("due_on", "decided_on") if key in columns}
        if isinstance(state, CaseState):
            of_case["state"], state = (
                state,
                FormState.accepted if state is CaseState.received else FormState.decided,
            )
        if state is not FormState.draft:
            columns.setdefault("received_on", self.context.clock.today())
        form = self._form(Request, "request", child, author, state=state, **columns)
        if form.received_on is not None:
            self.case(child, request=form, **of_case)
        return form  # type: ignore[no-any-return]

    def case(self, child: Child, request: Request | None = None, **columns: Any) -> Case:
        """A case that is not decided, received on the day of its request's form, or today."""
        received_on = request.received_on if request is not None else self.context.clock.today()
        given = {
            "number": case_number(received_on.year, next(_numbers)),
            "child_id": child.id,
            "request_id": request.id if request is not None else None,
            "source": RequestSource.school if request is not None else RequestSource.parent,
            "channel": Channel.portal if request is not None else Channel.paper,
            "statutory": request.statutory if request is not None else True,
            "received_on": received_on,
            "state": CaseState.received,
        } | columns
        with everything(self.context) as work:
            case = work.add(Case(**given))
            keep_duties(work, case)
            case.due_on = columns.get("due_on", case.due_on)
        return case

    def case_of(self, form: Form | int) -> int:
        """The id of the case of a request's form, or of the form with this id."""
        form_id = form if isinstance(form, int) else form.id
        with everything(self.context) as work:
            return int(work.session.scalars(select(Case.id).where(Case.request_id == form_id)).one())

    def advice(
        self,
        child: Child,
        author: Actor,
        state: FormState = FormState.asked,
        template: str = "advice_psychology",
        **columns: Any,
    ) -> Advice:
        """Advice asked for today, due in six weeks."""
        today = self.context.clock.today()
        given = {"asked_on": today, "due_on": today + timedelta(weeks=6), "asked_by_id": self.cast.olu.id}
        made = self._form(Advice, template, child, author, state=state, **(given | columns))
        with everything(self.context) as work:
            if made.statutory and made.asked_on is not None and state is not FormState.cancelled:
                advice_asked(work, child.id, made.asked_on, rules_of(work.session))
                settle_advice(work, made)
        return made  # type: ignore[no-any-return]

    def route(self, template: str, paragraph: Paragraph, **columns: Any) -> AdviceRoute:
        """A route for requests on this form, by default to the child's own school or setting."""
        given = {"template_id": self.version(template).template_id, "paragraph": paragraph}
        return self._add(AdviceRoute(**(given | columns)))  # type: ignore[no-any-return]

    def consent(
        self, child: Child, author: Actor, state: FormState = FormState.draft, **columns: Any
    ) -> Consent:
        """The family's consent form."""
        return self._form(
            Consent, "consent", child, author, state=state, **({"organisation_id": None} | columns)
        )  # type: ignore[no-any-return]

    def share(self, form: Form, *whom: Actor, **columns: Any) -> None:
        """The form's newest submission, shared with these parents, or with no name with the linked professionals."""
        with everything(self.context) as work:
            statement = select(Submission).where(Submission.form_id == form.id)
            sent = work.session.scalars(statement.order_by(Submission.number.desc())).first()
            if sent is None:
                sent = work.add(
                    Submission(
                        form_id=form.id,
                        number=1,
                        answers={},
                        checksum="0",
                        send_key=f"made-{next(_numbers)}",
                        submitted_by_id=form.author_id or self.cast.olu.id,
                        submitted_at=work.now,
                    )
                )
            links: list[int | None] = [self._link_of(work, form, actor) for actor in whom] or [None]
            for link_id in links:
                given = {"form_id": form.id, "submission_number": sent.number, "link_id": link_id}
                work.add(FormShare(**(given | columns)))

    @staticmethod
    def _link_of(work: Any, form: Form, actor: Actor) -> int:
        statement = select(ChildLink.id).where(
            ChildLink.child_id == form.child_id, ChildLink.person_id == actor.id
        )
        return int(work.session.scalars(statement.order_by(ChildLink.id.desc())).first())

    def message(self, to: Actor | None, **columns: Any) -> Message:
        """A message in a person's inbox, or with None the SEN team's."""
        n = next(_numbers)
        given = {
            "recipient_id": to.id if to else None,
            "subject": "About a meeting",
            "body": "…",
            "event_key": f"test-{n}",
        }
        return self._add(Message(**(given | columns)))

"""The rows of the cases of a demo of a county's size: forms, advice, decisions, duties, notices, plans and messages."""

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.cases.duty_rules import RULE_COLUMNS, rule_from
from app.cases.notice_tables import Notice
from app.cases.plan_tables import Plan, PlanKind, Served
from app.cases.rules.case_numbers import case_number
from app.cases.rules.case_states import CaseState, Channel, DecisionBasis, RequestSource
from app.cases.rules.duties import Rules
from app.cases.rules.notices import REFUSALS, filled
from app.cases.rules.plan_dates import review_due_on
from app.cases.tables import Case, CaseException, Decision, Duty
from app.core.files.storage import StoredFile
from app.core.roles import Profession, WorkflowRole
from app.documents.tables import Document, DocumentState
from app.forms.definitions import FormDefinition
from app.forms.rules.workflow import FormState
from app.forms.submissions import answers_checksum
from app.forms.tables.forms import Form, Submission
from app.models import ChildLink, Message
from app.seed.bulk import last_id, put
from app.seed.filled import filled_answers
from app.seed.scale_duties import DutyRow, duties_of, next_due
from app.seed.scale_parts import facts, notice_templates, places, versions
from app.seed.scale_people import JOBS, County, Member, Pupil
from app.seed.scale_stories import Story

ADVICE = {
    "advice_education": Profession.school,
    "advice_psychology": Profession.educational_psychology,
    "advice_health": Profession.health,
    "advice_social_care": Profession.social_care,
}
PATIENCE = {
    "advice_education": 30,
    "advice_psychology": 46,
    "advice_health": 42,
    "advice_social_care": 34,
}
"""After how many days each kind of advice comes on average."""
EVIDENCE = "Invented for the demonstration: letter in the case file."
REASONS = {
    CaseState.assessing: "Both legal tests are met.",
    CaseState.not_assessing: "The needs can be met from what is ordinarily available.",
    CaseState.preparing_plan: "The provision that is needed goes beyond what the school can make.",
    CaseState.not_issuing: "The school can make the provision that is needed.",
    CaseState.withdrawn: "The parent telephoned and withdrew the request.",
}
AT_ONCE = 1_000
TABLES: tuple[Any, ...] = (
    ChildLink,
    Form,
    Submission,
    Case,
    CaseException,
    Decision,
    Duty,
    Notice,
    Document,
    Plan,
    Message,
)
"""In the order in which their rows are entered, so that what a row names is there."""
LATE = "The advice came late."
WITHOUT_OWNER, FROM_PORTAL, UNREAD_OF_LIVE = 0.04, 0.55, 0.03


class CaseWriter:
    """Collects the rows of all cases, then enters them table by table."""

    def __init__(
        self,
        connection: Connection,
        chance: random.Random,
        now: datetime,
        county: County,
        files: list[StoredFile],
    ) -> None:
        self.connection, self.chance, self.now, self.county = connection, chance, now, county
        self.files, self.today = files, now.date()
        self.rules = Rules(map(rule_from, connection.execute(sa.select(*RULE_COLUMNS))))
        self.versions = versions(connection)
        self.templates = notice_templates(connection)
        self.rows: dict[Any, list[dict[str, Any]]] = defaultdict(list)
        self.next_ids = {
            table: last_id(connection, table.__table__) + 1 for table in (Form, Case, CaseException, Document)
        }
        self.places = places(connection)
        self.linked: set[tuple[int, int]] = set()

    def write(self, stories: Sequence[tuple[Story, Pupil]]) -> None:
        """Enter the rows of these cases, each about one child, the request that came first with the lowest number."""
        in_order = iter(sorted(stories, key=lambda each: each[0].received_on))
        while some := [*islice(in_order, AT_ONCE)]:
            for story, pupil in some:
                self._case(story, pupil)
            for table in TABLES:
                put(self.connection, table.__table__, self.rows.pop(table, ()))

    def _id(self, table: Any) -> int:
        number = self.next_ids[table]
        self.next_ids[table] = number + 1
        return number

    def _at(self, day: date) -> datetime:
        return datetime.combine(day, time(9 + self.chance.randrange(8), self.chance.randrange(60)))

    def _case(self, story: Story, pupil: Pupil) -> None:
        is_live = story.is_live
        officer = self.chance.choice(self.county.officers)
        request_id = None
        self._link(pupil, pupil.senco, Profession.school, officer, story.received_on)
        if self.chance.random() < FROM_PORTAL:
            request_id = self._request(story, pupil, is_live)
        asked_on, all_received_on = self._advice(story, pupil, officer, is_live)
        duties = duties_of(story, self.rules, asked_on, all_received_on, EVIDENCE)
        following = next_due(story, duties)
        case_id, year = self._id(Case), story.received_on.year
        self.places[year] = self.places.get(year, 0) + 1
        self.rows[Case].append(
            {
                "id": case_id,
                "number": case_number(year, self.places[year]),
                "child_id": pupil.id,
                "request_id": request_id,
                "source": RequestSource.school if request_id else self._source(),
                "channel": Channel.portal if request_id else self.chance.choice([*Channel][1:]),
                "statutory": True,
                "received_on": story.received_on,
                "state": story.state,
                "due_on": following.due_on if following else None,
                "excused": following.excused if following else False,
                "decided_on": story.decided_on,
                "note": "" if request_id else "Invented for the demonstration.",
                "recorded_by_id": None if request_id else officer,
                "owner_id": None if is_live and self.chance.random() < WITHOUT_OWNER else officer,
                "views_invited_on": story.decided_on if story.is_assessed else None,
                "version": 1,
                "created_at": self._at(story.received_on),
            }
        )
        exception_id = self._exception(story, case_id, officer)
        self._decisions(story, case_id, officer, duties, exception_id)
        self._duties(case_id, duties, story.received_on)
        self._notice(story, case_id, pupil, officer, duties)
        self._plans(story, case_id, pupil, officer, duties)
        if is_live and self.chance.random() < UNREAD_OF_LIVE:
            self._message(pupil)

    def _source(self) -> RequestSource:
        drawn: list[RequestSource] = self.chance.choices([*RequestSource], [60, 20, 8, 6, 4, 2])
        return drawn[0]

    def _link(
        self,
        pupil: Pupil,
        member: Member,
        kind: Profession,
        officer: int,
        day: date,
        ended: date | None = None,
    ) -> None:
        if (pupil.id, member.person_id) in self.linked:
            return
        self.linked.add((pupil.id, member.person_id))
        self.rows[ChildLink].append(
            {
                "child_id": pupil.id,
                "person_id": member.person_id,
                "organisation_id": member.organisation_id,
                "part": WorkflowRole.author,
                "relationship_to_child": JOBS[kind],
                "linked_by_id": officer,
                "created_at": self._at(day),
                "ended_at": self._at(ended) if ended else None,
            }
        )

    def _request(self, story: Story, pupil: Pupil, is_live: bool) -> int:
        state = FormState.decided
        if story.state is CaseState.received:
            state = self.chance.choices(
                [FormState.submitted, FormState.accepted, FormState.returned], [45, 45, 10]
            )[0]
        return self._form("request", pupil, pupil.senco, state, story.received_on, is_live)

    def _advice(
        self, story: Story, pupil: Pupil, officer: int, is_live: bool
    ) -> tuple[date | None, date | None]:
        """Enter the advice of an assessment; return when it was asked for, and when the last of it came."""
        if not story.is_assessed or story.decided_on is None:
            return None, None
        must_be_in_by = story.about_plan_on
        asked_on, came = story.decided_on, []
        for key, kind in ADVICE.items():
            adviser = (
                pupil.senco if kind is Profession.school else self.chance.choice(self.county.staff[kind])
            )
            self._link(pupil, adviser, kind, officer, asked_on)
            came_on: date | None = asked_on + timedelta(days=int(self.chance.gauss(PATIENCE[key], 12)))
            came_on = max(came_on or asked_on, asked_on + timedelta(days=5))
            if must_be_in_by is not None:
                came_on = max(asked_on, min(came_on, must_be_in_by))
            elif came_on > self.today or self.chance.random() < 0.08:
                came_on = None
            state = self.chance.choices([FormState.asked, FormState.draft], [60, 40])[0]
            if came_on is not None:
                is_new = must_be_in_by is None and self.today - came_on < timedelta(days=6)
                state = FormState.submitted if is_new else FormState.accepted
            self._form(key, pupil, adviser, state, came_on, is_live, officer, asked_on)
            came.append(came_on)
        days = [day for day in came if day is not None]
        return asked_on, max(days) if len(days) == len(came) else None

    def _form(
        self,
        key: str,
        pupil: Pupil,
        author: Member,
        state: FormState,
        came_on: date | None,
        is_live: bool,
        officer: int | None = None,
        asked_on: date | None = None,
    ) -> int:
        number = self._id(Form)
        version_id, definition = self.versions[key]
        sent_at = self._at(came_on) if came_on else None
        self.rows[Form].append(
            {
                "id": number,
                "kind": "request" if asked_on is None else "advice",
                "child_id": pupil.id,
                "form_version_id": version_id,
                "state": state,
                "author_id": author.person_id,
                "organisation_id": author.organisation_id,
                "asked_by_id": officer,
                "asked_person_id": author.person_id if asked_on else None,
                "asked_on": asked_on,
                "asking_note": "",
                "statutory": True,
                "due_on": self.rules.due_on("give_advice", asked_on) if asked_on else None,
                "received_on": came_on,
                "submitted_at": sent_at,
                "version": 1,
                "created_at": self._at(asked_on or came_on or self.today),
            }
        )
        if sent_at is not None:
            self._submission(number, definition, pupil, author, sent_at, is_live)
        return number

    def _submission(
        self,
        form_id: int,
        definition: FormDefinition,
        pupil: Pupil,
        author: Member,
        sent_at: datetime,
        is_live: bool,
    ) -> None:
        """Enter what was sent: whole answers in a live case, the first section of it in a finished one."""
        answers = filled_answers(definition, facts(pupil), signed_on=sent_at.date().isoformat())
        if not is_live:
            answers = dict([*answers.items()][:1])
        self.rows[Submission].append(
            {
                "form_id": form_id,
                "number": 1,
                "answers": answers,
                "checksum": answers_checksum(answers, definition.checksum),
                "send_key": f"{form_id:032x}",
                "submitted_by_id": author.person_id,
                "submitted_at": sent_at,
                "created_at": sent_at,
            }
        )

    def _exception(self, story: Story, case_id: int, officer: int) -> int | None:
        if story.exception is None:
            return None
        code, first, last = story.exception
        number = self._id(CaseException)
        self.rows[CaseException].append(
            {
                "id": number,
                "case_id": case_id,
                "code": code,
                "first_day": first,
                "last_day": last,
                "evidence": EVIDENCE,
                "planned_on": last + timedelta(days=60),
                "plan": "Ask again as soon as the family is back.",
                "recorded_by_id": officer,
                "withdrawn_reason": "",
                "created_at": self._at(min(last, self.today)),
            }
        )
        return number

    def _decisions(
        self, story: Story, case_id: int, officer: int, duties: Sequence[DutyRow], exception_id: int | None
    ) -> None:
        refused = story.state is CaseState.not_assessing
        about_plan = (
            CaseState.not_issuing if story.state is CaseState.not_issuing else CaseState.preparing_plan
        )
        made = (
            (CaseState.not_assessing if refused else CaseState.assessing, story.decided_on),
            (about_plan, story.about_plan_on),
            (CaseState.withdrawn, story.withdrawn_on),
        )
        limits = {row.rule.key: row for row in duties}
        taken = [(outcome, day) for outcome, day in made if day is not None]
        for number, (outcome, day) in enumerate(taken, start=1):
            key = {
                CaseState.assessing: "decide_to_assess",
                CaseState.not_assessing: "decide_to_assess",
                CaseState.not_issuing: "no_plan_notice",
            }.get(outcome)
            is_late = key is not None and day > limits[key].due_on
            excuse = exception_id if key is not None and limits[key].excused else None
            self.rows[Decision].append(
                {
                    "case_id": case_id,
                    "number": number,
                    "outcome": outcome,
                    "decided_on": day,
                    "basis": DecisionBasis.council,
                    "panel_members": "",
                    "reason": REASONS[outcome],
                    "correction_reason": "",
                    "exception_id": excuse if is_late else None,
                    "late_reason": LATE if is_late and excuse is None else "",
                    "recorded_by_id": officer,
                    "created_at": self._at(day),
                }
            )

    def _duties(self, case_id: int, duties: Sequence[DutyRow], received_on: date) -> None:
        created_at = self._at(received_on)
        for row in duties:
            self.rows[Duty].append(
                {
                    "case_id": case_id,
                    "key": row.rule.key,
                    "rule_id": row.rule.id,
                    "starts_on": row.starts_on,
                    "due_on": row.due_on,
                    "ending": row.ending,
                    "ended_on": row.ended_on,
                    "excused": row.excused,
                    "created_at": created_at,
                }
            )

    def _notice(
        self, story: Story, case_id: int, pupil: Pupil, officer: int, duties: Sequence[DutyRow]
    ) -> None:
        if story.notice_on is None:
            return
        kind = REFUSALS[story.state]
        template_id, title, body = self.templates[kind]
        values = {"child_name": pupil.name, "reasons": REASONS[story.state]}
        limits = {row.rule.key: row.due_on for row in duties}
        self.rows[Notice].append(
            {
                "case_id": case_id,
                "template_id": template_id,
                "kind": kind,
                "title": filled(title, values),
                "body": filled(body, values),
                "served_on": story.notice_on,
                "served": Served.post,
                "mediation_until": limits["mediation_contact"],
                "appeal_until": limits["appeal"],
                "recorded_by_id": officer,
                "created_at": self._at(story.notice_on),
            }
        )

    def _plans(
        self, story: Story, case_id: int, pupil: Pupil, officer: int, duties: Sequence[DutyRow]
    ) -> None:
        """Enter the newest plan of a case: the final one, or the draft that the family has."""
        sent_on = story.final_on or story.draft_on
        if sent_on is None:
            return
        is_final = story.final_on is not None
        document_id, at, file = self._id(Document), self._at(sent_on), self.files.pop()
        self.rows[Document].append(
            {
                "id": document_id,
                "child_id": pupil.id,
                "case_id": case_id,
                "section": "",
                "question": "",
                "name": "final-plan.pdf" if is_final else "draft-plan.pdf",
                "media_type": "application/pdf",
                "size": file.size,
                "sha256": file.sha256,
                "storage_key": file.key,
                "state": DocumentState.clean,
                "added_by_id": officer,
                "given_at": at,
                "restricted": False,
                "created_at": at,
            }
        )
        views = next(row.due_on for row in duties if row.rule.key == "views_on_draft")
        self.rows[Plan].append(
            {
                "case_id": case_id,
                "kind": PlanKind.final if is_final else PlanKind.draft,
                "number": 1,
                "document_id": document_id,
                "served_on": sent_on,
                "served": Served.post,
                "also_sent_to": "",
                "comments_until": None if is_final else views,
                "setting_id": pupil.senco.organisation_id if is_final else None,
                "setting_type": "",
                "review_due_on": review_due_on(sent_on) if is_final else None,
                "early_reason": "",
                "recorded_by_id": officer,
                "created_at": at,
            }
        )

    def _message(self, pupil: Pupil) -> None:
        self.rows[Message].append(
            {
                "recipient_id": None,
                "sender_id": pupil.senco.person_id,
                "sender_organisation_id": pupil.senco.organisation_id,
                "sender_name": "SENCO",
                "from_team": False,
                "subject": "A question about the next step",
                "body": "The family asks when they will hear from you.",
                "facts": {},
                "child_id": pupil.id,
                "event_key": f"scale:{pupil.id}",
                "created_at": self._at(self.today - timedelta(days=self.chance.randrange(1, 20))),
            }
        )

"""One child with something in every table. `policy.py` beside it says who may see each of it."""

import secrets
from typing import Any

from flask_appbuilder.security.sqla.models import ApiKey, RegisterUser
from sqlalchemy import select

from app.cases.plan_tables import PlanKind, Served
from app.cases.rules.case_states import CaseState
from app.cases.rules.notices import NoticeKind
from app.core.roles import Profession
from app.core.unit_of_work import AppContext
from app.forms.rules.paragraphs import Paragraph
from app.forms.rules.workflow import FormState
from app.imports.rules.states import ImportKind
from app.models import (
    Absence,
    AuditRow,
    Case,
    CaseException,
    CaseReturn,
    Child,
    ChildMerge,
    ChildName,
    Consultation,
    Decision,
    Document,
    DocumentReader,
    DocumentState,
    DraftRevision,
    Duty,
    EmailChange,
    Form,
    FormReturn,
    FormShare,
    ImportBatch,
    ImportRow,
    Invitation,
    LogInChallenge,
    LogInSession,
    MailedLink,
    Membership,
    Notice,
    NoticeCopy,
    NoticeTemplate,
    OrganisationChange,
    OutboxMail,
    Plan,
    Purpose,
    Registration,
    Reminder,
    SavedSubmission,
    SchoolHoliday,
    SectionDraft,
    Submission,
    Throttle,
    WorkDomain,
)
from tests.cast import Cast, everything
from tests.integration.core.policy import WORKING
from tests.make import Maker


class World:
    """The rows by a name that says what is special about them."""

    def __init__(self, context: AppContext, cast: Cast, make: Maker) -> None:
        self.context, self.cast, self.make = context, cast, make
        self.now = context.clock.now()
        self.rows: dict[str, Any] = {}
        self.child = self._is("child", make.child())
        self._is("ended link of quinn", make.link(self.child, cast.quinn, ended_at=self.now))
        for actor in (cast.sana, cast.ann, cast.pat, cast.quinn):
            self._is(f"link of {actor.key}", make.link(self.child, actor))
        self._is("link in a queue", make.queue(self.child, cast.hana))
        self._is("ended link", make.link(self.child, cast.sol, ended_at=self.now))
        self._is("merged child", make.child(linked=(cast.sana, cast.pat), merged_into_id=self.child.id))
        elsewhere = self._is("child of another school", make.child(linked=(cast.rhys, cast.quinn)))
        for child, whose in ((self.child, "the child"), (elsewhere, "a child of another school")):
            self._is(f"name of {whose}", self._word_of(child))
        self._forms()
        self._messages()
        self._about_accounts()

    def _is(self, name: str, row: Any) -> Any:
        self.rows[name] = row
        return row

    def _add(self, name: str, row: Any) -> Any:
        with everything(self.context) as work:
            return self._is(name, work.add(row))

    def _word_of(self, child: Child) -> ChildName:
        with everything(self.context) as work:
            return work.session.scalars(select(ChildName).where(ChildName.child_id == child.id)).all()[0]

    def _forms(self) -> None:
        make, cast, child, now = self.make, self.cast, self.child, self.now
        sent = {"submitted_at": now}
        self._with_parts("draft request", make.request(child, cast.sana))
        self._with_parts("private advice", make.advice(child, cast.ann, FormState.submitted, **sent))
        for whom in ("professionals", "pat"):
            form = make.advice(child, cast.ann, FormState.submitted, **sent)
            self._with_parts(f"advice for {whom}", form)
            self._share(f"share of advice for {whom}", form, None if whom == "professionals" else cast.pat)
        owed = make.advice(child, cast.hana, template="advice_health", author_id=None)
        self._with_parts("advice in a queue", owed)
        self._with_parts("draft consent", make.consent(child, cast.quinn))
        recorded = make.consent(child, cast.olu, author_id=None, recorded_by_team=True)
        self._with_parts("consent in record", recorded)
        given = make.consent(child, cast.pat, FormState.submitted, **sent)
        self._with_parts("shared consent", given)
        self._share("share of shared consent", given, None)
        self._shares_that_ended()

    def _shares_that_ended(self) -> None:
        """Advice that was shared once, or in another version than the one that is shared now."""
        make, cast, child = self.make, self.cast, self.child
        sent = {"submitted_at": self.now}
        for name, whom in (("professionals", None), ("quinn", cast.quinn)):
            once = make.advice(child, cast.ann, FormState.submitted, **sent)
            self._with_parts(f"advice once for {name}", once)
            self._share(f"share of advice once for {name}", once, whom, ended_at=self.now)
        older = make.advice(child, cast.ann, FormState.submitted, **sent)
        self._with_parts("advice in an older version", older)
        self._share("share of advice in an older version", older, cast.pat)
        with everything(self.context) as work:
            newer = Submission(
                form_id=older.id,
                number=2,
                answers={},
                checksum="0",
                send_key=secrets.token_hex(4),
                submitted_by_id=cast.ann.id,
                submitted_at=self.now,
            )
            self._is("newer submission", work.add(newer))
            self._is(
                "file of the newer submission", work.add(self._file(older, given_at=self.now, sent_number=2))
            )
        hidden = make.advice(child, cast.ann, FormState.submitted, **sent)
        self._with_parts("advice without its files", hidden)
        self._share("share of advice without its files", hidden, cast.pat, with_files=False)
        left = make.advice(child, cast.ann, FormState.submitted, **sent)
        self._with_parts("advice for a parent who left", left)
        self._share(
            "share of advice for a parent who left", left, None, link_id=self.rows["ended link of quinn"].id
        )

    def _share(self, name: str, form: Form, whom: Any, **columns: Any) -> None:
        link = self.rows[f"link of {whom.key}"].id if whom else None
        given = {"form_id": form.id, "submission_number": 1, "link_id": link} | columns
        self._add(name, FormShare(**given))

    def _with_parts(self, name: str, form: Form) -> None:
        """The form, and a row in every table that hangs on it."""
        self._is(name, form)
        by, now = self.cast.sana.id, self.now
        with everything(self.context) as work:
            draft = SectionDraft(form_id=form.id, section="a", answers={}, saved_by_id=by, saved_at=now)
            held = {
                "draft_id": work.add(draft).id,
                "number": 1,
                "answers": {},
                "saved_by_id": by,
                "saved_at": now,
            }
            parts: dict[str, Any] = {
                "section": draft,
                "revision": DraftRevision(**held),
                "submission": Submission(
                    form_id=form.id,
                    number=1,
                    answers={},
                    checksum="0",
                    send_key=secrets.token_hex(4),
                    submitted_by_id=by,
                    submitted_at=now,
                ),
                "return": FormReturn(
                    form_id=form.id, submission_number=1, reason="Please.", returned_by_id=self.cast.olu.id
                ),
                "draft file": self._file(form),
                "file": self._file(form, given_at=now, sent_number=1),
                "restricted file": self._file(form, given_at=now, sent_number=1, restricted=True),
            }
            work.session.add_all(parts.values())
        for what, row in parts.items():
            self._is(f"{what} of {name}", row)

    def _file(self, form: Form | None, **columns: Any) -> Document:
        of_form = {"form_id": form.id, "section": "a", "question": "b"} if form is not None else {}
        return Document(
            child_id=self.child.id if form is None else form.child_id,
            name="report.pdf",
            media_type="application/pdf",
            size=1,
            sha256="0",
            storage_key=secrets.token_hex(8),
            state=DocumentState.clean,
            added_by_id=self.cast.sana.id,
            **{**of_form, **columns},
        )

    def _notice(self, case: Case) -> None:
        """A notice of which pat has a copy, and the school another."""
        with everything(self.context) as work:
            template = work.session.query(NoticeTemplate).filter_by(kind=NoticeKind.N1).one()
        self.rows["text of a notice"] = template
        notice = Notice(
            case_id=case.id,
            template_id=template.id,
            kind=NoticeKind.N1,
            title="Title",
            body="Text",
            served_on=self.now.date(),
            served=Served.portal,
            recorded_by_id=self.cast.olu.id,
        )
        self._add("notice", notice)
        copies = {"copy of pat": self.rows["link of pat"].id, "copy of a school": None}
        for name, link_id in copies.items():
            self._add(name, NoticeCopy(notice_id=notice.id, link_id=link_id, recipient="Name"))

    def _plan(self, case: Case) -> None:
        """A draft plan that was sent to pat, and a school that was asked about a place."""
        cast = self.cast
        columns = {"form_id": None, "case_id": case.id, "given_at": self.now}
        file = self._file(None, **columns)
        self._add("file of a plan", file)
        draft = Plan(
            case_id=case.id,
            kind=PlanKind.draft,
            number=1,
            document_id=file.id,
            served_on=self.now.date(),
            served=Served.portal,
            recorded_by_id=cast.olu.id,
        )
        self._add("plan", draft)
        link = self.rows["link of pat"]
        self._add("reader of a plan", DocumentReader(document_id=file.id, link_id=link.id))
        self._add(
            "consultation",
            Consultation(
                case_id=case.id,
                plan_id=draft.id,
                organisation_id=cast.sana.principal.organisation_id,
                sent_on=self.now.date(),
                reply_due_on=self.now.date(),
                recorded_by_id=cast.olu.id,
            ),
        )

    def _messages(self) -> None:
        make, cast, child = self.make, self.cast, self.child
        self._is("message to ann", make.message(cast.ann, child_id=child.id))
        self._is("message to sol, once linked", make.message(cast.sol, child_id=child.id))
        self._is("message to sol about himself", make.message(cast.sol))
        self._is("message to the team by sana", make.message(None, sender_id=cast.sana.id, child_id=child.id))

    def _about_accounts(self) -> None:
        cast, now = self.cast, self.now
        sid = secrets.token_hex(4)
        self._add(
            "log-in of ann", LogInSession(sid_hash=sid, person_id=cast.ann.id, opened_at=now, seen_at=now)
        )
        self._add(
            "audit row",
            AuditRow(at=now, event="ChildViewed", child_id=self.child.id, seal=secrets.token_hex(8)),
        )
        self._add("mail", OutboxMail(dedupe_key=secrets.token_hex(4), letter="x", to_address="x@x.example"))
        summer = {"first_day": now.date(), "last_day": now.date()}
        self._add("school holiday", SchoolHoliday(name="Summer", **summer))
        self._add("work domain", WorkDomain(domain="new.example"))
        self._add(
            "registration",
            Registration(
                email="n@new.example",
                first_name="N",
                last_name="M",
                profession=Profession.school,
                job_title="Head",
                address="x",
                postcode="BD1 1HX",
                phone="0",
            ),
        )
        case = self.make.case(self.child, state=CaseState.assessing)
        self._is("case", case)
        with everything(self.context) as work:
            of_case = select(Duty).where(Duty.case_id == case.id).order_by(Duty.id)
            self._is("duty", work.session.scalars(of_case).first())
        self._is("advice route", self.make.route("advice_psychology", Paragraph.d))
        self._add(
            "decision",
            Decision(
                case_id=case.id,
                number=1,
                outcome=case.state,
                decided_on=now.date(),
                recorded_by_id=cast.olu.id,
            ),
        )
        self._plan(case)
        self._add(
            "exception",
            CaseException(
                case_id=case.id,
                code="ABSENT",
                first_day=now.date(),
                last_day=now.date(),
                evidence="x",
                planned_on=now.date(),
                plan="x",
                recorded_by_id=cast.olu.id,
            ),
        )
        self._add("answers for the return", CaseReturn(case_id=case.id, recorded_by_id=cast.olu.id))
        self._notice(case)
        of_form = self.rows["advice in a queue"].id
        self._add("reminder", Reminder(form_id=of_form, due_on=now.date(), days=3))
        batch = ImportBatch(kind=ImportKind.schools, title="Schools", started_by_id=cast.ines.id)
        self._add("import of schools", batch)
        of_children = ImportBatch(kind=ImportKind.children, title="Children", started_by_id=cast.mary.id)
        self._add("import of children", of_children)
        self._add("row of an import of children", ImportRow(batch_id=of_children.id, number=2, cells={}))
        self._add("row of an import of schools", ImportRow(batch_id=batch.id, number=2, cells={}))
        self._add(
            "absence",
            Absence(
                person_id=cast.olu.id,
                covered_by_id=cast.mary.id,
                first_day=now.date(),
                last_day=now.date(),
                arranged_by_id=cast.olu.id,
            ),
        )
        self._add(
            "merge",
            ChildMerge(
                child_id=self.child.id, merged_child_id=self.child.id, merged_by_id=cast.olu.id, moved={}
            ),
        )
        self._add(
            "invitation",
            Invitation(
                child_id=self.child.id,
                first_name="N",
                last_name="M",
                email="n@mail.example",
                relationship_to_child="Mother",
                invited_by_id=cast.olu.id,
                sent_at=now,
            ),
        )
        self._hidden_from_everyone()
        for actor in cast:
            self._is(f"account of {actor.key}", actor)
        for key in WORKING:
            self._is(f"membership of {key}", self._membership_of(getattr(cast, key)))

    def _membership_of(self, actor: Any) -> Membership:
        with everything(self.context) as work:
            return work.session.scalars(select(Membership).where(Membership.person_id == actor.id)).one()

    def _hidden_from_everyone(self) -> None:
        """What only the log-in handles, and AppBuilder's own tables that are not used."""
        ann, now, mark = self.cast.ann.id, self.now, secrets.token_hex(8)
        self._add(
            "what ann typed",
            SavedSubmission(key_hash=mark, person_id=ann, path="/", sealed_fields="x", kept_at=now),
        )
        self._add(
            "code on its way",
            LogInChallenge(
                challenge_hash=mark, person_id=ann, method="email", subject="x", issued_at=now, expires_at=now
            ),
        )
        self._add("new address of ann", EmailChange(person_id=ann, new_email=f"{mark}@mail.example"))
        self._add(
            "new organisation of ann",
            OrganisationChange(person_id=ann, to_organisation_id=self.cast.sana.principal.organisation_id),
        )
        self._add("count of tries", Throttle(key=mark, touched_at=now))
        self._add(
            "link on its way",
            MailedLink(token_hash=mark, purpose=Purpose.invite, email="n@mail.example", expires_at=now),
        )
        self._add(
            "AppBuilder's registration",
            RegisterUser(
                first_name="N",
                last_name="M",
                username=mark,
                email="n@mail.example",
                password="",
                registration_hash="x",
            ),
        )
        self._add("key for a program", ApiKey(name="x", key_hash=mark, key_prefix="x", user_id=ann))

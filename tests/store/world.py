"""One child with something in every table, and who may see each of it: the council's policy, written out by hand."""

import secrets
from typing import Any

from flask_appbuilder.security.sqla.models import ApiKey, RegisterUser
from sqlalchemy import select

from app.domain.roles import Profession
from app.domain.workflow import FormState
from app.models import (
    AuditRow,
    Child,
    ChildName,
    Decision,
    Document,
    DocumentState,
    DraftRevision,
    EmailChange,
    Form,
    FormReturn,
    Invitation,
    KeptPost,
    LogInChallenge,
    LogInSession,
    MailedLink,
    OrganisationChange,
    OutboxMail,
    Purpose,
    Registration,
    SectionDraft,
    Submission,
    Throttle,
    WorkDomain,
)
from app.services.work import Office
from tests.cast import Cast, everything
from tests.make import Maker

TEAM = {"olu", "mary"}
SCHOOL, PSYCHOLOGY, QUEUE, FAMILY = {"sana"}, {"ann"}, {"hana", "idris"}, {"pat"}
LINKED = SCHOOL | PSYCHOLOGY | QUEUE
"""Professionals who see the child: linked by name, or through their organisation's queue."""
INVOLVED = LINKED | FAMILY
"""The others are a colleague or a stranger of each kind; sol was linked once; ines is the administrator."""


class World:
    """The rows by a name that says what is special about them."""

    def __init__(self, office: Office, cast: Cast, make: Maker) -> None:
        self.office, self.cast, self.make = office, cast, make
        self.now = office.clock.now()
        self.rows: dict[str, Any] = {}
        self.child = self._is("child", make.child())
        for actor in (cast.sana, cast.ann, cast.pat):
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
        with everything(self.office) as work:
            return self._is(name, work.add(row))

    def _word_of(self, child: Child) -> ChildName:
        with everything(self.office) as work:
            return work.session.scalars(select(ChildName).where(ChildName.child_id == child.id)).all()[0]

    def _forms(self) -> None:
        make, cast, child, now = self.make, self.cast, self.child, self.now
        sent = {"submitted_at": now}
        self._with_parts("draft request", make.request(child, cast.sana))
        self._with_parts("private advice", make.advice(child, cast.ann, FormState.submitted, **sent))
        for whom in ("professionals", "parents"):
            shared = {f"shared_with_{whom}_at": now} | sent
            self._with_parts(
                f"advice for {whom}", make.advice(child, cast.ann, FormState.submitted, **shared)
            )
        owed = make.advice(child, cast.hana, template="advice_health", author_id=None)
        self._with_parts("advice in a queue", owed)
        self._with_parts("draft consent", make.consent(child, cast.olu))
        given = make.consent(child, cast.pat, FormState.submitted, shared_with_professionals_at=now, **sent)
        self._with_parts("shared consent", given)

    def _with_parts(self, name: str, form: Form) -> None:
        """The form, and a row in every table that hangs on it."""
        self._is(name, form)
        by, now = self.cast.sana.id, self.now
        with everything(self.office) as work:
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
                "decision": Decision(
                    form_id=form.id,
                    number=1,
                    outcome=FormState.assessing,
                    decided_on=now.date(),
                    recorded_by_id=self.cast.olu.id,
                ),
                "draft file": self._file(form),
                "file": self._file(form, given_at=now),
                "restricted file": self._file(form, given_at=now, restricted=True),
            }
            work.session.add_all(parts.values())
        for what, row in parts.items():
            self._is(f"{what} of {name}", row)

    def _file(self, form: Form, **columns: Any) -> Document:
        return Document(
            child_id=form.child_id,
            form_id=form.id,
            section="a",
            question="b",
            name="report.pdf",
            media_type="application/pdf",
            size=1,
            sha256="0",
            storage_key=secrets.token_hex(8),
            state=DocumentState.clean,
            added_by_id=self.cast.sana.id,
            **columns,
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
        self._kept_from_everybody()
        for actor in cast:
            self._is(f"account of {actor.key}", actor)

    def _kept_from_everybody(self) -> None:
        """What only the log-in room handles, and AppBuilder's own tables that nobody uses."""
        ann, now, mark = self.cast.ann.id, self.now, secrets.token_hex(8)
        self._add(
            "what ann typed",
            KeptPost(key_hash=mark, person_id=ann, path="/", sealed_fields="x", kept_at=now),
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


def _of_form(
    name: str, authors: set[str], shared: set[str], *, is_consent: bool = False, queue: set[str] | None = None
) -> dict[str, set[str]]:
    """Who sees a form and what hangs on it. Those who only see the queue see that there is a form."""
    team_on_drafts = TEAM if is_consent else set()
    return {
        name: authors | shared | TEAM | (queue or set()),
        f"section of {name}": authors | team_on_drafts,
        f"revision of {name}": authors | team_on_drafts,
        f"submission of {name}": authors | shared | TEAM,
        f"return of {name}": authors | TEAM,
        f"decision of {name}": TEAM,
        f"draft file of {name}": authors | team_on_drafts,
        f"file of {name}": authors | shared | TEAM,
        f"restricted file of {name}": authors | TEAM,
    }


_ACCOUNTS = TEAM | {"ines"}
_BESIDE = SCHOOL | PSYCHOLOGY | QUEUE | FAMILY
COLLEAGUES = {
    "sana": {"tom"},
    "tom": {"sana"},
    "ann": {"bob"},
    "bob": {"ann"},
    "hana": {"idris"},
    "idris": {"hana"},
    "olu": {"mary", "ines"},
    "mary": {"olu", "ines"},
    "ines": {"olu", "mary"},
    "rhys": {"quinn"},
    "quinn": {"rhys"},
}
"""Who sees an account besides those who see all: colleagues; rhys and quinn are linked to one child."""

POLICY: dict[str, set[str]] = {
    "child": INVOLVED | TEAM,
    "merged child": set(),
    "child of another school": {"rhys", "quinn"} | TEAM,
    "name of the child": INVOLVED | TEAM,
    "name of a child of another school": {"rhys", "quinn"} | TEAM,
    "link of sana": INVOLVED | TEAM,
    "link of ann": INVOLVED | TEAM,
    "link of pat": INVOLVED | TEAM,
    "link in a queue": INVOLVED | TEAM,
    "ended link": INVOLVED | TEAM,
    **_of_form("draft request", SCHOOL, set()),
    **_of_form("private advice", PSYCHOLOGY, set()),
    **_of_form("advice for professionals", PSYCHOLOGY, LINKED),
    **_of_form("advice for parents", PSYCHOLOGY, FAMILY),
    **_of_form("advice in a queue", set(), set(), queue=QUEUE),
    **_of_form("draft consent", FAMILY, set(), is_consent=True),
    **_of_form("shared consent", FAMILY, LINKED, is_consent=True),
    "message to ann": PSYCHOLOGY,
    "message to sol, once linked": set(),
    "message to sol about himself": {"sol"},
    "message to the team by sana": SCHOOL | TEAM,
    "log-in of ann": PSYCHOLOGY,
    "audit row": {"mary"},
    "mail": set(),
    "what ann typed": PSYCHOLOGY,
    "new address of ann": PSYCHOLOGY,
    "new organisation of ann": PSYCHOLOGY | TEAM,
    "code on its way": set(),
    "count of tries": set(),
    "link on its way": set(),
    "AppBuilder's registration": set(),
    "key for a program": set(),
    "work domain": _ACCOUNTS,
    "registration": TEAM,
    "invitation": TEAM,
    **{
        f"account of {key}": _ACCOUNTS
        | {key}
        | COLLEAGUES.get(key, set())
        | (_BESIDE if key in {"sana", "ann", "pat"} else set())
        for key in [
            "sana",
            "tom",
            "rhys",
            "ann",
            "bob",
            "hana",
            "idris",
            "sol",
            "olu",
            "mary",
            "ines",
            "pat",
            "quinn",
        ]
    },
}
"""Who sees each row. Everybody who is not named does not see it."""

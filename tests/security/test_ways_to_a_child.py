"""A2: every way by which a person comes to a child asks whether they may know about it (app/forms/may_know.py).

The first test lists each place in the source that gives sight of a child or takes the bar away. A new one fails it until
it has a way here. Each way is then tried twice: with a note that names the person, and with one that names another.
"""

import ast
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from app.accounts import account_details, accounts, acting_for, membership
from app.cases import advice_requests, duplicates, invitations, links, merges, notices, plans
from app.cases.consultations import consult
from app.cases.plan_tables import Served
from app.cases.rules.case_states import CaseState
from app.cases.rules.notices import NoticeKind
from app.cases.sent_copies import Opening, SentKind, open_copies
from app.core.clock import FixedClock
from app.core.errors import ValidationFailed
from app.core.unit_of_work import AppContext
from app.documents import documents
from app.forms.rules.sharing import SharingChoice
from app.forms.rules.workflow import FormState
from app.forms.sharing import set_sharing
from app.models import Child, ChildMerge, Consultation, Organisation
from tests.cast import Actor, Cast, everything
from tests.filled_forms import fill_in, send
from tests.make import Maker, parent
from tests.security.test_family_attacks import advice_of, linked_to, note_that_must_not_know
from tests.security.test_memberships import asks_to_join, place_of
from tests.security.test_named_in_queues import sees
from tests.security.test_named_later import FATHER, accept
from tests.security.test_two_at_once import Deed

APP = Path(__file__).parents[2] / "app"


@dataclass
class Scene:
    """One child of Pat's, and whether the note names the person who comes."""

    context: AppContext
    cast: Cast
    make: Maker
    clock: FixedClock
    is_named: bool

    def child(self, *linked: Actor) -> Child:
        return self.make.child(linked=(self.cast.pat, *linked))

    def note(self, child: Child, name: str) -> None:
        note_that_must_not_know(self.cast, self.make, child, name if self.is_named else "Rosa Lund")

    def tries(self, actor: Actor, deed: Deed) -> None:
        """They do it; where the note names the person, it may be refused."""
        try:
            with actor.works() as work:
                deed(work)
        except ValidationFailed:
            if not self.is_named:
                raise


def linked_by_the_team(s: Scene) -> bool:
    child = s.child()
    s.note(child, "Tom Ellis")
    s.tries(s.cast.olu, lambda work: links.link_person(work, child.id, s.cast.tom.id))
    return sees(s.cast.tom, child)


def brought_in(s: Scene) -> bool:
    child = s.child(s.cast.sana)
    s.note(child, "Tom Ellis")
    s.tries(s.cast.sana, lambda work: links.bring_in(work, child.id, s.cast.tom.id))
    return sees(s.cast.tom, child)


def assigned(s: Scene) -> bool:
    child = s.child()
    queued = s.make.queue(child, s.cast.sana)
    s.note(child, "Tom Ellis")
    s.tries(s.cast.sana, lambda work: links.assign(work, queued.id, s.cast.tom.id))
    return sees(s.cast.tom, child)


def assigned_on(s: Scene) -> bool:
    child = s.child()
    queued = s.make.queue(child, s.cast.sana)
    s.tries(s.cast.sana, lambda work: links.take_up(work, queued.id))
    s.note(child, "Tom Ellis")
    s.tries(s.cast.sana, lambda work: links.assign(work, queued.id, s.cast.tom.id, s.cast.sana.id))
    return sees(s.cast.tom, child)


def queue_entered(s: Scene) -> bool:
    child = s.child()
    s.note(child, "Tom Ellis")
    place = place_of(s.cast.tom)
    s.tries(s.cast.olu, lambda work: links.link_organisation(work, child.id, place))
    if s.is_named:
        with s.cast.olu.works() as work:
            links.link_organisation(work, child.id, place, despite=True)
    return sees(s.cast.tom, child)


def returned_to_the_queue(s: Scene) -> bool:
    child = s.child()
    link = s.make.link(child, s.cast.sana)
    s.make.advice(child, s.cast.sana, FormState.asked, "advice_education")
    s.note(child, "Tom Ellis")
    s.tries(s.cast.sana, lambda work: links.step_back(work, link.id))
    return sees(s.cast.tom, child)


def stepped_back_beside_a_queue(s: Scene) -> bool:
    child = s.child()
    link = s.make.link(child, s.cast.tom)
    s.make.queue(child, s.cast.tom)
    s.note(child, "Tom Ellis")
    s.tries(s.cast.tom, lambda work: links.step_back(work, link.id))
    return sees(s.cast.tom, child)


def handed_over(s: Scene) -> bool:
    child = s.child(s.cast.sana)
    s.note(child, "Tom Ellis")
    s.tries(s.cast.ines, lambda work: accounts.deactivate(work, s.cast.sana.id))
    return sees(s.cast.tom, child)


def left_beside_a_queue(s: Scene) -> bool:
    child = s.child()
    left = s.cast.tom.membership_id
    s.cast.tom.joins(place_of(s.cast.ann))
    s.make.link(child, s.cast.tom)
    s.make.queue(child, s.cast.ann)
    s.note(child, "Tom Ellis")
    s.tries(s.cast.tom, lambda work: acting_for.leave(work, left))
    s.cast.tom.acts_for(place_of(s.cast.ann))
    return sees(s.cast.tom, child)


def membership_confirmed(s: Scene) -> bool:
    child = s.child()
    s.make.queue(child, s.cast.ann)
    s.note(child, "Tom Ellis")
    asked = asks_to_join(s.cast.tom, place_of(s.cast.ann))
    s.tries(s.cast.olu, lambda work: membership.confirm(work, asked))
    s.cast.tom.acts_for(place_of(s.cast.ann))
    return sees(s.cast.tom, child)


def moved_to_the_organisation(s: Scene) -> bool:
    child = s.child()
    s.make.queue(child, s.cast.ann)
    s.note(child, "Tom Ellis")
    with s.cast.tom.works() as work:
        change = account_details.propose(work, place_of(s.cast.ann), "A new post").id
    s.tries(s.cast.olu, lambda work: account_details.approve(work, change))
    s.cast.tom.acts_for(place_of(s.cast.ann))
    return sees(s.cast.tom, child)


def parent_with_an_account_invited(s: Scene) -> bool:
    child = s.child()
    s.note(child, "Quinn Barker")
    asked = parent(child.id, "Quinn", "Barker", s.cast.quinn.email, "Friend")
    s.tries(s.cast.olu, lambda work: invitations.invite(work, asked))
    return sees(s.cast.quinn, child)


def invitation_accepted(s: Scene) -> bool:
    child = s.child()
    asked = parent(child.id, "John", "Hussain", FATHER, "Friend")
    s.tries(s.cast.olu, lambda work: invitations.invite(work, asked))
    s.clock.forward(hours=1)
    s.note(child, "John Hussain")
    return linked_to(s.context, child.id, accept(s.context))


def merged(s: Scene) -> bool:
    older = s.child()
    newer = s.make.child(linked=(s.cast.tom,), possible_duplicate_of_id=older.id)
    s.note(older, "Tom Ellis")
    s.tries(s.cast.olu, lambda work: duplicates.same_child(work, newer.id))
    return sees(s.cast.tom, older)


def merged_with_a_queue(s: Scene) -> bool:
    older = s.child()
    newer = s.make.child(possible_duplicate_of_id=older.id)
    s.make.queue(newer, s.cast.tom)
    s.note(older, "Tom Ellis")
    with s.cast.olu.works() as work:
        duplicates.same_child(work, newer.id, despite=s.is_named)
    return sees(s.cast.tom, older)


def merge_undone(s: Scene) -> bool:
    older = s.make.child(linked=(s.cast.tom,))
    newer = s.make.child(linked=(s.cast.pat,), possible_duplicate_of_id=older.id)
    s.make.queue(newer, s.cast.tom)
    consent = s.make.consent(newer, s.cast.pat)
    with s.cast.olu.works() as work:
        duplicates.same_child(work, newer.id)
    name = "Tom Ellis" if s.is_named else "Rosa Lund"
    fill_in(s.cast.pat, consent.id, sharing={"not_share": [{"name": name, "why": "No contact."}]})
    send(s.cast.pat, consent.id)
    with everything(s.context) as work:
        merge = work.session.scalars(select(ChildMerge.id)).one()
    s.tries(s.cast.olu, lambda work: merges.undo_merge(work, merge, "Two children"))
    return sees(s.cast.tom, newer)


def form_shared(s: Scene) -> bool:
    child = s.child(s.cast.ann, s.cast.tom)
    s.note(child, "Tom Ellis")
    form = advice_of(s.cast, s.make, child, s.cast.ann)
    s.tries(s.cast.olu, lambda work: set_sharing(work, form, SharingChoice(professionals=True)))
    return s.cast.tom.browser().get(f"/forms/{form}/read").status_code == 200


def consent_shared(s: Scene) -> bool:
    child = s.child(s.cast.tom)
    consent = s.make.consent(child, s.cast.pat)
    name = "Tom Ellis" if s.is_named else "Rosa Lund"
    fill_in(s.cast.pat, consent.id, sharing={"not_share": [{"name": name, "why": "No contact."}]})
    send(s.cast.pat, consent.id)
    return s.cast.tom.browser().get(f"/forms/{consent.id}/read").status_code == 200


def advice_asked(s: Scene) -> bool:
    child = s.child()
    s.note(child, "Ann Kowalska")
    s.tries(
        s.cast.olu,
        lambda work: advice_requests.ask_for_advice(
            work, child.id, "advice_psychology", person_id=s.cast.ann.id
        ),
    )
    return sees(s.cast.ann, child)


def advice_asked_of_a_queue(s: Scene) -> bool:
    child = s.child()
    s.note(child, "Ann Kowalska")
    place = place_of(s.cast.ann)
    s.tries(
        s.cast.olu,
        lambda work: advice_requests.ask_for_advice(
            work, child.id, "advice_psychology", organisation_id=place
        ),
    )
    return sees(s.cast.ann, child)


def plan_sent(s: Scene) -> bool:
    child = s.child()
    link = s.make.link(child, s.cast.quinn)
    s.note(child, "Quinn Barker")
    case = s.make.case(child, state=CaseState.preparing_plan)
    file = documents.receive(s.context, "plan.txt", io.BytesIO(b"The plan."))
    sent = plans.PlanToServe(date(2026, 11, 23), Served.portal, frozenset({link.id}))
    s.tries(s.cast.olu, lambda work: plans.serve_draft(work, case.id, sent, file))
    with s.cast.quinn.works() as work:
        return bool(plans.plans_of(work, [case.id]))


def notice_served(s: Scene) -> bool:
    child = s.child()
    link = s.make.link(child, s.cast.quinn)
    s.note(child, "Quinn Barker")
    case = s.make.case(child, state=CaseState.assessing)
    served = notices.NoticeToServe(
        NoticeKind.N2, "Title", "Text", date(2026, 11, 23), Served.portal, frozenset({link.id})
    )
    s.tries(s.cast.olu, lambda work: notices.serve_notice(work, case.id, served))
    with s.cast.quinn.works() as work:
        return bool(notices.copies_of(work, [case.id]))


def sent_copy_opened(s: Scene) -> bool:
    child = s.child()
    link = s.make.link(child, s.cast.quinn)
    s.note(child, "Quinn Barker")
    case = s.make.case(child, state=CaseState.preparing_plan)
    file = documents.receive(s.context, "plan.txt", io.BytesIO(b"The plan."))
    with s.cast.olu.works() as work:
        by_post = plans.PlanToServe(date(2026, 11, 23), Served.post)
        plan = plans.serve_draft(work, case.id, by_post, file).id
        letter = notices.NoticeToServe(
            NoticeKind.N6,
            "Title",
            "By {comments_until}",
            date(2026, 11, 23),
            Served.post,
            others="School",
        )
        notice = notices.serve_notice(work, case.id, letter).id
    wanted = [Opening(SentKind.plan, plan, link.id), Opening(SentKind.notice, notice, link.id)]
    s.tries(s.cast.olu, lambda work: open_copies(work, case.id, wanted))
    with s.cast.quinn.works() as work:
        return bool(plans.plans_of(work, [case.id]) or notices.copies_of(work, [case.id]))


def school_consulted(s: Scene) -> bool:
    child = s.child()
    with everything(s.context) as work:
        name = work.get(Organisation, place_of(s.cast.sana)).name
    s.note(child, f"No one at {name}")
    case = s.make.case(child, state=CaseState.preparing_plan)
    file = documents.receive(s.context, "plan.txt", io.BytesIO(b"The plan."))
    day = date(2026, 11, 23)
    with s.cast.olu.works() as work:
        plans.serve_draft(work, case.id, plans.PlanToServe(day, Served.post), file)
    s.tries(s.cast.olu, lambda work: consult(work, case.id, place_of(s.cast.sana), day))
    with everything(s.context) as work:
        return bool(work.session.scalars(select(Consultation.id)).all())


Way = Callable[[Scene], bool]
BARS = "it bars"
OF_AN_IMPORT = "an import is confirmed; its rows are added by the use cases above"
NO_ONE_YET = "the child is new, and only its author is linked"
OF_A_COPY = "the reader of the copy, who was asked about when it was served"
OF_AN_ADDRESS = "an address is confirmed, no membership"

PLACES: dict[str, tuple[Way, ...] | str] = {
    "accounts/membership.py confirm": (membership_confirmed,),
    "accounts/membership_changes.py begin": (membership_confirmed, moved_to_the_organisation),
    "accounts/membership_changes.py move": (moved_to_the_organisation,),
    "accounts/registration.py confirm": OF_AN_ADDRESS,
    "cases/advice_requests.py ask_for_advice": (advice_asked, advice_asked_of_a_queue),
    "cases/bars.py _lift": (linked_by_the_team, queue_entered, parent_with_an_account_invited),
    "cases/bars.py copy_bars": BARS,
    "cases/children.py _own_link": NO_ONE_YET,
    "cases/consultations.py consult": (school_consulted,),
    "cases/handover.py _hand_over": (handed_over, left_beside_a_queue),
    "cases/handover.py _place": (handed_over,),
    "cases/invitations.py link_parent": (parent_with_an_account_invited, invitation_accepted),
    "cases/links.py _enter_queue": (queue_entered, returned_to_the_queue),
    "cases/links.py _end": (stepped_back_beside_a_queue,),
    "cases/links.py _link": (linked_by_the_team, brought_in, assigned_on),
    "cases/links.py assign": (assigned, assigned_on),
    "cases/merges.py _open_again": (merge_undone,),
    "cases/merges.py merge_records": (merged, merged_with_a_queue),
    "cases/notice_files.py _document": OF_A_COPY,
    "cases/notices.py add_copies": (notice_served,),
    "cases/plans.py _add": (plan_sent,),
    "cases/sent_copies.py _open_files": (sent_copy_opened,),
    "cases/sent_copies.py _open_notices": (sent_copy_opened,),
    "forms/named_later.py _bar": BARS,
    "forms/sharing.py _add": (form_shared,),
    "forms/sharing.py share_consent": (consent_shared,),
    "imports/batches.py confirm": OF_AN_IMPORT,
}
ROWS = frozenset(
    {"ChildLink", "FormShare", "Advice", "Membership", "DocumentReader", "Consultation", "NoticeCopy"}
)


def places_in(path: Path) -> set[str]:
    """The functions of a file that make such a row, open one again, confirm one, or move a child's rows to another."""
    found = set()

    def visit(node: ast.AST, function: str) -> None:
        if isinstance(node, ast.FunctionDef):
            function = node.name
        if gives_sight(node):
            found.add(f"{path.relative_to(APP)} {function}")
        for each in ast.iter_child_nodes(node):
            visit(each, function)

    visit(ast.parse(path.read_text(encoding="utf-8")), "")
    return found


def gives_sight(node: ast.AST) -> bool:
    """Rows of links, shares, advice, sent files, consultations and memberships are made or written; a link begins again, ends or loses its bar; a
    membership is confirmed; two records become one."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        made_in_bulk = node.func.id == "insert" and ast.unparse(node.args[0]) in ROWS
        return node.func.id in ROWS or made_in_bulk
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "values":
        values = {each.arg: ast.unparse(each.value) for each in node.keywords}
        written = None in values and any(f"update({row})" in ast.unparse(node) for row in ROWS)
        return written or values.get("ended_at") == "None" or values.get("barred") == "False"
    if isinstance(node, ast.Assign):
        targets = [ast.unparse(each) for target in node.targets for each in ast.walk(target)]
        ends = {target.rpartition(".")[2] for target in targets if "." in target}
        return "link.ended_at" in targets or bool(ends & {"confirmed_at", "merged_into_id"})
    return False


def test_A2_every_place_that_gives_sight_of_a_child_has_a_way_that_is_tried() -> None:
    files = [path for path in APP.rglob("*.py") if path.relative_to(APP).parts[0] not in ("seed", "views")]
    assert set().union(*map(places_in, files)) == set(PLACES)


WAYS = sorted(
    {way for ways in PLACES.values() if not isinstance(ways, str) for way in ways},
    key=lambda way: way.__name__,
)


@pytest.mark.parametrize("is_named", [True, False], ids=["named", "another"])
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_A2_no_way_leads_one_who_must_not_know_to_the_child(
    context: AppContext, cast: Cast, make: Maker, clock: FixedClock, way: Way, is_named: bool
) -> None:
    assert way(Scene(context, cast, make, clock, is_named)) == (not is_named)

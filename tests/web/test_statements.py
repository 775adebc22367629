"""No page asks the database more than twelve times, however many rows there are, for every person.

Routes come from the running url_map and who may open them from GRANTS, so a new page is counted by being there.
"""

from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core.roles import grants_of
from app.forms.definitions import FormDefinition, parse
from app.forms.form_templates import definition_of
from app.models import Child, Form, Message
from app.seed.files import form_seed
from app.views.web.access_control import PUBLIC
from tests.access.examples import example_ids
from tests.access.test_matrix import address, permission_of, routes
from tests.cast import everything
from tests.statements import BUDGET, counted
from tests.web.large_case import LargeCase

READERS = ["sana", "ann", "pat", "olu", "mary", "ines"]
MORE = 14
"""So many times more of everything: 15 children, advice forms, returns, documents, links, registrations; 30 messages."""

OF_A_FORM = {"FormView", "SharingView", "DecideView", "AskView", "RequestList", "AdviceList"}
"""Routes opened for each form of the case, in its state."""

WRITABLE = {"draft", "returned", "advice", "consent", "recorded"}
"""Forms whose sections have pages."""


EVERYONE = {
    "HomeView.home",
    "AccountView.show",
    "AccountView.password",
    "AccountView.log_ins",
    "AccountView.prove",
}
WRITER = EVERYONE | {
    *("ChildView.show", "ChildView.forms", "ChildView.people", "ChildView.messages", "MessageView.inbox"),
    *("MessageView.read", "MessageView.write", "FormView.show", "FormView.section", "FormView.check"),
    *("FormView.read",),
}
OFFICER = WRITER | {
    *(
        "FormView.accept",
        "FormView.sent",
        "LinkView.link",
        "LinkView.person",
        "LinkView.organisation",
    ),
    *("SharingView.share", "SharingView.for_family", "SharingView.for_professionals", "ConsentView.start"),
    *("LinkView.end", "AskView.ask", "AskView.cancel", "DecideView.decide", "DuplicateView.settle"),
    *(
        "InvitationView.invite",
        "RegistrationView.decide",
        "ChildList.list",
        "ChildList.show",
        "RequestList.list",
    ),
    *("RequestList.show", "AdviceList.list", "AdviceList.show", "RegistrationList.list", "MessageList.list"),
    *("OrganisationList.list", "OrganisationList.show"),
}
SHOWN = {
    "sana": WRITER
    | {
        "SendAreaView.list",
        "ChildView.add",
        "FormView.compare",
        "FormView.sent",
        "InvolvementView.step_back",
    },
    "ann": WRITER | {"SendAreaView.list", "InvolvementView.step_back"},
    "pat": WRITER,
    "olu": OFFICER,
    "mary": OFFICER | {"AuditView.child"},
    "ines": EVERYONE
    | {
        "RunningView.show",
        "UserList.list",
        "UserList.show",
        "UserView.roles",
        "UserView.close",
        "WorkDomainList.list",
        "RoleList.list",
    },
}
"""The story's pages, which each of these must really have been shown."""


@pytest.fixture
def case(context, cast, make) -> LargeCase:
    return LargeCase(context, cast, make)


def sections_of(form: str) -> list[str]:
    """The sections of the template that this form of the case is made from."""
    template = {
        "advice": "advice_psychology",
        "sent_advice": "advice_education",
        "consent": "consent",
        "recorded": "consent_recorded",
    }.get(form, "request")
    definition: FormDefinition = parse(form_seed(template)["definition"])
    return [section.id for section in definition.sections]


def pages(app, actor, case: LargeCase) -> Iterator[tuple[str, str]]:
    """Every page this person may open, by endpoint: each form, each section of it, each list as it opens."""
    grants = grants_of(actor.principal.roles)
    ids: dict[str, object] = case.ids | {
        "child_id": case.child.id,
        "message_id": case.messages.get(actor.key, 0),
    }
    newest = {Child: case.child.id, Message: case.messages.get(actor.key, 0)}
    with everything(app.extensions["app_context"]) as work:
        ids |= example_ids(app, work, "", case.newest | newest)
    ids["link_id"] = case.own_link(actor.id) or ids["link_id"]
    for rule in routes(app):
        name = rule.endpoint.partition(".")[0]
        if (
            "GET" not in (rule.methods or set())
            or rule.endpoint in PUBLIC
            or permission_of(app, rule.endpoint) not in grants
        ):
            continue
        for form, number in case.forms().items() if name in OF_A_FORM else [("", 0)]:
            given = ids | {"form_id": number, "draft_form_id": number}
            if form:
                given[f"{name}.pk"] = number
            for section in sections_of(form) if "section" in rule.arguments and form in WRITABLE else [""]:
                path = address(rule, given)
                assert path is not None
                yield rule.endpoint, path.replace("/summary", f"/{section}") if section else path
    if ("Messages", "read") in grants:
        yield from (
            ("MessageView.inbox", f"/messages/?box={box}")
            for box in ("sent", "team", "mine", "letters", "notices")
        )


def read_every_wording(context) -> None:
    """Read the wording of each form: it is read once a process, so the first page to need it would ask once more."""
    with everything(context) as work:
        for form in work.session.scalars(select(Form).options(joinedload(Form.form_version))):
            definition_of(work.session, form)


def opened(context, browser, path: str) -> tuple[int, list[str]]:
    """The status of a page, and what it asked the database."""
    with counted(context) as sent:
        answer = browser.get(path)
        answer.get_data()
    return answer.status_code, sent


@pytest.mark.parametrize("who", READERS)
def test_no_page_asks_more_than_twelve_times_nor_more_when_there_is_more(app, context, cast, case, who):
    actor = getattr(cast, who)
    browser = actor.browser()
    read_every_wording(context)
    first = {path: (endpoint, *opened(context, browser, path)) for endpoint, path in pages(app, actor, case)}
    shown = [path for path, (_endpoint, status, _sent) in first.items() if status == 200]
    # The audit's newest lines differ each time; what they speak of is looked up once a kind, when there is any.
    few = {path: max(len(first[path][2]), len(opened(context, browser, path)[1])) for path in shown}
    case.grow(MORE)
    many = {path: opened(context, browser, path) for path in shown}

    broken = {path: status for path, (_, status, _sent) in first.items() if status >= 500}
    assert broken == {}
    dear = {path: len(sent) for path, (_, _status, sent) in first.items() if len(sent) > BUDGET}
    assert dear == {}
    dear = {path: len(sent) for path, (_status, sent) in many.items() if len(sent) > BUDGET}
    assert dear == {}
    growing = {
        path: (few[path], len(sent)) for path, (_status, sent) in many.items() if len(sent) > few[path]
    }
    assert growing == {}
    seen = {first[path][0] for path in shown}
    assert SHOWN[who] <= seen, "a page of the story was counted while it only said no"


@pytest.mark.parametrize(
    "path", ["/login/", "/register/", "/forgotten/", "/help/", "/help/privacy", "/help/cookies"]
)
def test_a_page_for_strangers_asks_no_more_either(context, cast, path):
    status, sent = opened(context, cast.anonymous(), path)
    assert status == 200
    assert len(sent) <= BUDGET

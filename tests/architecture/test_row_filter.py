"""Row-level security cannot be forgotten: every table has a policy, and nothing goes round it unnoticed."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User

from app import models
from app.core.database.policies import OPEN_TO_ALL, ROW_POLICIES

ROOT = Path(__file__).parents[2] / "app"

BELOW_THE_ORM = {
    "core/database/engine.py": "it opens transactions",
    "operations/database_copy.py": "copies the whole database for a backup, for nobody to look at",
    "core/database/compiled_query.py": "runs compiled statements that have the row filter in them",
    "children/policies.py": "policies are not filtered by policies",
    "forms/policies.py": "policies are not filtered by policies",
    "cases/policies.py": "policies are not filtered by policies",
    "cases/queries/standing.py": "joined only to a child that the row filter shows",
    "cases/case_numbers.py": "the author of a form may not see the cases whose numbers are taken",
    "cases/advice_duty.py": "the author of advice ends a duty of a case that they may not see",
    "cases/moved_copies.py": "a merge moves rows that the SEN team sees, within a bypass that it names",
    "cases/queries/withheld.py": "the author of a form withholds what only the SEN team sees; copies are filtered",
    "cases/waiting_cases.py": "the author of a form may not see the case that it joins",
    "children/involvement.py": "a part of the policies, which are not filtered by policies",
    "operations/queries/audit.py": "records merged into a child's are seen by nobody, and their past is this child's",
    "accounts/tables/memberships.py": "whether a membership is confirmed is a fact of rows the row filter shows",
    "forms/tables/forms.py": "the organisation of a submission's own form",
    "accounts/queries/memberships.py": "a lead ends one membership and sees no other of the person",
    "accounts/queries/signed_in.py": "asked before anybody is known",
    "accounts/queries/log_in.py": "asked before anybody is known",
    "accounts/queries/addresses.py": "whether an address is taken is asked before anybody is known",
    "accounts/queries/recovery.py": "an account is taken back by whoever holds the right link, without a row filter",
    "accounts/queries/account_changes.py": "an address is put into use before anybody is known",
    "accounts/queries/mailed_links.py": "a link is used before anybody is known",
    "core/rate_limit_counts.py": "tries are counted before anybody is known",
    "core/people.py": "the accounts' table for statements below the ORM",
    "accounts/queries/people.py": "recipients are found first, and stay only where their own policies show the row",
    "forms/queries/recipients.py": "recipients are found first, and stay only where their own policies show the row",
    "organisations/queries/organisations.py": "an organisation's name in a message",
    "messages/queries/messages.py": "the recipients of messages, whoever writes them",
    "forms/queries/shares.py": "whoever returns or withdraws a form ends shares that only the SEN team may see",
    "forms/queries/named_people.py": "who is linked is compared with what forms say, for people who may see neither",
    "seed/scale_cases.py": "enters invented rows in an empty demo, in bulk",
    "seed/scale_parts.py": "enters invented rows in an empty demo, in bulk",
    "seed/scale_people.py": "enters invented rows in an empty demo, in bulk",
    "messages/notification_service.py": "writes what happened, for whoever it happened to",
    "messages/dispatch.py": "writes messages to people the writer may not see",
    "core/audit/chain.py": "appends to a table no one writes through a row filter",
    "core/mail/outbox.py": "queues mail no one reads through a row filter",
    "core/mail/heartbeat.py": "workers say that they are at work",
    "core/mail/queue_state.py": "counts mail on its way and reads neither its address nor its words",
    "imports/policies.py": "policies are not filtered by policies",
    "imports/running.py": "the worker looks for everyone's imports",
    "operations/maintenance.py": "throws away what is too old, for nobody in particular",
}
"""Files that may name a table below the ORM, where there is no row filter, and why."""


def mapped() -> Iterator[type]:
    """Every class with a table, but for those whose parent class has the rule."""
    assert models
    for mapper in Model.registry.mappers:
        yield mapper.class_


def test_every_table_has_a_rule_or_is_open_on_purpose():
    bare = [
        table.__name__
        for table in mapped()
        if table is not User  # Person is the class we use; the next test keeps it so
        and not any(parent in ROW_POLICIES or parent in OPEN_TO_ALL for parent in table.__mro__)
    ]
    assert bare == [], "say in its area's policies.py who may see these"


def test_no_table_is_both_ruled_and_open():
    assert set(ROW_POLICIES) & OPEN_TO_ALL == set()


def test_nothing_about_a_child_is_open():
    open_with_child = [
        table.__name__
        for table in OPEN_TO_ALL
        if {"child_id", "form_id", "message_id"} & set(table.__table__.columns.keys())
    ]
    assert open_with_child == []


@pytest.mark.parametrize(
    "table", sorted({*ROW_POLICIES}, key=lambda each: each.__name__), ids=lambda each: each.__name__
)
def test_every_rule_says_in_words_who_sees(table):
    assert len((ROW_POLICIES[table].__doc__ or "").split()) >= 5


def test_people_are_looked_up_as_persons_only():
    """A rule on AppBuilder's User would not reach a joined Person, so the rule is Person's and User is not used."""
    assert models.Person in ROW_POLICIES
    using = [
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*.py")
        if "import User\n" in path.read_text() or "    User,\n" in path.read_text()
    ]
    assert sorted(using) == ["accounts/tables/people.py", "core/people.py"]


def names_used(path: Path) -> set[str]:
    """Every name and attribute a file uses."""
    tree = ast.parse(path.read_text())
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} | {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name)
    }


def test_only_named_files_go_below_the_orm():
    below = {
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*.py")
        if {"__table__", "exec_driver_sql", "cursor"} & names_used(path)
    }
    assert below == set(BELOW_THE_ORM)


def test_views_decide_nothing():
    """No query, no role and no state in a view or a template: those belong to use cases and rules."""
    deciding = []
    for path in sorted((ROOT / "views").rglob("*.py")):
        if path.name in GENERATED:
            continue
        used = names_used(path)
        if {"select", "query", "scalars", "execute"} & used:
            deciding.append(f"{path.name} asks the database")
    assert deciding == []


GENERATED = {
    "list_interface.py",
    "lists.py",
    "generated_lists.py",
    "casework_lists.py",
    "admin_lists.py",
    "reference.py",
    "health.py",
}
"""AppBuilder's screens are made of queries; the row filter limits them."""

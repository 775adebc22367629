"""The council's access policy: docs/access.md says what the program does, and leaves nothing out."""

from app.core.database.policies import OPEN_TO_ALL, ROW_POLICIES
from app.core.roles import GRANTS, READ, WRITE
from app.operations.access_manual import access_manual
from app.operations.access_words import GRANT_TEXTS, PUBLIC_PAGES, TABLES
from app.operations.commands import MANUAL
from app.views.web.access_control import PUBLIC
from tests.access.test_matrix import SHUT, permission_of, routes

GRANTED = frozenset().union(*GRANTS.values())


def declared(app):
    """Every permission and level that some page asks for."""
    return {
        permission_of(app, rule.endpoint)
        for rule in routes(app)
        if rule.endpoint not in PUBLIC and rule.endpoint not in SHUT
    }


def test_the_manual_is_what_the_command_would_write_now():
    assert MANUAL.read_text(encoding="utf-8") == access_manual(), (
        "run `flask --app run portal access-manual` and read what changed: the council reviews it"
    )


def test_the_manual_describes_every_page_that_a_role_may_open(app):
    assert set(GRANT_TEXTS) == declared(app)


def test_no_role_is_granted_what_opens_nothing(app):
    permissions = declared(app)
    assert permissions <= GRANTED
    assert {
        (permission, level)
        for permission, level in GRANTED - permissions
        if level != READ or (permission, WRITE) not in permissions
    } == set()


def test_the_manual_names_every_page_that_needs_no_log_in(app):
    assert {name.partition(".")[0] for name in PUBLIC if "static" not in name} == set(PUBLIC_PAGES)


def test_the_manual_has_words_for_every_table():
    assert set(TABLES) == set(ROW_POLICIES) | OPEN_TO_ALL
    assert len(set(TABLES.values())) == len(TABLES)


def test_the_command_writes_the_manual(app, monkeypatch, tmp_path):
    monkeypatch.setattr("app.operations.commands.MANUAL", tmp_path / "access.md")
    done = app.test_cli_runner().invoke(args=["portal", "access-manual"])
    assert done.exit_code == 0
    assert (tmp_path / "access.md").read_text(encoding="utf-8") == access_manual()

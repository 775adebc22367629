"""A POST opens one unit of work that may write; what a page only reads is read with `read_only_work`.

Read from the code: the units of work opened in a view's method and in the methods of its class that it calls.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

VIEWS = Path(__file__).resolve().parents[2] / "app" / "views"

OPENING = {"work", "my_work", "proved_work", "work_of_administrator", "unit_of_work", "received_file"}
"""What opens a unit of work; a view that gives `self.work` to a use case lets that open several."""

SEVERAL = {
    "FormView.section": "files are checked and stored between the save and their rows, which is slow",
    "PlanView.draft": "the file is checked and stored between the count of uploads and its rows, which is slow",
    "PlanView.final": "as of a draft",
    "CaseFileView.files": "as of a draft",
    "IntakeView.record": "as of a draft",
    "FormView.send_back": "a refused return shows the answers again, and each reading is audited",
    "MessageView.answer": "a refused answer shows the message again, and each reading is audited",
    "DuplicateView.settle": "a refused answer shows both records again, and each showing is audited",
    "ChildView.add": "whoever says that it is the same child corrects the record that was found",
    # The password is hashed and the code compared outside transactions: use cases that are given `self.work`.
    "AccountView.password": "hashing",
    "AccountView.prove": "hashing",
    "AccountView.prove_code": "the try is counted whatever comes of it",
    "AccountView.send_proof": "the request is counted whatever comes of it",
    "ForgottenView.choose": "hashing",
    "LogInView.log_in": "hashing",
    "LogInView.second_step": "the try is counted whatever comes of it",
    "LogInView.send_code": "the request is counted whatever comes of it",
    # A generated screen uses one of two: AppBuilder's own method, or the use case that the screen names.
    "ReferenceView.add": "one or the other",
    "ReferenceView.edit": "one or the other",
    # People without a log-in have no session of the request to read in.
    "ConfirmView.password": "hashing",
    "ConfirmView.two_step": "the link is looked up before the page is drawn",
    "ConfirmView.email": "the link is looked up before the page is drawn",
    "ConfirmView.not_me": "the link is looked up before the page is drawn",
    "ConfirmView.authenticator": "the link is looked up before the page is drawn",
    "RegisterView.register": "the organisations to choose from are read before the page is drawn",
}
"""Views whose POST opens several, each with its reason."""


def test_a_post_opens_one_unit_of_work_that_may_write() -> None:
    several = {name for name, count in _counted() if count > 1}

    assert several == set(SEVERAL)


def _counted() -> Iterator[tuple[str, int]]:
    """Yield every view that takes a POST, with the number of units of work that it may open."""
    for file in sorted(VIEWS.rglob("*.py")):
        for view in ast.walk(ast.parse(file.read_text())):
            if not isinstance(view, ast.ClassDef):
                continue
            methods = {each.name: each for each in view.body if isinstance(each, ast.FunctionDef)}
            for name, method in methods.items():
                if any("POST" in ast.unparse(each) for each in method.decorator_list):
                    yield f"{view.name}.{name}", _units(methods, name, set())


def _units(methods: dict[str, ast.FunctionDef], name: str, seen: set[str]) -> int:
    seen.add(name)
    found = 0
    for node in ast.walk(methods[name]):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func).rpartition(".")[2]
            found += called in OPENING
            found += 2 * any(ast.unparse(each) == "self.work" for each in node.args)
            if ast.unparse(node.func) == f"self.{called}" and called in methods and called not in seen:
                found += _units(methods, called, seen)
    return found

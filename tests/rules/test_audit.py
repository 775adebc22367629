"""What is planted is found: a secret, a dangerous call, a package that the bill leaves out."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.rules.tools import audit

# Pieced together, so that this file itself holds no secret.
PLANTED = {
    "a key for AWS": "aws_key = '" + "AKIA" + "IOSFODNN7EXAMPLQ" + "'\n",
    "a private key": "-----BEGIN " + "RSA PRIVATE KEY-----\nMIIEow\n",
    "a password": "DATABASE_" + 'PASSWORD = "' + "correct-horse-battery" + '"\n',
    "a password in an address": "url = 'postgresql://portal:" + "w4rmMilk8" + "@db/portal'\n",
    "a random key": "SECRET_" + 'KEY = "' + "c3VwZXJzZWNyZXRzdHJpbmdub2JvZHlrbm93cw9x" + '"\n',
    "a token for GitHub": "token = 'ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8" + "'\n",
}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = tmp_path / "clone"
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    return folder


def test_planted_secrets_are_found(clone: Path) -> None:
    for number, line in enumerate(PLANTED.values()):
        (clone / f"settings{number}.py").write_text("# settings\n" + line)

    found = audit.secrets_in(clone)

    missed = [
        kind for number, kind in enumerate(PLANTED) if 2 not in found.get(f"settings{number}.py", {}).values()
    ]
    assert missed == []


def test_a_known_secret_is_known_in_its_own_file_only(clone: Path) -> None:
    (clone / "one.py").write_text(PLANTED["a password"])
    marks = [*audit.secrets_in(clone)["one.py"]]
    known = clone.parent / "known.json"
    known.write_text(json.dumps({"one.py": {"why": "an example", "marks": marks}}))
    assert audit.left_behind(clone, known) == []

    (clone / "two.py").write_text(PLANTED["a password"])

    assert [line.split(":")[0] for line in audit.left_behind(clone, known)] == ["two.py"]


def test_a_known_secret_that_is_gone_is_taken_out_of_the_list(clone: Path) -> None:
    (clone / "one.py").write_text("pass\n")
    known = clone.parent / "known.json"
    known.write_text(json.dumps({"one.py": {"why": "an example", "marks": ["0123456789abcdef"]}}))

    assert len(audit.left_behind(clone, known)) == 1


def test_everything_known_says_why() -> None:
    known = json.loads(audit.KNOWN_SECRETS.read_text())

    assert [name for name, each in known.items() if len(each["why"].split()) < 3] == []


def test_a_dangerous_call_is_found_and_silenced_only_by_the_comment_for_it(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/new.py").write_text(
        "import subprocess\n"
        "subprocess.run('ls', shell=True)  # noqa: S105\n"
        "import random\n"
        "random.random()  # noqa: S311 - an example\n"
    )

    found = audit.dangerous_python(tmp_path, ["app"])

    assert any("app/new.py:2 B602" in line for line in found)
    assert not any("app/new.py:4" in line for line in found)


def test_a_file_that_cannot_be_read_is_no_clean_file(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/broken.py").write_text("def (:\n")

    with pytest.raises(audit.Unfit):
        audit.dangerous_python(tmp_path, ["app"])
    with pytest.raises(audit.Unfit):
        audit.broken_rules(tmp_path, ["app"])


def test_the_bill_names_every_package_and_is_the_same_each_time(tmp_path: Path) -> None:
    assert audit.bill_of_materials(tmp_path / "one.json") == []
    assert audit.bill_of_materials(tmp_path / "two.json") == []

    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()
    bill = json.loads((tmp_path / "one.json").read_text())
    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["name"] == "send-portal"
    assert {"flask", "sqlalchemy", "flask-appbuilder"} <= {one["name"] for one in bill["components"]}
    assert all(one["externalReferences"][0]["hashes"] for one in bill["components"])

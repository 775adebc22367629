"""Every page is valid HTML, as the Nu validator (npm vnu-jar, in frontend/) says."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.access.world import build_world
from tests.every_page import every_page

VALIDATOR = Path(__file__).parents[2] / "frontend/node_modules/vnu-jar/build/dist/vnu.jar"


@pytest.mark.skipif(
    shutil.which("java") is None or not VALIDATOR.exists(),
    reason="needs Java and the validator: npm ci --ignore-scripts in frontend/",
)
def test_d8_every_page_is_valid_html_without_redundant_roles(app, context, cast, make, tmp_path):
    world = build_world(context, cast, make)
    pages = {}
    for page in every_page(app, cast, world, ("anonymous", "sana", "pat", "olu", "ines"), posts=True):
        file = tmp_path / f"{len(pages)}.html"
        file.write_text(page.answer.text)
        pages[file.as_uri().replace("file:///", "file:/")] = page.name
    assert len(pages) > 100

    done = subprocess.run(
        ["java", "-jar", str(VALIDATOR), "--format", "json", "--exit-zero-always", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=300,
    )

    found = {
        f"{message['message']} in {pages[message['url']]}: {message.get('extract', '')}"
        for message in json.loads(done.stderr)["messages"]
        if message["type"] == "error" or message.get("subType") == "warning"
    }
    assert sorted(found) == []

"""Names of browsers that people recognise: "Firefox on Windows"."""

from __future__ import annotations

import re

from app.core.wording import N_, Wording

BROWSERS = (
    ("Edge", r"Edg(e|A|iOS)?/"),
    ("Opera", r"OPR/|Opera"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/|Chromium/"),
    ("Safari", r"Safari/"),
)
SYSTEMS = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("Chromebook", r"CrOS"),
    ("Mac", r"Macintosh|Mac OS X"),
    ("Linux", r"Linux|X11"),
)


def device_name(user_agent: str) -> Wording:
    """Return the browser and the system of a User-Agent header, as far as it names them."""
    browser = next((name for name, mark in BROWSERS if re.search(mark, user_agent)), None)
    system = next((name for name, mark in SYSTEMS if re.search(mark, user_agent)), None)
    if browser and system:
        return Wording(N_("%(browser)s on %(system)s"), browser=browser, system=system)
    return Wording(browser or system or N_("A device we do not recognise"))

"""Django's admin as it comes, on the same rows. Runs in an environment of its own (.venv-bench) and imports nothing of
the portal's. Relations are shown, and raw numbers where they are asked for, as its manual advises for large tables."""

import json
import re
from collections.abc import Callable
from itertools import count
from typing import Any
from urllib.parse import unquote, urlsplit

import django
from django.conf import settings

from bench.speed.measured import Application, Ask, ask

APP = "bench.speed.apps.django_rows"


def open_application(
    url: str, senco: int, child: int, draft: int, sent: int, rare: str, common: str
) -> Application:
    """Django's admin on this database."""
    _configure(url)
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application
    from django.db import connection
    from django.test import Client

    for installed in ("contenttypes", "auth", "admin", "sessions"):
        call_command("migrate", installed, verbosity=0)
    user, _ = get_user_model().objects.get_or_create(
        username="officer", defaults={"is_staff": True, "is_superuser": True, "email": "o@bench.example"}
    )
    client = Client()
    client.force_login(user)
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    app = Application(get_wsgi_application(), expected={"save": 302})
    connection.execute_wrappers.append(_note(app))
    if connection.vendor == "postgresql":
        app.backends = lambda: [connection.connection.info.backend_pid] if connection.connection else []
    settings.BENCH_SENCO = senco
    root = "/admin/django_rows"
    app.pages = {
        "home": lambda: Ask("/admin/", cookie),
        "mine": lambda: Ask(f"{root}/mychild/", cookie),
        "all": lambda: Ask(f"{root}/child/", cookie),
        "search": lambda: Ask(f"{root}/child/?q={rare}", cookie),
        "search_common": lambda: Ask(f"{root}/child/?q={common}", cookie),
        "child": lambda: Ask(f"{root}/child/{child}/change/", cookie),
        "section": lambda: Ask(f"{root}/sectiondraft/{draft}/change/", cookie),
        "save": _saves(app, f"{root}/sectiondraft/{draft}/change/", cookie),
        "read": lambda: Ask(f"{root}/submission/{sent}/change/", cookie),
    }
    return app


def _configure(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme.startswith("sqlite"):
        database: dict[str, Any] = {"ENGINE": "django.db.backends.sqlite3", "NAME": url.partition(":///")[2]}
    else:
        database = {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": parts.path.strip("/"),
            "HOST": parts.hostname or "",
            "PORT": parts.port or "",
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "CONN_MAX_AGE": None,
        }
    settings.configure(
        SECRET_KEY="only measured",  # noqa: S106
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="bench.speed.apps.django_addresses",
        DATABASES={"default": database},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        INSTALLED_APPS=[
            "django.contrib.admin",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "django.contrib.staticfiles",
            APP,
        ],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        STATIC_URL="/static/",
        USE_TZ=False,
        LANGUAGE_CODE="en-gb",
    )
    django.setup()


def _note(app: Application) -> Callable[..., Any]:
    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        app.statements.append(sql)
        return execute(sql, params, many, context)

    return note


def _saves(app: Application, path: str, cookie: str) -> Callable[[], Ask]:
    held: dict[str, str] = {}
    numbers = count(1)

    def save() -> Ask:
        if not held:
            page = ask(app.wsgi, Ask(path, cookie))
            found = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page.body)
            held["csrfmiddlewaretoken"] = found[1].decode() if found else ""
            held["cookie"] = f"{cookie}; csrftoken={page.cookies['csrftoken']}"
        answers = json.dumps({"self_care": f"She dresses herself. {next(numbers)}", "relationships": "Two."})
        form = {
            "csrfmiddlewaretoken": held["csrfmiddlewaretoken"],
            "section": "independence",
            "answers": answers,
        }
        return Ask(path, held["cookie"], form)

    return save

"""Start the portal: `python run.py` for all of it, or `web`, `worker` or `prepare` for one part.

`check` tries whether the web server of this version would start, and prints "ready" if so; nothing is changed.

`flask --app run ...` and any WSGI server (`run:create_app()`) find the application here too.
"""

import os
import sys
from typing import TYPE_CHECKING

from config import ConfigError, Settings, load_settings

if TYPE_CHECKING:
    from flask import Flask

USAGE = "Usage: python run.py [web | worker | prepare | check]"


def create_app() -> "Flask":
    """Return the application, for `flask --app run` and for WSGI servers."""
    from app import create_app as build

    return build(_settings_or_leave())


def _settings_or_leave() -> Settings:
    try:
        return load_settings()
    except ConfigError as error:
        print(error, file=sys.stderr)
        sys.exit(2)


def _everything(settings: Settings) -> int:
    from startup.supervisor import Supervisor

    return Supervisor(settings, banner=lambda: _banner(settings)).run()


def _web(settings: Settings) -> int:
    from startup.tables import leave_unless_current
    from startup.web import serve

    leave_unless_current(settings)
    serve(settings)
    return 0


def _check(settings: Settings) -> int:
    from startup.tables import leave_unless_current
    from startup.web import build_portal

    leave_unless_current(settings)
    build_portal(settings)
    print("ready")
    return 0


def _worker(settings: Settings) -> int:
    from app import open_app_context
    from app.core.mail.heartbeat import start_heartbeat
    from app.core.mail.worker import Chores, work
    from app.operations import maintenance
    from startup.logs import start_logs
    from startup.metrics import open_metrics
    from startup.tables import leave_unless_current

    start_logs(settings.log_format)
    leave_unless_current(settings)
    context = open_app_context(settings)
    open_metrics(settings, context, settings.worker_metrics_port)
    start_heartbeat(context.database, context.clock)
    work(
        context.notification_service,
        Chores(
            steadily=lambda stop: maintenance.every_few_seconds(context, stop),
            minutely=lambda: maintenance.every_minute(context),
            hourly=lambda: maintenance.every_hour(context),
            daily=lambda: maintenance.every_day(context),
        ),
    )
    return 0


def _prepare(settings: Settings) -> int:
    from app import open_app_context
    from app.operations.preparation import prepare

    context = open_app_context(settings)
    prepare(context)
    if settings.demo:
        from app.seed.demo import seed_demo

        if seed_demo(context, settings.demo_password):
            print("The demo's people and cases are ready.")
    return 0


def _banner(settings: Settings) -> str:
    lines = [f"{settings.council.service_name}: {settings.public_base_url}"]
    if settings.demo:
        from app.seed.cast import DEMO_ACCOUNTS

        lines.append(f"Demo accounts (password: {settings.demo_password})")
        widest = max(len(role) for role, _name, _email in DEMO_ACCOUNTS)
        lines += [f"  {role:{widest}}  {email}  ({name})" for role, name, email in DEMO_ACCOUNTS]
        if settings.mail_backend == "file":
            lines.append("Emails and their security codes are shown below.")
    return "\n".join([*lines, "Press Ctrl+C to stop.", ""])


PARTS = {"all": _everything, "web": _web, "worker": _worker, "prepare": _prepare, "check": _check}


def main(arguments: list[str]) -> int:
    """Run the chosen part and return its exit code."""
    part = PARTS.get(arguments[0] if arguments else "all")
    if part is None or len(arguments) > 1:
        print(USAGE, file=sys.stderr)
        return 2
    os.umask(0o077)  # database, files and mail are for the portal's own account only
    settings = _settings_or_leave()
    return part(settings)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

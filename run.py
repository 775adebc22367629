"""Starts the portal: `python run.py` for all of it, or `web`, `worker` or `prepare` for one part.

`flask --app run ...` and any WSGI server (`run:create_app()`) find the application here too.
"""

import os
import sys
from typing import TYPE_CHECKING

from config import ConfigError, Settings, load_settings

if TYPE_CHECKING:
    from flask import Flask

USAGE = "Usage: python run.py [web | worker | prepare]"


def create_app() -> "Flask":
    """The application, for `flask --app run` and for WSGI servers."""
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


def _worker(settings: Settings) -> int:
    from app import open_office
    from app.core.mail.heartbeat import start_pulse
    from app.core.mail.worker import Chores, work
    from app.operations import maintenance
    from startup.logs import start_logs
    from startup.metrics import open_metrics
    from startup.tables import leave_unless_current

    start_logs(settings.log_format)
    leave_unless_current(settings)
    office = open_office(settings)
    open_metrics(settings, office, settings.worker_metrics_port)
    start_pulse(office.database, office.clock)
    work(
        office.post_room,
        Chores(
            minutely=lambda: maintenance.every_minute(office),
            daily=lambda: maintenance.every_day(office),
        ),
    )
    return 0


def _prepare(settings: Settings) -> int:
    from app import open_office
    from app.commands import prepare

    office = open_office(settings)
    prepare(office)
    if settings.demo:
        from app.seed.demo import seed_demo

        if seed_demo(office, settings.demo_password):
            print("The demo's people and cases are entered.")
    return 0


def _banner(settings: Settings) -> str:
    lines = ["", f"{settings.council.service_name} is running at {settings.public_base_url}"]
    if settings.demo:
        from app.seed.cast import DEMO_ACCOUNTS

        lines += ["", f"Demo accounts, all with the password {settings.demo_password}", ""]
        widest = max(len(role) for role, _name, _email in DEMO_ACCOUNTS)
        lines += [f"  {role:{widest}}  {email}  ({name})" for role, name, email in DEMO_ACCOUNTS]
        if settings.mail_carrier == "file":
            lines += ["", f"Mail is written to {settings.mail_dir} and told here as it is sent."]
    return "\n".join([*lines, "Press Ctrl+C to stop.", ""])


PARTS = {"all": _everything, "web": _web, "worker": _worker, "prepare": _prepare}


def main(arguments: list[str]) -> int:
    """Run the part that was asked for; the exit code tells how it ended."""
    part = PARTS.get(arguments[0] if arguments else "all")
    if part is None or len(arguments) > 1:
        print(USAGE, file=sys.stderr)
        return 2
    os.umask(0o077)  # database, files and mail are for the portal's own account only
    settings = _settings_or_leave()
    supervisor = os.environ.get("PORTAL_SUPERVISOR_PID")
    if supervisor == str(os.getppid()):
        from startup.orphans import leave_with

        leave_with(int(supervisor))
    return part(settings)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""A worker with short leases and pauses, so that a short proof need not wait for minutes.

Run as a program: `python -m bench.hurried_worker <seconds between looks>`.
"""

import sys
from datetime import timedelta

from app import open_app_context
from app.core.mail.delivery import Rhythm
from app.core.mail.worker import work
from config import load_settings
from startup.logs import start_logs

SOON = timedelta(milliseconds=200)


def main() -> None:
    """Work until stopped or killed."""
    settings = load_settings()
    start_logs(settings.log_format)
    room = open_app_context(settings).notification_service
    room.mail_sender.rhythm = Rhythm(
        lease=timedelta(seconds=2), letter_pauses=[SOON] * 30, code_pauses=[SOON] * 30
    )
    work(room, glance=float(sys.argv[1]))


if __name__ == "__main__":
    main()

"""What gunicorn is configured with, read when it starts: a change here needs a restart.

This runs in gunicorn's master process, whose modules stay loaded when a new version is brought in. So it imports
nothing of the portal: the worker processes, which are forked from the master, load the new version from its files.
"""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SECONDS_TO_CHECK = 120

worker_class = "gthread"
workers = 1
threads = 40  # the 8 requests that startup/web.py lets work at once, and 32 that wait for their clients
timeout = 120  # also the time a worker has to start
graceful_timeout = 25
keepalive = 75  # longer than a proxy keeps an idle connection, so that the proxy is the one to close it
limit_request_line = 8190
limit_request_fields = 100
limit_request_field_size = 8190
forwarded_allow_ips = ""  # Werkzeug's ProxyFix reads those headers, for TRUSTED_PROXY_HOPS proxies
control_socket_disable = True
loglevel = "warning"
chdir = str(ROOT)


def when_ready(_server: Any) -> None:
    """Bring in a new version at SIGHUP without a pause, and only if it starts.

    gunicorn's own way at SIGHUP stops the old worker before the new one has loaded, and stops everything when the new
    one does not load. Here a second worker is added (SIGTTIN), which takes the old one away when it is ready (SIGTTOU).
    """
    signal.signal(signal.SIGHUP, lambda *_: threading.Thread(target=replace_worker, daemon=True).start())


def replace_worker() -> None:
    """Add a worker of the version on the disk, or say that it does not start."""
    if version_starts():
        os.kill(os.getpid(), signal.SIGTTIN)
    else:
        print("The new version does not start; the old one goes on.", file=sys.stderr, flush=True)


def post_worker_init(_worker: Any) -> None:
    """Take the oldest worker away now that this one is ready; gunicorn never takes away the only one."""
    os.kill(os.getppid(), signal.SIGTTOU)


def version_starts() -> bool:
    """Return whether the version on the disk starts, tried in a process of its own.

    Its output is compared, not its exit code: gunicorn collects the exit codes of all child processes.
    """
    command = [sys.executable, str(ROOT / "run.py"), "check"]
    try:
        done = subprocess.run(
            command, cwd=ROOT, stdout=subprocess.PIPE, timeout=SECONDS_TO_CHECK, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.stdout.strip() == b"ready"

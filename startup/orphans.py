"""Makes a child process leave when the process that started it is gone, so that no port or lock stays held."""

import os
import signal
import threading
import time


def leave_with(parent: int) -> None:
    """Ask this process to stop as soon as `parent` is no longer its parent, however that one ended."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()

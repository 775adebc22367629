"""Find free ports."""

import socket


def free_port() -> int:
    """Return a port on which no program listens now."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port

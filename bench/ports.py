"""Ports nobody else uses."""

import socket


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port

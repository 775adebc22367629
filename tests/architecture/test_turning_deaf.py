"""A serving process that is about to leave lets nobody else in, and leaves the door to the one that follows it."""

import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEAVING = """
import socket, sys
from startup.rolling import turn_deaf
door = socket.socket(fileno=int(sys.argv[1]))
door.setblocking(False)
for line in sys.stdin:
    if line.strip() == "deaf":
        turn_deaf(int(sys.argv[2]))
    try:
        door.accept()[0].close()
        print("let in", flush=True)
    except BlockingIOError:
        print("nobody", flush=True)
"""


def test_whoever_comes_after_a_process_turned_deaf_is_let_in_by_the_next():
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        leaving = subprocess.Popen(
            [sys.executable, "-c", LEAVING, str(door.fileno()), str(port)],
            cwd=ROOT,
            pass_fds=[door.fileno()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

        def says(word: str) -> str:
            print(word, file=leaving.stdin, flush=True)
            return leaving.stdout.readline().strip()

        with leaving:
            with socket.create_connection(("127.0.0.1", port)):
                assert says("still here") == "let in"
            with socket.create_connection(("127.0.0.1", port)) as caller:
                assert says("deaf") == "nobody"
                door.settimeout(5)
                taken, whose = door.accept()
                taken.close()
                assert whose == caller.getsockname()
            leaving.stdin.close()
            assert leaving.wait(10) == 0

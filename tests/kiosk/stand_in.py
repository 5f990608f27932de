"""A stand-in for a browser: asks as the agent's page does, goes on to the board, hangs, dies.

Its arguments: what it does, a file that it appends its process id to, and the page's address.
"""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import msgspec


def main(does: str, pids: str, page: str) -> None:
    if does == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if does == "family":
        leave_home = [sys.executable, __file__, "deaf", pids, page]
        subprocess.Popen(leave_home, start_new_session=True)
    with Path(pids).open("a") as file:
        file.write(f"{os.getpid()}\n")
    if does == "dies":
        return
    while True:
        if does != "hangs" and (board := asked(page)):
            urllib.request.urlopen(board, timeout=5).close()  # noqa: S310 - a test's own server
            while True:
                time.sleep(60)
        time.sleep(0.1)


def asked(page: str) -> str | None:
    """Where to go on to."""
    try:
        with urllib.request.urlopen(f"{page}state", timeout=5) as answer:  # noqa: S310 - as above
            told = msgspec.json.decode(answer.read())
    except urllib.error.URLError:
        return None
    go: str | None = told["go"]
    return go


if __name__ == "__main__":
    main(*sys.argv[1:])

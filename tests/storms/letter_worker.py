"""A worker that hands letters over until it is killed, and then another, and so on.

    python -m tests.storms.letter_worker DATABASE_URL MAIL_URL NOTE

Each is a fork of this process, which has read the code already; its number stands in the file NOTE.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path

from expo import config
from expo.app import create_app
from expo.mail import post, sending
from tests.conftest import SETTINGS

LEASE = timedelta(seconds=2)  # in life minutes: what a killed worker held is tried again after that


def main(database_url: str, mail_url: str, note: Path) -> None:
    while True:
        child = os.fork()
        if child == 0:
            note.write_text(str(os.getpid()))
            try:
                hand_over(database_url, mail_url)
            finally:
                os._exit(1)
        _pid, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status) or os.WTERMSIG(status) != signal.SIGKILL:
            sys.exit(f"a worker ended by itself: {status}")


def hand_over(database_url: str, mail_url: str) -> None:
    sending.LEASE = LEASE
    settings = {**SETTINGS, "mail_url": mail_url}
    app = create_app(config.load({}, database_url=database_url, **settings))
    with app.app_context():
        send = post.by_settings()
        while True:
            if not sending.send_waiting(send, most=20):
                time.sleep(0.02)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))

"""Signs of life of a process that may be busy for long, told from a frozen one by them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Generator

from tracker.runtime.mailboxes import ReportOutbox
from tracker.runtime.orders import Alive

_EVERY_S = 1.0


@contextlib.contextmanager
def signs_of_life(reports_address: str, role: str) -> Generator[None]:
    """Report once a second, from a thread of its own, as long as this lasts."""
    is_over = threading.Event()

    def tell() -> None:
        reports = ReportOutbox(reports_address)  # a socket belongs to one thread
        while not is_over.wait(_EVERY_S):
            reports.send(Alive(role))
        reports.close()

    thread = threading.Thread(target=tell, name="signs of life")
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()

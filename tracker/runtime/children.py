"""The supervisor's children: started, watched, ended.

Each is `python -P -m wormlock child ROLE PLACE` in a session of its own, so that neither Ctrl-C
nor a user's own `tracker.py` in the current folder reaches it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import IO

from hardware.platform import start_detached
from tracker.runtime.mailboxes import OrderOutbox
from tracker.runtime.orders import Order
from tracker.runtime.session_place import Role, SessionPlace

# One thread each: on a rig computer the cores belong to the loop, and idle threads would spin.
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class Child:
    """One process of a session, and the line on which it takes orders."""

    def __init__(self, role: Role) -> None:
        self.role: Role = role
        self._orders = OrderOutbox()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it takes its orders."""
        return self._orders.address

    @property
    def pid(self) -> int:
        """Its process number; 0 before it was started."""
        return self._process.pid if self._process else 0

    @property
    def status(self) -> int | None:
        """Its exit status; None while it runs or has not been started."""
        return self._process.poll() if self._process else None

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def start(self, place: SessionPlace, output: IO[bytes]) -> None:
        """Start it; what it prints goes to `output`."""
        command = [sys.executable, "-P", "-m", "wormlock", "child", self.role, str(place.folder)]
        environment = {**_ONE_THREAD, **os.environ, "PYTHONPATH": search_path()}
        self._process = start_detached(command, environment=environment, output=output)

    def send(self, order: Order) -> bool:
        """Send an order; False where nobody took it."""
        return self.is_running and self._orders.send(order)

    def wait(self, within_s: float) -> bool:
        """Wait until it has ended; False where it has not within that time."""
        if self._process is None:
            return True
        try:
            self._process.wait(max(0.0, within_s))
        except subprocess.TimeoutExpired:
            return False
        return True

    def terminate(self, *, within_s: float) -> None:
        """Ask it to end by signal, and kill it where it does not."""
        if self._process is None or not self.is_running:
            return
        self._process.terminate()
        if not self.wait(within_s):
            self.kill()

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None and self.is_running:
            self._process.kill()
            self._process.wait()

    def close(self) -> None:
        """Let its line go."""
        self._orders.close()


def search_path() -> str:
    """Return a PYTHONPATH by which a child finds the package that this process runs."""
    import wormlock

    ours = str(Path(wormlock.__file__).resolve().parent.parent)
    return os.pathsep.join([ours, *filter(None, [os.environ.get("PYTHONPATH")])])

"""What keeps the loops on time: who runs before whom, and no garbage collection in between."""

from __future__ import annotations

import gc

from tracker.runtime.session_place import Role

# Who runs before whom, and all of them before ordinary processes, where the computer allows it.
# The simulated rig stands for devices, which do not wait for a busy computer either.
PRIORITY: dict[Role, int] = {"stage": 20, "emulator": 15, "control": 10, "world": 5, "recorder": 0}


def quiet_garbage_collection() -> None:
    """Keep a full collection (70-130 ms with the usual libraries) out of a loop."""
    gc.collect()
    gc.freeze()
    gc.disable()

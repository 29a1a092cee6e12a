"""What a session that is about to begin is operated by, as its configuration says."""

from __future__ import annotations

from collections.abc import Callable

from hardware.clock import Clock
from tracker.runtime.arming import Arming
from tracker.runtime.crew import Crew
from tracker.runtime.launch import Launch
from tracker.runtime.operating import Operating


def operate(launch: Launch, crew: Crew, clock: Clock, say: Callable[[str], None]) -> Operating:
    """Return the state of a session that is about to begin; `say` hears why a key does nothing."""
    config = launch.config
    return Operating(
        crew,
        launch.folder,
        clock,
        jog_um=config.focus.jog_um if launch.has_focus else None,
        neural_recorders=crew.neural_recorders,
        keep_s=config.record.keep_s,
        arming=Arming(config.arm),
        say=say,
    )

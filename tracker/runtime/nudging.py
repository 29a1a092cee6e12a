"""The operator moves the confocal's field in small steps while an animal is followed.

    i up   k down   j left   l right (or the arrows), in the tracking picture   s save

Each step is in force from the next frame on, is an event of the recording, and stands in every
tick from then on; the calibration's file learns of it when the operator or config.yaml says so.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hardware.clock import Clock
from hardware.types import Calibration, Vec2
from tracker.config import Config
from tracker.errors import TrackerError
from tracker.geometry import nudged
from tracker.record.whole_file import write_whole
from tracker.runtime.crew import Crew
from tracker.runtime.field_file import FieldFile, moved_section
from tracker.runtime.orders import MarkEvent, MoveField

KEYS = "field: i up  k down  j left  l right (or arrows)  s save"
_DIRECTIONS = {"i": (0.0, -1.0), "k": (0.0, 1.0), "j": (-1.0, 0.0), "l": (1.0, 0.0)}
_WORDS = {"i": "up", "k": "down", "j": "left", "l": "right"}


class Nudging:
    """Where the field has been moved to, and whether the calibration's file knows."""

    def __init__(
        self,
        crew: Crew,
        config: Config,
        calibration: Calibration,
        *,
        file: FieldFile,
        clock: Clock,
        say: Callable[[str], None],
    ) -> None:
        self.nudge_um: Vec2 = np.zeros(2)
        self._saved_um: Vec2 = np.zeros(2)
        self._crew, self._config, self._calibration = crew, config, calibration
        self._file, self._clock, self._say = file, clock, say

    def obey(self, keys: str) -> None:
        """Carry out keys in their order; others are left alone."""
        for key in keys.lower():
            if key in _DIRECTIONS:
                self._step(key)
            elif key == "s":
                self._save_if_wanted()

    def finish(self) -> None:
        """The session ends: save what is to be saved, and say what is not."""
        if (self.nudge_um == self._saved_um).all():
            return
        if self._config.nudge.save == "at_end":
            self._save()
        else:
            x_um, y_um = self.nudge_um.tolist()
            self._say(f"field: moved by ({x_um:.1f}, {y_um:.1f}) um, which is saved nowhere")

    def _step(self, key: str) -> None:
        step_um = self._config.nudge.step_um
        along_um = self._calibration.stage_from_image_um_per_px @ np.array(_DIRECTIONS[key])
        self.nudge_um = self.nudge_um + step_um * along_um / np.hypot(*along_um)
        x_um, y_um = self.nudge_um.tolist()
        self._crew.send("control", MoveField(x_um, y_um))
        x_px, y_px = nudged(self._calibration, self.nudge_um).target_px.tolist()
        self._mark(
            "field_nudged",
            {"nudge_x_um": x_um, "nudge_y_um": y_um, "target_x_px": x_px, "target_y_px": y_px},
        )
        self._say(f"field: {step_um:g} um {_WORDS[key]}, its centre is ({x_px:.1f}, {y_px:.1f}) px")

    def _save_if_wanted(self) -> None:
        if self._config.nudge.save == "never":
            self._say("field: not saved, for nudge.save is never")
        else:
            self._save()

    def _save(self) -> None:
        path = self._file.path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, moved_section(self._config, self._calibration, self.nudge_um))
        except (TrackerError, OSError) as error:
            self._say(f"field: not saved: {error}")
            return
        self._saved_um = self.nudge_um
        self._mark("field_saved", {})
        hint = (
            "" if self._file.is_used else f"; to use it, calibration: {{kind: file, path: {path}}}"
        )
        self._say(f"field: saved in {path}{hint}")

    def _mark(self, kind: str, values: dict[str, float]) -> None:
        self._crew.send("recorder", MarkEvent(self._clock.now_s(), kind, values=values))

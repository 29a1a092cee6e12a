"""Where the processes of one session meet."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

LATEST_WORD_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class RigPlace:
    """Where the processes of one session meet: a folder of rings, and the world's time zero."""

    folder: Path
    epoch_s: float

    @property
    def beginning_file(self) -> Path:
        """Holds the world's time zero, if it is earlier than `epoch_s` (`begin`)."""
        return self.folder / "world.begins"

    def begin(self, epoch_s: float) -> None:
        """Let the world begin earlier; to be said `LATEST_WORD_S` before it would begin anyway."""
        unfinished = self.beginning_file.with_suffix(".unfinished")
        unfinished.write_text(repr(epoch_s), encoding="ascii")
        unfinished.replace(self.beginning_file)

    def await_beginning(self) -> float:
        """Return the world's time zero, as soon as nobody can change it any more."""
        while (beginning_s := self.beginning_s()) is None:
            time.sleep(0.005)
        return beginning_s

    def beginning_s(self) -> float | None:
        """Return the world's time zero; None while it can still be changed."""
        if self.beginning_file.is_file():
            return float(self.beginning_file.read_text(encoding="ascii"))
        is_settled = time.perf_counter() >= self.epoch_s - LATEST_WORD_S / 2.0
        return self.epoch_s if is_settled else None

    @property
    def port_file(self) -> Path:
        """Holds the name of the emulated serial port once it is open."""
        return self.folder / "stage.port"

    @property
    def transcript_file(self) -> Path:
        """Every byte that the emulated controller saw and said, with its time."""
        return self.folder / "stage.transcript"

    @property
    def motion_ring(self) -> Path:
        """How the simulated stage really moves."""
        return self.folder / "motion.ring"

    @property
    def camera_ring(self) -> Path:
        """The simulated camera's frames."""
        return self.folder / "camera.ring"

    def neural_truth_ring(self, name: str) -> Path:
        """Where the neurons were at each frame of a simulated neural camera."""
        return self.folder / f"neural_truth_{name}.ring"

    @property
    def truth_ring(self) -> Path:
        """What was true at each frame's mid-exposure (`hardware.truth.TRUTH_ROW`)."""
        return self.folder / "truth.ring"

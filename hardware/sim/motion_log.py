"""How the simulated stage's motion reaches the process that draws the world.

The emulated controller publishes each axis's path when a command comes, before it acts: from
then on any process can say where the stage is, and where it will be unless told otherwise.
"""

from __future__ import annotations

from pathlib import Path as FilePath

import numpy as np
from numpy.typing import NDArray

from hardware.errors import RingError
from hardware.ring import RingReader, RingWriter
from hardware.sim.axis import Phase
from hardware.sim.dynamics import Motion
from hardware.sim.play import Path
from hardware.types import Vec2

_PHASES = 24  # a path that meets both limits, cut by backlash, has fewer
_SLOTS = 1024  # 12 s of the stage's axes at 40 Hz
_AXES = 3  # of the stage, and the focus
_KEPT = 256
_LONG_AGO_S = -1e9

# starts, position, velocity, acceleration of each phase; of the load, which is what is seen
MOTION_ROW = np.dtype(
    [
        ("axis", "<i8"),
        ("count", "<i8"),
        ("phases", "<f8", (_PHASES, 4)),
        ("settled_um", "<f8"),
        ("settle_s", "<f8"),
    ]
)


class MotionWriter:
    """Publishes how the stage moves; one call a command and axis."""

    def __init__(self, path: FilePath, *, start_um: tuple[float, float] = (0.0, 0.0)) -> None:
        """Make the ring, with the stage at rest.

        Raises:
            RingError: it exists already, or there is no room for it.
        """
        self._ring = RingWriter(path, MOTION_ROW, slots=_SLOTS)
        for axis, at_um in enumerate((*start_um, 0.0)):
            rest = Path((Phase(_LONG_AGO_S, at_um, 0.0, 0.0),), at_um, 0.0)
            self.publish(axis, Motion(rest, rest))

    def publish(self, axis: int, motion: Motion) -> None:
        """Tell what an axis does from `motion.starts_s` on."""
        path = motion.load
        table = np.zeros((_PHASES, 4))
        table[: len(path.phases)] = path.phases
        self._ring.append(axis, len(path.phases), table, path.settled_um, path.settle_s)

    def close(self) -> None:
        """Unmap and remove the ring."""
        self._ring.close()


class MotionReader:
    """Says where the simulated stage is, from another process."""

    def __init__(self, path: FilePath) -> None:
        """Map the ring that the emulated controller has made.

        Raises:
            RingError: it is not there yet, or it holds other records.
        """
        self._ring = RingReader(path, MOTION_ROW)
        if self._ring.count < _AXES:
            self._ring.close()
            raise RingError(f"{path} does not yet say where the axes are")
        self._ring.rewind()
        self._paths: tuple[list[Path], ...] = tuple([] for _ in range(_AXES))

    def stage_um(self, t_s: float) -> Vec2:
        """Return where the stage really is at host time `t_s`, now or within the last seconds.

        Shape (2,). Certain up to the present; of the near future see `expected_stage_um`.
        """
        self._take()
        return np.array([_path_at(paths, t_s).position_um(t_s) for paths in self._paths[:2]])

    def focus_um(self, t_s: float) -> float:
        """Return where the focus drive really is at host time `t_s`."""
        self._take()
        return _path_at(self._paths[2], t_s).position_um(t_s)

    def expected_stage_um(self, t_s: float) -> Vec2:
        """Return where the stage will be at `t_s` if no other command comes until then.

        Within the stage's lag this is already certain.
        """
        return self.stage_um(t_s)

    def velocity_um_s(self, t_s: float) -> Vec2:
        """Return how fast the stage really is at `t_s`."""
        self._take()
        return np.array([_path_at(paths, t_s).velocity_um_s(t_s) for paths in self._paths[:2]])

    def close(self) -> None:
        """Unmap."""
        self._ring.close()

    def _take(self) -> None:
        if self._ring.waiting == 0:
            return
        for row in self._ring.take().rows:
            paths = self._paths[int(row["axis"])]
            paths.append(_as_path(row))
            if len(paths) > _KEPT:
                del paths[: _KEPT // 2]


def _as_path(row: NDArray[np.void] | np.void) -> Path:
    table: list[list[float]] = row["phases"][: int(row["count"])].tolist()
    phases = tuple(Phase(*numbers) for numbers in table)
    return Path(phases, float(row["settled_um"]), float(row["settle_s"]))


def _path_at(paths: list[Path], t_s: float) -> Path:
    for path in reversed(paths):
        if path.starts_s <= t_s:
            return path
    return paths[0]

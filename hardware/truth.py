"""What a simulated rig knows and a real one does not: where the head really is."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from hardware.types import Vec2

# One row a frame: what was true at its mid-exposure. NaN head: out of this world (no animal).
TRUTH_ROW = np.dtype(
    [
        ("frame_index", "<i8"),
        ("t_s", "<f8"),
        ("head_um", "<f8", 2),  # stage coordinates: where the stage must stand to be centred
        ("stage_um", "<f8", 2),
        ("velocity_um_s", "<f8", 2),  # of the head
        ("late_s", "<f8"),  # frame handed over later than a real camera would; 0 if on time
        ("is_blind", "?"),  # a fault hides the head in this frame
        ("defocus_um", "<f8"),  # how far the agar at the field's centre is off the plane in focus
    ]
)


def neural_truth_row(neurons: int) -> np.dtype[np.void]:
    """Return the row a frame of a simulated neural camera: where every neuron was, and how bright.

    `neurons_px` is in its own picture, in it or outside; NaN where there is no animal.
    """
    return np.dtype(
        [
            ("index", "<i8"),  # of the frame
            ("t_s", "<f8"),  # mid-exposure
            ("stage_um", "<f8", 2),
            ("neurons_px", "<f8", (neurons, 2)),
            ("activity", "<f8", (neurons,)),  # relative to the resting brightness: 0 is at rest
            ("late_s", "<f8"),  # handed over later than a real camera would
        ]
    )


class Truth(Protocol):
    """A rig that can say where the head really is."""

    def head_um(self, t_s: float) -> Vec2:
        """Return where the tracked animal's head is, in stage micrometres."""
        ...

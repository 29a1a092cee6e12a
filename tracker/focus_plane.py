"""The agar as a plane: at which height of the focus drive each place of the stage is sharp."""

from __future__ import annotations

from dataclasses import dataclass

from hardware.types import Vec2


@dataclass(frozen=True, slots=True, kw_only=True)
class FocusPlane:
    """`z_um = middle_z_um + slope @ (stage_um - middle_um)`; `slope` is um of height per um."""

    middle_um: Vec2
    middle_z_um: float
    slope: Vec2

    def z_um(self, stage_um: Vec2) -> float:
        """Return the height that is sharp where the stage stands.

        >>> import numpy as np
        >>> tilted = FocusPlane(middle_um=np.zeros(2), middle_z_um=100.0,
        ...                     slope=np.array([0.005, 0.0]))
        >>> tilted.z_um(np.array([1000.0, 500.0]))
        105.0
        """
        return self.middle_z_um + float(self.slope @ (stage_um - self.middle_um))

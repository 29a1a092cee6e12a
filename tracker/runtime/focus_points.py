"""The points that were marked in focus in a session, in a file that `calibrate plane` reads."""

from __future__ import annotations

from pathlib import Path

from tracker.runtime.orders import FocusMarked

FOCUS_POINTS_FILE = "focus_points.csv"
_COLUMNS = "x_um,y_um,z_um\n"


def keep_focus_point(folder: Path, mark: FocusMarked) -> None:
    """Append a point to the file of a session's folder, which may not be there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FOCUS_POINTS_FILE
    with path.open("a", encoding="utf-8") as file:
        if file.tell() == 0:
            file.write(_COLUMNS)
        file.write(f"{mark.x_um:.1f},{mark.y_um:.1f},{mark.z_um:.2f}\n")

"""Every table of a recording in NWB, number for number, and its events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import numpy as np

from tracker.export.nwb_parts import Events, File
from tracker.record.columns import Column, columns_of
from tracker.record.opened import TABLE_NAMES, OpenedRecording
from tracker.record.schema import neural_frames

_ABOUT = {
    "ticks": "One row a turn of the loop: detection, estimate, command, times.",
    "stage": "What the guard made of each command, and when the stage acts on it.",
    "positions": "Where the stage was.",
    "focus": "Where the focus drive was, and where it was to go.",
    "truth": "Where the head really was: the simulated rig only.",
    "edges": "Every edge that was counted: its line, by its place from 0, and its number on it.",
    "analog": "The analog channels, a row a sample, in volts.",
    "marks": "When the marker's output changed, and the frame that it stands for; -1 for none.",
    "frames": "Numbers and times of the recorded frames.",
}
_CLOCK = "seconds on the rig's clock"


def add_tables(file: File, recording: OpenedRecording, zero_s: float) -> None:
    """Add the processing module `misc`: the recording's own tables, and the calibration."""
    header, frames = recording.header, recording.frames
    module = file.create_processing_module(
        name="misc",
        description=f"The recording's own tables. Their times are {_CLOCK}: this file's times are "
        f"those less {zero_s!r}. Session {header.session}, config sha256 {header.config_sha256}, "
        f"{_listed(header.facts)}.",
    )
    tables = {name: columns_of(recording.table(name)) for name in TABLE_NAMES}
    fields = ("index", "t_s", "received_s", "camera_t_s", "camera_counter")
    tables["frames"] = {name: np.array(frames.stamps[name]) for name in fields}
    for name in recording.neural_names:
        stamps = recording.neural(name).frames.stamps
        tables[neural_frames(name)] = {field: np.array(stamps[field]) for field in fields}
    for name, columns in tables.items():
        if len(next(iter(columns.values()))):
            module.add(
                _table(
                    name,
                    _about(name, recording),
                    {key: np.array(of) for key, of in columns.items()},
                )
            )
    calibration = recording.calibration
    values: dict[str, Column] = {
        "stage_from_image_um_per_px": calibration.stage_from_image_um_per_px[None],
        "target_px": calibration.target_px[None],
        "field_size_um": calibration.field_size_um[None],
        "field_rotation_rad": np.array([calibration.field_rotation_rad]),
        "residual_um": np.array([calibration.residual_um]),
    }
    about = f"How pixels and micrometres belonged together, measured on {calibration.measured_on}."
    module.add(_table("calibration", about, values))


def add_events(file: File, recording: OpenedRecording, zero_s: float) -> None:
    """Add what happened, as a table of events."""
    from pynwb.event import EventsTable

    if not recording.events:
        return
    table = EventsTable(
        name="events",
        description="What happened in the session while this was recorded, or just before.",
        source_description="wormlock",
    )
    events = cast("Events", table)
    events.add_column(name="kind", description="what happened")
    events.add_column(name="figures", description="figures of it")
    for event in recording.events:
        events.add_event(
            timestamp=event.t_s - zero_s,
            annotation=event.detail,
            kind=event.kind,
            figures=_listed(event.values),
        )
    file.add_events_table(table)


def _about(table: str, recording: OpenedRecording) -> str:
    if table == "edges":
        return f"{_ABOUT[table]} The lines are {', '.join(recording.edge_lines)}."
    return _ABOUT.get(table, "Numbers and times of a neural camera's frames.")


def _table(name: str, about: str, columns: dict[str, Column]) -> object:
    from hdmf.common import DynamicTable, VectorData

    return DynamicTable(
        name=name,
        description=about,
        columns=[
            VectorData(name=key, description=_described(key), data=values)
            for key, values in columns.items()
        ],
    )


def _listed(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())


def _described(column: str) -> str:
    """Say what a column is in."""
    for suffix, unit in (
        ("_um_s", "micrometres a second"),
        ("_um", "micrometres"),
        ("_px", "pixels"),
        ("_rad", "radians"),
        ("_v", "volts"),
        ("_s", _CLOCK),
    ):
        if column.endswith(suffix):
            return f"{column.removesuffix(suffix).replace('_', ' ')}, {unit}"
    return column.replace("_", " ")

"""NWB's processing module `behavior`: pose in the picture, head and stage on the plate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from models.detection import KEYPOINTS
from tracker.export.nwb_parts import CAMERA, File, Module
from tracker.record.opened import OpenedRecording

if TYPE_CHECKING:
    from ndx_pose import PoseEstimation
    from pynwb.image import ImageSeries

_PLATE = (
    "the plate: stage coordinates, (0, 0) where the stage's own axes are zero; a head stands where "
    "the stage must stand to be centred in the confocal's field"
)


def add_behavior(
    file: File, recording: OpenedRecording, pictures: ImageSeries, zero_s: float
) -> None:
    """Add pose, positions and error to a file whose time begins at `zero_s` of the rig's clock."""
    behavior = file.create_processing_module(
        name="behavior",
        description="Where the head was seen, and where it and the stage were on the plate.",
    )
    pose = _pose(behavior, recording, zero_s)
    pose.device, pose.source_video = file.devices[CAMERA], pictures
    behavior.add(pose)
    _add_positions(behavior, recording, zero_s)
    _add_tracking(behavior, recording, zero_s)


def _pose(behavior: Module, recording: OpenedRecording, zero_s: float) -> PoseEstimation:
    from ndx_pose import PoseEstimation, PoseEstimationSeries, Skeleton, Skeletons

    header, ticks = recording.header, recording.table("ticks")
    t_s = ticks["t_s"] - zero_s
    skeleton = Skeleton(
        name="head", nodes=list(KEYPOINTS), edges=np.array([[0, 1], [1, 2]], np.uint8)
    )
    series = [
        PoseEstimationSeries(
            name=name,
            description=f"The {name.replace('_', ' ')}; NaN where no head was found.",
            data=ticks["keypoints_px"][:, place].copy(),
            unit="pixels",
            reference_frame="(0, 0) is the centre of the top left pixel; x to the right, y down",
            confidence=ticks["keypoint_confidences"][:, place].copy(),
            confidence_definition="as the detector gives it, 0 to 1",
            timestamps=t_s,
        )
        for place, name in enumerate(KEYPOINTS)
    ]
    behavior.add(Skeletons(skeletons=[skeleton]))
    return PoseEstimation(
        name="PoseEstimation",
        pose_estimation_series=series,
        description="Keypoints of the head as the tracker saw them, live.",
        scorer=str(header.facts.get("model_name", "not told")),
        source_software="wormlock",
        source_software_version=header.software_version,
        skeleton=skeleton,
    )


def _add_positions(behavior: Module, recording: OpenedRecording, zero_s: float) -> None:
    from pynwb.behavior import Position, SpatialSeries

    path, positions = recording.head_path(), recording.table("positions")
    tracks = (
        ("head", "The tracked point of the head on the plate.", path.t_s, path.head_um),
        ("stage", "Where the stage stood.", positions["t_s"], positions["position_um"]),
    )
    series = [
        SpatialSeries(
            name=name,
            description=description,
            data=place_um.copy(),
            unit="meters",
            conversion=1e-6,
            reference_frame=_PLATE,
            timestamps=t_s - zero_s,
        )
        for name, description, t_s, place_um in tracks
    ]
    behavior.add(Position(name="Position", spatial_series=series))


def _add_tracking(behavior: Module, recording: OpenedRecording, zero_s: float) -> None:
    from pynwb.base import TimeSeries
    from pynwb.behavior import BehavioralTimeSeries

    ticks = recording.table("ticks")
    series = [
        TimeSeries(
            name=name,
            description=description,
            data=ticks[field].copy(),
            unit=unit,
            conversion=1e-6,
            timestamps=ticks["t_s"] - zero_s,
        )
        for name, field, unit, description in (
            ("error", "error_um", "meters", "Head off the centre of the confocal's field (x, y)."),
            ("command", "command_um_s", "meters/second", "Velocity asked of the stage (x, y)."),
        )
    ]
    centre = TimeSeries(
        name="field_centre",
        description="The centre of the confocal's field in the picture (x, y), where the operator "
        "had moved it by then.",
        data=recording.field_centre_px(ticks["t_s"]),
        unit="pixels",
        timestamps=ticks["t_s"] - zero_s,
    )
    behavior.add(BehavioralTimeSeries(name="tracking", time_series=[*series, centre]))

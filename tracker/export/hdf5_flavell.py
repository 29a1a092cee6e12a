"""HDF5 in the layout that ConfocalTrackerControl.jl writes, for analyses that read that.

    img_nir       uint8 (T, rows, columns)  the saved frames, a chunk each
    pos_feature   float32 (T, 3, 3)         x, y, confidence of nose, metacorpus, bulb; from (1, 1)
    pos_stage     float64 (T, 2)            1/10000 mm
    img_metadata  one entry a recorded frame: img_id, img_timestamp (ns), q_iter_save, q_recording
    daqmx_di, daqmx_ai                      the signals beside: `hdf5_signals`
    recording_start, metadata

The axes are as h5py sees them; Julia sees them reversed. `metadata/field_centre_px` (T, 2) is the
centre of the confocal's field in each saved frame, where the operator had moved it by then;
`metadata/target_px` is what was calibrated.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from tracker.errors import UsageError
from tracker.export.hdf5_signals import write_signals
from tracker.export.job import Job
from tracker.export.resuming import Resuming
from tracker.geometry import um_per_px
from tracker.record.opened import OpenedRecording

if TYPE_CHECKING:
    import h5py

_SAVED_HZ = 20.0
_PICTURES = "img_nir"
_NOTED_BYTES = 64_000_000  # of pictures, after which it can go on
_SOFTWARE = b"wormlock"


def write(path: Path, job: Job) -> None:
    """Write a .h5 file.

    Raises:
        UsageError: the recording has too few frames to tell their rate.
    """
    import h5py

    recording = job.recording
    if len(recording.frames) < 3:
        raise UsageError(f"{recording.folder} has too few frames for this format")
    every = job.every or max(1, round(1.0 / (_SAVED_HZ * _period_s(recording))))
    resuming = Resuming(path, job, to="hdf5-flavell")
    with h5py.File(path, "r+" if resuming.goes_on else "w") as file:
        _write_pictures(file, path, job, every, resuming)
        resuming.finish()  # what comes now moves things about in the file
        file["pos_feature"] = _features(recording, every)
        file["pos_stage"] = _stage_tenths_um(recording, every)
        _write_image_metadata(file, recording, every)
        missing = write_signals(file, recording, period_s=_period_s(recording))
        file["recording_start"] = recording.header.wall_time[:19]
        _write_metadata(file, recording, every)
    if missing:
        job.notices.append(
            f"not recorded, and zero in the signals: {', '.join(missing)}; the strobe's line is "
            "made from the frames' times"
        )


def is_export(path: Path) -> bool:
    """Say whether a file's metadata name us; the microscope's own files do not."""
    import h5py

    try:
        with h5py.File(path) as file:
            software = file["metadata/software"]
            return isinstance(software, h5py.Dataset) and software[()].startswith(_SOFTWARE)
    except (OSError, KeyError, AttributeError):
        return False


def _period_s(recording: OpenedRecording) -> float:
    frames = recording.frames
    return float(np.median(np.diff(frames.t_s) / np.maximum(1, np.diff(frames.index))))


def _write_pictures(file: h5py.File, path: Path, job: Job, every: int, resuming: Resuming) -> None:
    """Write the pictures, or go on with them.

    All their room is laid out before the first one is written: from then on pictures go into their
    places and nothing else in the file changes, so that a kill leaves a file that can be opened.
    """
    count, rows, columns = job.recording.frames.shape
    saved = len(range(0, count, every))
    if not resuming.goes_on:
        _lay_out(file, (saved, rows, columns))
        file.flush()
        resuming.note(_PICTURES, 0, path)
    pictures = cast("h5py.Dataset", file[_PICTURES])
    start = resuming.done(_PICTURES)
    step = max(1, _NOTED_BYTES // (rows * columns))
    for place, frame in enumerate(job.frames(every=every, start=start), start=start):
        pictures[place] = frame.image
        if (place + 1) % step == 0:
            file.flush()
            resuming.note(_PICTURES, place + 1, path)


def _lay_out(file: h5py.File, shape: tuple[int, int, int]) -> None:
    from h5py import h5d, h5p, h5s, h5t  # pyright: ignore[reportAttributeAccessIssue]

    laid_out = h5p.create(h5p.DATASET_CREATE)
    laid_out.set_chunk((1, *shape[1:]))
    laid_out.set_alloc_time(h5d.ALLOC_TIME_EARLY)
    laid_out.set_fill_time(h5d.FILL_TIME_NEVER)
    space = h5s.create_simple(shape)
    h5d.create(file.id, _PICTURES.encode(), h5t.STD_U8LE, space, laid_out)
    file[_PICTURES].attrs["desc"] = "tracking camera's image"


def _features(recording: OpenedRecording, every: int) -> NDArray[np.float32]:
    """Return keypoints of the saved frames, (T, [x, y, confidence], keypoint), pixels from 1."""
    index = recording.frames.index[::every]
    ticks = recording.table("ticks")
    features = np.full((len(index), 3, 3), np.nan, np.float32)
    features[:, 2] = 0.0
    _, of_frames, of_ticks = np.intersect1d(index, ticks["frame_index"], return_indices=True)
    features[of_frames, :2] = ticks["keypoints_px"][of_ticks].transpose(0, 2, 1) + 1.0
    features[of_frames, 2] = np.nan_to_num(ticks["keypoint_confidences"][of_ticks])
    return features


def _stage_tenths_um(recording: OpenedRecording, every: int) -> NDArray[np.float64]:
    """Return the stage at the saved frames' mid-exposures; where unsure, as the loop took it."""
    index = recording.frames.index[::every]
    stage_um = recording.at(recording.frames.t_s[::every]).stage_um
    ticks = recording.table("ticks")
    _, of_frames, of_ticks = np.intersect1d(index, ticks["frame_index"], return_indices=True)
    taken_um = np.full_like(stage_um, np.nan)
    taken_um[of_frames] = ticks["stage_um"][of_ticks]
    return 10.0 * np.where(np.isfinite(stage_um), stage_um, taken_um)


def _write_image_metadata(file: h5py.File, recording: OpenedRecording, every: int) -> None:
    frames = recording.frames
    camera_s = frames.stamps["camera_t_s"]
    stamps_s = camera_s if np.isfinite(camera_s).all() else frames.t_s
    file["img_metadata/img_id"] = np.array(frames.index)
    file["img_metadata/img_timestamp"] = np.rint(stamps_s * 1e9).astype(np.int64)
    file["img_metadata/q_iter_save"] = (np.arange(len(frames)) % every == 0).astype(np.uint8)
    file["img_metadata/q_recording"] = np.ones(len(frames), np.uint8)


def _write_metadata(file: h5py.File, recording: OpenedRecording, every: int) -> None:
    header, calibration = recording.header, recording.calibration
    words = {
        "software": f"{_SOFTWARE.decode()} {header.software_version}",
        "session": header.session,
        "wall_time": header.wall_time,
        "saved_every": every,
        "um_per_px": um_per_px(calibration),
        "stage_from_image_um_per_px": calibration.stage_from_image_um_per_px,
        "target_px": calibration.target_px + 1.0,
        "field_centre_px": recording.field_centre_px(recording.frames.t_s[::every]) + 1.0,
        **{f"animal_{name}": value for name, value in header.animal.items() if value is not None},
    }
    for name, value in words.items():
        file[f"metadata/{name.replace('/', '_')}"] = value

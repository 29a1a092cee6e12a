"""NWB: one HDF5 file with the pictures, neural frames, pose, places, events and every table.

Times are seconds from the first thing that was recorded: a position of the stage, mostly, for
those begin just before the first frame. The pictures are inside, packed without loss,
as (frame, x, y), which is the order that the format asks for: transpose one to look at it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast
from uuid import NAMESPACE_URL, uuid5

import numpy as np
import yaml

from tracker.errors import UsageError
from tracker.export.job import Job
from tracker.export.nwb_behavior import add_behavior
from tracker.export.nwb_parts import CAMERA, File
from tracker.export.nwb_pictures import neural_pictures, tracking_pictures
from tracker.export.nwb_tables import add_events, add_tables
from tracker.record.header import Facts, Header
from tracker.record.opened import OpenedRecording

if TYPE_CHECKING:
    from pynwb.file import Subject

_TIMED = ("ticks", "positions", "truth")
_SIGNATURE = "wormlock export"
_SPECIES = "Caenorhabditis elegans"
_SEXES = {"hermaphrodite": "XX", "male": "XO", "xx": "XX", "xo": "XO"}


def write(path: Path, job: Job) -> None:
    """Write an .nwb file.

    Raises:
        UsageError: there are no frames.
    """
    from pynwb import NWBHDF5IO

    recording = job.recording
    if not len(recording.frames):
        raise UsageError(f"{recording.folder} holds no frames")
    zero_s = _zero_s(recording)
    file = _new_file(recording, zero_s)
    _add_devices(file, recording)
    pictures = tracking_pictures(job, file, zero_s)
    file.add_acquisition(pictures)
    for name in recording.neural_names:
        stream = recording.neural(name)
        if len(stream.frames):
            file.add_acquisition(neural_pictures(job, stream, file, zero_s))
    add_behavior(file, recording, pictures, zero_s)
    add_tables(file, recording, zero_s)
    add_events(file, recording, zero_s)
    untold = [key for key in ("sex", "age_h") if recording.header.animal.get(key) is None]
    if untold:
        job.notices.append(
            f"{' and '.join(untold)} of the animal are not told (record.animal in config.yaml): "
            "archives such as DANDI ask for them"
        )
    with NWBHDF5IO(path=path, mode="w") as io:
        io.write(container=file)


def is_export(path: Path) -> bool:
    """Say whether a file names us as the script that made it."""
    import h5py

    try:
        with h5py.File(path) as file:
            script = file["general/source_script"]
            made_by = script[()] if isinstance(script, h5py.Dataset) else b""
            return made_by.startswith(_SIGNATURE.encode())
    except (OSError, KeyError, AttributeError):
        return False


def _zero_s(recording: OpenedRecording) -> float:
    """Return when this file's time begins: before all that it holds."""
    begins_s = [event.t_s for event in recording.events]
    begins_s += [float(recording.table(name)["t_s"].min(initial=np.inf)) for name in _TIMED]
    return min(recording.header.started_s, *begins_s)


def _new_file(recording: OpenedRecording, zero_s: float) -> File:
    from pynwb import NWBFile

    header = recording.header
    animal = header.animal
    began = datetime.fromisoformat(header.wall_time)
    name = f"{header.session}/{recording.folder.resolve().name}"
    told = {
        key: str(animal[key]) for key in ("lab", "institution") if isinstance(animal.get(key), str)
    }
    if animal.get("experimenter"):
        told["experimenter"] = str(animal["experimenter"])
    file = NWBFile(
        session_description=f"A freely crawling animal, its head tracked by Wormlock: {name}.",
        experiment_description=(
            "The head of a freely crawling animal was kept where a confocal microscope looks."
        ),
        identifier=str(uuid5(NAMESPACE_URL, f"wormlock:{header.wall_time}:{name}")),
        session_start_time=began + timedelta(seconds=zero_s - header.wall_time_at_s),
        session_id=name.replace("/", "-"),
        keywords=["C. elegans", "behavior", "tracking"],
        notes=f"Resolved configuration:\n{recording.config_yaml}",
        subject=_subject(header, name),
        source_script=f"{_SIGNATURE} {header.software_version}",
        source_script_file_name="wormlock",
        **told,
    )
    return cast("File", file)


def _subject(header: Header, name: str) -> Subject:
    from pynwb.file import Subject

    animal: Facts = header.animal
    words = {key: str(animal[key]) for key in ("strain", "genotype") if animal.get(key) is not None}
    if animal.get("age_h") is not None:
        words["age"] = f"PT{animal['age_h']}H"
    if animal.get("sex") is not None:
        words["sex"] = _SEXES.get(str(animal["sex"]).lower(), "U")
    told = ", ".join(f"{key} {value}" for key, value in animal.items())
    return Subject(
        subject_id=str(animal.get("id") or name.replace("/", "-")),
        species=_SPECIES,
        description=told or "nothing was told about the animal",
        **words,
    )


def _add_devices(file: File, recording: OpenedRecording) -> None:
    """Add camera and stage; their kinds are those of the configuration."""
    config: object = yaml.safe_load(recording.config_yaml)
    rig = config.get("rig", {}) if isinstance(config, dict) else {}
    for name, part, what in (
        (CAMERA, "camera", "tracking camera"),
        ("stage", "stage", "motorized XY stage"),
    ):
        kind = rig.get(part, {}).get("kind", "kind not told")
        file.create_device(name=name, description=f"{what}, {kind}")
    for name in recording.neural_names:
        file.create_device(name=f"neural_{name}", description="neural camera")

"""The two processes of a neural camera, and what they tell each other: it exposes, it is recorded.

They are called camera.NAME and recorder.NAME, by the name that config.yaml gives the camera.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from tracker.runtime.session_place import Role, SessionPlace, read_told, write_told

_OF_A_CAMERA, _OF_ITS_RECORDER = "camera.", "recorder."


@dataclass(frozen=True, slots=True, kw_only=True)
class NeuralFacts:
    """What its process found when it opened a neural camera; written before its ring is made.

    `neurons` counts those whose truth is told, where the camera is simulated; `um_per_px` is NaN
    where nobody knows it.
    """

    shape: tuple[int, int]
    depth_bits: int
    white_level: int
    period_s: float
    delay_s: float
    um_per_px: float
    neurons: int


def camera_role(name: str) -> Role:
    """Return the process that has a neural camera."""
    return _OF_A_CAMERA + name


def recorder_role(name: str) -> Role:
    """Return the process that writes a neural camera's frames."""
    return _OF_ITS_RECORDER + name


def is_of_neural_camera(role: Role) -> bool:
    """Say whether a process is there for a neural camera alone."""
    return role.startswith((_OF_A_CAMERA, _OF_ITS_RECORDER))


def is_neural_recorder(role: Role) -> bool:
    """Say whether a process writes the frames of a neural camera."""
    return role.startswith(_OF_ITS_RECORDER)


def neural_name(role: Role) -> str:
    """Return the name of the neural camera that a process is there for.

    >>> neural_name("camera.green")
    'green'
    """
    return role.partition(".")[2]


def write_neural_facts(place: SessionPlace, name: str, facts: NeuralFacts) -> None:
    """Tell a neural camera's recorder what the camera is like."""
    told: dict[str, object] = asdict(facts)
    write_told(place.neural_file(name), told)


def read_neural_facts(place: SessionPlace, name: str, *, within_s: float) -> NeuralFacts:
    """Read what was found of a neural camera; waits until it is there.

    Raises:
        RingError: it was not there in time.
    """
    told = read_told(place.neural_file(name), within_s=within_s)
    rows, columns = np.array(told["shape"], dtype=np.int64).tolist()
    return NeuralFacts(
        shape=(rows, columns),
        depth_bits=int(str(told["depth_bits"])),
        white_level=int(str(told["white_level"])),
        period_s=float(str(told["period_s"])),
        delay_s=float(str(told["delay_s"])),
        um_per_px=float(str(told["um_per_px"])),
        neurons=int(str(told["neurons"])),
    )

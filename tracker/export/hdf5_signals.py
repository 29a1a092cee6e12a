"""The signals of the incumbent's layout: what its counter of pulses and its analog channels saw.

    daqmx_di      uint32 (2, N)    the confocal's camera, and the behaviour camera's strobe; 5 kHz
    daqmx_ai      float64 (3, N)   laser, piezo, stimulus

The strobe is made from the frames' times. The confocal's line and the analog channels are those
that were counted and sampled along, and zero where there were none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tracker.record.opened import OpenedRecording

if TYPE_CHECKING:
    import h5py

SAMPLE_HZ = 5000.0
STROBE_HIGH = 2  # readers look for steps of more than one
_LEAD_S = 0.2  # readers want more than 500 samples of silence before and after
_EXPOSURE_S = 0.004
_BLOCK = 1 << 20  # samples at a time
_CONFOCAL, _ANALOG = "confocal", ("laser", "piezo", "stimulus")

Numbers = NDArray[np.int64]


def write_signals(file: h5py.File, recording: OpenedRecording, *, period_s: float) -> list[str]:
    """Write the signals; return what of them was not recorded.

    `period_s` is the tracking camera's.
    """
    frames = recording.frames
    # A frame that is missing was exposed all the same.
    exposed = np.arange(frames.index[0], frames.index[-1] + 1)
    t_s = np.interp(exposed, frames.index, frames.t_s)
    half_s = min(_EXPOSURE_S, 0.4 * period_s) / 2.0
    began_s = t_s[0] - half_s - _LEAD_S
    count = round((t_s[-1] + half_s + _LEAD_S - began_s) * SAMPLE_HZ)
    strobe = _samples(t_s - half_s, began_s), _samples(t_s + half_s, began_s)
    confocal_s = _confocal_s(recording)
    confocal = _samples(confocal_s, began_s), _samples(confocal_s + _high_s(confocal_s), began_s)
    lines = file.create_dataset("daqmx_di", (2, count), np.uint32)
    for start in range(0, count, _BLOCK):
        samples = np.arange(start, min(start + _BLOCK, count))
        lines[0, start : start + _BLOCK] = STROBE_HIGH * _is_high(samples, *confocal)
        lines[1, start : start + _BLOCK] = STROBE_HIGH * _is_high(samples, *strobe)
    told = "as it was counted" if len(confocal_s) else "not recorded"
    lines.attrs["desc"] = f"confocal camera: {told}; strobe: made from the frames' times"
    missing = [] if len(confocal_s) else ["the confocal's line"]
    return missing + _write_analog(file, recording, began_s, count)


def _write_analog(
    file: h5py.File, recording: OpenedRecording, began_s: float, count: int
) -> list[str]:
    analog = recording.table("analog")
    dataset = file.create_dataset("daqmx_ai", (3, count), np.float64)
    known = [name for name in _ANALOG if f"{name}_v" in (analog.dtype.names or ()) and len(analog)]
    for place, name in enumerate(_ANALOG):
        for start in range(0, count if name in known else 0, _BLOCK):
            at_s = began_s + np.arange(start, min(start + _BLOCK, count)) / SAMPLE_HZ
            volts = np.interp(at_s, analog["t_s"], analog[f"{name}_v"], left=0.0, right=0.0)
            dataset[place, start : start + _BLOCK] = volts
    words = (f"{name}: {'volts' if name in known else 'not recorded'}" for name in _ANALOG)
    dataset.attrs["desc"] = "laser, piezo, stimulus: " + ", ".join(words)
    return [name for name in _ANALOG if name not in known]


def _confocal_s(recording: OpenedRecording) -> NDArray[np.float64]:
    names, edges = recording.edge_lines, recording.table("edges")
    if _CONFOCAL not in names:
        return np.empty(0)
    return np.array(edges["t_s"][edges["line"] == names.index(_CONFOCAL)])


def _high_s(rises_s: NDArray[np.float64]) -> float:
    """Return how long the line is shown high: its falls were not counted."""
    return 0.4 * float(np.median(np.diff(rises_s))) if len(rises_s) > 1 else _EXPOSURE_S


def _samples(t_s: NDArray[np.float64], began_s: float) -> Numbers:
    return np.rint((t_s - began_s) * SAMPLE_HZ).astype(np.int64)


def _is_high(samples: Numbers, rises: Numbers, falls: Numbers) -> NDArray[np.uint32]:
    has_risen = np.searchsorted(rises, samples, "right")
    return (has_risen > np.searchsorted(falls, samples, "right")).astype(np.uint32)

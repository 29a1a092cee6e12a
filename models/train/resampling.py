"""The same frames drawn anew, with replacement: what a further network of an ensemble sees."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.train.frames import FrameSet

_LEAST_RECORDINGS = 5  # with fewer, frames are drawn: a whole recording could be missing


def resampled(frames: FrameSet, *, seed: int) -> FrameSet:
    """Return the frames as a bootstrap sample (Efron 1979) of recordings, or of single frames.

    Nothing is copied: a frame that was drawn twice has twice its chance, one that was not none.
    """
    groups = np.arange(len(frames))
    if frames.recordings is not None and len(set(frames.recordings)) >= _LEAST_RECORDINGS:
        groups = np.unique(frames.recordings, return_inverse=True)[1]
    count = int(groups.max()) + 1
    drawn = np.random.default_rng(seed).integers(0, count, count)
    times = np.bincount(drawn, minlength=count)[groups].astype(np.float64)
    chance = np.ones(len(frames)) if frames.chance is None else frames.chance
    return replace(frames, chance=chance * times)

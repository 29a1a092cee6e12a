"""How the closer look is learned: the map stands as it is, and what it names is looked at.

Pieces are drawn and searched once, kept for a while, and looked at many times, each time from a
place and under an angle that are somewhat off: a trained map is off like that, too.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from models.errors import TrainingError
from models.train.candidates import read_cells
from models.train.closer import STEP_PX, CloserLook, Pose, pose_of, windows
from models.train.examples import Sampler
from models.train.frames import FrameSet
from models.train.grid import STRIDE_PX
from models.train.loop import Moment
from models.train.loss import head_px
from models.train.network import HeadNetwork, contrast

SIDE_PX = 256
_STATE_FILE = "closer.pt"
_KEEP_EVERY_S = 30.0
_DRAWN = 16  # pieces searched at a time
_KEPT = 400  # draws, the oldest make way
_LOOKS, _MIXED = 64, 8  # looks in a step, and of how many draws they are
_RIM_PX = 8.0  # heads nearer to the border are not asked for
_STEPS_A_DRAW = 4
_LEAST_HEAT = 0.02
_IS_HEAD_PX = 24.0  # a candidate so near to a head is one
_OFF_PX, _OFF_RAD, _OFF_SCALE = 4.0, 0.12, 0.07  # one sigma of how far off a look begins
_PEAK_RATE, _TUNING_RATE, _WARM_UP_STEPS = 4e-3, 1.5e-3, 100  # tuned is what knows much already
_AVERAGED_STEPS = 200
_LEAST_STEPS = 300  # a closer look that began from nothing is worse than none before
_LEAST_SCALE = 0.02  # cells
_HEAD_WEIGHT = 2.0  # of the tracked point beside the keypoints
_PLACES_WEIGHT = 0.5  # beside the judgement


@dataclass(frozen=True, slots=True)
class Looks:
    """What is looked at: pictures (pieces, 1, side, side), and candidates with the truth.

    `piece` (count,) says which picture each is of. Candidates and truth are (count, 3, 2), in
    pixels; truth is NaN where there is no head.
    """

    pictures: Tensor
    piece: Tensor
    said_px: Tensor
    truth_px: Tensor

    @property
    def is_head(self) -> Tensor:
        """Return which are heads (count,)."""
        return torch.isfinite(self.truth_px).flatten(1).all(dim=1)


def search(network: HeadNetwork, frames: Sampler) -> Looks:
    """Draw pieces, and return what the network names in them, and each head as well."""
    batch = frames.draw(_DRAWN)
    shrunk = torch.from_numpy(batch.pieces)[:, None]
    with torch.no_grad():
        maps = network(shrunk)
    animals_px = torch.from_numpy(batch.keypoints_px)
    said: list[Tensor] = []
    truth: list[Tensor] = []
    for cells, animals in zip(maps, animals_px, strict=True):
        reading = read_cells(cells)
        heads = animals[torch.isfinite(animals).flatten(1).all(dim=1)]
        at = head_px(heads)
        heads = heads[((at > _RIM_PX) & (at < SIDE_PX - _RIM_PX)).all(dim=1)]
        said.append(torch.cat([reading.keypoints_px[reading.heat > _LEAST_HEAT], heads]))
        truth.append(_nearest(said[-1], heads))
    piece = torch.arange(len(said)).repeat_interleave(torch.tensor([len(one) for one in said]))
    return Looks(contrast(shrunk).half(), piece, torch.cat(said), torch.cat(truth))


def _chosen(kept: Sequence[Looks], draw: torch.Generator) -> Looks:
    """Return as many heads as others, of some of the pieces that are kept."""
    some = [kept[int(torch.randint(len(kept), (1,), generator=draw))] for _ in range(_MIXED)]
    parts: list[Looks] = []
    for one in some:
        order = torch.randperm(len(one.piece), generator=draw)
        is_head = one.is_head[order]
        half = _LOOKS // _MIXED // 2
        chosen = torch.cat([order[is_head][:half], order[~is_head][:half]])
        pictures = one.pictures[one.piece[chosen]]
        parts.append(Looks(pictures, chosen, one.said_px[chosen], one.truth_px[chosen]))
    return Looks(
        torch.cat([one.pictures for one in parts]).float(),
        torch.arange(sum(len(one.piece) for one in parts)),
        torch.cat([one.said_px for one in parts]),
        torch.cat([one.truth_px for one in parts]),
    )


def _nearest(named_px: Tensor, heads_px: Tensor) -> Tensor:
    """Return the head (count, 3, 2) that each candidate means; NaN if it means none."""
    nobody = torch.full_like(named_px, torch.nan)
    if not len(heads_px) or not len(named_px):
        return nobody
    away, which = torch.cdist(head_px(named_px), head_px(heads_px)).min(dim=1)
    return torch.where((away < _IS_HEAD_PX)[:, None, None], heads_px[which], nobody)


def cost_of(closer: CloserLook, looks: Looks, draw: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return what its judgement and its places cost, looking from somewhat off."""
    pose = _shaken(pose_of(looks.said_px), draw)
    places, log_scale, logit = closer(windows(looks.pictures[looks.piece], pose))
    is_head = looks.is_head
    judgement = functional.binary_cross_entropy_with_logits(logit, is_head.to(logit.dtype))
    there = Pose(pose.middle_px[is_head], pose.step_px[is_head])
    truth = there.in_window(looks.truth_px[is_head])
    cells = STEP_PX / STRIDE_PX
    places = places[is_head]
    off = cells * ((places - truth).square().sum(dim=2) + 1e-4).sqrt()
    head_off = cells * ((head_px(places) - head_px(truth)).square().sum(dim=1) + 1e-4).sqrt()
    scale = cells * torch.exp(log_scale[is_head]) + _LEAST_SCALE
    law = off / scale + 2.0 * torch.log(scale) + off
    return judgement, law.mean() + _HEAD_WEIGHT * head_off.mean()


def _shaken(pose: Pose, draw: torch.Generator) -> Pose:
    """Return windows somewhat off, turned and enlarged; every other one is mirrored."""
    count = len(pose.middle_px)
    amount = torch.rand(count, 1, generator=draw)
    off_px = _OFF_PX * amount * torch.randn(count, 2, generator=draw)
    angle = (_OFF_RAD * amount * torch.randn(count, 1, generator=draw)).flatten()
    size = torch.exp(_OFF_SCALE * amount * torch.randn(count, 1, generator=draw))
    mirror = 1.0 - 2.0 * torch.randint(2, (count, 1), generator=draw)
    turn = torch.stack([angle.cos(), angle.sin(), -angle.sin(), angle.cos()], dim=1)
    steps = size[:, :, None] * (turn.reshape(-1, 2, 2) @ pose.step_px)
    return Pose(pose.middle_px + off_px, torch.stack([steps[:, 0], mirror * steps[:, 1]], dim=1))


class CloserTraining:
    """One training of a network's closer look, the map standing as it is.

    It keeps its state in `folder`, and goes on from one that is there already.

    Raises:
        TrainingError: the folder holds the state of a training of another kind.
    """

    def __init__(
        self,
        network: HeadNetwork,
        frames: FrameSet,
        *,
        minutes: float,
        seed: int,
        folder: Path,
    ) -> None:
        self.network = network.eval()
        self.step = 0
        self.trained_s = 0.0
        self.was_stopped = False
        self._total_s = 60.0 * minutes
        self._file = folder / _STATE_FILE
        closer = network.closer
        self._is_new = not float(closer.trust)
        self._peak_rate = _PEAK_RATE if self._is_new else _TUNING_RATE
        closer.trust.fill_(1.0)
        average = get_ema_multi_avg_fn(1.0 - 1.0 / _AVERAGED_STEPS)
        self._mean = AveragedModel(closer, multi_avg_fn=average, use_buffers=True)
        self._optimizer = torch.optim.AdamW(closer.parameters(), weight_decay=1e-3)
        self._restore()
        self._draw = torch.Generator().manual_seed(seed + self.step)
        random = np.random.default_rng((seed, 7, self.step))
        self._sampler = Sampler(frames, random, sides_px=(SIDE_PX,))
        self._kept: deque[Looks] = deque(maxlen=_KEPT)

    def run(self, tell: Callable[[Moment], None]) -> None:
        """Train until the time is up. Ctrl-C ends it early; what was learned is kept."""
        since = kept = time.perf_counter()
        try:
            while self.trained_s < self._total_s:
                done = self.trained_s / self._total_s
                judgement, places = self._learn(done)
                now = time.perf_counter()
                self.trained_s += now - since
                since = now
                if now - kept > _KEEP_EVERY_S:
                    self._keep()
                    kept = now
                left_s = max(self._total_s - self.trained_s, 0.0)
                tell(Moment(done=min(self.trained_s / self._total_s, 1.0), left_s=left_s,
                            step=self.step, heat_loss=judgement, keypoint_loss=places))  # fmt: skip
        except KeyboardInterrupt:
            self.was_stopped = True
        self._keep()

    def learned(self) -> HeadNetwork:
        """Return the network with the running mean of what its closer look has learned.

        One that began from nothing and had too few steps leaves candidates as they are.
        """
        if self.step:
            self.network.closer.load_state_dict(self._mean.module.state_dict())
        if self._is_new and self.step < _LEAST_STEPS:
            self.network.closer.trust.fill_(0.0)
        return self.network.eval()

    def _learn(self, done: float) -> tuple[float, float]:
        if self.step % _STEPS_A_DRAW == 0 or len(self._kept) < _MIXED:
            self._kept.append(search(self.network, self._sampler))
        closer = self.network.closer.train()
        warmth = min(1.0, (self.step + 1) / _WARM_UP_STEPS)
        fall = 0.5 * (1.0 + math.cos(math.pi * min(done, 1.0)))
        for group in self._optimizer.param_groups:
            group["lr"] = self._peak_rate * warmth * (0.01 + 0.99 * fall)
        judgement, places = cost_of(closer, _chosen(self._kept, self._draw), self._draw)
        self._optimizer.zero_grad()
        (judgement + _PLACES_WEIGHT * places).backward()
        torch.nn.utils.clip_grad_norm_(closer.parameters(), 5.0)
        self._optimizer.step()
        self._mean.update_parameters(closer)
        self.step += 1
        return float(judgement.detach()), float(places.detach())

    def _keep(self) -> None:
        fresh = self._file.with_suffix(".new")
        torch.save(
            {
                "step": self.step,
                "trained_s": self.trained_s,
                "closer": self.network.closer.state_dict(),
                "mean": self._mean.state_dict(),
                "optimizer": self._optimizer.state_dict(),
            },
            fresh,
        )
        fresh.replace(self._file)

    def _restore(self) -> None:
        if not self._file.is_file():
            return
        try:
            state = torch.load(self._file, weights_only=True)
            self.network.closer.load_state_dict(state["closer"])
            self._mean.load_state_dict(state["mean"])
            self._optimizer.load_state_dict(state["optimizer"])
            self.step, self.trained_s = state["step"], state["trained_s"]
        except (RuntimeError, KeyError, EOFError, OSError, UnpicklingError) as error:
            raise TrainingError(
                f"{self._file}: not the state of a training like this one"
                f" ({str(error).splitlines()[0]}): move it away, or give another --out"
            ) from error

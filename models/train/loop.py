"""The training itself: a plain loop that can be stopped, gone on with, and watched."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError

import numpy as np
import torch
from torch import Tensor
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from models.errors import TrainingError
from models.train.examples import Batch, Sampler
from models.train.frames import FrameSet
from models.train.lesson import Lesson, by_labels
from models.train.network import HeadNetwork
from models.train.watch import Watch

_STATE_FILE = "state.pt"
_KEYPOINT_WEIGHT = 0.2  # beside the loss of the heads' map
_MISTAKEN = 0.5  # a head seen so surely where none is makes a hard place
_AVERAGED_STEPS = 300  # the shipped weights are a running mean over about so many steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How long to train, and how. The learning rate falls along a cosine to the last minute."""

    minutes: float
    batch_size: int = 32
    peak_rate: float = 5e-3
    warm_up_steps: int = 100
    keep_every_s: float = 30.0
    watch_every_steps: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What is told of a training while it goes on."""

    done: float  # share of the time
    left_s: float
    step: int
    heat_loss: float
    keypoint_loss: float


class Training:
    """One training: network, optimizer, running mean, and the seconds it has had.

    With `folder` it keeps its state there and goes on from one that is there already; otherwise
    it begins with the weights of the `start`, or with random ones. A `watch` ends it early. Its
    minutes are those of `clock_s`: on a busy machine the processor's own are the fairer ones. The
    `lesson` says what is asked of the network, `was_stopped` that Ctrl-C ended the last run.

    Raises:
        TrainingError: the folder holds the state of a training of another kind.
    """

    def __init__(
        self,
        frames: FrameSet,
        schedule: Schedule,
        *,
        seed: int,
        folder: Path,
        start: HeadNetwork | None = None,
        watch: Watch | None = None,
        clock_s: Callable[[], float] = time.perf_counter,
        lesson: Lesson = by_labels,
    ) -> None:
        torch.manual_seed(seed)
        self.network = HeadNetwork()
        if start is not None:
            self.network.load_state_dict(start.state_dict())
        for weights in self.network.parameters():
            if weights.dim() == 4:  # channels last: twice as fast on a processor
                weights.data = weights.data.contiguous(memory_format=torch.channels_last)
        self.mean = AveragedModel(
            self.network,
            multi_avg_fn=get_ema_multi_avg_fn(1.0 - 1.0 / _AVERAGED_STEPS),
            use_buffers=True,
        )
        self.step = 0
        self.trained_s = 0.0
        self.was_stopped = False
        self._lesson = lesson
        self._schedule = schedule
        self._watch = watch
        self._clock_s = clock_s
        self._optimizer = torch.optim.AdamW(self.network.parameters(), weight_decay=1e-3)
        self._file = folder / _STATE_FILE
        self._restore()
        self._sampler = Sampler(frames, np.random.default_rng((seed, self.step)))
        # One batch is drawn while another is learned from; both release the interpreter.
        self._drawer = ThreadPoolExecutor(1)
        self._next = self._drawer.submit(self._sampler.draw, schedule.batch_size)

    def run(self, tell: Callable[[Moment], None]) -> None:
        """Train until the time is up. Ctrl-C ends it early; what was learned is kept."""
        schedule = self._schedule
        total_s = schedule.minutes * 60.0
        since = kept = self._clock_s()
        self.network.train()
        try:
            while self.trained_s < total_s:
                if self._is_done_learning():
                    break
                heat_loss, keypoint_loss = self._learn(self.trained_s / total_s)
                now = self._clock_s()
                self.trained_s += now - since
                since = now
                if now - kept > schedule.keep_every_s:
                    self._keep()
                    kept = now
                left_s = max(total_s - self.trained_s, 0.0)
                tell(
                    Moment(
                        done=min(self.trained_s / total_s, 1.0),
                        left_s=left_s,
                        step=self.step,
                        heat_loss=heat_loss,
                        keypoint_loss=keypoint_loss,
                    )
                )
        except KeyboardInterrupt:
            self.was_stopped = True
        if self._watch is not None:  # the mean of a short training still holds its beginning
            self._watch.look(self.network, keypoint_weight=_KEYPOINT_WEIGHT)
        self._drawer.shutdown()
        self._keep()

    def learned(self) -> HeadNetwork:
        """Return the running mean, or what was best of it and the network itself if watched."""
        network = self._mean_network()
        if self._watch is not None and self._watch.weights:
            network.load_state_dict(self._watch.weights)
        return network.eval()

    def _mean_network(self) -> HeadNetwork:
        network = self.mean.module
        assert isinstance(network, HeadNetwork)
        return network

    def _is_done_learning(self) -> bool:
        """Look at the running mean now and then, and say whether it gets no better."""
        watch = self._watch
        if watch is None or self.step % self._schedule.watch_every_steps:
            return False
        watch.look(self._mean_network(), keypoint_weight=_KEYPOINT_WEIGHT)
        return watch.is_over

    def _learn(self, done: float) -> tuple[float, float]:
        schedule = self._schedule
        warmth = min(1.0, (self.step + 1) / schedule.warm_up_steps)
        fall = 0.5 * (1.0 + math.cos(math.pi * min(done, 1.0)))
        for group in self._optimizer.param_groups:
            group["lr"] = schedule.peak_rate * warmth * (0.01 + 0.99 * fall)
        batch = self._next.result()
        self._next = self._drawer.submit(self._sampler.draw, schedule.batch_size)
        cells = self.network(torch.from_numpy(batch.pieces)[:, None])
        cost = self._lesson(batch, cells)
        self._optimizer.zero_grad()
        (cost.heat + _KEYPOINT_WEIGHT * cost.keypoints).backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self._optimizer.step()
        self.mean.update_parameters(self.network)
        self.step += 1
        self._remember_mistakes(cells.detach(), cost.asked, batch)
        return float(cost.heat.detach()), float(cost.keypoints.detach())

    def _remember_mistakes(self, cells: Tensor, heat: Tensor, batch: Batch) -> None:
        """Keep the places of pieces in which a head was missed, or seen where none is."""
        sure = torch.sigmoid(cells[:, 0])
        false = (sure * (heat < 0.05)).amax(dim=(1, 2))
        missed = ((1.0 - sure) * (heat > 0.999)).amax(dim=(1, 2))
        wrong = (false > _MISTAKEN) | (missed > _MISTAKEN)
        for place in torch.nonzero(wrong).flatten().tolist():
            self._sampler.hard_places.append(batch.origin[place])

    def _keep(self) -> None:
        """Write the state beside the old one, then put it in its place."""
        fresh = self._file.with_suffix(".new")
        torch.save(
            {
                "step": self.step,
                "trained_s": self.trained_s,
                "network": self.network.state_dict(),
                "mean": self.mean.state_dict(),
                "optimizer": self._optimizer.state_dict(),
                "watch": None if self._watch is None else self._watch.state(),
            },
            fresh,
        )
        fresh.replace(self._file)

    def _restore(self) -> None:
        if not self._file.is_file():
            return
        try:
            state = torch.load(self._file, weights_only=True)
            self.network.load_state_dict(state["network"])
            self.mean.load_state_dict(state["mean"])
            self._optimizer.load_state_dict(state["optimizer"])
            self.step, self.trained_s = state["step"], state["trained_s"]
            if self._watch is not None and state["watch"] is not None:
                self._watch.restore(state["watch"])
        except (RuntimeError, KeyError, EOFError, OSError, UnpicklingError) as error:
            raise TrainingError(
                f"{self._file}: not the state of a training like this one"
                f" ({str(error).splitlines()[0]}): move it away, or give another --out"
            ) from error

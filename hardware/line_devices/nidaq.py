"""An NI card through NI-DAQmx, given types. The one module that imports `nidaqmx`.

All lines go to analog inputs, which every card can sample by its own clock; a digital input that
is clocked, only some can. The package is an optional extra, and needs NI's driver beside it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from hardware.errors import LinesError
from hardware.line_devices.sampled import Block
from hardware.lines_config import NiDaqLines

_BUFFER_S = 10.0  # how long the computer may not look
_LEAST_SAMPLES_S = 0.01


class _Channels(Protocol):
    def add_ai_voltage_chan(
        self, physical_channel: str, *, min_val: float, max_val: float
    ) -> object: ...
    def add_do_chan(self, lines: str) -> object: ...


class _Timing(Protocol):
    samp_clk_rate: float

    def cfg_samp_clk_timing(
        self, rate: float, *, sample_mode: object, samps_per_chan: int
    ) -> None: ...


class _Stream(Protocol):
    avail_samp_per_chan: int


class NiTask(Protocol):
    """A task of the card's."""

    ai_channels: _Channels
    do_channels: _Channels
    timing: _Timing
    in_stream: _Stream

    def start(self) -> None: ...  # noqa: D102 - NI's own, and documented there
    def write(self, data: bool, *, auto_start: bool) -> object: ...  # noqa: D102
    def close(self) -> None: ...  # noqa: D102


class NiReader(Protocol):
    """Reads a task's samples into an array (channels, n)."""

    def read_many_sample(  # noqa: D102 - NI's own, and documented there
        self, data: NDArray[np.float64], number_of_samples_per_channel: int, timeout: float
    ) -> int: ...


class NiLibrary(Protocol):
    """What we use of the package."""

    error: type[Exception]
    continuous: object
    new_task: Callable[[], NiTask]
    reader_of: Callable[[NiTask], NiReader]


class _Installed:
    """The package as it is installed."""

    def __init__(self) -> None:
        import nidaqmx
        from nidaqmx.constants import AcquisitionType
        from nidaqmx.errors import Error
        from nidaqmx.stream_readers import AnalogMultiChannelReader

        self.error = cast("type[Exception]", Error)
        self.continuous = cast("object", AcquisitionType.CONTINUOUS)
        self.new_task = cast("Callable[[], NiTask]", nidaqmx.Task)
        self._reader = cast("Callable[[object], NiReader]", AnalogMultiChannelReader)

    def reader_of(self, task: NiTask) -> NiReader:
        return self._reader(task.in_stream)


def load_nidaqmx() -> NiLibrary:
    """Import the package.

    Raises:
        LinesError: it is not installed.
    """
    try:
        return _Installed()
    except ImportError as error:
        raise LinesError(
            f"rig.lines: an NI card needs the package nidaqmx ({error}): "
            "pip install 'wormlock[nidaq]'"
        ) from error


class NiDaqSampler:
    """Fulfils `sampled.Sampler`."""

    def __init__(self, section: NiDaqLines, library: NiLibrary) -> None:
        """Reserve the card's channels; nothing is sampled yet.

        Raises:
            LinesError: there is no such card or channel, or NI's driver is missing.
        """
        self._library, self._section = library, section
        self._tasks: list[NiTask] = []
        channels = [*section.inputs.values(), *section.analog.values()]
        try:
            self._input = self._new_task()
            for channel in channels:
                self._input.ai_channels.add_ai_voltage_chan(
                    f"{section.device}/{channel}",
                    min_val=-section.range_v,
                    max_val=section.range_v,
                )
            self._input.timing.cfg_samp_clk_timing(
                section.rate_hz,
                sample_mode=library.continuous,
                samps_per_chan=round(_BUFFER_S * section.rate_hz),
            )
            self._rate_hz = float(self._input.timing.samp_clk_rate)
            self._output = self._open_output()
            self._reader = library.reader_of(self._input)
        except library.error as error:
            self.close()
            raise self._failed(error) from error
        self._least = max(1, round(_LEAST_SAMPLES_S * self._rate_hz))
        self._width = len(channels)

    @property
    def rate_hz(self) -> float:
        """As the card's clock divides."""
        return self._rate_hz

    @property
    def has_output(self) -> bool:
        """Whether one was named."""
        return self._output is not None

    def start(self) -> None:
        """Begin to sample.

        Raises:
            LinesError: the card refused.
        """
        try:
            self._input.start()
        except self._library.error as error:
            raise self._failed(error) from error

    def take(self, timeout_s: float) -> Block:
        """Return what the card holds, 10 ms of samples at least.

        Raises:
            LinesError: the card has failed, its buffer ran over, or no sample came.
        """
        try:
            count = max(self._least, int(self._input.in_stream.avail_samp_per_chan))
            samples = np.empty((self._width, count))
            self._reader.read_many_sample(samples, count, timeout_s + 1.0)
        except self._library.error as error:
            raise self._failed(error) from error
        return Block(np.ascontiguousarray(samples.T))

    def set_output(self, *, is_high: bool) -> None:
        """Change the output line.

        Raises:
            LinesError: none was named, or the card refused.
        """
        if self._output is None:
            raise LinesError("rig.lines.output: this key is needed and missing: which line to move")
        try:
            self._output.write(is_high, auto_start=True)
        except self._library.error as error:
            raise self._failed(error) from error

    def close(self) -> None:
        """Put the output down, and let the card go. Safe to call twice."""
        with contextlib.suppress(self._library.error, AttributeError):
            if self._tasks and self._output is not None:
                self._output.write(False, auto_start=True)
        while self._tasks:
            self._tasks.pop().close()

    def _open_output(self) -> NiTask | None:
        if self._section.output is None:
            return None
        task = self._new_task()
        task.do_channels.add_do_chan(f"{self._section.device}/{self._section.output}")
        task.write(False, auto_start=True)
        return task

    def _new_task(self) -> NiTask:
        self._tasks.append(self._library.new_task())
        return self._tasks[-1]

    def _failed(self, error: Exception) -> LinesError:
        why = " ".join(str(error).split())
        return LinesError(f"rig.lines: NI {self._section.device}: {why}")

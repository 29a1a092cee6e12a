"""A LabJack T4, T7 or T8 through LJM, given types. The one module that imports `labjack`.

The package is an optional extra, and needs LabJack's own library LJM beside it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Protocol, cast

import numpy as np

from hardware.errors import LinesError
from hardware.line_devices.sampled import Block
from hardware.lines_config import LabJackLines

_READ_S = 0.02  # of samples, each time
_SKIPPED_V = -9999.0  # LJM writes this for a sample that the device had no room for


class LjmLibrary(Protocol):
    """What we use of the package; LabJack's own names, and documented there."""

    LJMError: type[Exception]

    def openS(self, deviceType: str, connectionType: str, identifier: str) -> int: ...  # noqa: D102, N802, N803
    def namesToAddresses(  # noqa: D102, N802
        self,
        numFrames: int,  # noqa: N803
        names: Sequence[str],
    ) -> tuple[Sequence[int], Sequence[int]]: ...
    def eWriteName(self, handle: int, name: str, value: float) -> None: ...  # noqa: D102, N802
    def eStreamStart(  # noqa: D102, N802
        self,
        handle: int,
        scansPerRead: int,  # noqa: N803
        numAddresses: int,  # noqa: N803
        aScanList: Sequence[int],  # noqa: N803
        scanRate: float,  # noqa: N803
    ) -> float: ...
    def eStreamRead(self, handle: int) -> tuple[Sequence[float], int, int]: ...  # noqa: D102, N802
    def eStreamStop(self, handle: int) -> None: ...  # noqa: D102, N802
    def close(self, handle: int) -> None: ...  # noqa: D102


def load_ljm() -> LjmLibrary:
    """Import the package.

    Raises:
        LinesError: it is not installed.
    """
    try:
        from labjack import ljm
    except ImportError as error:
        raise LinesError(
            f"rig.lines: a LabJack needs the package labjack-ljm ({error}): "
            "pip install 'wormlock[labjack]'"
        ) from error
    return cast("LjmLibrary", ljm)


class LabJackSampler:
    """Fulfils `sampled.Sampler`."""

    def __init__(self, section: LabJackLines, library: LjmLibrary) -> None:
        """Open the device; nothing is sampled yet.

        Raises:
            LinesError: there is no such device or channel, or LJM is missing.
        """
        self._section, self._library = section, library
        self._channels = [*section.inputs.values(), *section.analog.values()]
        self._rate_hz = section.rate_hz
        self._is_open = False
        try:
            self._handle = library.openS("ANY", "ANY", section.device)
            self._is_open = True
            self._addresses = list(library.namesToAddresses(len(self._channels), self._channels)[0])
            for channel in self._channels:
                library.eWriteName(self._handle, f"{channel}_RANGE", section.range_v)
            if section.output is not None:
                library.eWriteName(self._handle, section.output, 0)
        except AttributeError as error:  # the package without the library beneath it
            raise LinesError(
                "rig.lines: LabJack's library LJM is not installed: see labjack.com/ljm"
            ) from error
        except library.LJMError as error:
            self.close()
            raise self._failed(error) from error

    @property
    def rate_hz(self) -> float:
        """As the device has it once it samples."""
        return self._rate_hz

    @property
    def has_output(self) -> bool:
        """Whether one was named."""
        return self._section.output is not None

    def start(self) -> None:
        """Begin to sample.

        Raises:
            LinesError: the device refused.
        """
        scans = max(1, round(_READ_S * self._section.rate_hz))
        try:
            self._rate_hz = self._library.eStreamStart(
                self._handle, scans, len(self._addresses), self._addresses, self._section.rate_hz
            )
        except self._library.LJMError as error:
            raise self._failed(error) from error

    def take(self, timeout_s: float) -> Block:
        """Return the next 20 ms of samples; LJM waits for them, by a time limit of its own.

        Samples that the device skipped are left out at the beginning, where they can be counted;
        within a block the sample before stands for them.

        Raises:
            LinesError: the device has failed.
        """
        try:
            samples, _, _ = self._library.eStreamRead(self._handle)
        except self._library.LJMError as error:
            raise self._failed(error) from error
        volts = np.array(samples).reshape(-1, len(self._channels))
        is_there = (volts != _SKIPPED_V).all(axis=1)
        if is_there.all():
            return Block(volts)
        missed = int(np.argmax(is_there)) if is_there.any() else len(volts)
        place = np.maximum.accumulate(np.where(is_there, np.arange(len(volts)), 0))
        return Block(volts[place][missed:], missed)

    def set_output(self, *, is_high: bool) -> None:
        """Change the output line.

        Raises:
            LinesError: none was named, or the device refused.
        """
        if self._section.output is None:
            raise LinesError("rig.lines.output: this key is needed and missing: which line to move")
        try:
            self._library.eWriteName(self._handle, self._section.output, int(is_high))
        except self._library.LJMError as error:
            raise self._failed(error) from error

    def close(self) -> None:
        """Stop, put the output down, and let the device go. Safe to call twice."""
        if not self._is_open:
            return
        self._is_open = False
        with contextlib.suppress(self._library.LJMError):
            self._library.eStreamStop(self._handle)
        with contextlib.suppress(self._library.LJMError):
            if self._section.output is not None:
                self._library.eWriteName(self._handle, self._section.output, 0)
        with contextlib.suppress(self._library.LJMError):
            self._library.close(self._handle)

    def _failed(self, error: Exception) -> LinesError:
        why = " ".join(str(error).split())
        return LinesError(f"rig.lines: LabJack {self._section.device}: {why}")

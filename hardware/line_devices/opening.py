"""Opens the device that config.yaml names, its library loaded only then."""

from __future__ import annotations

from collections.abc import Sequence

from hardware.clock import Clock
from hardware.errors import LinkLostError
from hardware.line_devices.arduino import ArduinoCounter
from hardware.lines import Lines
from hardware.lines_config import ArduinoLines, LabJackLines, NiDaqLines
from hardware.link import SerialLink


def open_counter(section: ArduinoLines | NiDaqLines | LabJackLines, clock: Clock) -> Lines:
    """Open it; nothing is counted yet.

    Raises:
        LinesError: a package is missing, or there is no such device.
        LinkLostError: the port is absent or taken.
    """
    if isinstance(section, ArduinoLines):
        return open_arduino(section.port, section.baud, section.inputs, clock)
    from hardware.line_devices.sampled import SampledCounter

    if isinstance(section, NiDaqLines):
        from hardware.line_devices.nidaq import NiDaqSampler, load_nidaqmx

        return SampledCounter(NiDaqSampler(section, load_nidaqmx()), section, clock)
    from hardware.line_devices.labjack import LabJackSampler, load_ljm

    return SampledCounter(LabJackSampler(section, load_ljm()), section, clock)


def open_arduino(port: str, baud: int, inputs: Sequence[str], clock: Clock) -> ArduinoCounter:
    """Open an edge counter's port.

    Raises:
        LinkLostError: it is absent or taken.
    """
    try:
        return ArduinoCounter(SerialLink(port, baud), inputs, clock, name=port)
    except LinkLostError as error:
        raise LinkLostError(f"rig.lines.port: {error}") from error

"""From config.yaml to opened parts. The one module outside it that names the simulation.

Imports stand inside the functions: a rig process must not load what it does not use.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from hardware.camera import Camera, RawCamera
from hardware.clock import Clock, FollowingClock, HostClock
from hardware.config import (
    ControllerConfig,
    EmulatedKind,
    NoFocus,
    NoStage,
    RigConfig,
    SimulatedCamera,
    SimulatedNeuralCamera,
    SimulatedStage,
    Simulation,
    VideoCamera,
)
from hardware.errors import ConfigError, LinkLostError
from hardware.focus import Focus
from hardware.focus_config import MicroManagerFocus, SimulatedFocus
from hardware.lines import Lines
from hardware.lines_config import NoLines, SimulatedLines
from hardware.rig_place import RigPlace
from hardware.stage import Stage
from hardware.stage_config import MicroManagerStage
from hardware.stepped import SteppedRig
from hardware.strict_yaml import named_by
from hardware.types import Calibration, StageLimits

RigChild: TypeAlias = Literal["emulator", "world"]


def rig_children(rig: RigConfig) -> list[RigChild]:
    """Return the processes that must run for the simulated parts, in the order of starting."""
    children: list[RigChild] = []
    if isinstance(rig.stage, SimulatedStage):
        children.append("emulator")
    if isinstance(rig.camera, SimulatedCamera):
        children.append("world")
    return children


def may_begin_early(rig: RigConfig) -> bool:
    """Say whether the world may begin before its time.

    The emulated controller has its faults by the clock, and must have them with the world.
    """
    if rig.simulation is None or not isinstance(rig.camera, SimulatedCamera):
        return False
    from hardware.sim.scenario import load_scenario

    return not load_scenario(rig.simulation.scenario).faults


def run_rig_child(child: RigChild, rig: RigConfig, place: RigPlace) -> None:
    """Be the emulated controller or the rendered world until terminated."""
    from hardware.sim.scenario import load_scenario

    simulation = _simulation(rig)
    scenario = load_scenario(simulation.scenario)
    if child == "emulator":
        from hardware.sim.emulator.process import run_emulator

        run_emulator(
            scenario,
            epoch_s=place.epoch_s,
            port_file=place.port_file,
            transcript_file=place.transcript_file,
            motion_ring=place.motion_ring,
            language=_spoken(rig),
            over_tcp=isinstance(rig.stage, SimulatedStage) and rig.stage.over_tcp,
        )
    else:
        from hardware.sim.process import run_world

        has_stage = isinstance(rig.stage, SimulatedStage)
        with named_by(f"rig.simulation.scenario: {simulation.scenario}"):
            run_world(
                scenario,
                seed=simulation.seed,
                epoch_s=place.epoch_s,
                camera_ring=place.camera_ring,
                truth_ring=place.truth_ring,
                begin=place.await_beginning,
                motion_ring=place.motion_ring if has_stage else None,
            )


def rig_clock(rig: RigConfig) -> Clock:
    """Return the clock that this rig lives by: the host's, but for a video shown in a hurry."""
    is_hurried = isinstance(rig.camera, VideoCamera) and rig.camera.as_fast_as_it_goes
    return FollowingClock() if is_hurried else HostClock()


def open_camera(
    rig: RigConfig, place: RigPlace, clock: Clock, *, tell: Callable[[str], None] | None = None
) -> Camera:
    """Open the tracking camera.

    Args:
        rig: the rig.
        place: where its simulated parts are met.
        clock: the rig's.
        tell: takes a line for the operator when the camera has gone, and when it is back; None:
            a camera that goes is an error, whatever `rig.camera.reconnect_s` says.

    Raises:
        CameraError: it is absent, taken, or gives no pictures.
        ConfigMismatchError: it is not the camera that was configured.
    """
    if isinstance(rig.camera, SimulatedCamera):
        from hardware.sim.camera import SimulatedCameraReader
        from hardware.sim.scenario import load_scenario

        timing = load_scenario(_simulation(rig).scenario).camera
        return SimulatedCameraReader(place.camera_ring, timing, clock)
    if isinstance(rig.camera, VideoCamera):
        from hardware.cameras.video import open_video

        return open_video(rig.camera, clock)
    from hardware.cameras.opening import open_grey_camera

    return open_grey_camera(rig.camera, clock, tell=tell)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedNeuralCamera:
    """A neural camera, and what is known of it beyond its own words.

    `um_per_px` is NaN where nobody knows it; `neurons` counts those whose truth is told.
    """

    camera: RawCamera
    um_per_px: float = math.nan
    neurons: int = 0


def open_neural_camera(
    rig: RigConfig, name: str, place: RigPlace, clock: Clock, *, tell: Callable[[str], None]
) -> OpenedNeuralCamera:
    """Open the neural camera of this name; `tell` as in `open_camera`.

    Raises:
        CameraError: it is absent, taken, or gives no pictures.
        ConfigMismatchError: it is not the camera that was configured.
    """
    number = [neural.name for neural in rig.neural_cameras].index(name)
    section = rig.neural_cameras[number].camera
    if isinstance(section, SimulatedNeuralCamera):
        from hardware.sim.neural_camera import SimulatedNeuralCameraReader
        from hardware.sim.scenario import load_scenario

        simulation = _simulation(rig)
        simulated = SimulatedNeuralCameraReader(
            section,
            load_scenario(simulation.scenario),
            seed=simulation.seed,
            number=number,
            begin=place.beginning_s,
            motion_ring=place.motion_ring if isinstance(rig.stage, SimulatedStage) else None,
            truth_ring=place.neural_truth_ring(name),
        )
        return OpenedNeuralCamera(
            camera=simulated, um_per_px=simulated.um_per_px, neurons=simulated.neurons
        )
    from hardware.cameras.opening import open_neural_camera as open_real

    return OpenedNeuralCamera(camera=open_real(rig, number, clock, tell=tell))


def open_stage(rig: RigConfig, place: RigPlace, limits: StageLimits, clock: Clock) -> Stage | None:
    """Open the stage; None where the rig has none. For `tracker.safety.guard` alone.

    Raises:
        LinkLostError: the port is absent or taken.
        ConfigMismatchError: what answered is not the controller that was configured.
    """
    if isinstance(rig.stage, NoStage):
        return None
    from hardware.controllers import open_controller

    if isinstance(rig.stage, SimulatedStage):
        return open_controller(emulated_controller(rig, place), limits, clock)
    if isinstance(rig.stage, MicroManagerStage):
        from hardware.stages.micromanager_opening import open_micromanager_stage

        return open_micromanager_stage(rig.stage, limits, clock)
    try:
        return open_controller(rig.stage, limits, clock)
    except LinkLostError as error:
        raise LinkLostError(f"rig.stage.port: {error}") from error


def open_focus(rig: RigConfig, stage: Stage, clock: Clock) -> Focus | None:
    """Open the focus drive; None where the rig has none. For `tracker.safety.focus_guard` alone.

    Over the stage's own line where it has no port of its own: `stage` is the opened one.

    Raises:
        LinkLostError: the port is absent or taken.
        ConfigMismatchError: what answered is not the drive that was configured.
    """
    focus = rig.focus
    if isinstance(focus, NoFocus):
        return None
    if isinstance(focus, MicroManagerFocus):
        from hardware.focus_drives.micromanager_opening import open_micromanager_focus

        return open_micromanager_focus(focus, clock)
    from hardware.focus_drives.opening import open_serial_focus

    if isinstance(focus, SimulatedFocus):
        from hardware.sim.emulator.languages import emulated_focus

        return open_serial_focus(emulated_focus(_spoken(rig), focus.model_dump()), stage, clock)
    return open_serial_focus(focus, stage, clock)


def open_lines(rig: RigConfig, place: RigPlace, clock: Clock) -> Lines | None:
    """Open the device that counts edges; None where the rig has none.

    Raises:
        LinesError: it is absent, or its package is missing.
        LinkLostError: its port is absent or taken.
    """
    if isinstance(rig.lines, NoLines):
        return None
    if isinstance(rig.lines, SimulatedLines):
        from hardware.sim.lines_opening import open_simulated_lines

        simulation = _simulation(rig)
        return open_simulated_lines(
            rig.lines, simulation.scenario, simulation.seed, begin=place.beginning_s, clock=clock
        )
    from hardware.line_devices.opening import open_counter

    return open_counter(rig.lines, clock)


def emulated_controller(rig: RigConfig, place: RigPlace) -> ControllerConfig:
    """Return the section that a controller like the emulated one would have, once it is there.

    Raises:
        LinkLostError: its port did not open in time.
    """
    from hardware.sim.emulator.languages import LANGUAGES
    from hardware.sim.emulator.process import wait_for_port
    from hardware.sim.scenario import load_scenario

    dynamics = load_scenario(_simulation(rig).scenario).stage
    port = wait_for_port(place.port_file, within_s=10.0)
    return LANGUAGES[_spoken(rig)].section(dynamics, port)


def believed_calibration(rig: RigConfig) -> Calibration:
    """Return what the scenario says that its lab has measured."""
    from hardware.sim.calibration import believed_calibration as of_scenario
    from hardware.sim.scenario import load_scenario

    return of_scenario(load_scenario(_simulation(rig).scenario))


def open_stepped_rig(scenario: str, seed: int, limits: StageLimits, clock: Clock) -> SteppedRig:
    """Open a scenario in stepped time: no process, no port; `clock` is the caller's to move.

    Raises:
        ConfigError: there is no such scenario.
    """
    from hardware.sim.scenario import load_scenario
    from hardware.sim.stepped import SimulatedSteppedRig

    told = load_scenario(scenario)
    with named_by(scenario):
        return SimulatedSteppedRig(told, seed, limits, clock)


def has_truth(rig: RigConfig) -> bool:
    """Say whether this rig knows where the head really is."""
    return isinstance(rig.camera, SimulatedCamera)


def _spoken(rig: RigConfig) -> EmulatedKind:
    return rig.stage.language if isinstance(rig.stage, SimulatedStage) else "ludl_mac6000"


def _simulation(rig: RigConfig) -> Simulation:
    if rig.simulation is None:
        raise ConfigError("rig.simulation: this key is needed by simulated parts and missing")
    return rig.simulation

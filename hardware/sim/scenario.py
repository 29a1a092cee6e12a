"""One YAML file holds a whole world: worm, plate, optics, camera, stage, field, faults.

A scenario and a seed determine everything that happens, whenever it is asked for.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt, model_validator

from hardware.config import Pair, Section, load_section
from hardware.errors import ConfigError

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
SHIPPED = Path(__file__).parent / "scenarios"
MOST_INTERRUPTED = 0.7  # of its time an animal may spend on anything but crawling forward


class Behaviour(Section):
    """How an animal spends its time: mean rates, speeds and lengths, drawn anew from the seed."""

    forward_um_s: PositiveFloat = 360.0
    speed_variation: Annotated[float, Field(ge=0.0, le=0.6)] = 0.34  # standard deviation / mean
    undulation_hz: PositiveFloat = 0.56  # at the mean forward speed; the wave's length is kept
    swing_deg: Annotated[float, Field(ge=0.0, le=80.0)] = 47.0  # of the body about its course
    wander_deg_per_mm: NonNegativeFloat = 20.0  # how the course drifts: a random walk
    range_um: PositiveFloat = 8000.0  # so far from the plate's middle it turns back
    head_cast_um: NonNegativeFloat = 38.0  # sideways at the nose
    head_cast_hz: PositiveFloat = 1.0
    reversals_per_min: NonNegativeFloat = 2.8
    reversal_um_s: PositiveFloat = 320.0
    reversal_s: PositiveFloat = 2.5
    omega_fraction: Fraction = 0.3  # of reversals that end in an omega turn
    omega_deg: Annotated[float, Field(gt=0.0, le=330.0)] = 165.0  # beyond 250: a delta turn
    escapes_per_min: NonNegativeFloat = 0.0
    escape_um_s: PositiveFloat = 290.0
    escape_s: PositiveFloat = 5.0
    pauses_per_min: NonNegativeFloat = 0.5
    pause_s: PositiveFloat = 1.5

    @property
    def interrupted_fraction(self) -> float:
        """How much of its time the animal does not crawl forward."""
        reversing_s = self.reversals_per_min * self.reversal_s
        escaping_s = self.escapes_per_min * self.escape_s
        return (reversing_s + escaping_s + self.pauses_per_min * self.pause_s) / 60.0

    @model_validator(mode="after")
    def _leaves_time_to_crawl(self) -> Behaviour:
        if self.interrupted_fraction > MOST_INTERRUPTED:
            raise ValueError(
                f"reversals, escapes and pauses take {self.interrupted_fraction:.0%} of the time, "
                f"at most {MOST_INTERRUPTED:.0%} can be: lower a rate or a duration"
            )
        return self


class Meeting(Section):
    """When another animal lies across the tracked one's head, whatever the seed."""

    at_s: NonNegativeFloat
    angle_deg: float = 70.0  # between the two animals there and then


class GaitWorm(Section):
    """An animal that crawls by a travelling wave."""

    kind: Literal["gait"]
    behaviour: Behaviour = Behaviour()
    length_um: PositiveFloat = 1000.0
    start_um: Pair = (0.0, 0.0)  # of its head
    heading_deg: float | None = None  # None: drawn from the seed
    meets: Meeting | None = None  # instead of a start and a heading; for `others` only


class TrajectoryWorm(Section):
    """An animal that repeats a measured midline trajectory, its segments chained."""

    kind: Literal["trajectory"]
    path: Path  # .npz with t and midline_xy_um; a relative path starts at the scenario's folder
    start_um: Pair = (0.0, 0.0)
    meets: Meeting | None = None  # instead of a start; for `others` only


class VideoWorm(Section):
    """Real recorded pixels as the world; the stage moves the window over them."""

    kind: Literal["video"]
    path: Path
    um_per_px: PositiveFloat
    rate_hz: PositiveFloat
    labels: Path | None = None  # labels.csv with nose and pharynx, for the truth


class NoWorm(Section):
    """No animal: a plate or slide alone, to calibrate on."""

    kind: Literal["none"]


AnyWorm = Annotated[GaitWorm | TrajectoryWorm | VideoWorm | NoWorm, Field(discriminator="kind")]


class Plate(Section):
    """The agar and what lies on it."""

    tilt_deg: float = 0.3
    tilt_direction_deg: float = 40.0
    debris_per_mm2: NonNegativeFloat = 6.0
    texture_grey: NonNegativeFloat = 3.0


class Optics(Section):
    """How the plate becomes a picture. The defaults are the near-infrared rig's."""

    um_per_px: PositiveFloat = 1.26
    rotation_deg: float = 1.5  # of the camera against the stage's axes
    is_mirrored: bool = False
    background_grey: PositiveFloat = 173.0
    corner_grey: PositiveFloat = 100.0
    brightest_grey: PositiveFloat = 206.0
    noise_grey: NonNegativeFloat = 5.5
    contrast: float = 1.0  # negative: bright on dark; -20 on a background of 12 is dark field
    focus_um: float = 0.0
    depth_of_field_um: PositiveFloat = 25.0
    flip_um: PositiveFloat | None = None  # so far off focus dark has faded, farther it is bright
    blur_px: NonNegativeFloat = 0.7  # of the lens, in focus
    halo: float = 1.0  # strength of the bright seam along the cuticle; negative: a dark one
    granularity: NonNegativeFloat = 1.0  # how coarse the gut's grain is seen
    silhouette: Fraction = 0.0  # 1: nothing is seen inside the animal
    shadow: float = 1.0  # strength of the second, soft shadow
    oblique: float = 0.0  # light from one side: one edge bright, one dark; 1 is strong
    oblique_deg: float = 30.0  # from where in the picture


class CameraTiming(Section):
    """The tracking camera."""

    rows: PositiveInt = 732
    columns: PositiveInt = 968
    period_s: PositiveFloat = 0.025
    exposure_s: PositiveFloat = 0.004
    readout_s: PositiveFloat = 0.006  # end of exposure to the frame in the computer's memory
    jitter_s: NonNegativeFloat = 0.0002
    drop_fraction: Fraction = 0.0

    @property
    def delay_s(self) -> float:
        """Mid-exposure to the frame in memory."""
        return self.exposure_s / 2.0 + self.readout_s


class StageDynamics(Section):
    """The stage's mechanics and its controller's arithmetic."""

    max_speed_um_s: PositiveFloat = 4000.0
    acceleration_um_s2: PositiveFloat = 60_000.0
    lag_s: NonNegativeFloat = 0.006
    count_um: PositiveFloat = 0.05  # encoder
    velocity_unit_um_s: PositiveFloat = 0.1
    backlash_um: NonNegativeFloat = 0.0
    settle_s: NonNegativeFloat = 0.0
    lower_um: Pair = (-30_000.0, -30_000.0)
    upper_um: Pair = (30_000.0, 30_000.0)
    baud: PositiveInt = 115_200


class Field_(Section):  # noqa: N801 (pydantic owns the plain name)
    """The confocal's field in the tracking picture: off the middle and turned, as in life."""

    center_px: Pair = (531.0, 341.0)
    size_um: Pair = (200.0, 200.0)
    rotation_deg: float = 12.0


class Miscalibration(Section):
    """What the lab believes, as a departure from what is so."""

    scale_error: float = 0.0
    rotation_error_deg: float = 0.0
    center_error_px: Pair = (0.0, 0.0)


class IdealDetections(Section):
    """Detections made from the truth, for runs without a picture."""

    noise_px: NonNegativeFloat = 1.2
    miss_fraction: Fraction = 0.005
    outlier_fraction: Fraction = 0.002
    outlier_px: PositiveFloat = 300.0
    tail_confidence: Fraction = 0.3  # how much like a head the tail looks


class Fault(Section):
    """Something that goes wrong between two times of the world."""

    kind: Literal[
        "blind",
        "drop_frames",
        "serial_silence",
        "garbled_replies",
        "truncated_replies",
        "noisy_replies",
        "late_replies",
        "stall",
    ]
    from_s: NonNegativeFloat
    to_s: PositiveFloat


class Scenario(Section):
    """A world, but for its seed."""

    title: str
    worm: AnyWorm
    others: tuple[AnyWorm, ...] = ()
    plate: Plate = Plate()
    optics: Optics = Optics()
    camera: CameraTiming = CameraTiming()
    stage: StageDynamics = StageDynamics()
    field: Field_ = Field_()
    calibration: Miscalibration = Miscalibration()
    detections: IdealDetections = IdealDetections()
    faults: tuple[Fault, ...] = ()

    @model_validator(mode="after")
    def _animals_fit(self) -> Scenario:
        if isinstance(self.worm, (GaitWorm, TrajectoryWorm)) and self.worm.meets is not None:
            raise ValueError("worm.meets: only one of `others` can be placed to meet this animal")
        if isinstance(self.worm, VideoWorm) and self.others:
            raise ValueError("others: a video has its own; leave this key out")
        if any(isinstance(worm, (VideoWorm, NoWorm)) for worm in self.others):
            raise ValueError("others: expected kind gait or trajectory in each of them")
        return self


def shipped_scenarios() -> list[str]:
    """Return the names that `load_scenario` knows without a path."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def load_scenario(name: str) -> Scenario:
    """Read a shipped scenario by name, or a scenario file by path.

    Raises:
        ConfigError: there is no such scenario, or its file cannot mean anything.
    """
    path = Path(name)
    if path.suffix not in {".yaml", ".yml"}:
        path = SHIPPED / f"{name}.yaml"
        if not path.is_file():
            known = ", ".join(shipped_scenarios())
            raise ConfigError(f"no scenario {name!r}: name one of {known}, or a .yaml file")
    scenario = load_section(path, Scenario)
    return scenario.model_copy(
        update={
            "worm": _beside(path, scenario.worm),
            "others": tuple(_beside(path, worm) for worm in scenario.others),
        }
    )


def _beside(scenario_file: Path, worm: AnyWorm) -> AnyWorm:
    """Read a worm's relative paths from the folder of the scenario that names them."""
    if isinstance(worm, (GaitWorm, NoWorm)):
        return worm
    folder = scenario_file.parent
    paths = {"path": folder / worm.path}
    if isinstance(worm, VideoWorm) and worm.labels is not None:
        paths["labels"] = folder / worm.labels
    return worm.model_copy(update=paths)

"""The animals of a scenario: how they crawl, or which recorded one they repeat."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat, model_validator

from hardware.config import Pair, Section
from hardware.strict_yaml import NamedFile

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Speed = Annotated[float, Field(gt=0.0, le=5000.0)]  # um/s; the fastest animals reach 1100
Frequency = Annotated[float, Field(gt=0.0, le=20.0)]  # Hz
Rate = Annotated[float, Field(ge=0.0, le=600.0)]  # a minute
MOST_INTERRUPTED = 0.7  # of its time an animal may spend on anything but crawling forward


class Behaviour(Section):
    """How an animal spends its time: mean rates, speeds and lengths, drawn anew from the seed."""

    forward_um_s: Speed = 360.0
    speed_variation: Annotated[float, Field(ge=0.0, le=0.6)] = 0.34  # standard deviation / mean
    undulation_hz: Frequency = 0.56  # at the mean forward speed; the wave's length is kept
    swing_deg: Annotated[float, Field(ge=0.0, le=80.0)] = 47.0  # of the body about its course
    wander_deg_per_mm: Annotated[float, Field(ge=0.0, le=360.0)] = (
        20.0  # how the course drifts: a random walk
    )
    range_um: Annotated[float, Field(ge=500.0, le=100_000.0)] = (
        8000.0  # so far from the plate's middle it turns back
    )
    head_cast_um: Annotated[float, Field(ge=0.0, le=300.0)] = 38.0  # sideways at the nose
    head_cast_hz: Frequency = 1.0
    reversals_per_min: Rate = 2.8
    reversal_um_s: Speed = 320.0
    reversal_s: PositiveFloat = 2.5
    omega_fraction: Fraction = 0.3  # of reversals that end in an omega turn
    omega_deg: Annotated[float, Field(gt=0.0, le=330.0)] = 165.0  # beyond 250: a delta turn
    escapes_per_min: Rate = 0.0
    escape_um_s: Speed = 290.0
    escape_s: PositiveFloat = 5.0
    pauses_per_min: Rate = 0.5
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
                f"expected at most {MOST_INTERRUPTED:.0%} of the time for reversals, escapes and "
                f"pauses, got {self.interrupted_fraction:.0%}: lower a rate or a duration"
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
    length_um: Annotated[float, Field(ge=100.0, le=3000.0)] = 1000.0
    start_um: Pair = (0.0, 0.0)  # of its head
    heading_deg: float | None = None  # None: drawn from the seed
    meets: Meeting | None = None  # instead of a start and a heading; for `others` only


class TrajectoryWorm(Section):
    """An animal that repeats a measured midline trajectory, its segments chained."""

    kind: Literal["trajectory"]
    path: NamedFile  # .npz with t and midline_xy_um
    start_um: Pair = (0.0, 0.0)
    meets: Meeting | None = None  # instead of a start; for `others` only


class VideoWorm(Section):
    """Real recorded pixels as the world; the stage moves the window over them."""

    kind: Literal["video"]
    path: NamedFile  # a clip, or a folder of images
    um_per_px: Annotated[float, Field(gt=0.0, le=100.0)]
    rate_hz: Annotated[float, Field(gt=0.0, le=1000.0)]
    labels: NamedFile | None = None  # labels.csv with nose and pharynx, for the truth


class NoWorm(Section):
    """No animal: a plate or slide alone, to calibrate on."""

    kind: Literal["none"]


AnyWorm = Annotated[GaitWorm | TrajectoryWorm | VideoWorm | NoWorm, Field(discriminator="kind")]

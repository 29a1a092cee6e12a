"""What glows in the head of a scenario's animal, for simulated neural cameras."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, NonNegativeFloat, PositiveFloat

from hardware.config import Section


class Neurons(Section):
    """Fluorescent neurons of the head, and the light that comes of them."""

    count: Annotated[int, Field(ge=1, le=300)] = 20
    sigma_um: Annotated[float, Field(gt=0.0, le=50.0)] = 2.0  # of a neuron's image
    peak_photons: PositiveFloat = 200.0  # in a neuron's brightest pixel, at rest, a frame
    background_photons: NonNegativeFloat = 15.0  # in every pixel
    events_per_min: Annotated[float, Field(ge=0.0, le=600.0)] = 6.0  # calcium events of a neuron
    event_strength: NonNegativeFloat = 0.8  # mean: 1 doubles the brightness
    rise_s: Annotated[float, Field(gt=0.0, le=10.0)] = 0.2
    decay_s: Annotated[float, Field(gt=0.0, le=60.0)] = 3.0
    read_noise_counts: NonNegativeFloat = 2.5
    offset_counts: NonNegativeFloat = 100.0
    counts_per_photon: PositiveFloat = 2.0

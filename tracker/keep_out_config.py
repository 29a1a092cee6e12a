"""Where the stage must not go, as config.yaml says it; `tracker.config` hands it on."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PositiveFloat

from hardware.config import Pair, Section, UpperCorner


class KeepOutBox(Section):
    """A box that the stage must not enter, in stage coordinates."""

    kind: Literal["box"]
    lower_um: Pair
    upper_um: UpperCorner


class KeepOutCircle(Section):
    """A circle that the stage must not enter, in stage coordinates."""

    kind: Literal["circle"]
    center_um: Pair
    radius_um: PositiveFloat


AnyKeepOut = Annotated[KeepOutBox | KeepOutCircle, Field(discriminator="kind")]

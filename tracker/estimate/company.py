"""All the other heads in the picture, and which of them may take our place."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hardware.types import Vec2
from tracker.estimate.choice import Expected, Spotted
from tracker.estimate.other import Other, begin, go_on
from tracker.estimate.ours import Ours

# Unseen for so long a head is forgotten; one that is known to be another is remembered longer.
KEPT_S, KEPT_APART_S = 0.15, 1.0
# A head known to be another one is not taken for ours, once lost, before so long.
BARRED_S = 3.0
# A head so near to ours is a second opinion of it, and no other head.
SAME_HEAD_UM = 40.0


class Company:
    """The other heads, frame after frame."""

    def __init__(self) -> None:
        self.others: tuple[Other, ...] = ()

    def expect(self, t_s: float) -> list[Expected]:
        """Say where they should be seen."""
        return [other.expect(t_s) for other in self.others]

    def learn(
        self,
        spotted: Sequence[Spotted],
        dealt: Sequence[int | None],
        t_s: float,
        *,
        own: Spotted | None,
        is_own_sure: bool,
        was_searched: bool,
    ) -> None:
        """Learn from a frame; `dealt` says which head each of the others is, `own` which is ours.

        Who is seen beside ours is another only if ours surely is ours. In a frame of which only
        a crop was looked at, nobody is missed.
        """
        is_beside_ours = own is not None and is_own_sure
        stayed: list[Other] = []
        for other, which in zip(self.others, dealt, strict=True):
            seen = None if which is None else spotted[which]
            if seen is not None or was_searched:
                other = go_on(other, seen, t_s, is_beside_ours=is_beside_ours)  # noqa: PLW2901
            if t_s - other.seen_s <= (KEPT_APART_S if other.is_known_apart else KEPT_S):
                stayed.append(other)
        taken = {which for which in dealt if which is not None}
        new = [
            begin(seen, t_s, is_beside_ours=is_beside_ours)
            for place, seen in enumerate(spotted)
            if place not in taken and seen.is_sure and not _is_same(seen, own)
        ]
        self.others = (*stayed, *new)

    def is_surer(self, ours: Ours) -> bool:
        """Whether the eye trusts in any of them clearly more than in ours."""
        return any(other.is_surer(ours.confidence) for other in self.others)

    def winner(self, ours: Ours, t_s: float) -> Spotted | None:
        """Return the head that takes our place, if one has earned it."""
        able = [o for o in self.others if o.has_won(ours, t_s) or o.is_ours(ours, t_s)]
        best = max(able, key=lambda other: other.confidence, default=None)
        return None if best is None else best.spotted

    def barred(self, dealt: Sequence[int | None], lost: Ours | None, t_s: float) -> set[int]:
        """Return which heads of a frame are known to be others, while ours is not long lost."""
        if lost is None or t_s - lost.seen_s > BARRED_S:
            return set()
        pairs = zip(self.others, dealt, strict=True)
        return {
            which
            for other, which in pairs
            if which is not None and other.is_known_apart and not other.is_surer(lost.confidence)
        }

    def leave_out(self, ours: Spotted) -> None:
        """One of them is ours after all."""
        self.others = tuple(o for o in self.others if not _is_same(ours, o.spotted))

    def move(self, by_um: Vec2) -> None:
        """All of them are elsewhere: heads are counted from another centre."""
        self.others = tuple(other.moved(by_um) for other in self.others)


def _is_same(one: Spotted, other: Spotted | None) -> bool:
    if other is None:
        return False
    return math.hypot(one.x_um - other.x_um, one.y_um - other.y_um) < SAME_HEAD_UM

"""What the words in a label file mean: keypoints and presence, and nothing by likeness.

Case, spaces and hyphens do not matter ("Terminal Bulb" is terminal_bulb). Any other name is a
fault until the user says what it means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from models.detection import KEYPOINTS
from models.labels.faults import LabelError
from models.labels.label import Presence

IGNORED = "ignored"
_PRESENCE = {
    "present": Presence.PRESENT,
    "head_present": Presence.PRESENT,
    "absent": Presence.ABSENT,
    "head_absent": Presence.ABSENT,
    "no_head": Presence.ABSENT,
    "no_worm": Presence.ABSENT,
    "undecided": Presence.UNDECIDED,
}
_NOT_VISIBLE = re.compile(rf"({'|'.join(KEYPOINTS)})_not_visible")


@dataclass(frozen=True, slots=True)
class Words:
    """A file's own words for ours: `renamed` maps a word as written to what it means."""

    renamed: Mapping[str, str] = field(default_factory=dict[str, str])

    def meaning(self, word: str) -> str:
        """Return a word in our spelling, or `IGNORED`."""
        own = self.renamed.get(spelt(word), word)
        return IGNORED if own == "" else spelt(own)

    def keypoint(self, word: str) -> str | None:
        """Return the keypoint that a word names, `IGNORED`, or None if it names none."""
        meant = self.meaning(word)
        return meant if meant in (*KEYPOINTS, IGNORED) else None

    def presence(self, word: str) -> Presence | None:
        """Return what a word says of the head as a whole, or None if it says nothing of it."""
        return _PRESENCE.get(self.meaning(word))

    def not_visible(self, word: str) -> str | None:
        """Return the keypoint that a word such as "nose not visible" speaks of, or None."""
        match = _NOT_VISIBLE.fullmatch(self.meaning(word))
        return match[1] if match else None


def spelt(word: str) -> str:
    """Return a word in lower case with underscores.

    >>> spelt("Terminal Bulb")
    'terminal_bulb'
    """
    return re.sub(r"[\s_-]+", "_", word.strip().lower())


def words_from(renamings: Iterable[str]) -> Words:
    """Return the words of renamings as the user wrote them, "snout=nose"; "tail=" is ignored.

    Raises:
        LabelError: a renaming is none, or names what we do not know.
    """
    known = (*KEYPOINTS, *_PRESENCE, *(f"{name}_not_visible" for name in KEYPOINTS), "")
    renamed: dict[str, str] = {}
    for renaming in renamings:
        theirs, equals, ours = renaming.rpartition("=")
        if not equals or not theirs or spelt(ours) not in known:
            raise LabelError(
                f"--rename {renaming!r}: expected THEIRS=OURS, where OURS is one of "
                f"{', '.join(filter(None, known))}, or nothing to leave THEIRS out"
            )
        renamed[spelt(theirs)] = ours
    return Words(renamed)


def unknown_keypoint(word: str) -> str:
    """Return what a fault says of a keypoint that we do not know."""
    return (
        f"unknown keypoint {word!r}: expected {', '.join(KEYPOINTS)}; "
        f"say what it is with --rename {word!r}=nose, or leave it out with --rename {word!r}="
    )

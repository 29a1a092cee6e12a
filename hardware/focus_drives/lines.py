"""The two ways to a focus controller: a port of its own, or the stage's line, shared."""

from __future__ import annotations

from hardware.clock import Clock
from hardware.focus_drives.answering_focus import AnsweringFocus
from hardware.focus_drives.focus_language import FocusLanguage
from hardware.link import Link
from hardware.stages.answering_stage import AnsweringStage
from hardware.stages.companion import Companion, hand_over
from hardware.stages.line_dialogue import LineDialogue, Request, cut_lines


class OwnLine:
    """Fulfils `FocusLine` by a port that nobody else uses."""

    is_shared = False

    def __init__(
        self,
        link: Link,
        language: FocusLanguage,
        clock: Clock,
        *,
        baud: int,
        patience_s: float,
    ) -> None:
        self._link = link
        self._dialogue = LineDialogue(
            link,
            clock,
            byte_s=language.bits_per_byte / baud,
            patience_s=patience_s,
            fence=language.fence,
            cut=cut_lines,
        )
        self.user: Companion | None = None

    @property
    def is_free(self) -> bool:
        """Whether a request that can wait may be sent now."""
        return self._dialogue.is_free

    def listen(self) -> None:
        """Hand over what has come, and write what has been waiting."""
        hand_over(self._dialogue.hear(), self.user)
        if self.user is not None and self._dialogue.is_free:
            self.user.write_waiting()

    def send(self, request: Request) -> None:
        """Write a request now."""
        self._dialogue.send(request)

    def exchange(self, request: Request) -> bytes:
        """Send a request and wait for its reply."""
        return self._dialogue.exchange(request)

    def patience_s(self, request: Request) -> float:
        """Return seconds from writing a request until its reply counts as lost."""
        return self._dialogue.patience_s(request)

    def close(self) -> None:
        """Let the port go."""
        self._link.close()


class SharedLine:
    """Fulfils `FocusLine` by the stage's own line: there is never a second opener of a port."""

    is_shared = True

    def __init__(self, stage: AnsweringStage) -> None:
        self._stage = stage

    @property
    def is_free(self) -> bool:
        """Whether a request that can wait may be sent now."""
        return self._stage.dialogue.is_free

    def listen(self) -> None:
        """Let the stage hear; what is the drive's reaches it, and what waits is written."""
        self._stage.listen()

    def send(self, request: Request) -> None:
        """Write a request now."""
        self._stage.dialogue.send(request)

    def exchange(self, request: Request) -> bytes:
        """Send a request and wait for its reply."""
        return self._stage.dialogue.exchange(request)

    def patience_s(self, request: Request) -> float:
        """Return seconds from writing a request until its reply counts as lost."""
        return self._stage.dialogue.patience_s(request)

    def close(self) -> None:
        """Leave it to the stage."""
        self._stage.companion = None


def join(line: OwnLine | SharedLine, stage: AnsweringStage | None, drive: AnsweringFocus) -> None:
    """Let a drive hear what comes for it on its line."""
    if stage is not None:
        stage.companion = drive
    elif isinstance(line, OwnLine):
        line.user = drive

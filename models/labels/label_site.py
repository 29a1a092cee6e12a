"""What the labelling page may ask for: a session, its pictures, and a model's proposals."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock

import cv2

from models.detection import Candidate, GreyImage
from models.errors import PictureError
from models.labels.label import FrameKey
from models.labels.label_messages import (
    progress_message,
    proposal_message,
    said_from,
    task_message,
    took_proposal,
)
from models.labels.labelling import Handed, Labelling
from models.labels.text_files import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSite:
    """What is served: a session, its pictures, who holds which token, and a model's proposals."""

    labelling: Labelling
    tokens: Mapping[str, str]  # by annotator
    image_of: Callable[[FrameKey], GreyImage]
    why: Mapping[FrameKey, str] = field(default_factory=dict[FrameKey, str])
    model: str = ""
    propose: Callable[[GreyImage], Sequence[Candidate]] | None = None
    detecting: Lock = field(default_factory=Lock)

    def annotator(self, token: str) -> str | None:
        """Return whose a token is."""
        found = [
            who
            for who, known in self.tokens.items()
            if hmac.compare_digest(known.encode(), token.encode())
        ]
        return found[0] if found else None

    def task(self, annotator: str, at: int | None) -> Json:
        """Return the frame at a place of somebody's list, or that nothing is left, and progress.

        A frame that cannot be read is left out, and another one takes its place.

        Raises:
            PictureError: a frame that is labelled already cannot be read any more.
        """
        found = self._readable(annotator, at)
        if found is None:
            length = self.labelling.length(annotator)
            return {"finished": True, "at": length, "progress": self.progress(annotator)}
        handed, image = found
        rows, columns = image.shape
        told = task_message(handed, (columns, rows), self.why.get(handed.task.frame, ""))
        if self.propose is not None and not handed.labels:
            with self.detecting:
                told["proposal"] = proposal_message(self.propose(image))
        return {**told, "progress": self.progress(annotator)}

    def _readable(self, annotator: str, at: int | None) -> tuple[Handed, GreyImage] | None:
        while (handed := self.labelling.hand(annotator, at)) is not None:
            try:
                return handed, self.image_of(handed.task.frame)
            except PictureError:
                if handed.is_confirmed:
                    raise
                self.labelling.leave_out(annotator, handed.task.frame)
        return None

    def progress(self, annotator: str) -> Json:
        """Return how far everybody is, and how near to the truth the one who asks."""
        progress = self.labelling.progress()
        others = {who: progress.by_annotator.get(who, 0) for who in self.tokens}
        told = progress_message(progress, annotator, others)
        return {**told, "gold": self.labelling.gold_told(annotator)}

    def confirm(self, annotator: str, message: Json) -> Json:
        """Keep what a page says of a frame.

        Raises:
            ValueError: it cannot be taken; the message says why.
            ModelError: it cannot be kept.
        """
        at, said = said_from(message)
        if took_proposal(message):
            said = replace(said, proposed_by=self.model)
        self.labelling.confirm(annotator, at, said)
        return {"kept": True}

    def picture(self, annotator: str, at: int) -> bytes | None:
        """Return a frame that somebody was handed as a PNG; None: it was not."""
        task = self.labelling.task(annotator, at)
        if task is None:
            return None
        _, data = cv2.imencode(".png", self.image_of(task.frame), [cv2.IMWRITE_PNG_COMPRESSION, 1])
        return data.tobytes()

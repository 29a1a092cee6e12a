"""What is to be done: one command line for each recording, and what it leaves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tracker.errors import UsageError
from tracker.record.schema import FRAMES, HEADER_FILE, stream_file

KINDS = ("detect", "export", "report")
_SUFFIX = {"nwb": ".nwb", "mp4": ".mp4", "hdf5-flavell": ".h5", "wcon": ".wcon"}
_FOLDER_SUFFIX = {"csv": "-csv", "ome-zarr": ".ome.zarr"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A recording, the command line that does its work, and where the result will be."""

    recording: Path
    words: tuple[str, ...]
    result: Path

    @property
    def is_done(self) -> bool:
        """Whether the result is there. Every command puts it in place only when it is whole."""
        return self.result.exists()


def recordings_below(folders: Sequence[Path]) -> list[Path]:
    """Return every recording in folders, themselves included, in the order of their names.

    Raises:
        UsageError: a folder is absent, or there is no recording anywhere.
    """
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(f"{folder}: no such folder")
    found = sorted({path.resolve() for folder in folders for path in _below(folder)})
    if not found:
        named = ", ".join(map(str, folders))
        raise UsageError(f"{named}: no recording below it (a folder with {HEADER_FILE})")
    return found


def _below(folder: Path) -> Iterator[Path]:
    for header in (folder / HEADER_FILE, *folder.rglob(HEADER_FILE)):
        # A csv export has a header too, but not the frames.
        if header.is_file() and (header.parent / stream_file(FRAMES)).is_file():
            yield header.parent


def work_on(recording: Path, kind: str, options: Sequence[str], *, overwrite: bool) -> Work:
    """Return the work on one recording; `options` are those of the command itself.

    Raises:
        UsageError: the options do not say what is needed, or say where results go.
    """
    if any(word.startswith("--out") or word.startswith("--csv") for word in options):
        raise UsageError("results lie beside or in their recordings: leave --out and --csv out")
    again = ("--overwrite",) if overwrite else ()
    if kind == "report":
        words = ("report", str(recording), *options, *again)
        return Work(recording=recording, words=words, result=recording / "report.html")
    if kind == "export":
        form = _format(options)
        suffix = (_SUFFIX | _FOLDER_SUFFIX)[form]
        result = recording.with_name(recording.name + suffix)
        return Work(
            recording=recording, words=("export", str(recording), *options, *again), result=result
        )
    result = recording.with_name(recording.name + "-heads.csv")
    model = options[0] if options and not options[0].startswith("-") else "shipped"
    rest = options[1:] if options and options[0] == model else options
    words = ("detect", model, str(recording), "--csv", str(result), *rest, *again)
    return Work(recording=recording, words=words, result=result)


def _format(options: Sequence[str]) -> str:
    forms = [after for word, after in pairwise(options) if word == "--to"]
    forms += [word.removeprefix("--to=") for word in options if word.startswith("--to=")]
    if len(forms) != 1 or forms[0] not in _SUFFIX | _FOLDER_SUFFIX:
        known = ", ".join([*_SUFFIX, *_FOLDER_SUFFIX])
        raise UsageError(f"export needs --to, one of {known}")
    return forms[0]

"""Which formats there are, and what each of them needs.

A format's module offers `write(path, job)`: it makes the file or folder `path`, which does not
exist yet, and reads frames only one after the other, so that any length fits in memory. And
`is_export(path)`, which knows by what stands in it whether a file or folder was written so.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from tracker.errors import MissingExtraError

if TYPE_CHECKING:
    from tracker.export.job import Job


class Writer(Protocol):
    """A format's module."""

    def write(self, path: Path, job: Job) -> None:
        """Write a recording in this format.

        Raises:
            UsageError: the recording does not hold what this format must have.
            OSError: there is no room, or `path` is not to be written.
        """
        ...

    def is_export(self, path: Path) -> bool:
        """Say whether what is at `path` was written by `write`, and holds nothing else."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format: its module, how its files end, the packages that it needs.

    `disk_share` is how much of the size of the recorded frames it takes at most, or about where
    it packs them; `holds_neural` where it has those of neural cameras too. `is_folder`: it is not
    one file, but a folder. `can_go_on`: with what was interrupted.
    """

    module: str
    suffix: str
    packages: tuple[str, ...] = ()
    disk_share: float = 0.0
    is_folder: bool = False
    holds_neural: bool = False
    can_go_on: bool = False


FORMATS: Mapping[str, Format] = {
    "csv": Format(module="csv_tables", suffix="-csv", is_folder=True),
    "mp4": Format(module="mp4", suffix=".mp4", packages=("av",), disk_share=0.1),
    "hdf5-flavell": Format(
        module="hdf5_flavell",
        suffix=".h5",
        packages=("h5py",),
        disk_share=1.02,
        can_go_on=True,
    ),
    "wcon": Format(module="wcon", suffix=".wcon"),
    "nwb": Format(
        module="nwb",
        suffix=".nwb",
        packages=("h5py", "pynwb", "ndx_pose"),
        disk_share=0.8,
        holds_neural=True,
    ),
    "ome-zarr": Format(
        module="ome_zarr",
        suffix=".ome.zarr",
        packages=("zarr",),
        disk_share=0.8,
        is_folder=True,
        holds_neural=True,
        can_go_on=True,
    ),
}


def open_writer(name: str) -> Writer:
    """Import a format's module.

    Raises:
        MissingExtraError: a package that it needs is not installed.
    """
    missing = [package for package in FORMATS[name].packages if not _is_installed(package)]
    if missing:
        raise MissingExtraError(
            f"--to {name} needs {', '.join(missing)}, which is not installed: "
            "pip install 'wormlock[export]'"
        )
    return cast("Writer", importlib.import_module(f"tracker.export.{FORMATS[name].module}"))


def _is_installed(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ValueError:  # it was put out of the way, as tests do
        return False

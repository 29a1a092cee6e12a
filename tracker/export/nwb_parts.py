"""What is used of pynwb's own objects: it makes their methods while it is imported, unseen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

CAMERA = "tracking_camera"


class Module(Protocol):
    """A processing module."""

    def add(self, container: object) -> None:
        """Take in one thing."""
        ...


class Events(Protocol):
    """A table of events."""

    def add_column(self, *, name: str, description: str) -> None:
        """Add a column of one's own."""
        ...

    def add_event(self, **values: object) -> None:
        """Add a row."""
        ...


class File(Protocol):
    """A file that is being made."""

    devices: Mapping[str, object]

    def create_device(self, *, name: str, description: str) -> object:
        """Add a device."""
        ...

    def create_processing_module(self, *, name: str, description: str) -> Module:
        """Add a processing module."""
        ...

    def add_acquisition(self, nwbdata: object) -> None:
        """Add what was acquired."""
        ...

    def add_events_table(self, events: object) -> None:
        """Add a table of events."""
        ...

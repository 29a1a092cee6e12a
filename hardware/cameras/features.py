"""The features of a camera that describes itself by GenICam, whichever library reads them.

harvesters and pypylon both hold a tree of nodes, with other names for the same calls. A feature
that is not implemented, or not available as the camera stands, counts as lacking.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from hardware.cameras.calls import one_line
from hardware.cameras.settings import SWITCHES
from hardware.errors import CameraError

AnswerT = TypeVar("AnswerT")
_LEAST_ACCESS = 2  # GenApi's EAccessMode: NI 0, NA 1, WO 2, RO 3, RW 4
_READ_ONLY = 3


class Node(Protocol):
    """One feature. Calls raise whatever the library raises."""

    def access(self) -> int:
        """Return GenApi's EAccessMode."""
        ...

    def text(self) -> str:
        """Return the value; a switch is `true` or `false`."""
        ...

    def set_text(self, value: str, /) -> None:
        """Set the value."""
        ...

    def choices(self) -> tuple[str, ...]:
        """Return the words that it may be; empty: not a matter of choice."""
        ...

    def limits(self) -> tuple[float, float] | None:
        """Return the lowest and the highest value of a number."""
        ...


class NodeMap(Protocol):
    """All features of one camera."""

    def names(self) -> Sequence[str]:
        """Return the names of all nodes, implemented or not."""
        ...

    def node(self, name: str, /) -> Node | None:
        """Return a node."""
        ...


class Features:
    """A camera's features as properties; implements `hardware.cameras.settings.Settable`."""

    def __init__(self, nodes: NodeMap, label: str) -> None:
        self._nodes = nodes
        self._label = label

    @property
    def label(self) -> str:
        """Model and serial number."""
        return self._label

    def property_names(self) -> tuple[str, ...]:
        """Return the features that the camera has as it stands."""
        return tuple(name for name in self._nodes.names() if self.has(name))

    def has(self, name: str) -> bool:
        """Say whether a feature is there and available."""
        node = self._nodes.node(name)
        return node is not None and self._told(node.access) >= _LEAST_ACCESS

    def is_read_only(self, name: str) -> bool:
        """Say whether a feature cannot be set as the camera stands."""
        return self._told(self._node(name).access) == _READ_ONLY

    def allowed(self, name: str) -> tuple[str, ...]:
        """Return the words that a feature may be."""
        return self._told(self._node(name).choices)

    def limits(self, name: str) -> tuple[float, float] | None:
        """Return the lowest and highest value of a number."""
        return self._told(self._node(name).limits)

    def read(self, name: str) -> str:
        """Return a feature's value."""
        return self._told(self._node(name).text)

    def number(self, name: str) -> float | None:
        """Return a feature's value as a number; None where it is lacking or none."""
        try:
            return float(self.read(name)) if self.has(name) else None
        except ValueError:
            return None

    def write(self, name: str, value: str) -> None:
        """Set a feature."""
        node = self._node(name)
        switch = SWITCHES.get(value, value)
        words = self._told(node.choices)
        self._told(lambda: node.set_text(switch if switch in words else value))

    def _node(self, name: str) -> Node:
        node = self._nodes.node(name)
        if node is None:
            raise CameraError(f"the camera {self._label} has no property {name}")
        return node

    def _told(self, ask: Callable[[], AnswerT]) -> AnswerT:
        try:
            return ask()
        except Exception as error:  # the libraries' own trees begin there
            says = one_line(error).partition(" : ")[0]  # thereafter: their source file and line
            raise CameraError(says) from error

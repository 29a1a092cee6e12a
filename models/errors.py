"""Everything that can go wrong with the eye.

ModelError
├── ModelFileError    a manifest or a graph is missing, corrupt, or not what it says it is
├── ProviderError     the graph cannot run on the device that was asked for
├── PictureError      a picture cannot be read
├── TrainingError     there is nothing to learn from, or an earlier training does not fit
└── LabelError        labels cannot be read, written or compared (in models.labels.faults)
"""

from __future__ import annotations


class ModelError(Exception):
    """Base; its message is one line for the operator."""


class ModelFileError(ModelError):
    """A manifest or a graph is missing, corrupt, or not what it says it is."""


class ProviderError(ModelError):
    """The graph cannot run on the device that was asked for, or failed on it."""


class PictureError(ModelError):
    """A picture, or the file or folder that should hold some, cannot be read."""


class TrainingError(ModelError):
    """There is nothing to learn from, or an earlier training does not fit this one."""

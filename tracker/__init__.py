"""The loop and all that runs beside it."""

__version__ = "0.1.0"

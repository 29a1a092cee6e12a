"""What several benches take on the command line."""

from __future__ import annotations

import argparse
import math


def count_of(word: str) -> int:
    """Read how many, at least one."""
    if not word.isdecimal() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number, 1 or more, got {word!r}")
    return int(word)


def positive(word: str) -> float:
    """Read a number above 0."""
    try:
        value = float(word)
    except ValueError:
        value = float("nan")
    if not (math.isfinite(value) and value > 0.0):
        raise argparse.ArgumentTypeError(f"expected a number above 0, got {word!r}")
    return value

"""A parser of command lines whose faults are one line: what is wrong, and where the help is."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import NoReturn

from hardware.config_faults import did_you_mean

_TYPES = {"int": "a whole number", "float": "a number"}


class Parser(argparse.ArgumentParser):
    """argparse's, but for the page of usage before each fault; its sub-parsers are like it."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and end with status 2."""
        self.exit(2, f"{self.prog}: {in_our_words(message)} ({self.prog} --help says more)\n")

    def parse_known_args(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parse all or nothing, so that each sub-parser names its own faults and options."""
        parsed, unknown = super().parse_known_args(args, namespace or argparse.Namespace())
        if not unknown:
            return parsed, unknown
        option = next((word for word in unknown if word.startswith("-")), None)
        if option is None:
            self.error(f"{' '.join(unknown)}: nothing more is expected here")
        name = option.partition("=")[0]
        known = [one.lstrip("-") for action in self._actions for one in action.option_strings]
        guess = did_you_mean(name.lstrip("-"), known).replace("mean ", "mean --")
        self.error(f"{name}: there is no such option{guess}")

    def _check_value(self, action: argparse.Action, value: object) -> None:
        if action.choices is None or value in action.choices:
            return
        choices = [str(choice) for choice in action.choices]
        raise argparse.ArgumentError(
            action,
            f"expected one of {', '.join(choices)}, got {value!r}{did_you_mean(value, choices)}",
        )


def in_our_words(message: str) -> str:
    """Return what argparse says of a fault without its jargon.

    >>> in_our_words("argument --seed: invalid int value: 'x'")
    "--seed: expected a whole number, got 'x'"
    >>> in_our_words("the following arguments are required: RECORDING, --to")
    'needed and missing: RECORDING, --to'
    """
    message = message.removeprefix("argument ")
    message = message.replace("the following arguments are required", "needed and missing")
    message = re.sub(
        r"expected (one|at least one) argument$", "expected a value behind it", message
    )
    return re.sub(
        r"invalid (\w+) value: ", lambda found: f"expected {_expected(found[1])}, got ", message
    )


def _expected(type_name: str) -> str:
    return _TYPES.get(type_name, type_name.strip("_"))

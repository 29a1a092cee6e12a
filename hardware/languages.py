r"""The controllers' languages, as far as a stranger may speak them: questions that alter nothing.

Each asks where the stage is, in constant bytes that no controller of these languages takes for
an order; nothing is set, zeroed, switched or halted. A new driver adds its line to `LANGUAGES`,
in an order that matters: a MAC6000 understands the Ludl's words too, and what a Zaber is asked
begins with a character that an ASI answers at once. Prior's and Marzhauser's replies are bare
numbers, so they are asked last.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from hardware.link import Link, SerialLink
from hardware.stage_config import AsiStage, ControllerConfig
from hardware.stages import asi_lines
from hardware.stages import ludl_mac6000_bytes as mac6000

# A reply of 30 bytes takes 33 ms at 9600 baud, and controllers answer within 20 ms.
DEADLINE_S = 0.15
_TRIES = 2

_ASI = re.compile(rb":A (-?\d+(?:\.\d+)?) (-?\d+(?:\.\d+)?) *\r\n")
_LUDL = re.compile(rb":A +(-?\d+) +(-?\d+) *\n")
_PRIOR = re.compile(rb"(?:\A|[^ -~])(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)\r(?!\n)")
_TANGO = re.compile(rb"(?:\A|[^ -~])(-?\d+\.\d+) (-?\d+\.\d+)(?: -?\d+\.\d+)* ?\r")
_ZABER = re.compile(rb"@(\d\d) 0 (?:\d\d )?OK (?:IDLE|BUSY) \S\S ([-\d. ]+?)(?::[0-9A-F]{2})?\r\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """One controller's language: `kind` as `rig.stage.kind` spells it, usual bauds first.

    `read` says in words where the stage stands, or None while the reply is not whole or is none.
    """

    kind: str
    title: str
    bauds: tuple[int, ...]
    question: bytes
    read: Callable[[bytes], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a controller said: where it stands, how long that took, or the bytes that mean nothing.

    `says` is None where no reply came that this language can give.
    """

    says: str | None
    took_s: float
    received: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """A port whose controller answered: in which language, at which baud, what."""

    language: Language
    baud: int
    says: str


def read_mac6000(received: bytes) -> str | None:
    """Say where a MAC6000 stands.

    >>> one = bytes.fromhex("23 01 d4 00 05 00 04 00 20 4e 00 00 0d")
    >>> two = bytes.fromhex("23 02 d4 00 05 00 04 00 00 00 00 00 0d")
    >>> read_mac6000(one + two)
    'position (1000.0, 0.0) um'
    >>> read_mac6000(one)
    """
    pieces, _ = mac6000.cut_replies(received)
    replies = [piece.line for piece in pieces if mac6000.is_position(piece.line)]
    if not replies:
        return None
    x_um, y_um = mac6000.decode_position(replies[-1])
    return f"position ({x_um:.1f}, {y_um:.1f}) um"


def read_asi(received: bytes) -> str | None:
    r"""Say where an ASI MS-2000 or Tiger stands; it counts in tenths of a micrometre.

    >>> read_asi(b":A 12345.6 -50 \r\n")
    'position (1234.6, -5.0) um'
    """
    found = _ASI.search(received)
    if found is None:
        return None
    x_um, y_um = (float(count) / 10.0 for count in found.groups())
    return f"position ({x_um:.1f}, {y_um:.1f}) um"


def read_ludl(received: bytes) -> str | None:
    r"""Say where a Ludl stands, in its steps. An ASI ends its lines with CR LF, a Ludl with LF.

    >>> read_ludl(b":A 123 -45 \n")
    'position (123, -45) steps'
    """
    found = _LUDL.search(received)
    return f"position ({int(found[1])}, {int(found[2])}) steps" if found else None


def read_zaber(received: bytes) -> str | None:
    r"""Say where the axes of the first Zaber of a chain stand, in its microsteps.

    >>> read_zaber(b"@01 0 OK IDLE WR 1200 -45\r\n")
    'device 1, position (1200, -45) microsteps'
    """
    found = _ZABER.search(received)
    if found is None:
        return None
    return f"device {int(found[1])}, position ({', '.join(found[2].decode().split())}) microsteps"


def read_prior(received: bytes) -> str | None:
    r"""Say where a Prior stands, in its steps.

    >>> read_prior(b"123,-45\r")
    'position (123, -45) steps'
    """
    found = _PRIOR.search(received)
    return f"position ({found[1].decode()}, {found[2].decode()}) steps" if found else None


def read_tango(received: bytes) -> str | None:
    r"""Say where a Tango stands. What its numbers count was set by whoever spoke to it last.

    >>> read_tango(b"12.5000 -5.0000\r")
    'position (12.5000, -5.0000) in the units that it was left in'
    """
    found = _TANGO.search(received)
    if found is None:
        return None
    x, y = found[1].decode(), found[2].decode()
    return f"position ({x}, {y}) in the units that it was left in"


LANGUAGES: tuple[Language, ...] = (
    Language(
        kind="ludl_mac6000",
        title="Ludl or LEP MAC6000",
        bauds=(115_200,),
        question=mac6000.encode_position_query(),
        read=read_mac6000,
    ),
    Language(
        kind="asi",
        title="ASI MS-2000 or Tiger",
        bauds=(115_200, 9600),
        question=asi_lines.encode_where(("X", "Y")),
        read=read_asi,
    ),
    Language(
        kind="ludl",
        title="Ludl MAC5000 or MAC6000, high level",
        bauds=(9600, 115_200),
        question=b"WHERE X Y\r",
        read=read_ludl,
    ),
    Language(
        kind="zaber",
        title="Zaber",
        bauds=(115_200,),
        question=b"/get pos\n",
        read=read_zaber,
    ),
    Language(
        kind="prior",
        title="Prior ProScan",
        bauds=(9600, 38_400, 115_200),
        question=b"PS\r",
        read=read_prior,
    ),
    Language(
        kind="tango",
        title="Marzhauser Tango",
        bauds=(57_600, 115_200),
        question=b"?pos\r",
        read=read_tango,
    ),
)


def language_of(kind: str) -> Language | None:
    """Return the language of a `rig.stage.kind`; None where no harmless question is known."""
    return next((language for language in LANGUAGES if language.kind == kind), None)


def language_for(stage: ControllerConfig) -> Language | None:
    """Return the language of a configured stage, with the axes that it names."""
    language = language_of(stage.kind)
    if language is None or not isinstance(stage, AsiStage):
        return language
    return replace(language, question=asi_lines.encode_where((stage.x_axis, stage.y_axis)))


def ask(link: Link, language: Language, *, deadline_s: float = DEADLINE_S) -> Answer:
    """Ask once where the stage is. Only the question's bytes are written.

    Raises:
        LinkLostError: the port is gone.
    """
    link.read_available()
    asked_s = time.perf_counter()
    link.write(language.question)
    received = b""
    while (left_s := asked_s + deadline_s - time.perf_counter()) > 0.0:
        link.wait(left_s)
        received += link.read_available()
        says = language.read(received)
        if says is not None:
            break
    else:
        says = None
    return Answer(says=says, took_s=time.perf_counter() - asked_s, received=received)


def recognise(
    port: str, languages: Sequence[Language] = LANGUAGES, *, deadline_s: float = DEADLINE_S
) -> Recognised | None:
    """Ask a port in every language until one is answered; None where none is.

    Each is asked twice: what another language's question left in a controller's line buffer
    spoils the first.

    Raises:
        LinkLostError: the port is absent, taken, not ours to open, or gone.
    """
    for baud in sorted({baud for one in languages for baud in one.bauds}, reverse=True):
        link = SerialLink(port, baud)
        try:
            for language in languages:
                tries = _TRIES if baud in language.bauds else 0
                for _ in range(tries):
                    says = ask(link, language, deadline_s=deadline_s).says
                    if says is not None:
                        return Recognised(language=language, baud=baud, says=says)
        finally:
            link.close()
    return None

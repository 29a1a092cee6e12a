"""Mark heads in frames: a page in the browser, for one person or several, on this computer.

A click a point (nose, metacorpus, terminal bulb) and keys for the rest; every confirmed frame is
in the table at once. Ctrl-C ends it.
"""

from __future__ import annotations

import argparse
import getpass
import re
import secrets
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from models.detection import Candidate, GreyImage
    from models.labels.handing_out import Deck
    from models.labels.label import FrameKey, LabelSet
    from models.labels.label_site import LabelSite
    from models.labels.shelf import Shelf

_NAME = re.compile(r"\w[\w .-]{0,39}")
_EVERYWHERE = ("0.0.0.0", "")
_SHARES = ("share", "repeats", "gold_share")
_MIN_CONFIDENCE = 0.3  # of a proposal: it is looked at before it becomes a label


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the frames, the table, who labels, and how frames are handed out."""
    parser.add_argument(
        "frames", type=Path, nargs="+", metavar="FRAMES", help="images, folders of them, videos"
    )
    parser.add_argument(
        "--labels", type=Path, required=True, metavar="FILE", help="table that grows: labels.csv"
    )
    parser.add_argument(
        "--annotator",
        action="append",
        metavar="NAME",
        help="who labels; once for each person (default: you)",
    )
    parser.add_argument(
        "--images", type=Path, metavar="DIR", help="folder from which frames are named"
    )
    parser.add_argument(
        "--share", type=float, default=0.33, metavar="0..1", help="frames wanted from several"
    )
    parser.add_argument("--people", type=int, default=3, help="how many that is (default 3)")
    parser.add_argument(
        "--repeats", type=float, default=0.03, metavar="0..1", help="frames shown to you again"
    )
    parser.add_argument(
        "--gold", metavar="FILE", help="an expert's labels: the truth to compare to"
    )
    parser.add_argument(
        "--gold-share", type=float, default=0.05, metavar="0..1", help="gold frames among yours"
    )
    parser.add_argument(
        "--only", type=Path, metavar="WORKLIST", help="a second look, at these frames only"
    )
    parser.add_argument("--model", help="proposes points: a manifest, an .onnx file, or shipped")
    parser.add_argument("--seed", type=int, default=1, help="of the order, and of who gets what")
    parser.add_argument(
        "--host", default="127.0.0.1", help="0.0.0.0 lets other computers in (default: this one)"
    )
    parser.add_argument("--port", type=int, default=8642, help="0: any free one (default 8642)")


def run(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C, and return the exit status.

    Raises:
        UsageError: an option cannot mean anything, or the address cannot be had.
        ModelError: frames, labels or a model cannot be read or written.
    """
    from models.labels.server import open_server

    _check(arguments)
    site = _site(arguments)
    try:
        server = open_server(site, arguments.host, arguments.port)
    except OSError as error:
        raise UsageError(
            f"--host {arguments.host} --port {arguments.port}: cannot listen there: "
            f"{error.strerror}; --port 0 takes any free port"
        ) from error
    with server:
        host = socket.gethostname() if arguments.host in _EVERYWHERE else arguments.host
        for who, token in site.tokens.items():
            print(f"{who}: http://{host}:{server.server_address[1]}/?token={token}")
        print("Each address is one person's own. Ctrl-C ends.", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()
        finally:
            for line in site.labelling.end():
                print(line)
    return 0


def _check(arguments: argparse.Namespace) -> None:
    """Refuse options that cannot mean anything, before anything is read."""
    for name in _SHARES:
        share: float = getattr(arguments, name)
        if not 0.0 <= share <= 1.0:
            raise UsageError(f"--{name.replace('_', '-')} {share:g}: expected 0 to 1")
    if arguments.people < 1:
        raise UsageError(f"--people {arguments.people}: expected 1 or more")
    if not 0 <= arguments.port <= 65535:
        raise UsageError(f"--port {arguments.port}: expected 0 to 65535")
    if arguments.labels.suffix.lower() != ".csv":
        raise UsageError(f"--labels {arguments.labels}: expected a name that ends in .csv")
    if arguments.labels.is_dir():
        raise UsageError(f"--labels {arguments.labels}: is a folder")
    if arguments.images is not None and not arguments.images.is_dir():
        raise UsageError(f"--images {arguments.images}: is no folder")
    if arguments.gold and arguments.only:
        raise UsageError("--gold and --only: a second look has no gold frames; give one of them")


def _annotators(given: Sequence[str] | None) -> list[str]:
    from models.labels.label import CONSENSUS
    from models.labels.standing import GOLD

    names = [name.strip() for name in given or [_user()]]
    for name in names:
        if not _NAME.fullmatch(name):
            raise UsageError(f"--annotator {name!r}: expected letters, digits, spaces, . _ -")
        if name in (CONSENSUS, GOLD):
            raise UsageError(f"--annotator {name}: that name has a meaning of its own")
    for name in names:
        if names.count(name) > 1:
            raise UsageError(
                f"--annotator {name}: given twice; each person needs a name of her own"
            )
    return names


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        raise UsageError("who labels cannot be told from this computer: --annotator NAME") from None


def _site(arguments: argparse.Namespace) -> LabelSite:
    from models.labels.label_site import LabelSite
    from models.labels.labelling import NO_GOLD, Labelling
    from models.labels.shelf import Shelf
    from models.labels.store import Store
    from tracker.commands.label_sources import changed_at, read_gold, read_why

    annotators = _annotators(arguments.annotator)
    shelf = Shelf(arguments.frames, arguments.images)
    gold = read_gold(arguments.gold, shelf) if arguments.gold else NO_GOLD
    why = read_why(arguments.only, shelf) if arguments.only else {}
    deck = _deck(arguments, shelf, gold, list(why))
    propose = _open_model(arguments.model) if arguments.model else None
    labelling = Labelling(
        store=Store(arguments.labels),
        deck=deck,
        annotators=annotators,
        frame_of=shelf.frame,
        now_s=time.monotonic,
        gold=gold,
        since=changed_at(arguments.only) if arguments.only else None,
    )
    print(_told(arguments, deck, len(annotators)))
    return LabelSite(
        labelling=labelling,
        tokens={who: secrets.token_urlsafe(16) for who in annotators},
        image_of=shelf.image,
        why=why,
        model=arguments.model or "",
        propose=propose,
    )


def _open_model(model: str) -> Callable[[GreyImage], Sequence[Candidate]]:
    from models.evaluate.finding import open_any

    detector, _ = open_any(model, provider="cpu", min_confidence=_MIN_CONFIDENCE, um_per_px=None)
    return detector.detect


def _deck(
    arguments: argparse.Namespace, shelf: Shelf, gold: LabelSet, worklist: Sequence[FrameKey]
) -> Deck:
    from models.labels.handing_out import Plan, lay_out

    if worklist:  # everybody looks again, worst first, and knows it
        everybody = len(arguments.annotator or [None])
        return lay_out(
            Plan(frames=worklist, share=1.0, people=everybody, repeats=0.0, keeps_order=True)
        )
    gold_keys = [label.frame.key for label in gold]
    is_practice = set(shelf.keys) <= set(gold_keys)
    return lay_out(
        Plan(
            frames=shelf.keys,
            gold=gold_keys,
            share=arguments.share,
            people=arguments.people,
            repeats=arguments.repeats,
            gold_share=1.0 if is_practice else arguments.gold_share,
            seed=arguments.seed,
        )
    )


def _told(arguments: argparse.Namespace, deck: Deck, annotators: int) -> str:
    """Say what there is to label."""
    several = sum(voices > 1 for voices in deck.wanted.values())
    said = f"{len(deck.order)} frames"
    if arguments.only:
        return f"{said} of {arguments.only} to look at again"
    if several:
        said += f", {several} of them for {arguments.people} people"
        if annotators < arguments.people:
            said += f" (here {annotators}: the others may label them later, into the same table)"
    return f"{said}; {len(deck.gold)} gold frames among them" if deck.gold else said

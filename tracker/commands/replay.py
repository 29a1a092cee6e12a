"""Run today's loop over a recording, and say what it would have done differently."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the recording, and what should be different about the loop."""
    parser.add_argument("recording", type=Path, metavar="RECORDING", help="a recording's folder")
    parser.add_argument(
        "--model", metavar="M", help="a model's manifest, or 'shipped' (default: as recorded)"
    )
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="a config.yaml for estimate, control and detector (default: the recording's own)",
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write the figures here as well ('-': print them)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Replay a recording and return the exit status."""
    from models.detector import open_detector
    from models.magnified import at_scale
    from tracker.config import load_config, parse_config
    from tracker.geometry import um_per_px
    from tracker.record.difference import compare
    from tracker.record.difference_words import difference_table, verdict
    from tracker.record.figures_file import figures_json, put_figures
    from tracker.record.reader import open_recording
    from tracker.record.schema import CONFIG_FILE
    from tracker.runtime.replay import replay

    recording = open_recording(arguments.recording)
    if arguments.config is None:
        source = str(recording.folder / CONFIG_FILE)
        config = parse_config(recording.config_yaml, source=source)
    else:
        config = load_config(arguments.config)
    told = config.detector
    detector = open_detector(arguments.model or told.model, told.provider, told.least_confidence)
    scale = um_per_px(recording.header.calibration)
    eye = at_scale(detector, detector.model.manifest, um_per_px=scale)
    now = replay(recording, config, eye, progress=_show_progress)
    difference = compare(recording.ticks, now, recording.truth)
    if arguments.json == Path("-"):
        sys.stdout.write(figures_json(difference))
        return 0
    if arguments.json is not None:
        put_figures(arguments.json, difference)
    for note in recording.notes:
        print(f"wormlock replay: {note}", file=sys.stderr)
    print(f"{recording.folder}: today's loop, {detector.model.manifest.name}")
    then_sha256 = recording.header.facts.get("model_sha256")
    if then_sha256 not in (None, detector.model.sha256):
        print(f"another network than then, which was {recording.header.facts.get('model_name')}")
    print()
    print(f"{difference_table(difference)}\n\n  {verdict(difference)}")
    return 0


def _show_progress(share: float) -> None:
    """Count up on a terminal, where somebody may be waiting."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{100.0 * share:3.0f} %" if share < 1.0 else "\r     \r")

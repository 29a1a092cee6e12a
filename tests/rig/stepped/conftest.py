"""Scenarios in stepped time, scored against the truth."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tracker.config import load_config
from tracker.control.laws import tuned
from tracker.record.score import RunRows, score
from tracker.runtime.stepped import open_session

CONFIG = load_config(Path(__file__).parents[3] / "config.yaml")


@dataclass(frozen=True)
class Run:
    """What became of a scenario."""

    rows: RunRows

    @property
    def summary(self):
        return score(self.rows)

    @property
    def rms_um(self):
        return self.summary["error_um"]["rms"]

    @property
    def truth(self):
        return self.rows.truth

    def error_um(self, *, from_s=0.0, to_s=np.inf):
        """Distances of the true head from the centre, frame by frame."""
        t_s = self.truth["t_s"]
        inside = (t_s >= from_s) & (t_s < to_s)
        return np.hypot(*(self.truth["head_um"] - self.truth["stage_um"])[inside].T)

    def stage_speed_um_s(self, t_s):
        """How fast the stage really was between two frames about a time."""
        after = np.searchsorted(self.truth["t_s"], t_s)
        moved_um = np.diff(self.truth["stage_um"][after - 1 : after + 1], axis=0)[0]
        return np.hypot(*moved_um) / np.diff(self.truth["t_s"][after - 1 : after + 1])[0]


def run_scenario(scenario, *, seconds, seed=1, law=None, turnaround_s=None, is_rendered=False):
    config = CONFIG
    if law is not None:
        config = config.model_copy(update={"control": tuned(law)})
    session = open_session(
        str(scenario), seed, config, is_rendered=is_rendered, turnaround_s=turnaround_s
    )
    session.run(seconds)
    return Run(session.rows())


@pytest.fixture(scope="session")
def run_rig():
    return run_scenario


@pytest.fixture(scope="session")
def config():
    return CONFIG


@pytest.fixture
def write_scenario(tmp_path):
    def write(text):
        path = tmp_path / "scenario.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write

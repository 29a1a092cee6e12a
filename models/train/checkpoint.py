"""A trained network as a small file, so that another training can begin with it."""

from __future__ import annotations

from pathlib import Path
from pickle import UnpicklingError

import torch

from models.contract import SHIPPED_MANIFEST
from models.errors import TrainingError
from models.train.candidates import CandidateGraph
from models.train.doubt import Doubt
from models.train.network import HeadNetwork

SUFFIX = ".pt"
SHIPPED_CHECKPOINT = SHIPPED_MANIFEST.with_suffix(SUFFIX)


def write_checkpoint(graph: CandidateGraph, file: Path) -> None:
    """Write the weights of network and doubt."""
    torch.save({"network": graph.network.state_dict(), "doubt": graph.doubt.state_dict()}, file)


def read_checkpoint(name: str) -> CandidateGraph:
    """Return the network of a model: `shipped`, a manifest, or the checkpoint itself.

    Raises:
        TrainingError: there is no checkpoint, or it is not one of this network.
    """
    file = SHIPPED_CHECKPOINT if name == "shipped" else Path(name).with_suffix(SUFFIX)
    graph = CandidateGraph(HeadNetwork(), Doubt())
    if not file.is_file():
        raise TrainingError(
            f"{file}: no such checkpoint; name `shipped`, or a model that `wormlock train` made"
        )
    try:
        state = torch.load(file, weights_only=True)
        graph.network.load_state_dict(state["network"])
        graph.doubt.load_state_dict(state["doubt"])
    except (RuntimeError, KeyError, EOFError, OSError, UnpicklingError) as error:
        raise TrainingError(
            f"{file}: not the checkpoint of a network of ours ({str(error).splitlines()[0]})"
        ) from error
    return graph.eval()


def read_network(name: str) -> HeadNetwork:
    """Return the network alone of what `read_checkpoint` reads.

    Raises:
        TrainingError: as `read_checkpoint`.
    """
    network = read_checkpoint(name).network
    assert isinstance(network, HeadNetwork)
    return network

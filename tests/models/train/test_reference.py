"""The reference network never changes: what is committed is what the code builds."""

import numpy as np
import onnx

from models.contract import REFERENCE_FILE
from models.providers import open_graph
from models.train.reference import reference_graph


def test_the_committed_reference_network_is_the_one_that_is_built():
    assert onnx.load(str(REFERENCE_FILE)) == reference_graph()


def test_the_reference_network_takes_any_picture_and_keeps_the_contract():
    graph = open_graph(REFERENCE_FILE, "cpu")

    for shape in ((64, 64), (183, 242)):
        assert graph.ask(np.full(shape, 128, np.uint8)).count == 1

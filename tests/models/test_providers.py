"""Where graphs run is asked of the session, and nothing is printed on machines without a GPU."""

import numpy as np
import pytest
from onnx import TensorProto

from models import providers
from models.errors import ModelFileError, ProviderError

HAS_NO_CUDA = providers.why_no_cuda() is not None
without_gpu = pytest.mark.skipif(not HAS_NO_CUDA, reason="this machine has a GPU")


@without_gpu
def test_auto_runs_on_the_processor_without_a_word_where_there_is_no_gpu(write_graph, capfd):
    graph = providers.open_graph(write_graph("graph.onnx", (32, 48)), "auto")

    assert graph.provider == "CPUExecutionProvider"
    assert capfd.readouterr().err == ""


@without_gpu
def test_cuda_by_name_is_refused_in_one_line_where_there_is_none(write_graph):
    with pytest.raises(ProviderError, match=r"detector\.provider: cuda: .*set it to cpu") as caught:
        providers.open_graph(write_graph("graph.onnx", (32, 48)), "cuda")

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("version", "cuda"), [("1.26.0", 12), ("1.27.0", 13), ("1.31.1", 13)])
def test_the_runtime_says_which_cuda_it_needs(version, cuda):
    assert providers.cuda_needed(version) == cuda


def test_a_graph_that_fails_is_an_error_and_no_change_of_device(write_graph):
    graph = providers.open_graph(write_graph("graph.onnx", (32, 48)), "cpu")

    with pytest.raises(ProviderError, match=r"graph\.onnx: failed on CPUExecutionProvider"):
        graph.ask(np.zeros((10, 10), np.uint8))


def test_what_is_no_graph_is_refused_in_one_line(tmp_path):
    file = tmp_path / "graph.onnx"
    file.write_bytes(b"not a graph")

    with pytest.raises(ModelFileError, match=r"graph\.onnx: not a graph") as caught:
        providers.open_graph(file, "cpu")

    assert "\n" not in str(caught.value)


def test_a_graph_that_lacks_an_output_breaks_the_contract(write_graph):
    file = write_graph("graph.onnx", (32, 48), leave_out="confidence")

    with pytest.raises(ModelFileError, match=r"breaks the contract.*no output confidence"):
        providers.open_graph(file, "cpu")


def test_a_graph_that_wants_floats_breaks_the_contract(write_graph):
    file = write_graph("graph.onnx", (32, 48), input_type=TensorProto.FLOAT)

    with pytest.raises(ModelFileError, match=r"expected one input, image tensor\(uint8\)"):
        providers.open_graph(file, "cpu")


def test_an_error_that_a_model_does_not_guess_is_nan(write_graph):
    graph = providers.open_graph(write_graph("graph.onnx", (32, 48)), "cpu")

    answer = graph.ask(np.zeros((32, 48), np.uint8))

    assert np.isnan(answer.expected_errors_px).all()

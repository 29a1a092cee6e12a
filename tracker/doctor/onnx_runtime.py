"""Does ONNX Runtime load, is it installed once, and where do graphs really run?"""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from models.errors import ModelError
from models.machine import rival_packages
from tracker.doctor.case import Case
from tracker.doctor.finding import Finding, fault, fault_of, ok, warning
from tracker.doctor.packages import installed_of

_REINSTALL = "pip install --force-reinstall onnxruntime-gpu (without an NVIDIA GPU: onnxruntime)"


def examine() -> list[Finding]:
    """Load it."""
    wheels = installed_of(tuple(rival_packages()))
    try:
        importlib.import_module("models.providers")
    except ImportError as error:
        return [fault(f"ONNX Runtime cannot be loaded: {error}", _REINSTALL)]
    rivals = judge_wheels(wheels)
    told = ", ".join(f"{name} {version}" for name, version in wheels.items())
    return [rivals or ok(f"{told or 'ONNX Runtime, not from a wheel,'} loads")]


def judge_wheels(wheels: Mapping[str, str]) -> Finding | None:
    """Complain of several; None where there is at most one.

    >>> judge_wheels({"onnxruntime": "1.20", "onnxruntime-gpu": "1.20"}).remedy
    'pip uninstall -y onnxruntime onnxruntime-gpu && pip install onnxruntime-gpu'
    """
    if len(wheels) < 2:
        return None
    keep = next((name for name in wheels if name != "onnxruntime"), "onnxruntime")
    return fault(
        f"{' and '.join(wheels)} are both installed: the GPU is then lost in silence",
        f"pip uninstall -y {' '.join(wheels)} && pip install {keep}",
    )


def examine_provider(case: Case) -> list[Finding]:
    """Open the shipped graph as config.yaml says, and see where it runs."""
    try:
        from models.contract import SHIPPED_MANIFEST, load_model
        from models.providers import open_graph, why_no_cuda

        wanted = case.config.detector.provider
        really = open_graph(load_model(SHIPPED_MANIFEST).track_file, wanted).provider
        lacking = why_no_cuda() if wanted == "auto" else None
    except (ImportError, ModelError) as error:
        return [fault_of(error, "set detector.provider to auto or cpu")]
    return [judge_provider(wanted, really, lacking)]


def judge_provider(wanted: str, really: str, lacking: str | None) -> Finding:
    """Judge where a graph runs; `lacking` is why CUDA cannot be asked for.

    >>> judge_provider("auto", "CPUExecutionProvider", "no NVIDIA driver here (...)").verdict
    'ok'
    >>> judge_provider("auto", "CPUExecutionProvider", None).verdict
    'warning'
    """
    device = really.removesuffix("ExecutionProvider")
    if wanted == "cpu" or device == "CUDA":
        return ok(f"detector.provider: {wanted} runs on the {device}")
    if lacking is None:
        return warning(
            "a GPU is there, but CUDA's libraries do not load: the detector runs on the CPU",
            "pip install 'onnxruntime-gpu[cuda,cudnn]'",
        )
    says = f"detector.provider: {wanted} runs on the {device}: {lacking}"
    if "no NVIDIA driver" in lacking:
        return ok(says)
    return warning(says, "update the NVIDIA driver, or install the onnxruntime-gpu that fits it")

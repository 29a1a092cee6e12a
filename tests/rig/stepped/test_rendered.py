"""The real network on rendered frames, in stepped time."""

import pytest

pytestmark = pytest.mark.rig


def test_the_shipped_network_keeps_a_rendered_head_in_the_field(run_rig):
    summary = run_rig("roam", seconds=1.5, seed=2, is_rendered=True).summary

    assert summary["head_found"] > 0.97
    assert summary["within_50_um"] == 1.0
    assert summary["error_um"]["rms"] < 15.0

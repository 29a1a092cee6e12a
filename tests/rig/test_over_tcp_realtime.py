"""The simulated rig as Windows runs it: no pseudo terminal, and no descriptor to wait on."""

import pytest

pytestmark = pytest.mark.realtime


def test_a_session_runs_over_tcp_as_over_a_pseudo_terminal(start_session):
    session = start_session("--duration", "3s", over_tcp=True)
    port = (session.place.folder / "stage.port").read_text()

    status = session.await_end()

    assert port.startswith("socket://127.0.0.1:")
    assert status == 0, session.said()
    assert len([line for line in session.heard() if line.meaning.startswith("velocity x")]) > 60
    assert session.heard()[-1].meaning.startswith("halt")

"""What holds for all tests."""

import pytest

# A test that starts real processes may be starved by whatever else the machine does. It is then
# asked again; what it asserts stays the same.
REALTIME_RERUNS = 2


def pytest_collection_modifyitems(items):
    for item in items:
        if item.get_closest_marker("realtime"):
            item.add_marker(pytest.mark.flaky(reruns=REALTIME_RERUNS, reruns_delay=1))

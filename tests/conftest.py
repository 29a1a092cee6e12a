"""What holds for all tests."""

import shutil

import pytest
from hypothesis import settings

# How long an example takes says something of the machine, not of the property.
settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")

# A test that starts real processes may be starved by whatever else the machine does. It is then
# asked again; what it asserts stays the same.
REALTIME_RERUNS = 2


def pytest_collection_modifyitems(items):
    for item in items:
        if item.get_closest_marker("realtime"):
            item.add_marker(pytest.mark.flaky(reruns=REALTIME_RERUNS, reruns_delay=1))


@pytest.fixture
def browse():
    """A function that opens a page in a real browser; skipped where there is none."""
    found = [shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")]
    path = next(filter(None, found), None)
    if path is None:
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])

        def opened(address):
            page = browser.new_page()
            page.on("pageerror", lambda error: pytest.fail(f"the page's script failed: {error}"))
            page.goto(address)
            return page

        yield opened
        browser.close()

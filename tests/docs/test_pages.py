"""Every command in docs/ and README.md really runs: the pages cannot go stale unseen.

In a page, a fenced block of `sh` holds commands and one of `python` a program; they are run in
the page's order in one empty folder, so that a later one finds what an earlier one made. A line
`<!-- not run: why -->` before a block leaves it out, and says why.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]
BLOCK = re.compile(
    r"(?P<mark><!-- (?:not run|command): [^\n]*-->\n+)?"
    r"```(?P<language>sh|python)\n(?P<text>.*?)```",
    re.DOTALL,
)


def programs(page: Path) -> list[list[str]]:
    """Return what a page asks its reader to run, as argument lists."""
    found: list[list[str]] = []
    for block in BLOCK.finditer(page.read_text(encoding="utf-8")):
        if block["mark"]:
            continue
        if block["language"] == "python":
            found.append([sys.executable, "-W", "error", "-c", "import wormlock\n" + block["text"]])
            continue
        for line in block["text"].replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if words:
                assert words[0] == "wormlock", f"{page.name}: cannot run {line!r} in a test"
                found.append([sys.executable, "-P", "-m", "wormlock", *words[1:]])
    return found


@pytest.mark.realtime
@pytest.mark.timeout(400)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_commands_of_a_page_run(page, tmp_path):
    environment = os.environ | {"PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"}

    for program in programs(page):
        ended = subprocess.run(
            program, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

        said = f"{shlex.join(program)}\n{ended.stdout[-2000:]}\n{ended.stderr[-2000:]}"
        assert ended.returncode == 0, said


def test_every_page_is_listed_in_the_index():
    index = (ROOT / "README.md").read_text(encoding="utf-8")

    missing = [page.name for page in PAGES[:-1] if f"docs/{page.name}" not in index]

    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_links_of_a_page_lead_somewhere(page):
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))

    missing = [target for target in targets if not (page.parent / target).exists()]

    assert missing == []

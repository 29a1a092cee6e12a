"""What a notebook imports."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEAVY = "{'numpy', 'cv2', 'pandas', 'pydantic', 'zmq'}"


def test_importing_wormlock_loads_nothing_heavy():
    program = f"import sys, wormlock; print(sorted({HEAVY} & set(sys.modules)))"

    said = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert said.stdout.strip() == "[]"

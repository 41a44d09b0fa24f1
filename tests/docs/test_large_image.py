"""The image that does not fit: the same command on one of 600 x 700, which it compares with the whole."""

import re
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "docs" / "large_image.py"


def test_600_by_700():
    words = [sys.executable, SCRIPT, "--size", "600", "700", "--tile", "128"]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert said.startswith("600 x 700 pixels: 0.4 MB read, 1.7 MB written in ")
    assert "30 of 30 tiles" in said
    assert float(re.search(r"memory grew by (\d+) MB", said)[1]) < 200
    assert float(re.search(r"largest difference from the whole: (\S+)", said)[1]) < 1e-5

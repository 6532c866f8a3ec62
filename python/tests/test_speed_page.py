"""The page on speed has no number of its own: those of its tables stand in BENCHMARKS.md."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NUMBER = re.compile(r"\d[\d,.]*")


def test_the_numbers_of_its_tables_are_measured():
    measured = set(NUMBER.findall((ROOT / "BENCHMARKS.md").read_text()))
    rows = [line for line in (ROOT / "docs" / "explanation" / "speed.md").read_text().splitlines() if line[:1] == "|"]
    numbers = {number.rstrip(",.") for row in rows for number in NUMBER.findall(row)}
    assert len(numbers) > 20
    assert numbers <= {number.rstrip(",.") for number in measured}

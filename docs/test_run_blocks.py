"""Tests of run_blocks.py: what it runs, what it refuses, and that a broken block fails."""

import subprocess
import sys
from pathlib import Path

RUNNER = Path(__file__).with_name("run_blocks.py")


def run(place: Path, page: str) -> tuple[int, str]:
    """Runs a page in place of a page of the site, with an empty demo."""
    (place / "demo").mkdir()
    (place / "page.md").write_text(page)
    command = [sys.executable, RUNNER, "--demo", place / "demo", "--timeout", "2", place / "page.md"]
    ended = subprocess.run(command, capture_output=True, text=True)
    return ended.returncode, ended.stdout + ended.stderr


def test_blocks_run_in_order_in_one_namespace(tmp_path):
    page = """
```sh
echo 3 > number
```
:::{note}
```python
number = int(open("number").read())
```
:::
```text
not code
```
- A list:

  ```python
  assert number == 3
  ```
"""
    status, output = run(tmp_path, page)
    assert status == 0, output
    assert "3 blocks to run, 0 not run; all passed" in output


def test_a_broken_python_block_fails_with_the_page_and_its_line(tmp_path):
    status, output = run(tmp_path, "# Title\n\n```python\nx = 1\nassert x == 2\n```\n```sh\nfalse\n```\n")
    assert status == 1
    assert 'page.md", line 5' in output and "assert x == 2" in output and "did not run" in output


def test_a_broken_shell_block_fails_with_its_output(tmp_path):
    status, output = run(tmp_path, "```sh\necho before\nfalse\necho after\n```\n")
    assert status == 1
    assert "    before" in output and "    after" not in output


def test_a_block_that_takes_too_long_fails(tmp_path):
    status, output = run(tmp_path, "```sh\nsleep 60\n```\n")
    assert status == 1 and "takes longer than 2 s" in output


def test_a_block_is_left_out_with_a_reason_only(tmp_path):
    status, output = run(tmp_path, "<!-- not run: needs a GPU -->\n```python\n1 / 0\n```\n")
    assert status == 0 and "not run: needs a GPU" in output
    (tmp_path / "demo").rmdir()
    status, output = run(tmp_path, "<!-- not run -->\n```python\n1 / 0\n```\n")
    assert status == 1 and "page.md:1: `not run` has no reason" in output


def test_code_that_nothing_runs_is_refused(tmp_path):
    status, output = run(tmp_path, "```rust\nfn main() {}\n```\n")
    assert status == 1 and "page.md:1: rust does not run" in output


def test_a_page_cannot_end_early_or_hide_a_failure(tmp_path):
    hidden = {
        "exit": "```python\nimport sys; sys.exit(0)\n```\n",
        "pipe": "```sh\nfalse | cat\n```\n",
        "tildes": "~~~python\nassert False\n~~~\n",
        "quoted": "> ```python\n> assert False\n> ```\n",
        "notebook": "```{code-cell} ipython3\n!false\n```\n",
        "tag": "```{code-cell} ipython3\n:tags: [raises-exception]\n\nassert False\n```\n",
    }
    for name, page in hidden.items():
        (place := tmp_path / name).mkdir()
        status, output = run(place, page)
        assert status == 1, (name, output)

"""`python -m atemoya.cherimoya fit --resume` goes on with the next batch, to the same weights."""

import json
import os
import signal
import sys

import pytest
from cherimoya_runs import differing, numba_runs, outputs, parameters, written  # noqa: F401

pytestmark = pytest.mark.usefixtures("numba_runs")
BATCHES = 7


@pytest.fixture
def fit(atemoya, training, tmp_path, monkeypatch):
    """Runs `fit` in a folder of the test, and returns what it wrote."""
    from atemoya.cherimoya import main

    def run(name: str, values: dict, *more: str) -> dict:
        monkeypatch.chdir(written(tmp_path / name, values))
        monkeypatch.setattr(sys, "argv", ["atemoya.cherimoya", "fit", "-p", "fit.json", *more])
        main()
        return outputs(tmp_path / name)

    return run


@pytest.fixture
def values(simulated):
    """The first epoch is the best one, and fitting ends after two more. After the first one, the
    weights of the two losses are frozen.
    """
    return parameters(simulated, max_epochs=5, early_stopping=2, lw_lr=1.0, random_state=1, num_workers=1)


@pytest.fixture
def stops(atemoya, training, monkeypatch):
    """Has a signal come in the next fit: in a batch, or in a validation."""
    from atemoya.cherimoya._module import Module

    def at(batches: int, hook: str = "training_step") -> None:
        seen, replaced = [], getattr(Module, hook)

        def patched(self, *arguments):
            seen.append(arguments)
            if len(seen) == batches:
                os.kill(os.getpid(), signal.SIGINT)
            return replaced(self, *arguments)

        monkeypatch.setattr(Module, hook, patched)

    return at


# Within the first epoch, within the second, on its last batch, and while it is validated.
@pytest.mark.parametrize(("batches", "hook"), [
    (2, "training_step"), (BATCHES + 3, "training_step"), (2 * BATCHES, "training_step"), (2, "validation_step")])
def test_an_interrupted_fit_goes_on(fit, stops, values, tmp_path, monkeypatch, capsys, batches, hook):
    whole = fit("whole", values)
    stops(batches, hook)
    with pytest.raises(SystemExit) as ended:
        fit("stopped", values)
    assert ended.value.code == 1 and "--resume goes on with the next batch" in capsys.readouterr().err
    assert {"tiny.resume.ckpt", "tiny.final.torch"} & {path.name for path in (tmp_path / "stopped").iterdir()} == {
        "tiny.resume.ckpt"}
    monkeypatch.undo()
    assert differing(whole, fit("stopped", values, "--resume")) == []
    assert [row[-1] for row in whole["tiny.log"]] == ["Saved?", "True", "False", "False"]


def test_a_drawn_seed_is_kept_and_other_parameters_are_refused(fit, stops, values, tmp_path, monkeypatch):
    stops(3)
    with pytest.raises(SystemExit):
        fit("stopped", {**values, "random_state": None})
    monkeypatch.undo()
    for changes, words in ((dict(random_state=4), "random_state"), (dict(adam_lr=0.1, out_window=90),
                                                                    "adam_lr, out_window")):
        with pytest.raises(SystemExit, match=f"other parameters: {words}. Restore"):
            fit("stopped", {**values, "random_state": None, **changes}, "--resume")
    found = fit("stopped", {**values, "random_state": None, "num_workers": 2}, "--resume")
    seed = json.loads(found["tiny.validation.evaluate.json"])["random_state"]
    assert isinstance(seed, int)
    whole = fit("whole", {**values, "random_state": seed, "num_workers": 2})
    assert differing(whole, found) == ["fit.json"]
    with pytest.raises(SystemExit, match="that fit has ended"):
        fit("whole", {**values, "random_state": seed}, "--resume")


def test_nothing_to_resume_and_nothing_resumed(fit, stops, values, tmp_path, monkeypatch, capsys):
    values["max_epochs"] = 1
    begun = fit("begun", values, "--resume")
    assert "there is no tiny.resume.ckpt to resume: the fit begins" in capsys.readouterr().err
    stops(3)
    with pytest.raises(SystemExit):
        fit("stopped", values)
    monkeypatch.undo()
    assert differing(begun, fit("stopped", values)) == []
    assert "tiny.resume.ckpt of an interrupted fit is not used" in capsys.readouterr().err

"""cherimoya's own training function gives the same losses with our data set."""

from pathlib import Path

import pytest
from cherimoya_runs import without_times

CONTIGS = dict(training_chroms=["chr1", "chr10"], validation_chroms=["chr2"])


@pytest.fixture(scope="module")
def model(training):
    import torch
    from cherimoya import Cherimoya

    def make(folder: Path, controls: int) -> Cherimoya:
        torch.manual_seed(0)
        return Cherimoya(n_filters=8, n_layers=2, signal_groups=[2], n_control_tracks=controls, trimming=50,
                         name=str(folder / "tiny"), compile=False, verbose=False, random_state=0)

    return make


@pytest.fixture(scope="module")
def validation(training, simulated):
    from tangermeme.io import extract_loci

    arguments = simulated.arguments()
    return extract_loci(loci=arguments["peaks"], sequences=arguments["sequences"], signals=arguments["signals"][0],
                        in_signals=arguments["controls"], chroms=CONTIGS["validation_chroms"], in_window=200,
                        out_window=100, summits=True, ignore=list("QWERYUIOPSDFHJKLZXVBNM"))


@pytest.mark.parametrize(("workers", "controls"), [(0, True), (1, True), (2, False)])
def test_fit_gives_the_same_losses(atemoya, cherimoya_io, training, simulated, validation, model, tmp_path,
                                   workers, controls):
    arguments = simulated.arguments(chroms=CONTIGS["training_chroms"])
    if not controls:
        arguments["controls"] = None
    logs = {}
    for module in (cherimoya_io, atemoya):
        folder = tmp_path / module.__name__
        folder.mkdir()
        dataset = module.PeakGenerator(**arguments).dataset
        X, y, *rest = validation
        training.fit(model(folder, int(controls)), dataset, X, y, X_ctl_valid=rest[0] if controls else None,
                     max_epochs=2, accelerator="cpu", devices=1, batch_size=16, num_workers=workers)
        logs[module] = [without_times(folder / f"tiny{part}.log") for part in ("", ".detailed")]
    assert logs[atemoya] == logs[cherimoya_io]
    assert len(logs[atemoya][0]) == 3, "a header and two epochs"

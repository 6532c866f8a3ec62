"""What objects say of themselves, in a line and in notebooks."""

import copy
import pickle
import re

import numpy as np
import pytest
from demo_files import demo_files


@pytest.fixture(scope="module")
def demo(atemoya, simulated, tmp_path_factory):
    return demo_files(atemoya, simulated, tmp_path_factory.mktemp("demo"))


@pytest.fixture
def said(demo, monkeypatch):
    """Returns a function that returns `repr`, with N for each number of loci or batches."""
    monkeypatch.chdir(demo)

    def said(item) -> str:
        text = repr(item)
        assert "\n" not in text
        return re.sub(r"\b\d+ (?=of \d+ kept|peaks|negatives|batches|examples an)", "N ", text)

    return said


def test_a_store(atemoya, said):
    store = atemoya.Store("demo.atemoya")
    assert said(store) == ("Store('demo.atemoya': 3 contigs, 0.1 Mb; with sequence; signals signal; controls control; "
                           "loci default)")
    html = store._repr_html_()
    assert html.startswith("<table>") and html.endswith("</table>")
    for text in ("demo.atemoya", "<td>3 contigs, 0.1 Mb</td>", "<th>loci</th><td>default</td>"):
        assert text in html


def test_names_in_html_are_escaped(atemoya, simulated, tmp_path):
    store = atemoya.pack(tmp_path / "a<b.atemoya", fasta=simulated.file("genome.fa"))
    assert "a&lt;b.atemoya" in store._repr_html_() and "a<b" not in store._repr_html_()
    assert "signals none; controls none; loci none" in repr(store)


def test_a_loader(atemoya, said):
    loader = atemoya.Loader("demo.atemoya", batch_size=16, rank=1, world_size=2, num_workers=0)
    assert said(loader) == ("Loader('demo.atemoya': N peaks, N negatives; N batches of 16 an epoch; order native; "
                            "rank 1 of 2)")
    assert "rank" not in repr(atemoya.Loader("demo.atemoya", num_workers=0))


def test_a_batch(atemoya, said):
    batch = next(iter(atemoya.Loader("demo.atemoya", batch_size=16, num_workers=0)))
    assert said(batch) == ("Batch(epoch 0, index 0, 16 examples: sequence int8 (16, 4, 2114), controls float32 "
                           "(16, 1, 2114), signal float32 (16, 2, 1000))")


def test_a_loader_of_torch(atemoya, said):
    loader = atemoya.PeakGenerator(store="demo.atemoya", random_state=7, batch_size=16, num_workers=0)
    name = str(loader.dataset._source.store)
    data = (f"GenomeSampler('{name}': N peaks, N negatives; N examples an epoch; in_window 2114, out_window 1000, "
            "max_jitter 50; order cherimoya)")
    assert said(loader.dataset) == data
    assert said(loader) == f"PeakLoader(batches of 16 of {data})"


def test_a_data_set_of_arrays(atemoya, said):
    x, y = np.zeros((8, 4, 20), "int8"), np.zeros((8, 1, 10), "float32")
    data = atemoya.PeakNegativeSampler(x, y, x, y, in_window=20, out_window=10, random_state=0, order="native")
    assert said(data) == ("PeakNegativeSampler(N peaks, N negatives; N examples an epoch; in_window 20, out_window 10, "
                          "max_jitter 0; order native)")


def test_a_ledger(atemoya, said):
    ledger = atemoya.Loader("demo.atemoya", chroms=["chr1"], num_workers=0).ledger
    assert re.fullmatch(r"Ledger\(peaks: N of 150 kept, contig 100, .*; negatives: N of 200 kept, contig 133.*\)",
                        said(ledger))
    html = ledger._repr_html_()
    assert "<tr><th>on contigs that are not used</th><td>100</td><td>133</td></tr>" in html
    assert "min_counts" not in html, "rules that left nothing out have no row"
    for same in (copy.deepcopy(ledger), pickle.loads(pickle.dumps(ledger))):
        assert type(same) is type(ledger) and same == ledger == dict(ledger)

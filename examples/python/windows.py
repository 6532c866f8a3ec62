"""Shows a window of a store and its first training batch, with numpy alone.

python examples/python/windows.py demo.atemoya chr1 100000
"""

import argparse

import atemoya


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store")
    parser.add_argument("contig")
    parser.add_argument("start", type=int, help="0-based")
    parser.add_argument("--width", type=int, default=60)
    arguments = parser.parse_args()

    store = atemoya.Store(arguments.store)
    [sequence] = store.sequence(arguments.contig, arguments.start, arguments.width)
    letters = "".join("ACGT"[column.argmax()] if column.any() else "N" for column in sequence.T)
    print(f"{arguments.contig}:{arguments.start}-{arguments.start + arguments.width} {letters}")
    [signal] = store.signal(arguments.contig, arguments.start, arguments.width)
    names = [track for tracks in store.signals.values() for track in tracks]
    for name, values in zip(names, signal):
        print(f"{name}: {values.sum():g} in all, at most {values.max():g}")

    if store.loci:
        loader = atemoya.Loader(store, loci=store.loci[0], batch_size=64)
        batch = next(iter(loader))
        print(f"{batch}: X {batch.sequence.shape}, y {batch.signal.shape}, {batch.labels.sum()} peaks")
        # Exclusion lists and bounds of counts come from the index, the windows from the loader.
        print(f"kept: {loader.ledger['peaks']['kept']} peaks, {loader.ledger['negatives']['kept']} negatives")


if __name__ == "__main__":
    main()

"""Trains a small BPNet-like model on a CPU, saves the loader's state half-way, and resumes it.

cargo run --release --bin atemoya -- demo --keep /tmp/demo          # simulated data
python examples/python/train.py --sequences /tmp/demo/genome.fa \\
    --peaks /tmp/demo/peaks.narrowPeak --negatives /tmp/demo/negatives.bed \\
    --exclusion-lists /tmp/demo/exclusion.bed \\
    --signals /tmp/demo/signal.plus.bw,/tmp/demo/signal.minus.bw --controls /tmp/demo/control.bw
"""

import argparse
import itertools
import json
from pathlib import Path

import torch
from torch import nn
from torch.nn.functional import log_softmax, mse_loss, relu

from atemoya import PeakGenerator, PeakLoader


def group(argument: str) -> str | list[str]:
    """Returns a group: `plus.bw,minus.bw` is a stranded one, `a.bw` an unstranded one."""
    files = argument.split(",")
    return files if len(files) > 1 else files[0]


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sequences", required=True, metavar="FASTA")
    parser.add_argument("--peaks", required=True, nargs="+", metavar="BED", help="narrowPeak, with summits")
    parser.add_argument("--negatives", required=True, nargs="+", metavar="BED")
    parser.add_argument("--exclusion-lists", nargs="+", metavar="BED")
    parser.add_argument("--signals", required=True, nargs="+", type=group, metavar="BW[,BW]")
    parser.add_argument("--controls", nargs="+", type=group, metavar="BW[,BW]")
    parser.add_argument("--chroms", nargs="+")
    parser.add_argument("--in-window", type=int, default=2114)
    parser.add_argument("--out-window", type=int, default=1000)
    parser.add_argument("--steps", type=int, default=20, help="before and after the checkpoint (default: 20)")
    parser.add_argument("--checkpoint", type=Path, default=Path("loader.json"))
    return parser.parse_args()


class Model(nn.Module):
    """Dilated convolutions over the sequence; a profile per track and the logarithm of the total
    count."""

    def __init__(self, tracks: int, controls: int, out_window: int, filters: int = 16, layers: int = 4):
        super().__init__()
        self.out_window = out_window
        self.first = nn.Conv1d(4, filters, 21, padding=10)
        self.dilated = nn.ModuleList(
            nn.Conv1d(filters, filters, 3, padding=2**i, dilation=2**i) for i in range(1, layers + 1))
        self.profile = nn.Conv1d(filters + controls, tracks, 75, padding=37)
        self.count = nn.Linear(filters, 1)

    def forward(self, sequence: torch.Tensor, controls: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor]:
        hidden = relu(self.first(sequence))
        for layer in self.dilated:
            hidden = hidden + relu(layer(hidden))
        inputs = hidden if controls is None else torch.cat([hidden, torch.log1p(controls)], dim=1)
        trim = (sequence.shape[-1] - self.out_window) // 2
        profile = self.profile(inputs)[:, :, trim:trim + self.out_window]
        return profile, self.count(hidden.mean(dim=-1)).squeeze(-1)


def loss_of(model: Model, batch: list[torch.Tensor]) -> torch.Tensor:
    sequence, *controls, signal, _labels = batch
    profile, count = model(sequence.float(), controls[0] if controls else None)
    total = signal.sum(dim=(1, 2))
    profile_loss = -(signal.flatten(1) * log_softmax(profile.flatten(1), dim=1)).sum(dim=1) / total.clamp(min=1)
    return profile_loss.mean() + mse_loss(count, torch.log1p(total))


def train(model: Model, optimizer: torch.optim.Optimizer, loader: PeakLoader, steps: int) -> None:
    """Takes `steps` steps; each pass over the loader is its next epoch."""
    batches = itertools.chain.from_iterable(itertools.repeat(loader))
    for step, batch in enumerate(itertools.islice(batches, steps), 1):
        optimizer.zero_grad()
        loss = loss_of(model, batch)
        loss.backward()
        optimizer.step()
        if step % 5 == 0 or step == steps:
            print(f"  step {step:3}: loss {loss.item():.4f}")


def main() -> None:
    args = parse()
    torch.manual_seed(0)

    def generator():
        return PeakGenerator(
            args.peaks, args.negatives, args.sequences, args.signals, args.controls, chroms=args.chroms,
            in_window=args.in_window, out_window=args.out_window, summits=True, exclusion_lists=args.exclusion_lists,
            random_state=0, num_workers=1, batch_size=32, verbose=True)

    loader = generator()
    data = loader.dataset
    print(f"{data.n_peaks} peaks, {data.n_negatives} negatives, {len(loader)} batches an epoch")
    tracks = data.peak_signals.shape[1]
    controls = data.peak_controls.shape[1] if args.controls else 0
    model = Model(tracks, controls, args.out_window)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    train(model, optimizer, loader, args.steps)

    args.checkpoint.write_text(json.dumps(loader.state_dict()))
    print(f"the loader's state is in {args.checkpoint}: {args.checkpoint.read_text()}")

    loader = generator()  # as in a new process; model and optimizer have state_dict() of their own
    loader.load_state_dict(json.loads(args.checkpoint.read_text()))
    train(model, optimizer, loader, args.steps)


if __name__ == "__main__":
    main()

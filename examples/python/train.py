"""Trains a small BPNet-like model, validates it after each epoch, and resumes where it was stopped.

On the demo's data, 2 epochs on three contigs take one to two minutes on a CPU:

atemoya demo --keep demo
python examples/python/train.py --sequences demo/genome.fa \\
    --peaks demo/peaks.narrowPeak --negatives demo/negatives.bed \\
    --exclusion-lists demo/exclusion.bed \\
    --signals demo/signal.plus.bw,demo/signal.minus.bw --controls demo/control.bw \\
    --chroms chr1 chr2 chr3 --validation-chroms chr4

Add --out DIR to save checkpoints, and --resume to go on from the last one, within an epoch too.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import torch
from loaders import parse, training, validation
from model import Model, loss_of, validate


def progress(batches: Iterable, epoch: int, done: int, total: int) -> Iterator:
    """Yields batches, and shows how many of the epoch's are done: a bar if tqdm is installed."""
    try:
        from tqdm.auto import tqdm
    except ImportError:
        for number, batch in enumerate(batches, done + 1):
            yield batch
            if number % 50 == 0:
                print(f"epoch {epoch}: batch {number} of {total}")
    else:
        yield from tqdm(batches, desc=f"epoch {epoch}", initial=done, total=total, leave=False)


def save(path: Path, model, optimizer, loader) -> None:
    """Saves a checkpoint; the one before is whole until this one is."""
    parts = {"model": model, "optimizer": optimizer, "loader": loader}
    new = path.with_suffix(".new")
    torch.save({name: part.state_dict() for name, part in parts.items()}, new)
    os.replace(new, path)


def model_and_optimizer(args, loader, device: torch.device, checkpoint: Path | None):
    """Makes a model for the loader's batches, and its optimizer; with --resume all three go on from
    the checkpoint.
    """
    data = loader.dataset
    model = Model(sum(data.signal_groups), sum(data.control_groups), args.out_window).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    if args.resume and checkpoint.exists():
        saved = torch.load(checkpoint, map_location=device, weights_only=True)
        for name, part in {"model": model, "optimizer": optimizer, "loader": loader}.items():
            part.load_state_dict(saved[name])
    return model, optimizer


def main() -> None:
    args = parse(__doc__)
    torch.manual_seed(args.random_state)
    # It was run on CPUs alone.
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    loader, held_out = training(args), validation(args)
    data = loader.dataset
    print(f"{data.n_peaks} peaks, {data.n_negatives} negatives, {len(loader)} batches an epoch")

    checkpoint = args.out / "train.pt" if args.out else None
    model, optimizer = model_and_optimizer(args, loader, device, checkpoint)
    state = loader.state_dict()  # epoch and step of the next batch
    if state["step"] or state["epoch"]:
        print(f"resumed at epoch {state['epoch']}, batch {state['step']}")
    done = state["step"]
    for epoch in range(state["epoch"], args.epochs):
        losses = []
        for step, batch in enumerate(progress(loader, epoch, done, len(loader)), done + 1):
            loss = loss_of(model, [part.to(device, non_blocking=True) for part in batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
            if checkpoint and step % args.save_every == 0:
                save(checkpoint, model, optimizer, loader)
        done = 0
        line = f"epoch {epoch}: loss {torch.stack(losses).mean():.4f}" if losses else f"epoch {epoch}: no batch left"
        if held_out:
            loss, correlation = validate(model, held_out, device)
            line += f", validation loss {loss:.4f}, correlation of log counts {correlation:.3f}"
        print(line)
        if checkpoint:
            save(checkpoint, model, optimizer, loader)
    if checkpoint:
        print(f"the checkpoint is {checkpoint}")


if __name__ == "__main__":
    main()

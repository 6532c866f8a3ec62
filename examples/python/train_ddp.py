"""Trains a small BPNet-like model on several processes with PyTorch's DistributedDataParallel.

On the demo's data, 2 epochs on three contigs take one to two minutes with two processes on a CPU of
two cores:

atemoya demo --keep demo
torchrun --standalone --nproc-per-node 2 -- examples/python/train_ddp.py \\
    --sequences demo/genome.fa --peaks demo/peaks.narrowPeak --negatives demo/negatives.bed \\
    --exclusion-lists demo/exclusion.bed \\
    --signals demo/signal.plus.bw,demo/signal.minus.bw --controls demo/control.bw \\
    --chroms chr1 chr2 chr3 --validation-chroms chr4

The -- keeps torchrun from taking --signals for its own --signals-to-handle.

Add --out DIR to save checkpoints, and --resume to go on from the last one, within an epoch too, and
with another number of processes if you like.
"""

import torch
import torch.distributed as dist
from loaders import parse, training, validation
from model import loss_of, validate
from torch.nn.parallel import DistributedDataParallel
from train import model_and_optimizer, progress, save


def main() -> None:
    args = parse(__doc__)
    cuda = torch.cuda.is_available()  # it was run on CPUs alone
    dist.init_process_group("nccl" if cuda else "gloo")
    rank, world_size = dist.get_rank(), dist.get_world_size()
    device = torch.device("cuda", rank % torch.cuda.device_count()) if cuda else torch.device("cpu")
    torch.manual_seed(args.random_state)

    if rank == 0:
        training(args, rank=0, world_size=1)  # packs the files, once
    dist.barrier()
    # This rank's slice of every batch: batch_size counts the examples of all ranks.
    loader = training(args, rank=rank, world_size=world_size)
    held_out = validation(args, rank=0, world_size=1) if rank == 0 else None
    checkpoint = args.out / "train_ddp.pt" if args.out else None
    # The loader's state is the same on every rank.
    model, optimizer = model_and_optimizer(args, loader, device, checkpoint)
    shared = DistributedDataParallel(model, device_ids=[device.index] if cuda else None)

    state = loader.state_dict()
    done = state["step"]
    if rank == 0:
        ranks = "1 rank" if world_size == 1 else f"{world_size} ranks"
        print(f"{len(loader)} batches an epoch on {ranks}; from epoch {state['epoch']}, batch {done}")
    for epoch in range(state["epoch"], args.epochs):
        losses = []
        batches = progress(loader, epoch, done, len(loader)) if rank == 0 else loader
        for step, batch in enumerate(batches, done + 1):
            loss = loss_of(shared, [part.to(device, non_blocking=True) for part in batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
            if checkpoint and rank == 0 and step % args.save_every == 0:
                save(checkpoint, model, optimizer, loader)
        done = 0
        mean = torch.stack(losses).mean() if losses else torch.zeros((), device=device)
        dist.all_reduce(mean)
        if rank == 0:
            line = f"epoch {epoch}: loss {mean / world_size:.4f}"
            if held_out:
                loss, correlation = validate(model, held_out, device)
                line += f", validation loss {loss:.4f}, correlation of log counts {correlation:.3f}"
            print(line)
            if checkpoint:
                save(checkpoint, model, optimizer, loader)
        dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    main()

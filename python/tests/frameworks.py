"""Run by torchrun: frameworks that share the examples of a loader out among two ranks; the argument
is a JSON file.

Each function below takes a function that makes a loader, and returns the batches of two epochs that
this rank has got.
"""

import importlib
import json
import os
import sys
import warnings
from pathlib import Path

import torch
import torch.distributed
from torch.utils.data import DataLoader, DistributedSampler, IterableDataset, SequentialSampler

EPOCHS = 2


def cloned(batches) -> list:
    return [[part.clone() for part in batch] for batch in batches]


def loader_alone(make):
    loader = make()
    return [cloned(loader) for _ in range(EPOCHS)]


def distributed_sampler(make):
    """PyTorch's own sampler over the data set, which shuffles by itself."""
    loader = make()
    sampler = DistributedSampler(loader.dataset, shuffle=False)
    shared = DataLoader(loader.dataset, sampler=sampler, batch_size=loader.batch_size)
    return [cloned(shared) for _ in range(EPOCHS)]


def workers_of_a_distributed_sampler(make):
    loader = make()
    shared = DataLoader(loader.dataset, sampler=DistributedSampler(loader.dataset, shuffle=False), num_workers=2,
                        batch_size=loader.batch_size, persistent_workers=True, timeout=60)
    return [cloned(shared) for _ in range(EPOCHS)]


def ray_train(make):
    """What ray.train.torch.prepare_data_loader does with a loader (Ray itself is large, and needs a
    cluster).
    """
    loader = make()
    if not isinstance(loader.sampler, DistributedSampler) and not isinstance(loader.dataset, IterableDataset):
        shuffle = not isinstance(loader.sampler, SequentialSampler)
        loader = DataLoader(loader.dataset, batch_size=loader.batch_size, num_workers=loader.num_workers,
                            collate_fn=loader.collate_fn, sampler=DistributedSampler(loader.dataset, shuffle=shuffle))
    epochs = []
    for epoch in range(EPOCHS):
        loader.sampler.set_epoch(epoch)
        epochs.append(cloned(loader))
    return epochs


def prepared_by_accelerate(make, **options):
    from accelerate import Accelerator
    from accelerate.utils import DataLoaderConfiguration

    loader = Accelerator(cpu=True, dataloader_config=DataLoaderConfiguration(**options)).prepare(make())
    return [cloned(loader) for _ in range(EPOCHS)]


def accelerate(make):
    return prepared_by_accelerate(make)


def accelerate_that_splits_batches(make):
    return prepared_by_accelerate(make, split_batches=True)


def accelerate_that_dispatches(make):
    return prepared_by_accelerate(make, dispatch_batches=True)


def accelerate_with_torchdata(make):
    return prepared_by_accelerate(make, use_stateful_dataloader=True)


def accelerate_resumed(make):
    """The second epoch, of which the first loader gives three batches and another one the rest."""
    from accelerate import Accelerator
    from accelerate.utils import DataLoaderConfiguration

    accelerator = Accelerator(cpu=True, dataloader_config=DataLoaderConfiguration(use_stateful_dataloader=True))
    first, second = accelerator.prepare(make()), accelerator.prepare(make())
    epoch = cloned(first)
    running = iter(first)
    begun = cloned(next(running) for _ in range(3))
    second.load_state_dict(first.state_dict())
    second.iteration = first.iteration
    return [epoch, begun + cloned(second)]


def fabric(make):
    from lightning.fabric import Fabric

    fabric = Fabric(accelerator="cpu", devices=2, strategy="ddp")
    fabric.launch()
    loader = fabric.setup_dataloaders(make())
    return [cloned(loader) for _ in range(EPOCHS)]


def model():
    import lightning

    class Model(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(1, 1)
            self.epochs = [[] for _ in range(EPOCHS)]

        def training_step(self, batch, _):
            self.epochs[self.current_epoch].append([part.clone() for part in batch])
            return self.layer(batch[-1].float()[:, None]).mean()

        def predict_step(self, batch, _):
            return [part.clone() for part in batch]

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), lr=0.0)

    return Model()


def trainer(**changes):
    import lightning

    quiet = dict(logger=False, enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False)
    return lightning.Trainer(accelerator="cpu", devices=2, strategy="ddp", max_epochs=EPOCHS, **quiet, **changes)


def lightning_fit(make):
    fitted = model()
    trainer().fit(fitted, make())
    return fitted.epochs


def lightning_resumed(make):
    """The checkpoint of the fifth step, which rank 0 writes for both, and the resumed fit."""
    import lightning

    path = Path(sys.argv[1]).with_name("fifth.ckpt")

    class Saving(lightning.Callback):
        def on_train_batch_end(self, trainer, *_):
            if trainer.global_step == 5:
                trainer.save_checkpoint(path)

    first, second = model(), model()
    trainer(callbacks=[Saving()]).fit(first, make())
    trainer().fit(second, make(), ckpt_path=path)
    return [first.epochs[0][:5] + second.epochs[0], second.epochs[1]]


def lightning_predict(make):
    loader = make()
    return [trainer().predict(model(), loader) for _ in range(EPOCHS)]


def lightning_overfit(make):
    """Two batches, shared, and the same ones in each epoch."""
    fitted = model()
    trainer(overfit_batches=2).fit(fitted, make())
    return fitted.epochs


TASKS = [loader_alone, distributed_sampler, workers_of_a_distributed_sampler, ray_train, accelerate,
         accelerate_that_splits_batches, accelerate_that_dispatches, accelerate_with_torchdata, accelerate_resumed,
         fabric, lightning_fit, lightning_resumed, lightning_predict, lightning_overfit]


def told(work) -> list[str]:
    """The warnings of something, or the error that it raises."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            work()
        except ValueError as error:
            return [f"ValueError: {error}"]
    return [str(warning.message) for warning in caught]


def on_rank_zero_alone(make, arguments) -> dict:
    """Loaders of one rank only, and drawn seeds. No rank waits for another."""
    drawn = dict(random_state=None)
    alone = dict(rank=0, world_size=1)
    loader = make()
    results = {
        "whole": cloned(make(**alone)),
        "said nothing": told(lambda: list(make(**alone, **drawn))),
        "said once": told(lambda: (list(loader), list(loader), len(loader))),
        "drawn": told(lambda: list(make(**drawn))),
        "drawn, by the sampler": told(lambda: list(make(**drawn).sampler)),
        "drawn, by the data set": told(lambda: make(**drawn).dataset[0]),
        "the sampler": told(lambda: list(make().sampler)),
        "the batch sampler": told(lambda: list(make().batch_sampler)),
    }
    given = make(**drawn)
    given.dataset._base_seed = arguments["random_state"]
    results["given later"] = cloned(given)
    return results


def main() -> None:
    task = json.loads(Path(sys.argv[1]).read_text())
    torch.distributed.init_process_group("gloo")
    rank = torch.distributed.get_rank()
    module = importlib.import_module(os.environ.get("ATEMOYA_TEST_MODULE", "atemoya"))

    def make(**changes):
        return module.PeakGenerator(**{**task["arguments"], **changes})

    results = {work.__name__: work(make) for work in TASKS}
    if rank == 0:
        results["on rank zero alone"] = on_rank_zero_alone(make, task["arguments"])
    torch.save(results, Path(task["folder"]) / f"rank{rank}.pt")
    torch.distributed.barrier()


if __name__ == "__main__":
    main()

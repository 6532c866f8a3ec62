"""Trains a small BPNet-like model with Lightning, which saves and resumes the loader, too.

On the demo's data, 2 epochs on three contigs take one to two minutes on a CPU:

pip install lightning
atemoya demo --keep demo
python examples/python/train_lightning.py --sequences demo/genome.fa \\
    --peaks demo/peaks.narrowPeak --negatives demo/negatives.bed \\
    --exclusion-lists demo/exclusion.bed \\
    --signals demo/signal.plus.bw,demo/signal.minus.bw --controls demo/control.bw \\
    --chroms chr1 chr2 chr3 --validation-chroms chr4

Add --out DIR to save checkpoints, and --resume to go on from the last one, within an epoch too.
It was tested with Lightning 2.5.6 and 2.6.6.
"""

import lightning
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from loaders import parse, training, validation
from model import Model, loss_of


class Module(lightning.LightningModule):
    def __init__(self, tracks: int, controls: int, out_window: int):
        super().__init__()
        self.save_hyperparameters()
        self.model = Model(tracks, controls, out_window)

    def training_step(self, batch: list[torch.Tensor], _: int) -> torch.Tensor:
        loss = loss_of(self.model, batch)
        self.log("loss", loss, on_epoch=True, prog_bar=True, batch_size=len(batch[0]))
        return loss

    def validation_step(self, batch: list[torch.Tensor], _: int) -> None:
        self.log("validation_loss", loss_of(self.model, batch), prog_bar=True, sync_dist=True, batch_size=len(batch[0]))

    def on_train_epoch_end(self) -> None:
        shown = {name: value for name, value in self.trainer.callback_metrics.items() if name != "loss"}
        told = ", ".join(f"{name} {value:.4f}" for name, value in sorted(shown.items()))
        self.print(f"epoch {self.current_epoch}: {told}")

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.AdamW(self.parameters(), lr=1e-3)


def main() -> None:
    args = parse(__doc__)
    lightning.seed_everything(args.random_state, verbose=False)
    # With several devices each rank takes its share of every batch: batch_size counts all ranks.
    loader, held_out = training(args), validation(args)
    data = loader.dataset
    module = Module(sum(data.signal_groups), sum(data.control_groups), args.out_window)
    saving = []
    if args.out:
        # One file, of the newest state: within epochs and at their ends. It has the loader's place.
        one = dict(dirpath=args.out, filename="lightning", enable_version_counter=False)
        saving = [ModelCheckpoint(every_n_train_steps=args.save_every, **one),
                  ModelCheckpoint(every_n_epochs=1, save_on_train_epoch_end=True, **one)]
    trainer = lightning.Trainer(
        max_epochs=args.epochs, callbacks=saving, enable_checkpointing=bool(saving), logger=False,
        num_sanity_val_steps=0, enable_model_summary=False)
    checkpoint = args.out / "lightning.ckpt" if args.resume else None
    resumed = checkpoint if checkpoint and checkpoint.exists() else None
    trainer.fit(module, loader, held_out, ckpt_path=resumed)


if __name__ == "__main__":
    main()

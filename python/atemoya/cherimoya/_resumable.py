"""What makes a fit of cherimoya resumable: the module's whole state, and when it is saved."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Any

import lightning
from cherimoya.training import _CherimoyaCheckpointIO
from lightning.pytorch.callbacks import Checkpoint
from lightning.pytorch.plugins.io import TorchCheckpointIO

from ._module import Module
from ._resume import ENDING, Resume

# Batches from one checkpoint to the next. Each epoch's end is saved as well.
SAVE_EVERY = 500

_WRITING = ENDING + ".tmp"


class CheckpointIO(_CherimoyaCheckpointIO):
    """Writes checkpoints to be resumed whole, and others as cherimoya does."""

    def save_checkpoint(self, checkpoint: Any, path: Any, storage_options: Any = None) -> None:
        whole = os.fspath(path).endswith(_WRITING)
        save = TorchCheckpointIO.save_checkpoint if whole else super().save_checkpoint.__func__
        save(self, checkpoint, path, storage_options)


def trainer_of(resume: Resume) -> type:
    """Returns a trainer whose ``fit`` goes on from the checkpoint, if there is one to resume."""

    class Trainer(lightning.Trainer):
        def fit(self, model: Any, *args: Any, **named: Any) -> None:
            if resume.checkpoint is not None:
                named.update(ckpt_path=resume.path, weights_only=False)
            super().fit(model, *args, **named)

    return Trainer


class Saving(Checkpoint):
    """Saves after some batches, and when the process is interrupted or asked to end.

    It is no ``ModelCheckpoint``: Lightning would leave out cherimoya's own. As a ``Checkpoint`` it
    comes after that one, and after the epoch's row of the log.
    """

    def __init__(self, resume: Resume) -> None:
        self.resume, self.batches, self.stopping = resume, 0, False
        self.replaced: dict[int, Any] = {}

    def save(self, trainer: Any) -> None:
        writing = self.resume.path + ".tmp"
        trainer.save_checkpoint(writing)
        if trainer.is_global_zero:
            os.replace(writing, self.resume.path)
        if self.stopping:
            self.resume.say(f"{self.resume.path} is saved: fit --resume goes on with the next batch")
            raise KeyboardInterrupt

    def on_train_batch_end(self, trainer: Any, *_: Any) -> None:
        self.batches += 1
        # After an epoch's last batch Lightning would leave out the validation of a resumed fit.
        if not trainer.is_last_batch and (self.stopping or self.batches % SAVE_EVERY == 0):
            self.save(trainer)

    def on_train_epoch_end(self, trainer: Any, *_: Any) -> None:
        # After the last epoch Lightning would leave out the end of a resumed fit.
        if not trainer.should_stop and trainer.current_epoch + 1 < trainer.max_epochs:
            self.save(trainer)

    def on_train_start(self, trainer: Any, *_: Any) -> None:
        # Several processes would stop after different batches.
        if trainer.world_size == 1 and threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self.replaced[number] = signal.signal(number, self.stop)

    def stop(self, *_: Any) -> None:
        """Has the fit end after the batch at hand. Another signal ends it at once."""
        self.stopping = True
        self.put_back()

    def put_back(self, *_: Any) -> None:
        while self.replaced:
            signal.signal(*self.replaced.popitem())

    on_train_end = on_exception = put_back


class ResumableModule(Module):
    """A ``Module`` whose checkpoints have what Lightning's lack: averages, logs and running means.
    """

    _STATE = ("_lw_frozen", "_iteration", "_best_valid")

    def __init__(self, resume: Resume, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._resume = resume
        self._saved: dict[str, Any] | None = None
        self._means: dict[str, Any] = {}
        self._elapsed = 0.0

    def configure_callbacks(self) -> Any:
        return [*super().configure_callbacks(), Saving(self._resume)]

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        super().on_save_checkpoint(checkpoint)
        if self.ema is None:
            return
        results = self.trainer.fit_loop._results
        within = self.trainer.fit_loop.epoch_loop.batch_progress.current.ready > 0 and not self.trainer.is_last_batch
        means = {name: (metric.value, metric.cumulated_batch_size) for name, metric in results.items()
                 if name.startswith("training_step.")} if within else {}
        checkpoint["atemoya"] = {
            "parameters": self._resume.parameters(int(self.training_data._base_seed)),
            "shadow": self.ema.shadow,
            "logs": (self._log.data, self._detailed_log.data),
            "means": means,
            "elapsed": time.time() - self._epoch_tic if within else 0.0,
            **{name: getattr(self, name) for name in self._STATE},
        }

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        super().on_load_checkpoint(checkpoint)
        self._saved = checkpoint["atemoya"]

    def on_fit_start(self) -> None:
        super().on_fit_start()
        saved, self._saved = self._saved, None
        if saved is None:
            return
        for name, values in saved["shadow"].items():
            self.ema.shadow[name].copy_(values)
        self._log.data, self._detailed_log.data = saved["logs"]
        for name in self._STATE:
            setattr(self, name, saved[name])
        self._means, self._elapsed = saved["means"], saved["elapsed"]

    def on_train_start(self) -> None:
        super().on_train_start()
        # Lightning does not start an epoch anew that is resumed within.
        self._epoch_tic, self._elapsed = time.time() - self._elapsed, 0.0

    def training_step(self, batch: Any, batch_idx: int) -> None:
        super().training_step(batch, batch_idx)
        for name, (value, examples) in self._means.items():
            metric = self.trainer.fit_loop._results[name]
            metric.value = value.to(metric.value.device) + metric.value
            metric.cumulated_batch_size = examples.to(metric.value.device) + metric.cumulated_batch_size
        self._means = {}

"""Lightning: fits that stop anywhere and resume, reloaded loaders, prediction, overfitting."""

import pytest
import torch
from comparing import assert_same_batches
from conftest import needed

lightning = needed("lightning")
EPOCHS = 3


class Model(lightning.LightningModule):
    """Learns a little, and keeps what it has seen: the epoch, the batch and the loss of each step.
    """

    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, 1)
        self.seen: list[tuple] = []

    def training_step(self, batch, number):
        loss = (self.layer(batch[0].float().mean(-1)) - batch[-1].float()[:, None]).square().mean()
        self.seen.append((self.current_epoch, self.global_step, number, loss.item(), [part.clone() for part in batch]))
        return loss

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)


class Saving(lightning.Callback):
    """Saves after some steps of all, and stops after the last of them; a step "end" is the end of
    its epoch.
    """

    def __init__(self, folder, step: int, at_the_end: bool = False):
        self.path, self.step, self.at_the_end = folder / "stopped.ckpt", step, at_the_end

    def save(self, trainer):
        if trainer.global_step == self.step and not self.path.exists():
            trainer.save_checkpoint(self.path)
            raise KeyboardInterrupt

    def on_train_batch_end(self, trainer, *_):
        if not self.at_the_end:
            self.save(trainer)

    def on_train_epoch_end(self, trainer, *_):
        if self.at_the_end:
            self.save(trainer)


@pytest.fixture(scope="module")
def make(atemoya, simulated):
    given = {"batch_size": 24, "num_workers": 1}
    return lambda **changes: atemoya.PeakGenerator(**simulated.arguments(**{**given, **changes}))


def trainer(*callbacks, **changes) -> lightning.Trainer:
    options = dict(max_epochs=EPOCHS, accelerator="cpu", devices=1, logger=False, enable_checkpointing=False,
                   enable_progress_bar=False, enable_model_summary=False, num_sanity_val_steps=0)
    return lightning.Trainer(callbacks=list(callbacks), **{**options, **changes})


def fitted(loader, *callbacks, path=None, **changes) -> Model:
    torch.manual_seed(0)
    model = Model()
    try:
        trainer(*callbacks, **changes).fit(model, loader, ckpt_path=path)
    except (KeyboardInterrupt, SystemExit):
        pass
    return model


def assert_same_steps(ours, theirs) -> None:
    assert [step[:4] for step in ours] == [step[:4] for step in theirs]
    assert_same_batches([step[4] for step in ours], [step[4] for step in theirs])


@pytest.fixture(scope="module")
def whole(make) -> list[tuple]:
    """All steps of a fit that is not stopped, which are the epochs of a loader."""
    seen = fitted(make()).seen
    loader = make()
    assert len(seen) == EPOCHS * len(loader)
    assert_same_batches([step[4] for step in seen], [batch for _ in range(EPOCHS) for batch in loader])
    return seen


MOMENTS = [(0, 1, False), (0, 5, False), (0, None, False), (0, None, True),
           (1, 1, False), (1, 6, False), (1, None, False), (1, None, True)]


@pytest.mark.parametrize(("epoch", "step", "at_the_end", "limit"),
                         [(*moment, limit) for moment in MOMENTS for limit in ("max_epochs", "max_steps")
                          if limit == "max_epochs" or not moment[2]])
def test_a_fit_that_was_stopped_goes_on(make, whole, tmp_path, limit, epoch, step, at_the_end):
    steps = len(make())
    done = epoch * steps + (steps if step is None else step)
    limits = dict(max_epochs=EPOCHS) if limit == "max_epochs" else dict(max_epochs=-1, max_steps=EPOCHS * steps)
    saving = Saving(tmp_path, done, at_the_end)
    assert_same_steps(fitted(make(), saving, **limits).seen, whole[:done])
    rest = fitted(make(num_workers=0), path=saving.path, **limits)
    assert_same_steps(rest.seen, whole[done:])
    assert rest.trainer.global_step == EPOCHS * steps
    assert rest.trainer.current_epoch == EPOCHS or limit == "max_steps"


def test_what_lightning_leaves_out_is_told(make, whole, tmp_path):
    """With max_steps, Lightning takes the first batch after the checkpoint of an epoch's end for
    the last one of that epoch.
    """
    steps = len(make())
    limits = dict(max_epochs=-1, max_steps=EPOCHS * steps)
    saving = Saving(tmp_path, steps, True)
    fitted(make(), saving, **limits)
    with pytest.warns(UserWarning, match=f"{steps - 1} batches of epoch 1 are left out"):
        rest = fitted(make(), path=saving.path, **limits).seen
    expected = [whole[steps], *whole[2 * steps:]]
    assert_same_batches([step[4] for step in rest[:steps + 1]], [step[4] for step in expected])


def test_a_fit_that_was_stopped_twice_goes_on(make, whole, tmp_path):
    first, second = Saving(tmp_path, 5), None
    fitted(make(), first)
    (tmp_path / "second").mkdir()
    second = Saving(tmp_path / "second", len(make()) + 3)
    middle = fitted(make(), second, path=first.path)
    assert_same_steps(middle.seen, whole[5:len(make()) + 3])
    assert_same_steps(fitted(make(), path=second.path).seen, whole[len(make()) + 3:])


@pytest.mark.parametrize(("done", "at_the_end"), [(4, True), (4, False), (6, False), (8, True)])
def test_a_fit_in_which_part_of_each_epoch_is_used(make, whole, tmp_path, done, at_the_end):
    """Lightning's own limit ends an epoch early; the next one begins at its start."""
    saving, limits = Saving(tmp_path, done, at_the_end), dict(limit_train_batches=4)
    expected = [step[4] for step in whole if step[2] < 4]
    stopped = fitted(make(), saving, **limits).seen
    rest = fitted(make(), path=saving.path, **limits).seen
    assert len(stopped) == done
    assert_same_batches([step[4] for step in [*stopped, *rest]], expected)


@pytest.mark.parametrize("mode", ["max_size_cycle", "max_size", "min_size"])
@pytest.mark.parametrize(("done", "at_the_end"), [
    (1, False), (3, False), (4, False), (8, False), (8, True), (7, False), (16, True)])
def test_two_loaders_in_one_fit(make, tmp_path, mode, done, at_the_end):
    """The short one begins again, or has ended, while the long one is in the same epoch of
    Lightning's.
    """
    class Both(Model):
        def training_step(self, batch, number):
            self.seen.append(tuple(None if part is None else part[-1].tolist() for part in (batch["a"], batch["b"])))
            return self.layer(batch["a"][0].float().mean(-1)).mean()

    def loaders():
        pair = {"a": make(), "b": make(batch_size=72, random_state=9)}
        return lightning.pytorch.utilities.CombinedLoader(pair, mode)

    def fit(*callbacks, path=None):
        model = Both()
        try:
            trainer(*callbacks).fit(model, loaders(), ckpt_path=path)
        except (KeyboardInterrupt, SystemExit):
            pass
        return model.seen

    assert [len(loader) for loader in loaders().flattened] == [8, 3]
    steps = 3 if mode == "min_size" else 8
    if at_the_end:
        done = done // 8 * steps
    expected, saving = fit(), Saving(tmp_path, done, at_the_end)
    assert len(expected) == EPOCHS * steps
    if not saving.path.exists():
        fit(saving)
    assert fit(path=saving.path) == expected[done:]


def test_loaders_that_are_made_anew_for_each_epoch(make, whole):
    class Data(lightning.LightningDataModule):
        def train_dataloader(self):
            return make()

    torch.manual_seed(0)
    model = Model()
    trainer(reload_dataloaders_every_n_epochs=1).fit(model, datamodule=Data())
    assert_same_steps(model.seen, whole)


def test_a_second_fit_of_the_same_trainer(make, whole):
    torch.manual_seed(0)
    model, fitting, loader = Model(), trainer(max_epochs=1), make()
    fitting.fit(model, loader)
    fitting.fit_loop.max_epochs = EPOCHS
    fitting.fit(model, loader)
    assert_same_batches([step[4] for step in model.seen], [step[4] for step in whole])


def test_validation_and_training_have_loaders_of_their_own(make, whole, tmp_path):
    """Validation in the middle of an epoch, where the checkpoint is saved as well."""
    class Validated(Model):
        def validation_step(self, batch, number):
            self.log("loss", self.layer(batch[0].float().mean(-1)).mean())

    checkpoint = lightning.pytorch.callbacks.ModelCheckpoint(tmp_path, monitor="loss", save_top_k=-1)
    torch.manual_seed(0)
    model = Validated()
    options = dict(val_check_interval=4, enable_checkpointing=True, max_epochs=2)
    trainer(checkpoint, **options).fit(model, make(), make(shuffle=False))
    assert_same_steps(model.seen, whole[:2 * len(make())])
    saved = sorted(tmp_path.glob("*.ckpt"), key=lambda path: torch.load(path, weights_only=False)["global_step"])
    assert len(saved) >= 4
    for path in saved:
        torch.manual_seed(0)
        rest, done = Validated(), torch.load(path, weights_only=False)["global_step"]
        loaders = make(), make(shuffle=False)
        trainer(**{**options, "enable_checkpointing": False}).fit(rest, *loaders, ckpt_path=path)
        assert_same_steps(rest.seen, whole[done:2 * len(make())])


class Predicting(Model):
    def predict_step(self, batch, number):
        return batch


@pytest.mark.parametrize("way", ["loader", "hook"])
@pytest.mark.parametrize("workers", [0, 1])
def test_predicting(make, way, workers):
    """Lightning makes the loader anew with its own batch sampler, and gets every example once."""
    class Hooked(Predicting):
        def predict_dataloader(self):
            return make(drop_last=True, num_workers=workers)

    predicting = trainer()
    if way == "hook":
        predictions = predicting.predict(Hooked())
    else:
        predictions = predicting.predict(Predicting(), make(drop_last=True, num_workers=workers))
    assert_same_batches(predictions, list(make(drop_last=False)))


def test_predicting_with_a_function_that_collates(make):
    loader = make(num_workers=0)
    loader.collate_fn = collated
    predictions = trainer().predict(Predicting(), loader)
    assert [part[1] for part in predictions] == [len(batch[-1]) for batch in make()]


def collated(examples):
    return torch.stack([example[0] for example in examples]), len(examples)


@pytest.mark.parametrize("way", ["loader", "hook"])
def test_overfitting(make, whole, way):
    """The same batches in every epoch, which is what it is for."""
    class Hooked(Model):
        def train_dataloader(self):
            return make()

    torch.manual_seed(0)
    model = Hooked() if way == "hook" else Model()
    trainer(overfit_batches=2).fit(model, None if way == "hook" else make())
    expected = [step[4] for step in whole[:2]] * EPOCHS
    assert_same_batches([step[4] for step in model.seen], expected)


def test_workers_that_lightning_seeds(make, whole, recwarn):
    """There are none, and its function that would seed them is none of the user's."""
    lightning.seed_everything(1, workers=True)
    model = fitted(make(), max_epochs=1)
    assert_same_batches([step[4] for step in model.seen], [step[4] for step in whole[:len(make())]])
    assert not [warning for warning in recwarn if "worker_init_fn" in str(warning.message)]

"""A small BPNet-like model, its loss, and how well its counts fit: for the examples beside it."""

import torch
from torch import nn
from torch.nn.functional import log_softmax, mse_loss, relu


class Model(nn.Module):
    """Dilated convolutions over the sequence; a profile for each track, and the logarithm of the
    total count.
    """

    def __init__(self, tracks: int, controls: int, out_window: int, filters: int = 16, layers: int = 4):
        super().__init__()
        self.out_window = out_window
        self.first = nn.Conv1d(4, filters, 21, padding=10)
        self.dilated = nn.ModuleList(
            nn.Conv1d(filters, filters, 3, padding=2**i, dilation=2**i) for i in range(1, layers + 1))
        self.profile = nn.Conv1d(filters + controls, tracks, 75, padding=37)
        self.count = nn.Linear(filters, 1)

    def forward(self, sequence: torch.Tensor, controls: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor]:
        """Returns logits of profiles, `(n, tracks, out_window)`, and `log(1 + counts)`, `(n,)`."""
        hidden = relu(self.first(sequence))
        for layer in self.dilated:
            hidden = hidden + relu(layer(hidden))
        inputs = hidden if controls is None else torch.cat([hidden, torch.log1p(controls)], dim=1)
        trim = (sequence.shape[-1] - self.out_window) // 2
        profile = self.profile(inputs)[:, :, trim:trim + self.out_window]
        return profile, self.count(hidden.mean(dim=-1)).squeeze(-1)


def predict(model: nn.Module, batch: list[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Returns profile, log count and signal of a batch `[X, y, labels]`; controls follow X."""
    sequence, *controls, signal, _labels = batch
    profile, count = model(sequence.float(), controls[0] if controls else None)
    return profile, count, signal


def loss_of(model: nn.Module, batch: list[torch.Tensor]) -> torch.Tensor:
    """Returns the multinomial loss of the profile for each read, plus the squared error of the log
    count; means over the batch.
    """
    profile, count, signal = predict(model, batch)
    total = signal.sum(dim=(1, 2))
    profile_loss = -(signal.flatten(1) * log_softmax(profile.flatten(1), dim=1)).sum(dim=1) / total.clamp(min=1)
    return profile_loss.mean() + mse_loss(count, torch.log1p(total))


@torch.no_grad()
def validate(model: nn.Module, loader, device: torch.device) -> tuple[float, float]:
    """Returns the mean loss over a loader, and Pearson's correlation of the log counts."""
    model.eval()
    losses, predicted, measured = [], [], []
    for batch in loader:
        batch = [part.to(device) for part in batch]
        losses.append(loss_of(model, batch))
        _, count, signal = predict(model, batch)
        predicted.append(count)
        measured.append(torch.log1p(signal.sum(dim=(1, 2))))
    model.train()
    counts = torch.stack([torch.cat(predicted), torch.cat(measured)])
    return torch.stack(losses).mean().item(), torch.corrcoef(counts)[0, 1].item()

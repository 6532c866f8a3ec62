"""The epochs of a loader, of ``Loader`` and of ``PeakLoader``: which comes next, and its state."""

from __future__ import annotations

from typing import Any

from ._feed import Feed


class Epochs:
    """What loaders have that iterate a feed. Each iteration is the next epoch."""

    _feed: Feed

    def set_epoch(self, epoch: int) -> None:
        """Sets the epoch of the next batch.

        An iteration within that epoch continues. One that has given no batch yet begins that epoch.
        The next iteration begins it as well, unless the current one gives a batch first.

        Parameters
        ----------
        epoch : int
            The epoch, from 0.

        Raises
        ------
        ValueError
            If it is negative.

        Examples
        --------
        >>> import atemoya
        >>> loader = atemoya.Loader("demo.atemoya")
        >>> loader.set_epoch(3)
        >>> next(iter(loader)).epoch
        3
        """
        self._set_epoch(epoch)

    def _set_epoch(self, epoch: int) -> None:
        self._feed.set_epoch(epoch)

    def state_dict(self) -> dict[str, Any]:
        """Returns the state, which names the next batch and is the same on every rank.

        Save it beside the model. It has a few numbers and texts, which JSON can hold.

        Returns
        -------
        dict
            ``epoch`` and ``step`` of the next batch, and what identifies the stream.

        Raises
        ------
        RuntimeError
            If another loader gives the batches of a :class:`PeakLoader`, over its ``sampler`` or
            ``batch_sampler``, as ``prepare`` of Accelerate makes one. How far that one is cannot be
            known here.

        Examples
        --------
        >>> import atemoya
        >>> loader = atemoya.Loader("demo.atemoya")
        >>> batch = next(iter(loader))
        >>> state = loader.state_dict()
        >>> state["epoch"], state["step"]
        (0, 1)
        """
        return self._feed.state_dict()

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Resumes a state: the next iteration begins with the batch that it names.

        The numbers of workers and ranks may be others than those of the loader that was saved. That
        iteration has the rest of its epoch; ``len(loader)`` is that of a whole one, so a progress
        bar takes ``initial=state["step"]``.

        Parameters
        ----------
        state_dict : dict
            What :meth:`state_dict` returned.

        Raises
        ------
        ValueError
            If the state is of other loci, another order, seed or batch size.

        Examples
        --------
        >>> import atemoya
        >>> first = atemoya.Loader("demo.atemoya")
        >>> batches = iter(first)
        >>> _ = next(batches)
        >>> state = first.state_dict()
        >>> second = atemoya.Loader("demo.atemoya", num_workers=2)
        >>> second.load_state_dict(state)
        >>> bool((next(iter(second)).signal == next(batches).signal).all())
        True
        """
        self._load(state_dict)

    def _load(self, state: dict[str, Any]) -> None:
        self._feed.load_state_dict(state)

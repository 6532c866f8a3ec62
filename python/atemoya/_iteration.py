"""Iterations over a stream: one epoch, or the rest of one."""

from __future__ import annotations

import threading

from ._warnings import warn

# How many epochs a stream is asked for. It runs on from epoch to epoch, so that workers gather the
# next one while the consumer takes the last batches of this one.
ENDLESS = 2**40


def keeps_state(state: dict, epoch: int, last_set: int | None) -> tuple[bool, bool]:
    """Returns whether a loaded state is kept when an epoch is set, and whether it had ended.

    A state is kept if it is within the epoch that is set, or if that epoch is ``last_set``, the
    one that was set last before the state was saved. For an earlier epoch than these it is dropped,
    with a warning.
    """
    if epoch == last_set and last_set < state["epoch"]:
        ended = state["step"] == 0 and epoch + 1 == state["epoch"]
        if ended:
            warn(
                f"epoch {epoch} was set, which had ended where the state was saved: an iteration of it gives no batch, "
                f"and set_epoch({epoch + 1}) begins the next one"
            )
        return True, ended
    if epoch < state["epoch"] and (last_set is None or epoch < last_set):
        warn(
            f"epoch {epoch} was set after the state of epoch {state['epoch']}, batch {state['step']}, was loaded: the "
            f"loader begins epoch {epoch} and does not resume. Set the epoch before you load the state; "
            f"with Accelerate, set the prepared loader's iteration to {state['epoch']}"
        )
    return epoch == state["epoch"], False


class Iteration:
    """Iterates one epoch, or the rest of one. Threads that share it get each batch once.

    Parameters
    ----------
    feed : Feed
        Starts and follows the iteration, and takes its stream back.
    """

    def __init__(self, feed):
        self.feed, self.stream = feed, None
        self._handed_over = False  # whether it is to be started anew
        self._lock = threading.Lock()

    def start(self, stream, options, epoch: int, remaining: int, resumed: dict | None, generation: int) -> None:
        """Starts, or starts anew after it was handed over.

        Parameters
        ----------
        stream : Stream
            Native; its next batch is the first one of the iteration.
        options : tuple
            What the stream was made with.
        epoch, remaining : int
            The epoch, and how many batches of it are left.
        resumed : dict or None
            The state that the iteration resumes.
        generation : int
            The feed's, when the iteration begins.
        """
        self.stream, self.options = stream, options
        self.epoch, self.remaining, self.generation = epoch, remaining, generation
        self._convert, self._allocate = self.feed.convert, options[-1]
        self._resumed, self._remaining_at_start = resumed, remaining
        self._has_given = False  # whether it has given a batch
        self._feed_follows = False  # whether the feed has moved on to the epoch after this one

    def hand_over(self) -> None:
        """Gives its stream and its place back to the feed, if it has given no batch."""
        with self._lock:
            if self.stream is None or self._has_given or self.remaining == 0:
                return
            stream, self.stream, self._handed_over = self.stream, None, True
            self.feed.take_over(stream, self.options, self.epoch, self._resumed, self.generation)

    def __iter__(self):
        return self

    def __len__(self):
        return self.remaining

    def __next__(self):
        stream = self.stream
        if stream is not None and not stream.usable():
            raise RuntimeError(
                "the iteration belongs to the process that this one was forked from: begin another with iter(loader)"
            )
        with self._lock:
            if self._handed_over:
                self.feed.start(self)
                self._handed_over = False
            if self.stream is None:
                raise StopIteration
            if self.remaining == 0:
                stream, self.stream = self.stream, None
                self.feed.give_back(stream, self.options, self.epoch + 1, self.generation)
                raise StopIteration
            batch = self.stream.next(self._allocate)
            if batch is None:
                raise RuntimeError("the stream ended before the epoch did")
            self.remaining -= 1
            self._has_given = True
            if not self._feed_follows:
                self.feed.move(self.generation, self.feed.after(self.epoch), None)
                self._feed_follows = True
        return self._convert(batch)

    def set_epoch(self, epoch: int, last_set: int | None) -> bool:
        """Continues if it is within that epoch, or begins it if no batch was given yet.

        Returns whether it does either.
        """
        with self._lock:
            self._feed_follows = False
            if self.stream is not None and not self._has_given and self._resumed is not None:
                keeps, ended = keeps_state(self._resumed, epoch, last_set)
                if keeps:
                    at_start = (self._resumed["epoch"], self._remaining_at_start)
                    self.epoch, self.remaining = (epoch, 0) if ended else at_start
                    self.feed.move(self.generation, self._resumed["epoch"], self._resumed)
                    return True
            if self.stream is None or self.remaining == 0 or (self._has_given and epoch != self.epoch):
                return False
            if epoch != self.epoch:
                self.stream.epochs(epoch, ENDLESS)
                self.epoch, self.remaining, self._resumed = epoch, self.stream.batches_per_epoch(), None
            self.feed.move(self.generation, epoch, None if self._has_given else self._resumed)
            return True

    def warn_of_skipped(self, epoch: int) -> None:
        """Warns of the batches that are skipped if it resumed a state and another epoch is set.

        Lightning does so with ``max_steps`` and the checkpoint of an epoch's end: it takes the
        first batch after it for the last one of that epoch.
        """
        if self._resumed is not None and self.remaining > 0:
            warn(
                f"{self.remaining} batches of epoch {self.epoch} are left out: the loader had resumed that epoch from "
                f"a saved state when epoch {epoch} was set. Lightning does so with max_steps and a checkpoint of an "
                "epoch's end: save within an epoch, or give max_epochs"
            )

    def __del__(self):
        stream, self.stream = getattr(self, "stream", None), None
        if stream is None or not stream.usable():
            return
        if self._has_given or self.remaining == 0:
            self.feed.give_back(stream, self.options, None, self.generation)
        else:
            stream.stop()
            self.feed.take_over(stream, self.options, self.epoch, self._resumed, self.generation)

"""Iterating over epochs: which one is next, where it stands, and the native streams that gather it."""

from __future__ import annotations

import json
import os
import threading
import warnings
import weakref

from ._options import whole

# A stream goes on from epoch to epoch, so that the next one is gathered ahead.
_EPOCHS = 2**40


class Source:
    """A data set and its seed."""

    def __init__(self, native, seed: int):
        self.native, self.seed = native, seed


class Feed:
    """The epochs of a data set, one an iteration.

    Parameters
    ----------
    source : object
        Has the attributes ``native``, a data set or what makes streams as one does, and ``seed``;
        both may change between iterations. It must not lead back to the feed: streams have threads,
        which are to end when the feed is not used any more, and not when cycles are looked for.
    streaming : callable
        Returns the options of a stream; called when an iteration begins.
    convert : callable
        Makes of a native batch what an iteration yields.
    allocate : callable, optional
        Gives memory for each batch.
    adopt : callable, optional
        Called with the seed of a state that is loaded, where the user has given none.
    stays : bool
        Whether every iteration is of the same epoch, the first one.
    """

    def __init__(self, source, streaming, convert, allocate=None, adopt=None, stays=False):
        self.source, self.streaming, self.convert = source, streaming, convert
        self.allocate, self.adopt, self.stays = allocate, adopt, stays
        self.epoch = 0
        self._set = None  # the epoch that was set last
        self._ended = False  # whether nothing is left of it in the state to go on from
        self._going_on = None  # the state to go on from
        self._idle = None  # a stream that nobody iterates, what it was wanted for, and the epoch that comes next in it
        self._state = None  # where the iteration stood that ended last
        self._state_of = None  # the data set of that iteration
        self._current = None  # the iteration that began last
        self._turn = 0  # changes with every new beginning: what is of an earlier one says nothing of the place any more
        self._process, self._lock = os.getpid(), threading.RLock()

    def __getstate__(self):
        # The copy begins where this one stands.
        state, running = self._place(), self._running()
        place = {"epoch": state["epoch"], "_going_on": state if state["step"] > 0 else None, "_state": state}
        of = running.wanted[0] if running is not None else self._state_of
        if state["step"] > 0 and self._going_on is None and of is not self.source.native:
            warnings.warn(
                f"a setting was assigned within epoch {state['epoch']}, and the copy of the loader has it: it begins "
                f"epoch {self.after(state['epoch'])}. To copy the rest of the epoch, copy before the assignment",
                stacklevel=3,
            )
            place = {"epoch": self.after(state["epoch"]), "_going_on": None, "_state": None}
        place["_ended"] = False
        without = dict.fromkeys(["_state_of", "_idle", "_current", "_process", "_lock"])
        return {**self.__dict__, **place, **without}

    def _guard(self):
        """The lock; a process that was forked has one of its own, since that of its parent may be held for ever."""
        if self._process != os.getpid():
            self._process, self._lock, self._idle = os.getpid(), threading.RLock(), None
        return self._lock

    def prepare(self) -> None:
        """Makes the first stream now, so that what is wrong with it is told now."""
        with self._guard():
            self._idle = self._take()

    def set_epoch(self, epoch: int) -> None:
        """Sets the epoch of the batch that comes next; frameworks call it before ``iter``, or after it.

        An iteration that is within that epoch goes on, and one that has given nothing yet begins
        it. The next iteration begins it as well, unless the running one gives a batch before.

        A state that was loaded is kept where the epoch is its own, or the one that was set last
        before it was saved; an iteration gives nothing where that epoch had ended.
        """
        epoch = whole("epoch", epoch)
        if self.stays:
            return
        before, self._set = self._set, epoch
        running = self._running()
        if running is not None:
            if running.set_epoch(epoch, before):
                return
            running.warn_of_the_rest(epoch)
        with self._guard():
            if self._going_on is None:
                keeps = False
            else:
                keeps, self._ended = within(self._going_on, epoch, before)
            if not keeps:
                self.epoch, self._going_on, self._state = epoch, None, None
                self._turn += 1

    def _running(self) -> Iteration | None:
        """The iteration that began last, if it is of this process and nothing has begun since."""
        with self._guard():
            current = self._current and self._current()
            stream = current.stream if current is not None and current.turn == self._turn else None
            return current if stream is not None and stream.usable() else None

    def place(self, turn: int, epoch: int, going_on: dict | None) -> None:
        """Takes the epoch of the next iteration, and the state that it goes on from.

        Nothing is taken from an iteration of an earlier turn.
        """
        with self._guard():
            if turn == self._turn:
                self.epoch, self._going_on = epoch, going_on

    def after(self, epoch: int) -> int:
        """The epoch after one."""
        return epoch if self.stays else epoch + 1

    def __iter__(self):
        with self._guard():
            epoch, going_on = self.epoch, self._going_on
            stream, wanted, next_epoch = self._take()
            done = 0
            if going_on is not None:
                stream.resume(json.dumps(going_on), _EPOCHS)
                done = going_on["step"]
            elif next_epoch != epoch:
                stream.epochs(epoch, _EPOCHS)
            left = stream.batches_per_epoch() - done
            self._turn += 1
            iteration = Iteration(self, stream, wanted, epoch, left, going_on, self._turn)
            if self._ended:
                iteration.epoch, iteration.left = epoch - 1, 0
            self.epoch, self._going_on, self._state = self.after(iteration.epoch), None, None
            self._ended = False
            self._current = weakref.ref(iteration)
            return iteration

    def _take(self):
        """A stream as it is wanted now, what it is wanted for, and the epoch that comes next in it, if one does."""
        wanted = (self.source.native, self.source.seed, self.streaming(), self.allocate)
        idle, self._idle = self._idle, None
        if idle is not None and idle[0].usable() and idle[1] == wanted:
            return idle
        native, *options = wanted
        return native.stream(*options), wanted, None

    def give_back(self, stream, wanted, next_epoch, turn: int) -> None:
        """Takes a stream that is iterated no more; a next epoch is what comes next in it, if it goes on."""
        state = json.loads(stream.state())
        if next_epoch is None:
            stream.stop()
        with self._guard():
            if turn == self._turn:
                self._state, self._state_of = self._next(state), wanted[0]
            self._idle = (stream, wanted, next_epoch)

    def _next(self, state: dict) -> dict:
        """Makes of a stream's state that of the feed: where every epoch is the same, so is the next."""
        return {**state, "epoch": self.epoch} if self.stays else state

    def state_dict(self) -> dict:
        """Where the iteration that began last stands: the batch that comes next, by its epoch and step.

        Where an earlier epoch was set last, that one as well: Lightning goes through a short loader
        several times while a longer one is in one epoch.
        """
        with self._guard():
            state = self._place()
            earlier = self._set is not None and self._set < state["epoch"]
            return {**state, "set_epoch": self._set} if earlier else state

    def _place(self) -> dict:
        """Where the iteration that began last stands, as the extension module says it."""
        with self._guard():
            running = self._running()
            if running is not None:
                return self._next(json.loads(running.stream.state()))
            if self._going_on is not None:
                return dict(self._going_on)
            # What was said of the next epoch is of the data set as it was.
            if self._state is None or (self._state["step"] == 0 and self._state_of is not self.source.native):
                stream, wanted, _ = self._take()
                stream.epochs(self.epoch, 0)
                self.give_back(stream, wanted, None, self._turn)
            return dict(self._state)

    def load_state_dict(self, state: dict) -> None:
        """Lets the next iteration go on from a state, whatever the number of ranks and workers it was saved with."""
        if not isinstance(state, dict):
            raise ValueError(f"this is not the state of a loader: {state!r}")
        state = dict(state)
        set_last = state.pop("set_epoch", None)
        with self._guard():
            before = self.source.seed
            if self.adopt is not None and "seed" in state:
                self.adopt(state["seed"])
            try:
                stream, wanted, _ = self._take()
                # Whether it is of this stream is told now.
                stream.resume(json.dumps(state), 0)
            except BaseException:
                # A state that is refused changes nothing.
                if self.adopt is not None:
                    self.adopt(before)
                raise
            stream.stop()
            self._idle = (stream, wanted, None)
            self.epoch, self._going_on, self._state = state["epoch"], state, None
            self._set, self._ended = set_last, False
            self._turn += 1


def within(state: dict, epoch: int, before: int | None) -> tuple[bool, bool]:
    """Whether a loaded state is kept when an epoch is set, and whether nothing of that epoch is left in it.

    It is kept where the epoch is its own, or is set once more: ``before`` is the one that was set
    last when it was saved. An earlier epoch than either is begun, with a warning.
    """
    if epoch == before and before < state["epoch"]:
        ended = state["step"] == 0 and epoch + 1 == state["epoch"]
        if ended:
            warnings.warn(
                f"epoch {epoch} was set, which had ended where the state was saved: an iteration of it gives no batch, "
                f"and set_epoch({epoch + 1}) goes on with the next one",
                stacklevel=5,
            )
        return True, ended
    if epoch < state["epoch"] and (before is None or epoch < before):
        warnings.warn(
            f"epoch {epoch} was set after the state of epoch {state['epoch']}, batch {state['step']}, was loaded: the "
            f"loader begins epoch {epoch}, and not where it was saved. Set the epoch before the state is loaded; "
            f"with Accelerate, set the prepared loader's iteration to {state['epoch']}",
            stacklevel=5,
        )
    return epoch == state["epoch"], False


class Iteration:
    """One epoch, or the rest of one. Threads that share it get each batch once."""

    def __init__(self, feed: Feed, stream, wanted, epoch: int, left: int, going_on: dict | None, turn: int):
        self.feed, self.stream, self.wanted = feed, stream, wanted
        self.epoch, self.left, self.turn = epoch, left, turn
        self._convert, self._allocate = feed.convert, wanted[-1]
        self._going_on, self._rest = going_on, left  # what it began from, and how much was left there
        self._given = False  # whether it has given a batch
        self._lock = threading.Lock()

    def __iter__(self):
        return self

    def __len__(self):
        return self.left

    def __next__(self):
        stream = self.stream
        if stream is not None and not stream.usable():
            raise RuntimeError("the iteration is of the process that this one was forked from: begin another")
        with self._lock:
            if self.stream is None:
                raise StopIteration
            if self.left == 0:
                stream, self.stream = self.stream, None
                self.feed.give_back(stream, self.wanted, self.epoch + 1, self.turn)
                raise StopIteration
            batch = self.stream.next(self._allocate)
            if batch is None:
                raise RuntimeError("the stream ended before the epoch did")
            self.left -= 1
            self._given = True
            self.feed.place(self.turn, self.feed.after(self.epoch), None)
        return self._convert(batch)

    def set_epoch(self, epoch: int, before: int | None) -> bool:
        """Goes on where it is within that epoch, or begins it where nothing was given yet; whether either is so."""
        with self._lock:
            if self.stream is not None and not self._given and self._going_on is not None:
                keeps, ended = within(self._going_on, epoch, before)
                if keeps:
                    self.epoch, self.left = (epoch, 0) if ended else (self._going_on["epoch"], self._rest)
                    self.feed.place(self.turn, self._going_on["epoch"], self._going_on)
                    return True
            if self.stream is None or self.left == 0 or (self._given and epoch != self.epoch):
                return False
            if epoch != self.epoch:
                self.stream.epochs(epoch, _EPOCHS)
                self.epoch, self.left, self._going_on = epoch, self.stream.batches_per_epoch(), None
            self.feed.place(self.turn, epoch, None if self._given else self._going_on)
            return True

    def warn_of_the_rest(self, epoch: int) -> None:
        """Says which batches are left out where it went on from a saved state, and another epoch is set.

        Lightning does so with ``max_steps`` and the checkpoint of an epoch's end: it takes the
        first batch after it for the last one of that epoch.
        """
        if self._going_on is not None and self.left > 0:
            warnings.warn(
                f"{self.left} batches of epoch {self.epoch} are left out, in which the loader went on from a saved "
                f"state, since epoch {epoch} was set. Lightning does so with max_steps and a checkpoint of an epoch's "
                "end: save within an epoch, or give max_epochs",
                stacklevel=4,
            )

    def __del__(self):
        stream, self.stream = getattr(self, "stream", None), None
        if stream is not None and stream.usable():
            self.feed.give_back(stream, self.wanted, None, self.turn)

"""Iterating over epochs: which one is next, where it stands, and the native streams that gather it."""

from __future__ import annotations

import json
import weakref

from ._options import whole


class Source:
    """A data set and its seed."""

    def __init__(self, native, seed: int):
        self.native, self.seed = native, seed


class Feed:
    """The epochs of a data set, one an iteration.

    Parameters
    ----------
    source : object
        Has the attributes ``native``, a data set or what makes streams as one does, and ``seed``, which may change between iterations.
        It must not lead back to the feed: streams have threads, which are to end when the feed is not used any more, and not when
        cycles are looked for.
    streaming : callable
        Returns the options of a stream; called when an iteration begins.
    convert : callable
        Makes of a native batch what an iteration yields.
    allocate : callable, optional
        Gives memory for each batch.
    adopt : callable, optional
        Called with the seed of a state that is loaded, where the user has given none.
    """

    def __init__(self, source, streaming, convert, allocate=None, adopt=None):
        self.source, self.streaming, self.convert = source, streaming, convert
        self.allocate, self.adopt = allocate, adopt
        self.epoch = 0
        self._going_on = None  # the state to go on from
        self._idle = None  # a stream that nobody iterates, its seed and options, and the epoch that comes next in it
        self._state = None  # where the iteration stood that ended last
        self._current = None  # the iteration that began last

    def __getstate__(self):
        state = dict(self.__dict__)
        return {**state, "_idle": None, "_current": None, "_state": self.state_dict()}

    def set_epoch(self, epoch: int) -> None:
        """Sets the epoch of the next iteration, unless it goes on within that epoch."""
        epoch = whole("epoch", epoch)
        if self._going_on is None or self._going_on["epoch"] != epoch:
            self.epoch, self._going_on, self._state = epoch, None, None

    def __iter__(self):
        epoch, self.epoch = self.epoch, self.epoch + 1
        going_on, self._going_on = self._going_on, None
        self._state = None
        stream, wanted, next_epoch = self._take()
        if going_on is not None:
            stream.resume(json.dumps(going_on), 2**40)
            left = stream.batches_per_epoch() - going_on["step"]
        else:
            if next_epoch != epoch:
                stream.epochs(epoch, 2**40)
            left = stream.batches_per_epoch()
        iteration = Iteration(self, stream, wanted, epoch, left)
        self._current = weakref.ref(iteration)
        return iteration

    def prepare(self) -> None:
        """Makes the stream of the next iteration, so that what is wrong with it is told now."""
        self._idle = self._take()

    def _take(self):
        """A stream as it is wanted now, its seed and options, and the epoch that comes next in it, if one does."""
        wanted = (self.source.seed, self.streaming())
        idle, self._idle = self._idle, None
        if idle is not None and idle[0].usable() and idle[1] == wanted:
            return idle
        return self.source.native.stream(*wanted, self.allocate), wanted, None

    def give_back(self, stream, wanted, next_epoch) -> None:
        """Takes a stream that is iterated no more."""
        self._state = json.loads(stream.state())
        self._idle = (stream, wanted, next_epoch)

    def state_dict(self) -> dict:
        """Where the iteration that began last stands: the batch that comes next, by its epoch and step."""
        current = self._current and self._current()
        if current is not None and current.stream is not None:
            return json.loads(current.stream.state())
        if self._going_on is not None:
            return dict(self._going_on)
        if self._state is None:
            stream, wanted, _ = self._take()
            stream.epochs(self.epoch, 0)
            self.give_back(stream, wanted, None)
        return dict(self._state)

    def load_state_dict(self, state: dict) -> None:
        """Lets the next iteration go on from a state, whatever the number of ranks and workers it was saved with."""
        state = dict(state)
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


class Iteration:
    """One epoch, or the rest of one."""

    def __init__(self, feed: Feed, stream, wanted, epoch: int, left: int):
        self.feed, self.stream, self.wanted = feed, stream, wanted
        self.epoch, self.left = epoch, left

    def __iter__(self):
        return self

    def __len__(self):
        return self.left

    def __next__(self):
        if self.stream is None:
            raise StopIteration
        if self.left == 0:
            stream, self.stream = self.stream, None
            self.feed.give_back(stream, self.wanted, self.epoch + 1)
            raise StopIteration
        batch = self.stream.next(self.feed.allocate)
        if batch is None:
            self.left = 0
            return self.__next__()
        self.left -= 1
        return self.feed.convert(batch)

    def __del__(self):
        stream, self.stream = getattr(self, "stream", None), None
        if stream is not None and stream.usable():
            self.feed.give_back(stream, self.wanted, None)
            stream.stop()

"""Epochs, one an iteration: which comes next, the state to save, and the native streams."""

from __future__ import annotations

import json
import os
import threading
import weakref

from ._iteration import ENDLESS, Iteration, keeps_state
from ._options import whole
from ._warnings import warn


class Feed:
    """Iterates the epochs of a data set, one an iteration.

    Parameters
    ----------
    source : object
        Has the attributes ``native``, a native data set or another object with its method
        ``stream``, and ``seed``. Both may change between iterations. It must hold no reference to
        the feed: streams have threads, which end when the feed is freed, and in a cycle of
        references it would be freed late.
    streaming : callable
        Returns the options of a stream; called when an iteration begins.
    convert : callable
        Turns a native batch into what an iteration yields.
    allocate : callable, optional
        Allocates the memory of each batch.
    adopt_seed : callable, optional
        Called with the seed of a state that is loaded, if the user has given none.
    repeats : bool
        Whether every iteration is of the same epoch, the first one.
    """

    def __init__(self, source, streaming, convert, allocate=None, adopt_seed=None, repeats=False):
        self.source, self.streaming, self.convert = source, streaming, convert
        self.allocate, self.adopt_seed, self.repeats = allocate, adopt_seed, repeats
        # The next iteration's epoch, the state that it resumes, and whether that epoch had ended.
        self.epoch, self._resume, self._ended = 0, None, False
        self._last_set = None  # the epoch that was set last
        self._elsewhere = None  # the epoch that another loader gives, by this one's sampler
        self._idle = None  # a stream that is not iterated, its options, and the next epoch in it
        # The state at the end of the last iteration, and its data set.
        self._state, self._state_native = None, None
        self._current = None  # a weak reference to the iteration that began last
        # Counts the beginnings. Iterations of earlier generations change nothing here any more.
        self._generation = 0
        self._process, self._lock = os.getpid(), threading.RLock()

    def __getstate__(self):
        # The copy begins at the cursor of this one.
        state, running = self._native_state(), self._running()
        copied = {"epoch": state["epoch"], "_resume": state if state["step"] > 0 else None, "_state": state}
        native = running.options[0] if running is not None else self._state_native
        if state["step"] > 0 and self._resume is None and native is not self.source.native:
            following = self.after(state["epoch"])
            warn(
                f"a setting was assigned within epoch {state['epoch']}, and the copy of the loader has it: the copy "
                f"begins epoch {following}. To copy the rest of the epoch, copy before you assign"
            )
            copied = {"epoch": following, "_resume": None, "_state": None}
        copied["_ended"] = False
        without = dict.fromkeys(["_state_native", "_idle", "_current", "_process", "_lock"])
        return {**self.__dict__, **copied, **without}

    def _locked(self):
        """Returns the lock.

        A forked process makes its own, since a thread of its parent may hold the old one.
        """
        if self._process != os.getpid():
            self._process, self._lock, self._idle = os.getpid(), threading.RLock(), None
        return self._lock

    def prepare(self) -> None:
        """Makes the first stream now, so that its errors are raised now."""
        with self._locked():
            self._idle = self._take_stream()

    def set_epoch(self, epoch: int) -> None:
        """Sets the epoch of the next batch; frameworks call it before ``iter``, or after it.

        An iteration within that epoch continues. One that has given no batch yet begins that epoch.
        The next iteration begins it as well, unless the current one gives a batch first.

        A loaded state is kept if it is within that epoch, or if that epoch was the last one set
        before the state was saved. If that epoch had ended, its iteration gives no batch.
        """
        epoch = whole("epoch", epoch)
        if self.repeats:
            return
        last_set, self._last_set = self._last_set, epoch
        self._elsewhere = None
        running = self._running()
        if running is not None:
            if running.set_epoch(epoch, last_set):
                return
            running.warn_of_skipped(epoch)
        with self._locked():
            keeps = False
            if self._resume is not None:
                keeps, self._ended = keeps_state(self._resume, epoch, last_set)
            if not keeps:
                self.epoch, self._resume, self._state = epoch, None, None
                self._generation += 1

    def _running(self) -> Iteration | None:
        """Returns the iteration that began last, if it is of this process and generation."""
        with self._locked():
            current = self._current and self._current()
            stream = current.stream if current is not None and current.generation == self._generation else None
            return current if stream is not None and stream.usable() else None

    def move(self, generation: int, epoch: int, resume: dict | None) -> None:
        """Sets the epoch of the next iteration and the state that it resumes, for an iteration.

        Ignores iterations of earlier generations.
        """
        with self._locked():
            if generation == self._generation:
                self.epoch, self._resume = epoch, resume

    def after(self, epoch: int) -> int:
        """Returns the epoch that follows."""
        return epoch if self.repeats else epoch + 1

    def __iter__(self):
        iteration = Iteration(self)
        self.start(iteration)
        return iteration

    def start(self, iteration: Iteration) -> None:
        """Starts an iteration at the cursor.

        One that was started before and has given no batch hands over its place: it starts anew when
        a batch is asked for. So an iteration that gives none is no epoch; tqdm.auto begins two, and
        takes batches of one.
        """
        running = self._running()
        if running is not None:
            running.hand_over()
        with self._locked():
            epoch, resume = self.epoch, self._resume
            self._elsewhere = None
            stream, options, next_epoch = self._take_stream()
            done = 0
            if resume is not None:
                stream.resume(json.dumps(resume), ENDLESS)
                done = resume["step"]
            elif next_epoch != epoch:
                stream.epochs(epoch, ENDLESS)
            batches = stream.batches_per_epoch()
            if batches == 0:
                size = self.streaming()["batch_size"]
                raise ValueError(
                    f"an epoch has no batch: its {len(self.source.native)} examples are fewer than batch_size={size}, "
                    "and the short batch is dropped, by drop_last=True or because several ranks share it: use a "
                    "smaller batch_size"
                )
            remaining = batches - done
            self._generation += 1
            iteration.start(stream, options, epoch, remaining, resume, self._generation)
            if self._ended:
                iteration.epoch, iteration.remaining = epoch - 1, 0
            self.epoch, self._resume, self._state = self.after(iteration.epoch), None, None
            self._ended = False
            self._current = weakref.ref(iteration)

    def take_over(self, stream, options, epoch: int, resume: dict | None, generation: int) -> None:
        """Takes the stream and the place of an iteration that has given no batch."""
        with self._locked():
            self._idle = (stream, options, None)
            if generation == self._generation:
                self.epoch, self._resume, self._state = epoch, resume, None

    def _take_stream(self):
        """Returns a stream, the options that it was made with, and the next epoch in it, if any."""
        options = (self.source.native, self.source.seed, self.streaming(), self.allocate)
        idle, self._idle = self._idle, None
        if idle is not None and idle[0].usable() and idle[1] == options:
            return idle
        native, *others = options
        return native.stream(*others), options, None

    def give_back(self, stream, options, next_epoch, generation: int) -> None:
        """Takes the stream of a finished iteration; ``next_epoch`` is None if it is to stop."""
        state = json.loads(stream.state())
        if next_epoch is None:
            stream.stop()
        with self._locked():
            if generation == self._generation:
                self._state, self._state_native = self._in_own_epoch(state), options[0]
            self._idle = (stream, options, next_epoch)

    def _in_own_epoch(self, state: dict) -> dict:
        """Returns a stream's state with the epoch of the feed, which differs if it repeats one."""
        return {**state, "epoch": self.epoch} if self.repeats else state

    def given_elsewhere(self, epoch: int) -> None:
        """Notes that another loader gives an epoch: how far it is cannot be known here."""
        self._elsewhere = epoch

    def state_dict(self) -> dict:
        """Returns the state: the cursor of the last iteration, and what identifies its stream.

        If an earlier epoch than the cursor's was set last, the state has that one as well:
        Lightning iterates a short loader several times while a longer one is in one epoch.

        Raises RuntimeError if another loader gives the epoch.
        """
        with self._locked():
            if self._elsewhere is not None:
                raise RuntimeError(
                    f"another loader gives epoch {self._elsewhere}, over loader.sampler or loader.batch_sampler, and "
                    "this loader does not know how far that one is. Iterate this loader itself. With Accelerate, "
                    "leave it out of prepare, or save the state of the prepared loader, which it has with "
                    "DataLoaderConfiguration(use_stateful_dataloader=True)"
                )
            state = self._native_state()
            earlier = self._last_set is not None and self._last_set < state["epoch"]
            return {**state, "set_epoch": self._last_set} if earlier else state

    def _native_state(self) -> dict:
        """Returns the state as the extension module writes it."""
        with self._locked():
            running = self._running()
            if running is not None:
                return self._in_own_epoch(json.loads(running.stream.state()))
            if self._resume is not None:
                return dict(self._resume)
            # A state at the start of an epoch is of the data set as it is now.
            if self._state is None or (self._state["step"] == 0 and self._state_native is not self.source.native):
                stream, options, _ = self._take_stream()
                stream.epochs(self.epoch, 0)
                self.give_back(stream, options, None, self._generation)
            return dict(self._state)

    def load_state_dict(self, state: dict) -> None:
        """Lets the next iteration resume a state, for any number of ranks and workers."""
        if not isinstance(state, dict):
            raise ValueError(f"the state of a loader is a dictionary, not {state!r}: give what state_dict() returned")
        state = dict(state)
        last_set = state.pop("set_epoch", None)
        with self._locked():
            before = self.source.seed
            if self.adopt_seed is not None and "seed" in state:
                self.adopt_seed(state["seed"])
            try:
                stream, options, _ = self._take_stream()
                # Raises now if the state is of another stream.
                stream.resume(json.dumps(state), 0)
            except BaseException:
                # A state that is refused changes nothing.
                if self.adopt_seed is not None:
                    self.adopt_seed(before)
                raise
            stream.stop()
            self._idle = (stream, options, None)
            self.epoch, self._resume, self._state = state["epoch"], state, None
            self._last_set, self._ended, self._elsewhere = last_set, False, None
            self._generation += 1

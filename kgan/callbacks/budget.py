"""Limits the time that callbacks take from training."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator


class Budget:
    """Limits the work beside training to a share of the time.

    The first piece of work does not count: TensorFlow compiles and references are read
    in it.

    >>> from kgan.callbacks.budget import Budget
    >>> budget = Budget(0.2)
    >>> with budget.spending():
    ...     mean = images.mean()
    >>> budget.allows()
    True

    Args:
        share: the largest share of the time since the start, in (0, 1]; None: no limit.
        clock: () -> seconds.

    Raises:
        ValueError: if `share` is out of range.
    """

    def __init__(
        self, share: float | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        if share is not None and not 0 < share <= 1:
            raise ValueError(
                f"Expected a budget in (0, 1], a share of the time, or None. "
                f"Received: budget={share}."
            )
        self.share = share
        self._clock = clock
        self.start()

    def start(self) -> None:
        """Starts again: no time has passed and none is spent."""
        self._began = self._clock()
        self._times, self._spent, self._last = 0, 0.0, 0.0

    def allows(self) -> bool:
        """Whether more work stays within the share, if it takes as long as the last."""
        if self.share is None or self._times < 2:
            return True
        passed = self._clock() - self._began
        return self._spent + self._last <= self.share * passed

    @contextlib.contextmanager
    def spending(self) -> Iterator[None]:
        """A context that counts the time of its block as spent."""
        began = self._clock()
        yield
        self._times += 1
        if self._times > 1:
            self._last = self._clock() - began
            self._spent += self._last

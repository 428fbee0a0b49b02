"""Looking at a run without slowing it."""

import contextlib
import time


class Budget:
    """Keeps what is done beside training to a share of the time.

    The first time, in which TensorFlow compiles and references are read, does not
    count.

    Args:
        share: the largest share of the time since the start, in (0, 1]; None: no limit.
        clock: () -> seconds.

    Raises:
        ValueError: for another share.
    """

    def __init__(self, share, clock=time.monotonic):
        if share is not None and not 0 < share <= 1:
            raise ValueError(
                f"Expected a budget in (0, 1], a share of the time, or None. "
                f"Received: budget={share}."
            )
        self.share = share
        self._clock = clock
        self.start()

    def start(self):
        """Begins anew."""
        self._began = self._clock()
        self._times, self._spent, self._last = 0, 0.0, 0.0

    def allows(self):
        """Whether once more, at the cost of the last time, stays within the share."""
        if self.share is None or self._times < 2:
            return True
        passed = self._clock() - self._began
        return self._spent + self._last <= self.share * passed

    @contextlib.contextmanager
    def spending(self):
        """Counts the time that the block takes."""
        began = self._clock()
        yield
        self._times += 1
        if self._times > 1:
            self._last = self._clock() - began
            self._spent += self._last

"""What the studies at equal time share: trainings of so many minutes of a processor.

Seconds of a processor are those of all its threads: with one core, such as `taskset -c
0 python ...`, other work beside it changes little.
"""

import time

# A whole number of periods of lazy updates.
TRIAL_STEPS = 48


def trained(model, batches, steps):
    """The logs of so many steps, and the seconds of a processor that they took."""
    start = time.process_time()
    history = model.fit(batches, epochs=1, steps_per_epoch=steps, verbose=0).history
    seconds = time.process_time() - start
    return {k: round(float(v[-1]), 4) for k, v in history.items()}, seconds


def steps_in(model, batches, minutes):
    """How many steps the minutes are enough for; the model is trained in the trial.

    The first steps, which compile, do not count.
    """
    trained(model, batches, TRIAL_STEPS)
    _, seconds = trained(model, batches, TRIAL_STEPS)
    return max(1, round(60.0 * minutes * TRIAL_STEPS / seconds))

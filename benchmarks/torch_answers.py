"""What the peers in PyTorch share: how they are asked."""

import sys


def answer(tasks, networks):
    """Prints the numbers of parameters; then does what each line of the input asks.

    A line is "TASK TIMES"; "done" is the answer. Each task runs twice before.

    Args:
        tasks: name -> function.
        networks: whose parameters are counted.
    """
    for task in tasks.values():
        task()
        task()
    print(*(sum(w.numel() for w in n.parameters()) for n in networks), flush=True)
    for line in sys.stdin:
        task, times = line.split()
        for _ in range(int(times)):
            tasks[task]()
        print("done", flush=True)

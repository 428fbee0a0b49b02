"""Several machines, played by processes on the loopback interface."""

import json
import os
import socket


def environments(n):
    """The environment of each of n processes that are machines to each other."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(n)]
    workers = [f"127.0.0.1:{s.getsockname()[1]}" for s in sockets]
    for s in sockets:
        s.close()
    tasks = [{"type": "worker", "index": index} for index in range(n)]
    return [
        {
            **os.environ,
            "TF_CONFIG": json.dumps({"cluster": {"worker": workers}, "task": task}),
        }
        for task in tasks
    ]

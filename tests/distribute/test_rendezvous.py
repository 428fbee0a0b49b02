import contextlib
import json
import socket
import threading

import pytest

from kgan.distribute.rendezvous import Cluster


def free_ports(n):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(n)]
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]


def clusters(n):
    addresses = tuple(f"127.0.0.1:{port}" for port in free_ports(n))
    return [Cluster(addresses, i) for i in range(n)]


def meet_all(members, settings, seconds=10.0):
    """What each member's `meet` raised, or None."""
    results = [None] * len(members)

    def meet(i):
        try:
            members[i].meet(settings[i], seconds)
        except ValueError as error:
            results[i] = str(error)

    threads = [threading.Thread(target=meet, args=(i,)) for i in range(len(members))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_all_agree():
    members = clusters(4)
    assert meet_all(members, [{"epochs": 3}] * 4) == [None] * 4
    # The addresses are free again for TensorFlow.
    for member in members:
        port = int(member.addresses[member.index].split(":")[1])
        socket.create_server(("127.0.0.1", port)).close()


def test_difference_is_named():
    settings = [{"epochs": 3, "code": "a"}, {"epochs": 4, "code": "a"}]
    first, second = meet_all(clusters(2), settings)
    assert "worker 1" in first
    assert "epochs is 3 here, 4 there" in first
    assert "code" not in first.split(":", 1)[1].split(". Start")[0]
    assert "epochs is 4 here, 3 there" in second


def test_missing_worker_is_named():
    members = clusters(3)
    results = meet_all(members[:2], [{}, {}], seconds=1.0)
    for result in results:
        assert f"worker 2 ({members[2].addresses[2]})" in result
        assert "within 1 s. Received: no answer from worker 2" in result


def test_silent():
    members = clusters(2)
    port = int(members[0].addresses[0].split(":")[1])
    with socket.create_server(("127.0.0.1", port)):
        assert members[0].silent() == [members[0].name(1)]


def test_tf_config(monkeypatch):
    config = {
        "cluster": {"chief": ["c:1"], "worker": ["w0:1", "w1:1"]},
        "task": {"type": "worker", "index": 1},
    }
    monkeypatch.setenv("TF_CONFIG", json.dumps(config))
    cluster = Cluster.from_environment()
    assert cluster.addresses == ("c:1", "w0:1", "w1:1")
    assert cluster.name(cluster.index) == "worker 2 (w1:1)"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"task": {"type": "worker", "index": 2}}, "it has no task worker 2"),
        ({"task": {"type": "ps", "index": 0}}, "task type is 'ps'"),
        ({"cluster": {"worker": ["host"]}}, "'host' is not host:port"),
    ],
)
def test_bad_tf_config(monkeypatch, change, message):
    config = {
        "cluster": {"worker": ["a:1", "b:1"]},
        "task": {"type": "worker", "index": 0},
    }
    monkeypatch.setenv("TF_CONFIG", json.dumps({**config, **change}))
    with pytest.raises(ValueError, match=message):
        Cluster.from_environment()

"""Chooses the `tf.distribute` strategy, and refuses early what cannot work."""

from __future__ import annotations

import contextlib
import functools
import json
import os
from collections.abc import Iterator
from typing import Any

import tensorflow as tf

from kgan.distribute.rendezvous import Cluster

# The port of the first task of a node; the next tasks use the next ports.
_SLURM_PORT = 8888


def strategy(
    devices: str = "auto", settings: dict[str, Any] | None = None
) -> tf.distribute.Strategy:
    """The strategy in whose scope a model is built and compiled.

    Call `strategy` before any other TensorFlow function runs. A second call with the
    same devices returns the same strategy, because two strategies would mix up their
    collectives.

        >>> strategy = kgan.distribute.strategy("cpu:1")
        >>> strategy.num_replicas_in_sync
        1

    Args:
        devices:
            - "auto": the machines of TF_CONFIG if it names several, else all visible
              GPUs, else the CPU;
            - "cpu:N": N logical CPUs, to rehearse several devices on one machine;
            - "gpu:0,1": GPUs by number;
            - "multiworker": the machines of TF_CONFIG;
            - "slurm": the tasks of the Slurm job step that started this process;
            - "tpu": the TPU of this machine or of TPU_NAME.
        settings: name -> JSON value; several machines must agree on these.

    Returns:
        A `tf.distribute.Strategy`. For one device, TensorFlow's default: no strategy.

    Raises:
        ValueError: for devices that do not exist, a malformed TF_CONFIG, no Slurm job
            step, a machine that does not answer, or a machine with other settings.
    """
    kind, _, numbers = devices.partition(":")
    if kind == "auto" and not numbers:
        kind = "multiworker" if _several_workers() else "gpus"
    if kind == "gpus" and not numbers:
        return _mirrored(tuple(gpu.name for gpu in _gpus()))
    if kind == "gpu" and numbers:
        return _mirrored(_numbered_gpus(devices, numbers))
    if kind == "cpu" and numbers.isdigit() and int(numbers) >= 1:
        return _mirrored(_logical_cpus(int(numbers)))
    if kind == "multiworker" and not numbers:
        return _multi_worker(json.dumps(settings or {}))
    if kind == "slurm" and not numbers:
        os.environ["TF_CONFIG"] = json.dumps(_slurm_tasks())
        return _multi_worker(json.dumps(settings or {}))
    if kind == "tpu":
        return _tpu(numbers)
    raise ValueError(
        "Expected devices to be auto, cpu:N, gpu:0,1, multiworker, slurm or tpu. "
        f"Received: devices={devices!r}."
    )


def check_batch_size(strategy: tf.distribute.Strategy, batch_size: int) -> None:
    """Raises ValueError unless `batch_size` divides evenly over the replicas."""
    replicas = strategy.num_replicas_in_sync
    if batch_size % replicas:
        below = batch_size // replicas * replicas
        nearest = f"{below} or {below + replicas}" if below else f"{replicas}"
        raise ValueError(
            f"Expected a global batch that divides over {replicas} replicas. "
            f"Received: {batch_size} examples. The nearest sizes that work: {nearest}."
        )


def check_xla(strategy: tf.distribute.Strategy) -> None:
    """Raises ValueError if XLA cannot compile the training steps of `strategy`."""
    replicas = strategy.num_replicas_in_sync
    if replicas == 1:
        return
    devices = strategy.extended.worker_devices
    if any("CPU" in device for device in devices):
        raise ValueError(
            "Expected no XLA (jit_compile=True, --jit) with several replicas on CPUs, "
            "because XLA cannot compile the messages between such replicas. "
            f"Received: {replicas} replicas on {', '.join(devices)}. Train without "
            "XLA, on one device, or on GPUs."
        )


def check_steps_per_execution(strategy: tf.distribute.Strategy, steps: int) -> None:
    """Raises ValueError if `strategy` cannot run several steps per execution."""
    replicas = strategy.num_replicas_in_sync
    if steps > 1 and replicas > 1:
        raise ValueError(
            "Expected steps_per_execution=1 on several replicas, because TensorFlow "
            "cannot put the messages between replicas into a loop. "
            f"Received: steps_per_execution={steps}, {replicas} replicas."
        )


def batches(
    strategy: tf.distribute.Strategy, source: Any, batch_size: int, **kwargs: Any
) -> Any:
    """`source.batches` for `fit` under `strategy`, with the same global batches.

    On one machine, `fit` divides each batch over the replicas. On several machines,
    TensorFlow would give whole batches to each machine. Here every machine reads its
    own rows of each global batch, so that the updates are the same as on one machine.

        >>> strategy = kgan.distribute.strategy("cpu:1")
        >>> kgan.distribute.batches(strategy, source, 32).position.steps
        2

    Args:
        strategy: the return value of `kgan.distribute.strategy`.
        source: a `kgan.data.Source`.
        batch_size: examples per global batch.
        **kwargs: as for `source.batches`.

    Returns:
        A dataset with the attributes `source` and `position`.

    Raises:
        ValueError: if the global batch does not divide over the replicas.
    """
    check_batch_size(strategy, batch_size)
    total = strategy.num_replicas_in_sync
    if not several_machines(strategy):
        return source.batches(batch_size, **kwargs)
    local_datasets = []

    def of_this_machine(context: Any):
        count = total // context.num_input_pipelines
        replicas = (context.input_pipeline_id * count, count, total)
        dataset = source.batches(batch_size, replicas=replicas, **kwargs)
        local_datasets.append(dataset)
        return dataset

    data = strategy.distribute_datasets_from_function(of_this_machine)
    data.source, data.position = source, local_datasets[-1].position
    return data


def several_machines(strategy: tf.distribute.Strategy) -> bool:
    """Whether `strategy` trains on several machines."""
    return isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy)


def is_chief(strategy: tf.distribute.Strategy) -> bool:
    """Whether this process writes logs, checkpoints and exports."""
    resolver = strategy.cluster_resolver
    if resolver is None or not resolver.task_type:
        return True
    return resolver.task_type == "chief" or (
        resolver.task_type == "worker"
        and resolver.task_id == 0
        and "chief" not in resolver.cluster_spec().as_dict()
    )


@contextlib.contextmanager
def loss_of_machines_named(strategy: tf.distribute.Strategy) -> Iterator[None]:
    """A context that names the machine when another machine stops.

    TensorFlow's own errors do not name the machine.

    Raises:
        ValueError: if a machine of `strategy` does not answer any more.
    """
    try:
        yield
    except tf.errors.OpError as error:
        if not several_machines(strategy):
            raise
        silent = Cluster.from_environment().silent()
        if not silent:
            raise
        raise ValueError(
            "Expected all workers to go on. "
            f"Received: {', '.join(silent)} stopped, so this worker stops too. Start "
            "all workers again with the same command to go on from the last checkpoint."
        ) from error


@functools.cache
def _mirrored(devices: tuple[str, ...]):
    if len(devices) < 2:
        return tf.distribute.get_strategy()
    return tf.distribute.MirroredStrategy(list(devices))


@functools.cache
def _multi_worker(settings: str):
    Cluster.from_environment().meet(json.loads(settings))
    return tf.distribute.MultiWorkerMirroredStrategy()


def _slurm_tasks():
    """The tasks of this Slurm job step, as TF_CONFIG."""
    try:
        # Slurm decides which GPUs a task sees; the resolver needs any number.
        resolver = tf.distribute.cluster_resolver.SlurmClusterResolver(
            port_base=_SLURM_PORT, gpus_per_node=1024, gpus_per_task=1,
            auto_set_gpu=False,
        )  # fmt: skip
        cluster = resolver.cluster_spec().as_dict()
        kind, index = resolver.get_task_info()
    except (KeyError, RuntimeError, ValueError) as error:
        raise ValueError(
            "Expected a task of a Slurm job step: start it by srun. "
            f"Received: a process outside of one. TensorFlow's error: {error}"
        ) from None
    return {"cluster": cluster, "task": {"type": kind, "index": index}}


@functools.cache
def _tpu(name: str):
    try:
        resolver = tf.distribute.cluster_resolver.TPUClusterResolver(name)
        tf.config.experimental_connect_to_cluster(resolver)
        tf.tpu.experimental.initialize_tpu_system(resolver)
    except (ValueError, RuntimeError, tf.errors.OpError) as error:
        raise ValueError(
            "Expected a TPU at TPU_NAME or at tpu:NAME. "
            f"Received: devices='tpu:{name}'. TensorFlow's error: {error}"
        ) from None
    return tf.distribute.TPUStrategy(resolver)


def _gpus():
    return tf.config.list_logical_devices("GPU")


def _numbered_gpus(devices: str, numbers: str):
    gpus = _gpus()
    numbers = [n.strip() for n in numbers.split(",")]
    wrong = [n for n in numbers if not n.isdigit() or int(n) >= len(gpus)]
    if wrong or len(set(numbers)) < len(numbers):
        names = ", ".join(gpu.name for gpu in gpus) or "none"
        raise ValueError(
            f"Expected numbers of visible GPUs ({names}), each number once. "
            f"Received: devices={devices!r}."
        )
    return tuple(gpus[int(n)].name for n in numbers)


def _logical_cpus(n: int):
    cpu = tf.config.list_physical_devices("CPU")[0]
    try:
        if n > 1:
            logical = [tf.config.LogicalDeviceConfiguration()] * n
            tf.config.set_logical_device_configuration(cpu, logical)
    except RuntimeError:
        # TensorFlow has started, perhaps with enough logical CPUs.
        pass
    cpus = tf.config.list_logical_devices("CPU")
    if len(cpus) < n:
        raise ValueError(
            f"Expected devices='cpu:{n}' before TensorFlow starts. Received: a process "
            f"that runs with {len(cpus)} logical CPUs. Choose the strategy first."
        )
    return tuple(f"CPU:{i}" for i in range(n))


def _several_workers():
    try:
        cluster = json.loads(os.environ.get("TF_CONFIG") or "{}").get("cluster", {})
        return sum(map(len, cluster.values())) > 1
    except (ValueError, AttributeError, TypeError):
        # TF_CONFIG is malformed: `Cluster.from_environment` explains what is wrong.
        return True

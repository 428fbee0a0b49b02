"""Picks the `tf.distribute` strategy, and says early what cannot work."""

import contextlib
import functools
import json
import os

import tensorflow as tf

from kgan.rendezvous import Cluster

# The first task of a node listens here, the next ones on the ports above.
_SLURM_PORT = 8888


def strategy(devices="auto", settings=None):
    """The strategy to build and compile a model in the scope of.

    Call it before anything else of TensorFlow runs. Asked again for the same devices,
    it gives the same strategy: two would mix up their collectives.

    Args:
        devices:
            - "auto": the machines of TF_CONFIG if it names several, else all visible
              GPUs, else the one device there is;
            - "cpu:N": N logical CPUs, to rehearse several devices on one;
            - "gpu:0,1": GPUs by number;
            - "multiworker": the machines of TF_CONFIG;
            - "slurm": the tasks of the Slurm job step that this process is one of;
            - "tpu": the TPU of this machine or of TPU_NAME.
        settings: what several machines must agree on: name -> JSON value.

    Returns:
        A `tf.distribute.Strategy`. For one device, TensorFlow's default: no strategy.

    Raises:
        ValueError: for devices that are not there, a TF_CONFIG that is not right, no
            Slurm job step, or a machine that does not come or has other settings.
    """
    kind, _, numbers = devices.partition(":")
    if kind == "auto" and not numbers:
        kind = "multiworker" if _several_workers() else "gpus"
    if kind == "gpus" and not numbers:
        return _mirrored(tuple(gpu.name for gpu in _gpus()))
    if kind == "gpu" and numbers:
        return _mirrored(_chosen_gpus(devices, numbers))
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


def check_batch_size(strategy, batch_size):
    """Raises ValueError unless `batch_size` divides evenly over the replicas."""
    replicas = strategy.num_replicas_in_sync
    if batch_size % replicas:
        below = batch_size // replicas * replicas
        nearest = f"{below} or {below + replicas}" if below else f"{replicas}"
        raise ValueError(
            f"Expected a global batch that divides over {replicas} replicas. "
            f"Received: {batch_size} examples. The nearest that work: {nearest}."
        )


def check_xla(strategy):
    """Raises ValueError if TensorFlow cannot compile the steps of `strategy` by XLA."""
    replicas = strategy.num_replicas_in_sync
    if replicas == 1:
        return
    devices = strategy.extended.worker_devices
    if any("CPU" in device for device in devices):
        raise ValueError(
            "Expected no XLA (jit_compile=True, --jit) where CPUs are several "
            "replicas: TensorFlow cannot compile what they exchange. Leave it out, or "
            f"train on one device, or on GPUs. Received: {replicas} replicas on "
            f"{', '.join(devices)}."
        )


def check_steps_per_execution(strategy, steps):
    """Raises ValueError if `strategy` cannot make several steps in one execution."""
    replicas = strategy.num_replicas_in_sync
    if steps > 1 and replicas > 1:
        raise ValueError(
            "Expected steps_per_execution=1 on several replicas: TensorFlow cannot put "
            f"what they exchange into a loop. Received: steps_per_execution={steps}, "
            f"{replicas} replicas."
        )


def batches(strategy, source, batch_size, **kwargs):
    """`source.batches` for `fit` under `strategy`, with the same global batches.

    On one machine `fit` divides each batch over the replicas. On several, TensorFlow
    would deal out whole batches to the machines; here every machine reads its own rows
    of each global batch, so that the updates are those of one machine.

    Args:
        strategy: from `strategy`.
        source: a `kgan.data.Source`.
        batch_size: examples in the global batch.
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
    read = []

    def of_this_machine(context):
        count = total // context.num_input_pipelines
        replicas = (context.input_pipeline_id * count, count, total)
        read.append(source.batches(batch_size, replicas=replicas, **kwargs))
        return read[-1]

    data = strategy.distribute_datasets_from_function(of_this_machine)
    data.source, data.position = source, read[-1].position
    return data


def several_machines(strategy):
    """Whether `strategy` trains on several machines."""
    return isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy)


def is_chief(strategy):
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
def loss_of_machines_named(strategy):
    """Turns TensorFlow's errors, when another machine is gone, into one that names it.

    Raises:
        ValueError: if a machine of `strategy` does not answer any more.
    """
    try:
        yield
    except tf.errors.OpError as error:
        if not several_machines(strategy):
            raise
        gone = Cluster.from_environment().silent()
        if not gone:
            raise
        raise ValueError(
            f"{', '.join(gone)} stopped, so this one stops too. Start all again with "
            "the same command to go on from the last checkpoint."
        ) from error


@functools.cache
def _mirrored(devices):
    if len(devices) < 2:
        return tf.distribute.get_strategy()
    return tf.distribute.MirroredStrategy(list(devices))


@functools.cache
def _multi_worker(settings):
    Cluster.from_environment().meet(json.loads(settings))
    return tf.distribute.MultiWorkerMirroredStrategy()


def _slurm_tasks():
    """The tasks of this Slurm job step, as TF_CONFIG."""
    try:
        # Which GPUs a task sees is Slurm's to say; the resolver needs some number.
        resolver = tf.distribute.cluster_resolver.SlurmClusterResolver(
            port_base=_SLURM_PORT, gpus_per_node=1024, gpus_per_task=1,
            auto_set_gpu=False,
        )  # fmt: skip
        cluster = resolver.cluster_spec().as_dict()
        kind, index = resolver.get_task_info()
    except (KeyError, RuntimeError, ValueError) as error:
        raise ValueError(
            "Expected to be a task of a Slurm job step: start it by srun. TensorFlow "
            f"says: {error}"
        ) from None
    return {"cluster": cluster, "task": {"type": kind, "index": index}}


@functools.cache
def _tpu(name):
    try:
        resolver = tf.distribute.cluster_resolver.TPUClusterResolver(name)
        tf.config.experimental_connect_to_cluster(resolver)
        tf.tpu.experimental.initialize_tpu_system(resolver)
    except (ValueError, RuntimeError, tf.errors.OpError) as error:
        raise ValueError(
            f"Expected a TPU, at TPU_NAME or tpu:NAME. TensorFlow says: {error}"
        ) from None
    return tf.distribute.TPUStrategy(resolver)


def _gpus():
    return tf.config.list_logical_devices("GPU")


def _chosen_gpus(devices, numbers):
    there = _gpus()
    chosen = [n.strip() for n in numbers.split(",")]
    wrong = [n for n in chosen if not n.isdigit() or int(n) >= len(there)]
    if wrong or len(set(chosen)) < len(chosen):
        names = ", ".join(gpu.name for gpu in there) or "none"
        raise ValueError(
            f"Expected GPUs that are there ({names}), each once. "
            f"Received: devices={devices!r}."
        )
    return tuple(there[int(n)].name for n in chosen)


def _logical_cpus(n):
    cpu = tf.config.list_physical_devices("CPU")[0]
    try:
        if n > 1:
            logical = [tf.config.LogicalDeviceConfiguration()] * n
            tf.config.set_logical_device_configuration(cpu, logical)
    except RuntimeError:
        # TensorFlow has started; there may be enough of them already.
        pass
    there = tf.config.list_logical_devices("CPU")
    if len(there) < n:
        raise ValueError(
            f"Expected cpu:{n} before TensorFlow has started. Received: a process that "
            f"runs with {len(there)} logical CPUs. Pick the strategy first."
        )
    return tuple(f"CPU:{i}" for i in range(n))


def _several_workers():
    try:
        cluster = json.loads(os.environ.get("TF_CONFIG") or "{}").get("cluster", {})
        return sum(map(len, cluster.values())) > 1
    except (ValueError, AttributeError, TypeError):
        # Malformed: let the multi-worker path say what is wrong with it.
        return True

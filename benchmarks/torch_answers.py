"""What the peers in PyTorch share: how they run, and how they are asked."""

import in_turn
import torch

DTYPES = {"float32": None, "bfloat16": torch.bfloat16, "float16": torch.float16}


class Form:
    """How PyTorch runs.

    Args:
        device: "cpu" or "cuda".
        precision: "float32"; or "bfloat16" or "float16" by autocast, the latter with
            scaled losses.
        mode:
            - "eager": as PyTorch is without options;
            - "channels_last": memory in that order, and Adam's fused form;
            - "compile": the same, with torch.compile.

    Attributes:
        device: as the argument.
        order: of memory.
    """

    def __init__(self, device, precision, mode):
        torch.manual_seed(0)
        self.device, self.mode, self.dtype = device, mode, DTYPES[precision]
        self.tuned = mode != "eager"
        self.order = torch.channels_last if self.tuned else torch.contiguous_format
        if device == "cuda":
            # What TensorFlow does by default: products of float32 in TF32, and cuDNN's
            # fastest algorithms, found by trial.
            torch.set_float32_matmul_precision("high")
            torch.backends.cudnn.benchmark = self.tuned

    def placed(self, x):
        """A network, or images [batch, channels, height, width], in this form."""
        return x.to(self.device, memory_format=self.order)

    def compiled(self, network):
        """What is called instead of the network."""
        return torch.compile(network) if self.mode == "compile" else network

    def cast(self):
        """A context in which the passes of networks have the precision.

        A context for each pass: it keeps the weights that it has rounded, also when an
        update has changed them.
        """
        dtype = self.dtype or torch.bfloat16
        return torch.autocast(self.device, dtype, enabled=self.dtype is not None)

    def adam(self, network, lr, betas):
        """A function that updates a network by the gradient of a loss."""
        weights = network.parameters()
        adam = torch.optim.Adam(weights, lr, betas, fused=self.tuned)
        scales = self.dtype is torch.float16
        scaler = torch.amp.GradScaler(self.device, enabled=scales)

        def update(loss):
            adam.zero_grad()
            scaler.scale(loss).backward()
            scaler.step(adam)
            scaler.update()

        return update


def answer(tasks, networks):
    """Does what each line of the input asks; see `in_turn.answer`.

    Args:
        tasks: name -> function.
        networks: whose parameters are counted.
    """
    counts = [sum(w.numel() for w in n.parameters()) for n in networks]
    in_turn.answer(tasks, counts, gpu_peak)


def gpu_peak():
    """The most megabytes of the GPU's memory until now, or None, when it is done."""
    if not torch.cuda.is_initialized():
        return None
    # The calls return before the GPU has computed.
    torch.cuda.synchronize()
    return round(torch.cuda.max_memory_allocated() / 2**20)

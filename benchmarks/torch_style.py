"""The peer of style_speed.py and gpu.py: StyleGAN2 in plain PyTorch.

    python torch_style.py DEVICE PRECISION MODE SIZE CHANNEL_BASE CHANNEL_MAX LATENTS \
        BATCH

See torch_answers.py for the first three. torch.compile is for each network where no
second derivatives are asked, which it does not have.

The networks are those of the paper's authors in their form for training: modulated
convolution by scaling the inputs and outputs of one convolution, and the blur as a
depthwise convolution. Passes per step are those of kgan. It prints the numbers of
parameters; then it answers each line of its input, "TASK STEPS", when it has done that.
"""

import itertools
import math
import sys

import torch
from torch import nn
from torch.nn import functional
from torch_answers import Form, answer

GAIN = math.sqrt(2.0)
R1_EVERY, PATH_EVERY, GAMMA, PATH_WEIGHT, GROUP = 16, 4, 0.01, 2.0, 4


class Blur(nn.Module):
    def __init__(self, gain=1.0):
        super().__init__()
        taps = torch.tensor([1.0, 3.0, 3.0, 1.0]) / 8.0
        self.register_buffer("kernel", gain * taps[:, None] * taps)

    def forward(self, x, padding, stride=1, convolve=functional.conv2d):
        n = x.shape[1]
        kernel = self.kernel.to(x.dtype).expand(n, 1, 4, 4)
        return convolve(x, kernel, stride=stride, padding=padding, groups=n)


def leaky(x, gain=GAIN):
    return functional.leaky_relu(x, 0.2) * gain


class Dense(nn.Module):
    def __init__(self, taken, made, rate=1.0, bias=0.0, linear=False):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(made, taken) / rate)
        self.bias = nn.Parameter(torch.full([made], bias / rate))
        self.factor, self.rate, self.linear = rate / math.sqrt(taken), rate, linear

    def forward(self, x):
        x = functional.linear(x, self.weight * self.factor, self.bias * self.rate)
        return x if self.linear else leaky(x)


class Conv(nn.Module):
    def __init__(self, taken, made, size, down=False, gain=1.0, linear=False):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(made, taken, size, size))
        self.bias = None if linear else nn.Parameter(torch.zeros(made))
        self.factor = 1.0 / math.sqrt(taken * size**2)
        self.size, self.down, self.gain = size, down, gain
        self.blur = Blur()

    def forward(self, x):
        weight = self.weight * self.factor
        if not self.down:
            x = functional.conv2d(x, weight, padding=self.size // 2)
        elif self.size == 1:
            x = functional.conv2d(self.blur(x, 1, 2), weight)
        else:
            x = functional.conv2d(self.blur(x, 2), weight, stride=2)
        if self.bias is None:
            return x * self.gain
        return leaky(x + self.bias.to(x.dtype)[:, None, None], GAIN * self.gain)


class Modulated(nn.Module):
    def __init__(self, style, taken, made, size, up=False, color=False):
        super().__init__()
        self.affine = Dense(style, taken, bias=1.0, linear=True)
        self.weight = nn.Parameter(torch.randn(made, taken, size, size))
        self.bias = nn.Parameter(torch.zeros(made))
        self.factor = 1.0 / math.sqrt(taken * size**2)
        self.size, self.up, self.color = size, up, color
        self.blur = Blur(gain=4.0)
        self.strength = None if color else nn.Parameter(torch.zeros([]))

    def forward(self, x, w):
        styles = self.affine(w)
        weight = self.weight * self.factor
        x = x * styles.to(x.dtype)[:, :, None, None]
        if self.up:
            x = functional.conv_transpose2d(x, weight.transpose(0, 1), stride=2)
            x = self.blur(x, 1)
        else:
            x = functional.conv2d(x, weight, padding=self.size // 2)
        bias = self.bias.to(x.dtype)[:, None, None]
        if self.color:
            return x + bias
        squares = weight.square().sum((2, 3))
        scale = torch.rsqrt(styles.float().square() @ squares.t() + 1e-8)
        x = x * scale.to(x.dtype)[:, :, None, None]
        noise = torch.randn(len(x), 1, *x.shape[2:], dtype=x.dtype, device=x.device)
        return leaky(x + noise * self.strength.to(x.dtype) + bias)


def normalized(x):
    return x * torch.rsqrt(x.square().mean(1, keepdim=True) + 1e-8)


class Mapping(nn.Module):
    def __init__(self, latents):
        super().__init__()
        self.layers = nn.Sequential(*(Dense(latents, latents, 0.01) for _ in range(2)))

    def forward(self, z):
        return self.layers(normalized(z))


class Synthesis(nn.Module):
    def __init__(self, sizes, latents):
        super().__init__()
        self.constant = nn.Parameter(torch.randn(sizes[0][1], 4, 4))
        first = sizes[0][1]
        convs, colors = [Modulated(latents, first, first, 3)], []
        colors.append(Modulated(latents, first, 3, 1, color=True))
        for (_, taken), (_, made) in itertools.pairwise(sizes):
            convs.append(Modulated(latents, taken, made, 3, up=True))
            convs.append(Modulated(latents, made, made, 3))
            colors.append(Modulated(latents, made, 3, 1, color=True))
        self.convs, self.colors = nn.ModuleList(convs), nn.ModuleList(colors)
        self.blur = Blur(gain=4.0)

    def forward(self, ws):
        ws = ws.unbind(1)
        n = len(ws[0])
        x = self.constant.expand(n, *self.constant.shape)
        image = None
        for i, conv in enumerate(self.convs):
            x = conv(x, ws[i])
            if i % 2 == 0:
                # Images are sums in float32.
                color = self.colors[i // 2](x, ws[i + 1]).float()
                image = color if image is None else self.enlarged(image) + color
        return image

    def enlarged(self, image):
        return self.blur(image, 1, 2, functional.conv_transpose2d)


class Block(nn.Module):
    def __init__(self, taken, made):
        super().__init__()
        self.conv = Conv(taken, taken, 3)
        self.reduce = Conv(taken, made, 3, down=True, gain=math.sqrt(0.5))
        self.skip = Conv(taken, made, 1, down=True, gain=math.sqrt(0.5), linear=True)

    def forward(self, x):
        return self.reduce(self.conv(x)) + self.skip(x)


class Discriminator(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        layers = [Conv(3, sizes[-1][1], 1)]
        for (_, taken), (_, made) in itertools.pairwise(sizes[::-1]):
            layers.append(Block(taken, made))
        last = sizes[0][1]
        self.blocks, self.last = nn.Sequential(*layers), Conv(last + 1, last, 3)
        self.hidden, self.logit = Dense(last * 16, last), Dense(last, 1, linear=True)

    def forward(self, x):
        x = self.blocks(x)
        variance = x.float().reshape(-1, GROUP, *x.shape[1:]).var(1, unbiased=False)
        mean = (variance + 1e-8).sqrt().mean((1, 2, 3)).repeat_interleave(GROUP)
        mean = mean.to(x.dtype)[:, None, None, None].expand(-1, 1, 4, 4)
        x = torch.cat([x, mean], 1)
        return self.logit(self.hidden(self.last(x).flatten(1))).float()


def main(form, size, base, most, latents, batch):
    sides = [2**i for i in range(2, size.bit_length())]
    sizes = [(side, max(1, min(base // side, most))) for side in sides]
    parts = Mapping(latents), Synthesis(sizes, latents), Discriminator(sizes)
    mapping, synthesis, critic = map(form.placed, parts)
    generator = nn.ModuleList([mapping, synthesis])
    average = [w.detach().clone() for w in generator.parameters()]
    images, looks = map(form.compiled, (synthesis, critic))
    updates = []
    for network, every in ((generator, PATH_EVERY), (critic, R1_EVERY)):
        c = every / (every + 1)
        updates.append(form.adam(network, 2.5e-3 * c, (0.0, 0.99**c)))
    update_g, update_d = updates
    real = torch.rand(batch, size, size, 3, device=form.device) * 2.0 - 1.0
    layers = len(synthesis.convs) + 1
    here = {"device": form.device}
    state = {"step": 0, "path": torch.zeros([], **here)}

    def code(n):
        return mapping(torch.randn(n, latents, **here))

    def styles(n):
        w, other = code(n), code(n)
        change = torch.randint(1, layers, [n], **here)
        change = torch.where(torch.rand(n, **here) < 0.9, change, layers)
        own = torch.arange(layers, **here)[None] < change[:, None]
        return torch.where(own[..., None], w[:, None], other[:, None])

    def told(images):
        with form.cast():
            return looks(images)

    def regularize_d(x):
        x.requires_grad_(True)
        with form.cast():
            logits = critic(x)
        (slope,) = torch.autograd.grad(logits.sum(), x, create_graph=True)
        squares = slope.float().square().sum((1, 2, 3))
        update_d(R1_EVERY * GAMMA / 2 * squares.mean())

    def regularize_g():
        with form.cast():
            w = styles(batch // 2)
            made = synthesis(w)
        y = torch.randn_like(made) / size
        (slope,) = torch.autograd.grad((made * y).sum(), w, create_graph=True)
        lengths = (slope.float().square().sum(2).mean(1) + 1e-12).sqrt()
        excess = (lengths - state["path"]).square().mean()
        state["path"] = state["path"].lerp(lengths.mean().detach(), 0.01)
        update_g(PATH_EVERY * PATH_WEIGHT * excess)

    def step(lazy):
        x = real.permute(0, 3, 1, 2).contiguous(memory_format=form.order)
        with form.cast():
            fake = images(styles(batch))
        apart = functional.softplus(-told(x)).mean()
        apart = apart + functional.softplus(told(fake.detach())).mean()
        update_d(apart)
        critic.requires_grad_(False)
        update_g(functional.softplus(-told(fake)).mean())
        critic.requires_grad_(True)
        if lazy and state["step"] % R1_EVERY == 0:
            regularize_d(x)
        if lazy and state["step"] % PATH_EVERY == 0:
            regularize_g()
        state["step"] += 1
        torch._foreach_lerp_(average, [*generator.parameters()], 0.01)

    def generate():
        with torch.inference_mode(), form.cast():
            w = code(batch)
            answer = images(w[:, None].expand(-1, layers, -1)).clamp(-1.0, 1.0)
            return answer.permute(0, 2, 3, 1).contiguous().cpu().numpy()

    tasks = {
        "plain": lambda: step(lazy=False),
        "train": lambda: step(lazy=True),
        "generate": generate,
    }
    answer(tasks, [generator, critic])


if __name__ == "__main__":
    main(Form(*sys.argv[1:4]), *map(int, sys.argv[4:]))

"""The peer of style_speed.py: StyleGAN2 in plain PyTorch.

    python torch_style.py MODE SIZE CHANNEL_BASE CHANNEL_MAX LATENTS BATCH

MODE is
    eager          as PyTorch is without options
    channels_last  memory in that order, and Adam's fused form
    compile        the same, with torch.compile for each network where no second
                   derivatives are asked, which it does not have

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
from torch_answers import answer

GAIN = math.sqrt(2.0)
TAPS = torch.tensor([1.0, 3.0, 3.0, 1.0]) / 8.0
R1_EVERY, PATH_EVERY, GAMMA, PATH_WEIGHT, GROUP = 16, 4, 0.01, 2.0, 4


def blur(x, pad, stride=1, gain=1.0):
    kernel = (gain * TAPS[:, None] * TAPS[None]).to(x)
    kernel = kernel.expand(x.shape[1], 1, 4, 4)
    return functional.conv2d(x, kernel, stride=stride, padding=pad, groups=x.shape[1])


def enlarged(x):
    kernel = (4.0 * TAPS[:, None] * TAPS[None]).to(x).expand(x.shape[1], 1, 4, 4)
    return functional.conv_transpose2d(x, kernel, stride=2, padding=1, groups=len(x[0]))


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

    def forward(self, x):
        weight = self.weight * self.factor
        if not self.down:
            x = functional.conv2d(x, weight, padding=self.size // 2)
        elif self.size == 1:
            x = functional.conv2d(blur(x, 1, 2), weight)
        else:
            x = functional.conv2d(blur(x, 2), weight, stride=2)
        if self.bias is None:
            return x * self.gain
        return leaky(x + self.bias[:, None, None], GAIN * self.gain)


class Modulated(nn.Module):
    def __init__(self, style, taken, made, size, up=False, color=False):
        super().__init__()
        self.affine = Dense(style, taken, bias=1.0, linear=True)
        self.weight = nn.Parameter(torch.randn(made, taken, size, size))
        self.bias = nn.Parameter(torch.zeros(made))
        self.factor = 1.0 / math.sqrt(taken * size**2)
        self.size, self.up, self.color = size, up, color
        self.strength = None if color else nn.Parameter(torch.zeros([]))

    def forward(self, x, w, noise=None):
        styles = self.affine(w)
        weight = self.weight * self.factor
        x = x * styles[:, :, None, None]
        if self.up:
            x = functional.conv_transpose2d(x, weight.transpose(0, 1), stride=2)
            x = blur(x, 1, gain=4.0)
        else:
            x = functional.conv2d(x, weight, padding=self.size // 2)
        if self.color:
            return x + self.bias[:, None, None]
        squares = weight.square().sum((2, 3))
        scale = torch.rsqrt(styles.square() @ squares.t() + 1e-8)
        x = x * scale[:, :, None, None] + noise * self.strength
        return leaky(x + self.bias[:, None, None])


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
        self.sides = [4] + [side for side, _ in sizes[1:] for _ in range(2)]
        first = sizes[0][1]
        convs, colors = [Modulated(latents, first, first, 3)], []
        colors.append(Modulated(latents, first, 3, 1, color=True))
        for (_, taken), (_, made) in itertools.pairwise(sizes):
            convs.append(Modulated(latents, taken, made, 3, up=True))
            convs.append(Modulated(latents, made, made, 3))
            colors.append(Modulated(latents, made, 3, 1, color=True))
        self.convs, self.colors = nn.ModuleList(convs), nn.ModuleList(colors)

    def forward(self, ws):
        ws = ws.unbind(1)
        n = len(ws[0])
        x = self.constant.expand(n, *self.constant.shape)
        image = None
        for i, (conv, side) in enumerate(zip(self.convs, self.sides, strict=True)):
            x = conv(x, ws[i], torch.randn(n, 1, side, side))
            if i % 2 == 0:
                color = self.colors[i // 2](x, ws[i + 1])
                image = color if image is None else enlarged(image) + color
        return image


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
        deviation = x.reshape(-1, GROUP, *x.shape[1:]).var(1, unbiased=False)
        mean = (deviation + 1e-8).sqrt().mean((1, 2, 3)).repeat_interleave(GROUP)
        x = torch.cat([x, mean[:, None, None, None].expand(-1, 1, 4, 4)], 1)
        return self.logit(self.hidden(self.last(x).flatten(1)))


def main(mode, size, base, most, latents, batch):
    torch.manual_seed(0)
    tuned = mode != "eager"
    order = torch.channels_last if tuned else torch.contiguous_format
    sides = [2**i for i in range(2, size.bit_length())]
    sizes = [(side, max(1, min(base // side, most))) for side in sides]
    parts = Mapping(latents), Synthesis(sizes, latents), Discriminator(sizes)
    mapping, synthesis, critic = (part.to(memory_format=order) for part in parts)
    generator = nn.ModuleList([mapping, synthesis])
    average = [w.detach().clone() for w in generator.parameters()]
    images, looks = synthesis, critic
    if mode == "compile":
        images, looks = torch.compile(synthesis), torch.compile(critic)
    adams = []
    for network, every in ((generator, PATH_EVERY), (critic, R1_EVERY)):
        c = every / (every + 1)
        rates = {"lr": 2.5e-3 * c, "betas": (0.0, 0.99**c), "eps": 1e-8}
        adams.append(torch.optim.Adam(network.parameters(), fused=tuned, **rates))
    g_adam, d_adam = adams
    real = torch.rand(batch, size, size, 3) * 2.0 - 1.0
    layers = len(synthesis.sides) + 1
    state = {"step": 0, "path": torch.zeros([])}

    def styles(n):
        w, other = mapping(torch.randn(n, latents)), mapping(torch.randn(n, latents))
        change = torch.randint(1, layers, [n])
        change = torch.where(torch.rand(n) < 0.9, change, layers)
        own = torch.arange(layers)[None] < change[:, None]
        return torch.where(own[..., None], w[:, None], other[:, None])

    def update(adam, loss):
        adam.zero_grad()
        loss.backward()
        adam.step()

    def regularize_d(x):
        x.requires_grad_(True)
        (slope,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
        squares = slope.square().sum((1, 2, 3))
        update(d_adam, R1_EVERY * GAMMA / 2 * squares.mean())

    def regularize_g():
        w = styles(batch // 2)
        made = synthesis(w)
        y = torch.randn_like(made) / size
        (slope,) = torch.autograd.grad((made * y).sum(), w, create_graph=True)
        lengths = (slope.square().sum(2).mean(1) + 1e-12).sqrt()
        excess = (lengths - state["path"]).square().mean()
        state["path"] = state["path"].lerp(lengths.mean().detach(), 0.01)
        update(g_adam, PATH_EVERY * PATH_WEIGHT * excess)

    def step(lazy):
        x = real.permute(0, 3, 1, 2).contiguous(memory_format=order)
        fake = images(styles(batch))
        apart = functional.softplus(-looks(x)).mean()
        apart = apart + functional.softplus(looks(fake.detach())).mean()
        update(d_adam, apart)
        critic.requires_grad_(False)
        update(g_adam, functional.softplus(-looks(fake)).mean())
        critic.requires_grad_(True)
        if lazy and state["step"] % R1_EVERY == 0:
            regularize_d(x)
        if lazy and state["step"] % PATH_EVERY == 0:
            regularize_g()
        state["step"] += 1
        torch._foreach_lerp_(average, [*generator.parameters()], 0.01)

    def generate():
        with torch.inference_mode():
            w = mapping(torch.randn(batch, latents))
            answer = images(w[:, None].expand(-1, layers, -1)).clamp(-1.0, 1.0)
            return answer.permute(0, 2, 3, 1).contiguous().numpy()

    tasks = {
        "plain": lambda: step(lazy=False),
        "train": lambda: step(lazy=True),
        "generate": generate,
    }
    answer(tasks, [generator, critic])


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))

"""The peer of translate_speed.py: networks that translate images, in PyTorch.

    python torch_translation.py GAME MODE SIZE WIDTH BLOCKS DEPTH FACTOR BATCH

GAME is pix2pix, cyclegan or srresnet; MODE is
    eager          as PyTorch is without options
    channels_last  memory in that order, and Adam's fused form
    compile        the same, with torch.compile for each network

Networks, losses, optimizers and passes per step are those of kgan, the initial weights
and the coefficient of the bicubic kernel aside. It prints the numbers of parameters;
then it answers each line of its input, "train STEPS" or "translate CALLS", when it has
done that.
"""

import random
import sys

import torch
from torch import nn
from torch.nn import functional
from torch_answers import answer


def norm(channels):
    return nn.InstanceNorm2d(channels)


class UNet(nn.Module):
    def __init__(self, size, width):
        super().__init__()
        levels = min((size & -size).bit_length() - 1, 8)
        widths = [width * min(2**i, 8) for i in range(levels)]
        self.downs, self.ups = nn.ModuleList(), nn.ModuleList()
        taken = 3
        for i, made in enumerate(widths):
            outer, inner = i == 0, i == levels - 1
            layers = [] if outer else [nn.LeakyReLU(0.2)]
            layers.append(nn.Conv2d(taken, made, 4, 2, 1, bias=outer or inner))
            layers += [] if outer or inner else [norm(made)]
            self.downs.append(nn.Sequential(*layers))
            taken = made
        for made in widths[-2::-1]:
            up = nn.ConvTranspose2d(taken, made, 4, 2, 1, bias=False)
            self.ups.append(nn.Sequential(nn.ReLU(), up, norm(made)))
            taken = 2 * made
        last = nn.ConvTranspose2d(taken, 3, 4, 2, 1)
        self.last = nn.Sequential(nn.ReLU(), last, nn.Tanh())

    def forward(self, x):
        skips = []
        for down in self.downs:
            x = down(x)
            skips.append(x)
        skips.pop()
        for up in self.ups:
            x = torch.cat([up(x), skips.pop()], 1)
        return self.last(x)


def patchgan(channels, width, depth):
    layers, taken = [], channels
    for i in range(depth + 1):
        made = width * min(2**i, 8)
        stride = 2 if i < depth else 1
        layers.append(nn.Conv2d(taken, made, 4, stride, 1, bias=i == 0))
        layers += [norm(made)] if i else []
        layers.append(nn.LeakyReLU(0.2))
        taken = made
    return nn.Sequential(*layers, nn.Conv2d(taken, 1, 4, 1, 1))


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        layers = []
        for _ in range(2):
            conv = nn.Conv2d(width, width, 3, bias=False)
            layers += [nn.ReflectionPad2d(1), conv, norm(width), nn.ReLU()]
        self.layers = nn.Sequential(*layers[:-1])

    def forward(self, x):
        return x + self.layers(x)


def translator(width, blocks):
    layers = [nn.ReflectionPad2d(3), nn.Conv2d(3, width, 7, bias=False)]
    layers += [norm(width), nn.ReLU()]
    for i in (1, 2):
        conv = nn.Conv2d(width * i, width * 2 * i, 3, 2, 1, bias=False)
        layers += [conv, norm(width * 2 * i), nn.ReLU()]
    layers += [Block(width * 4) for _ in range(blocks)]
    for i in (2, 1):
        conv = nn.Conv2d(width * 2 * i, width * i, 3, 1, 1, bias=False)
        layers += [nn.Upsample(scale_factor=2), conv, norm(width * i), nn.ReLU()]
    return nn.Sequential(
        *layers, nn.ReflectionPad2d(3), nn.Conv2d(width, 3, 7), nn.Tanh()
    )


class SRBlock(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(width, width, 3, 1, 1),
            nn.PReLU(width),
            nn.Conv2d(width, width, 3, 1, 1),
        )

    def forward(self, x):
        return x + self.layers(x)


class SRResNet(nn.Module):
    def __init__(self, factor, width, blocks):
        super().__init__()
        self.factor = factor
        self.first = nn.Sequential(nn.Conv2d(3, width, 9, 1, 4), nn.PReLU(width))
        self.blocks = nn.Sequential(
            *(SRBlock(width) for _ in range(blocks)), nn.Conv2d(width, width, 3, 1, 1)
        )
        ups, step = [], 3 if factor == 3 else 2
        while step ** (len(ups) // 3) < factor:
            conv = nn.Conv2d(width, width * step**2, 3, 1, 1)
            ups += [conv, nn.PixelShuffle(step), nn.PReLU(width)]
        self.ups = nn.Sequential(*ups, nn.Conv2d(width, 3, 9, 1, 4))

    def forward(self, x):
        y = self.first(x)
        y = self.ups(y + self.blocks(y))
        return y + functional.interpolate(x, scale_factor=self.factor, mode="bicubic")


def learning(networks, learns):
    for network in networks:
        network.requires_grad_(learns)


class Pix2Pix:
    def __init__(self, size, width, blocks, depth, factor):
        self.g, self.d = UNet(size, width), patchgan(6, width, depth)
        self.networks = [self.g, self.d]
        self.sides = [size, size]
        self.bce = nn.BCEWithLogitsLoss()

    def players(self):
        return [self.g], [self.d]

    def told(self, source, image, label):
        logits = self.d(torch.cat([source, image], 1))
        return self.bce(logits, torch.full_like(logits, label))

    def step(self, source, target, g_adam, d_adam):
        fake = self.g(source)
        d_adam.zero_grad()
        loss = self.told(source, target, 1.0)
        (loss + self.told(source, fake.detach(), 0.0)).backward()
        d_adam.step()
        learning([self.d], False)
        g_adam.zero_grad()
        distance = (target - fake).abs().mean()
        (self.told(source, fake, 1.0) + 100.0 * distance).backward()
        g_adam.step()
        learning([self.d], True)


class CycleGAN:
    def __init__(self, size, width, blocks, depth, factor):
        self.g, self.f = translator(width, blocks), translator(width, blocks)
        self.d_a, self.d_b = patchgan(3, width, depth), patchgan(3, width, depth)
        self.networks = [self.g, self.f, self.d_a, self.d_b]
        self.sides = [size, size]
        self.pools = [], []

    def players(self):
        return [self.g, self.f], [self.d_a, self.d_b]

    def step(self, a, b, g_adam, d_adam):
        learning([self.d_a, self.d_b], False)
        as_b, as_a = self.g(a), self.f(b)
        cycle = (self.f(as_b) - a).abs().mean() + (self.g(as_a) - b).abs().mean()
        wrong = [(d(x) - 1.0).square() for d, x in ((self.d_a, as_a), (self.d_b, as_b))]
        g_adam.zero_grad()
        (0.5 * sum(x.mean() for x in wrong) + 10.0 * cycle).backward()
        g_adam.step()
        learning([self.d_a, self.d_b], True)
        d_adam.zero_grad()
        sides = (self.d_a, a, as_a), (self.d_b, b, as_b)
        losses = []
        for (d, real, fake), pool in zip(sides, self.pools, strict=True):
            fake = self.swap(pool, fake.detach())
            losses += [(d(real) - 1.0).square().mean(), d(fake).square().mean()]
        (0.5 * sum(losses)).backward()
        d_adam.step()

    @staticmethod
    def swap(pool, fakes, size=50):
        given = []
        for fake in fakes:
            if len(pool) < size:
                pool.append(fake.clone())
            elif random.random() < 0.5:
                i = random.randrange(size)
                pool[i], fake = fake.clone(), pool[i]
            given.append(fake)
        return torch.stack(given)


class SuperResolution:
    def __init__(self, size, width, blocks, depth, factor):
        self.g = SRResNet(factor, width, blocks)
        self.networks = [self.g]
        self.sides = [size, size * factor]

    def players(self):
        return ([self.g],)

    def step(self, source, target, g_adam):
        g_adam.zero_grad()
        (target - self.g(source)).abs().mean().backward()
        g_adam.step()


GAMES = {"pix2pix": Pix2Pix, "cyclegan": CycleGAN, "srresnet": SuperResolution}


def adam(networks, fused):
    weights = [w for network in networks for w in network.parameters()]
    return torch.optim.Adam(weights, 2e-4, (0.5, 0.999), fused=fused)


def main(name, mode, batch, *numbers):
    torch.manual_seed(0)
    game = GAMES[name](*numbers)
    tuned = mode != "eager"
    order = torch.channels_last if tuned else torch.contiguous_format
    for network in game.networks:
        network.to(memory_format=order)
        for weight in network.parameters():
            if weight.ndim == 4:
                nn.init.normal_(weight, 0.0, 0.02)
        if mode == "compile":
            network.compile()
    adams = [adam(networks, tuned) for networks in game.players()]
    parts = [torch.rand(batch, s, s, 3) * 2.0 - 1.0 for s in game.sides]

    def laid(images):
        return images.permute(0, 3, 1, 2).contiguous(memory_format=order)

    def train():
        game.step(*map(laid, parts), *adams)

    def translate():
        with torch.inference_mode():
            answer = game.g(laid(parts[0])).clamp(-1.0, 1.0)
            return answer.permute(0, 2, 3, 1).contiguous().numpy()

    answer({"train": train, "translate": translate}, game.networks)


if __name__ == "__main__":
    game, mode, size, width, blocks, depth, factor, batch = sys.argv[1:]
    main(game, mode, *map(int, (batch, size, width, blocks, depth, factor)))

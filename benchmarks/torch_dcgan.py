"""The peer of train_speed.py: one DCGAN 28x28 training loop in PyTorch.

    python torch_dcgan.py PRECISION BATCH STEPS LATENTS WIDTH   # prints images/s

The networks, initialization aside, are those of kgan.networks.dcgan at 28x28x1; the
fakes are shared by both updates, as there; memory is channels-last, the fastest on CPU.
"""

import sys
import time

import torch
from torch import nn


def networks(latents, width):
    generator = nn.Sequential(
        nn.Linear(latents, 49 * 2 * width, bias=False),
        nn.Unflatten(1, (2 * width, 7, 7)),
        nn.BatchNorm2d(2 * width),
        nn.ReLU(),
        nn.ConvTranspose2d(2 * width, width, 4, 2, 1, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
        nn.ConvTranspose2d(width, 1, 4, 2, 1),
        nn.Tanh(),
    )
    discriminator = nn.Sequential(
        nn.Conv2d(1, width, 4, 2, 1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(width, 2 * width, 4, 2, 1, bias=False),
        nn.BatchNorm2d(2 * width),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        nn.Linear(49 * 2 * width, 1),
    )
    return [n.to(memory_format=torch.channels_last) for n in (generator, discriminator)]


def main(precision, batch, steps, latents, width):
    torch.manual_seed(0)
    generator, discriminator = networks(latents, width)
    g_adam = torch.optim.Adam(generator.parameters(), 2e-4, (0.5, 0.999))
    d_adam = torch.optim.Adam(discriminator.parameters(), 2e-4, (0.5, 0.999))
    bce = nn.BCEWithLogitsLoss()
    images = torch.rand(20, batch, 1, 28, 28) * 2 - 1

    def loss(examples, label):
        logits = discriminator(examples).float()
        return bce(logits, torch.full_like(logits, label))

    def step(real):
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
            real = real.contiguous(memory_format=torch.channels_last)
            fake = generator(torch.randn(batch, latents))
            d_adam.zero_grad()
            (loss(real, 1.0) + loss(fake.detach(), 0.0)).backward()
            d_adam.step()
            g_adam.zero_grad()
            loss(fake, 1.0).backward()
            g_adam.step()

    for real in images[:5]:
        step(real)
    start = time.perf_counter()
    for i in range(steps):
        step(images[i % 20])
    print(batch * steps / (time.perf_counter() - start))


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))

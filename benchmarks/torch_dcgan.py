"""The peer of train_speed.py and gpu.py: DCGAN in plain PyTorch.

    python torch_dcgan.py DEVICE PRECISION MODE SIZE CHANNELS LATENTS WIDTH BATCH

See torch_answers.py for the first three. The networks, initialization aside, are those
of kgan.networks.dcgan: 28x28 images from a grid of 7x7, 64x64 images from one of 4x4.
One batch of generated images serves both updates, as there: a step has one pass of the
generator and three of the discriminator, and the generator's update computes no
gradient of the discriminator's weights. The real images lie ready. It prints the
numbers of parameters; then it answers each line of its input, "train STEPS", when it
has done that.
"""

import itertools
import sys

import torch
from torch import nn
from torch_answers import Form, answer


def networks(size, channels, latents, width):
    """Generator, discriminator."""
    widths, grid = [], size
    while grid > 7:
        widths.append(min(width * 2 ** len(widths), 512))
        grid //= 2
    last = widths[-1]

    layers = [nn.Linear(latents, grid**2 * last, bias=False)]
    layers.append(nn.Unflatten(1, (last, grid, grid)))
    for taken, made in itertools.pairwise(widths[::-1]):
        layers += [nn.BatchNorm2d(taken), nn.ReLU()]
        layers.append(nn.ConvTranspose2d(taken, made, 4, 2, 1, bias=False))
    layers += [nn.BatchNorm2d(width), nn.ReLU()]
    layers += [nn.ConvTranspose2d(width, channels, 4, 2, 1), nn.Tanh()]
    generator = nn.Sequential(*layers)

    layers = [nn.Conv2d(channels, width, 4, 2, 1), nn.LeakyReLU(0.2)]
    for taken, made in itertools.pairwise(widths):
        layers.append(nn.Conv2d(taken, made, 4, 2, 1, bias=False))
        layers += [nn.BatchNorm2d(made), nn.LeakyReLU(0.2)]
    discriminator = nn.Sequential(*layers, nn.Flatten(), nn.Linear(grid**2 * last, 1))
    return generator, discriminator


def main(form, size, channels, latents, width, batch):
    parts = networks(size, channels, latents, width)
    generator, discriminator = map(form.placed, parts)
    make, judge = map(form.compiled, (generator, discriminator))
    update_g, update_d = (form.adam(part, 2e-4, (0.5, 0.999)) for part in parts)
    bce = nn.BCEWithLogitsLoss()
    real = form.placed(torch.rand(batch, channels, size, size) * 2.0 - 1.0)

    def told(images, label):
        with form.cast():
            logits = judge(images).float()
        return bce(logits, torch.full_like(logits, label))

    def train():
        with form.cast():
            fake = make(torch.randn(batch, latents, device=form.device))
        update_d(told(real, 1.0) + told(fake.detach(), 0.0))
        discriminator.requires_grad_(False)
        update_g(told(fake, 1.0))
        discriminator.requires_grad_(True)

    answer({"train": train}, [generator, discriminator])


if __name__ == "__main__":
    main(Form(*sys.argv[1:4]), *map(int, sys.argv[4:]))

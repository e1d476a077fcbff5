"""Golden picture autoencoder of UTGRec: losses, latents, pictures and all gradients of one batch, float64.

Built on torch's own convolutions and nearest interpolation. Weights are `[k·k·C, N]` with window order row, column,
channel and pictures are channels last, as `src/tokenizers/utgrec/vae.ts` has them.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from store import normal, random_generator, save_golden

BATCH, SIDE, HALVINGS = 3, 8, 2
CONFIG = {"channels": 3, "width": 4, "epochs": 1, "batchSize": BATCH, "learningRate": 0.001, "klWeight": 0.05}
KERNEL = 3


def width_at(depth: int) -> int:
    return CONFIG["width"] * min(4, 2**depth)


def layers() -> dict:
    found = {"encoder.in": (3, width_at(0)), "encoder.out": (width_at(HALVINGS), 2 * CONFIG["channels"])}
    found["decoder.in"] = (CONFIG["channels"], width_at(HALVINGS))
    found["decoder.out"] = (width_at(0), 3)
    for depth in range(HALVINGS):
        found[f"encoder.down.{depth}"] = (width_at(depth), width_at(depth + 1))
        found[f"decoder.up.{depth}"] = (width_at(depth + 1), width_at(depth))
    return found


def main() -> None:
    generator = random_generator(31)
    parameters = {}
    for name, (inputs, outputs) in layers().items():
        parameters[f"vae.{name}.weight"] = normal(generator, KERNEL**2 * inputs, outputs, scale=0.25).requires_grad_()
        parameters[f"vae.{name}.bias"] = normal(generator, outputs, scale=0.1).requires_grad_()

    def conv(name: str, x: torch.Tensor, stride: int = 1) -> torch.Tensor:
        weight = parameters[f"vae.{name}.weight"]
        kernel = weight.reshape(KERNEL, KERNEL, x.shape[1], -1).permute(3, 2, 0, 1)
        return F.conv2d(x, kernel, parameters[f"vae.{name}.bias"], stride=stride, padding=1)

    pictures = normal(generator, BATCH, SIDE, SIDE, 3, scale=0.5)
    across = SIDE // 2**HALVINGS
    noise = normal(generator, BATCH, across, across, CONFIG["channels"])
    y = F.silu(conv("encoder.in", pictures.permute(0, 3, 1, 2)))
    for depth in range(HALVINGS):
        y = F.silu(conv(f"encoder.down.{depth}", y, stride=2))
    mean, log_variance = conv("encoder.out", y).chunk(2, dim=1)
    log_variance = log_variance.clamp(-30, 20)
    y = F.silu(conv("decoder.in", mean + torch.exp(0.5 * log_variance) * noise.permute(0, 3, 1, 2)))
    for depth in reversed(range(HALVINGS)):
        y = F.silu(conv(f"decoder.up.{depth}", F.interpolate(y, scale_factor=2, mode="nearest")))
    decoded = conv("decoder.out", y)
    squared = F.mse_loss(decoded, pictures.permute(0, 3, 1, 2))
    divergence = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).mean()
    total = squared + CONFIG["klWeight"] * divergence
    total.backward()
    tensors = {"pictures": pictures, "noise": noise, "mean": mean.permute(0, 2, 3, 1)}
    tensors["logVariance"] = log_variance.permute(0, 2, 3, 1)
    for name, value in parameters.items():
        tensors[f"parameter:{name}"] = value
        tensors[f"grad:{name}"] = value.grad
    meta = {"source": "kingma & welling 2014, torch convolutions", "config": CONFIG, "halvings": HALVINGS}
    losses = {"total": total.item(), "squared": squared.item(), "divergence": divergence.item()}
    save_golden("utgrec", "vae", tensors, {**meta, "losses": losses})


if __name__ == "__main__":
    main()

"""Golden UTGRec tokenizer: every loss term, all gradients and the codes of one batch, float64.

A plain re-implementation of the formulae of arXiv 2504.04405 with the official code's reductions. Weights are [in, out]
(`y = x W + b`), named as `src/tokenizers/utgrec/model.ts` names them. Rows 0..B-1 are the items, B..2B-1 their positives.
Tensors: `parameter:<name>`, `batch:<name>` (as uploaded), `grad:<name>` of the total loss, `code:<level>`; scalar losses
are in the JSON. `warmup` holds the losses of the first steps, in which the decoders see z itself.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from store import normal, random_generator, save_golden

ITEMS, LEVELS, TEXT, VOCABULARY = 4, 3, 5, 13
PATCHES, PATCH_WIDTH, LATENTS, CHANNELS = 4, 6, 4, 3
LAYER = {"width": 16, "heads": 2, "keyHeads": 1, "headWidth": 8, "feedForwardWidth": 24, "rotaryBase": 10000, "normEps": 1e-6}
ENCODER = {"kind": "compact", **LAYER, "layers": 2, "dropout": 0}
QUANTISER = {"kind": "tree", "levels": LEVELS, "rootEntries": 5, "leafEntries": 7, "width": 8, "commitmentWeight": 0.25}
DIFFUSION = {"width": 12, "blocks": 2, "timeWidth": 8, "repeats": 2, "learnsVariance": True}
WEIGHTS = {"image": 3, "codebook": 200, "alignment": 0.01, "positive": 0.03}
TEMPERATURE, PROJECTION = 0.1, 12
STEPS = 1000
NORM_EPS = 1e-6


def schedule():
    f = lambda s: math.cos((s + 0.008) / 1.008 * math.pi / 2) ** 2
    beta = torch.tensor([min(1 - f((t + 1) / STEPS) / f(t / STEPS), 0.999) for t in range(STEPS)], dtype=torch.float64)
    bar = torch.cumprod(1 - beta, 0)
    before = torch.cat([torch.ones(1, dtype=torch.float64), bar[:-1]])
    variance = beta * (1 - before) / (1 - bar)
    return {
        "beta": beta,
        "bar": bar,
        "log_variance": torch.log(torch.cat([variance[1:2], variance[1:]])),
        "mean_start": beta * before.sqrt() / (1 - bar),
        "mean_current": (1 - before) * (1 - beta).sqrt() / (1 - bar),
    }


SCHEDULE = schedule()


def parameters(generator) -> dict:
    found = {}

    def add(name, *shape, scale=0.3, shift=0.0):
        found[name] = normal(generator, *shape, scale=scale, shift=shift).requires_grad_()

    def dense(name, inputs, outputs):
        add(f"{name}.weight", inputs, outputs)
        add(f"{name}.bias", outputs, scale=0.1)

    def layer(name):
        width, heads, keys, head = LAYER["width"], LAYER["heads"], LAYER["keyHeads"], LAYER["headWidth"]
        add(f"{name}.attentionNorm.weight", width, scale=0.1, shift=1.0)
        dense(f"{name}.q", width, heads * head)
        dense(f"{name}.k", width, keys * head)
        dense(f"{name}.v", width, keys * head)
        add(f"{name}.o.weight", heads * head, width)
        add(f"{name}.feedForwardNorm.weight", width, scale=0.1, shift=1.0)
        for part in ("gate", "up"):
            add(f"{name}.{part}.weight", width, LAYER["feedForwardWidth"])
        add(f"{name}.down.weight", LAYER["feedForwardWidth"], width)

    width, code = LAYER["width"], QUANTISER["width"]
    add("encoder.text.weight", VOCABULARY, width)
    add("encoder.codes", LEVELS, width)
    dense("encoder.patch", PATCH_WIDTH, width)
    for index in range(ENCODER["layers"]):
        layer(f"encoder.layer.{index}")
    add("encoder.norm.weight", width, scale=0.1, shift=1.0)
    dense("projection.0", width, PROJECTION)
    dense("projection.1", PROJECTION, code)
    for book, entries in (("root", QUANTISER["rootEntries"]), ("leaf", QUANTISER["leafEntries"])):
        add(f"{book}.matrix", entries, code, scale=0.5)
        add(f"{book}.projection", code, code, scale=0.5)
    dense("codeProjection", code, width)
    for decoder in ("textDecoder", "imageDecoder"):
        add(f"{decoder}.mask", width)
        layer(f"{decoder}.layer")
        add(f"{decoder}.norm.weight", width, scale=0.1, shift=1.0)
    add("textHead.weight", width, VOCABULARY)
    inner = DIFFUSION["width"]
    dense("denoiser.input", CHANNELS, inner)
    dense("denoiser.time.0", DIFFUSION["timeWidth"], inner)
    dense("denoiser.time.1", inner, inner)
    dense("denoiser.condition", width, inner)
    for block in range(DIFFUSION["blocks"]):
        name = f"denoiser.block.{block}"
        dense(f"{name}.modulation", inner, 3 * inner)
        add(f"{name}.norm.weight", inner, scale=0.1, shift=1.0)
        add(f"{name}.norm.bias", inner, scale=0.1)
        dense(f"{name}.mlp.0", inner, inner)
        dense(f"{name}.mlp.1", inner, inner)
    dense("denoiser.final.modulation", inner, 2 * inner)
    dense("denoiser.output", inner, 2 * CHANNELS)
    return found


def rms(x, weight):
    return x / (x.square().mean(-1, keepdim=True) + NORM_EPS).sqrt() * weight


def rotate(x, heads):
    batch, length, _ = x.shape
    head = LAYER["headWidth"]
    x = x.view(batch, length, heads, head)
    angle = torch.outer(
        torch.arange(length, dtype=torch.float64),
        LAYER["rotaryBase"] ** (-torch.arange(head // 2, dtype=torch.float64) / (head // 2)),
    )
    cos, sin = angle.cos()[None, :, None], angle.sin()[None, :, None]
    first, second = x[..., : head // 2], x[..., head // 2 :]
    return torch.cat([first * cos - second * sin, second * cos + first * sin], -1)


def transformer_layer(p, name, x, mask, causal):
    batch, length, _ = x.shape
    heads, keys = LAYER["heads"], LAYER["keyHeads"]
    normed = rms(x, p[f"{name}.attentionNorm.weight"])
    dense = lambda part: normed @ p[f"{name}.{part}.weight"] + p[f"{name}.{part}.bias"]
    q = rotate(dense("q"), heads).transpose(1, 2)
    k = rotate(dense("k"), keys).transpose(1, 2).repeat_interleave(heads // keys, 1)
    v = dense("v").view(batch, length, keys, -1).transpose(1, 2).repeat_interleave(heads // keys, 1)
    allowed = (mask != 0)[:, None, None, :].expand(batch, 1, length, length)
    if causal:
        allowed = allowed & torch.ones(length, length, dtype=torch.bool).tril()
    scores = (q @ k.transpose(2, 3)) * LAYER["headWidth"] ** -0.5
    scores = scores.masked_fill(~allowed, torch.finfo(torch.float32).min)
    mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, length, -1)
    x = x + mixed @ p[f"{name}.o.weight"]
    inner = rms(x, p[f"{name}.feedForwardNorm.weight"])
    gated = F.silu(inner @ p[f"{name}.gate.weight"]) * (inner @ p[f"{name}.up.weight"])
    return x + gated @ p[f"{name}.down.weight"]


def content(p, batch):
    rows = batch["text"].shape[0]
    x = torch.cat(
        [
            batch["patches"] @ p["encoder.patch.weight"] + p["encoder.patch.bias"],
            F.embedding(batch["text"], p["encoder.text.weight"], padding_idx=0),
            p["encoder.codes"].expand(rows, -1, -1),
        ],
        1,
    )
    for index in range(ENCODER["layers"]):
        x = transformer_layer(p, f"encoder.layer.{index}", x, batch["mask"], True)
    return rms(x[:, -LEVELS:], p["encoder.norm.weight"])


def project(p, h):
    return F.silu(h @ p["projection.0.weight"] + p["projection.0.bias"]) @ p["projection.1.weight"] + p["projection.1.bias"]


def quantise(p, book, v):
    entries = p[f"{book}.matrix"] @ p[f"{book}.projection"]
    distances = (v[:, None] - entries[None]).square().sum(-1)
    nearest = distances.sort(-1).values
    assert (nearest[:, 1] - nearest[:, 0]).min() > 1e-3, "a float32 rounding could flip a code; take another seed"
    code = distances.argmin(-1)
    chosen = entries[code]
    entry_error = (chosen - v.detach()).square().mean()
    loss = entry_error + QUANTISER["commitmentWeight"] * (v - chosen.detach()).square().mean()
    return code, v + (chosen - v).detach(), loss, entry_error


def decode(p, name, u, positions, mask):
    masks = p[f"{name}.mask"].expand(u.shape[0], positions, -1)
    x = transformer_layer(p, f"{name}.layer", torch.cat([u, masks], 1), mask, False)
    return rms(x[:, u.shape[1] :], p[f"{name}.norm.weight"])


def denoise(p, noised, time, condition):
    dense = lambda name, x: x @ p[f"denoiser.{name}.weight"] + p[f"denoiser.{name}.bias"]
    half = DIFFUSION["timeWidth"] // 2
    angle = time[:, None].double() * 10000 ** (-torch.arange(half, dtype=torch.float64) / half)
    features = torch.cat([angle.cos(), angle.sin()], -1)
    signal = F.silu(dense("time.1", F.silu(dense("time.0", features))) + dense("condition", condition))
    x = dense("input", noised)
    width = (DIFFUSION["width"],)
    for block in range(DIFFUSION["blocks"]):
        name = f"block.{block}"
        shift, scale, gate = dense(f"{name}.modulation", signal).chunk(3, -1)
        normed = F.layer_norm(x, width, p[f"denoiser.{name}.norm.weight"], p[f"denoiser.{name}.norm.bias"], 1e-6)
        x = x + gate * dense(f"{name}.mlp.1", F.silu(dense(f"{name}.mlp.0", normed * (1 + scale) + shift)))
    shift, scale = dense("final.modulation", signal).chunk(2, -1)
    return dense("output", F.layer_norm(x, width, eps=1e-6) * (1 + scale) + shift).chunk(2, -1)


def normal_distribution(x):
    return 0.5 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def variational_bound(start, noised, time, noise, logits):
    at = lambda table: table[time][:, None]
    bar, beta, posterior = at(SCHEDULE["bar"]), at(SCHEDULE["beta"]), at(SCHEDULE["log_variance"])
    estimate = (noised - (1 - bar).sqrt() * noise.detach()) / bar.sqrt()
    mean = lambda x0: at(SCHEDULE["mean_start"]) * x0 + at(SCHEDULE["mean_current"]) * noised
    share = (logits + 1) / 2
    log_variance = share * beta.log() + (1 - share) * posterior
    gap = posterior - log_variance
    kl = 0.5 * (-1 - gap + gap.exp() + (mean(start) - mean(estimate)).square() * (-log_variance).exp())
    centred, precision = start - mean(estimate), (-0.5 * log_variance).exp()
    above = normal_distribution((centred + 1 / 255) * precision)
    below = normal_distribution((centred - 1 / 255) * precision)
    log = lambda x: x.clamp(min=1e-12).log()
    likelihood = torch.where(start < -0.999, log(above), torch.where(start > 0.999, log(1 - below), log(above - below)))
    bits = torch.where(time[:, None] == 0, -likelihood, kl)
    return bits.mean(-1) / math.log(2)


def losses(p, batch, warmup: bool):
    z_all = project(p, content(p, batch))
    z, positive = z_all[:ITEMS], z_all[ITEMS:]
    parts, total, codes = {}, 0, []
    reconstructed = z
    if not warmup:
        v = torch.cat([z[:, :1], z[:, 1:] - z[:, :-1]], 1)
        root, q_root, root_loss, root_error = quantise(p, "root", v[:, 0])
        leaf, q_leaf, leaf_loss, leaf_error = quantise(p, "leaf", v[:, 1:].reshape(-1, QUANTISER["width"]))
        parts |= {"codebook": (root_loss + leaf_loss) / 2, "rootError": root_error, "leafError": leaf_error}
        total = total + WEIGHTS["codebook"] * parts["codebook"]
        reconstructed = torch.cat([q_root[:, None], q_leaf.view(ITEMS, LEVELS - 1, -1)], 1).cumsum(1)
        codes = [root, *leaf.view(ITEMS, LEVELS - 1).T]
    labels = torch.arange(ITEMS)
    unit = lambda x: x / x.norm(dim=-1, keepdim=True)
    parts["alignment"] = sum(
        F.cross_entropy(unit(z[:, j]) @ unit(positive[:, j]).T / TEMPERATURE, labels) for j in range(LEVELS)
    ) / LEVELS
    total = total + WEIGHTS["alignment"] * parts["alignment"]
    u = reconstructed @ p["codeProjection.weight"] + p["codeProjection.bias"]
    states = decode(p, "textDecoder", torch.cat([u, u]), TEXT, batch["targetMask"])
    logits = states @ p["textHead.weight"]
    text = lambda rows: F.cross_entropy(logits[rows].reshape(-1, VOCABULARY), batch["targets"][rows].reshape(-1), ignore_index=-1)
    parts["text"], parts["textPositive"] = text(slice(0, ITEMS)), text(slice(ITEMS, None))
    full = torch.ones(ITEMS, LEVELS + LATENTS, dtype=torch.int64)
    conditions = decode(p, "imageDecoder", u, LATENTS, full)
    repeated = conditions.reshape(-1, LAYER["width"]).repeat_interleave(DIFFUSION["repeats"], 0).repeat(2, 1)
    noise, variance = denoise(p, batch["noised"], batch["time"], repeated)
    rows = (batch["noise"] - noise).square().mean(-1)
    rows = rows + variational_bound(batch["start"], batch["noised"], batch["time"], noise, variance)
    own = len(rows) // 2
    image = lambda at: (rows[at] * batch["imageMask"][at]).sum() / batch["imageMask"][at].sum().clamp(min=1)
    parts["image"], parts["imagePositive"] = image(slice(0, own)), image(slice(own, None))
    total = total + parts["text"] + WEIGHTS["image"] * parts["image"]
    total = total + WEIGHTS["positive"] * (parts["textPositive"] + WEIGHTS["image"] * parts["imagePositive"])
    return total, parts, codes


def make_batch(generator) -> dict:
    rows = 2 * ITEMS
    lengths = [5, 3, 4, 1, 2, 5, 3, 4]
    text = torch.zeros(rows, TEXT, dtype=torch.int64)
    targets = torch.full((rows, TEXT), -1, dtype=torch.int64)
    for row, length in enumerate(lengths):
        pieces = torch.randint(1, VOCABULARY, (length,), generator=generator)
        text[row, TEXT - length :] = pieces
        targets[row, :length] = pieces
    has_image = torch.tensor([1, 1, 0, 1, 1, 0, 1, 1])
    patches = normal(generator, rows, PATCHES, PATCH_WIDTH) * has_image[:, None, None]
    mask = torch.cat([has_image[:, None].expand(-1, PATCHES), (text != 0).long(), torch.ones(rows, LEVELS).long()], 1)
    target_mask = torch.cat([torch.ones(rows, LEVELS).long(), (targets >= 0).long()], 1)
    repeats = DIFFUSION["repeats"]
    start = (normal(generator, rows, LATENTS, CHANNELS, scale=0.6) * has_image[:, None, None]).clamp(-1, 1)
    start = start.reshape(-1, CHANNELS).repeat_interleave(repeats, 0)
    time = torch.randint(0, 990, (len(start),), generator=generator)
    time[0] = 0
    noise = normal(generator, len(start), CHANNELS)
    bar = SCHEDULE["bar"][time][:, None]
    noised = (bar.sqrt() * start + (1 - bar).sqrt() * noise).float().double()
    return {
        "text": text,
        "mask": mask,
        "patches": patches,
        "targets": targets,
        "targetMask": target_mask,
        "start": start,
        "time": time,
        "noise": noise,
        "noised": noised,
        "imageMask": has_image.repeat_interleave(LATENTS * repeats).double(),
    }


def main():
    generator = random_generator(11)
    p, batch = parameters(generator), make_batch(generator)
    total, parts, codes = losses(p, batch, warmup=False)
    total.backward()
    warm_total, warm_parts, _ = losses(p, batch, warmup=True)
    tensors = {f"parameter:{name}": value for name, value in p.items()}
    tensors |= {f"grad:{name}": value.grad for name, value in p.items()}
    tensors |= {f"batch:{name}": value for name, value in batch.items()}
    tensors |= {f"code:{level}": code for level, code in enumerate(codes)}
    numbers = lambda held: {name: value.item() for name, value in held.items()}
    save_golden(
        "utgrec",
        "step",
        tensors,
        {
            "source": "plain torch float64; formulae of arXiv 2504.04405 with the official code's reductions",
            "config": {
                "encoder": ENCODER,
                "quantiser": QUANTISER,
                "projectionWidth": PROJECTION,
                "projectionDropout": 0,
                "decoder": LAYER,
                "diffusion": DIFFUSION,
                "weights": WEIGHTS,
                "temperature": TEMPERATURE,
            },
            "sizes": {
                "vocabulary": VOCABULARY,
                "textLength": TEXT,
                "patches": PATCHES,
                "patchWidth": PATCH_WIDTH,
                "latents": LATENTS,
                "latentWidth": CHANNELS,
                "vectorWidth": 0,
            },
            "total": total.item(),
            "parts": numbers(parts),
            "warmupTotal": warm_total.item(),
            "warmupParts": numbers(warm_parts),
        },
    )


if __name__ == "__main__":
    main()

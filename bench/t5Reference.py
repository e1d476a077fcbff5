"""Losses of the benchmark's W4 (bench/t5Setup.ts) in PyTorch: T5ForConditionalGeneration and torch.optim.AdamW on the CPU, float32.

    python bench/t5Reference.py        # with the packages of scripts/golden/requirements.txt

The golden losses of test/parity/t5Golden.gpu.test.ts are checked with it.
"""

import math

import numpy as np
import torch
from transformers import T5Config, T5ForConditionalGeneration

WIDTH, FEED, HEADS, HEAD_WIDTH, LAYERS, VOCABULARY = 128, 512, 4, 32, 2, 1300
BATCH, ENCODER_LENGTH, DECODER_LENGTH, BUCKETS, STEPS = 64, 60, 4, 32, 6


def uniforms(count: int, seed: int) -> np.ndarray:
    """mulberry32, all at once: its state is seed + i * constant."""
    mask = np.uint64(0xFFFFFFFF)
    state = (np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x6D2B79F5)) & mask
    t = ((state ^ (state >> np.uint64(15))) * (state | np.uint64(1))) & mask
    t = ((t + (((t ^ (t >> np.uint64(7))) * (t | np.uint64(61))) & mask)) & mask) ^ t
    return ((t ^ (t >> np.uint64(14))) & mask).astype(np.float64) / 4294967296


def normals(shape: tuple[int, ...], seed: int, scale: float) -> torch.Tensor:
    """Box-Muller, pairwise; an odd count leaves the last sine out."""
    count = math.prod(shape)
    pairs = uniforms(count + count % 2, seed).reshape(-1, 2)
    radius, angle = np.sqrt(-2 * np.log(1 - pairs[:, 0])), 2 * np.pi * pairs[:, 1]
    values = scale * np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return torch.from_numpy(values.reshape(-1)[:count].reshape(shape).astype(np.float32))


def integers(shape: tuple[int, ...], seed: int, below: int) -> torch.Tensor:
    return torch.from_numpy(np.floor(uniforms(math.prod(shape), seed) * below).astype(np.int64).reshape(shape))


def weights() -> dict[str, torch.Tensor]:
    """Initial weights by the library's names, in the order of seeds; linear weights are made [in, out] and turned."""
    seed, inner, scale = 1000, HEADS * HEAD_WIDTH, WIDTH**-0.5
    found: dict[str, torch.Tensor] = {}

    def add(name: str, shape: tuple[int, int], deviation: float, is_table: bool = False) -> None:
        nonlocal seed
        values = normals(shape, seed, deviation)
        seed += 1
        found[name] = values if is_table else values.T.contiguous()

    add("shared.weight", (VOCABULARY, WIDTH), 1, True)
    for stack in ("encoder", "decoder"):
        bias = f"{stack}.block.0.layer.0.SelfAttention.relative_attention_bias.weight"
        add(bias, (BUCKETS, HEADS), 0.1, True)
    for stack, attentions in (("encoder", ["SelfAttention"]), ("decoder", ["SelfAttention", "EncDecAttention"])):
        for layer in range(LAYERS):
            block = f"{stack}.block.{layer}.layer"
            for index, attention in enumerate(attentions):
                name = f"{block}.{index}.{attention}"
                add(f"{name}.q.weight", (WIDTH, inner), scale / HEAD_WIDTH**0.5)
                add(f"{name}.k.weight", (WIDTH, inner), scale)
                add(f"{name}.v.weight", (WIDTH, inner), scale)
                add(f"{name}.o.weight", (inner, WIDTH), inner**-0.5)
            feed = f"{block}.{len(attentions)}.DenseReluDense"
            add(f"{feed}.wi.weight", (WIDTH, FEED), scale)
            add(f"{feed}.wo.weight", (FEED, WIDTH), FEED**-0.5)
    return found


def main() -> None:
    config = T5Config(
        vocab_size=VOCABULARY, d_model=WIDTH, d_ff=FEED, d_kv=HEAD_WIDTH, num_heads=HEADS, num_layers=LAYERS,
        num_decoder_layers=LAYERS, relative_attention_num_buckets=BUCKETS, relative_attention_max_distance=128,
        dropout_rate=0.0, feed_forward_proj="relu", tie_word_embeddings=True, decoder_start_token_id=0, pad_token_id=0,
    )  # fmt: skip
    model = T5ForConditionalGeneration(config).train()
    parameters = dict(model.named_parameters())
    given = weights()
    with torch.no_grad():
        for name, parameter in parameters.items():
            if name in given:
                parameter.copy_(given.pop(name))
            else:
                assert "layer_norm" in name, name
                parameter.fill_(1)
    assert not given, given.keys()
    tokens = integers((BATCH, ENCODER_LENGTH), 21, VOCABULARY)
    labels = integers((BATCH, DECODER_LENGTH), 22, VOCABULARY)
    mask = torch.ones_like(tokens)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01)
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = model(input_ids=tokens, attention_mask=mask, labels=labels).loss
        loss.backward()
        optimizer.step()
        losses.append(f"{loss.item():.5f}")
    print(" ".join(losses))


if __name__ == "__main__":
    main()

"""Golden SASRec and GRU4Rec in float64: every position predicts the next item; losses, all gradients, scores.

`ids` and `targets` [B, T] hold -1 behind a sequence. `scores` [B, N] belong to the last real position. The table has one
row an item and no padding row. `grad:<name>` is the gradient of `loss`.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from blocks import BLOCK_META, MASKED, encoder_layer, layer_norm, layer_parameters, trainable, with_gradients
from store import normal, random_generator, save_golden

ITEMS, WIDTH, INNER, LENGTH, LAYERS, HIDDEN = 9, 8, 16, 5, 2, 12
IDS = torch.tensor([[2, 0, 3, 1, 5], [4, 1, 6, -1, -1], [7, -1, -1, -1, -1]])
TARGETS = torch.tensor([[0, 3, 1, 5, 8], [1, 6, 0, -1, -1], [4, -1, -1, -1, -1]])
SAMPLED = torch.tensor([[4, 6, 7, 4], [2, 3, 5, 8], [0, 1, 2, 3]])  # of each sequence, none in its training part
DRAWN = torch.tensor([[4, 6, 7, 4, 6], [2, 3, 8, -1, -1], [0, -1, -1, -1, -1]])  # of each position
REAL = IDS >= 0


def look_up(table, ids):
    return F.embedding(ids.clamp(min=0), table) * (ids >= 0).unsqueeze(-1)


def sasrec_states(parameters):
    hidden = look_up(parameters["item_embedding.weight"], IDS) + parameters["position_embedding.weight"][: IDS.shape[1]]
    hidden = layer_norm(parameters, "LayerNorm", hidden)
    causal = torch.ones(IDS.shape[1], IDS.shape[1], dtype=torch.bool).tril()
    mask = torch.where(REAL[:, None, None, :] & causal, 0.0, MASKED).double()
    for layer in range(LAYERS):
        hidden = encoder_layer(parameters, f"trm_encoder.layer.{layer}.", hidden, mask)
    return hidden


def gru4rec_states(parameters):
    cell = torch.nn.GRU(WIDTH, HIDDEN, bias=False, batch_first=True).double()
    weights = {f"weight_{part}_l0": parameters[f"gru_layers.weight_{part}"] for part in ("ih", "hh")}
    states, _ = torch.func.functional_call(cell, weights, (look_up(parameters["item_embedding.weight"], IDS),))
    return F.linear(states, parameters["dense.weight"], parameters["dense.bias"])


def loss_of(kind, states, table):
    real, targets = states[REAL], TARGETS[REAL]
    if kind == "cross_entropy":
        return F.cross_entropy(real @ table.T, targets)
    positive = (real * table[targets]).sum(-1)
    if kind == "sampled":
        candidates = table[SAMPLED][REAL.nonzero()[:, 0]]
        others = torch.einsum("nd,nkd->nk", real, candidates)
        scores = torch.cat([positive[:, None], others], 1)
        return F.cross_entropy(scores, torch.zeros(len(scores), dtype=torch.long))
    negative = (real * table[DRAWN[REAL]]).sum(-1)
    ones, zeros = torch.ones_like(positive), torch.zeros_like(negative)
    both = F.binary_cross_entropy_with_logits
    return both(positive, ones) + both(negative, zeros)


def build(system, kind, make_parameters, make_states, meta):
    parameters = trainable(make_parameters())
    table = parameters["item_embedding.weight"]
    states = make_states(parameters)
    last = states[torch.arange(len(IDS)), REAL.sum(1) - 1]
    outputs = {
        "input:ids": IDS, "input:targets": TARGETS, "input:sampled": SAMPLED, "input:drawn": DRAWN,
        "output:scores": last @ table.T,
    }  # fmt: skip
    loss = loss_of(kind, states, table)
    save_golden(
        system, kind, with_gradients(parameters, outputs, loss), {**meta, "loss_kind": kind, "loss": loss.item()}
    )


def sasrec_parameters():
    generator = random_generator(31)
    parameters = {
        "item_embedding.weight": normal(generator, ITEMS, WIDTH, scale=0.7),
        "position_embedding.weight": normal(generator, LENGTH, WIDTH, scale=0.7),
        "LayerNorm.weight": normal(generator, WIDTH, scale=0.3, shift=1.0),
        "LayerNorm.bias": normal(generator, WIDTH, scale=0.3),
    }
    for layer in range(LAYERS):
        named = layer_parameters(generator, WIDTH, INNER)
        parameters |= {f"trm_encoder.layer.{layer}.{name}": value for name, value in named.items()}
    return parameters


def gru4rec_parameters():
    generator = random_generator(32)
    return {
        "item_embedding.weight": normal(generator, ITEMS, WIDTH, scale=0.7),
        "gru_layers.weight_ih": normal(generator, 3 * HIDDEN, WIDTH, scale=0.5),
        "gru_layers.weight_hh": normal(generator, 3 * HIDDEN, HIDDEN, scale=0.5),
        "dense.weight": normal(generator, WIDTH, HIDDEN, scale=0.5),
        "dense.bias": normal(generator, WIDTH, scale=0.3),
    }


if __name__ == "__main__":
    gru_meta = {"source": "torch.nn.GRU(bias=False) and a linear layer, float64, no dropout"}
    for kind in ("cross_entropy", "sampled", "bce"):
        build("sasrec", kind, sasrec_parameters, sasrec_states, BLOCK_META)
        build("gru4rec", kind, gru4rec_parameters, gru4rec_states, gru_meta)

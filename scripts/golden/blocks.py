"""Golden building blocks in float64: recurrent cell, attention block, optimisers, schedules, losses, bucket tables.

Common rule for layers: `loss = sum(output * input:cotangent)`, `grad:<name>` is its gradient.
Weights are [out, in] as torch keeps them. See each function for the exact form.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
import transformers
from store import normal, random_generator, save_golden
from transformers.models.t5.modeling_t5 import T5Attention


def with_gradients(inputs: dict, outputs: dict, scalar: torch.Tensor) -> dict:
    """Inputs, outputs, and the gradient of `scalar` for each input that asked for one."""
    scalar.backward()
    gradients = {f"grad:{name}": value.grad for name, value in inputs.items() if value.requires_grad}
    return {**inputs, **gradients, **outputs}


def trainable(parameters: dict) -> dict:
    return {name: value.clone().requires_grad_() for name, value in parameters.items()}


def gru():
    """torch.nn.GRU without biases, one layer; gate rows stacked as reset, update, new (the GRU4Rec cell of RecBole)."""
    generator, width, hidden = random_generator(1), 4, 6
    parameters = trainable(
        {
            "weight_ih": normal(generator, 3 * hidden, width, scale=0.7),
            "weight_hh": normal(generator, 3 * hidden, hidden, scale=0.6),
            "x": normal(generator, 2, 5, width),
        }
    )
    cotangent = normal(generator, 2, 5, hidden)
    cell = torch.nn.GRU(width, hidden, bias=False, batch_first=True).double()
    output, _ = torch.func.functional_call(
        cell,
        {"weight_ih_l0": parameters["weight_ih"], "weight_hh_l0": parameters["weight_hh"]},
        (parameters["x"],),
    )
    # The formula of the method notes, so that the JSON may quote it.
    state, w_i, w_h = torch.zeros(2, hidden, dtype=torch.float64), parameters["weight_ih"], parameters["weight_hh"]
    for t in range(5):
        from_x, from_h = (parameters["x"][:, t] @ w_i.T).chunk(3, 1), (state @ w_h.T).chunk(3, 1)
        reset, update = torch.sigmoid(from_x[0] + from_h[0]), torch.sigmoid(from_x[1] + from_h[1])
        new = torch.tanh(from_x[2] + reset * from_h[2])
        state = (1 - update) * new + update * state
        assert torch.allclose(state, output[:, t], atol=1e-12)
    outputs = {"output:states": output, "input:cotangent": cotangent}
    save_golden(
        "blocks",
        "gru",
        with_gradients(parameters, outputs, (output * cotangent).sum()),
        {
            "source": "torch.nn.GRU(bias=False, batch_first=True), float64",
            "form": "r=s(xW_r+hU_r); z=s(xW_z+hU_z); n=tanh(xW_n+r*(hU_n)); h=(1-z)n+zh; rows of weights r,z,n; h0=0",
        },
    )


HEADS = 2
NORM_EPS = 1e-12
MASKED = -10000.0


def additive_mask(ids: torch.Tensor) -> torch.Tensor:
    """[B, 1, T, T]: 0 where key j <= query i and key j is not padding, else -10000."""
    allowed = (ids != 0)[:, None, None, :] & torch.ones(ids.shape[1], ids.shape[1], dtype=torch.bool).tril()
    return torch.where(allowed, 0.0, MASKED).double()


def layer_parameters(generator, width: int, inner: int) -> dict:
    attention, feed = "multi_head_attention", "feed_forward"
    shapes = {f"{attention}.{name}": (width, width) for name in ("query", "key", "value", "dense")}
    shapes |= {f"{feed}.dense_1": (inner, width), f"{feed}.dense_2": (width, inner)}
    parameters = {}
    for name, shape in shapes.items():
        parameters[f"{name}.weight"] = normal(generator, *shape, scale=0.5)
        parameters[f"{name}.bias"] = normal(generator, shape[0], scale=0.3)
    for part in (attention, feed):
        parameters[f"{part}.LayerNorm.weight"] = normal(generator, width, scale=0.3, shift=1.0)
        parameters[f"{part}.LayerNorm.bias"] = normal(generator, width, scale=0.3)
    return parameters


def layer_norm(parameters, name, x):
    return F.layer_norm(x, x.shape[-1:], parameters[f"{name}.weight"], parameters[f"{name}.bias"], NORM_EPS)


def encoder_layer(parameters: dict, prefix: str, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Post-norm block: Y = LN(X + Attention(X)), Z = LN(Y + gelu(Y W1 + b1) W2 + b2), exact (erf) GELU."""

    def linear(name, value):
        return F.linear(value, parameters[f"{prefix}{name}.weight"], parameters[f"{prefix}{name}.bias"])

    def split(value):
        return value.view(*value.shape[:2], HEADS, -1).transpose(1, 2)

    attention, feed = "multi_head_attention", "feed_forward"
    query, key, value = (split(linear(f"{attention}.{name}", x)) for name in ("query", "key", "value"))
    scores = query @ key.transpose(2, 3) / query.shape[-1] ** 0.5 + mask
    mixed = (scores.softmax(-1) @ value).transpose(1, 2).reshape(x.shape)
    y = layer_norm(parameters, f"{prefix}{attention}.LayerNorm", x + linear(f"{attention}.dense", mixed))
    inner = F.gelu(linear(f"{feed}.dense_1", y), approximate="none")
    return layer_norm(parameters, f"{prefix}{feed}.LayerNorm", y + linear(f"{feed}.dense_2", inner))


BLOCK_META = {
    "source": "torch primitives in the layout and names of RecBole's SASRec, float64, no dropout",
    "heads": HEADS,
    "layer_norm_eps": NORM_EPS,
    "activation": "gelu (erf)",
    "mask": "additive -10000 where key is padding (id 0) or key > query",
}


def sasrec_block():
    """One encoder block on given activations."""
    generator, width, inner = random_generator(2), 8, 16
    ids = torch.tensor([[3, 1, 4, 2, 6], [5, 2, 7, 0, 0]])
    parameters = trainable({**layer_parameters(generator, width, inner), "x": normal(generator, 2, 5, width)})
    cotangent = normal(generator, 2, 5, width)
    output = encoder_layer(parameters, "", parameters["x"], additive_mask(ids))
    outputs = {"input:ids": ids, "input:mask": additive_mask(ids), "input:cotangent": cotangent, "output:z": output}
    save_golden("blocks", "sasrec_block", with_gradients(parameters, outputs, (output * cotangent).sum()), BLOCK_META)


def sasrec():
    """Whole tiny SASRec: look-up, two blocks, state at the last real position, full cross-entropy over the table."""
    generator, items, width, inner, length = random_generator(3), 9, 8, 16, 5
    parameters = {
        "item_embedding.weight": normal(generator, items + 1, width, scale=0.7),
        "position_embedding.weight": normal(generator, length, width, scale=0.7),
        "LayerNorm.weight": normal(generator, width, scale=0.3, shift=1.0),
        "LayerNorm.bias": normal(generator, width, scale=0.3),
    }
    for layer in range(2):
        named = layer_parameters(generator, width, inner)
        parameters |= {f"trm_encoder.layer.{layer}.{name}": value for name, value in named.items()}
    parameters = trainable(parameters)
    ids = torch.tensor([[3, 1, 4, 2, 6], [5, 2, 7, 0, 0], [8, 0, 0, 0, 0]])
    targets = torch.tensor([9, 1, 5])
    last = (ids != 0).sum(1) - 1
    table = parameters["item_embedding.weight"]
    hidden = F.embedding(ids, table, padding_idx=0) + parameters["position_embedding.weight"]
    hidden = layer_norm(parameters, "LayerNorm", hidden)
    for layer in range(2):
        hidden = encoder_layer(parameters, f"trm_encoder.layer.{layer}.", hidden, additive_mask(ids))
    state = hidden[torch.arange(3), last]
    logits = state @ table.T
    loss = F.cross_entropy(logits, targets)
    outputs = {
        "input:ids": ids, "input:targets": targets, "input:last": last,
        "output:hidden": hidden, "output:state": state, "output:logits": logits,
    }  # fmt: skip
    meta = {
        **BLOCK_META,
        "loss": loss.item(),
        "padding_row": "row 0 takes part in the softmax and gets gradient from it, but none from the look-up",
    }
    save_golden("blocks", "sasrec", with_gradients(parameters, outputs, loss), meta)


def gru4rec():
    """Whole tiny GRU4Rec: look-up, GRU without biases, dense with bias, state at the last real position, full CE."""
    generator, items, width, hidden = random_generator(4), 9, 6, 8
    parameters = trainable(
        {
            "item_embedding.weight": normal(generator, items + 1, width, scale=0.7),
            "gru_layers.weight_ih_l0": normal(generator, 3 * hidden, width, scale=0.5),
            "gru_layers.weight_hh_l0": normal(generator, 3 * hidden, hidden, scale=0.5),
            "dense.weight": normal(generator, width, hidden, scale=0.5),
            "dense.bias": normal(generator, width, scale=0.3),
        }
    )
    ids = torch.tensor([[3, 1, 4, 2, 6], [5, 2, 7, 0, 0], [8, 0, 0, 0, 0]])
    targets = torch.tensor([9, 1, 5])
    last = (ids != 0).sum(1) - 1
    table = parameters["item_embedding.weight"]
    cell = torch.nn.GRU(width, hidden, bias=False, batch_first=True).double()
    weights = {f"weight_{part}_l0": parameters[f"gru_layers.weight_{part}_l0"] for part in ("ih", "hh")}
    states, _ = torch.func.functional_call(cell, weights, (F.embedding(ids, table, padding_idx=0),))
    dense = F.linear(states, parameters["dense.weight"], parameters["dense.bias"])
    state = dense[torch.arange(3), last]
    logits = state @ table.T
    loss = F.cross_entropy(logits, targets)
    outputs = {
        "input:ids": ids, "input:targets": targets, "input:last": last,
        "output:states": states, "output:state": state, "output:logits": logits,
    }  # fmt: skip
    meta = {
        "source": "torch.nn.GRU in the layout and names of RecBole's GRU4Rec, float64, no dropout",
        "loss": loss.item(),
        "padding_row": "row 0 takes part in the softmax and gets gradient from it, but none from the look-up",
    }
    save_golden("blocks", "gru4rec", with_gradients(parameters, outputs, loss), meta)


def optimiser_steps(name: str, make, settings: dict, state_names: dict, max_norm: float | None):
    """Five steps on two parameters with given gradients; stores gradients, parameters and state of every step."""
    generator = random_generator(5)
    start = {"w": normal(generator, 3, 4), "b": normal(generator, 4)}
    parameters = trainable(start)
    optimiser = make(list(parameters.values()), **settings)
    tensors = {f"initial:{key}": value for key, value in start.items()}
    norms = []
    for step in range(1, 6):
        scale = [0.1, 2.0, 0.5, 0.02, 1.0][step - 1]  # global norms on both sides of the clip
        for key, parameter in parameters.items():
            parameter.grad = normal(generator, *parameter.shape, scale=scale)
            if step == 3:
                parameter.grad[..., 0] = 0.0  # a zero gradient with and without history
            tensors[f"step{step}:grad:{key}"] = parameter.grad.clone()
        if max_norm is not None:
            norms.append(torch.nn.utils.clip_grad_norm_(parameters.values(), max_norm).item())
        optimiser.step()
        for key, parameter in parameters.items():
            if max_norm is not None:
                tensors[f"step{step}:clipped:{key}"] = parameter.grad.clone()
            tensors[f"step{step}:{key}"] = parameter.detach().clone()
            for ours, theirs in state_names.items():
                tensors[f"step{step}:{ours}:{key}"] = optimiser.state[parameter][theirs].clone()
    save_golden(
        "blocks",
        name,
        tensors,
        {
            "source": f"torch.optim.{make.__name__}, torch.nn.utils.clip_grad_norm_, float64",
            "settings": settings,
            "max_norm": max_norm,
            "norms_before_clipping": norms,
            "clip_rule": "factor = min(1, max_norm / (norm + 1e-6)), norm over all parameters together",
        },
    )


def optimisers():
    adamw = {"lr": 0.01, "betas": [0.9, 0.999], "eps": 1e-8, "weight_decay": 0.05}
    optimiser_steps("adamw", torch.optim.AdamW, adamw, {"m": "exp_avg", "v": "exp_avg_sq"}, 1.0)
    adam = {"lr": 0.001, "betas": [0.9, 0.999], "eps": 1e-8, "weight_decay": 0.0}
    optimiser_steps("adam", torch.optim.Adam, adam, {"m": "exp_avg", "v": "exp_avg_sq"}, None)
    adagrad = {"lr": 0.01, "lr_decay": 0.0, "weight_decay": 0.0, "initial_accumulator_value": 0.0, "eps": 1e-10}
    optimiser_steps("adagrad", torch.optim.Adagrad, adagrad, {"sum": "sum"}, None)


def schedules():
    """Learning rate in force at update 0, 1, .. total (the value before the scheduler's next tick)."""
    makers = {
        "cosine": lambda o, w, t: transformers.get_cosine_schedule_with_warmup(o, w, t),
        "linear": lambda o, w, t: transformers.get_linear_schedule_with_warmup(o, w, t),
        "constant": lambda o, w, t: transformers.get_constant_schedule_with_warmup(o, w),
    }
    cases = []
    for kind, make in makers.items():
        for warmup, total in ((5, 20), (0, 20), (10, 100)):
            parameter = torch.nn.Parameter(torch.zeros(1))
            optimiser = torch.optim.SGD([parameter], lr=0.005)
            schedule = make(optimiser, warmup, total)
            rates = []
            for _ in range(total + 1):
                rates.append(optimiser.param_groups[0]["lr"])
                optimiser.step()
                schedule.step()
            cases.append({"kind": kind, "base": 0.005, "warmup": warmup, "total": total, "rates": rates})
    save_golden("blocks", "schedules", {}, {"source": "transformers.get_*_schedule_with_warmup", "cases": cases})


def losses():
    """InfoNCE over cosines (diagonal positives, same-item columns removed), and cross-entropy with ignored labels."""
    generator, temperature = random_generator(6), 0.07
    vectors = trainable({"a": normal(generator, 5, 6), "b": normal(generator, 5, 6)})
    items = torch.tensor([11, 7, 11, 3, 9])  # rows 0 and 2 are the same item: not each other's negatives
    tensors = {"input:items": items}
    values = {}
    collision = (items[:, None] == items[None]) & ~torch.eye(5, dtype=torch.bool)
    for name, masked in (("plain", None), ("masked", collision)):
        similarity = F.normalize(vectors["a"], dim=1) @ F.normalize(vectors["b"], dim=1).T / temperature
        if masked is not None:
            similarity = similarity.masked_fill(masked, -torch.inf)
        loss = F.cross_entropy(similarity, torch.arange(5))
        gradients = torch.autograd.grad(loss, list(vectors.values()))
        tensors |= {f"{name}:grad:{key}": gradient for key, gradient in zip(vectors, gradients)}
        tensors[f"{name}:row_losses"] = F.cross_entropy(similarity, torch.arange(5), reduction="none")
        values[name] = loss.item()
    meta = {
        "source": "torch, float64",
        "temperature": temperature,
        "form": "mean over rows i of -log softmax_j(cos(a_i, b_j) / temperature)[i]; masked: same item, j != i, left out",
        "loss": values,
    }
    save_golden("blocks", "info_nce", {**vectors, **tensors}, meta)

    logits = trainable({"logits": normal(generator, 6, 7, scale=2.0)})
    labels = torch.tensor([3, -100, 0, 6, -100, 2])
    tensors, values = {"input:labels": labels}, {}
    for name, smoothing in (("mean", 0.0), ("smoothed", 0.1)):
        loss = F.cross_entropy(logits["logits"], labels, ignore_index=-100, label_smoothing=smoothing)
        tensors[f"{name}:grad:logits"] = torch.autograd.grad(loss, logits["logits"])[0]
        values[name] = loss.item()
    tensors["output:row_losses"] = F.cross_entropy(logits["logits"], labels, ignore_index=-100, reduction="none")
    meta = {
        "source": "torch.nn.functional.cross_entropy, float64",
        "ignore_index": -100,
        "form": "mean over rows that are not ignored; smoothed: label_smoothing 0.1",
        "loss": values,
    }
    save_golden("blocks", "cross_entropy", {**logits, **tensors}, meta)


def bucket_tables():
    """T5 bucket of every key - query in -130..130, from the library's own function (float32 logarithms)."""
    deltas = torch.arange(-130, 131)
    tables = []
    for bidirectional in (True, False):
        for buckets, distance in ((32, 128), (16, 64)):
            table = T5Attention._relative_position_bucket(deltas, bidirectional, buckets, distance)
            tables.append(
                {
                    "bidirectional": bidirectional,
                    "buckets": buckets,
                    "max_distance": distance,
                    "bucket_of_delta": table.tolist(),
                }
            )
    meta = {
        "source": "transformers T5Attention._relative_position_bucket",
        "first_delta": -130,
        "delta": "key position - query position",
        "tables": tables,
    }
    save_golden("blocks", "relative_buckets", {}, meta)


if __name__ == "__main__":
    for build in (gru, sasrec_block, sasrec, gru4rec, optimisers, schedules, losses, bucket_tables):
        build()

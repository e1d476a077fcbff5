"""Golden training steps of a tiny residual-quantised autoencoder with EMA codebooks, in float64.

Written from the method notes, with torch only as the source of autograd and Adagrad:
  encoder 8 -> 12 -> 6 and decoder 6 -> 12 -> 8, ReLU between, none after the last;
  3 levels of 5 codes, r_l = r_{l-1} - q_l with q_l = r_{l-1} + sg[e - r_{l-1}] (so dr_l/dr_{l-1} = 0);
  loss = mse(decoded, x) + (1/3) sum_l beta * mse(r_{l-1}, sg e), beta = .25, means over all elements;
  EMA: N <- .99 N + .01 n, M <- .99 M + .01 s, e = M / (n_tot (N + eps) / (n_tot + K eps)), eps 1e-5,
  assignment with the books before the update; N starts at 1, M at e;
  Adagrad, learning rate 1e-3, eps 1e-10, accumulators from 0, encoder and decoder only.

Tensor names: `initial:*`, `input:batch` [B, 8], `step1:*` .. `step3:*`, where a step holds the results of its forward
pass (codes, residuals, decoded, losses) and the state after its update. `step1:grad:*` are the gradients of step 1.
Linear weights are [out, in]; `encoder.0` is 8 -> 12. Books are `levels.<l>.codebook` [5, 6], `.N` [5], `.M` [5, 6].
"""

from __future__ import annotations

import torch
from store import normal, random_generator, save_golden

SIZES, LEVELS, CODES, BATCH = [8, 12, 6], 3, 5, 16
BETA, DECAY, EPS, RATE, ADAGRAD_EPS = 0.25, 0.99, 1e-5, 1e-3, 1e-10
# The smallest allowed gap between a row's best and second-best squared distance: float32 must not flip a code.
SAFE_GAP = 1e-3


def linear_stack(generator, name, sizes, parameters):
    for index, (inputs, outputs) in enumerate(zip(sizes[:-1], sizes[1:])):
        parameters[f"{name}.{index}.weight"] = normal(generator, outputs, inputs, scale=1.4 * inputs**-0.5)
        parameters[f"{name}.{index}.bias"] = normal(generator, outputs, scale=0.2)


def forward_stack(parameters, name, x):
    hidden = torch.relu(x @ parameters[f"{name}.0.weight"].T + parameters[f"{name}.0.bias"])
    return hidden @ parameters[f"{name}.1.weight"].T + parameters[f"{name}.1.bias"]


def assign(residual, codebook):
    distances = (residual[:, None, :] - codebook[None]).pow(2).sum(2)
    nearest = distances.detach().sort(1).values
    assert (nearest[:, 1] - nearest[:, 0]).min().item() > SAFE_GAP, "a row lies between two codes: change the seed"
    return distances.argmin(1)


def initial_state(seed: int):
    generator = random_generator(seed)
    parameters: dict[str, torch.Tensor] = {}
    linear_stack(generator, "encoder", SIZES, parameters)
    linear_stack(generator, "decoder", SIZES[::-1], parameters)
    batch = normal(generator, BATCH, SIZES[0])
    # Books near the residuals they will meet, so that several codes are used and at least one is not.
    books, residual = [], forward_stack(parameters, "encoder", batch)
    for level in range(LEVELS):
        rows = residual[torch.randperm(BATCH, generator=generator)[:CODES]]
        book = (rows + normal(generator, CODES, SIZES[-1], scale=0.1)).float().double()
        if level == 1:
            book[CODES - 1] += 8.0  # out of everyone's reach: an unused code
        books.append(book)
        residual = residual - book[assign(residual, book)]
    return parameters, books, batch


def main():
    parameters, books, batch = initial_state(36)  # in this draw two rows change code between the steps
    counts = [torch.ones(CODES, dtype=torch.float64) for _ in books]
    sums = [book.clone() for book in books]
    trained = {name: value.clone().requires_grad_() for name, value in parameters.items()}
    optimiser = torch.optim.Adagrad(trained.values(), lr=RATE, eps=ADAGRAD_EPS)

    tensors = {f"initial:{name}": value for name, value in parameters.items()}
    for level, book in enumerate(books):
        tensors[f"initial:levels.{level}.codebook"] = book
    tensors["input:batch"] = batch
    losses = []
    for step in range(1, 4):
        optimiser.zero_grad()
        latent = forward_stack(trained, "encoder", batch)
        residual, quantised, commitments, codes = latent, 0.0, [], []
        for level in range(LEVELS):
            code = assign(residual, books[level])
            entry = books[level][code]
            commitments.append(BETA * (residual - entry).pow(2).mean())
            chosen = torch.nn.functional.one_hot(code, CODES).double()
            counts[level] = DECAY * counts[level] + (1 - DECAY) * chosen.sum(0)
            sums[level] = DECAY * sums[level] + (1 - DECAY) * (chosen.T @ residual.detach())
            total = counts[level].sum()
            smoothed = total * (counts[level] + EPS) / (total + CODES * EPS)
            books[level] = sums[level] / smoothed[:, None]
            tensors[f"step{step}:residual.{level}"] = residual
            passed = residual + (entry - residual).detach()
            residual, quantised = residual - passed, quantised + passed
            codes.append(code)
        decoded = forward_stack(trained, "decoder", quantised)
        reconstruction = (decoded - batch).pow(2).mean()
        commitment = sum(commitments) / LEVELS
        loss = reconstruction + commitment
        gradient_by_level = [
            0.0 if level and not c.requires_grad else torch.autograd.grad(c, latent, retain_graph=True)[0].abs().max().item()
            for level, c in enumerate(commitments)
        ]
        assert gradient_by_level[0] > 0 and gradient_by_level[1:] == [0.0, 0.0]
        loss.backward()
        optimiser.step()
        tensors |= {
            f"step{step}:latent": latent,
            f"step{step}:codes": torch.stack(codes, 1),
            f"step{step}:quantised": quantised,
            f"step{step}:decoded": decoded,
        }
        for name, value in trained.items():
            if step == 1:
                tensors[f"step1:grad:{name}"] = value.grad
            tensors[f"step{step}:{name}"] = value.clone()
            tensors[f"step{step}:adagrad:{name}"] = optimiser.state[value]["sum"].clone()
        for level in range(LEVELS):
            tensors[f"step{step}:levels.{level}.codebook"] = books[level]
            tensors[f"step{step}:levels.{level}.N"] = counts[level]
            tensors[f"step{step}:levels.{level}.M"] = sums[level]
        losses.append(
            {
                "total": loss.item(),
                "reconstruction": reconstruction.item(),
                "commitment": commitment.item(),
                "commitment_by_level": [c.item() for c in commitments],
                "used_codes_by_level": [len(set(code.tolist())) for code in codes],
            }
        )
    save_golden(
        "rqvae",
        "ema",
        tensors,
        {
            "source": "torch autograd and torch.optim.Adagrad, float64, see scripts/golden/rqvae.py",
            "config": {
                "encoder": SIZES, "decoder": SIZES[::-1], "levels": LEVELS, "codes": CODES, "batch": BATCH,
                "beta": BETA, "ema_decay": DECAY, "ema_eps": EPS, "learning_rate": RATE, "adagrad_eps": ADAGRAD_EPS,
            },
            "losses": losses,
        },
    )  # fmt: skip


if __name__ == "__main__":
    main()

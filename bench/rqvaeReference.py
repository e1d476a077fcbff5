"""The training step of an RQ-VAE as one would write it in PyTorch, on the CPU, for `npm run bench -- --suite mtgrec`.

    python bench/rqvaeReference.py models/rqvae/reference.json        # with the packages of scripts/golden/requirements.txt

Every line on standard input asks for that many steps; every answer is one JSON line: milliseconds of each step,
processor time of all threads for a step, and the last loss. Same step as src/tokenizers/rqvae: mirror MLPs, residual levels with the straight-through estimator, moving
averages of the codebooks, Adagrad. Entries start as random latents instead of k-means centres, which costs a step nothing.
"""

import json
import sys
import time

import torch
from torch import nn


def stack(sizes: list[int]) -> nn.Sequential:
    layers: list[nn.Module] = []
    for inputs, outputs in zip(sizes[:-1], sizes[1:]):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


class Rqvae(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        self.config = config
        sizes = [config["inputDim"], *config["hidden"], config["latentDim"]]
        self.encoder, self.decoder = stack(sizes), stack(sizes[::-1])
        entries = config["entries"]
        for level in range(config["levels"]):
            self.register_buffer(f"book{level}", torch.randn(entries, config["latentDim"]) * 0.1)
            self.register_buffer(f"count{level}", torch.ones(entries))
            self.register_buffer(f"sum{level}", getattr(self, f"book{level}").clone())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        config = self.config
        residual, quantised, commitment = self.encoder(x), 0, 0
        for level in range(config["levels"]):
            book = getattr(self, f"book{level}")
            codes = torch.cdist(residual.detach(), book).argmin(1)
            entry = book[codes]
            commitment = commitment + config["commitmentWeight"] * nn.functional.mse_loss(residual, entry)
            passed = residual + (entry - residual).detach()
            self.average(level, codes, residual.detach())
            residual, quantised = residual - passed, quantised + passed
        return nn.functional.mse_loss(self.decoder(quantised), x) + commitment / config["levels"]

    @torch.no_grad()
    def average(self, level: int, codes: torch.Tensor, residual: torch.Tensor) -> None:
        entries, decay, eps = self.config["entries"], self.config["emaDecay"], self.config["emaEps"]
        chosen = nn.functional.one_hot(codes, entries).to(residual.dtype)
        count, total = getattr(self, f"count{level}"), getattr(self, f"sum{level}")
        count.mul_(decay).add_(chosen.sum(0), alpha=1 - decay)
        total.mul_(decay).add_(chosen.T @ residual, alpha=1 - decay)
        everything = count.sum()
        smoothed = everything * (count + eps) / (everything + entries * eps)
        getattr(self, f"book{level}").copy_(total / smoothed[:, None])


def main() -> None:
    with open(sys.argv[1]) as file:
        config = json.load(file)
    torch.manual_seed(1)
    model = Rqvae(config).train()
    optimizer = torch.optim.Adagrad(model.parameters(), lr=config["learningRate"], eps=config["adagradEps"])
    x = torch.randn(config["batchSize"], config["inputDim"])
    print(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
    for line in sys.stdin:
        times, last, used = [], 0.0, time.process_time()
        for _ in range(int(line)):
            started = time.perf_counter()
            optimizer.zero_grad()
            loss = model(x)
            loss.backward()
            optimizer.step()
            last = loss.item()
            times.append(1000 * (time.perf_counter() - started))
        cpu = 1000 * (time.process_time() - used) / max(1, len(times))
        print(json.dumps({"ms": times, "cpuMs": cpu, "loss": last}), flush=True)


if __name__ == "__main__":
    main()

"""Measure the sample: counting baselines and the generating process itself, leave-one-out, from public/sample alone.

`python report.py [--data public/sample]` prints the rows of the table in public/sample/README.md. Protocol: counts come
from each sequence without its last two items; the history at test time is everything but the last item; full ranking
over all items; ties count against the target; eps(i) = pop(i) / (max pop * 1e6) breaks ties by popularity. All users.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import os
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from PIL import Image

from behaviour import Process

Scorer = Callable[[int, list[int]], np.ndarray]


def read_jsonl(path: Path) -> list[dict]:
    """All objects of a gzipped JSON-lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def decode_pictures(data: Path, count: int) -> list[np.ndarray]:
    """The pictures of items 0..count-1 as [64, 64, 3] bytes."""
    index = json.loads((data / "images.json").read_text())["index"]
    blob = (data / "images.bin").read_bytes()
    parts = (index[str(i)] for i in range(count))
    return [np.asarray(Image.open(io.BytesIO(blob[o : o + n])).convert("RGB")) for o, n in parts]


def evaluate(sequences: list[list[int]], score: Scorer, seen_removed: bool) -> dict[str, float]:
    """Recall@5/10 and NDCG@5/10 of `score(user, history) -> [items]` on the last item of every sequence."""
    totals = {"R@5": 0.0, "N@5": 0.0, "R@10": 0.0, "N@10": 0.0}
    for user, items in enumerate(sequences):
        scores, target = score(user, items[:-1]).copy(), items[-1]
        if seen_removed:
            scores[items[:-1]] = -np.inf
        rank = int((scores >= scores[target]).sum())
        for k in (5, 10):
            totals[f"R@{k}"] += rank <= k
            totals[f"N@{k}"] += 1 / np.log2(rank + 1) if rank <= k else 0.0
    return {name: total / len(sequences) for name, total in totals.items()}


def counting_scorers(sequences: list[list[int]], n: int) -> dict[str, Scorer]:
    """Most-popular, Markov and decayed transitions, fitted on the training parts."""
    popularity = np.zeros(n)
    follows = np.zeros((n, n))
    for items in sequences:
        train = items[:-2]
        np.add.at(popularity, train, 1)
        np.add.at(follows, (train[:-1], train[1:]), 1)
    eps = popularity / (popularity.max() * 1e6)

    def decayed(_: int, history: list[int]) -> np.ndarray:
        recent = history[-20:]
        weight = 0.7 ** np.arange(len(recent) - 1, -1, -1)
        return weight @ (follows[recent] + 0.5 * follows[:, recent].T) + eps

    return {
        "Most-popular": lambda _, history: popularity + eps,
        "Markov": lambda _, history: follows[history[-1]] + eps,
        "Decayed transitions": decayed,
    }


def process_scorers(process: Process, hidden: list[int]) -> dict[str, Scorer]:
    """The process with the user's hidden state inferred from the history, and with it known."""

    def inferred(_: int, history: list[int]) -> np.ndarray:
        return process.posterior(history) @ process.next_item(history, slice(None), late=True)

    return {
        "Process, user inferred": inferred,
        "Process, user known": lambda user, history: process.next_item(history, hidden[user], late=True),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "public" / "sample")
    args = parser.parse_args()
    items = read_jsonl(args.data / "items.jsonl.gz")
    sequences = [row["items"] for row in read_jsonl(args.data / "sequences.jsonl.gz")]
    process = Process(items, decode_pictures(args.data, len(items)))
    simulated, hidden = process.simulate()
    if simulated != sequences:
        raise SystemExit("report: the process does not reproduce sequences.jsonl.gz; rebuild with the stated versions")
    trained = np.zeros(len(items))
    for row in sequences:
        trained[row[:-2]] += 1
    targets = np.array([row[-1] for row in sequences])
    print(f"items without training interaction {int((trained == 0).sum())}, below 5: {int((trained < 5).sum())}")
    print(f"test targets without training interaction {float((trained[targets] == 0).mean()):.3f}")
    rows = counting_scorers(sequences, len(items)) | process_scorers(process, hidden)
    show("all", sequences, rows)
    for domain in process.domains:
        mine = [row["items"] for row in read_jsonl(args.data / domain / "sequences.jsonl.gz")]
        show(domain, mine, counting_scorers(mine, len(items)))


def show(name: str, sequences: list[list[int]], rows: dict[str, Scorer]) -> None:
    """Print one line per recommender: seen items kept, then removed."""
    for label, score in rows.items():
        kept, removed = (evaluate(sequences, score, seen) for seen in (False, True))
        cells = [" ".join(f"{value:.4f}"[1:] for value in result.values()) for result in (kept, removed)]
        print(f"| {name} | {label} | {cells[0]} | {cells[1]} |", flush=True)


if __name__ == "__main__":
    main()

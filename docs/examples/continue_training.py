"""Continues the training of an exported recommender, on one GPU or many, and saves it for `tessera import-model`.

    npx tessera export --to hf        --out exported  --data <folder> runs/first
    npx tessera export --to sequences --out sequences --data <folder>
    accelerate launch continue_training.py exported sequences/all_item_seqs.json trained --epochs 20
    npx tessera import-model trained --out runs/second

Needs torch, transformers and accelerate. Samples, labels and schedule are the workbench's: every prefix of a user's
events but the last two (those are validation and test), the latest items as tokens, the next item's tokens + end.
"""

from __future__ import annotations

import argparse
import json
import math
import pathlib
import shutil

import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from torch.utils.data import DataLoader
from transformers import T5ForConditionalGeneration, get_cosine_schedule_with_warmup


def read_map(folder: pathlib.Path) -> tuple[dict, dict[str, list[int]]]:
    """`tessera.json`, and the tokens of every item by id (by position where it was exported without --data)."""
    tokenizer = json.loads((folder / "tessera.json").read_text())
    tokens = {str(item.get("id", position)): item["tokens"] for position, item in enumerate(tokenizer["items"])}
    return tokenizer, tokens


def samples(sequences: dict[str, list], tokens: dict[str, list[int]], tokenizer: dict, history_limit: int):
    """(input tokens, labels) of every training prefix."""
    user, end = tokenizer["vocabulary"]["user"], tokenizer["vocabulary"]["end"]
    begin = [] if user is None else [user]  # the user token is a switch
    made = []
    for items in sequences.values():
        known = [tokens[str(item)] for item in items]
        for target in range(1, len(known) - 2):
            history = [token for item in known[max(0, target - history_limit) : target] for token in item]
            made.append(([*begin, *history, end], [*known[target], end]))
    return made


def collate(batch):
    width = max(len(inputs) for inputs, _ in batch)
    ids = torch.tensor([inputs + [0] * (width - len(inputs)) for inputs, _ in batch])
    mask = torch.tensor([[1] * len(inputs) + [0] * (width - len(inputs)) for inputs, _ in batch])
    return {"input_ids": ids, "attention_mask": mask, "labels": torch.tensor([labels for _, labels in batch])}


def train(exported, sequences_file, out, epochs: int, batch_size: int, learning_rate: float, seed: int = 0):
    exported, out = pathlib.Path(exported), pathlib.Path(out)
    set_seed(seed)
    accelerator = Accelerator()
    model = T5ForConditionalGeneration.from_pretrained(exported)
    tokenizer, tokens = read_map(exported)
    settings = tokenizer["config"]["recommender"]
    sequences = json.loads(pathlib.Path(sequences_file).read_text())
    data = samples(sequences, tokens, tokenizer, settings["historyLimit"])
    loader = DataLoader(data, batch_size=batch_size, shuffle=True, collate_fn=collate)
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate, weight_decay=settings["weightDecay"])
    steps = epochs * math.ceil(len(data) / batch_size)
    schedule = get_cosine_schedule_with_warmup(optimizer, steps // 20, steps)
    model, optimizer, loader, schedule = accelerator.prepare(model, optimizer, loader, schedule)
    model.train()
    for epoch in range(epochs):
        total = 0.0
        for batch in loader:
            loss = model(**batch).loss
            accelerator.backward(loss)
            accelerator.clip_grad_norm_(model.parameters(), settings["clipNorm"] or 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            total += loss.item()
        accelerator.print(f"epoch {epoch + 1}: loss {total / max(1, len(loader)):.4f}")
    accelerator.wait_for_everyone()
    if accelerator.is_main_process:
        accelerator.unwrap_model(model).save_pretrained(out)
        # The way back needs to know which tokens an item is.
        shutil.copy(exported / "tessera.json", out / "tessera.json")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("exported")
    parser.add_argument("sequences")
    parser.add_argument("out")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch-size", type=int, default=256)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    given = parser.parse_args()
    train(given.exported, given.sequences, given.out, given.epochs, given.batch_size, given.learning_rate)

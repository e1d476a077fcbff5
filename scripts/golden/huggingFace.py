"""Opens an exported folder with `transformers`, decodes with it, trains it further and saves it again.

`exportTiny.mjs` writes the folder from the seeded tiny run of test/fixtures/tinyRun.ts; what the library computes from
it is `models/t5/golden/exported`. docs/examples/continue_training.py then trains it for a few steps; the saved folder
is `models/t5/golden/trained/` (as `save_pretrained` writes it) and its results are in the same golden.

Tensors, for `exported:` and `trained:` alike: `logits` [3, 4, V] for `labels`; `greedy` [3, 4] without a trie, padding
start included; `beam_items` and `beam_scores` [3, 10] within the catalogue's identifiers, best first.
"""

from __future__ import annotations

import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

import torch
from store import ROOT, save_golden
from transformers import T5ForConditionalGeneration

sys.path.insert(0, str(ROOT / "docs" / "examples"))
from continue_training import train  # noqa: E402

BEAMS = 10
HISTORIES = [[3, 17, 4, 9], [28], [11, 12, 13, 14, 15, 0]]
TARGETS = [21, 5, 11]
SMALLEST_GAP = 1e-4


def results(folder: pathlib.Path) -> dict:
    model, info = T5ForConditionalGeneration.from_pretrained(folder, output_loading_info=True)
    for problem in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        assert not info[problem], (problem, info[problem])
    model = model.eval().double()
    tokenizer = json.loads((folder / "tessera.json").read_text())
    vocabulary, items = tokenizer["vocabulary"], tokenizer["items"]
    rows = [[vocabulary["user"], *(t for item in h for t in items[item]["tokens"]), vocabulary["end"]] for h in HISTORIES]
    width = max(map(len, rows))
    ids = torch.tensor([row + [0] * (width - len(row)) for row in rows])
    mask = (torch.arange(width)[None] < torch.tensor([len(row) for row in rows])[:, None]).long()
    labels = torch.tensor([[*items[item]["tokens"], vocabulary["end"]] for item in TARGETS])
    with torch.no_grad():
        logits = model(input_ids=ids, attention_mask=mask, labels=labels).logits
    given = {"input_ids": ids, "attention_mask": mask}
    greedy = model.generate(**given, num_beams=1, num_return_sequences=1)
    assert greedy.shape == (len(HISTORIES), 1 + len(vocabulary["digits"])), greedy.shape

    paths = {tuple(item["tokens"]): position for position, item in enumerate(items)}
    following: dict[tuple, set] = {}
    for path in paths:
        for at in range(len(path)):
            following.setdefault(path[:at], set()).add(path[at])
    found = model.generate(
        **given,
        num_beams=BEAMS,
        num_return_sequences=BEAMS,
        prefix_allowed_tokens_fn=lambda _, prefix: sorted(following[tuple(prefix.tolist()[1:])]),
        return_dict_in_generate=True,
        output_scores=True,
    )
    scores = found.sequences_scores.reshape(-1, BEAMS)
    gap = scores.diff(dim=1).abs().min().item()
    assert gap > SMALLEST_GAP, gap  # float32 must be able to tell neighbours apart
    beam_items = torch.tensor([paths[tuple(sequence[1:])] for sequence in found.sequences.tolist()])
    return {
        "input_ids": ids,
        "attention_mask": mask,
        "labels": labels,
        "logits": logits,
        "greedy": greedy,
        "beam_items": beam_items.reshape(-1, BEAMS),
        "beam_scores": scores,
    }


def main():
    golden = ROOT / "models" / "t5" / "golden"
    trained = golden / "trained"
    with tempfile.TemporaryDirectory() as scratch:
        exported = pathlib.Path(scratch) / "exported"
        subprocess.run(["node", ROOT / "scripts/golden/exportTiny.mjs", exported], check=True)
        items = json.loads((exported / "tessera.json").read_text())["items"]
        sequences = {f"u{user}": [items[(user * 7 + t * 5) % len(items)]["id"] for t in range(7)] for user in range(24)}
        (exported.parent / "sequences.json").write_text(json.dumps(sequences))
        digest = hashlib.sha256((exported / "model.safetensors").read_bytes()).hexdigest()
        before = results(exported)
        train(exported, exported.parent / "sequences.json", trained, epochs=2, batch_size=16, learning_rate=3e-3)
    after = results(trained)
    for name in ("config.json", "generation_config.json", "model.safetensors", "tessera.json"):
        (trained / name).chmod(0o644)
    moved = (before["logits"] - after["logits"]).abs().max().item()
    assert moved > 0.1, moved
    tensors = {f"exported:{key}": value for key, value in before.items()}
    tensors |= {f"trained:{key}": value for key, value in after.items()}
    save_golden(
        "t5",
        "exported",
        tensors,
        {
            "source": "T5ForConditionalGeneration.from_pretrained on the exported folder, float64",
            "histories": HISTORIES,
            "targets": TARGETS,
            "beam_width": BEAMS,
            "sha256": digest,
            "largest_logit_change_by_training": moved,
        },
    )


if __name__ == "__main__":
    main()

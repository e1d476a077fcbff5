"""Checks the exported ONNX graphs with the `onnx` package and runs them with `onnxruntime`.

The logits of the tiny run must equal those of `transformers` (models/t5/golden/exported, built first); which bytes were
checked, and how far off the logits were, goes to models/t5/golden/onnx.json.
"""

from __future__ import annotations

import hashlib
import pathlib
import subprocess
import tempfile

import numpy as np
import onnx
import onnxruntime
from safetensors.numpy import load_file
from store import ROOT, save_golden

FILES = ("encoder_model.onnx", "decoder_with_past_model.onnx")
TOLERANCE = 1e-4


def main():
    golden = {
        name.removeprefix("exported:"): value
        for name, value in load_file(ROOT / "models/t5/golden/exported.safetensors").items()
        if name.startswith("exported:")
    }
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        subprocess.run(["node", ROOT / "scripts/golden/exportTiny.mjs", folder], check=True)
        digests, opsets = {}, set()
        for name in FILES:
            onnx.checker.check_model(folder / name, full_check=True)
            opsets |= {entry.version for entry in onnx.load(folder / name).opset_import}
            digests[name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        encoder, decoder = (onnxruntime.InferenceSession(folder / name) for name in FILES)

        mask = golden["attention_mask"].astype(np.int64)
        encoded = encoder.run(None, {"input_ids": golden["input_ids"].astype(np.int64), "attention_mask": mask})
        named = dict(zip([output.name for output in encoder.get_outputs()], encoded, strict=True))
        labels = golden["labels"].astype(np.int64)
        rows, steps = labels.shape
        tokens = np.concatenate([np.zeros((rows, 1), np.int64), labels[:, :-1]], 1)
        memory = {"encoder_attention_mask": mask}
        past = {}
        for port in decoder.get_inputs():
            if ".encoder." in port.name:
                memory[port.name] = named[port.name.replace("past_key_values", "present")]
            elif ".decoder." in port.name:
                _, heads, _, width = port.shape
                past[port.name] = np.zeros((rows, heads, 0, width), np.float32)
        outputs = [output.name for output in decoder.get_outputs()]
        scale = np.abs(golden["logits"]).max()
        off = np.abs(decoder.run(["logits"], {"input_ids": tokens, **memory, **past})[0] - golden["logits"]).max()
        for step in range(steps):
            result = decoder.run(None, {"input_ids": tokens[:, step : step + 1], **memory, **past})
            result = dict(zip(outputs, result, strict=True))
            off = max(off, np.abs(result["logits"][:, 0] - golden["logits"][:, step]).max())
            past = {name: result[name.replace("past_key_values", "present")] for name in past}
        assert off / scale < TOLERANCE, (off, scale)
    save_golden(
        "t5",
        "onnx",
        {},
        {
            "source": "onnx.checker (full check) and onnxruntime on the exported graphs, beside transformers' logits",
            "runtime": {"onnx": onnx.__version__, "onnxruntime": onnxruntime.__version__},
            "opset": sorted(opsets),
            "sha256": digests,
            "largest_relative_logit_difference": float(off / scale),
        },
    )


if __name__ == "__main__":
    main()

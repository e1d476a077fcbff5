"""Writes one golden file: tensors as safetensors, everything else as a JSON file of the same name."""

from __future__ import annotations

import json
import pathlib
import re

import numpy as np
import safetensors
import torch
import transformers
from safetensors.numpy import save_file

ROOT = pathlib.Path(__file__).resolve().parents[2]

VERSIONS = {
    "torch": torch.__version__.split("+")[0],
    "transformers": transformers.__version__,
    "numpy": np.__version__,
    "safetensors": safetensors.__version__,
}


def narrow(value) -> np.ndarray:
    """Results leave in float32 (they were computed in float64), integers in int32."""
    array = value.detach().cpu().numpy() if isinstance(value, torch.Tensor) else np.asarray(value)
    if array.dtype.kind == "b" or array.dtype.kind in "iu":
        return np.ascontiguousarray(array.astype(np.int32))
    return np.ascontiguousarray(array.astype(np.float32))


def readable(meta: dict) -> str:
    """Indented JSON with innermost lists on one line."""
    return re.sub(r"\[[^\[\]{}]*\]", lambda found: re.sub(r"\s+", " ", found.group()), json.dumps(meta, indent=1))


def random_generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def normal(generator: torch.Generator, *shape: int, scale: float = 1.0, shift: float = 0.0) -> torch.Tensor:
    """float64 values that float32 holds exactly, so that input files lose nothing."""
    drawn = torch.randn(*shape, generator=generator, dtype=torch.float32) * scale + shift
    return drawn.to(torch.float64)


def save_golden(folder: str, name: str, tensors: dict, meta: dict) -> None:
    """Writes `models/<folder>/golden/<name>.safetensors` (when there are tensors) and `<name>.json`."""
    target = ROOT / "models" / folder / "golden"
    target.mkdir(parents=True, exist_ok=True)
    meta = {"name": name, "versions": VERSIONS, **meta}
    if tensors:
        arrays = {key: narrow(value) for key, value in tensors.items()}
        meta["tensors"] = {key: list(value.shape) for key, value in sorted(arrays.items())}
        # One metadata key only: the library writes several in no fixed order, and the bytes should repeat.
        save_file(arrays, target / f"{name}.safetensors", metadata={"versions": json.dumps(VERSIONS, sort_keys=True)})
        (target / f"{name}.safetensors").chmod(0o644)
    (target / f"{name}.json").write_text(readable(meta) + "\n")
    print(f"models/{folder}/golden/{name}: {len(tensors)} tensors")

"""Build public/sample/: `python build.py [--source ../shared/data] [--out public/sample]`.

Byte-identical on every run with the same numpy and Pillow (see public/sample/README.md for the versions).
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import os
from collections.abc import Iterable
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from PIL import Image

from behaviour import Process
from catalogue import DOMAIN_NAMES, SIZE, read_pictures
from report import decode_pictures

ROOT = Path(__file__).parents[2]
LABEL = "simulated behaviour over public-domain pictures"
WEBP_QUALITY = 88
MAX_BYTES = 4_000_000
MIN_DOMAIN_LENGTH = 5


def write_jsonl(path: Path, rows: Iterable[dict]) -> None:
    """Gzipped JSON lines without a time stamp or file name in the header."""
    text = "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, compresslevel=9, mtime=0) as out:
        out.write(text.encode("utf-8"))
    path.write_bytes(buffer.getvalue())


def write_json(path: Path, value: dict, indent: int | None = 1) -> None:
    """JSON with a final newline; `indent` None writes it compactly."""
    separators = None if indent else (",", ":")
    path.write_text(json.dumps(value, ensure_ascii=False, indent=indent, separators=separators) + "\n", encoding="utf-8")


def write_images(out: Path, pictures: list[np.ndarray]) -> None:
    """images.bin (WebP files back to back) and images.json (index[id] = [offset, length])."""
    blob, index = bytearray(), {}
    for i, pixels in enumerate(pictures):
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "WEBP", quality=WEBP_QUALITY, method=6)
        index[str(i)] = [len(blob), len(buffer.getvalue())]
        blob += buffer.getvalue()
    (out / "images.bin").write_bytes(bytes(blob))
    head = {"width": SIZE, "height": SIZE, "format": "webp", "count": len(pictures), "bytes": len(blob)}
    write_json(out / "images.json", head | {"index": index}, indent=None)


def statistics(items: list[dict], sequences: list[dict]) -> dict:
    """The counts that a loader must reproduce."""
    lengths = [len(row["items"]) for row in sequences]
    counts = np.zeros(max(item["id"] for item in items) + 1, dtype=np.int64)
    trained = counts.copy()
    for row in sequences:
        counts[row["items"]] += 1
        trained[row["items"][:-2]] += 1
    mine = [item["id"] for item in items]
    return {
        "label": LABEL,
        "users": len(sequences),
        "items": len(items),
        "items_in_sequences": int((counts[mine] > 0).sum()),
        "items_without_training_interaction": int((trained[mine] == 0).sum()),
        "interactions": sum(lengths),
        "sequence_length": {"min": min(lengths), "mean": round(sum(lengths) / len(lengths), 3), "max": max(lengths)},
        "repeats_within_a_sequence": sum(len(row["items"]) - len(set(row["items"])) for row in sequences),
        "filled": {
            name: sum(1 for item in items if item.get(name)) for name in ("title", "categories", "keywords", "description")
        },
    }


def digest(path: Path) -> dict:
    """Size and SHA-256 of a file."""
    content = path.read_bytes()
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def write_folder(out: Path, items: list[dict], sequences: list[dict]) -> dict:
    """items.jsonl.gz, sequences.jsonl.gz and stats.json of one data folder; returns the statistics."""
    out.mkdir(parents=True, exist_ok=True)
    stats = statistics(items, sequences)
    write_jsonl(out / "items.jsonl.gz", items)
    write_jsonl(out / "sequences.jsonl.gz", sequences)
    write_json(out / "stats.json", stats)
    return stats


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    default = os.environ.get("TESSERA_DATA", str(ROOT.parent / "shared" / "data"))
    parser.add_argument("--source", type=Path, default=Path(default), help="folder that holds openclipart/")
    parser.add_argument("--out", type=Path, default=ROOT / "public" / "sample")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)

    pictures, dropped = read_pictures(args.source / "openclipart")
    items = []
    for i, picture in enumerate(pictures):
        item = {"id": i, "title": picture.title, "domain": picture.domain}
        item |= {"categories": list(picture.categories), "keywords": list(picture.keywords)}
        items.append(item | ({"description": picture.description} if picture.description else {}))
    write_images(args.out, [picture.pixels for picture in pictures])

    # The users see the pictures as they are shipped, so that report.py can rebuild the process from the output alone.
    process = Process(items, decode_pictures(args.out, len(items)))
    simulated, _ = process.simulate()
    sequences = [{"user": user, "items": row} for user, row in enumerate(simulated)]

    stats = write_folder(args.out, items, sequences)
    names = ["items.jsonl.gz", "sequences.jsonl.gz", "stats.json"]
    files = [*names, "images.bin", "images.json"]
    domains = []
    for domain, name in DOMAIN_NAMES.items():
        mine = [{k: v for k, v in item.items() if k != "domain"} for item in items if item["domain"] == domain]
        ids = {item["id"] for item in mine}
        parts = [{"user": row["user"], "items": [i for i in row["items"] if i in ids]} for row in sequences]
        parts = [row for row in parts if len(row["items"]) >= MIN_DOMAIN_LENGTH]
        counts = write_folder(args.out / domain, mine, parts)
        entry = {"folder": domain, "name": name} | {k: counts[k] for k in ("users", "items", "interactions")}
        domains.append(entry | {"files": {f: digest(args.out / domain / f) for f in names}})
    head = {"name": "Tessera sample", "label": LABEL, "source": "Open Clip Art Library 0.18, public domain"}
    head |= {k: stats[k] for k in ("users", "items", "interactions")}
    head |= {"files": {f: digest(args.out / f) for f in files}, "domains": domains}
    write_json(args.out / "index.json", head)

    total = sum(path.stat().st_size for path in args.out.rglob("*") if path.is_file())
    if total > MAX_BYTES:
        raise SystemExit(f"build: wanted at most {MAX_BYTES} bytes, came {total}; lower WEBP_QUALITY or DOMAIN_CAP")
    print(json.dumps({"dropped": dict(dropped), "bytes": total} | stats, indent=1))
    for entry in domains:
        print(entry["folder"], entry["users"], entry["items"], entry["interactions"])


if __name__ == "__main__":
    main()

"""Choose and clean the pictures of the embedded sample: four domains out of the Open Clip Art Library.

Everything here is a rule, not a hand-picked list, so that the choice can be repeated and argued with.
"""

from __future__ import annotations

import gzip
import html
import io
import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

SIZE = 64

DOMAIN_NAMES = {
    "nature": "Nature",
    "home": "Food and home",
    "play": "Play and people",
    "desktop": "Computer icons",
}

# First matching prefix of the category path decides; None leaves the picture out.
DOMAIN_OF_PREFIX: tuple[tuple[str, str | None], ...] = (
    ("tools/weapons", None),
    ("recreation/religion", None),
    ("recreation/games/cards/bordered", None),
    ("recreation/games/cards/simple", None),
    ("recreation/games/cards/white", None),
    ("computer/icons/flat-theme/applications", None),
    ("computer/icons/lemon-theme/apps", None),
    ("computer/icons/etiquette-theme/apps", None),
    ("animals", "nature"),
    ("plants", "nature"),
    ("geography/astronomy", "nature"),
    ("science/astronomy", "nature"),
    ("signs_and_symbols/weather", "nature"),
    ("food", "home"),
    ("containers", "home"),
    ("buildings", "home"),
    ("people/clothing", "home"),
    ("tools", "home"),
    ("office", "home"),
    ("education", "home"),
    ("recreation", "play"),
    ("people", "play"),
    ("computer", "desktop"),
    ("electronics", "desktop"),
)

# Titles that name a collection or its author instead of the picture: the file name is used instead.
GENERIC_TITLE = re.compile(
    r"clipart by nicu|flat icon collection|svg theme|-theme$|iconset|various cliparts|sibmission|etiquette icons|"
    r"^card$|^people$|^stick man$|^sallite$|^balloons-aj$|^advertising$|road signs|^homes clipart$|rollandin|^menu clip art",
    re.IGNORECASE,
)
# Marks of the monochrome twin that many drawings have beside the coloured one.
MONOCHROME_TWIN = re.compile(r"\bb *(?:and|&|n) *w\b|(?:^|[ _-])(?:bw|bwh)(?:[ _-]|$)", re.IGNORECASE)
LEFT_OUT_SUBJECT = re.compile(
    r"pantyhose|bullet|bomb|\bgun\b|cannabis|marijuana|flag\b|logo|stripper|sexy|smoke|drunk|hitler|"  # unsuitable
    r"martin luther|einstein|coltrane|grandpa|self portrait|silvia|youngster|boy plays|happy boy|man singing|my lovely|"  # persons
    r"\b(?:kde|windows|samba|real doc|xbox|quake|nikon|sony|gameboy|cisco|alcatel|macintosh|hdd win|hdd mac)\b",  # trademarks
    re.IGNORECASE,
)
# Drawings that link to a missing bitmap and show a "linked image not found" box; seen on the contact sheet.
BROKEN_LINK = re.compile(r"stylized_yoga_person|tux_didier_fabert|duck_yellow_ii_")
LEFT_OUT_KEYWORD = re.compile(r"rollandin|architetto|lemon_theme|openclipart|^unsorted$|^theme$|^icons?$|^r16$|^\d+$|@|http")
AUTHORS = (
    "architetto_francesco_rollandin", "benji_park", "nicu_buculei", "jon_phillips", "jarno_vasamaa", "gerald_g.",
    "juliane_krug", "linda_kim", "dan_gerhards", "yves_guillou", "jean-victor_balin", "dave_pena", "fudriot_omic.ch",
    "mauro_olivo", "aj_ashton", "frederic_moser",
)  # fmt: skip
SUITS = {"c": "clubs", "d": "diamonds", "h": "hearts", "s": "spades"}
RANKS = {"a": "Ace", "j": "Jack", "q": "Queen", "k": "King"}

MIN_INK = 0.05  # share of pixels that differ from the border colour
MIN_CONTRAST = 14.0  # standard deviation of the grey values
MIN_PICTURE_DISTANCE = 9.0  # RMS distance of the 16 x 16 RGB thumbnails, 0..255
MAX_PER_STEM = 6  # pictures of one domain whose titles differ only in digits, colours and order
DOMAIN_CAP = 560


@dataclass(frozen=True)
class Picture:
    """One chosen picture: its cleaned text, its domain and its 64 x 64 RGB pixels."""

    source: int
    domain: str
    title: str
    categories: tuple[str, ...]
    keywords: tuple[str, ...]
    description: str
    pixels: np.ndarray


def domain_of(categories: list[str]) -> str | None:
    """The domain of a category path, or None where the path is left out."""
    path = "/".join(categories) + "/"
    for prefix, domain in DOMAIN_OF_PREFIX:
        if path.startswith(prefix + "/"):
            return domain
    return None


def _words(text: str) -> str:
    text = html.unescape(text)
    text = re.sub(r"([a-z])([A-Z])", r"\1 \2", text)
    text = re.sub(r"[_\s]+|(?<=[A-Za-z])-(?=[A-Za-z])", " ", text)
    return text.strip(" .-#")


def _from_file(file: str) -> str:
    stem = Path(file).stem
    card = re.fullmatch(r"[a-z]+_([cdhs])_(\w+)", stem)
    if card and "/cards/" in file:
        rank = RANKS.get(card[2], card[2])
        return f"{rank} of {SUITS[card[1]]}"
    stem = re.sub(r"[_-]\d*$|_0\d$", "", stem)
    for author in AUTHORS:
        for k in range(len(author), 5, -1):
            if stem.endswith("_" + author[:k]):
                stem = stem[: -k - 1]
    stem = re.sub(r"^(stock|kr|gnome|hotel_icon)[_-]|[_-](aj|icon|v|R)$", "", stem)
    return _words(stem)


def clean_title(item: dict) -> str:
    """A title that says what is drawn, from the stated title or, where that names a collection, from the file."""
    stated = html.unescape(item["title"]).strip()
    title = _from_file(item["file"]) if GENERIC_TITLE.search(stated) else _words(re.sub(r"\.svg$", "", stated))
    title = re.sub(r"^hotel icon ", "", re.sub(r"\s*\d{1,3}$", "", title) or title, flags=re.IGNORECASE)
    title = re.sub(r" (?:md|v0|zazou|openclipart|juliane krug.*|wolfram es.*)\.?$|^\d\d (?=[a-z]{5})", "", title, flags=re.IGNORECASE)
    return title[:1].upper() + title[1:60].rstrip()


def stem_of(title: str) -> str:
    """What is left of a title without digits, colours and word order: equal stems are one series."""
    words = re.findall(r"[^\W\d_]+", title.lower())
    colours = {"red", "green", "blue", "black", "white", "yellow", "orange", "purple", "pink", "grey", "gray"}
    kept = sorted(w for w in words if w not in colours and len(w) > 1)
    return " ".join(kept or sorted(words))


def _keywords(item: dict) -> tuple[str, ...]:
    kept = []
    for word in item["keywords"]:
        word = re.sub(r"[_\s]+", " ", html.unescape(word).strip().lower())
        if 2 <= len(word) <= 30 and not LEFT_OUT_KEYWORD.search(word.replace(" ", "_")) and word not in kept:
            kept.append(word)
    return tuple(kept[:12])


def _ink(pixels: np.ndarray) -> tuple[float, float]:
    flat = pixels.astype(np.float64)
    border = np.concatenate([flat[0], flat[-1], flat[:, 0], flat[:, -1]])
    ink = np.abs(flat - np.median(border, axis=0)).max(axis=2) > 24
    return float(ink.mean()), float(flat.mean(axis=2).std())


def thumbnail(pixels: np.ndarray, side: int = 16) -> np.ndarray:
    """Mean colours on a coarse grid, flattened: side * side * 3 values in 0..255."""
    step = SIZE // side
    return pixels.astype(np.float64).reshape(side, step, side, step, 3).mean(axis=(1, 3)).ravel()


def read_pictures(source: Path) -> tuple[list[Picture], Counter[str]]:
    """Read openclipart from `source` and apply every rule; returns the pictures and why others were dropped."""
    index = json.loads((source / "images.json").read_text())["index"]
    blob = (source / "images.bin").read_bytes()
    dropped: Counter[str] = Counter()
    kept: list[Picture] = []
    thumbs: dict[str, list[np.ndarray]] = {d: [] for d in DOMAIN_NAMES}
    stems: Counter[tuple[str, str]] = Counter()
    with gzip.open(source / "items.jsonl.gz", "rt", encoding="utf-8") as lines:
        items = [json.loads(line) for line in lines]
    for item in sorted(items, key=lambda d: d["id"]):
        domain = domain_of(item["categories"])
        if domain is None:
            dropped["folder"] += 1
            continue
        title, words = clean_title(item), _keywords(item)
        if not re.search(r"[^\W\d_]{3}", title) or not words:
            dropped["no title or keywords"] += 1
            continue
        if MONOCHROME_TWIN.search(item["title"]) or MONOCHROME_TWIN.search(Path(item["file"]).stem):
            dropped["monochrome twin"] += 1
            continue
        if any(LEFT_OUT_SUBJECT.search(t) for t in (title, item["title"], *words)):
            dropped["subject"] += 1
            continue
        if BROKEN_LINK.search(item["file"]):
            dropped["broken link"] += 1
            continue
        offset, length = index[str(item["id"])]
        pixels = np.asarray(Image.open(io.BytesIO(blob[offset : offset + length])).convert("RGB"))
        ink, contrast = _ink(pixels)
        if ink < MIN_INK or contrast < MIN_CONTRAST:
            dropped["almost empty"] += 1
            continue
        series = (domain, stem_of(title))
        if stems[series] >= MAX_PER_STEM:
            dropped["series"] += 1
            continue
        thumb = thumbnail(pixels)
        others = thumbs[domain]
        if others and np.sqrt(np.mean((np.stack(others) - thumb) ** 2, axis=1)).min() < MIN_PICTURE_DISTANCE:
            dropped["near-duplicate picture"] += 1
            continue
        stems[series] += 1
        others.append(thumb)
        kept.append(
            Picture(item["id"], domain, title, tuple(item["categories"]), words, item["description"].strip()[:300], pixels)
        )
    return _cap(kept, dropped), dropped


def _cap(pictures: list[Picture], dropped: Counter[str]) -> list[Picture]:
    """At most DOMAIN_CAP pictures a domain: the most colourful stay, in the order of the source."""
    chosen: list[Picture] = []
    for domain in DOMAIN_NAMES:
        mine = [p for p in pictures if p.domain == domain]
        ranked = sorted(mine, key=lambda p: (-_colourfulness(p.pixels), p.source))[:DOMAIN_CAP]
        dropped["over the cap"] += len(mine) - len(ranked)
        chosen += sorted(ranked, key=lambda p: p.source)
    return chosen


def _colourfulness(pixels: np.ndarray) -> float:
    flat = pixels.astype(np.float64)
    return float((flat.max(axis=2) - flat.min(axis=2)).mean())

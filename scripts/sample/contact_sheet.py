"""Draw a contact sheet per domain: `python contact_sheet.py --source ../shared/data --out sheets`."""

from __future__ import annotations

import argparse
from pathlib import Path

from PIL import Image, ImageDraw

from catalogue import DOMAIN_NAMES, SIZE, read_pictures

COLUMNS = 24


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, required=True, help="folder that holds openclipart/")
    parser.add_argument("--out", type=Path, required=True, help="folder for the PNG files")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    pictures, dropped = read_pictures(args.source / "openclipart")
    print(dict(dropped))
    for domain in DOMAIN_NAMES:
        mine = [p for p in pictures if p.domain == domain]
        rows = -(-len(mine) // COLUMNS)
        sheet = Image.new("RGB", (COLUMNS * (SIZE + 4), rows * (SIZE + 15)), "#dddddd")
        draw = ImageDraw.Draw(sheet)
        for i, picture in enumerate(mine):
            x, y = i % COLUMNS * (SIZE + 4), i // COLUMNS * (SIZE + 15)
            sheet.paste(Image.fromarray(picture.pixels), (x, y))
            draw.text((x, y + SIZE), picture.title.encode("ascii", "replace").decode()[:11], fill="black")
        sheet.save(args.out / f"{domain}.png")
        print(domain, len(mine))


if __name__ == "__main__":
    main()

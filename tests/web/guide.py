"""Pictures of the user guides: those screens that the guides show, from the folder where the browser tests left them (SHOTS).

usage: guide.py SHOTS docs/images/guide
"""

import re
import sys
from pathlib import Path

from PIL import Image

DOCS = Path(__file__).resolve().parents[2] / "docs"
# Longest picture, times its width: what is below is not needed to know the screen.
TALLEST = 0.85


def named():
    """Names of the pictures that the guides show."""
    guides = [(DOCS / name).read_text(encoding="utf-8") for name in ("USER-GUIDE.md", "USER-GUIDE.vi.md")]
    return sorted({name for guide in guides for name in re.findall(r"images/guide/([\w-]+)\.png", guide)})


def main(shots, out):
    out.mkdir(parents=True, exist_ok=True)
    for name in named():
        with Image.open(shots / f"{name}-1366.png") as picture:
            height = min(picture.height, round(picture.width * TALLEST))
            shown = picture.convert("RGB").crop((0, 0, picture.width, height))
            shown.quantize(128, dither=Image.Dither.NONE).save(out / f"{name}.png", optimize=True)
        print(f"{name}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

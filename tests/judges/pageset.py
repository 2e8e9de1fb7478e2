"""Pages with truth that readers are measured on, and what a reader says about a page.

A page is an image with a JSON of the same name (`tests/generator/pages.py`), or `X.png` or `X.jpg` with `X.gt.txt` (all
that is printed) and, if there is one, `X.body.gt.txt` (the part in one column).
"""

import csv
from dataclasses import dataclass
import json
import math
from pathlib import Path
import unicodedata
import xml.etree.ElementTree as ET

import numpy as np
from PIL import Image

# Turning resamples, which blurs: a page that lies straighter than this is left as it is.
STRAIGHT = 0.3


def nfc(text):
    return unicodedata.normalize("NFC", text)


@dataclass
class Page:
    """One page. `words` are (text, box) with the box in px of the page turned upright but not straightened."""

    name: str
    kind: str
    image: Path
    dpi: int
    text: str
    body: str | None = None
    skew: float | None = None  # degrees counter-clockwise; None: not known
    rotation: int = 0  # degrees clockwise
    words: list | None = None


def load(folder):
    pages = []
    for path in sorted(folder.glob("*.json")):
        t = json.loads(path.read_text(encoding="utf-8"))
        words = [(nfc(w["text"]), upright(w["box"], t["rotation"], t["width"], t["height"])) for b in t["blocks"] for line in b["lines"] for w in line["words"]]
        pages.append(Page(path.stem, t["class"], folder / t["image"], t["dpi"], t["text"], None, t["skew"], t["rotation"], words))
    for path in sorted(folder.glob("*.gt.txt")):
        name = path.name.removesuffix(".gt.txt")
        image = next((folder / f"{name}{end}" for end in (".png", ".jpg") if (folder / f"{name}{end}").exists()), None)
        if image:
            body = folder / f"{name}.body.gt.txt"
            with Image.open(image) as opened:
                dpi = round(opened.info.get("dpi", (300, 300))[0])
            pages.append(Page(name, "scan", image, dpi, path.read_text(encoding="utf-8"), body.read_text(encoding="utf-8") if body.exists() else None))
    return pages


def upright(box, rotation, width, height):
    """A box on an image of this size, after the image's turn clockwise by `rotation` was undone."""
    l, t, r, b = box
    return {0: [l, t, r, b], 90: [t, width - r, b, width - l], 180: [width - r, height - b, width - l, height - t], 270: [height - b, l, height - t, r]}[rotation]


def measured_skew(grey):
    """Degrees counter-clockwise, by the turn that makes rows of ink and rows of paper differ most; within ±4°."""
    small = grey.resize((grey.width * 800 // grey.height, 800), Image.Resampling.BOX)
    best = (-1.0, 0.0)
    for around, reach, step in ((0.0, 4.0, 0.5), (None, 0.5, 0.1)):
        middle = best[1] if around is None else around
        for angle in np.arange(middle - reach, middle + reach + step / 2, step):
            rows = np.asarray(small.rotate(-angle, resample=Image.Resampling.BILINEAR, fillcolor=255), dtype=np.float32).mean(1)
            best = max(best, (float(np.square(np.diff(rows)).sum()), float(angle)))
    return best[1]


def straightened(page):
    """The grey page (red channel: ink of seals is pale there), upright and straight, as fair a start as can be; and the angle undone."""
    with Image.open(page.image) as opened:
        grey = opened.convert("RGB").getchannel("R") if opened.mode not in ("1", "L") else opened.convert("L")
    if page.rotation:
        grey = grey.rotate(page.rotation, expand=True)
    skew = measured_skew(grey) if page.skew is None else page.skew
    if abs(skew) <= STRAIGHT:
        return grey, 0.0
    return grey.rotate(-skew, resample=Image.Resampling.BICUBIC, fillcolor=255), skew


def back_on_page(box, skew, size):
    """A box on the straightened page, as the box around it on the page as it lay."""
    if not skew:
        return box
    cx, cy = size[0] / 2, size[1] / 2
    cos, sin = math.cos(math.radians(skew)), math.sin(math.radians(skew))
    corners = [(cos * (x - cx) + sin * (y - cy) + cx, -sin * (x - cx) + cos * (y - cy) + cy) for x in box[0::2] for y in box[1::2]]
    xs, ys = zip(*corners)
    return [min(xs), min(ys), max(xs), max(ys)]


def read_alto(path):
    """[(text, confidence or None, box)] of the words of an ALTO file."""
    out = []
    for node in ET.parse(path).iter():
        if node.tag.rpartition("}")[2] == "String":
            l, t, w, h = (float(node.get(k)) for k in ("HPOS", "VPOS", "WIDTH", "HEIGHT"))
            out.append((nfc(node.get("CONTENT")), float(node.get("WC")) if node.get("WC") else None, [l, t, l + w, t + h]))
    return out


def read_tsv(path):
    """The same of a TSV with a header: text, conf, left, top, and right and bottom or width and height. Tesseract's confidences are in percent."""
    out = []
    with open(path, encoding="utf-8", newline="") as f:
        for row in csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE):
            text, conf = nfc(row["text"] or ""), float(row["conf"])
            if not text.strip() or conf < 0:
                continue
            l, t = float(row["left"]), float(row["top"])
            r, b = (float(row["right"]), float(row["bottom"])) if "right" in row else (l + float(row["width"]), t + float(row["height"]))
            out.append((text, conf / 100 if "level" in row else conf, [l, t, r, b]))
    return out

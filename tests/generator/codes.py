"""Barcodes on pages: symbols as pictures, stickers with them, Patch separators, and damage.

Measures are mm; pages are PIL images, `L` or `RGB`, of known dpi.
"""

from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw
import zxingcpp

from layout import pil_font

FORMATS = {"qr": "QRCode", "data-matrix": "DataMatrix", "code128": "Code128", "code39": "Code39", "ean": "EAN13"}


@lru_cache(maxsize=4096)
def modules(kind, text):
    """The symbol's modules, True where dark; linear symbols have one row."""
    symbol = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, FORMATS[kind]))
    dark = np.array(symbol.to_image(scale=1, add_quiet_zones=False)) < 128
    return dark if kind in ("qr", "data-matrix") else dark[:1]


def symbol(kind, text, module, dpi, height=12.0):
    """A picture of the symbol with its quiet zone. `height`: of linear symbols."""
    dark = np.pad(modules(kind, text), ((0, 0), (10, 10)) if kind not in ("qr", "data-matrix") else 4)
    rows, columns = dark.shape
    tall = height if rows == 1 else rows * module
    big = Image.fromarray((~dark).astype(np.uint8) * 255).resize((columns * 8, rows * 8 if rows > 1 else 8), Image.Resampling.NEAREST)
    px = dpi / 25.4
    return big.resize((round(columns * module * px), round(tall * px)), Image.Resampling.BOX)


def put(page, picture, x, y, dpi):
    """Pastes a picture with its top left corner at (x, y)."""
    page.paste(picture.convert(page.mode), (round(x / 25.4 * dpi), round(y / 25.4 * dpi)))


def sticker(page, kind, text, module, x, y, dpi, degrees=0.0, height=12.0):
    """A sticker with the symbol and its text under it, glued on a little askew."""
    picture = symbol(kind, text, module, dpi, height)
    px = dpi / 25.4
    font = pil_font("sans", 2.6 * px)
    wide = max(picture.width, round(font.getlength(text)) + round(3 * px))
    label = Image.new("L", (wide + round(2 * px), picture.height + round(7 * px)), 255)
    label.paste(picture, ((label.width - picture.width) // 2, round(1.5 * px)))
    d = ImageDraw.Draw(label)
    d.text((label.width / 2, label.height - round(2.6 * px)), text, fill=20, font=font, anchor="mm")
    d.rectangle((0, 0, label.width - 1, label.height - 1), outline=170)
    mask = Image.new("L", label.size, 255).rotate(degrees, resample=Image.Resampling.BICUBIC, expand=True)
    label = label.rotate(degrees, resample=Image.Resampling.BICUBIC, expand=True)
    page.paste(label.convert(page.mode), (round(x * px), round(y * px)), mask)


def patch_page(size, dpi, narrow_first=True):
    """A separator sheet with Patch T (or II) at its head and its foot, as they are sold."""
    px = dpi / 25.4
    page = Image.new("L", size, 255)
    d = ImageDraw.Draw(page)
    for top in (9.0, 297 - 9.0 - 20.32):
        y, order = top, [narrow_first, not narrow_first] * 2
        for narrow in order if top < 100 else order[::-1]:
            thick = 2.032 if narrow else 5.08
            d.rectangle((20 * px, y * px, 190 * px, (y + thick) * px), fill=0)
            y += thick + 2.032
    d.text((size[0] / 2, size[1] / 2), "PATCH T" if narrow_first else "PATCH II", fill=0, font=pil_font("sansbold", 14 * px), anchor="mm")
    return page


def scribbled(page, box, rng):
    """Strokes of a thick pen over a box."""
    d = ImageDraw.Draw(page)
    left, top, right, bottom = box
    ink = 25 if page.mode == "L" else (25, 25, 60)
    for _ in range(9):
        points = [(rng.uniform(left, right), rng.uniform(top, bottom)) for _ in range(4)]
        d.line(points, fill=ink, width=max(6, round((right - left) * 0.035)), joint="curve")


def torn(page, box, rng):
    """The part of the page right of a ragged edge through the box is gone: the scanner's lid shows."""
    left, top, right, bottom = box
    edge = left + (right - left) * rng.uniform(0.25, 0.5)
    step = max(8, int(bottom - top) // 25)
    points = [(edge + rng.normal(0, step / 2), y) for y in range(int(top) - 3 * step, int(bottom) + 4 * step, step)]
    lid = 225 if page.mode == "L" else (225, 226, 224)
    ImageDraw.Draw(page).polygon([*points, (page.width, points[-1][1]), (page.width, points[0][1])], fill=lid)

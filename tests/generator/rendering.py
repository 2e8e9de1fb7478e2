"""Test pages as a scanner would give them, and where their words then lie."""

import io
import math

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from layout import pil_font, width
import raster
from typeset import FAMILIES


def draw(page, dpi, ink, copied=None):
    """RGB image of the page on pure white. `copied` (125 thin to 175 bold): printed by a photocopier, rough and without greys."""
    w, h = (round(v / 72 * dpi) for v in page.size)
    over = 1 if dpi >= 400 else raster.OVERSAMPLING
    scale = dpi / 72 * over
    big = Image.new("L", (w * over, h * over), 255)
    d = ImageDraw.Draw(big)
    for x0, y0, x1, y1, grey in page.fills:
        d.rectangle([v * scale for v in (x0, y0, x1, y1)], fill=grey)
    for x0, y0, x1, y1, thick in page.rules:
        d.line([v * scale for v in (x0, y0, x1, y1)], fill=ink, width=max(1, round(thick * scale)))
    r = 0.45 * scale
    for x0, x1, y in page.dots:
        for i in range(int((x1 - x0) / 3.4)):
            cx = (x0 + i * 3.4) * scale
            d.ellipse((cx - r, y * scale - 2 * r, cx + r, y * scale), fill=ink)
    stop = FAMILIES[page.family][0]
    for x0, x1, y, size in page.leaders:
        text = "." * int((x1 - x0) / width(".", stop, size))
        d.text((x0 * scale, y * scale), text, fill=ink, font=pil_font(stop, size * scale), anchor="ls")
    for x, y, side, ticked in page.boxes:
        d.rectangle([v * scale for v in (x, y, x + side, y + side)], outline=ink, width=round(0.9 * scale))
        if ticked:
            d.line([v * scale for v in (x + 2, y + 5, x + 4.5, y + 8.5, x + 9.5, y + 1)], fill=ink, width=round(1.5 * scale))
    for i, word in enumerate(page.words):
        d.text((word.x * scale, word.y * scale), word.text, fill=page.inks.get(i, ink), font=pil_font(word.face, word.size * scale), anchor="ls")
    image = big.reduce(over) if over > 1 else big
    if copied and not page.fills:
        grain = np.random.default_rng(len(page.words)).normal(128, 16, (1024, 1024)).clip(0, 255).astype(np.uint8)
        grain = Image.fromarray(np.tile(grain, (h // 1024 + 1, w // 1024 + 1))[:h, :w])
        soft = ImageChops.add(image.filter(ImageFilter.GaussianBlur(0.8 * dpi / 300)), grain, 1, -128)
        image = soft.point(lambda v: max(ink, min(255, round((v - copied) * 3 + 128))))
    image = image.convert("RGB")
    marks = {"seal": raster._seal, "signature": raster._signature, "handwriting": raster._handwriting}
    for mark in page.marks:
        marks[mark[0]](image, dpi / 72, *mark[1:])
    for stamp in page.stamps:
        _stamp(image, dpi / 72, *stamp)
    return image


def _stamp(image, px, lines, x, y, size, degrees, colour):
    """A framed rubber stamp of a few lines, turned counter-clockwise about its centre."""
    font = pil_font("sansbold", size * px)
    wide = max(font.getlength(t) for t in lines) + size * px * 1.2
    high = (len(lines) * 1.3 + 0.6) * size * px
    alpha = Image.new("L", (int(wide) + 8, int(high) + 8), 0)
    d = ImageDraw.Draw(alpha)
    d.rectangle((3, 3, wide + 3, high + 3), outline=255, width=max(2, round(1.6 * px)))
    for i, text in enumerate(lines):
        d.text((alpha.width / 2, (0.95 + i * 1.3) * size * px + 4), text, fill=255, font=font, anchor="mm")
    alpha = alpha.rotate(degrees, resample=Image.Resampling.BICUBIC, expand=True)
    raster._stamp_on(image, alpha, colour, x * px, y * px, 0.78)


def scan(image, rng, skew, blur, noise, shade, paper, specks, edge):
    """Skewed (counter-clockwise, the canvas grows), blurred, unevenly lit, specked and noisy. `L` or `RGB` as given."""
    if skew:
        image = image.rotate(skew, resample=Image.Resampling.BICUBIC, expand=True, fillcolor="white")
    w, h = image.size
    d = ImageDraw.Draw(image)
    dust = (70,) * len(image.getbands())
    for x, y, r in zip(rng.integers(0, w, specks), rng.integers(0, h, specks), rng.uniform(0.5, 2.2, specks)):
        d.ellipse((x - r, y - r, x + r, y + r), fill=dust if len(dust) > 1 else dust[0])
    if blur:
        image = image.filter(ImageFilter.GaussianBlur(blur))
    lw, lh = w // 8, h // 8
    across, down = np.linspace(-0.15, 1, lw).clip(0) ** 1.7, np.linspace(0.4, 1, lh)
    light = 1 - shade * np.outer(down, across)
    if edge:
        light *= 1 - 0.16 * np.exp(-np.arange(lw) / (lw * 0.006))[None, :]
    light = Image.fromarray((255 * light).round().astype(np.uint8)).resize((w, h), Image.Resampling.BILINEAR)
    tile = rng.normal(128, noise, (1024, 1024)).round().clip(0, 255).astype(np.uint8)
    bands = []
    for band, white in zip(image.split(), paper):
        # Multiplied with the light on the paper; the noise of the bands is the same by two thirds, as from one lamp.
        band = ImageChops.multiply(band, light.point(lambda v, white=white: v * white // 255))
        tile = np.roll(tile, (331, 577), (0, 1)) if not bands else (tile // 3 * 2 + np.roll(tile, (97, 211), (0, 1)) // 3 + 1)
        field = Image.fromarray(np.tile(tile, (h // 1024 + 1, w // 1024 + 1))[:h, :w])
        bands.append(ImageChops.add(band, field, 1, -128))
    return bands[0] if len(bands) == 1 else Image.merge(image.mode, bands)


def through_jpeg(image, quality):
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return Image.open(io.BytesIO(out.getvalue()))


def word_boxes(page, dpi, skew, turn, canvas):
    """Tight ink boxes [left, top, right, bottom] of all words, px of the image after `skew` and `turn` (clockwise).

    `canvas`: size of the skewed image before the turn.
    """
    w, h = (round(v / 72 * dpi) for v in page.size)
    cw, ch = canvas
    boxes = []
    for word in raster.word_boxes(page, dpi, skew):
        l, t, r, b = word["box"]
        l, r = l + (cw - w) / 2, r + (cw - w) / 2
        t, b = t + (ch - h) / 2, b + (ch - h) / 2
        box = {0: (l, t, r, b), 90: (ch - b, l, ch - t, r), 180: (cw - r, ch - b, cw - l, ch - t), 270: (t, cw - r, b, cw - l)}[turn]
        boxes.append([round(max(0.0, v), 1) for v in box])
    return boxes

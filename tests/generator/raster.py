"""Draws a sheet as pixels, with seals, signatures and handwriting, and tells where the ink of every word lies."""

import math
import random

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from layout import pil_font

OVERSAMPLING = 2


def draw(sheet, dpi, ink=24):
    """RGB image of the sheet on pure white."""
    scale = dpi / 72 * OVERSAMPLING
    w, h = (round(v / 72 * dpi) for v in sheet.size)
    big = Image.new("L", (w * OVERSAMPLING, h * OVERSAMPLING), 255)
    d = ImageDraw.Draw(big)
    for word in sheet.words:
        d.text((word.x * scale, word.y * scale), word.text, fill=ink, font=pil_font(word.face, word.size * scale), anchor="ls")
    for x0, y0, x1, y1, thick in sheet.rules:
        d.line((x0 * scale, y0 * scale, x1 * scale, y1 * scale), fill=ink, width=max(2, round(thick * scale)))
    for x0, x1, y in sheet.dots:
        r = 0.45 * scale
        for i in range(int((x1 - x0) / 3.4)):
            cx = (x0 + i * 3.4) * scale
            d.ellipse((cx - r, y * scale - 2 * r, cx + r, y * scale), fill=ink)
    for x, y, side, ticked in sheet.boxes:
        box = [v * scale for v in (x, y, x + side, y + side)]
        d.rectangle(box, outline=ink, width=round(0.9 * scale))
        if ticked:
            d.line([v * scale for v in (x + 2, y + 5, x + 4.5, y + 8.5, x + 9.5, y + 1)], fill=ink, width=round(1.5 * scale))
    page = big.reduce(OVERSAMPLING).convert("RGB")
    for mark in sheet.marks:
        {"seal": _seal, "signature": _signature, "handwriting": _handwriting}[mark[0]](page, dpi / 72, *mark[1:])
    return page


def word_boxes(sheet, dpi, skew=0.0):
    """Tight ink boxes [left, top, right, bottom] in px of the drawn page, after turning it by `skew` degrees."""
    scale = dpi / 72 * OVERSAMPLING
    w, h = (round(v / 72 * dpi) for v in sheet.size)
    cos, sin = math.cos(math.radians(skew)), math.sin(math.radians(skew))
    out = []
    for word in sheet.words:
        font = pil_font(word.face, word.size * scale)
        l, t, r, b = font.getbbox(word.text, anchor="ls")
        tile = Image.new("L", (r - l + 4, b - t + 4), 0)
        ImageDraw.Draw(tile).text((2 - l, 2 - t), word.text, fill=255, font=font, anchor="ls")
        ys, xs = np.nonzero(np.asarray(tile) > 96)
        px = (xs + 0.5 - 2 + l + word.x * scale) / OVERSAMPLING - w / 2
        py = (ys + 0.5 - 2 + t + word.y * scale) / OVERSAMPLING - h / 2
        # PIL turns an image counter-clockwise; y grows downwards.
        qx, qy = cos * px + sin * py + w / 2, -sin * px + cos * py + h / 2
        half = 0.5 / OVERSAMPLING
        box = [qx.min() - half, qy.min() - half, qx.max() + half, qy.max() + half]
        out.append({"text": word.text, "box": [round(float(v), 1) for v in box]})
    return out


def _stamp_on(page, layer_alpha, colour, x, y, strength=1.0):
    """Multiplies coloured ink into the page, centre at (x, y) px."""
    w, h = layer_alpha.size
    left, top = round(x - w / 2), round(y - h / 2)
    region = page.crop((left, top, left + w, top + h))
    ink = Image.new("RGB", (w, h), colour)
    alpha = layer_alpha.point(lambda v: int(v * strength))
    page.paste(ImageChops.multiply(region, Image.composite(ink, Image.new("RGB", (w, h), "white"), alpha)), (left, top))


def _seal(page, px, x, y, radius, seed):
    ring = ["T. AN BÌNH", "H. PHÚ LỘC HẠ", "SỞ SỰ VỤ", "XÃ ĐÔNG KHÊ HẠ"][seed % 4] + " • ỦY BAN NHÂN DÂN • "
    alpha = seal_mask(radius * px, ring, seed)
    _stamp_on(page, alpha, (214, 38, 52), x * px, y * px, 0.92)


def seal_mask(r, ring, seed):
    """Alpha of a round seal of radius `r` px: two rings, text around, a star in the middle, uneven ink."""
    ss, side = 2, int(r * 2 + 8)
    big = Image.new("L", (side * ss, side * ss), 0)
    d, c = ImageDraw.Draw(big), side * ss / 2
    for f, wide in ((1.0, 0.045), (0.62, 0.025)):
        q = r * ss * f
        d.ellipse((c - q, c - q, c + q, c + q), outline=255, width=max(2, round(r * ss * wide)))
    font = pil_font("bold", r * ss * 0.23)
    for i, ch in enumerate(ring):
        a = 2 * math.pi * i / len(ring) - math.pi / 2
        tile = Image.new("L", (int(r * ss * 0.5),) * 2, 0)
        ImageDraw.Draw(tile).text((tile.width / 2, tile.height / 2), ch, fill=255, font=font, anchor="mm")
        tile = tile.rotate(-math.degrees(a) - 90, resample=Image.Resampling.BICUBIC)
        q = r * ss * 0.81
        big.paste(255, (int(c + q * math.cos(a) - tile.width / 2), int(c + q * math.sin(a) - tile.height / 2)), tile)
    star = [(c + r * ss * (0.34 if k % 2 == 0 else 0.14) * math.sin(math.pi * k / 5),
             c - r * ss * (0.34 if k % 2 == 0 else 0.14) * math.cos(math.pi * k / 5)) for k in range(10)]
    d.polygon(star, fill=255)
    mask = big.reduce(ss)
    rng = np.random.default_rng(seed)
    patches = Image.fromarray(rng.integers(95, 256, (max(4, side // 24),) * 2, dtype=np.uint8)).resize(mask.size, Image.Resampling.BICUBIC)
    return ImageChops.multiply(mask, patches).rotate(rng.uniform(-25, 25), resample=Image.Resampling.BICUBIC)


def _curve(points, steps=14):
    """Catmull-Rom through the points."""
    p = [points[0], *points, points[-1]]
    for i in range(1, len(p) - 2):
        for k in range(steps):
            t = k / steps
            yield tuple(
                0.5 * (2 * p[i][a] + (p[i + 1][a] - p[i - 1][a]) * t
                       + (2 * p[i - 1][a] - 5 * p[i][a] + 4 * p[i + 1][a] - p[i + 2][a]) * t * t
                       + (3 * p[i][a] - p[i - 1][a] - 3 * p[i + 1][a] + p[i + 2][a]) * t ** 3)
                for a in (0, 1))


def _strokes(size, strokes, pen):
    alpha = Image.new("L", (int(size[0]) * 2, int(size[1]) * 2), 0)
    d = ImageDraw.Draw(alpha)
    for points in strokes:
        last = None
        for x, y in _curve([(px * 2, py * 2) for px, py in points]):
            if last:
                d.line((*last, x, y), fill=255, width=max(2, round(pen * 2)), joint="curve")
            last = (x, y)
    return alpha.reduce(2).filter(ImageFilter.GaussianBlur(0.4))


def _signature(page, px, x, y, w, h, seed):
    rng = random.Random(seed * 977)
    W, H = w * px, h * px
    loops = [(W * 0.08, H * 0.75)]
    for i in range(7):
        cx = W * (0.14 + 0.1 * i)
        loops += [(cx, H * rng.uniform(0.08, 0.35)), (cx + W * 0.07, H * rng.uniform(0.55, 0.9)), (cx - W * 0.01, H * rng.uniform(0.4, 0.7))]
    tail = [(W * 0.05, H * rng.uniform(0.8, 0.9)), (W * 0.5, H * rng.uniform(0.55, 0.7)), (W * 0.97, H * rng.uniform(0.3, 0.5))]
    _stamp_on(page, _strokes((W, H), [loops, tail], 1.5 * px), (32, 48, 150), x * px, y * px, 0.95)


def _handwriting(page, px, x, y, w, seed):
    """Waves with ascenders: looks written, says nothing."""
    rng = random.Random(seed * 31 + 7)
    W, H, pos, strokes = w * px, 22 * px, 4 * px, []
    while pos < W - 22 * px:
        letters, points = rng.randint(2, 5), []
        for _ in range(letters):
            points += [(pos, H * 0.78), (pos + 1.5 * px, H * rng.choice([0.18, 0.45, 0.48, 0.5])), (pos + 4 * px, H * rng.uniform(0.7, 0.8))]
            pos += rng.uniform(4.5, 6.5) * px
        strokes.append(points)
        if rng.random() < 0.6:
            mark = pos - 9 * px
            strokes.append([(mark, H * 0.28), (mark + 2 * px, H * 0.18), (mark + 4 * px, H * 0.27)])
        pos += 6 * px
    _stamp_on(page, _strokes((W, H), strokes, 0.95 * px), (28, 42, 140), (x + w / 2) * px, (y - 5) * px, 0.9)

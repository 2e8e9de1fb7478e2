#!/usr/bin/env python3
"""Writes a PDF of 1,000 distinct A4 pages at 300 dpi, each one noisy grey JPEG of 400 kB or more, for memory tests.

    big_pdf.py OUT.pdf [PAGES]

Streams to disk: one page is in memory at a time. The text of a page is one of four sheets of an invented report with
the page's own number on it; the noise below and above the text is its own, too.
"""

from io import BytesIO
import sys

import numpy as np
from PIL import Image, ImageDraw

import papers
from layout import pil_font
from raster import draw

WIDTH, HEIGHT = 2480, 3508
TARGET_BYTES = 420_000


def page(base, number, rng, noise):
    """JPEG of the base with its number, cached noise at a place of its own, fresh noise in a band."""
    dy, dx = (int(v) for v in rng.integers(0, 512, 2))
    pixels = base.copy()
    tile = noise[dy:dy + HEIGHT, dx:dx + WIDTH]
    np.add(pixels, tile, out=pixels)
    band = 40 + number * 3 % (HEIGHT - 300)
    pixels[band:band + 120] += rng.integers(-20, 21, (120, WIDTH), dtype=np.int16)
    image = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    ImageDraw.Draw(image).text((WIDTH - 620, HEIGHT - 180), f"Trang số {number}", fill=20, font=pil_font("bold", 64))
    out = BytesIO()
    image.save(out, "JPEG", quality=60)
    return out.getvalue()


def main(path, pages):
    bases = [np.asarray(draw(s, 300).convert("L").resize((WIDTH, HEIGHT))).astype(np.int16) - 12 for s in papers.report(77, 4)]
    rng = np.random.default_rng(1000)
    # Stronger noise makes larger pages; the first page tells how strong it has to be.
    for sigma in (1, 1.5, 2, 3, 5, 8):
        noise = (rng.standard_normal((HEIGHT + 512, WIDTH + 512), dtype=np.float32) * sigma).astype(np.int16)
        if len(page(bases[0], 0, np.random.default_rng(0), noise)) >= TARGET_BYTES:
            break
    offsets, at = [], 0
    with open(path, "wb") as out:
        def put(data):
            nonlocal at
            out.write(data)
            at += len(data)

        def start(number):
            offsets.append(at)
            put(b"%d 0 obj\n" % number)

        put(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
        start(1)
        put(b"<< /Type /Catalog /Pages 2 0 R >>\nendobj\n")
        start(2)
        kids = " ".join(f"{3 + 3 * i} 0 R" for i in range(pages))
        put(f"<< /Type /Pages /Count {pages} /Kids [{kids}] >>\nendobj\n".encode())
        content = b"q 595.2 0 0 841.92 0 0 cm /Im0 Do Q"
        for i in range(pages):
            first = 3 + 3 * i
            start(first)
            put(b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595.2 841.92] /Contents %d 0 R "
                b"/Resources << /XObject << /Im0 %d 0 R >> >> >>\nendobj\n" % (first + 1, first + 2))
            start(first + 1)
            put(b"<< /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (len(content), content))
            jpeg = page(bases[i % len(bases)], i + 1, rng, noise)
            start(first + 2)
            put(b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 "
                b"/Filter /DCTDecode /Length %d >>\nstream\n" % (WIDTH, HEIGHT, len(jpeg)))
            put(jpeg)
            put(b"\nendstream\nendobj\n")
        table = at
        put(b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1))
        put(b"".join(b"%010d 00000 n \n" % o for o in offsets))
        put(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(offsets) + 1, table))
    print(f"{path}: {pages} pages, {at / 1e6:.0f} MB")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1000)

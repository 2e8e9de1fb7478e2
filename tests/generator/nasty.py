"""Writes files that want to crash, fill or stall whoever opens them, and what has to become of each.

usage: nasty.py FOLDER TRUTH.json

Every file is named with what has to become of it: `attached`, or the code that it is refused with. Same bytes at every
run. Only the standard library is needed.
"""

import json
import os
import random
import struct
import sys
import zlib

SEED = 20230615
W, H = 416, 584


# JPEG: grey, one value for each 8 × 8 block.

DC_BITS = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]
DC_CODES = [(2, 0), (3, 2), (3, 3), (3, 4), (3, 5), (3, 6), (4, 14), (5, 30), (6, 62), (7, 126), (8, 254), (9, 510)]


class Bits:
    """Bits of entropy-coded data."""

    def __init__(self):
        self.out, self.value, self.count = bytearray(), 0, 0

    def put(self, length, value):
        self.value = self.value << length | value
        self.count += length
        while self.count >= 8:
            self.count -= 8
            byte = self.value >> self.count & 255
            self.out += b"\xff\0" if byte == 255 else bytes([byte])
        self.value &= (1 << self.count) - 1

    def end(self):
        if self.count:
            self.put(8 - self.count, (1 << 8 - self.count) - 1)
        return bytes(self.out)


def segment(marker, body):
    return bytes([255, marker]) + struct.pack(">H", len(body) + 2) + body


def huffman(kind, bits, values):
    return segment(0xC4, bytes([kind]) + bytes(bits) + bytes(values))


def block(x, y, seed):
    """Bars like lines of text."""
    text = y % 5 < 2 and 4 < x < W // 8 - 4 and 4 < y < H // 8 - 4
    return -98 if text and (x * 7 + y * 3 + seed * 11) % 13 < 7 else 117


def dc_scan(width, height, seed, end_of_block):
    bits, last = Bits(), 0
    for y in range((height + 7) // 8):
        for x in range((width + 7) // 8):
            value = block(x, y, seed)
            diff, last = value - last, value
            size = abs(diff).bit_length()
            bits.put(*DC_CODES[size])
            bits.put(size, diff if diff > 0 else diff + (1 << size) - 1)
            if end_of_block:
                bits.put(1, 0)
    return bits.end()


def frame(width, height, kind=0xC0, precision=8):
    return segment(kind, struct.pack(">BHHB", precision, height, width, 1) + b"\1\x11\0")


QUANTIZATION = segment(0xDB, b"\0" + b"\x08" * 64)
DC_TABLE = huffman(0x00, DC_BITS, range(12))
SCAN = segment(0xDA, b"\1\1\0\0\x3f\0")


def jpeg(seed=1, said=(W, H), head=b"", kind=0xC0, precision=8, tables=True):
    """A baseline JPEG of W × H px that says it has other sides."""
    out = b"\xff\xd8" + head + QUANTIZATION + frame(*said, kind, precision)
    if tables:
        out += DC_TABLE + huffman(0x10, [1] + [0] * 15, [0])
    return out + SCAN + dc_scan(W, H, seed, True) + b"\xff\xd9"


def many_scans(width, height, scans):
    """A progressive JPEG: after the first scan each one passes over every block and changes none."""
    blocks = (width + 7) // 8 * ((height + 7) // 8)
    runs = -(-blocks // 32767)
    bits = Bits()
    for n in range(runs):
        # EOB14 stands for 16,384 blocks and as many more as the next 14 bits say.
        bits.put(1, 0)
        bits.put(14, blocks // runs + (n < blocks % runs) - 16384)
    scan = segment(0xDA, b"\1\1\0\1\x3f\0") + bits.end()
    # Two zero bits a block: no difference.
    first = segment(0xDA, b"\1\1\0\0\0\0") + bytes(-(-blocks // 4))
    out = b"\xff\xd8" + QUANTIZATION + frame(width, height, 0xC2) + DC_TABLE + huffman(0x10, [1] + [0] * 15, [0xE0])
    return out + first + scan * scans + b"\xff\xd9"


def jpegs(rng):
    good = jpeg()
    for percent in (10, 50, 95):
        yield f"jpeg-cut-{percent}.jpg", "truncated", good[:len(good) * percent // 100]
    yield "jpeg-start-only.jpg", "truncated", good[:4]
    yield "jpeg-0x0.jpg", "malformed", jpeg(said=(0, 0))
    yield "jpeg-65535.jpg", "too-many-pixels", jpeg(said=(65535, 65535))
    yield "jpeg-taller-than-it-is.jpg", "truncated", jpeg(said=(W, H * 4))
    yield "jpeg-two-frames.jpg", "malformed", jpeg(said=(W * 2, H * 2))[:-2] + frame(W, H) + b"\xff\xd9"
    yield "jpeg-many-scans.jpg", "malformed", many_scans(16000, 15000, 2000)
    yield "jpeg-no-tables.jpg", "malformed", jpeg(tables=False)
    yield "jpeg-arithmetic.jpg", "unsupported", jpeg(kind=0xC9)
    yield "jpeg-12-bit.jpg", "unsupported", jpeg(precision=12)
    start = good.index(SCAN) + len(SCAN)
    noise = rng.randbytes(2000).replace(b"\xff", b"\xfe")
    yield "jpeg-garbage-scan.jpg", "malformed", good[:start] + noise + b"\xff\xd9"
    exif = b"Exif\0\0MM\0*\xff\xff\xff\xff" + b"\xff" * 64
    yield "jpeg-exif-garbage.jpg", "attached", jpeg(2, head=segment(0xE1, exif))
    loop = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 0xFFFF) + b"\x12\1\3\0\1\0\0\0\6\0\0\0" * 40
    yield "jpeg-exif-many-entries.jpg", "attached", jpeg(3, head=segment(0xE1, loop))
    yield "jpeg-with-a-pdf-behind-it.jpg", "attached", jpeg(4) + pdf_page()


# PNG.

def chunk(kind, data, length=None):
    size = len(data) if length is None else length
    return struct.pack(">I", size) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, bits, colour, rows, interlace=0, more=b"", end=True):
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, interlace)
    out = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + more + chunk(b"IDAT", rows)
    return out + (chunk(b"IEND", b"") if end else b"")


def repeated(piece, count):
    """`piece` `count` times over as a zlib stream, without holding or packing it more than once."""
    packer = zlib.compressobj(9, wbits=-15)
    packed, check = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH), 1
    for _ in range(count):
        check = zlib.adler32(piece, check)
    return b"\x78\xda" + packed * count + b"\3\0" + struct.pack(">I", check)


def zeros(count):
    """`count` zero bytes as a zlib stream."""
    return repeated(bytes(1 << 20), count >> 20) if count >= 1 << 20 else zlib.compress(bytes(count))


def grey_rows(width, height):
    return zlib.compress(b"".join(b"\0" + bytes((x * 3 ^ y * 5) & 255 for x in range(width)) for y in range(height)))


def pngs(rng):
    good = png(200, 280, 8, 0, grey_rows(200, 280))
    for percent in (20, 60):
        yield f"png-cut-{percent}.png", "truncated", good[:len(good) * percent // 100]
    yield "png-60000.png", "too-many-pixels", png(60000, 60000, 1, 0, zeros(1 << 20))
    yield "png-max-sides.png", "too-many-pixels", png(0xFFFFFFFF, 0xFFFFFFFF, 16, 6, zeros(100))
    yield "png-0x0.png", "malformed", png(0, 0, 8, 0, zeros(10))
    yield "png-250-megapixels-in-100-bytes.png", "truncated", png(15000, 16000, 8, 2, zeros(1000))
    yield "png-short-data.png", "truncated", png(200, 280, 8, 0, grey_rows(200, 100))
    yield "png-bomb-behind-its-rows.png", "attached", png(64, 64, 8, 0, zeros(200 << 20))
    yield "png-filter-9.png", "malformed", png(8, 8, 8, 0, zlib.compress((b"\x09" + b"\0" * 8) * 8))
    yield "png-7-bits.png", "unsupported", png(8, 8, 7, 0, zeros(1000))
    yield "png-no-palette.png", "malformed", png(8, 8, 8, 3, zlib.compress(b"\0" * 72))
    yield "png-index-over-palette.png", "malformed", png(
        8, 8, 8, 3, zlib.compress((b"\0" + b"\x07" * 8) * 8), more=chunk(b"PLTE", b"\0\0\0\xff\xff\xff"))
    lie = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 9, 8, 0, 0, 0, 0))
    yield "png-chunk-of-4-gib.png", "truncated", lie + chunk(b"IDAT", b"abc", 0xFFFFFFFF)
    yield "png-garbage.png", "malformed", png(8, 8, 8, 0, rng.randbytes(300))
    yield "png-interlaced-bomb.png", "too-many-pixels", png(30000, 30000, 16, 6, zeros(1 << 20), 1)
    text = chunk(b"zTXt", b"x\0\0" + zeros(200 << 20))
    yield "png-text-bomb.png", "attached", png(40, 40, 8, 6, zlib.compress(b"\0" * 161 * 40), more=text)
    yield "png-header-only.png", "malformed", b"\x89PNG\r\n\x1a\n"


# TIFF, little-endian, all tags LONG or as said.

def directory(at, tags, following=0):
    """A directory at offset `at`; values that do not fit lie behind it."""
    entries, extra = b"", b""
    behind = at + 2 + 12 * len(tags) + 4
    for tag, value in sorted(tags.items()):
        kind, values = value if isinstance(value, tuple) else (4, value)
        values = values if isinstance(values, list) else [values]
        form = {1: "B", 3: "H", 4: "I"}[kind]
        data = struct.pack(f"<{len(values)}{form}", *values)
        count = len(values)
        if len(data) > 4:
            entries += struct.pack("<HHII", tag, kind, count, behind + len(extra))
            extra += data + b"\0" * (len(data) % 2)
        else:
            entries += struct.pack("<HHI", tag, kind, count) + data.ljust(4, b"\0")
    return struct.pack("<H", len(tags)) + entries + struct.pack("<I", following) + extra


def tiff(width, height, compression, data, bits=8, more=None, strips=None):
    """One page of one strip that lies right behind the header."""
    tags = {256: width, 257: height, 258: bits, 259: compression, 262: 1, 273: 8, 277: 1, 278: height, 279: len(data)}
    tags.update(more or {})
    if strips:
        tags[273], tags[279], tags[278] = [8] * strips, [len(data)] * strips, height // strips
    if 322 in tags:
        del tags[273], tags[278], tags[279]
    at = 8 + len(data) + len(data) % 2
    return b"II*\0" + struct.pack("<I", at) + data + b"\0" * (len(data) % 2) + directory(at, tags)


def chain(count, kind=0, back=None):
    """`count` directories of pages of one pixel, the last of which leads to number `back`."""
    size = 2 + 12 * 10 + 4
    out = bytearray(b"II*\0" + struct.pack("<I", 8))
    for n in range(count):
        last = 0 if back is None else 8 + back * size
        following = 8 + (n + 1) * size if n + 1 < count else last
        tags = {254: kind, 256: 1, 257: 1, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: 1, 279: 1}
        out += directory(8 + n * size, tags, following)
    return bytes(out)


def tiffs(rng):
    pixels = bytes((x * 3 ^ y * 5) & 255 for y in range(280) for x in range(200))
    good = tiff(200, 280, 1, pixels)
    yield "tiff-cut.tif", "truncated", good[:30000]
    yield "tiff-header-only.tif", "truncated", b"II*\0\x08\0\0\0"
    yield "tiff-no-directory.tif", "truncated", b"II*\0\0\0\0\0" + b"\0" * 40
    yield "tiff-loop-of-one.tif", "malformed", chain(1, back=0)
    yield "tiff-loop-of-fifty.tif", "malformed", chain(50, back=20)
    yield "tiff-100000-directories.tif", "too-many-pages", chain(100_000)
    yield "tiff-thumbnails-only.tif", "no-pages", chain(50, kind=1)
    yield "tiff-0x0.tif", "malformed", tiff(0, 0, 1, pixels)
    yield "tiff-max-sides.tif", "too-many-pixels", tiff(0xFFFFFFFF, 0xFFFFFFFF, 1, pixels)
    yield "tiff-strip-behind-the-end.tif", "truncated", tiff(200, 280, 1, pixels, more={273: 0xFFFFFFF0})
    yield "tiff-strip-missing.tif", "malformed", tiff(200, 280, 1, pixels, more={278: 1})
    yield "tiff-240-megapixels-in-100-bytes.tif", "truncated", tiff(15000, 16000, 1, b"x" * 100)
    yield "tiff-deflate-bomb.tif", "attached", tiff(64, 64, 8, zeros(200 << 20))
    yield "tiff-deflate-short.tif", "truncated", tiff(15000, 16000, 8, zeros(1 << 20))
    yield "tiff-deflate-garbage.tif", "malformed", tiff(64, 64, 8, rng.randbytes(500))
    yield "tiff-lzw-garbage.tif", "malformed", tiff(640, 640, 5, rng.randbytes(5000))
    yield "tiff-packbits-short.tif", "truncated", tiff(640, 640, 32773, rng.randbytes(500))
    for compression, name in ((2, "runs"), (3, "group3"), (4, "group4")):
        yield (f"tiff-{name}-garbage.tif", "malformed",
               tiff(1728, 2200, compression, rng.randbytes(20000), 1, {262: 0}))
    tiles = {322: 15000, 323: 16000, 324: [8] * 2, 325: [len(pixels)] * 2}
    yield "tiff-tiles-over-the-page.tif", "too-many-pixels", tiff(15001, 15920, 8, zeros(1 << 20), more=tiles)
    yield "tiff-strips-on-each-other.tif", "malformed", tiff(64, 5000, 8, zeros(64) + bytes(1 << 20), strips=5000)
    yield "tiff-9-samples.tif", "unsupported", tiff(8, 8, 1, pixels, more={277: 9})
    yield "tiff-3-bits.tif", "unsupported", tiff(8, 8, 1, pixels, bits=3)
    yield "tiff-compression-999.tif", "unsupported", tiff(8, 8, 999, pixels)
    count = b"II*\0\x08\0\0\0" + struct.pack("<HHHIII", 1, 256, 4, 0xFFFFFFFF, 8, 0)
    yield "tiff-4-billion-values.tif", "malformed", count
    big = b"MM\0+\0\x08\0\0" + b"\x7f" + b"\xff" * 7
    yield "tiff-big-offset.tif", "truncated", big
    yield "tiff-jpeg-garbage.tif", "truncated", tiff(64, 64, 7, b"\xff\xd8" + rng.randbytes(500))


# BMP and WebP.

def bmp(width, height, bits, data, compression=0):
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(data), 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(data), 0, 0, 54) + head + data


def webp(body, length=None):
    size = len(body) + 4 if length is None else length
    return b"RIFF" + struct.pack("<I", size) + b"WEBP" + body


def others(rng):
    yield "bmp-cut.bmp", "truncated", bmp(200, 200, 24, bytes(120_000))[:50_000]
    yield "bmp-huge.bmp", "too-many-pixels", bmp(60000, 60000, 24, bytes(100))
    yield "bmp-0x0.bmp", "unsupported", bmp(0, 0, 24, bytes(100))
    yield "bmp-lowest-height.bmp", "malformed", bmp(8, -(1 << 31), 24, bytes(100))
    yield "bmp-run-length-garbage.bmp", "truncated", bmp(200, 200, 8, rng.randbytes(500), 1)
    yield "bmp-named-png.png", "attached", bmp(64, 64, 24, bytes(64 * 64 * 3))
    yield "webp-garbage.webp", "malformed", webp(b"VP8 " + struct.pack("<I", 4000) + rng.randbytes(4000))
    yield "webp-lossless-garbage.webp", "malformed", webp(b"VP8L" + struct.pack("<I", 4000) + b"\x2f" + rng.randbytes(3999))
    yield "webp-canvas-of-16-million.webp", "malformed", webp(b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + b"\xff" * 6)
    yield "webp-cut.webp", "truncated", webp(b"VP8 " + struct.pack("<I", 90000) + rng.randbytes(40), 90012)
    yield "webp-nothing-in-it.webp", "truncated", webp(b"")


# PDF.

def pdf(objects, trailer="/Root 1 0 R", version="1.7", xref=True, tail=None):
    """Objects are numbered from 1; each is bytes, or a pair of a dictionary's text and a stream."""
    out, offsets = bytearray(f"%PDF-{version}\n".encode()), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        if isinstance(body, tuple):
            entries, data = body
            length = "" if "/Length" in entries else f"/Length {len(data)}"
            body = f"<<{entries} {length}>>\nstream\n".encode() + data + b"\nendstream"
        elif isinstance(body, str):
            body = body.encode()
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    at = len(out)
    if xref:
        out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
        out += b"".join(f"{offset:010} 00000 n \n".encode() for offset in offsets)
        out += f"trailer\n<</Size {len(objects) + 1} {trailer}>>\n".encode()
    return bytes(out) + (tail or f"startxref\n{at}\n%%EOF\n").encode()


CATALOG = "<</Type /Catalog /Pages 2 0 R>>"
PAGES = "<</Type /Pages /Kids [3 0 R] /Count 1>>"
PAINT = ("", b"q 300 0 0 400 0 0 cm /I Do Q")


def page(resources, contents="4 0 R", more=""):
    return f"<</Type /Page /Parent 2 0 R /MediaBox [0 0 300 400] /Resources <<{resources}>> /Contents {contents} {more}>>"


def pdf_page(resources="/XObject <</I 5 0 R>>", content=PAINT, more=(), page_more="", **options):
    """One page; object 5 is the first of `more`, or a JPEG."""
    image = (f"/Type /XObject /Subtype /Image /Width {W} /Height {H} /ColorSpace /DeviceGray /BitsPerComponent 8"
             " /Filter /DCTDecode", jpeg(9))
    return pdf([CATALOG, PAGES, page(resources, more=page_more), content, *(more or (image,))], **options)


def image_xobject(width, height, data, filters="/FlateDecode", bits=8):
    return (f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceGray"
            f" /BitsPerComponent {bits} /Filter {filters}", data)


def form(content, resources=""):
    return f"/Type /XObject /Subtype /Form /BBox [0 0 300 400] /Resources <<{resources}>>", content


def xref_stream(objects, size, entries, more="", root=1):
    """A file whose only cross-reference is a stream, the last object. `entries` makes its rows."""
    out, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        entry, data = body if isinstance(body, tuple) else (None, body)
        if entry is None:
            out += f"{number} 0 obj\n{data}\nendobj\n".encode()
        else:
            out += f"{number} 0 obj\n<<{entry} /Length {len(data)}>>\nstream\n".encode() + data + b"\nendstream\nendobj\n"
    at = len(out)
    rows = entries(offsets, at)
    number = len(objects) + 1
    out += (f"{number} 0 obj\n<</Type /XRef /Size {size} /W [1 4 2] /Root {root} 0 R /Filter /FlateDecode"
            f" /Length {len(rows)} {more}>>\nstream\n").encode() + rows + b"\nendstream\nendobj\n"
    return bytes(out) + f"startxref\n{at}\n%%EOF\n".encode()


def rows_of(*rows):
    return zlib.compress(b"".join(struct.pack(">BIH", *row) for row in rows))


def pdfs(rng):
    good = pdf_page()
    for percent in (30, 60, 90):
        yield f"pdf-cut-{percent}.pdf", "truncated", good[:len(good) * percent // 100]
    yield "pdf-header-only.pdf", "truncated", b"%PDF-1.7\n"
    yield "pdf-garbage.pdf", "malformed", b"%PDF-1.7\n" + rng.randbytes(20_000) + b"\n%%EOF\n"
    yield "pdf-no-pages.pdf", "no-pages", pdf([CATALOG, "<</Type /Pages /Kids [] /Count 0>>"])
    yield "pdf-count-lies.pdf", "malformed", pdf(
        [CATALOG, "<</Type /Pages /Kids [3 0 R] /Count 2000000000>>", page(""), ("", b"0 0 m 9 9 l S")])
    yield "pdf-no-catalog.pdf", "malformed", pdf(["<<>>", PAGES], trailer="")
    yield "pdf-tree-loop.pdf", "malformed", pdf(
        [CATALOG, "<</Type /Pages /Kids [3 0 R] /Count 1>>", "<</Type /Pages /Kids [2 0 R 3 0 R] /Count 1>>"])
    deep = [f"<</Type /Pages /Kids [{n + 3} 0 R] /Count 1>>" for n in range(2000)]
    yield "pdf-tree-2000-deep.pdf", "malformed", pdf([CATALOG, *deep, page("")])
    kids = " ".join(["3 0 R"] * 20_000)
    yield "pdf-20000-pages.pdf", "too-many-pages", pdf(
        [CATALOG, f"<</Type /Pages /Kids [{kids}] /Count 20000>>", page(""), PAINT])
    yield "pdf-prev-is-itself.pdf", "attached", pdf_page(trailer="/Root 1 0 R /Prev 9", tail=None)
    body = pdf_page(xref=False, tail="")
    yield "pdf-startxref-far-away.pdf", "attached", body + b"trailer <</Root 1 0 R>>\nstartxref\n99999999999\n%%EOF\n"
    yield "pdf-no-xref.pdf", "attached", body + b"trailer <</Root 1 0 R>>\n%%EOF\n"
    yield "pdf-length-lies.pdf", "attached", pdf(
        [CATALOG, PAGES, page(""), ("/Length 99999999", b"0 0 m 9 9 l S")])
    yield "pdf-length-is-itself.pdf", "attached", pdf(
        [CATALOG, PAGES, page(""), ("/Length 4 0 R", b"0 0 m 9 9 l S")])
    for name, opening, closing in (("arrays", "[", "]"), ("dictionaries", "<</A ", ">>")):
        nested = opening * 100_000 + "0" + closing * 100_000
        yield f"pdf-deep-{name}.pdf", "attached", pdf_page(page_more=f"/Deep 6 0 R", more=(
            image_xobject(64, 64, zlib.compress(bytes(4096))), nested))
        yield f"pdf-deep-{name}-in-its-content.pdf", "malformed", pdf_page(content=("", nested.encode() + b" TJ"))
        yield f"pdf-deep-{name}-as-kids.pdf", "malformed", pdf(
            [CATALOG, f"<</Type /Pages /Kids {nested} /Count 1>>", page(""), PAINT])
    yield "pdf-encrypted.pdf", "encrypted", pdf_page(
        trailer="/Root 1 0 R /ID [<00> <00>] /Encrypt <</Filter /Standard /V 2 /R 3 /Length 128 /P -44"
        f" /O <{'41' * 32}> /U <{'42' * 32}>>>")
    yield "pdf-encrypted-garbage.pdf", "encrypted", pdf_page(trailer="/Root 1 0 R /Encrypt <</Filter 9>>")
    # What is shown.
    yield "pdf-image-100000.pdf", "too-many-pixels", pdf_page(more=(image_xobject(100_000, 100_000, zeros(1 << 20)),))
    yield "pdf-image-max-sides.pdf", "too-many-pixels", pdf_page(
        more=(image_xobject(0xFFFFFFFF, 0xFFFFFFFF, zeros(100), "[/FlateDecode /FlateDecode]", 16),))
    yield "pdf-jpeg-of-another-size.pdf", "attached", pdf_page(more=(image_xobject(64, 64, jpeg(5), "/DCTDecode"),))
    yield "pdf-flate-bomb.pdf", "malformed", pdf_page(content=("/Filter /FlateDecode", zeros(1 << 30)))
    twice = zlib.compress(zeros(1 << 30), 9)
    yield "pdf-flate-bomb-in-a-bomb.pdf", "malformed", pdf_page(content=("/Filter [/FlateDecode /FlateDecode]", twice))
    yield "pdf-flate-garbage.pdf", "malformed", pdf_page(content=("/Filter /FlateDecode", rng.randbytes(3000)))
    yield "pdf-form-shows-itself.pdf", "attached", pdf_page(
        more=(form(b"/I Do 0 0 m 9 9 l S", "/XObject <</I 5 0 R>>"),))
    levels = [form(b"/I Do " * 20, f"/XObject <</I {n + 6} 0 R>>") for n in range(10)]
    yield "pdf-forms-that-multiply.pdf", "malformed", pdf_page(more=(*levels, form(b"0 0 m 9 9 l S")))
    yield "pdf-form-of-64-mb-shown-often.pdf", "malformed", pdf_page(
        content=("", b"/I Do " * 1000),
        more=(("/Filter /FlateDecode " + form(b"")[0], zlib.compress(b"0 0 m " * (10 << 20))),))
    lost = pdf([CATALOG, PAGES, page("/XObject <</I 99 0 R>>"), PAINT])
    yield "pdf-image-that-is-not-there.pdf", "malformed", lost
    # Cross-references and object streams.
    objects = [CATALOG, PAGES, page("", "null")]
    plain = lambda offsets, at: rows_of((0, 0, 65535), *((1, o, 0) for o in offsets), (1, at, 0))
    yield "pdf-xref-stream-prev-is-itself.pdf", "attached", xref_stream(objects, 5, plain, "/Prev 9")
    bomb = lambda offsets, at: repeated(struct.pack(">BIH", 1, 9, 0) * (1 << 17), 480)
    yield "pdf-xref-stream-bomb.pdf", "malformed", xref_stream(objects, 60 << 20, bomb)
    # One object of 20 kB that 2,000 entries lead to.
    same = ["[" + "0 " * 10_000 + "]", "<</Type /Catalog /Pages 3 0 R>>", "<</Type /Pages /Kids [4 0 R] /Count 1>>", page("", "null")]
    entries = lambda offsets, at: rows_of((0, 0, 65535), *((1, o, 0) for o in offsets), *((1, 9, 0) for _ in range(2000)))
    yield "pdf-xref-2000-times-one-object.pdf", "attached", xref_stream(same, 2005, entries, root=2)
    inside = lambda offsets, at: rows_of((0, 0, 65535), *((1, o, 0) for o in offsets[:3]), (2, 4, 0), (1, at, 0))
    stream = ("/Type /ObjStm /N 1 /First 4 /Extends 4 0 R", b"4 0 <</Type /ObjStm>>")
    yield "pdf-object-stream-in-itself.pdf", "attached", xref_stream([*objects, stream], 6, inside)
    many = ("/Type /ObjStm /N 2000000000 /First 2000000000", b"1 0")
    yield "pdf-object-stream-of-billions.pdf", "attached", xref_stream([*objects, many], 6, plain)


# Other things.

def strays(rng):
    yield "zip.pdf", "unknown-format", b"PK\3\4" + rng.randbytes(4000)
    yield "page.pdf", "unknown-format", b"<!DOCTYPE html><html><body>404</body></html>\n"
    yield "program.pdf", "unknown-format", b"MZ\x90\0\3\0\0\0" + rng.randbytes(4000)
    yield "elf.jpg", "unknown-format", b"\x7fELF\2\1\1" + bytes(5000)
    yield "empty.pdf", "empty-file", b""
    yield "empty.jpg", "empty-file", b""
    for byte in (0, 0x25, 0x42, 0x49, 0xFF):
        yield f"one-byte-{byte:02x}.tif", "unknown-format", bytes([byte])
    yield "text-that-begins-with-BM.bmp", "unknown-format", b"BMW is a car, not a bitmap\n" * 100
    yield "noise.png", "unknown-format", b"\0" + rng.randbytes(10_000)
    yield "zeros.tif", "unknown-format", bytes(1 << 20)
    yield "jpeg-named-pdf.pdf", "attached", jpeg(6)
    yield "pdf-named-jpeg.jpg", "attached", pdf_page(content=("", b"q 300 0 0 400 0 0 cm /I Do Q "))
    names = ["line\nfeed\tand\x01bell\x07.jpg", "to\u031b\u0300 khai te\u0302n.jpg", "ấ" * 83 + "ab.jpg",
             " spaces , \"quotes\" ; <&> $(x) `y` %s.jpg", "\u202egpj.exe\u202c.jpg", "-rf --wait.jpg", "\udcff\udcfe.jpg"]
    assert len(os.fsencode(names[2])) == 255
    for seed, name in enumerate(names, 20):
        yield name, "attached", jpeg(seed)


def main(folder, truth):
    rng = random.Random(SEED)
    become = {}
    for part in (jpegs, pngs, tiffs, others, pdfs, strays):
        for name, ends, data in part(rng):
            path = os.path.join(os.fsencode(folder), os.fsencode(name))
            assert not os.path.exists(path), name
            with open(path, "wb") as out:
                out.write(data)
            become[os.fsencode(name).decode(errors="replace")] = ends
    with open(truth, "w", encoding="utf-8") as out:
        json.dump(become, out, ensure_ascii=False, indent=1, sort_keys=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

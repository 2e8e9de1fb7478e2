"""Sets text on sheets of paper: words with exact places, and the truth of what is printed, in reading order.

All measures are points (1/72 inch) from the top left corner, y downwards; y of text is its baseline. The same sheet is
drawn as pixels (`raster.py`) or as vectors (`containers.py`), so that both show the same words at the same places.
"""

from dataclasses import dataclass, field
from functools import lru_cache
import re

from PIL import ImageFont

MM = 72 / 25.4
A4 = (210 * MM, 297 * MM)
A5 = (148 * MM, 210 * MM)

FONT_FOLDER = "/usr/share/fonts/truetype/croscore"
FONTS = {
    "regular": "Tinos-Regular.ttf",
    "bold": "Tinos-Bold.ttf",
    "italic": "Tinos-Italic.ttf",
    "bolditalic": "Tinos-BoldItalic.ttf",
    "sans": "Arimo-Regular.ttf",
    "sansbold": "Arimo-Bold.ttf",
    "sansitalic": "Arimo-Italic.ttf",
    "sansbolditalic": "Arimo-BoldItalic.ttf",
    # For test pages only: Debian's fonts-dejavu.
    "serif": "../dejavu/DejaVuSerif.ttf",
    "serifbold": "../dejavu/DejaVuSerif-Bold.ttf",
    "serifitalic": "../dejavu/DejaVuSerif-Italic.ttf",
    "serifbolditalic": "../dejavu/DejaVuSerif-BoldItalic.ttf",
    "wide": "../dejavu/DejaVuSans.ttf",
    "widebold": "../dejavu/DejaVuSans-Bold.ttf",
    "wideitalic": "../dejavu/DejaVuSans-Oblique.ttf",
    "widebolditalic": "../dejavu/DejaVuSans-BoldOblique.ttf",
}
# The faces that `**bold**` and `//italic//` inside a paragraph lead to.
BOLD = {"regular": "bold", "italic": "bolditalic", "sans": "sansbold"}
ITALIC = {"regular": "italic", "bold": "bolditalic", "sans": "sansitalic"}


def font_path(face):
    return f"{FONT_FOLDER}/{FONTS[face]}"


@lru_cache(maxsize=None)
def pil_font(face, size):
    return ImageFont.truetype(font_path(face), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=None)
def width(text, face, size):
    """Width of a word, pt."""
    return pil_font(face, 1000).getlength(text) * size / 1000


@dataclass
class Word:
    text: str
    x: float
    y: float
    face: str
    size: float


@dataclass
class Sheet:
    """One side of paper: printed words and rules, and the marks that people leave on it."""

    size: tuple = A4
    words: list = field(default_factory=list)
    rules: list = field(default_factory=list)  # (x0, y0, x1, y1, thickness)
    boxes: list = field(default_factory=list)  # (x, y, side, ticked): tick boxes
    dots: list = field(default_factory=list)  # (x0, x1, y): dotted filling lines
    marks: list = field(default_factory=list)  # ("seal" | "signature" | "handwriting", …): see raster.py
    fields: list = field(default_factory=list)  # (name, x, y, w, h, value): fields of an interactive form
    truth: list = field(default_factory=list)  # printed lines in reading order

    def line(self, text, x, y, face="regular", size=13, align="left", truth=True):
        """One line without breaks; `x` is its left end, centre or right end."""
        words = styled(text, face)
        total = sum(width(t, f, size) for t, f in words) + sum(width(" ", f, size) for _, f in words[:-1])
        x -= {"left": 0, "centre": total / 2, "right": total}[align]
        for t, f in words:
            self.words.append(Word(t, x, y, f, size))
            x += width(t, f, size) + width(" ", f, size)
        if truth:
            self.truth.append(" ".join(t for t, _ in words))
        return x

    def centred_rule(self, x, y, length, thickness=0.6):
        self.rules.append((x - length / 2, y, x + length / 2, y, thickness))


def styled(text, face):
    """Splits into words with their faces; `**` and `//` switch bold and italic."""
    words, bold, italic = [], False, False
    for part in re.split(r"(\*\*|//)", text):
        if part == "**":
            bold = not bold
        elif part == "//":
            italic = not italic
        else:
            f = BOLD.get(face, face) if bold else face
            f = ITALIC.get(f, f) if italic else f
            pieces = part.split()
            # Punctuation that directly follows a styled span belongs to its last word.
            if words and pieces and part[0] in ".,;:)" and not part[0].isspace():
                words[-1] = (words[-1][0] + pieces[0], words[-1][1])
                pieces = pieces[1:]
            words += [(t, f) for t in pieces]
    return words


class Paper:
    """Text that flows over sheets, with the margins and page numbers of Nghị định 30/2020/NĐ-CP, appendix I."""

    def __init__(self, size=A4, left=30, right=18, top=20, bottom=20, numbered=True):
        self.size, self.numbered = size, numbered
        self.left, self.right = left * MM, size[0] - right * MM
        self.top, self.bottom = top * MM, size[1] - bottom * MM
        self.sheets = [Sheet(size)]
        self.y = self.top

    @property
    def sheet(self):
        return self.sheets[-1]

    @property
    def centre(self):
        return (self.left + self.right) / 2

    def new_page(self):
        self.sheets.append(Sheet(self.size))
        self.y = self.top
        if self.numbered:
            self.sheet.line(str(len(self.sheets)), self.size[0] / 2, self.top - 6 * MM, "regular", 13, "centre")

    def need(self, height):
        if self.y + height > self.bottom:
            self.new_page()

    def gap(self, height):
        self.y += height

    def centre_line(self, text, face="bold", size=14, leading=1.3):
        self.need(size * leading)
        self.y += size * leading
        self.sheet.line(text, self.centre, self.y, face, size, "centre")

    def paragraph(self, text, face="regular", size=13.5, indent=12.7 * MM, leading=1.32, after=5, left=None):
        """A justified paragraph with a first-line indent; breaks over pages as it must."""
        left = self.left if left is None else left
        lines, row, used = [], [], 0.0
        for t, f in styled(text, face):
            w, space = width(t, f, size), width(" ", f, size)
            room = self.right - left - (indent if not lines else 0)
            if row and used + space + w > room:
                lines.append(row)
                row, used = [], 0.0
            used += w + (space if row else 0)
            row.append((t, f, w))
        lines.append(row)
        for i, row in enumerate(lines):
            self.need(size * leading)
            self.y += size * leading
            x = left + (indent if i == 0 else 0)
            natural = sum(w for *_, w in row)
            space = width(" ", face, size)
            if i < len(lines) - 1 and len(row) > 1:
                space = (self.right - x - natural) / (len(row) - 1)
            for t, f, w in row:
                self.sheet.words.append(Word(t, x, self.y, f, size))
                x += w + space
            self.sheet.truth.append(" ".join(t for t, *_ in row))
        self.y += after

    def head(self, parent, issuer, number, place_date, about=()):
        """The two-column head: issuing body left, national title right."""
        s, left_x, right_x = self.sheet, self.left + 29 * MM, self.right - 47 * MM
        y = left_y = self.top + 10
        for text, face in [(parent, "regular")] * bool(parent) + [(t, "bold") for t in issuer]:
            s.line(text, left_x, left_y, face, 13, "centre")
            left_y += 15.5
        s.centred_rule(left_x, left_y - 9, 22 * MM)
        if number:
            left_y += 8
            s.line(number, left_x, left_y, "regular", 13, "centre")
            left_y += 15.5
        for text in about:
            s.line(text, left_x, left_y, "regular", 12, "centre")
            left_y += 14
        s.line("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", right_x, y, "bold", 12.5, "centre")
        end = s.line("Độc lập - Tự do - Hạnh phúc", right_x, y + 16, "bold", 13.5, "centre")
        s.centred_rule(right_x, y + 21, 2 * (end - right_x) - 8)
        if place_date:
            s.line(place_date, right_x, y + 42, "italic", 13.5, "centre")
        self.y = max(left_y, y + 46)

    def title(self, kind, subject):
        self.gap(8)
        self.centre_line(kind, "bold", 14)
        for text in subject:
            self.centre_line(text, "bold", 13.5)
        self.sheet.centred_rule(self.centre, self.y + 6, 32 * MM)
        self.gap(16)

    def close(self, recipients, authority, name, sealed=True, seed=1, space=30 * MM):
        """Recipients bottom left, signer bottom right; `sealed` True: signature and seal, False: signature, None: neither."""
        self.need(14 + max(len(recipients) * 13 + 16, len(authority) * 16 + space + 16))
        s, y, right_x = self.sheet, self.y + 18, self.right - 38 * MM
        if recipients:
            s.line("Nơi nhận:", self.left, y, "bolditalic", 12)
            for i, text in enumerate(recipients):
                s.line(text, self.left, y + 14 + i * 13, "regular", 11)
        for i, text in enumerate(authority):
            s.line(text, right_x, y + i * 16, "bold", 13.5, "centre")
        mark_y = y + len(authority) * 16 + space / 2 - 8
        if sealed is not None:
            s.marks.append(("signature", right_x, mark_y, 46 * MM, 19 * MM, seed))
        if sealed:
            s.marks.append(("seal", right_x - 17 * MM, mark_y - 2 * MM, 18 * MM, seed))
        name_y = y + len(authority) * 16 + space
        s.line(name, right_x, name_y, "bold", 13.5, "centre")
        self.y = max(name_y + 8, y + 14 + len(recipients) * 13)

    def filling_line(self, label, value="", face="regular", size=13, leading=1.55, written=None):
        """A line of a form: a label, then a typed value, or a dotted line that a hand filled in."""
        self.need(size * leading)
        self.y += size * leading
        text = f"{label} {value}".strip()
        x = self.sheet.line(text, self.left, self.y, face, size)
        if not value:
            self.sheet.dots.append((x, self.right, self.y))
            if written is not None:
                self.sheet.marks.append(("handwriting", x + 6, self.y - 2, min(self.right - x - 20, 150), written))

    def tick_line(self, label, ticked, size=13, leading=1.5):
        self.need(size * leading)
        self.y += size * leading
        x = self.left + 8 * MM
        self.sheet.boxes.append((x, self.y - 9.5, 10.5, ticked))
        self.sheet.line(label, x + 18, self.y, "regular", size)

    def truth(self):
        return [s.truth for s in self.sheets]

"""Sets test pages: words on a `Sheet`, kept as blocks of lines in reading order, in four font families.

Measures as in `layout.py`: points from the top left corner, y of text is its baseline.
"""

from dataclasses import dataclass, field
import re

from layout import A4, MM, Sheet, Word, width

# Family → faces: plain, bold, italic, bold italic.
FAMILIES = {
    "Tinos": ("regular", "bold", "italic", "bolditalic"),
    "Arimo": ("sans", "sansbold", "sansitalic", "sansbolditalic"),
    "DejaVu Serif": ("serif", "serifbold", "serifitalic", "serifbolditalic"),
    "DejaVu Sans": ("wide", "widebold", "wideitalic", "widebolditalic"),
}


@dataclass
class TestPage(Sheet):
    """A sheet that knows its lines, and has grey areas and light ink."""

    family: str = "Tinos"
    left: float = 30 * MM
    right: float = A4[0] - 18 * MM
    y: float = 22 * MM
    bottom: float = A4[1] - 20 * MM
    blocks: list = field(default_factory=list)  # (kind, lines); a line is a list of indexes into `words`
    fills: list = field(default_factory=list)  # (x0, y0, x1, y1, grey)
    inks: dict = field(default_factory=dict)  # index of a word → grey of its ink, where it is not the page's
    leaders: list = field(default_factory=list)  # (x0, x1, y, size): filling lines of full stops, as a typist or Word sets them
    stamps: list = field(default_factory=list)  # (lines, x, y, size, degrees, colour): framed, not part of the truth

    @property
    def centre(self):
        return (self.left + self.right) / 2

    def block(self, kind):
        self.blocks.append((kind, []))

    def runs(self, text, style=0):
        """Words with face and underlining; `**`, `//` and `__` switch bold, italic and underlined. `style` 1 bold, 2 italic."""
        out, on, glue = [], [bool(style & 1), bool(style & 2), False], False
        for part in re.split(r"(\*\*|//|__)", text):
            if part in ("**", "//", "__"):
                i = ("**", "//", "__").index(part)
                on[i] = not on[i]
                continue
            pieces = part.split()
            if pieces and out and glue and not part[0].isspace():
                # Punctuation behind a styled span belongs to its last word.
                out[-1] = (out[-1][0] + pieces[0], *out[-1][1:])
                pieces = pieces[1:]
            out += [(t, FAMILIES[self.family][on[0] + 2 * on[1]], on[2]) for t in pieces]
            if part:
                glue = not part[-1].isspace()
        return out

    def place(self, row, x, y, size, spaces, ink=None):
        """Puts one row of runs, `spaces` between them; it becomes a line of the current block. Returns its end."""
        first, underline = len(self.words), None
        for i, (text, face, under) in enumerate(row):
            wide = width(text, face, size)
            if ink is not None:
                self.inks[len(self.words)] = ink
            self.words.append(Word(text, x, y, face, size))
            if under:
                underline = (underline[0] if underline else x, x + wide)
            if underline and (not under or i == len(row) - 1):
                self.rules.append((underline[0], y + size * 0.14, underline[1], y + size * 0.14, size * 0.05))
                underline = None
            x += wide + (spaces if i < len(row) - 1 else 0)
        self.blocks[-1][1].append(list(range(first, len(self.words))))
        return x

    def text(self, text, x, y, size=13, style=0, align="left", ink=None):
        """One line without breaks; `x` is its left end, centre or right end. Returns the right end."""
        row = self.runs(text, style)
        space = width(" ", FAMILIES[self.family][0], size)
        total = sum(width(t, f, size) for t, f, _ in row) + space * (len(row) - 1)
        return self.place(row, x - {"left": 0, "centre": total / 2, "right": total}[align], y, size, space, ink)

    def wrapped(self, text, room, size, style=0, indent=0.0):
        """Breaks into rows that fit into `room`, the first less `indent`."""
        rows, row, used = [], [], indent
        for run in self.runs(text, style):
            wide, space = width(run[0], run[1], size), width(" ", run[1], size)
            if row and used + space + wide > room:
                rows.append(row)
                row, used = [], 0.0
            used += wide + (space if row else 0)
            row.append(run)
        return rows + [row]

    def paragraph(self, text, size=13, style=0, left=None, right=None, indent=12.7 * MM, leading=1.32, after=5, justify=True, ink=None, kind="paragraph",
                  align="left"):
        """Flows down from `y` as one block and stops at the foot of the page. Returns whether all of it had room."""
        left, right = self.left if left is None else left, self.right if right is None else right
        rows = self.wrapped(text, right - left, size, style, indent)
        if self.y + size * leading > self.bottom:
            return False
        self.block(kind)
        for i, row in enumerate(rows):
            if self.y + size * leading > self.bottom:
                return False
            self.y += size * leading
            x = left + (indent if i == 0 else 0)
            natural = sum(width(t, f, size) for t, f, _ in row)
            space = width(" ", FAMILIES[self.family][0], size)
            if align == "centre":
                x = (left + right - natural - space * (len(row) - 1)) / 2
            elif justify and i < len(rows) - 1 and len(row) > 1:
                space = (right - x - natural) / (len(row) - 1)
            self.place(row, x, self.y, size, space, ink)
        self.y += after
        return True

"""The classes of test pages: each function sets one page of invented text. Tables and forms are in `grids.py`."""

from clerk import KINDS, SECTIONS, SUBJECTS, cap
from layout import MM
import grids

ROMAN = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"]


def fill(c, p, size=13, step=lambda c, p, size: p.paragraph(c.paragraph(c.r.randint(2, 4)), size), until=None):
    """Paragraphs down to `until` (pt) or the foot of the page."""
    p.bottom, foot = min(p.bottom, until or p.bottom), p.bottom
    while step(c, p, size) and p.y < p.bottom:
        pass
    p.bottom = foot


def page_number(c, p):
    if c.r.random() < 0.5:
        p.block("page number")
        p.text(str(c.r.randint(2, 19)), p.size[0] / 2, 14 * MM, 13, align="centre")


def head(c, p, size=13):
    """The two-column head: issuing body left, national title right, both with their rules."""
    parent, issuer, name = c.issuer()
    half = (p.right - p.left) / 2
    left_x, right_x, y = p.left + half * 0.42, p.right - half * 0.52, p.y + 6
    p.block("head left")
    left_y = y
    for text, style in [(parent, 0)] + [(issuer, 1)]:
        rows = p.wrapped(text, half * 0.86, size - 1, style)
        for row in rows:
            p.text(("**" if style else "") + " ".join(t for t, *_ in row), left_x, left_y, size - 1, 0, "centre")
            left_y += size * 1.2
    p.centred_rule(left_x, left_y - size * 0.75, 22 * MM)
    left_y += size * 0.7
    p.text(f"Số: {c.code()}", left_x, left_y, size, 0, "centre")
    if c.r.random() < 0.5:
        words = c.pick(SUBJECTS).split()
        for part in (["V/v"] + words[:5], words[5:]):
            left_y += size * 1.15
            p.text(" ".join(part), left_x, left_y, size - 1.5, 0, "centre")
    p.block("head right")
    p.text("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", right_x, y, size - 1.2, 1, "centre")
    end = p.text("Độc lập - Tự do - Hạnh phúc", right_x, y + size * 1.25, size, 1, "centre")
    p.centred_rule(right_x, y + size * 1.65, 2 * (end - right_x) - 8)
    p.text(f"{name}, {c.long_date()}", right_x, y + size * 3.1, size, 2, "centre")
    p.y = max(left_y, y + size * 3.3) + 6


def title(c, p, size=14):
    p.y += 6
    p.block("title")
    p.y += size * 1.3
    p.text(c.pick(KINDS), p.centre, p.y, size, 1, "centre")
    p.y += size * 1.25
    p.text(c.pick(SUBJECTS), p.centre, p.y, size - 0.5, 1, "centre")
    p.centred_rule(p.centre, p.y + 6, 32 * MM)
    p.y += 12


def foot(c, p, size=13, marks=True):
    """Recipients left, signer right."""
    y, right_x, seed = p.y + 26, p.right - 38 * MM, c.r.randint(1, 999)
    p.block("foot left")
    p.text("Nơi nhận:", p.left, y, size - 1, 3)
    for i in range(c.r.randint(3, 5)):
        who = c.r.choice(["Như trên", "Lưu: VT, TH", cap(c.office()), "Thường trực Đảng ủy (b/c)", f"UBND {c.place()}"])
        p.text(f"- {who};"[:46].rsplit(" ", 1)[0] if len(who) > 42 else f"- {who};", p.left, y + 14 + i * 13, size - 2)
    p.block("foot right")
    rows = [c.r.choice(["TM. ỦY BAN NHÂN DÂN", "KT. GIÁM ĐỐC", "TL. CHỦ TỊCH"]), c.r.choice(["CHỦ TỊCH", "PHÓ CHỦ TỊCH", "PHÓ GIÁM ĐỐC", "CHÁNH VĂN PHÒNG"])]
    for i, text in enumerate(rows):
        p.text(text, right_x, y + i * 16, size, 1, "centre")
    if marks:
        p.marks.append(("signature", right_x, y + 52, 42 * MM, 16 * MM, seed))
    p.text(c.person(), right_x, y + 90, size, 1, "centre")
    p.y = y + 96


def body(c, p):
    page_number(c, p)
    size = c.r.choice([12, 12.5, 13, 13.5, 14])
    fill(c, p, size)


def headings(c, p):
    """Lines of up to four times the body's size."""
    size = c.r.choice([11.5, 12, 13])
    for times in [c.r.choice([3.2, 3.6, 4.0]), c.r.choice([2.2, 2.6, 3.0])]:
        text = c.r.choice([c.pick(KINDS), c.pick(SECTIONS), c.pick(SECTIONS).upper(), "PHỤ LỤC " + c.pick(ROMAN), f"CHƯƠNG {c.pick(ROMAN)}", "HỒ SƠ", "LỊCH TIẾP DÂN"])
        rows = p.wrapped(text, p.right - p.left, size * times, 1)
        p.block("heading")
        for row in rows:
            p.y += size * times * 1.15
            p.text(" ".join(t for t, *_ in row), p.centre if times > 3 else p.left, p.y, size * times, 1, "centre" if times > 3 else "left")
        p.y += 12
        for _ in range(c.r.randint(1, 2)):
            p.paragraph(c.paragraph(3), size)

    def step(c, p, size):
        big = size * c.r.choice([1.2, 1.5, 1.8, 2.0])
        if p.y + big * 1.5 + size * 4 > p.bottom:
            return False
        p.y += 5
        p.paragraph(f"{c.pick(ROMAN)}. {c.pick(SECTIONS)}", big, c.r.choice([1, 3]), indent=0, justify=False, kind="heading")
        return p.paragraph(c.paragraph(c.r.randint(2, 3)), size)

    fill(c, p, size, step)


def italics(c, p):
    page_number(c, p)

    def step(c, p, size):
        style = c.r.choice([2, 2, 2, 3])
        if c.r.random() < 0.35:
            return p.paragraph(f"{c.sentence()} //{c.sentence()}// {c.sentence()}", size)
        return p.paragraph(c.paragraph(c.r.randint(1, 3)), size, style)

    fill(c, p, c.r.choice([12, 13, 14]), step)


def underlines(c, p):
    def step(c, p, size):
        kind = c.r.randrange(4)
        if kind == 0:
            return p.paragraph(f"**__{c.pick(SECTIONS)}:__**", size) and p.paragraph(c.paragraph(2), size)
        if kind == 1:
            words = c.paragraph(2).split()
            at = c.r.randint(2, len(words) - 12)
            return p.paragraph(" ".join(words[:at]) + " __" + " ".join(words[at:at + c.r.randint(4, 10)]) + "__ " + " ".join(words[at + 10:]), size)
        if kind == 2:
            return p.paragraph(f"__{c.sentence()}__", size)
        return p.paragraph(f"//__{c.pick(['Lưu ý', 'Ghi chú', 'Ví dụ', 'Trong đó'])}:__// {c.sentence()} {c.sentence()}", size)

    fill(c, p, c.r.choice([12.5, 13, 14]), step)


def head_foot(c, p):
    size = c.r.choice([12.5, 13, 13.5])
    p.y = 18 * MM
    head(c, p, size)
    title(c, p)
    fill(c, p, size, until=p.bottom - c.r.randint(135, 230))
    foot(c, p, size)


def seal_signature(c, p):
    """Seals and signatures that lie over printed text."""
    size = 13
    if c.r.random() < 0.5:
        head(c, p, size)
        title(c, p)
    fill(c, p, size, until=p.bottom - c.r.randint(140, 300))
    top = p.y
    foot(c, p, size, marks=False)
    x, seed = p.right - 38 * MM, c.r.randint(1, 999)
    p.marks.append(("signature", x + c.r.uniform(-8, 8), top + c.r.uniform(72, 98), 46 * MM, 19 * MM, seed))
    p.marks.append(("seal", x - c.r.uniform(8, 22) * MM, top + c.r.uniform(35, 95), c.r.uniform(16, 19) * MM, seed))
    if c.r.random() < 0.6:
        p.marks.append(("seal", c.r.uniform(p.left + 60, p.right - 60), c.r.uniform(200, top - 60), c.r.uniform(14, 18) * MM, seed + 1))
    if c.r.random() < 0.4:
        p.marks.append(("signature", c.r.uniform(p.left + 60, p.right - 60), c.r.uniform(150, top - 30), 40 * MM, 17 * MM, seed + 2))


def angled_stamp(c, p):
    """Framed stamps at an angle: in the white of the head, and over the text."""
    size = 13
    head(c, p, size)
    stamps = [["HỎA TỐC"], ["KHẨN"], ["THƯỢNG KHẨN"], ["MẬT"], ["BẢN SAO"], ["ĐÃ ĐỐI CHIẾU"], ["ĐÃ THU PHÍ"], [c.issuer()[1].title()[:26], "CÔNG VĂN ĐẾN", f"Số: {c.r.randint(10, 999)}", f"Ngày: {c.date()}"]]
    for over in [False] + [True] * c.r.randint(1, 2):
        lines = c.pick(stamps)
        x = c.r.uniform(p.left + 70, p.right - 70) if over else p.left + c.r.uniform(60, 100)
        y = c.r.uniform(260, 640) if over else p.y + 18
        degrees = c.r.choice([-1, 1]) * c.r.uniform(6, 32) if over else c.r.uniform(-18, 18)
        p.stamps.append((lines, x, y, c.r.uniform(14, 20) if len(lines) == 1 else 10, degrees, c.r.choice([(206, 40, 50), (206, 40, 50), (40, 60, 160)])))
    p.y += 34
    title(c, p)
    fill(c, p, size)


def marginal_notes(c, p):
    """A narrow column of small notes beside the text; read after the text of the page."""
    left_side = c.r.random() < 0.5
    p.left, p.right = (56 * MM, p.size[0] - 16 * MM) if left_side else (22 * MM, p.size[0] - 54 * MM)
    x0, x1 = (14 * MM, 51 * MM) if left_side else (p.size[0] - 50 * MM, p.size[0] - 13 * MM)
    fill(c, p, c.r.choice([12, 12.5, 13]))
    y = c.r.uniform(80, 170)
    while y < p.bottom - 130:
        p.y = y
        p.paragraph(c.r.choice([f"{c.pick(SECTIONS)}: {c.item()}", f"Xem {c.code()}.", c.item(), f"//Bổ sung {c.long_date()}//"]), 9.5, c.r.choice([0, 0, 2]), x0, x1, 0, 1.25, 0,
                    justify=False, kind="note")
        y = p.y + c.r.uniform(50, 190)


def small_type(c, p):
    size = c.r.choice([9, 9.5, 10])
    p.bottom -= c.r.choice([0, 150, 300])
    fill(c, p, size)


def rotated(c, p):
    c.r.choice([body, head_foot, grids.ruled_table, headings])(c, p)


# Names are stable: results are compared by them.
CLASSES = {
    "body": body,
    "headings": headings,
    "italics": italics,
    "underlines": underlines,
    "head-foot": head_foot,
    "ruled-table": grids.ruled_table,
    "unruled-table": grids.unruled_table,
    "dotted-form": grids.dotted_form,
    "seal-signature": seal_signature,
    "angled-stamp": angled_stamp,
    "dark-background": grids.dark_background,
    "marginal-notes": marginal_notes,
    "small-type": small_type,
    "rotated": rotated,
}

"""Test pages with columns: tables with and without rules, forms with dotted lines, dark and shaded areas."""

from clerk import GOODS, HAMLET, JOBS, KINDS, NOTES, SECTIONS, SUBJECTS, THING, UNITS, cap
from layout import MM

LIGHT = 246


def columns_of(c):
    """Columns of a table: (name, share of the width, alignment, cell)."""
    row = iter(range(1, 999))
    number = ("STT", 0.07, "centre", lambda: str(next(row)))
    return c.r.choice([
        [number, ("Họ và tên", 0.29, "left", c.person), ("Ngày sinh", 0.16, "centre", c.date), ("Nơi cư trú", 0.30, "left", c.place),
         ("Ghi chú", 0.18, "left", lambda: c.r.choice(NOTES))],
        [number, ("Tên hàng hóa", 0.33, "left", lambda: c.pick(GOODS)), ("ĐVT", 0.10, "centre", lambda: c.r.choice(UNITS)),
         ("Số lượng", 0.14, "right", c.count), ("Đơn giá", 0.16, "right", c.money), ("Thành tiền", 0.20, "right", c.money)],
        [number, ("Tên loại giấy tờ", 0.45, "left", lambda: cap(c.pick(THING))), ("Số, ký hiệu", 0.24, "left", c.code), ("Số tờ", 0.10, "centre", lambda: str(c.r.randint(1, 60))),
         ("Tình trạng", 0.14, "left", lambda: c.r.choice(NOTES))],
        [number, ("Họ và tên", 0.29, "left", c.person), ("Chức vụ", 0.24, "left", lambda: c.pick(JOBS)), ("Điện thoại", 0.20, "centre", c.phone), ("Thôn", 0.20, "left", lambda: c.r.choice(HAMLET))],
        [("Chỉ tiêu", 0.40, "left", lambda: cap(c.pick(THING))), ("Năm trước", 0.15, "right", c.count), ("Năm nay", 0.15, "right", c.count), ("Tỷ lệ", 0.14, "right", c.percent),
         ("Ghi chú", 0.16, "left", lambda: c.r.choice(NOTES))],
    ])


def table(c, p, size, ruled, rows, dark_head=False, shaded=False):
    """A table from `y` on, read row by row; cells break into lines. Each row is a block of one line per cell line."""
    if p.y + size * 8 > p.bottom:
        return
    columns = columns_of(c)
    high, total = size * 1.25, p.right - p.left
    edges = [p.left]
    for _, share, *_ in columns:
        edges.append(edges[-1] + share * total)
    pad = 4
    tops = [p.y + 6]
    for r in range(rows + 1):
        cells = [name for name, *_ in columns] if r == 0 else [make() for *_, make in columns]
        parts = [p.wrapped(text, edges[i + 1] - edges[i] - 2 * pad, size, 1 if r == 0 else 0) if text else [] for i, text in enumerate(cells)]
        tall = max(map(len, parts)) * high + (size * 0.5 if ruled else size * 0.25)
        if tops[-1] + tall > p.bottom:
            break
        light = dark_head and r == 0
        if light:
            p.fills.append((p.left, tops[-1], p.right, tops[-1] + tall, c.r.randint(28, 80)))
        elif shaded and r % 2 == 0:
            p.fills.append((p.left, tops[-1], p.right, tops[-1] + tall, c.r.choice([200, 212, 224])))
        p.block("row")
        for i, lines in enumerate(parts):
            align = "centre" if r == 0 else columns[i][2]
            x = {"left": edges[i] + pad, "centre": (edges[i] + edges[i + 1]) / 2, "right": edges[i + 1] - pad}[align]
            for k, line in enumerate(lines):
                p.text(" ".join(t for t, *_ in line), x, tops[-1] + high * (k + 0.85) + size * 0.1, size, 1 if r == 0 else 0, align, LIGHT if light else None)
        tops.append(tops[-1] + tall)
    if ruled:
        for y in tops:
            p.rules.append((edges[0], y, edges[-1], y, 0.7))
        for x in edges:
            p.rules.append((x, tops[0], x, tops[-1], 0.7))
    p.y = tops[-1] + 10


def caption(c, p):
    p.paragraph(c.r.choice(["BẢNG KÊ", "DANH SÁCH", "PHỤ LỤC", "BẢNG TỔNG HỢP"]) + " " + c.pick(SUBJECTS).split(" ", 1)[1].upper(), 13, 1, indent=0, kind="title", align="centre")
    p.paragraph(f"(Kèm theo Công văn số {c.code()} {c.long_date()})", 12, 2, indent=0, kind="title", align="centre", after=10)


def ruled_table(c, p):
    caption(c, p)
    if c.r.random() < 0.5:
        p.paragraph(c.paragraph(2), 12)
    table(c, p, c.r.choice([10.5, 11, 12]), True, c.r.randint(12, 24))
    p.paragraph(c.paragraph(3), 12)
    if p.y < p.bottom - 150:
        table(c, p, c.r.choice([10.5, 11, 12]), True, c.r.randint(4, 9))


def unruled_table(c, p):
    caption(c, p)
    for _ in range(3):
        table(c, p, c.r.choice([10.5, 11, 12]), False, c.r.randint(6, 14))
        if not p.paragraph(c.paragraph(2), 12):
            break
        p.y += 6


def dotted_form(c, p):
    size = c.r.choice([12.5, 13])
    fine = c.r.random() < 0.25

    def filling(x0, x1):
        if fine:
            p.dots.append((x0, x1, p.y))
        else:
            p.leaders.append((x0, x1, p.y, size))

    for text, style in [("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 1), ("Độc lập - Tự do - Hạnh phúc", 1)]:
        p.paragraph(text, size, style, indent=0, align="centre", kind="title")
    p.centred_rule(p.centre, p.y, 56 * MM)
    p.y += 10
    p.paragraph(c.r.choice(["ĐƠN ĐỀ NGHỊ", "TỜ KHAI", "PHIẾU ĐĂNG KÝ", "GIẤY ĐỀ NGHỊ"]) + " " + c.r.choice(["CẤP LẠI GIẤY TỜ", "HỖ TRỢ SẢN XUẤT", "XÁC NHẬN CƯ TRÚ", "THAY ĐỔI THÔNG TIN"]),
                14, 1, indent=0, align="centre", kind="title")
    p.paragraph(f"Kính gửi: {cap(c.office())}", size, indent=0, align="centre", kind="title", after=8)
    fields = [("Họ và tên", c.person), ("Ngày, tháng, năm sinh", c.date), ("Số định danh cá nhân", c.identity), ("Nơi thường trú", lambda: cap(c.address())), ("Điện thoại liên hệ", c.phone),
              ("Nghề nghiệp", lambda: c.pick(JOBS)), ("Tên cơ sở", lambda: c.place_name()), ("Mã số hồ sơ", c.code), ("Ngày cấp", c.date), ("Lý do đề nghị", lambda: c.item().rstrip(";.,")),
              ("Số tiền (đồng)", c.money), ("Người giám hộ", c.person), ("Địa chỉ thửa đất", lambda: cap(c.address())), ("Tên giấy tờ", lambda: c.pick(THING)), ("Quan hệ với chủ hộ", lambda: "con đẻ"),
              ("Nơi đăng ký khai sinh", c.place), ("Số tài khoản", lambda: str(c.r.randint(10**9, 10**10))), ("Dân tộc", lambda: c.r.choice(["Kinh", "Tày", "Nùng", "Thái", "Mường"]))]
    c.r.shuffle(fields)
    for n, (label, value) in enumerate(fields, 1):
        if p.y + 60 > p.bottom:
            break
        p.y += size * 1.65
        p.block("field")
        kind = c.r.random()
        label = f"{n}. {label}:"
        if kind < 0.45:
            x = p.text(label, p.left, p.y, size) + 4
            filling(x, p.right)
            if c.r.random() < 0.3:
                p.marks.append(("handwriting", x + 6, p.y - 2, max(40, min(p.right - x - 20, 150)), c.r.randint(1, 9999)))
        elif kind < 0.75:
            # Typed over the dotted line, as from a form program: the dots go on behind the value.
            rows = p.wrapped(f"{label} {value()}", p.right - p.left, size)
            for i, row in enumerate(rows):
                p.y += size * 1.65 if i else 0
                x = p.text(" ".join(t for t, *_ in row), p.left, p.y, size) + 3
            if x < p.right - 10:
                filling(x, p.right)
        else:
            # Two short fields on a line.
            middle = (p.left + p.right) / 2
            x = p.text(label, p.left, p.y, size) + 4
            if x < middle - 20:
                filling(x, middle - 6)
            else:
                middle = x + 12
            more = c.r.choice(["Giới tính:", "Số tờ:", "Quốc tịch:", "Tỉnh:", "Giờ:"])
            x = p.text(more, middle, p.y, size) + 4
            p.blocks[-1][1][-2:] = [p.blocks[-1][1][-2] + p.blocks[-1][1][-1]]
            filling(x, p.right)
    for label in c.r.sample(["Nhận trực tiếp tại bộ phận một cửa", "Nhận qua bưu chính công ích", "Nộp bổ sung sau", "Đề nghị giảm lệ phí"], 2):
        p.y += size * 1.5
        if p.y > p.bottom:
            break
        p.boxes.append((p.left + 8 * MM, p.y - 9.5, 10.5, c.r.random() < 0.5))
        p.block("tick")
        p.text(label, p.left + 8 * MM + 18, p.y, size)
    p.y += 6
    p.paragraph("Tôi xin cam đoan những lời khai trên là đúng sự thật và chịu trách nhiệm trước pháp luật.", size)


def dark_background(c, p):
    """White on dark bars, shaded boxes, tables with a dark head or grey rows."""
    size = c.r.choice([11.5, 12, 13])

    def bar(text, big, left, right):
        rows = p.wrapped(text, right - left - 16, big, 1)
        high = len(rows) * big * 1.3 + big * 0.7
        p.y += 6
        p.fills.append((left, p.y, right, p.y + high, c.r.randint(20, 90)))
        p.block("bar")
        for i, row in enumerate(rows):
            p.text(" ".join(t for t, *_ in row), left + 8, p.y + big * (1.3 + 1.3 * i), big, 1, ink=LIGHT)
        p.y += high + 8

    bar(c.pick(KINDS) + " " + c.pick(SUBJECTS).upper(), c.r.choice([15, 18, 20]), p.left - 10, p.right + 10)
    p.paragraph(c.paragraph(2), size)
    while p.y < p.bottom - 120:
        kind = c.r.randrange(3)
        if kind == 0:
            bar(f"{c.r.randint(1, 9)}. {c.pick(SECTIONS)}", c.r.choice([12, 13, 14]), p.left, p.right if c.r.random() < 0.6 else p.left + 300)
            p.paragraph(c.paragraph(2), size)
        elif kind == 1:
            table(c, p, 11, c.r.random() < 0.7, c.r.randint(4, 7), dark_head=c.r.random() < 0.6, shaded=c.r.random() < 0.6)
        else:
            # A grey box around a paragraph.
            top, at = p.y, len(p.fills)
            if not p.paragraph(c.paragraph(2), size, left=p.left + 10, right=p.right - 10, indent=0):
                break
            p.fills.insert(at, (p.left, top - 1, p.right, p.y + 2, c.r.choice([196, 208, 220])))
            p.y += 10

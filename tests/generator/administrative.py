#!/usr/bin/env python3
"""Scans of invented administrative papers and forms, with the fields that are printed on them.

    administrative.py OUT --seed 1 --count 144

Each paper is a PDF of page images and a JSON of the same name: `kind`, `scan` (its distortions), `fields` (name → value,
or a list of values for signers, or null where the paper leaves the field open and a reader must find nothing). Every sixth
paper is a form with labels; all others have the layout of Nghị định 30/2020: heads of one to four lines, types, letters
with V/v, subjects of one to five lines, one or two signers, seals over title and name, numbers with and without their zero,
left open, or filled in with another type. Papers with a seal are scanned in colour, as the rules ask for; others in grey as
well. The same seed gives the same papers; people, places and numbers are invented.
Rules that were tuned on papers of one seed are to be measured on another.
Needs tests/generator/requirements.txt and the fonts of Debian's fonts-croscore.
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
import json
import os
from pathlib import Path
import random
import unicodedata

import numpy as np

from clerk import Clerk, cap
from containers import image_pdf, saved
from kinds import fill
from layout import A4, MM
from rendering import draw, scan
from typeset import TestPage

TYPES = [("QUYẾT ĐỊNH", "QĐ"), ("THÔNG BÁO", "TB"), ("TỜ TRÌNH", "TTr"), ("BÁO CÁO", "BC"), ("KẾ HOẠCH", "KH"), ("CHỈ THỊ", "CT"), ("GIẤY MỜI", "GM"),
         ("HƯỚNG DẪN", "HD"), ("BIÊN BẢN", "BB"), ("GIẤY PHÉP", "GP"), ("PHƯƠNG ÁN", "PA"), ("NGHỊ QUYẾT", "NQ"), ("GIẤY XÁC NHẬN", "GXN"), ("QUY CHẾ", "QC")]
DEPARTMENTS = [("SỞ XÂY DỰNG", "SXD"), ("SỞ Y TẾ", "SYT"), ("SỞ TÀI CHÍNH", "STC"), ("SỞ CÔNG THƯƠNG", "SCT"), ("SỞ NỘI VỤ", "SNV"), ("SỞ TƯ PHÁP", "STP"),
               ("SỞ TÀI NGUYÊN|VÀ MÔI TRƯỜNG", "STNMT"), ("SỞ NÔNG NGHIỆP VÀ|PHÁT TRIỂN NÔNG THÔN", "SNNPTNT"), ("SỞ GIÁO DỤC VÀ ĐÀO TẠO", "SGDĐT"),
               ("SỞ LAO ĐỘNG, THƯƠNG BINH|VÀ XÃ HỘI", "SLĐTBXH"), ("SỞ KẾ HOẠCH VÀ ĐẦU TƯ", "SKHĐT")]
OFFICES = [("PHÒNG NỘI VỤ", "PNV"), ("PHÒNG TƯ PHÁP", "PTP"), ("PHÒNG TÀI CHÍNH - KẾ HOẠCH", "TCKH"), ("PHÒNG VĂN HÓA|VÀ THÔNG TIN", "VHTT"),
           ("THANH TRA HUYỆN", "TTr"), ("BAN QUẢN LÝ DỰ ÁN|ĐẦU TƯ XÂY DỰNG", "BQLDA"), ("VĂN PHÒNG", "VP"), ("HẠT KIỂM LÂM", "HKL")]
CENTRES = [("TRUNG TÂM PHỤC VỤ|HÀNH CHÍNH CÔNG", "TTPVHCC"), ("TRUNG TÂM KIỂM SOÁT|BỆNH TẬT", "KSBT"), ("CHI CỤC THỦY LỢI", "CCTL"),
           ("VĂN PHÒNG ĐĂNG KÝ|ĐẤT ĐAI", "VPĐKĐĐ"), ("TRƯỜNG TRUNG HỌC|PHỔ THÔNG YÊN PHƯỢNG", "THPT")]
UNITS = ["VP", "NC", "KT", "TH", "NV", "TNMT", "VX", "QLĐT"]
ABOUT = ["Về việc", "Về", "Kết quả", "Phê duyệt", "Về việc", "Ban hành", "Điều chỉnh", "Triển khai"]


class Paper:
    """Pages that follow each other, and the truth."""

    def __init__(self, clerk):
        self.c, self.pages, self.truth, self.sealed = clerk, [], {}, False
        self.size = clerk.r.choice([13, 13, 13.5, 14])
        self.turn_page()

    def turn_page(self):
        self.page = TestPage(y=20 * MM, family="Tinos")
        self.pages.append(self.page)
        if len(self.pages) > 1:
            self.page.block("page number")
            self.page.text(str(len(self.pages)), A4[0] / 2, 14 * MM, 13, align="centre")

    def body(self, pages):
        """Paragraphs, so that the last page keeps room for the foot."""
        p = self.page
        fill(self.c, p, self.size, until=p.bottom - self.c.r.uniform(160, 330) if pages == 1 else None)
        for n in range(1, pages):
            self.turn_page()
            last = n == pages - 1
            fill(self.c, self.page, self.size, until=self.page.y + self.c.r.uniform(60, 420) if last else None)


def issuer(c):
    """(body above or None, issuer, its abbreviation, place, level), `|` where a line ends."""
    r, x, y = c.r, c.place_name().upper(), c.place_name().upper()
    kind = r.randrange(9)
    place = cap(x.lower().title())
    if kind == 0:
        return None, f"ỦY BAN NHÂN DÂN|TỈNH {x}", "UBND", place, "committee"
    if kind in (1, 2):
        name, short = r.choice(DEPARTMENTS)
        return (f"UBND TỈNH {x}" if r.random() < 0.5 else f"ỦY BAN NHÂN DÂN|TỈNH {x}"), name, short, place, "department"
    if kind in (3, 4):
        parent = r.choice([f"ỦY BAN NHÂN DÂN|HUYỆN {y}", f"UBND HUYỆN {y}", f"HUYỆN {y}"])
        return parent, f"ỦY BAN NHÂN DÂN|{r.choice(['XÃ', 'PHƯỜNG', 'THỊ TRẤN'])} {x}", "UBND", place, "committee"
    if kind == 5:
        name, short = r.choice(OFFICES)
        return r.choice([f"UBND HUYỆN {y}", f"ỦY BAN NHÂN DÂN|HUYỆN {y}"]), name, short, place, "office"
    if kind == 6:
        name, short = r.choice(CENTRES)
        return r.choice(DEPARTMENTS)[0], name, short, place, "centre"
    if kind == 7:
        return None, f"HỘI ĐỒNG NHÂN DÂN|TỈNH {x}", "HĐND", place, "council"
    return None, r.choice(["THANH TRA TỈNH", "BAN QUẢN LÝ KHU KINH TẾ", "KHO BẠC NHÀ NƯỚC"]), r.choice(["TTT", "BQL", "KBNN"]), place, "office"


def head(paper, kind, code):
    """Both columns; number, date and V/v with what may be missing or filled in."""
    c, p, size, r, truth = paper.c, paper.page, paper.size, paper.c.r, paper.truth
    parent, body, short, place, level = issuer(c)
    left_x, right_x, y = p.left + 31 * MM, p.right - 45 * MM, p.y + 4
    p.block("head left")
    left_y = y
    for text, style in [(parent, 0), (body, 1)]:
        for part in (text or "").split("|"):
            for row in p.wrapped(part, 68 * MM, size - 1, style) if part else []:
                p.text(("**" if style else "") + " ".join(t for t, *_ in row), left_x, left_y, size - 1, 0, "centre")
                left_y += size * 1.18
    truth["parent_body"] = parent.replace("|", " ") if parent else None
    truth["issuer"] = body.replace("|", " ")
    p.centred_rule(left_x, left_y - size * 0.75, 22 * MM)
    left_y += size * 0.55
    symbol = f"{code}-{short}" if code else f"{short}-{r.choice(UNITS)}"
    number = r.choices([r.randint(1, 9), r.randint(10, 99), r.randint(100, 999), r.randint(1000, 4200)], (2, 4, 4, 1))[0]
    number = f"{number:02d}" if r.random() < 0.8 else str(number)
    state = r.choices(["printed", "open", "written", "stamped"], (80, 8, 6, 6))[0]
    truth["number"] = number if state in ("printed", "stamped") else None
    truth["symbol"] = symbol
    if state == "printed":
        statutory = code in ("QĐ", "NQ") and r.random() < 0.15
        year = "2024" if statutory else None
        if year:
            truth["number_year"] = year
        p.text(f"Số: {number}/{year + '/' if year else ''}{symbol}", left_x, left_y, size, 0, "centre")
    else:
        end = p.text(f"Số:", left_x - 26 * MM, left_y, size)
        start = end + 11 * MM
        p.text(f"/{symbol}", start, left_y, size)
        if state == "written":
            p.marks.append(("handwriting", end + 2, left_y, 11 * MM - 4, r.randint(1, 999)))
        if state == "stamped":
            p.text(f"**//{number}//**", (end + start) / 2, left_y + r.uniform(-2, 1), size * r.uniform(1.1, 1.3), 0, "centre")
    if code is None:
        truth["subject"] = about = about_text(c, r.randint(4, 15))
        left_y += size * 1.15
        for row in p.wrapped(f"V/v {about}", 66 * MM, size - 1.5):
            p.text(" ".join(t for t, *_ in row), left_x, left_y, size - 1.5, 0, "centre")
            left_y += size * 1.05
        left_y -= size * 1.05
    p.block("head right")
    p.text("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", right_x, y, size - 1.2, 1, "centre")
    end = p.text("Độc lập - Tự do - Hạnh phúc", right_x, y + size * 1.22, size, 1, "centre")
    p.centred_rule(right_x, y + size * 1.6, 2 * (end - right_x) - 8)
    day, month, year = r.randint(1, 28), r.randint(1, 12), r.randint(2016, 2025)
    padded = r.random() < 0.9
    d, m = (f"{day:02d}", f"{month:02d}" if month < 3 else str(month)) if padded else (str(day), str(month))
    open_day = r.random() < 0.05
    truth["date"] = None if open_day else f"{year}-{month:02d}-{day:02d}"
    text = f"{place}, ngày {d} tháng {m} năm {year}"
    date_y = y + size * r.uniform(2.9, 3.3)
    if open_day:
        before, after = f"{place}, ngày", f"tháng {m} năm {year}"
        end = p.text(before, right_x - 42 * MM, date_y, size, 2)
        p.text(after, end + 8 * MM, date_y, size, 2)
    else:
        p.text(text, right_x, date_y, size, 2, "centre")
    p.y = max(left_y, date_y) + 6
    if code is None and r.random() < 0.15:
        p.stamps.append(([r.choice(["HỎA TỐC", "KHẨN"])], p.left + 30 * MM, p.y + 34, 15, r.uniform(-12, 12), (206, 40, 50)))
    return level


def about_text(c, words):
    """So many words of what a paper may be about, in small letters."""
    text = []
    while len(text) < words:
        text += c.item().rstrip(";.").split() + ([] if len(text) < 6 else ["và"])
    text = text[:words]
    while text[-1].strip(",") in ("và", "của", "cho", "theo", "các", "để", "bằng", "-", "số", "có"):
        text.pop()
    text[0] = text[0][:1].lower() + text[0][1:]
    return " ".join(t[:1].lower() + t[1:] if i and text[i - 1] == "và" else t for i, t in enumerate(text)).strip(",")


def title(paper, kind):
    c, p, r, size = paper.c, paper.page, paper.c.r, paper.size + 0.5
    p.y += 8
    p.block("title")
    p.y += size * 1.3
    p.text(kind, p.centre, p.y, size, 1, "centre")
    subject = f"{r.choice(ABOUT)} {about_text(c, r.choice([5, 8, 12, 16, 24, 34]))}"
    rows = p.wrapped(subject, (p.right - p.left) * r.uniform(0.72, 0.96), size - 0.5, 1)[:5]
    for row in rows:
        p.y += size * 1.22
        p.text("**" + " ".join(t for t, *_ in row) + "**", p.centre, p.y, size - 0.5, 0, "centre")
    paper.truth["subject"] = " ".join(t for row in rows for t, *_ in row)
    p.centred_rule(p.centre, p.y + 6, 32 * MM)
    p.y += 16
    if kind == "QUYẾT ĐỊNH" and r.random() < 0.6:
        p.y += 16
        p.text(r.choice(["CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH", "GIÁM ĐỐC SỞ", "ỦY BAN NHÂN DÂN"]), p.centre, p.y, size - 0.5, 1, "centre")
        p.y += 6
        for _ in range(2):
            p.paragraph(f"//Căn cứ {c.pick(['quy chế làm việc hiện hành', 'biên bản họp liên ngành', 'kết quả thẩm định'])} {c.long_date()};//", paper.size)
        p.y += 18
        p.text("QUYẾT ĐỊNH:", p.centre, p.y, size, 1, "centre")
        p.y += 6
    elif kind in ("TỜ TRÌNH", "BÁO CÁO") and r.random() < 0.6:
        p.y += 14
        p.text(f"Kính gửi: {cap(c.office())}", p.centre, p.y, paper.size, 0, "centre")
        p.y += 8


AUTHORITIES = {
    "committee": [["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"], ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"], ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"], ["CHỦ TỊCH"],
                  ["TL. CHỦ TỊCH", "CHÁNH VĂN PHÒNG"], ["TUQ. CHỦ TỊCH", "CHÁNH VĂN PHÒNG"], ["TL. CHỦ TỊCH", "KT. CHÁNH VĂN PHÒNG", "PHÓ CHÁNH VĂN PHÒNG"]],
    "department": [["GIÁM ĐỐC"], ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"], ["Q. GIÁM ĐỐC"], ["TL. GIÁM ĐỐC", "CHÁNH VĂN PHÒNG"]],
    "office": [["TRƯỞNG PHÒNG"], ["KT. TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG"], ["TRƯỞNG BAN"]],
    "centre": [["GIÁM ĐỐC"], ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"]],
    "council": [["TM. HỘI ĐỒNG NHÂN DÂN", "CHỦ TỊCH"], ["CHỦ TỊCH"]],
}
DOUBLE = [(["THƯ KÝ"], ["CHỦ TRÌ"]), (["KẾ TOÁN TRƯỞNG"], ["GIÁM ĐỐC"]), (["ĐẠI DIỆN BÊN A"], ["ĐẠI DIỆN BÊN B"]),
          (["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"], ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"])]


def foot(paper, level, double):
    c, p, r, size = paper.c, paper.page, paper.c.r, paper.size
    y, right_x, left_x = p.y + 22, p.right - r.uniform(34, 40) * MM, p.left + 36 * MM
    columns = [(right_x, r.choice(AUTHORITIES[level]))]
    if double:
        left, right = r.choice(DOUBLE)
        columns = [(left_x, left), (right_x, right)]
        y += 10
    else:
        p.block("foot left")
        p.text("Nơi nhận:", p.left, y, size - 1, 3)
        for i in range(r.randint(3, 7)):
            who = r.choice(["Như trên", "Lưu: VT, TH", cap(c.office()), "Thường trực Đảng ủy (b/c)", f"UBND {c.place()}"])
            p.text(f"- {who};" if len(who) <= 34 else f"- {who[:34].rsplit(' ', 1)[0]};", p.left, y + 13 + i * 12.5, size - 2)
    names, titles = [], []
    for x, lines in columns:
        name, seed = c.person(), r.randint(1, 999)
        p.block("foot right")
        for i, text in enumerate(lines):
            p.text(text, x, y + i * size * 1.18, size, 1, "centre")
        space = r.uniform(24, 34) * MM
        name_y = y + (len(lines) - 1) * size * 1.18 + space
        middle = name_y - space / 2
        p.marks.append(("signature", x + r.uniform(-4, 12), middle + r.uniform(-8, 4), 42 * MM, 16 * MM, seed))
        if r.random() < 0.75 and x == right_x:
            paper.sealed = True
            p.marks.append(("seal", x - r.uniform(8, 17) * MM, middle + r.uniform(-8, 8), r.uniform(16, 18) * MM, seed))
        p.text(name, x, name_y, size, 1, "centre")
        names.append(name)
        titles.append(" ".join(lines))
    paper.truth["signer_name"], paper.truth["signer_title"] = names, titles
    paper.truth["seal"] = "true" if paper.sealed else None
    p.y = name_y + 10


def administrative(c):
    paper, r = Paper(c), c.r
    kind, code = ("CÔNG VĂN", None) if r.random() < 0.25 else r.choice(TYPES)
    paper.truth["document_type"] = kind
    level = head(paper, kind, code)
    if code:
        title(paper, kind)
    else:
        p = paper.page
        p.y += 24
        p.block("to")
        p.text(f"Kính gửi: {cap(c.office())}", p.left + 40 * MM, p.y, paper.size)
        p.y += 8
    pages = r.choices([1, 2, 3], (6, 3, 1))[0]
    paper.body(pages)
    foot(paper, level, r.random() < 0.12)
    paper.truth["page_count"] = str(len(paper.pages))
    return "administrative", paper


def form(c):
    """Đơn: labels and typed values."""
    paper, r = Paper(c), c.r
    p, size, truth = paper.page, paper.size, paper.truth
    for text, s in [("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", size - 1), ("Độc lập - Tự do - Hạnh phúc", size)]:
        p.block("head")
        p.y += size * 1.3
        p.text(text, p.centre, p.y, s, 1, "centre")
    p.y += 26
    kind = r.choice(["ĐƠN ĐỀ NGHỊ", "ĐƠN ĐĂNG KÝ", "TỜ KHAI"])
    rest = r.choice(["CẤP PHÉP SỬA CHỮA NHÀ Ở", "BIẾN ĐỘNG ĐẤT ĐAI", "CẤP ĐỔI GIẤY CHỨNG NHẬN", "LỆ PHÍ TRƯỚC BẠ NHÀ, ĐẤT"])
    p.block("title")
    p.text(f"{kind} {rest}", p.centre, p.y, size + 1, 1, "centre")
    truth["document_type"], truth["subject"] = kind, rest
    p.y += 18
    p.text(f"Kính gửi: {cap(c.office())}", p.centre, p.y, size, 0, "centre")
    p.y += 12
    female, year = r.random() < 0.5, r.randint(1950, 2006)
    month, day = r.randint(1, 12), r.randint(1, 28)
    century = (0 if year < 2000 else 2) + female
    identity = f"{r.randint(1, 96):03d}{century}{year % 100:02d}{r.randint(0, 999999):06d}"
    phone = r.choice(["0{}{} {:03d} {:03d}", "0{}{}.{:03d}.{:03d}", "0{}{}{:03d}{:03d}"]).format(r.choice("35789"), r.randint(10, 99), r.randint(0, 999), r.randint(0, 999))
    truth.update(person_name=c.person(), birth_date=f"{year}-{month:02d}-{day:02d}", person_id=identity, phone=phone, address=c.address(),
                 land_plot=str(r.randint(1, 900)), map_sheet=str(r.randint(1, 80)))
    rows = [[(r.choice(["Họ và tên:", "Họ và tên chủ hộ:"]), truth["person_name"])], [("Ngày sinh:", f"{day:02d}/{month:02d}/{year}")],
            [(r.choice(["Số định danh cá nhân:", "Số CCCD:", "Số căn cước:"]), identity)], [("Nơi thường trú:", truth["address"])],
            [(r.choice(["Số điện thoại:", "Điện thoại:"]), phone)], [("Thửa đất số:", truth["land_plot"] + ","), ("tờ bản đồ số", truth["map_sheet"])]]
    for n, row in enumerate(rows, 1):
        p.block("row")
        p.y += size * 1.6
        text = " ".join(f"{label} {value}" for label, value in row)
        p.text(f"{n}. {text}", p.left, p.y, size)
    p.y += 10
    paper.body(1)
    foot_form(paper)
    truth["page_count"] = "1"
    return "form", paper


def foot_form(paper):
    c, p, r, size = paper.c, paper.page, paper.c.r, paper.size
    x, y = p.right - 38 * MM, p.y + 26
    day, month, year = r.randint(1, 28), r.randint(1, 12), r.randint(2016, 2025)
    p.block("foot right")
    p.text(f"{c.place_name()}, ngày {day:02d} tháng {month:02d} năm {year}", x, y, size, 2, "centre")
    lines = r.choice([["NGƯỜI LÀM ĐƠN"], ["NGƯỜI KHAI"], ["NGƯỜI ĐỀ NGHỊ"]])
    p.text(lines[0], x, y + size * 1.4, size, 1, "centre")
    p.marks.append(("signature", x, y + 52, 40 * MM, 15 * MM, r.randint(1, 999)))
    p.text(paper.truth["person_name"], x, y + 92, size, 1, "centre")
    paper.truth.update(date=f"{year}-{month:02d}-{day:02d}", signer_name=[paper.truth["person_name"]], signer_title=lines)


def make(out, seed, number):
    r = random.Random(f"administrative/{seed}/{number}")
    c = Clerk(r.random())
    kind, paper = form(c) if number % 6 == 0 else administrative(c)
    dpi = r.choice([200, 300, 300])
    colour = paper.sealed or r.random() < 0.4
    settings = {"dpi": dpi, "colour": colour, "ink": r.randint(15, 60), "copied": r.randint(130, 170) if r.random() < 0.15 else None, "blur": round(r.uniform(0.2, 0.8) * dpi / 300, 2),
                "noise": round(r.uniform(1, 8), 1), "shade": round(r.choice([0, 0, r.uniform(0.05, 0.2)]), 2), "specks": r.choice([0, 0, 5, 20]), "jpeg": r.randint(60, 85)}
    pages = []
    for page in paper.pages:
        image = draw(page, dpi, settings["ink"], settings["copied"])
        if not colour:
            image = image.convert("L")
        skew = round(r.choice([0, r.uniform(-1, 1), r.uniform(-3, 3)]), 2)
        white = [r.randint(238, 254)] * 3
        image = scan(image, np.random.default_rng(r.getrandbits(63)), skew, settings["blur"], settings["noise"], settings["shade"], white, settings["specks"], r.random() < 0.5)
        pages.append({"image": image, "dpi": dpi, "quality": settings["jpeg"]})
        settings.setdefault("skew", []).append(skew)
    name = f"{number:04d}-{kind}"
    (out / f"{name}.pdf").write_bytes(saved(image_pdf(pages)))
    nfc = json.loads(unicodedata.normalize("NFC", json.dumps(paper.truth, ensure_ascii=False)))
    truth = {"file": f"{name}.pdf", "kind": kind, "scan": settings, "fields": nfc}
    (out / f"{name}.json").write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--seed", type=int, required=True)
    arguments.add_argument("--count", type=int, required=True)
    a = arguments.parse_args()
    a.out.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        for job in [pool.submit(make, a.out, a.seed, n + 1) for n in range(a.count)]:
            job.result()


if __name__ == "__main__":
    main()

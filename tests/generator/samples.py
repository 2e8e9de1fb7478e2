#!/usr/bin/env python3
"""Makes everything in `samples/`: scans of invented papers, what is printed on them, and the register that expects them.

    sh config/setup.sh samples                              # fonts, and .venv with tests/generator/requirements.txt
    .venv/bin/python tests/generator/samples.py             # into samples/
    .venv/bin/python tests/generator/samples.py /tmp/new    # elsewhere, to compare

Fonts: Debian's fonts-croscore (Tinos and Arimo, which have every Vietnamese letter). Nothing is random but by fixed
seeds: running it again gives the same files. People, places, offices and numbers are invented.
"""

from datetime import datetime
import io
import json
from pathlib import Path
import sys
import tempfile
import unicodedata

from PIL import Image

import papers
from containers import image_pdf, jpeg, saved, tiff, vector_pdf
from listing import write_listing, write_register
from raster import draw, seal_mask, word_boxes
from scanner import back_of, bitonal, scanned, turned, with_shine_through_seal
from signing import sign, stamp


def grey(image):
    return image.convert("L")


def few_greys(image):
    """Sixteen shades: what a scanner's grey mode with background removal leaves."""
    return image.convert("L").point(lambda v: min(255, round(v / 17) * 17))


def boxes(sheets, dpi, skew=0.0):
    return [{"page": n, "text": w["text"], "box": w["box"], "dpi": dpi}
            for n, s in enumerate(sheets, 1) for w in word_boxes(s, dpi, skew)]


def image_bytes(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


# Each recipe returns (bytes, sheets in the order of pages, word boxes or None).

def application_colour_and_g4():
    sheets = papers.application(7, pages=3)
    colour = scanned(draw(sheets[0], 300), 71, skew=0.4, noise=2.0)
    pages = [{"image": colour, "dpi": 300, "quality": 68}]
    for i, s in enumerate(sheets[1:]):
        pages.append({"image": bitonal(turned(draw(s, 300), -0.3), seed=72 + i, specks=40, roughness=20), "dpi": 300, "codec": "g4"})
    return saved(image_pdf(pages)), sheets, None


def authorisation_photo_light():
    sheets = papers.authorisation(8)
    page = scanned(draw(sheets[0], 300), 81, skew=1.7, noise=2.6, shade=0.30)
    return jpeg(page, 300, 62), sheets, boxes(sheets, 300, 1.7)


def permit_signed(tmp):
    sheets = papers.permit(9)
    pages = [{"image": scanned(draw(s, 300), 90 + i, skew=(0.5, -0.4)[i], noise=1.8), "dpi": 300, "quality": 64} for i, s in enumerate(sheets)]
    data = saved(image_pdf(pages, "Scan_20230614_0162"))
    mask = seal_mask(90, "VĂN THƯ • SAO Y • ", 5)
    emblem = Image.composite(Image.new("RGB", mask.size, (30, 70, 170)), Image.new("RGB", mask.size, "white"), mask)
    red = Image.composite(Image.new("RGB", mask.size, (210, 30, 40)), Image.new("RGB", mask.size, "white"), mask)
    w, h = 595.2, 841.8
    data = sign(data, (12, h - 56, 202, h - 8), stamp(["Người ký: Giáp Thị Thoan", "Đơn vị: Bộ phận một cửa", "Bản quét từ bản giấy",
                                                      "15.06.2023 08:12:40 +07:00"], emblem),
                "Giáp Thị Thoan", "Bộ phận một cửa huyện Phú Lộc Hạ", datetime(2023, 6, 15, 8, 12, 40), 1, tmp)
    data = sign(data, (w - 202, h - 56, w - 12, h - 8), stamp(["Sao y bản chính", "Cơ quan: UBND huyện Phú Lộc Hạ",
                                                              "2023-06-15T09:30:05+07:00"], red),
                "Ủy ban nhân dân huyện Phú Lộc Hạ", "Tỉnh An Bình", datetime(2023, 6, 15, 9, 30, 5), 2, tmp)
    return data, sheets, None


def report_g4_tiff():
    sheets = papers.report(5, 6, sealed=None)
    return tiff([bitonal(draw(s, 300)) for s in sheets], 300, "group4"), sheets, boxes(sheets, 300)


def table_sideways():
    sheets = papers.table(2)
    page = few_greys(draw(sheets[0], 300)).rotate(90, expand=True)
    return image_bytes(page.quantize(16), "PNG", dpi=(300, 300), optimize=True), sheets, None


def decision_born_digital():
    sheets = papers.decision(3, 4, sealed=None)
    return saved(vector_pdf(sheets, "Quyết định phê duyệt kế hoạch tiếp nhận giấy tờ")), sheets, boxes(sheets, 300)


def letter_lzw():
    sheets = papers.official_letter(14, 2)
    return tiff([few_greys(turned(draw(s, 200), d)) for s, d in zip(sheets, (-0.8, 0.6))], 200, "tiff_lzw"), sheets, None


def letter_english_webp():
    sheets = papers.english_letter(1)
    return image_bytes(scanned(draw(sheets[0], 200), 11, skew=-0.6, noise=1.5), "WEBP", quality=72, method=4), sheets, None


def report_specks():
    sheets = papers.report(15, 4, place="Phú Lộc Hạ")
    pages = []
    for i, s in enumerate(sheets):
        page = turned(draw(s, 300), (-2.4, 1.1, 0.5, -3.0)[i])
        if i == 1:
            page = page.rotate(180)
        pages.append({"image": bitonal(page, seed=150 + i, specks=420, roughness=34), "dpi": 300, "codec": "g4"})
    return saved(image_pdf(pages)), sheets, None


def application_two_sided():
    front = papers.application(12, pages=1)[:1] + papers.notice(16)
    (signature,) = papers.only_signature(4)
    images = [draw(s, 200) for s in front]
    back = back_of(images[1], 121)
    scans = [scanned(images[0], 122, skew=-1.2), back_of(images[0], 123, 0.08), scanned(images[1], 124, skew=0.8), back,
             with_shine_through_seal(scanned(draw(signature, 200), 125), 560, 1500, 140, 126)]
    blank = papers.Sheet()
    pages = [{"image": i, "dpi": 200, "quality": 70} for i in scans]
    return saved(image_pdf(pages)), [front[0], blank, front[1], blank, signature], None


def mixed():
    text, scan = papers.notice(26, sealed=False), papers.official_letter(24)
    pdf = vector_pdf(text, "Thông báo và công văn kèm theo")
    image_pdf([{"image": scanned(grey(draw(scan[0], 300)), 241, skew=0.7, noise=2.0), "dpi": 300, "quality": 60}], into=pdf)
    return saved(pdf), text + scan, None


def form_fields():
    sheets = papers.form_with_fields(2)
    return saved(vector_pdf(sheets, "Tờ khai sử dụng đất")), sheets, None


def notice_rotated():
    sheets = papers.decision(33, 3, numbered="58")
    pages = [{"image": scanned(grey(draw(s, 200)), 330 + i, skew=(0.9, -0.5, 0.2)[i], noise=2.2), "dpi": 200, "quality": 66, "rotate": (90, 270, 90)[i]}
             for i, s in enumerate(sheets)]
    return saved(image_pdf(pages)), sheets, None


def receipts_a5():
    first, second = papers.receipt(3), papers.receipt(23, "PHIẾU HẸN TRẢ KẾT QUẢ")
    pages = [{"image": scanned(grey(draw(first[0], 300)), 31, skew=-0.7), "dpi": 300, "quality": 64, "origin": (-20, -30)},
             {"image": bitonal(draw(second[0], 300)), "dpi": 300, "codec": "g4", "origin": (36.5, 12)}]
    return saved(image_pdf(pages)), first + second, None


def receipt_bmp():
    sheets = papers.receipt(13)
    return image_bytes(bitonal(turned(draw(sheets[0], 200), 0.6), seed=131, specks=30), "BMP", dpi=(200, 200)), sheets, None


def application_no_dpi():
    sheets = papers.application(17, typed=True, pages=2)[:1]
    return jpeg(scanned(grey(draw(sheets[0], 300)), 171, skew=-1.5, noise=5, blur=0.8), None, 32), sheets, None


def decision_jpeg_tiff():
    sheets = papers.decision(43, 2, numbered="63")
    pages = [scanned(draw(s, 200), 430 + i, skew=(1.3, -0.6)[i], noise=2.2, shade=0.15) for i, s in enumerate(sheets)]
    return tiff(pages, 200, "jpeg", quality=72), sheets, None


def notice_deflate():
    sheets = papers.notice(36)
    return tiff([few_greys(draw(s, 200)) for s in sheets], 200, "tiff_adobe_deflate"), sheets, None


def report_clean_jpeg():
    sheets = papers.report(26, 3, sealed=None)
    pages = [{"image": grey(draw(s, 300)), "dpi": 300, "quality": 70} for s in sheets]
    return saved(image_pdf(pages)), sheets, boxes(sheets, 300)


def letter_clean_png():
    sheets = papers.official_letter(34, sealed=None)
    return image_bytes(few_greys(draw(sheets[0], 300)).quantize(16), "PNG", dpi=(300, 300), optimize=True), sheets, boxes(sheets, 300)


def decision_clean_g4():
    sheets = papers.decision(53, 6, sealed=None, numbered="71")
    return saved(image_pdf([{"image": bitonal(draw(s, 300)), "dpi": 300, "codec": "g4"} for s in sheets])), sheets, boxes(sheets, 300)


# (file, recipe, clean, what it is, what it is for)
SAMPLES = [
    ("H41.20-230615-0001_TP01_don-de-nghi.pdf", application_colour_and_g4, False, "Application form, dotted lines and tick boxes filled in by hand",
     "Image-only PDF, JPEG and G4 pages mixed, 300 dpi"),
    ("H41.20-230615-0001_TP02_giay-uy-quyen.jpg", authorisation_photo_light, False, "Authorisation with a red seal over the text",
     "Colour JPEG 300 dpi, 1.7° askew, uneven light"),
    ("H41.20-230615-0001_KQ_giay-phep.pdf", permit_signed, False, "Permit (result)",
     "Signed scan: two PKCS#7 signatures whose stamps are the only text on the page"),
    ("000.20.41.H41-230615-0002_TP01_bao-cao.tif", report_g4_tiff, True, "Report of six pages", "Multi-page G4 TIFF, 300 dpi, clean"),
    ("000.20.41.H41-230615-0002_TP02_bang-ke.png", table_sideways, False, "Table of papers handed over", "PNG with palette, the page lies sideways"),
    ("000.20.41.H41-230615-0002_KQ_quyet-dinh.pdf", decision_born_digital, True, "Decision of four pages (result)", "Born-digital PDF, embedded subset fonts"),
    ("H41.31.5-230616-0003_TP01_cong-van.tif", letter_lzw, False, "Official letter with V/v, seal and signature", "Multi-page TIFF LZW, grey, 200 dpi"),
    ("H41.31.5-230616-0003_TP02_english-letter.webp", letter_english_webp, False, "Letter in English", "WebP without resolution (200 dpi), colour"),
    ("H41.31.5-230616-0003_TP03_bao-cao.pdf", report_specks, False, "Report of four pages", "Bitonal scan with specks, up to 3° askew, page 2 upside down"),
    ("H41.20-230616-0004_TP01_don-hai-mat.pdf", application_two_sided, False, "Form and notice scanned on both sides, a side with only a signature",
     "Blank backs with shine-through of text and seal; a signature alone is not blank; 200 dpi"),
    ("H41.20-230616-0004_TP02_thong-bao-va-cong-van.pdf", mixed, False, "Notice, and a letter behind it", "Mixed PDF: one page of text, one scanned page"),
    ("H41.20-230616-0004_TP03_to-khai.pdf", form_fields, False, "Declaration with filled-in fields", "PDF with AcroForm text fields and their appearances"),
    ("H41.20-230616-0004_KQ_quyet-dinh.pdf", notice_rotated, False, "Decision of three pages (result)", "Image-only PDF, /Rotate 90 and 270, 200 dpi"),
    ("000.20.41.H41-230619-0005_TP01_bien-nhan.pdf", receipts_a5, False, "Receipt and appointment slip", "A5 pages, media boxes with negative and odd origin"),
    ("000.20.41.H41-230619-0005_TP02_phieu.bmp", receipt_bmp, False, "Receipt", "BMP, one bit a pixel, A5, 200 dpi"),
    ("000.20.41.H41-230619-0005_TP03_don.jpg", application_no_dpi, False, "Application form, typed", "Grey JPEG without dpi, strong artefacts and noise"),
    ("000.20.41.H41-230619-0005_TP04_thong-bao.tiff", notice_deflate, False, "Notice with seal", "TIFF deflate, grey, 200 dpi"),
    ("000.20.41.H41-230619-0005_KQ_quyet-dinh.tif", decision_jpeg_tiff, False, "Decision of two pages (result)", "Multi-page TIFF JPEG, colour, 200 dpi, uneven light"),
    ("H41.20-230619-0006_TP01_bao-cao.pdf", report_clean_jpeg, True, "Report of three pages", "Image-only PDF, grey JPEG, 300 dpi, clean"),
    ("H41.20-230619-0006_TP02_cong-van.png", letter_clean_png, True, "Official letter", "PNG 300 dpi, clean"),
    ("H41.20-230619-0006_KQ_quyet-dinh.pdf", decision_clean_g4, True, "Decision of six pages (result)", "Image-only PDF, G4, 300 dpi, clean"),
]


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    with tempfile.TemporaryDirectory() as tmp:
        for name, recipe, clean, what, purpose in SAMPLES:
            data, sheets, words = recipe(Path(tmp)) if recipe is permit_signed else recipe()
            target = folder / name
            target.write_bytes(data)
            text = "\f".join("\n".join(s.truth) + "\n" if s.truth else "" for s in sheets)
            target.with_name(target.stem + ".txt").write_text(unicodedata.normalize("NFC", text), encoding="utf-8")
            if words:
                lines = ",\n".join(json.dumps(w, ensure_ascii=False) for w in words)
                target.with_name(target.stem + ".words.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
            rows.append((name, len(sheets), clean, what, purpose, bool(words)))
            print(f"{len(data) / 1e3:8.0f} kB  {len(sheets)} pages  {name}", flush=True)
    write_register(folder / "register.csv", SAMPLES)
    write_listing(folder / "README.md", rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "samples")

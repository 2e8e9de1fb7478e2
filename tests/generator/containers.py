"""Puts pages into files: PDF of images, PDF of vector text, TIFF. Same input, same bytes."""

import io

import pikepdf
from PIL import Image, TiffImagePlugin
from pikepdf import Array, Dictionary, Name
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from layout import FONTS, font_path


def jpeg(image, dpi=None, quality=75, **more):
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, **({"dpi": (dpi, dpi)} if dpi else {}), **more)
    return out.getvalue()


def tiff(images, dpi, compression, **tags):
    """Multi-page TIFF; Group 4 with the usual "white is zero"."""
    out = io.BytesIO()
    options = {"format": "TIFF", "compression": compression, "dpi": (dpi, dpi), **tags}
    if compression == "group4":
        options["tiffinfo"] = {262: 0}
    images[0].save(out, save_all=True, append_images=images[1:], **options)
    return out.getvalue()


def group4(image):
    """The bare Group 4 stream of a bitonal image, one strip."""
    info = TiffImagePlugin.ImageFileDirectory_v2()
    info[278] = image.height
    info[262] = 0
    out = io.BytesIO()
    image.save(out, "TIFF", compression="group4", tiffinfo=info)
    with Image.open(io.BytesIO(out.getvalue())) as t:
        (offset,), (length,) = t.tag_v2[273], t.tag_v2[279]
    return out.getvalue()[offset:offset + length]


def image_pdf(pages, title="", into=None):
    """PDF whose pages are one image each. A page: dict(image, dpi, codec "jpeg" | "g4", quality, rotate, origin).

    `rotate`: the value of /Rotate; the image is stored turned back by as much. `origin`: lower left corner of the
    media box, pt. `into`: a PDF to append to.
    """
    pdf = into or pikepdf.new()
    for page in pages:
        image, dpi, rotate = page["image"], page["dpi"], page.get("rotate", 0)
        if rotate:
            image = image.rotate(rotate, expand=True)
        w, h = (round(v * 72 / dpi, 2) for v in image.size)
        x, y = page.get("origin", (0, 0))
        if page.get("codec", "jpeg") == "g4":
            stream = pikepdf.Stream(pdf, group4(image))
            stream.update(Dictionary(ColorSpace=Name.DeviceGray, BitsPerComponent=1, Filter=Name.CCITTFaxDecode,
                                     DecodeParms=Dictionary(K=-1, Columns=image.width, Rows=image.height)))
        else:
            stream = pikepdf.Stream(pdf, jpeg(image, dpi, page.get("quality", 75)))
            space = Name.DeviceGray if image.mode == "L" else Name.DeviceRGB
            stream.update(Dictionary(ColorSpace=space, BitsPerComponent=8, Filter=Name.DCTDecode))
        stream.update(Dictionary(Type=Name.XObject, Subtype=Name.Image, Width=image.width, Height=image.height))
        body = Dictionary(Type=Name.Page, MediaBox=Array([x, y, x + w, y + h]),
                          Resources=Dictionary(XObject=Dictionary(Im0=pdf.make_indirect(stream))),
                          Contents=pdf.make_stream(f"q {w} 0 0 {h} {x} {y} cm /Im0 Do Q".encode()))
        if rotate:
            body.Rotate = rotate
        pdf.pages.append(pikepdf.Page(body))
    if title:
        pdf.docinfo = pdf.make_indirect(Dictionary(Title=pikepdf.String(title), Producer=pikepdf.String("Scan An Binh 2.1")))
    return pdf


def saved(pdf):
    out = io.BytesIO()
    pdf.save(out, min_version="1.4", deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def vector_pdf(sheets, title):
    """PDF with the sheets as text in embedded subset fonts; form fields become an interactive form."""
    for face in FONTS:
        if face not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(face, font_path(face)))
    out = io.BytesIO()
    c = Canvas(out, pagesize=sheets[0].size, invariant=1, pageCompression=1, lang="vi", initialFontName="regular")
    c.setTitle(title)
    for number, sheet in enumerate(sheets):
        w, h = sheet.size
        c.setPageSize(sheet.size)
        for x0, y0, x1, y1, thick in sheet.rules:
            c.setLineWidth(thick)
            c.line(x0, h - y0, x1, h - y1)
        for i, word in enumerate(sheet.words):
            following = sheet.words[i + 1] if i + 1 < len(sheet.words) else None
            space = " " if following and following.y == word.y and following.x > word.x else ""
            c.setFont(word.face, word.size)
            c.drawString(word.x, h - word.y, word.text + space)
        for name, x, y, fw, fh, value in sheet.fields:
            c.beginForm(f"{name}@{number}", 0, 0, fw, fh)
            c.setFont("regular", 13)
            c.drawString(2, 5, value)
            c.endForm()
        c.showPage()
    c.save()
    pdf = pikepdf.open(io.BytesIO(out.getvalue()))
    if any(s.fields for s in sheets):
        _add_fields(pdf, sheets)
    return pdf


def _add_fields(pdf, sheets):
    """Text fields whose appearances are the forms that were drawn for them, in the order of drawing."""
    looks = iter([o for o in pdf.objects if isinstance(o, pikepdf.Stream) and o.get("/Subtype") == Name.Form])
    fields = Array()
    for number, sheet in enumerate(sheets):
        page, h = pdf.pages[number], sheet.size[1]
        for name, x, y, w, fh, value in sheet.fields:
            field = pdf.make_indirect(Dictionary(
                Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=pikepdf.String(name), V=pikepdf.String(value), F=4,
                Rect=Array([round(v, 2) for v in (x, h - y - fh, x + w, h - y)]), P=page.obj, AP=Dictionary(N=next(looks)),
                DA=pikepdf.String("/Helv 13 Tf 0 g")))
            fields.append(field)
        if sheet.fields:
            page.obj.Annots = Array([f for f in fields if f.P.objgen == page.obj.objgen])
    helv = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding))
    pdf.Root.AcroForm = pdf.make_indirect(Dictionary(Fields=fields, DR=Dictionary(Font=Dictionary(Helv=helv))))

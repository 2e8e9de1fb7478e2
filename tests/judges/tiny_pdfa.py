#!/usr/bin/env python3
"""Writes one-page PDFs for the self-test of the PDF/A judge: one that conforms to PDF/A-2u, two that do not."""

from pathlib import Path
import sys

XMP = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" pdfaid:part="2" pdfaid:conformance="U"/>
</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def pdf(metadata=True, javascript=False):
    catalog = "<< /Type /Catalog /Pages 2 0 R"
    catalog += " /Metadata 5 0 R" if metadata else ""
    catalog += " /OpenAction << /S /JavaScript /JS (app.beep()) >>" if javascript else ""
    content = "0 0 m 10 10 l W n"
    bodies = [
        catalog + " >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Resources << >> /Contents 4 0 R >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        f"<< /Type /Metadata /Subtype /XML /Length {len(XMP)} >>\nstream\n{XMP}\nendstream",
    ]
    out, offsets = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    start = len(out)
    out += f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{o:010d} 00000 n \n".encode() for o in offsets)
    identifier = "<0123456789abcdef0123456789abcdef>"
    out += f"trailer\n<< /Size {len(bodies) + 1} /Root 1 0 R /ID [{identifier} {identifier}] >>\nstartxref\n{start}\n%%EOF\n".encode()
    return out


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    (folder / "good.pdf").write_bytes(pdf())
    (folder / "no-metadata.pdf").write_bytes(pdf(metadata=False))
    (folder / "javascript.pdf").write_bytes(pdf(javascript=True))

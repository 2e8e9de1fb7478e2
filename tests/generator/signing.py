"""Signs a PDF twice, as the operator and as the agency, with keys that belong to nobody. Same input, same bytes."""

from datetime import datetime, timedelta, timezone
import hashlib
import io
import itertools
import random
from unittest import mock
import uuid

from asn1crypto import keys, x509
from cryptography import x509 as cx509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from pikepdf import Dictionary
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils import generic
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner, fields
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from containers import image_pdf, vector_pdf
from layout import Sheet

VIETNAM = timezone(timedelta(hours=7))


def _prime(rng, bits):
    while True:
        n = rng.getrandbits(bits) | (3 << (bits - 2)) | 1
        if all(n % p for p in (3, 5, 7, 11, 13, 17, 19, 23)) and all(pow(a, n - 1, n) == 1 for a in (2, 3, 5, 7)) and n % 65537 != 1:
            return n


def throw_away_key(seed):
    """An RSA key made from a seed: protects nothing, but comes out the same each time."""
    rng = random.Random(f"throw-away key {seed}")
    p, q = _prime(rng, 1024), _prime(rng, 1024)
    d = pow(65537, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(65537, p * q)
    return rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public).private_key()


def _signer(name, organisation, seed):
    key = throw_away_key(seed)
    subject = cx509.Name([cx509.NameAttribute(NameOID.COUNTRY_NAME, "VN"), cx509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
                          cx509.NameAttribute(NameOID.COMMON_NAME, name)])
    cert = (cx509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key()).serial_number(7000 + seed)
            .not_valid_before(datetime(2023, 1, 1)).not_valid_after(datetime(2043, 1, 1))
            .add_extension(cx509.KeyUsage(True, True, False, False, False, False, False, False, False), True).sign(key, hashes.SHA256()))
    encoded = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return SimpleSigner(signing_cert=x509.Certificate.load(cert.public_bytes(serialization.Encoding.DER)),
                        signing_key=keys.PrivateKeyInfo.load(encoded), cert_registry=SimpleCertificateStore())


def stamp(lines, emblem):
    """A one-page PDF with the emblem left and the lines of text right of it, as signing programs draw it."""
    sheet = Sheet((190, 48))
    for i, text in enumerate(lines):
        sheet.line(text, 52, 11 + i * 11, "regular", 8.5)
    pdf = vector_pdf([sheet], "")
    picture = image_pdf([{"image": emblem, "dpi": 300, "quality": 85}])
    page = pdf.pages[0]
    page.obj.Resources.XObject = Dictionary(Emblem=pdf.copy_foreign(picture.pages[0].obj.Resources.XObject.Im0))
    page.contents_add(b"q 44 0 0 44 2 2 cm /Emblem Do Q")
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True)
    return out.getvalue()


def sign(pdf_bytes, box, look, name, organisation, when, seed, tmp):
    """Appends one visible signature on page 1, `box` in pt from the lower left corner."""
    look_file = tmp / f"stamp-{seed}.pdf"
    look_file.write_bytes(look)
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf_bytes))
    # The second half of the file identifier is random otherwise.
    first = writer.prev.trailer["/ID"][0]
    changed = hashlib.md5(pdf_bytes + name.encode()).digest()
    writer._document_id = generic.ArrayObject([first, generic.ByteStringObject(changed)])
    # The present time would go into the document information.
    writer._update_meta = lambda: None
    field = f"Signature{seed}"
    fields.append_signature_field(writer, fields.SigFieldSpec(field, on_page=0, box=box))
    meta = PdfSignatureMetadata(field_name=field, md_algorithm="sha256", reason="Bản sao điện tử", name=name,
                                subfilter=fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED)
    look_style = StaticStampStyle.from_pdf_file(str(look_file), border_width=0)
    signer = _SignerAt(when.replace(tzinfo=VIETNAM), meta, _signer(name, organisation, seed), stamp_style=look_style)
    # Names of resources are random identifiers; here they are counted.
    numbers = itertools.count(seed << 16)
    with mock.patch("uuid.uuid4", lambda: uuid.UUID(int=next(numbers))):
        return signer.sign_pdf(writer).getvalue()


class _SignerAt(PdfSigner):
    """Signs at a given time instead of now."""

    def __init__(self, when, *args, **options):
        super().__init__(*args, **options)
        self.when = when

    def init_signing_session(self, *args, **options):
        session = super().init_signing_session(*args, **options)
        session.system_time = self.when
        return session

"""Signatures after PAdES: issued papers carry one where a certificate is set, or are not issued."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import x509 as der
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from hotline.errors import Invalid
from hotline.issuing import integrity
from hotline.papers import notices
from hotline.settings import Settings, Signing
from tests.issuing.closed_rounds import NOW, close_a_round
from tests.reports.readers import text_of

PASSPHRASE = "correct horse"


def certificate(folder: Path, *, ends: datetime) -> tuple[Path, bytes]:
    """A PKCS#12 file of an office that signs for itself, and its certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "石家庄市水利局")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(True, True, False, False, False, False, False, False, False),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )
    file = folder / "office.p12"
    lock = serialization.BestAvailableEncryption(PASSPHRASE.encode())
    file.write_bytes(pkcs12.serialize_key_and_certificates(b"office", key, signed, None, lock))
    return file, signed.public_bytes(serialization.Encoding.DER)


def signing(settings: Settings, file: Path) -> Settings:
    papers = settings.papers.model_copy(update={"signing": Signing(certificate=str(file))})
    return settings.model_copy(update={"papers": papers})


@pytest.fixture
def valid_for_years() -> datetime:
    return datetime.now(UTC) + timedelta(days=3650)


def test_an_issued_paper_carries_a_signature_that_holds(
    database, settings, tmp_path, monkeypatch, valid_for_years
):
    file, root = certificate(tmp_path, ends=valid_for_years)
    monkeypatch.setenv("HOTLINE_SIGNING_PASSPHRASE", PASSPHRASE)
    closed = close_a_round(database, signing(settings, file))
    paper = closed.issued()["circular"]
    with database.read() as session:
        content = notices.pdf(session, paper, settings=settings, now=NOW)
        drawn = notices.drawn(
            notices.document_of(session, paper, settings=settings, now=NOW), settings
        )
        checked = integrity.verify(session, settings=closed.settings)
    assert content.startswith(drawn)
    assert b"pdfaid:part" in content
    assert paper.number in "".join(text_of(content).split())
    (signature,) = PdfFileReader(io.BytesIO(content)).embedded_signatures
    trust = ValidationContext(trust_roots=[der.Certificate.load(root)])
    status = validate_pdf_signature(signature, trust)
    assert (status.bottom_line, status.coverage.name) == (True, "ENTIRE_FILE")
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    changed = content.replace(b"/Title", b"/Titel", 1)
    (broken,) = PdfFileReader(io.BytesIO(changed)).embedded_signatures
    assert not validate_pdf_signature(broken, trust).intact
    assert (checked.broken, checked.drawn_otherwise) == ((), ())


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("no file", "核对 papers.signing 中的路径"),
        ("wrong passphrase", "HOTLINE_SIGNING_PASSPHRASE"),
        ("no certificate", "HOTLINE_SIGNING_PASSPHRASE"),
        ("expired", "2026-06-01 到期"),
    ],
)
def test_a_certificate_that_cannot_be_used_keeps_everything_from_issue(
    sqlite_database, settings, tmp_path, monkeypatch, valid_for_years, fault, said
):
    ends = datetime(2026, 6, 1, tzinfo=UTC) if fault == "expired" else valid_for_years
    file, _ = certificate(tmp_path, ends=ends)
    right = fault != "wrong passphrase"
    monkeypatch.setenv("HOTLINE_SIGNING_PASSPHRASE", PASSPHRASE if right else "wrong")
    if fault == "no certificate":
        file.write_bytes(b"nothing of the kind")
    wanted = tmp_path / "elsewhere.p12" if fault == "no file" else file
    closed = close_a_round(sqlite_database, signing(settings, wanted))
    with pytest.raises(Invalid) as refused:
        closed.issued()
    (mistake,) = refused.value.errors
    assert said in str(mistake.text)
    assert mistake.field == "papers.signing"
    assert {paper.state for paper in closed.papers().values()} == {"submitted"}

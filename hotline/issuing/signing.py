"""Electronic signatures (PAdES) on issued papers, where the office has a certificate for it."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from hotline.clock import local
from hotline.errors import Invalid, T, Text
from hotline.settings import Settings, signing_passphrase

_FIELD = "Signature1"


@dataclass(frozen=True)
class Seal:
    """A certificate with its key, opened."""

    signer: Any


def load(settings: Settings, *, now: datetime) -> Seal | None:
    """What papers are signed with; None where the office signs none.

    Raises Invalid if the certificate cannot be used, so that nothing is issued without it.
    """
    if settings.papers.signing is None:
        return None
    file = settings.papers.signing.certificate
    try:
        from pyhanko.sign.signers import SimpleSigner
    except ImportError as error:
        raise _refused(
            T("没有安装签名组件，请运行 pip install 'hotline[signing]' 后重试。"), file
        ) from error
    try:
        content = Path(file).read_bytes()
    except OSError as error:
        raise _refused(T("签名证书读不出，请核对 papers.signing 中的路径。"), file) from error
    passphrase = signing_passphrase()
    try:
        signer = SimpleSigner.load_pkcs12_data(content, (), passphrase.encode() or None)
    except ValueError as error:
        raise _refused(
            T("签名证书打不开，请核对文件和环境变量 HOTLINE_SIGNING_PASSPHRASE。"), file
        ) from error
    ends = signer.signing_cert.not_valid_after
    if ends < now:
        raise _refused(T("签名证书已于 {day} 到期，请更换。", day=local(ends).date()), file)
    return Seal(signer)


def sign(content: bytes, seal: Seal) -> bytes:
    """The PDF with an invisible signature after PAdES, appended so that its own bytes stay."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    metadata = signers.PdfSignatureMetadata(
        field_name=_FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
    )
    writer = IncrementalPdfFileWriter(BytesIO(content))
    out = BytesIO()
    signers.sign_pdf(writer, metadata, seal.signer, output=out)
    return out.getvalue()


def _refused(text: Text, file: str) -> Invalid:
    return Invalid.one("papers.signing", text, file)

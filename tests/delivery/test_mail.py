"""A letter on the wire: what it says, what nobody can smuggle into it, and how it is protected."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext

import pytest
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hotline.errors import Invalid, NotFound
from hotline.mail import Letter, Mailer, Unreachable, is_address, message
from hotline.models.registry import Unit
from hotline.registry import units
from hotline.registry.units import Contact
from hotline.settings import Mail
from tests.delivery.conftest import Postbox, Running
from tests.factories import NOW, OPERATOR, actor_for, make_areas, make_line

MAIL = Mail(sender="papers@example.cn", sender_name="河北省水利厅农村水利水电处", security="none")
LETTER = Letter(
    message_id="<notice-1.abc@example.cn>",
    recipient="one@example.cn",
    subject="关于限期整改的通知（冀水监电〔2026〕1号）",
    text="长安区水利局：\n\n现将文书发给你单位。\n",
    paper_name=f"P-2026Q3-整改通知书-12-{'很长的单位名称' * 12}.pdf",
    paper=b"%PDF-1.4\n",
    written_at=datetime(2026, 11, 3, 9, 30, tzinfo=UTC),
)


def parsed(letter: Letter):
    return message_from_bytes(message(letter, MAIL).as_bytes(), policy=policy.default)


def test_a_letter_can_be_read_by_any_program():
    raw = message(LETTER, MAIL).as_bytes()
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"filename*" in raw
    read = parsed(LETTER)
    assert read["Subject"] == LETTER.subject
    assert read["Date"].datetime == LETTER.written_at
    assert read["Message-ID"] == LETTER.message_id
    assert read.get_body().get_content().replace("\r\n", "\n") == LETTER.text
    [paper] = read.iter_attachments()
    assert paper.get_filename() == LETTER.paper_name
    assert (paper.get_content_type(), paper.get_content()) == ("application/pdf", LETTER.paper)


@pytest.mark.parametrize(
    "smuggled", ["\r\nBcc: a@b.cn", "\nBcc: a@b.cn", "\rBcc: a@b.cn", "\x0b\x0c"]
)
def test_nothing_typed_becomes_a_header(smuggled):
    read = parsed(
        replace(
            LETTER,
            subject=f"通知{smuggled}",
            paper_name=f"通知{smuggled}.pdf",
            text=f"某局{smuggled}\n",
        )
    )
    assert read["Bcc"] is None
    assert read.get_all("To") == ["one@example.cn"]
    assert len(read.defects) == 0
    with pytest.raises(ValueError, match="no e-mail address"):
        message(replace(LETTER, recipient=f"one@example.cn{smuggled}"), MAIL)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "one",
        "one@",
        "@example.cn",
        "one@example",
        "one@example.cn,two@example.cn",
        "one@example.cn two@example.cn",
        "<one@example.cn>",
        "王 <one@example.cn>",
        "one@example.cn\n",
        "one@exa\nmple.cn",
        "one\r\nRCPT TO:<x@y.cn>@example.cn",
        "one..two@example.cn",
        ".one@example.cn",
        "one@-example.cn",
        "one@example..cn",
        "王@example.cn",
        "one@例子.cn",
        "a" * 250 + "@example.cn",
        '"one two"@example.cn',
    ],
)
def test_an_address_is_one_plain_address(address):
    assert not is_address(address)


@pytest.mark.parametrize("address", ["one@example.cn", "shui.li_ju+1@mail.gov-hebei.com.cn"])
def test_an_ordinary_address_passes(address):
    assert is_address(address)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that nobody but us trusts, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "public.pem", folder / "private.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return public, private


@pytest.fixture
def guarded(certificate):
    """A server that takes letters over STARTTLS alone, from who knows the password."""
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)

    def knows(_server, _session, _envelope, _mechanism, given) -> AuthResult:
        return AuthResult(success=given.password == b"geheim-1", handled=False)

    postbox = Postbox()
    running = Running(
        postbox,
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=knows,
    )
    running.start()
    yield running, postbox
    running.stop()


def mailer(port: int, password: str = "geheim-1") -> Mailer:
    mail = Mail(host="localhost", port=port, user="papers", sender="papers@example.cn", timeout_s=5)
    return Mailer(mail, password)


def test_over_tls_with_a_password(guarded, certificate, monkeypatch):
    running, postbox = guarded
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    sender = mailer(running.port)
    sender.open()
    assert sender.send(LETTER).result == "sent"
    sender.close()
    assert postbox.recipients == ["one@example.cn"]


def test_a_server_nobody_vouches_for_gets_nothing(guarded):
    running, postbox = guarded
    with pytest.raises(Unreachable, match="certificate verify failed"):
        mailer(running.port).open()
    assert postbox.recipients == []


def test_a_wrong_password_touches_no_letter(guarded, certificate, monkeypatch):
    running, _postbox = guarded
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with pytest.raises(Unreachable, match="535"):
        mailer(running.port, "wrong").open()


def test_a_units_contact_is_checked_kept_and_journalled(database):
    with database.write() as session:
        make_areas(session)
        unit_id = make_line(session).unit_id
        given = Contact("shui@example.cn", "王主任", "0311-86050000")
        units.update(session, OPERATOR, unit_id, given, now=NOW)
        wrong = Contact("shui@example.cn\r\nBcc: x@y.cn", "王\x00", "1" * 41)
        with pytest.raises(Invalid) as refused:
            units.update(session, OPERATOR, unit_id, wrong, now=NOW)
        assert {error.field for error in refused.value.errors} == {
            "email",
            "contact",
            "contact_phone",
        }
    with database.read() as session:
        unit = session.get_one(Unit, unit_id)
        assert (unit.email, unit.contact) == ("shui@example.cn", "王主任")


def test_who_may_say_where_a_units_papers_go(database):
    with database.write() as session:
        make_areas(session)
        ours, theirs = make_line(session), make_line(session, area_code="130202")
        own = actor_for(session, "city_admin")
        inspector = actor_for(session, "province_inspector")
        assert [unit.id for unit, _ in units.find(session, own).units] == [ours.unit_id]
        assert units.find(session, inspector).units == []
        assert units.find(session, OPERATOR, without_email=True).total == 2
        with pytest.raises(NotFound):
            units.update(session, own, theirs.unit_id, Contact("a@b.cn"), now=NOW)
        units.update(session, own, ours.unit_id, Contact("a@b.cn"), now=NOW)
        assert units.find(session, OPERATOR, without_email=True).total == 1
        assert units.find(session, OPERATOR, search="路南 水利").total == 1

"""Certificates."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from generations import dialling, net
from tests.net.peers import OK, call


def certificate(folder: Path, *, name: str = "127.0.0.1", days: int = 1) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a test")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name)])
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "public.pem", folder / "private.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return public, private


def tls_server(public: Path, private: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context


@pytest.fixture
def trusting(monkeypatch) -> Iterator[Callable[[Path], None]]:
    def trust(public: Path) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(public))
        dialling.tls_context.cache_clear()

    yield trust
    dialling.tls_context.cache_clear()


def test_a_trusted_server_is_spoken_to_over_tls(peer, tmp_path, trusting):
    public, private = certificate(tmp_path)
    trusting(public)
    it = peer(OK, tls=tls_server(public, private))
    assert call("POST", it.url, body=b"{}").status == 200
    assert call("GET", it.url).status == call("GET", it.url).status == 200


@pytest.mark.parametrize(
    ("words", "trusted", "reason"),
    [
        ({}, False, "self-signed"),
        ({"days": -1}, True, "expired"),
        ({"name": "other.example.com"}, True, "not valid for"),
    ],
)
def test_a_bad_certificate_means_not_sent(peer, tmp_path, trusting, words, trusted, reason):
    public, private = certificate(tmp_path, **words)
    if trusted:
        trusting(public)
    it = peer(OK, tls=tls_server(public, private))
    with pytest.raises(net.NotSent, match=reason):
        call("POST", it.url, body=b"{}")
    assert it.requests == []


def test_no_tls_at_all_means_not_sent(peer):
    it = peer(OK)
    with pytest.raises(net.NotSent):
        call("POST", it.url.replace("http:", "https:"), body=b"{}", connect=0.5)


def test_a_stalled_handshake_means_not_sent():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        started = time.monotonic()
        with pytest.raises(net.NotSent):
            call("POST", f"https://127.0.0.1:{listener.getsockname()[1]}/", body=b"{}", connect=0.3, deadline=20)
        assert time.monotonic() - started < 4

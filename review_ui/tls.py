"""A certificate made here, for a closed network where nobody else can vouch for this machine."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pipeline.errors import refuse

VALID = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Certificate:
    """Certificate and key as PEM files; ``fingerprint`` (SHA-256, hex in pairs) is what people compare."""

    certificate: Path
    key: Path
    fingerprint: str


def self_made(folder: Path, host: str, at: datetime) -> Certificate:
    """The certificate in ``folder``, made anew where there is none, where it ends, or where it lacks ``host``."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    names = _names(host)
    if not (certificate.is_file() and key.is_file() and _serves(certificate, names, at)):
        _make(certificate, key, names, at)
    return read(certificate, key)


def read(certificate: Path, key: Path) -> Certificate:
    """A given certificate. Refused: ``certificate`` where a file is missing or is no PEM, or the two do not belong."""
    for path in (certificate, key):
        if not path.is_file():
            raise refuse("certificate", str(path), "there is no such file; check the path")
    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
        private = serialization.load_pem_private_key(key.read_bytes(), None)
    except (ValueError, TypeError) as error:
        raise refuse(
            "certificate",
            str(certificate),
            "certificate or key cannot be read ({why}); give PEM files, the key without password",
            why=str(error).splitlines()[0] if str(error) else type(error).__name__,
        ) from error
    if private.public_key() != found.public_key():
        raise refuse("certificate", str(key), "the key does not belong to the certificate; give the pair")
    return Certificate(certificate, key, found.fingerprint(hashes.SHA256()).hex(":").upper())


def _names(host: str) -> tuple[str, ...]:
    """Every name and address under which browsers of the network may reach this machine."""
    machine = socket.gethostname()
    found = {"localhost", "127.0.0.1", "::1", machine}
    if host in ("0.0.0.0", "::"):
        with contextlib.suppress(OSError):  # a machine that does not know its own name is reached by the others
            found |= {str(info[4][0]).split("%")[0] for info in socket.getaddrinfo(machine, None)}
    else:
        found.add(host)
    return tuple(sorted(found))


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _serves(path: Path, names: Iterable[str], at: datetime) -> bool:
    try:
        found = x509.load_pem_x509_certificate(path.read_bytes())
        held = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return False
    return found.not_valid_after_utc - at > timedelta(days=7) and all(_general(n) in held for n in names)


def _make(certificate: Path, key: Path, names: Iterable[str], at: datetime) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kiemphieu")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + VALID)
        .add_extension(x509.SubjectAlternativeName([_general(n) for n in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )
    key.parent.mkdir(parents=True, exist_ok=True)
    secret = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    key.unlink(missing_ok=True)
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(secret)
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))

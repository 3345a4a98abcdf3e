"""Certificates of an authority that only one test knows."""

from dataclasses import dataclass
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)


@dataclass(frozen=True)
class Certificate:
    """PEM files of a server's certificate, its key, and the authority that signed it."""

    certificate: Path
    key: Path
    authority: Path

    @property
    def together(self) -> bytes:
        """Key and certificate in one text, as Kafka wants them."""
        return self.key.read_bytes() + self.certificate.read_bytes()


def issue(folder: Path, *hosts: str) -> Certificate:
    """Make an authority and a certificate for these hosts in an empty folder."""
    folder.mkdir(parents=True)
    authority = trustme.CA()
    issued = authority.issue_cert(*hosts)
    key = load_pem_private_key(issued.private_key_pem.bytes(), None)
    made = Certificate(folder / "cert.pem", folder / "key.pem", folder / "authority.pem")
    made.certificate.write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
    made.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    authority.cert_pem.write_to_path(made.authority)
    return made

"""Signed statements: a JSON Web Signature over the statement, as an attachment (1.0.3 Data 2.6; RFC 7515).

A signature is refused if it is no RS256, RS384 or RS512, if it does not fit the key of the
certificate it carries, or if it signs another statement. Whether to trust the certificate is not
asked here: without one there is nothing to check the signature against, but its payload still is.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry

from lrs.errors import InvalidJSON, InvalidStatement
from lrs.xapi.equivalence import is_payload_of
from lrs.xapi.parsing import loads
from lrs.xapi.statement import validate
from lrs.xapi.versions import Version

USAGE = "http://adlnet.gov/expapi/attachments/signature"
ALGORITHMS = ("RS256", "RS384", "RS512")


class _Registry(JWSRegistry):
    # A certificate chain stands in the header, a whole statement in the payload.
    max_header_length = 64 * 1024
    max_payload_length = 2 * 1024 * 1024
    max_signature_length = 4 * 1024


_REGISTRY = _Registry(algorithms=list(ALGORITHMS))


def signatures(statement: Mapping[str, Any]) -> list[str]:
    """Return the digests, in lower case, of the attachments that are a statement's signatures."""
    return [
        str(attachment["sha2"]).lower()
        for attachment in statement.get("attachments", [])
        if attachment["usageType"] == USAGE
    ]


def verify(signature: bytes, statement: bytes, version: Version) -> None:
    """Verify that a signature is a statement's. Raises `InvalidStatement`."""
    try:
        signed = jws.extract_compact(signature.strip(), registry=_REGISTRY)
        header = signed.headers()
        if header.get("alg") not in ALGORITHMS:
            raise _refused(f"must be signed by one of {', '.join(ALGORITHMS)}")
        if "x5c" in header and not jws.validate_compact(
            signed, _key(header["x5c"]), registry=_REGISTRY
        ):
            raise _refused("does not fit the certificate it carries")
        _check_payload(bytes(signed.payload), statement, version)
    except (JoseError, ValueError, TypeError) as error:
        raise _refused(f"is no JSON Web Signature: {error}") from None


def _check_payload(payload: bytes, statement: bytes, version: Version) -> None:
    try:
        signed = loads(payload)
        validate(signed, version)
    except (InvalidJSON, InvalidStatement) as fault:
        raise _refused(f"signs no statement: {fault.message}") from None
    if not is_payload_of(payload, statement):
        raise _refused("signs another statement")


def _key(chain: Any) -> RSAKey:
    """Return the key of a chain's first certificate. Raises `InvalidStatement`."""
    try:
        certificate = x509.load_der_x509_certificate(base64.b64decode(chain[0]))
        key = certificate.public_key()
    except (binascii.Error, ValueError, TypeError, IndexError, KeyError):
        raise _refused("carries no certificate that can be read") from None
    if not isinstance(key, RSAPublicKey):
        raise _refused("carries a certificate whose key is no RSA key")
    return RSAKey.import_key(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def _refused(reason: str) -> InvalidStatement:
    return InvalidStatement(f"the signature {reason}", "attachments")

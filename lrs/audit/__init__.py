"""Evidence: a Merkle tree over the log, signed heads of it, proofs, bundles and their verifier.

What is here is pure: bytes in, bytes out. `docs/evidence.md` describes every format for strangers.
"""

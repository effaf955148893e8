"""Proving a candidate against the live models, on events that came after both."""

from offline.proof.gate import DEFAULT, Gate, gate_from
from offline.proof.proving import Contest, Proof, later, prove

__all__ = ["DEFAULT", "Contest", "Gate", "Proof", "gate_from", "later", "prove"]

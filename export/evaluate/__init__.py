"""How well damage is found and repaired, measured against a known truth. The protocol: docs/evaluation.md."""

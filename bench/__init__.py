"""Proofs and measurements: what the portal promises about safety, loss and speed, shown by commands anyone can run."""

"""Whom the measured pages are about. Imports nothing: applications that know nothing of the portal read it too."""

COMMON, RARE = "Hargreaves", "Featherstonehaugh"
"""Three in a hundred bear the one name; thirty in the whole county, whatever its size, bear the other."""
HOW_MANY_RARE = 30
MEASURED = 12
"""The child of the SENCO's whose record, draft and submission are measured: one that is being assessed."""

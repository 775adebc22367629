"""How fast the portal is, against the least that the same pages could cost and against what it is built on."""

"""Links, invitations, advice requests, decisions, handover, merges, case status."""

"""Form definitions, drafts, submissions, returns, sharing, workflow, deadlines."""

"""The counters and histograms of the council's monitoring. No label names a person."""

from prometheus_client import Counter, Histogram

REQUESTS = Counter("portal_requests", "Requests answered", ["route", "method", "status"])
SECONDS = Histogram(
    "portal_request_seconds",
    "How long an answer took",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
STATEMENTS = Histogram(
    "portal_request_statements",
    "How often a request asked the database",
    ["route"],
    buckets=(0, 1, 2, 4, 6, 8, 10, 12, 16, 24, 48),
)
LOG_INS = Counter("portal_log_ins", "Log-ins, by whether they succeeded", ["result"])
MAILS = Counter("portal_mails", "Attempts to send a mail, by how they ended", ["result"])

# Series start at zero, so that an alert can refer to them before the first event.
for _result in ("ok", "failed"):
    LOG_INS.labels(_result)
for _result in ("sent", "failed", "dead"):
    MAILS.labels(_result)

"""Settings of the S3 object store for a portal on more than one machine."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from startup.environment import Environment

NAMES = ("S3_ENDPOINT", "S3_BUCKET", "S3_ACCESS_KEY", "S3_SECRET_KEY")
ON_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, kw_only=True)
class S3Settings:
    """A bucket and its credentials."""

    endpoint: str
    bucket: str
    region: str
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)


def object_store(env: Environment, demo: bool) -> S3Settings | None:
    """Return the configured store, or None if files are in a folder of DATA_DIR."""
    given = {"S3_ENDPOINT": env.text("S3_ENDPOINT"), "S3_BUCKET": env.text("S3_BUCKET")}
    given |= {name: env.secret(name) for name in ("S3_ACCESS_KEY", "S3_SECRET_KEY")}
    if not any(given.values()):
        return None
    missing = [name for name in NAMES if not given[name]]
    if missing:
        env.wrong(f"{', '.join(missing)} missing: {', '.join(NAMES)} belong together, set all or none")
        return None
    parts = urlsplit(given["S3_ENDPOINT"])
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username:
        env.wrong("S3_ENDPOINT must be an address such as https://s3.example.gov.uk")
    elif parts.scheme == "http" and not demo and parts.hostname not in ON_THIS_MACHINE:
        env.wrong(
            "S3_ENDPOINT must begin with https://: files about children would cross the network in the clear"
        )
    return S3Settings(
        endpoint=given["S3_ENDPOINT"].rstrip("/"),
        bucket=given["S3_BUCKET"],
        region=env.text("S3_REGION", "eu-west-2"),
        access_key=given["S3_ACCESS_KEY"],
        secret_key=given["S3_SECRET_KEY"],
    )

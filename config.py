"""What the portal needs to know before it starts: read from the environment, checked, and then never changed.

Two modes. "live" (the default) refuses to start until everything it needs is given. "demo" runs from an empty folder:
it makes its own secrets, writes mail to files and has accounts whose password is published.
"""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from startup.environment import ConfigError, Environment
from startup.flask_settings import flask_config
from startup.keys import backup_recipients, demo_keys, live_keys, older_keys, secrets_file
from startup.object_store import S3Settings, object_store

__all__ = ["ConfigError", "Council", "Settings", "flask_config", "load_settings"]

ROOT = Path(__file__).resolve().parent
LOCAL_HOSTS = ("localhost", "127.0.0.1")
DEMO_PASSWORD = "three-herons-by-the-beck"  # noqa: S105 - published on purpose; live mode refuses it
SHORTEST_PASSWORD = 12
FORBIDDEN_FLAGS = ("FLASK_DEBUG", "MAIL_SUPPRESS_SEND", "LOGIN_DISABLED", "TESTING")


@dataclass(frozen=True)
class Council:
    """Whose portal this is, and how people reach its SEN team."""

    name: str
    service_name: str
    sen_team_name: str
    sen_phone: str
    sen_email: str
    address: str
    feedback_email: str
    sendiass_name: str
    sendiass_phone: str
    mediation_adviser: str = ""
    disagreement_resolution: str = ""


DEMO_COUNCIL = Council(
    name="Bradford Council",
    service_name="SEND Portal",
    sen_team_name="SEN team",
    sen_phone="01274 435750",
    sen_email="sen@bradford.gov.uk",
    address="City Hall, Centenary Square, Bradford, BD1 1HY",
    feedback_email="sen@bradford.gov.uk",
    sendiass_name="Barnardo's SENDIASS Bradford",
    sendiass_phone="01274 513300",
    mediation_adviser="Ouse Valley Mediation (made up for this demo): 0113 496 0000, help@mediation.example",
    disagreement_resolution="Ouse Valley Resolution (made up for this demo): 0113 496 0001, help@resolution.example",
)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings of the portal. Secrets are left out of its printed form."""

    mode: Literal["demo", "live"]
    data_dir: Path
    database_url: str = field(repr=False)
    redis_url: str | None = field(repr=False)
    s3: S3Settings | None  # where files lie; None: in a folder of DATA_DIR
    clamd_address: str  # "host:port" or "unix:/path" of the virus scanner; empty: none is run

    public_base_url: str
    host: str
    port: int
    trusted_hosts: tuple[str, ...]
    trusted_proxy_hops: int
    body_seconds: int  # how long a body may take that comes slower than 20 kB a second
    log_format: Literal["json", "text"]
    metrics_host: str
    metrics_port: int  # of the web server; 0: no figures are given
    worker_metrics_port: int

    email_change_delay_hours: int  # from confirming a new address to its being in use
    two_administrators: (
        bool  # the first of each of the council's roles is confirmed by a second administrator
    )

    secret_keys: tuple[str, ...] = field(repr=False)  # the first signs, the rest only verify
    otp_keys: tuple[str, ...] = field(repr=False)  # the first marks, the rest only check
    audit_keys: tuple[str, ...] = field(repr=False)  # the first seals, the rest only check, newest first
    file_keys: tuple[str, ...] = field(repr=False)  # the first seals, the rest only open

    backup_recipients: tuple[str, ...]  # age public keys that backups are encrypted for
    backups_unencrypted: bool  # whether a backup may be taken without any

    mail_backend: Literal["file", "smtp"]
    mail_server: str
    mail_port: int
    mail_use_tls: bool
    mail_use_ssl: bool
    mail_username: str | None
    mail_password: str | None = field(repr=False)
    mail_default_sender: str
    mail_timeout: int

    demo_password: str = field(repr=False)  # empty outside demo mode
    council: Council

    # Changed in code, never from outside: each of these is a promise made elsewhere.
    languages: tuple[str, ...] = ("en", "ur", "pl")
    argon2_memory_kib: int = 19456
    argon2_time: int = 2
    session_idle_minutes: int = 30
    session_absolute_hours: int = 12
    max_upload_mb: int = 25

    @property
    def demo(self) -> bool:
        """Tell whether this is a demo."""
        return self.mode == "demo"

    @property
    def secure_cookies(self) -> bool:
        """Only a demo on this very machine may do without HTTPS."""
        return self.public_base_url.startswith("https://")

    @property
    def mail_dir(self) -> Path:
        """Where the demo's mail lands, a file a mail. No page ever serves it."""
        return self.data_dir / "mail"


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read and check the settings, or raise one ConfigError that names everything missing or wrong."""
    env = Environment(environ)
    mode = env.text("PORTAL_MODE", "live")
    if mode not in ("demo", "live"):
        raise ConfigError([f"PORTAL_MODE must be demo or live, not {mode!r}"])
    demo = mode == "demo"
    data_dir = Path(env.text("DATA_DIR", str(ROOT / "data"))).expanduser().resolve()
    port = env.whole_number("PORT", 8000, 1, 65535)
    base_url = _base_url(env, demo, port)
    _make_room(env, data_dir)
    keys = demo_keys(env, data_dir) if demo else live_keys(env)
    settings = Settings(
        mode="demo" if demo else "live",
        data_dir=data_dir,
        database_url=_database_url(env, data_dir),
        redis_url=env.secret("REDIS_URL") or None,
        s3=object_store(env, demo),
        clamd_address=env.text("CLAMD_ADDRESS", ""),
        public_base_url=base_url,
        host=env.text("HOST", "127.0.0.1"),
        port=port,
        trusted_hosts=_trusted_hosts(base_url, demo),
        trusted_proxy_hops=env.whole_number("TRUSTED_PROXY_HOPS", 0, 0, 5),
        body_seconds=env.whole_number("BODY_SECONDS", 30, 1, 600),
        log_format=_log_format(env, demo),
        **_metrics(env, port),
        email_change_delay_hours=env.whole_number("EMAIL_CHANGE_DELAY_HOURS", 24, 1, 336),
        two_administrators=env.yes_or_no("TWO_ADMINISTRATORS", False),
        secret_keys=(keys["SECRET_KEY"], *older_keys(env, "SECRET_KEY", keys)),
        otp_keys=(keys["OTP_KEY"], *older_keys(env, "OTP_KEY", keys)),
        audit_keys=(keys["AUDIT_KEY"], *older_keys(env, "AUDIT_KEY", keys)),
        file_keys=(keys["FILE_KEY"], *older_keys(env, "FILE_KEY", keys)),
        backup_recipients=backup_recipients(env),
        backups_unencrypted=env.yes_or_no("BACKUPS_UNENCRYPTED", demo),
        demo_password=env.text("DEMO_PASSWORD", DEMO_PASSWORD) if demo else "",
        council=_council(env, demo),
        **_mail(env, demo),
    )
    _check_mail(env, settings)
    if demo:
        _check_demo(env, settings)
    else:
        _check_live(env, settings)
    if env.problems:
        raise ConfigError(env.problems)
    return settings


def _base_url(env: Environment, demo: bool, port: int) -> str:
    default = f"http://localhost:{port}" if demo else ""
    url = env.text("PUBLIC_BASE_URL", default).rstrip("/")
    if not url:
        env.wrong("PUBLIC_BASE_URL is missing: the https address that people open, used in every mailed link")
        return ""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        env.wrong("PUBLIC_BASE_URL is not a web address")
        return ""
    if not parts.hostname or parts.path or parts.query or parts.fragment or parts.username:
        env.wrong("PUBLIC_BASE_URL must be a plain address such as https://portal.example.gov.uk")
    elif parts.scheme != "https" and not (demo and parts.scheme == "http" and parts.hostname in LOCAL_HOSTS):
        env.wrong("PUBLIC_BASE_URL must begin with https:// (a demo may use http://localhost)")
    return url


def _log_format(env: Environment, demo: bool) -> Literal["json", "text"]:
    """Lines for a machine to gather, or for the person at a demo's terminal."""
    wanted = env.text("LOG_FORMAT", "text" if demo else "json")
    if wanted not in ("json", "text"):
        env.wrong(f"LOG_FORMAT must be json or text, not {wanted!r}")
    return "text" if wanted == "text" else "json"


def _metrics(env: Environment, port: int) -> dict[str, Any]:
    """Return the ports of the metrics: on this machine only by default, and never the public port."""
    web = env.whole_number("METRICS_PORT", 0, 0, 65534)
    worker = env.whole_number("WORKER_METRICS_PORT", web + 1 if web else 0, 0, 65535)
    if port in (web, worker):
        env.wrong("METRICS_PORT and WORKER_METRICS_PORT must not be PORT, which the public reaches")
    if web and web == worker:
        env.wrong("METRICS_PORT and WORKER_METRICS_PORT must differ")
    return {
        "metrics_host": env.text("METRICS_HOST", "127.0.0.1"),
        "metrics_port": web,
        "worker_metrics_port": worker,
    }


def _trusted_hosts(base_url: str, demo: bool) -> tuple[str, ...]:
    host = urlsplit(base_url).hostname if base_url else None
    hosts = [host] if host else []
    if demo:
        hosts += [local for local in LOCAL_HOSTS if local != host]
    return tuple(hosts)


def _database_url(env: Environment, data_dir: Path) -> str:
    url = env.secret("DATABASE_URL", f"sqlite:///{data_dir / 'portal.sqlite3'}")
    for old in ("postgres://", "postgresql://"):
        if url.startswith(old):
            url = "postgresql+psycopg://" + url.removeprefix(old)
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        env.wrong("DATABASE_URL must begin with postgresql:// or sqlite:///")
    return url


def _mail(env: Environment, demo: bool) -> dict[str, Any]:
    server = env.text("MAIL_SERVER")
    use_ssl = env.yes_or_no("MAIL_USE_SSL", False)
    use_tls = env.yes_or_no("MAIL_USE_TLS", not demo and not use_ssl)
    sender = env.text("MAIL_DEFAULT_SENDER", "SEND Portal <no-reply@portal.example>" if demo else "")
    return {
        "mail_backend": "file" if demo and not server else "smtp",
        "mail_server": server,
        "mail_port": env.whole_number("MAIL_PORT", 465 if use_ssl else 587 if use_tls else 25, 1, 65535),
        "mail_use_tls": use_tls,
        "mail_use_ssl": use_ssl,
        "mail_username": env.text("MAIL_USERNAME") or None,
        "mail_password": env.secret("MAIL_PASSWORD") or None,
        "mail_default_sender": sender,
        "mail_timeout": env.whole_number("MAIL_TIMEOUT", 10, 1, 120),
    }


def _council(env: Environment, demo: bool) -> Council:
    if demo:
        values = {
            name: env.text(f"COUNCIL_{name.upper()}", default)
            for name, default in asdict(DEMO_COUNCIL).items()
        }
        return Council(**values)
    return Council(
        name=env.required("COUNCIL_NAME", "the council's name, on every page"),
        service_name=env.text("COUNCIL_SERVICE_NAME", DEMO_COUNCIL.service_name),
        sen_team_name=env.text("COUNCIL_SEN_TEAM_NAME", DEMO_COUNCIL.sen_team_name),
        sen_phone=env.required("COUNCIL_SEN_PHONE", "the SEN team's phone number, on every page"),
        sen_email=env.required("COUNCIL_SEN_EMAIL", "the SEN team's email address, on every page"),
        address=env.required("COUNCIL_ADDRESS", "the SEN team's postal address, in letters"),
        feedback_email=env.required(
            "COUNCIL_FEEDBACK_EMAIL", "where people report a problem with the portal"
        ),
        sendiass_name=env.required("COUNCIL_SENDIASS_NAME", "the local SEND information and advice service"),
        sendiass_phone=env.required("COUNCIL_SENDIASS_PHONE", "that service's phone number"),
        mediation_adviser=env.text("COUNCIL_MEDIATION_ADVISER"),
        disagreement_resolution=env.text("COUNCIL_DISAGREEMENT_RESOLUTION"),
    )


def _make_room(env: Environment, data_dir: Path) -> None:
    """Create the data folders, readable only by the account that runs the portal."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        (data_dir / "mail").mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        env.wrong(f"DATA_DIR {data_dir} can't be made ({error.strerror})")
        return
    if not os.access(data_dir, os.W_OK | os.X_OK):
        env.wrong(f"DATA_DIR {data_dir} can't be written to")


def _check_mail(env: Environment, settings: Settings) -> None:
    if settings.mail_use_tls and settings.mail_use_ssl:
        env.wrong("MAIL_USE_TLS and MAIL_USE_SSL are both on: keep one of them")
    if bool(settings.mail_username) != bool(settings.mail_password):
        env.wrong("MAIL_USERNAME and MAIL_PASSWORD belong together: set both or neither")
    if "@" not in settings.mail_default_sender:
        env.wrong("MAIL_DEFAULT_SENDER is missing: the address that mail comes from")


def _check_demo(env: Environment, settings: Settings) -> None:
    if len(settings.demo_password) < SHORTEST_PASSWORD:
        env.wrong(f"DEMO_PASSWORD must have at least {SHORTEST_PASSWORD} characters, as every password here")


def _check_live(env: Environment, settings: Settings) -> None:
    """Add a problem for each setting that is allowed in a demo and not on a live portal."""
    for name in FORBIDDEN_FLAGS:
        if env.switched_on(name):
            env.wrong(f"{name} is set: it is for development only, remove it")
    if env.is_set("DEMO_PASSWORD"):
        env.wrong("DEMO_PASSWORD is set: the demo accounts belong in demo mode only (PORTAL_MODE=demo)")
    if secrets_file(settings.data_dir).exists():
        env.wrong(
            f"DATA_DIR {settings.data_dir} holds a demo, whose accounts and keys are public: use another folder"
        )
    if not settings.trusted_proxy_hops:
        env.wrong(
            "TRUSTED_PROXY_HOPS is missing: how many proxies stand between people and the portal. They do TLS and wait "
            "for slow clients, which the portal's own server cannot do (deploy/nginx.conf)"
        )
    if DEMO_PASSWORD in (settings.mail_password, unquote(urlsplit(settings.database_url).password or "")):
        env.wrong("The demo's password is in use as a real one: change it")
    if not settings.mail_server:
        env.wrong("MAIL_SERVER is missing: security codes and notices go out by email")
    elif not (settings.mail_use_tls or settings.mail_use_ssl or settings.mail_server in LOCAL_HOSTS):
        env.wrong("MAIL_USE_TLS or MAIL_USE_SSL must be on: codes would cross the network in the clear")

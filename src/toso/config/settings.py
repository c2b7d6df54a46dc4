"""All settings, read from the environment by typed readers; one file for every way of running."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

ROOT = Path(__file__).resolve().parents[3]


def text(name: str, default: str = "") -> str:
    """The environment variable `name`, or `default` when unset or empty."""
    return os.environ.get(name) or default


def flag(name: str, default: bool = False) -> bool:
    """True for 1, true, yes, on (any case)."""
    return text(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


def number(name: str, default: int) -> int:
    """The environment variable `name` as a whole number."""
    return int(text(name, str(default)))


def database(url: str) -> dict[str, Any]:
    """Django's database settings from `sqlite:///path` or `postgres://user:password@host:port/name`."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": parts.path[1:] if parts.path.startswith("//") or not parts.path.startswith("/") else parts.path,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": (
                    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;"
                    "PRAGMA cache_size=-16000;PRAGMA temp_store=MEMORY;"
                ),
            },
        }
    if parts.scheme in {"postgres", "postgresql"}:
        options: dict[str, Any] = {
            "options": "-c synchronous_commit=on -c default_transaction_isolation=read\\ committed",
            **dict(parse_qsl(parts.query)),
        }
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": parts.path.lstrip("/"),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 600,
            # A phone whose request meets a connection that the database has closed sends it again.
            "CONN_HEALTH_CHECKS": False,
            "OPTIONS": options,
        }
    raise ValueError(f"DATABASE_URL: unknown scheme {parts.scheme!r}; use sqlite:/// or postgres://")


DEBUG = False
DEMO = flag("TOSO_DEMO")
HOME = Path(text("TOSO_HOME", str(ROOT / "var")))
DATABASES = {"default": database(text("DATABASE_URL", f"sqlite:///{HOME / 'toso.sqlite3'}"))}
SECRET_KEY = text("SECRET_KEY", "demonstration-only-not-secret-0000000000000000000" if DEMO else "")
if not SECRET_KEY:
    key_file = HOME / "secret_key"
    if not key_file.exists():
        import secrets

        HOME.mkdir(parents=True, exist_ok=True)
        key_file.touch(mode=0o600)
        key_file.write_text(secrets.token_urlsafe(48))
    SECRET_KEY = key_file.read_text().strip()

ALLOWED_HOSTS = (
    ["127.0.0.1", "localhost", "[::1]"] if DEMO else text("TOSO_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
)
BEHIND_TLS = flag("TOSO_TLS")
DURABLE_BY_REPLICA = flag("TOSO_DURABLE_BY_REPLICA")
FIELD_DIST = Path(text("TOSO_FIELD_DIST", str(ROOT / "field" / "dist")))

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "toso.engine.journal",
    "toso.engine.audit",
    "toso.engine.accounts",
    "toso.engine.sync",
    "toso.registers.catalogue",
    "toso.registers.places",
    "toso.registers.roles",
    "toso.registers.people",
    "toso.registers.teams",
    "toso.records.visits",
    "toso.insight.indicators",
    "toso.pages.fieldapi",
    "toso.pages.office",
]

MIDDLEWARE = [
    "toso.pages.fieldapi.middleware.ApiGate",
    "django.middleware.security.SecurityMiddleware",
    "toso.pages.fieldapi.files.Files",
    "toso.pages.office.middleware.OfficeHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "toso.config.urls"
WSGI_APPLICATION = "toso.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("km", "ភាសាខ្មែរ"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"
FORMAT_MODULE_PATH = ["toso.config.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False

SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
CSRF_FAILURE_VIEW = "toso.pages.office.urls.form_too_old"
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 31536000 if BEHIND_TLS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": text("TOSO_LOG_LEVEL", "WARNING")},
}

"""The phone app's built files under `/app/`, beside Django's static files."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware  # type: ignore[import-untyped]

PREFIX: Final = "app/"
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; worker-src 'self'; media-src 'self' blob:; "
        "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(self), payment=(), usb=()",
}


class Files(WhiteNoiseMiddleware):  # type: ignore[misc]
    """Serves static files and the phone app: hashed files for ever, the page and the service worker never stale."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        # WhiteNoise warns about a missing folder; nothing has to be collected before the first start.
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
        super().__init__(get_response)
        if settings.FIELD_DIST.is_dir():
            self.index_file: str | None = "index.html"
            self.add_files(str(settings.FIELD_DIST), prefix=PREFIX)
            self.index_file = None

    def immutable_file_test(self, path: str, url: str) -> bool:
        """Vite names what it puts into assets/ by its content."""
        return url.startswith(f"/{PREFIX}assets/") or bool(super().immutable_file_test(path, url))

    def add_cache_headers(self, headers: dict[str, str], path: str, url: str) -> None:
        """Everything of the app that has no hash in its name is asked for again each time."""
        super().add_cache_headers(headers, path, url)
        if url.startswith(f"/{PREFIX}"):
            if not self.immutable_file_test(path, url):
                headers["Cache-Control"] = "no-cache"
            for name, value in HEADERS.items():
                headers[name] = value

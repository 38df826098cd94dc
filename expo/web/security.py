"""Headers that tell the browser what this site never does."""

from __future__ import annotations

from flask import Flask, Response, current_app, request

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
CONTENT_POLICY = "; ".join(f"{name} {value}" for name, value in _POLICY.items())
# The door reads codes with a decoder in WebAssembly, and is the only page that may use the camera.
DOOR_POLICY = CONTENT_POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
# A page for other sites: they may frame it, and it does nothing but lead back here.
FRAMED_POLICY = CONTENT_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *").replace(
    "form-action 'self'", "form-action 'none'"
)

_ONLY_TLS = "max-age=31536000; includeSubDomains"


def init_app(app: Flask) -> None:
    app.before_request(_check_host)
    app.after_request(_add_headers)


def _check_host() -> tuple[str, int] | None:
    """In production the site answers to its own name only, so that no link or cache can be poisoned."""
    settings = current_app.config["EXPO"]
    if settings.demo or request.path in ("/healthz", "/readyz", "/metrics"):
        return None
    if request.host != settings.base_url.split("://", 1)[1].rstrip("/"):
        return "Unknown host\n", 400
    return None


def _add_headers(response: Response) -> Response:
    headers = response.headers
    if request.path.startswith("/api/"):
        # JSON is no page: nothing in it may run, load or be framed, and that is all there is to say.
        headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        headers.setdefault("X-Content-Type-Options", "nosniff")
        if current_app.config["EXPO"].secure:
            headers.setdefault("Strict-Transport-Security", _ONLY_TLS)
        return response
    at_the_door = request.blueprint == "door"
    headers.setdefault("Content-Security-Policy", _policy(at_the_door))
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    camera = "camera=(self)" if at_the_door else "camera=()"
    headers.setdefault("Permissions-Policy", f"{camera}, microphone=(), geolocation=(), payment=(), usb=()")
    if current_app.config["EXPO"].secure:
        headers.setdefault("Strict-Transport-Security", _ONLY_TLS)
    return response


def _policy(at_the_door: bool) -> str:
    """Of a delegate's or delegation's page: the button that pays leads on to the provider's page, and browsers ask
    for that too (https://www.w3.org/TR/CSP3/#directive-form-action)."""
    if at_the_door:
        return DOOR_POLICY
    settings = current_app.config["EXPO"]
    if request.blueprint in ("delegate", "delegation") and settings.takes_payments:
        return CONTENT_POLICY.replace("form-action 'self'", f"form-action 'self' {settings.stripe_pages}")
    return CONTENT_POLICY

"""What every response tells the browser to refuse. No I/O."""

from collections.abc import Mapping

HSTS = "max-age=31536000"
"""A year of HTTPS only: the browser then refuses a plain connection before anybody can listen in on it."""

SECURITY_HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), "
    "clipboard-read=(), display-capture=(), browsing-topics=()",
}
"""Old browsers read X-Frame-Options; the others `frame-ancestors` of the content security policy.

With `no-referrer`, browsers would hide from our own server that its own page asks for signing out (Origin: null).
"""

NO_SCRIPT_CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
"""For responses without scripts: notices, errors, files."""


def form_csp(nonce: str, form_action: str) -> str:
    """Return the policy of a small page whose one script, with the nonce, sends its form to another server."""
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; script-src 'nonce-{nonce}'; base-uri 'none'; "
        f"form-action {form_action}; frame-ancestors 'none'"
    )


def page_csp(nonce: str) -> str:
    """Return the content security policy of the dashboard's page, whose own script elements bear the nonce.

    Scripts: `blob:` is how Panel loads our own components; no part of a page evaluates text, so `unsafe-eval` is not
    there. Styles: Bokeh and Material write them into the page.
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{nonce}' blob:",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self' blob:",
            "frame-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )

"""Find an HTTP endpoint's address, key, headers and proxy in ``Connect`` and the environment.

It opens nothing, and refuses to show a key or a password, or to send a key where nobody asked for it.

**Where**: ``connect.base_url``, else ``OPENAI_BASE_URL``, else OpenAI's own address. A query stays at the
end (``https://…/deployments/x?api-version=…``).

**Key**: the variable that ``connect.api_key_env`` names, which then must be set. Without it,
``OPENAI_API_KEY`` goes to OpenAI's own hosts and to ``OPENAI_BASE_URL`` only (``OPENAI_ORG_ID`` and
``OPENAI_PROJECT_ID`` go with it). A ``base_url`` of a study is sent no key unless the study says which:
else a study from elsewhere could carry a key away.
"""

from __future__ import annotations

import os
import re
from urllib.parse import SplitResult, urlsplit

from harness.errors import Unusable
from harness.types import Connect

OPENAI = "https://api.openai.com/v1"
SECRET_HEADER = re.compile(r"auth|key|token|secret|cookie", re.IGNORECASE)


def find_url(connect: Connect, name: str) -> SplitResult:
    """Find the address to post to.

    Raises:
        Unusable: no http(s) address, or one with a password in it (never quoted).
    """
    given = (connect.base_url or os.environ.get("OPENAI_BASE_URL") or OPENAI).strip()
    try:
        parts = urlsplit(given)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good or "@" in parts.netloc:
        raise Unusable(
            "the base URL must be http:// or https:// and hold no password",
            where=f"{name}: {'connect.base_url' if connect.base_url else 'OPENAI_BASE_URL'}",
            remedy="write http://host:port/v1, and put a key in the variable connect.api_key_env names",
        )
    return parts._replace(path=parts.path.rstrip("/") + "/chat/completions", fragment="")


def find_key(connect: Connect, url: SplitResult, name: str) -> tuple[str | None, str | None]:
    """Find the key and the variable that holds it; (None, None) for a server that gets none."""
    at_openai = url.scheme == "https" and f".{url.hostname}".endswith(".api.openai.com")
    if not connect.api_key_env and connect.base_url and not at_openai:
        return None, None
    variable = connect.api_key_env or "OPENAI_API_KEY"
    key = os.environ.get(variable, "").strip()
    if key:
        return variable, key
    if not connect.api_key_env and not at_openai:
        return None, None
    # Whoever writes the key itself there should not find it in a log.
    shown = variable if re.fullmatch(r"[A-Z_][A-Z0-9_]*", variable) else "that connect.api_key_env names"
    raise Unusable(
        f"the environment variable {shown} is not set",
        where=f"{name}: connect.api_key_env",
        remedy="export it with the key of this server in it",
    )


def make_headers(connect: Connect, variable: str | None, key: str | None, name: str) -> dict[str, str]:
    """Make the headers that all requests share."""
    headers = {"content-type": "application/json", "accept": "application/json", "user-agent": "harness"}
    if key and connect.api_key_header:
        headers[connect.api_key_header.lower()] = key
    elif key:
        headers["authorization"] = f"Bearer {key}"
    if variable == "OPENAI_API_KEY":
        given = {"openai-organization": "OPENAI_ORG_ID", "openai-project": "OPENAI_PROJECT_ID"}
        headers |= {header: os.environ[env] for header, env in given.items() if os.environ.get(env)}
    headers |= {header.lower(): value for header, value in connect.headers.items()}
    for header, value in headers.items():
        if not (header + value).isascii() or not (header + value).isprintable():
            raise Unusable(
                f"the header {header!r} holds characters that a header can't",
                where=f"{name}: connect.headers and connect.api_key_env",
                remedy="look for line breaks and quotes copied along with the value",
            )
    return headers


def find_proxy(url: SplitResult, where: str) -> str | None:
    """Find the proxy as the ``openai`` package does: HTTPS_PROXY, ALL_PROXY, NO_PROXY …"""
    from urllib.request import getproxies, proxy_bypass

    if proxy_bypass(url.netloc):
        return None
    proxies = getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    if not proxy:
        return None
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    if not proxy.startswith(("http://", "https://")):
        raise Unusable("only HTTP proxies are spoken", where=where, remedy="set NO_PROXY for this host")
    return proxy

"""One attempt: a signed POST to the address that was checked, bounded in time and in what is read."""

from __future__ import annotations

import asyncio
import ssl
import time
from functools import cache

import httpx
import msgspec

from control import __version__
from control.automation.webhooks.destinations import Destination, RefusedError, resolve
from control.automation.webhooks.signing import sign

TIMEOUT = 10.0
"""Seconds for all of it: name, connection, request and answer."""
MOST_READ = 64 << 10


class Outcome(msgspec.Struct, frozen=True):
    """What came of an attempt. `error` is None exactly when the receiver took the event with a 2xx."""

    status: int | None
    ms: int
    error: str | None


@cache
def trust() -> ssl.SSLContext:
    """Whose certificates count: the public authorities, or those of SSL_CERT_FILE. Loaded once, since that takes a while."""
    return httpx.create_ssl_context()


async def attempt(
    url: str, secret: str, message_id: str, body: bytes, *, https_only: bool, allow_private: bool, limit: float = TIMEOUT
) -> Outcome:
    """Send once, signed. Never raises for what the receiver or the network does."""
    headers = sign(secret, message_id, int(time.time()), body)
    return await post(url, headers, body, https_only=https_only, allow_private=allow_private, limit=limit)


async def post(
    url: str, headers: dict[str, str], body: bytes, *, https_only: bool, allow_private: bool, limit: float = TIMEOUT
) -> Outcome:
    """Post once, to an address that was checked. Never raises for what the receiver or the network does; redirects are not
    followed."""
    start = time.perf_counter()
    status: int | None = None
    error: str | None = None
    try:
        async with asyncio.timeout(limit):
            destination = await resolve(url, https_only=https_only, allow_private=allow_private)
            status = await _post(destination, headers, body, limit)
        if not 200 <= status <= 299:
            error = f"the receiver answered {status}"
    except RefusedError as reason:
        error = f"the address {reason}"
    except TimeoutError:
        error = f"no answer within {limit:g} s"
    except httpx.TimeoutException:
        error = f"no answer within {limit:g} s"
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as reason:
        error = f"{type(reason).__name__}: the connection failed"
    except (OSError, UnicodeError):
        error = "the host was not found"
    return Outcome(status, round((time.perf_counter() - start) * 1000), error)


async def _post(destination: Destination, more: dict[str, str], body: bytes, limit: float) -> int:
    headers = {
        "Host": destination.host_header,
        "Content-Type": "application/json",
        "User-Agent": f"hcc-webhooks/{__version__}",
        "Accept-Encoding": "identity",
        "Connection": "close",
        **more,
    }
    async with httpx.AsyncClient(verify=trust(), timeout=limit, follow_redirects=False, trust_env=False) as client:
        request = client.build_request(
            "POST", destination.url, content=body, headers=headers, extensions={"sni_hostname": destination.host}
        )
        answer = await client.send(request, stream=True)
        try:
            read = 0
            async for chunk in answer.aiter_raw():
                read += len(chunk)
                if read >= MOST_READ:
                    break
        finally:
            await answer.aclose()
        return answer.status_code

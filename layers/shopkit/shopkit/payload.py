"""API Gateway's payload v2, read by Mangum, with addresses as hosts."""

from typing import Any

from mangum.handlers import HTTPGateway


class PayloadV2(HTTPGateway):
    """Mangum splits Host at its colons, and an IPv6 address (RFC 3986 §3.2.2) has several."""

    @property
    def scope(self) -> Any:
        """The ASGI scope, its Host header as it was sent."""
        host = self.event.get("headers", {}).get("host", "")
        if not host.startswith("["):
            return super().scope
        address, _, port = host[1:].partition("]")
        sent, self.event = self.event, {**self.event, "headers": {**self.event["headers"], "host": "ipv6"}}
        scope: dict[str, Any] = dict(super().scope)
        scope["headers"] = [[name, host.encode() if name == b"host" else value] for name, value in scope["headers"]]
        scope["server"] = address, int(port[1:]) if port[1:].isdecimal() else 80
        scope["aws.event"] = self.event = sent
        return scope

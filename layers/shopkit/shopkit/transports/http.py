"""Over HTTP: services under plain uvicorn, or behind an address of their own."""

from shopkit.calls import Answer, Call
from shopkit.http.client import HttpClient


class HttpTransport:
    def __init__(self, url: str) -> None:
        self._http = HttpClient(url)

    async def send(self, call: Call, *, seconds: float) -> Answer:
        """The answer over HTTP/1.1; a HEAD is asked as GET and its body dropped."""
        target = f"{call.path}?{call.query}" if call.query else call.path
        method = "GET" if call.method == "HEAD" else call.method
        answer = await self._http.request(method, target, call.headers, call.body, seconds=seconds)
        body = b"" if call.method == "HEAD" else answer.body
        return Answer(answer.status, answer.headers, body, answer.cookies)

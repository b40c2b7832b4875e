"""A visit to the gateway's pages: keeps cookies and posts forms, as a browser without JavaScript does."""

import re
from collections.abc import Mapping
from html import unescape
from http.cookies import SimpleCookie
from typing import Any

from factories.events import Http, Reply

HTML = {"accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "sec-fetch-site": "same-origin"}
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Visit:
    def __init__(self, http: Http) -> None:
        self._http = http
        self.cookies: dict[str, str] = {}
        self.page: Reply | None = None
        """What was seen last."""

    def get(self, path: str, **more: Any) -> Reply:
        path, _, query = path.partition("?")
        return self._seen(self._http("GET", path, query=query, headers=HTML, cookies=self.cookies, **more))

    def post(self, path: str, form: Mapping[str, str], **more: Any) -> Reply:
        """Send a form of the page seen last: its token goes along."""
        assert self.page is not None, "A form stands on a page."
        token = TOKEN.search(self.page.text)
        fields = {"csrf_token": token[1] if token else "", **form}
        path, _, query = path.partition("?")
        return self._seen(
            self._http("POST", path, query=query, form=fields, headers=HTML, cookies=self.cookies, **more)
        )

    def send(self, method: str, path: str, json_body: Any = None) -> Reply:
        """What a script of a page asks, with the visit's cookies."""
        return self._kept(self._http(method, path, json_body=json_body, cookies=self.cookies))

    def sign_in(self, email: str, password: str) -> Reply:
        self.get("/login")
        return self.post("/login", {"email": email, "password": password})

    def value_of(self, name: str) -> str:
        """What a field of the page seen last is filled with."""
        assert self.page is not None
        found = re.search(rf'<input[^>]* name="{name}"[^>]* value="([^"]*)"', self.page.text)
        assert found is not None, f"The page has no field {name}."
        return unescape(found[1])

    def _seen(self, reply: Reply) -> Reply:
        if reply.status != 303:
            self.page = reply
        return self._kept(reply)

    def _kept(self, reply: Reply) -> Reply:
        for line in reply.cookies:
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
                if morsel["max-age"] == "0":
                    del self.cookies[name]
        return reply

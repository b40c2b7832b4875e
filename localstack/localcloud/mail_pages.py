"""Caught mails as pages of the console. A mail's own HTML stands in a frame that runs no script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from localcloud.mails import Mail

# Pictures may come from anywhere, as in a mail program; nothing else is fetched, nothing runs.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src * data:"
_HEAD = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
  body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #1f2328; }}
  table {{ border-collapse: collapse; width: 100%; }}
  th, td {{ text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #d8dee4; }}
  th {{ font-weight: 600; color: #59636e; }}
  pre {{ white-space: pre-wrap; background: #f6f8fa; padding: 1rem; }}
  iframe {{ width: 100%; height: 32rem; border: 1px solid #d8dee4; }}
</style>
<p><a href="{back}">{back_to}</a></p>
<h1>{title}</h1>
"""
_NEW_WINDOW = '<base target="_blank">'  # links of a mail leave the frame


def listing(mails: Sequence[Mail]) -> bytes:
    """The page with all of them, the latest first."""
    rows = "".join(_row(mail) for mail in reversed(mails))
    table = f"<table><tr><th>Time<th>To<th>Subject</tr>{rows}</table>" if mails else "<p>No mail was sent yet.</p>"
    return (_HEAD.format(title="Mails", back="/", back_to="Local cloud") + table).encode()


def page(mail: Mail) -> bytes:
    """One of them: its facts, its HTML and its text."""
    facts = (("From", mail.sender), ("To", ", ".join(mail.to)), ("Time", mail.time))
    table = "".join(f"<tr><th>{name}<td>{escape(value)}</tr>" for name, value in facts)
    parts = [_HEAD.format(title=escape(mail.subject), back="/mails", back_to="Mails"), f"<table>{table}</table>"]
    if mail.html is not None:
        frame = 'sandbox="allow-popups allow-popups-to-escape-sandbox" title="The mail"'
        parts.append(f'<h2>HTML</h2><iframe {frame} srcdoc="{escape(_NEW_WINDOW + mail.html)}"></iframe>')
    if mail.text is not None:
        parts.append(f"<h2>Text</h2><pre>{escape(mail.text)}</pre>")
    return "".join(parts).encode()


def _row(mail: Mail) -> str:
    link = f'<a href="/mails/{escape(mail.id)}">{escape(mail.subject) or "(no subject)"}</a>'
    return f"<tr><td>{escape(mail.time)}<td>{escape(', '.join(mail.to))}<td>{link}</tr>"

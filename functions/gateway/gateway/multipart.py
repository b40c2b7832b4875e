"""multipart/form-data (RFC 7578) as our own calls send it."""

import secrets
from collections.abc import Mapping


def encode(fields: Mapping[str, str], file_name: str, media_type: str, content: bytes) -> tuple[str, bytes]:
    """The content type and the body of a form with one file, its last part, in a field called `file`."""
    boundary = secrets.token_hex(16)
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{file_name}"\r\n'
        f"Content-Type: {media_type}\r\n\r\n"
    )
    body = "".join([*parts, head]).encode() + content + f"\r\n--{boundary}--\r\n".encode()
    return f"multipart/form-data; boundary={boundary}", body

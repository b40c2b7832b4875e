"""Lambda: one call, Invoke as an event, which does not wait for what the function does."""

from shopkit.aws.api import RefusedByAws, kept_api


def invocation_of(function: str) -> tuple[str, str]:
    """Path and query of Invoke for a function's name, with `:alias` where one is meant."""
    name, _, qualifier = function.partition(":")
    return f"/2015-03-31/functions/{name}/invocations", f"Qualifier={qualifier}" if qualifier else ""


async def invoke_as_event(function: str, payload: bytes, *, seconds: float) -> None:
    """Have a function started soon, or twice, as Lambda may do by itself.

    Raises OSError (TimeoutError among them) where Lambda does not accept it.
    """
    path, query = invocation_of(function)
    answer = await kept_api("lambda", "AWS_ENDPOINT_URL_LAMBDA").post(
        path,
        payload,
        {"content-type": "application/json", "x-amz-invocation-type": "Event"},
        query=query,
        seconds=seconds,
        may_repeat=True,
    )
    if answer.status != 202:  # noqa: PLR2004
        raise RefusedByAws("Lambda", answer)

import asyncio
import json
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from factories.lambda_service import FUNCTIONS, LambdaService, call, result, sample_function
from factories.waiting import eventually
from localcloud.lambdas import TooManyRequestsError


def error_of(payload: bytes) -> tuple[str, str]:
    error = json.loads(payload)
    return error["errorType"], error["errorMessage"]


async def test_context_tells_what_the_runtime_api_says(service: LambdaService) -> None:
    pool = service.pool()
    invocation = pool.submit(b'{"a": "\\u00fc"}')
    answer = json.loads((await invocation.outcome).payload)
    assert answer["event"] == {"a": "ü"}
    assert answer["request_id"] == invocation.request_id
    assert answer["arn"] == "arn:aws:lambda:us-east-1:123456789012:function:act"
    assert 3000 < answer["remaining_ms"] <= 5000


async def test_environment_is_reused(service: LambdaService) -> None:
    pool = service.pool()
    pids = {(await result(pool))["pid"] for _ in range(5)}
    assert len(pids) == 1
    assert pool.counters.cold_starts == 1


async def test_variables_are_those_of_the_template_and_of_lambda(
    service: LambdaService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_USER", "x")
    variables = await result(service.pool("variables"))
    assert variables["AWS_LAMBDA_FUNCTION_NAME"] == "variables"
    assert variables["LAMBDA_TASK_ROOT"] == str(FUNCTIONS)
    assert "SECRET_OF_THE_USER" not in variables
    assert "HOME" not in variables


async def test_output_is_kept_in_the_functions_log(service: LambdaService) -> None:
    await result(service.pool(), log="a line")
    assert "a line\n" in service.log()


class TestFailures:
    async def test_exception(self, service: LambdaService) -> None:
        pool = service.pool()
        outcome = await call(pool, **{"raise": "boom"})
        assert outcome.is_error
        assert error_of(outcome.payload) == ("ValueError", "boom")
        assert json.loads(outcome.payload)["stackTrace"]
        assert pool.counters.errors == 1
        assert service.events == []

    async def test_module_that_cannot_be_imported(self, service: LambdaService) -> None:
        outcome = await call(service.pool("broken.handler"))
        assert outcome.is_error
        assert error_of(outcome.payload) == ("RuntimeError", "no database here")

    async def test_exit(self, service: LambdaService) -> None:
        pool = service.pool()
        invocation = pool.submit(b'{"exit": 3}')
        outcome = await invocation.outcome
        assert outcome.is_error
        assert error_of(outcome.payload) == (
            "Runtime.ExitError",
            f"RequestId: {invocation.request_id} Error: Runtime exited with error: exit status 3",
        )

    async def test_kill_while_it_runs(self, service: LambdaService) -> None:
        pool = service.pool()
        before = (await result(pool))["pid"]
        outcome = await call(pool, kill=True)
        assert error_of(outcome.payload)[1].endswith("Error: Runtime exited with error: signal: killed")
        assert pool.counters.last_crash == "Runtime exited with error: signal: killed"
        assert [event["event"] for event in service.events] == ["crashed"]
        assert (await result(pool))["pid"] != before

    async def test_kill_while_idle_is_not_noticed_by_callers(self, service: LambdaService) -> None:
        pool = service.pool()
        for _ in range(5):
            pid = (await result(pool))["pid"]
            os.kill(pid, signal.SIGKILL)
            assert (await result(pool))["pid"] != pid
        assert pool.counters.errors == 0
        assert pool.counters.crashes == 5

    async def test_request_that_a_dead_process_never_read_is_served_by_another(self, service: LambdaService) -> None:
        pool = service.pool()
        pid = (await result(pool))["pid"]
        os.kill(pid, signal.SIGSTOP)
        invocation = pool.submit(b"{}")
        await asyncio.sleep(0)
        os.kill(pid, signal.SIGKILL)
        answer = json.loads((await invocation.outcome).payload)
        assert answer["pid"] != pid
        assert answer["request_id"] == invocation.request_id

    async def test_kill_while_starting(self, service: LambdaService) -> None:
        pool = service.pool()
        invocation = pool.submit(b"{}")
        await eventually(lambda: pool.pids)
        os.kill(pool.pids[0], signal.SIGKILL)
        assert not (await invocation.outcome).is_error

    async def test_folder_that_is_not_there(self, service: LambdaService, tmp_path: Path) -> None:
        function = replace(sample_function("act"), folder=tmp_path / "missing")
        outcome = await call(service.lambdas(function).pools["act"])
        assert error_of(outcome.payload)[0] == "Runtime.ExitError"

    async def test_result_above_the_limit(self, service: LambdaService) -> None:
        pool = service.pool()
        outcome = await call(pool, answer_bytes=6_291_556)
        assert error_of(outcome.payload)[0] == "Function.ResponseSizeTooLarge"
        assert not (await call(pool)).is_error

    async def test_large_event_and_result(self, service: LambdaService) -> None:
        pool = service.pool()
        answer = await result(pool, text="ü" * 1_000_000)
        assert len(answer["event"]["text"]) == 1_000_000


class TestTimeout:
    async def test_running_function_is_killed(self, service: LambdaService) -> None:
        pool = service.pool(timeout=1)
        before = (await result(pool))["pid"]
        invocation = pool.submit(b'{"sleep": 60}')
        outcome = await invocation.outcome
        assert error_of(outcome.payload) == (
            "Sandbox.Timedout",
            f"RequestId: {invocation.request_id} Error: Task timed out after 1.00 seconds",
        )
        assert (await result(pool))["pid"] != before
        assert pool.counters.timeouts == 1
        assert pool.counters.crashes == 0
        assert [event["event"] for event in service.events] == ["timed out"]
        with pytest.raises(ProcessLookupError):
            os.kill(before, 0)


class TestConcurrency:
    async def test_environment_serves_one_request_at_a_time(self, service: LambdaService, tmp_path: Path) -> None:
        pool = service.pool(environments=3, starting_at_once=3)
        gate = tmp_path / "gate"
        invocations = [pool.submit(json.dumps({"wait_for": str(gate)}).encode()) for _ in range(5)]
        await eventually(lambda: pool.size == 3 and pool.waiting == 2)
        gate.touch()
        pids = [json.loads((await invocation.outcome).payload)["pid"] for invocation in invocations]
        assert len(set(pids)) == 3

    async def test_reserved_concurrency_is_the_limit(self, service: LambdaService, tmp_path: Path) -> None:
        pool = service.pool(reserved=1)
        gate = tmp_path / "gate"
        first = pool.submit(json.dumps({"wait_for": str(gate)}).encode())
        others = [pool.submit(json.dumps({"n": n}).encode()) for n in range(3)]
        await eventually(lambda: pool.waiting == 3)
        gate.touch()
        outcomes = [await done for done in asyncio.as_completed([other.outcome for other in others])]
        finished = [json.loads(outcome.payload)["event"]["n"] for outcome in outcomes]
        assert finished == [0, 1, 2]
        assert first.outcome.done()
        assert pool.size == 1

    async def test_reserved_concurrency_of_zero(self, service: LambdaService) -> None:
        with pytest.raises(TooManyRequestsError):
            service.pool(reserved=0).submit(b"{}")

    async def test_abandoned_request_leaves_the_queue(self, service: LambdaService, tmp_path: Path) -> None:
        pool = service.pool(reserved=1)
        gate = tmp_path / "gate"
        first = pool.submit(json.dumps({"wait_for": str(gate)}).encode())
        abandoned = pool.submit(json.dumps({"log": "abandoned was run"}).encode())
        last = pool.submit(b"{}")
        abandoned.outcome.cancel()
        gate.touch()
        await asyncio.gather(first.outcome, last.outcome)
        assert "abandoned was run" not in service.log()

    async def test_requests_survive_a_killer(self, service: LambdaService) -> None:
        """Environments are killed again and again: nothing hangs, and whom it does not hit is served."""
        pool = service.pool(environments=3)
        killed: list[int] = []
        calls = [asyncio.ensure_future(call(pool, sleep=0.01)) for _ in range(100)]
        for next_done in asyncio.as_completed(calls):
            outcome = await next_done
            pid = json.loads(outcome.payload).get("pid")
            if pid in pool.pids and pid not in killed and len(killed) < 5:
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)
        failed = [one.result().payload for one in calls if one.result().is_error]
        assert len(killed) == 5
        assert len(failed) <= len(killed)
        assert all(b"signal: killed" in payload for payload in failed)


class TestEnd:
    async def test_idle_environments_are_ended(self, service: LambdaService) -> None:
        pool = service.pool()
        pid = (await result(pool))["pid"]
        await eventually(lambda: pool.idle == 1)
        pool.retire(idle_for=60)
        assert pool.size == 1
        pool.retire()
        await eventually(lambda: pool.size == 0)
        assert service.events == []
        assert (await result(pool))["pid"] != pid

    async def test_stop_leaves_no_process(self, service: LambdaService) -> None:
        pool = service.pool(environments=2, starting_at_once=2)
        running = pool.submit(b'{"sleep": 60}')
        waiting = [pool.submit(b'{"sleep": 60}') for _ in range(3)]
        await eventually(lambda: len(pool.pids) == 2 and pool.waiting == 2)
        pids = pool.pids
        await pool.stop()
        for invocation in (running, *waiting):
            assert invocation.outcome.result().is_error
        for pid in pids:
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)


class TestOwnClient:
    """The runtime client for systems without awslambdaric does what that does."""

    @pytest.fixture
    def service(self, service: LambdaService) -> LambdaService:
        service.uses_own_client = True
        return service

    async def test_result(self, service: LambdaService) -> None:
        pool = service.pool()
        first, second = await result(pool, n=1), await result(pool, n=2)
        assert first["pid"] == second["pid"]
        assert second["event"] == {"n": 2}
        assert second["arn"] == pool.function.arn
        assert 3000 < second["remaining_ms"] <= 5000

    async def test_exception(self, service: LambdaService) -> None:
        outcome = await call(service.pool(), **{"raise": "boom"})
        assert error_of(outcome.payload) == ("ValueError", "boom")
        assert "ValueError: boom" in service.log()

    async def test_module_that_cannot_be_imported(self, service: LambdaService) -> None:
        outcome = await call(service.pool("broken.handler"))
        assert error_of(outcome.payload) == ("RuntimeError", "no database here")

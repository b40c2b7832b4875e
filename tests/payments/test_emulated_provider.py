"""The emulated provider keeps the contract, and its books apart."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from uuid import UUID

import boto3
import psycopg
import pytest

from payments.providers import ledger, secret, signatures
from payments.providers.emulated import EmulatedProvider
from payments.providers.protocol import BadSignature, Bill, Charge, OutcomeUnknown, Provider, WebhookEvent
from shopkit import context

from .provider_contract import Methods, ProviderContract, Send, Sent, run


@pytest.mark.usefixtures("database")
class TestEmulatedProvider(ProviderContract):
    @pytest.fixture
    def provider(self) -> Provider:
        return EmulatedProvider()

    @pytest.fixture
    def methods(self) -> Methods:
        return Methods("pm_card_visa", "pm_card_declined", "pm_card_timeout")

    @pytest.fixture
    def send(self) -> Send:
        def send(payment_id: UUID) -> Sent:
            event = WebhookEvent(str(uuid.uuid4()), "charge.succeeded", payment_id)
            return Sent(*run(EmulatedProvider().signed(event)))

        return send

    def test_ledger_away(self, provider: Provider, bill: Bill, monkeypatch: pytest.MonkeyPatch) -> None:
        run(ledger.close())
        monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
        with pytest.raises(OutcomeUnknown):
            run(provider.charge(bill))

    def test_connection_cut(self, provider: Provider, bill: Bill, charge: Charge, database: str) -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert run(provider.charge(bill)) == charge

    def test_caller_out_of_time(self, provider: Provider, bill: Bill) -> None:
        """What is left of his time is for writing down what happened."""
        with context.on_behalf_of("", deadline=0), pytest.raises(OutcomeUnknown):
            run(provider.charge(bill))

    def test_committed_by_itself(self, charge: Charge, database: str) -> None:
        with psycopg.connect(database) as connection:
            found = connection.execute("SELECT status FROM emulated_provider.charges WHERE id = %s", [charge.id])
            assert found.fetchall() == [("captured",)]

    @pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"id": "1", "type": "t", "payment_id": "42"}', b"\xff"])
    def test_webhook_not_understood(self, provider: Provider, body: bytes) -> None:
        signed = signatures.sign(body, "only-for-tests", datetime.now(UTC))
        with pytest.raises(BadSignature):
            run(provider.webhook({"webhook-signature": signed}, body))


class TestSignature:
    NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
    BODY = json.dumps({"id": "evt_1"}).encode()

    def test_known(self) -> None:
        """As `printf '1795435200.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_test` computes it."""
        signed = signatures.sign(b'{"id":"evt_1"}', "whsec_test", datetime.fromtimestamp(1_795_435_200, UTC))
        assert signed == "t=1795435200,v1=0fb8ca2dc1c0dc2af871e6a07121147b0a6addf6a4c944e173456ae1cd32c6ca"

    @pytest.mark.parametrize("seconds", [-300, 0, 300])
    def test_in_time(self, seconds: int) -> None:
        header = signatures.sign(self.BODY, "secret", self.NOW + timedelta(seconds=seconds))
        signatures.check(header, self.BODY, "secret", self.NOW)

    @pytest.mark.parametrize("seconds", [-301, 301])
    def test_out_of_time(self, seconds: int) -> None:
        header = signatures.sign(self.BODY, "secret", self.NOW + timedelta(seconds=seconds))
        with pytest.raises(BadSignature):
            signatures.check(header, self.BODY, "secret", self.NOW)

    def test_one_of_several(self) -> None:
        """While the key is changed, the provider signs with both."""
        stamp, _, good = signatures.sign(self.BODY, "secret", self.NOW).partition(",")
        _, _, old = signatures.sign(self.BODY, "old secret", self.NOW).partition(",")
        signatures.check(f"{stamp},{old},{good}", self.BODY, "secret", self.NOW)

    @pytest.mark.parametrize(
        "header",
        ["", "t=", "v1=abc", "t=now,v1=abc", "t=1795435200", "t=\u0661,v1=abc", "t=1795435200,v1=\u00e9", "t,v1,=,"],
    )
    def test_malformed(self, header: str) -> None:
        with pytest.raises(BadSignature):
            signatures.check(header, self.BODY, "secret", self.NOW)

    @pytest.mark.parametrize("digits", [13, 400, 5000])
    def test_time_that_is_none(self, digits: int) -> None:
        """More digits than a float, or than Python reads as a number at all."""
        with pytest.raises(BadSignature):
            signatures.check(f"t={'9' * digits},v1=abc", self.BODY, "secret", self.NOW)

    def test_time_changed(self) -> None:
        header = signatures.sign(self.BODY, "secret", self.NOW)
        moved = header.replace(str(int(self.NOW.timestamp())), str(int(self.NOW.timestamp()) + 60))
        with pytest.raises(BadSignature):
            signatures.check(moved, self.BODY, "secret", self.NOW)


def test_key_in_secrets_manager(aws: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"webhooks-{uuid.uuid4()}"
    manager = boto3.client("secretsmanager")
    arn = manager.create_secret(Name=name, SecretString="kept there")["ARN"]
    monkeypatch.delenv("WEBHOOK_SECRET", raising=False)
    monkeypatch.setenv("WEBHOOK_SECRET_ARN", arn)
    assert run(secret.webhook_secret()) == "kept there"
    manager.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)
    assert run(secret.webhook_secret()) == "kept there"

"""What of a template invokes functions."""

from pathlib import Path
from typing import Any

import pytest

from factories.lambda_service import SAMPLE
from localcloud.intrinsics import TemplateError
from localcloud.stack import PROVIDED_TYPES, QUEUE, RULE, Asynchronous, EventSource, Schedule
from localcloud.template import Template
from localcloud.wiring import Wiring

REGION, AWS_URL = "eu-central-1", "http://127.0.0.1:4566"
PARAMETERS = {"Seen": "seen", "Aws": AWS_URL, "DatabasePort": "1"}
QUEUE_ARN = "arn:aws:sqs:eu-central-1:123456789012:Inbox"
FUNCTION_ARN = "arn:aws:lambda:eu-central-1:123456789012:function:Consumer:live"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(SAMPLE / "events.yaml", PARAMETERS, REGION, tmp_path_factory.mktemp("cache"), AWS_URL)


class TestSample:
    def test_sources(self, template: Template) -> None:
        assert template.stack({}).sources == (
            EventSource("Inbox", "Consumer", batch_size=5, concurrency=2, reports_failures=True),
        )

    def test_schedules_that_are_switched_on(self, template: Template) -> None:
        assert template.stack({}).schedules == (Schedule("ConsumerSweep", "Consumer", 900),)

    def test_what_becomes_of_failed_events(self, template: Template) -> None:
        assert template.stack({}).functions["Consumer"].asynchronous == Asynchronous(0, 60, "Failures")

    def test_references(self, template: Template) -> None:
        variables = template.stack({}).functions["Consumer"].variables
        assert variables["INBOX_URL"] == f"{AWS_URL}/123456789012/Inbox"
        assert (variables["INBOX"], variables["BUS"], variables["RULE"]) == ("Inbox", "sample", "OrdersRule")

    def test_resources_refer_to_each_other(self, template: Template) -> None:
        declared = template.declared(PROVIDED_TYPES)
        dead = "arn:aws:sqs:eu-central-1:123456789012:inbox-dead"
        assert declared["Inbox"].type == QUEUE
        assert declared["Inbox"].properties["RedrivePolicy"]["deadLetterTargetArn"] == dead
        assert declared["OrdersRule"].properties["EventBusName"] == "sample"
        assert declared["OrdersRule"].properties["Targets"] == [{"Id": "queue", "Arn": QUEUE_ARN}]


def wiring(kind: str, **properties: Any) -> Wiring:
    return Wiring({"It": {"Type": kind, "Properties": properties}}, lambda value: value)


def schedule(expression: str = "rate(1 hour)", **target: Any) -> Wiring:
    return wiring(RULE, ScheduleExpression=expression, Targets=[{"Id": "1", "Arn": FUNCTION_ARN} | target])


class TestSchedules:
    @pytest.mark.parametrize(
        ("expression", "seconds"),
        [("rate(1 minute)", 60), ("rate(15 minutes)", 900), ("rate(2 hours)", 7200), ("rate(1 day)", 86_400)],
    )
    def test_rates(self, expression: str, seconds: int) -> None:
        assert [one.period for one in schedule(expression).schedules()] == [seconds]

    @pytest.mark.parametrize("constant", ['{"a": 1}', {"a": 1}])
    def test_event_of_its_own(self, constant: Any) -> None:
        assert [one.event for one in schedule(Input=constant).schedules()] == ['{"a": 1}']

    @pytest.mark.parametrize("expression", ["cron(0 12 * * ? *)", "rate(0 minutes)", "rate(5 seconds)", "at(2026)"])
    def test_other_expressions(self, expression: str) -> None:
        with pytest.raises(TemplateError, match="The schedule It is not of the form"):
            schedule(expression).schedules()

    @pytest.mark.parametrize("target", [{"Arn": QUEUE_ARN}, {"InputPath": "$.detail"}])
    def test_other_targets(self, target: dict[str, str]) -> None:
        with pytest.raises(TemplateError, match="The schedule It must invoke a function"):
            schedule(**target).schedules()


class TestRefusals:
    @pytest.mark.parametrize("target", [{"Arn": FUNCTION_ARN}, {"Arn": QUEUE_ARN, "InputPath": "$.detail"}])
    def test_rule(self, target: dict[str, str]) -> None:
        rule = wiring(RULE, EventPattern={"source": ["x"]}, Targets=[{"Id": "1"} | target])
        with pytest.raises(TemplateError, match="rule It "):
            rule.schedules()

    @pytest.mark.parametrize(
        "properties",
        [
            {"EventSourceArn": QUEUE_ARN, "FilterCriteria": {}},
            {"EventSourceArn": QUEUE_ARN, "MaximumBatchingWindowInSeconds": 5},
            {"EventSourceArn": "arn:aws:kinesis:x:1:stream/s"},
        ],
    )
    def test_event_source(self, properties: dict[str, Any]) -> None:
        source = wiring("AWS::Lambda::EventSourceMapping", FunctionName=FUNCTION_ARN, **properties)
        with pytest.raises(TemplateError, match="It "):
            source.sources()

    def test_destination(self) -> None:
        config = {"OnFailure": {"Destination": "arn:aws:sns:x:1:topic"}}
        invokes = wiring("AWS::Lambda::EventInvokeConfig", FunctionName="Consumer", DestinationConfig=config)
        with pytest.raises(TemplateError, match="The destination of It is no queue"):
            invokes.asynchronous()

    @pytest.mark.parametrize(
        ("written", "instead", "refusal"),
        [
            ("!GetAtt Inbox.Arn }", "!GetAtt Nobody.Arn }", "attribute Nobody"),
            (
                "Unread: { Type: AWS::SQS::Queue }",
                "Unread: { Type: AWS::SQS::Queue, Properties: { FifoQueue: true } }",
                "FIFO",
            ),
        ],
    )
    def test_template(self, tmp_path: Path, written: str, instead: str, refusal: str) -> None:
        source = (SAMPLE / "events.yaml").read_text()
        assert written in source
        broken = tmp_path / "template.yaml"
        broken.write_text(source.replace(written, instead))
        with pytest.raises(TemplateError, match=refusal):
            Template(broken, PARAMETERS, REGION, tmp_path, AWS_URL).declared(PROVIDED_TYPES)

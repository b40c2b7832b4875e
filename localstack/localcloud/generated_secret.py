"""Secret values that CloudFormation generates: AWS::SecretsManager::Secret's GenerateSecretString.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-secretsmanager-secret-generatesecretstring.html
"""

import json
import secrets
import string
from collections.abc import Mapping
from typing import Any

_DEFAULT_LENGTH = 32
_KINDS = {
    "ExcludeLowercase": string.ascii_lowercase,
    "ExcludeUppercase": string.ascii_uppercase,
    "ExcludeNumbers": string.digits,
    "ExcludePunctuation": string.punctuation,
}


def generate(wanted: Mapping[str, Any]) -> str:
    """A new value: a password, or the template's JSON object with a password under the key it names."""
    password = _password(wanted)
    if "GenerateStringKey" not in wanted:
        return password
    return json.dumps(template(wanted) | {wanted["GenerateStringKey"]: password})


def template(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the value beside the password."""
    fixed: dict[str, Any] = json.loads(wanted.get("SecretStringTemplate", "{}"))
    return fixed


def refreshed(value: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """The value with what changed in its template: the password and what others put there stay.

    A value that is no JSON object any more has nothing of the template in it, and stays.
    """
    old, new = template(before), template(now)
    changed = {key: fixed for key, fixed in new.items() if key not in old or old[key] != fixed}
    return json.dumps(json.loads(value) | changed) if changed and value.startswith("{") else value


def _password(wanted: Mapping[str, Any]) -> str:
    """Characters of all kinds that are not excluded, at least one of each unless that was waived."""
    excluded = set(wanted.get("ExcludeCharacters", ""))
    kinds = [kind for switch, kind in _KINDS.items() if not _is_on(wanted.get(switch, False))]
    kinds += [" "] if _is_on(wanted.get("IncludeSpace", False)) else []
    alphabets = [[letter for letter in kind if letter not in excluded] for kind in kinds]
    required = alphabets if _is_on(wanted.get("RequireEachIncludedType", True)) else []
    letters = [secrets.choice(alphabet) for alphabet in required if alphabet]
    everything = [letter for alphabet in alphabets for letter in alphabet]
    length = int(wanted.get("PasswordLength", _DEFAULT_LENGTH))
    letters += [secrets.choice(everything) for _ in range(length - len(letters))]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)


def _is_on(switch: bool | str) -> bool:  # noqa: FBT001 - CloudFormation takes both
    return str(switch).lower() == "true"

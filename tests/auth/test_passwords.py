from auth import passwords

from .conftest import weak_hash


def test_hash_is_argon2id_with_our_parameters() -> None:
    assert passwords.hashed("correct horse").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_same_password_has_another_hash_each_time() -> None:
    assert passwords.hashed("correct horse") != passwords.hashed("correct horse")


def test_judges() -> None:
    stored = passwords.hashed("correct horse")
    assert passwords.judge("correct horse", stored) == passwords.Verdict(is_right=True)
    assert not passwords.judge("wrong horse", stored).is_right
    assert not passwords.judge("correct horse", None).is_right


def test_weaker_hash_is_bettered_only_for_the_right_password() -> None:
    weak = weak_hash("correct horse")
    better = passwords.judge("correct horse", weak).better_hash
    assert better is not None
    assert passwords.judge("correct horse", better) == passwords.Verdict(is_right=True)
    assert passwords.judge("wrong horse", weak) == passwords.Verdict(is_right=False)

"""What can go wrong with accounts."""

from shopkit.errors import Conflict, Unauthenticated


class EmailTaken(Conflict):
    code = "email_taken"

    def __init__(self) -> None:
        super().__init__("There is an account with this e-mail address already.")


class InvalidCredentials(Unauthenticated):
    """The same for an unknown address, a wrong password and an account that was switched off."""

    code = "invalid_credentials"

    def __init__(self) -> None:
        super().__init__("The e-mail address or the password is wrong.")


class SessionEnded(Unauthenticated):
    """Signed out, expired, or ended by an administrator."""

    code = "session_ended"

    def __init__(self) -> None:
        super().__init__("Your session has ended; sign in again.")


class OwnAccount(Conflict):
    """Since nobody can do this to himself, the shop always keeps an administrator."""

    code = "own_account"

    def __init__(self) -> None:
        super().__init__("You cannot switch off your own account or give up your own role.")

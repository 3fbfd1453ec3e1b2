"""Every deliberate error and its stable code.

An error names the thing, the value and the way out. The API renders it as `application/problem+json`; the
command line prints one sentence and exits with a non-zero status.
"""


class TielineError(Exception):
    """An error meant for a person: a stable code, one sentence, and where it applies.

    Attributes:
        code: Stable name for programs, in snake case.
        status: HTTP status when an API answers with it.
        field: JSON pointer or name of the offending field, or "" if there is none.
        way_out: What the reader can do about it, or "".
    """

    code = "error"
    status = 500

    def __init__(self, message: str, *, field: str = "", way_out: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.way_out = way_out

    def __str__(self) -> str:
        return f"{self.message} {self.way_out}".strip()


class InvalidInputError(TielineError):
    """The caller sent something that cannot be accepted as it is."""

    code = "invalid_input"
    status = 422


class InvalidRulesError(InvalidInputError):
    """A file of identity rules has mistakes; the sentence names each with its line."""

    code = "invalid_rules"


class InvalidConditionError(InvalidInputError):
    """A condition (segment, journey split, trigger filter) does not compile."""

    code = "invalid_condition"


class InvalidJourneyError(InvalidInputError):
    """A journey definition does not compile."""

    code = "invalid_journey"


class InvalidTemplateError(InvalidInputError):
    """A message template does not compile, or breaks a limit of LINE."""

    code = "invalid_template"


class UnreadableFileError(InvalidInputError):
    """A file that cannot be imported as a whole."""

    code = "unreadable_file"

    def __init__(self, message: str, *, way_out: str) -> None:
        super().__init__(message, field="/file", way_out=way_out)


class MalformedBodyError(TielineError):
    """A request body that is not JSON at all."""

    code = "malformed_body"
    status = 400


class BodyTooLargeError(TielineError):
    """A request body above the limit."""

    code = "body_too_large"
    status = 413


class SlowBodyError(TielineError):
    """A request body that does not arrive in time."""

    code = "slow_body"
    status = 408


class UnknownKeyError(TielineError):
    """A write key, secret key or signature that does not open this door."""

    code = "unknown_key"
    status = 401


class LoginRequiredError(TielineError):
    """Nobody is logged in, the session has ended, or address and password do not fit."""

    code = "login_required"
    status = 401


class CrossSiteError(TielineError):
    """A request that changes something came from another site, or without the session's token."""

    code = "cross_site"
    status = 403


class ForbiddenError(TielineError):
    """The key is known but may not do this."""

    code = "forbidden"
    status = 403


class NotFoundError(TielineError):
    """Nothing is stored under this name."""

    code = "not_found"
    status = 404


class ConflictError(TielineError):
    """The thing exists already or was changed by someone else."""

    code = "conflict"
    status = 409


class OverLimitError(TielineError):
    """A send that does not fit into the month's quota or into a budget."""

    code = "over_limit"
    status = 409


class RateLimitedError(TielineError):
    """More requests than this key may make.

    Attributes:
        retry_after_seconds: When to try again.
    """

    code = "rate_limited"
    status = 429

    def __init__(self, message: str, *, retry_after_seconds: float) -> None:
        super().__init__(message, way_out=f"Try again in {retry_after_seconds:.0f} s.")
        self.retry_after_seconds = retry_after_seconds


class UnavailableError(TielineError):
    """A part that is needed does not answer now."""

    code = "unavailable"
    status = 503


class StartError(TielineError):
    """Tieline cannot start here: a folder in use, a wrong engine version, an unreachable address."""

    code = "cannot_start"

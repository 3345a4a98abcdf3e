"""The vocabulary of access: roles, token scopes, who may use which page and route, and what the access log can say.

A new page, role, route or purpose starts here; what else must know it is listed by tests/unit/test_access.py.
"""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """What a person does at the bank, as the identity provider states it. Its other roles have no meaning here."""

    ADVISOR = "advisor"
    OPERATOR = "operator"
    AUDITOR = "auditor"


class PageName(StrEnum):
    """A page of the dashboard, in the order of its navigation. The value is in addresses: `?page=model`."""

    CLIENT = "client"
    PORTFOLIO = "portfolio"
    OPERATIONS = "operations"
    AUDIT = "audit"
    MODEL = "model"


PAGE_ROLES: Mapping[PageName, frozenset[Role]] = {
    PageName.CLIENT: frozenset({Role.ADVISOR}),
    PageName.PORTFOLIO: frozenset({Role.ADVISOR}),
    PageName.OPERATIONS: frozenset({Role.OPERATOR}),
    PageName.AUDIT: frozenset({Role.AUDITOR}),
    PageName.MODEL: frozenset(Role),
}
"""Page → the roles that may open it; one of them is enough."""


class TokenScope(StrEnum):
    """What a bearer token allows its owner to do at the gateway."""

    SCORE = "score:write"
    BATCH = "batch:write"
    OPERATIONS = "ops:read"
    AUDIT = "audit:read"
    CLIENTS = "clients:write"


class Purpose(StrEnum):
    """What an entry of the access log is about."""

    LIST = "list"
    VIEW = "view"
    SCORE = "score"
    WHAT_IF = "what_if"
    SIMILAR = "similar"
    RECOURSE = "recourse"
    LETTER = "letter"
    PORTFOLIO = "portfolio"
    OPERATIONS = "operations"
    AUDIT = "audit"
    AUDIT_EXPORT = "audit_export"
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    SESSION = "session"
    PAGE_CLIENT = "page_client"
    PAGE_PORTFOLIO = "page_portfolio"
    PAGE_OPERATIONS = "page_operations"
    PAGE_AUDIT = "page_audit"
    PAGE_MODEL = "page_model"
    GATEWAY_PREDICT = "gateway_predict"
    GATEWAY_SCORE = "gateway_score"
    GATEWAY_BATCH = "gateway_batch"
    GATEWAY_CLIENT_PUT = "gateway_client_put"
    GATEWAY_CLIENT_DELETE = "gateway_client_delete"
    GATEWAY_MODEL = "gateway_model"
    GATEWAY_METRICS = "gateway_metrics"
    GATEWAY_AUDIT = "gateway_audit"
    GATEWAY_DOCS = "gateway_docs"
    GATEWAY_REQUEST = "gateway_request"
    """A request that the gateway refuses before it chooses a route."""
    COMMAND_LINE_SCORE = "command_line_score"
    COMMAND_LINE_CLIENT = "command_line_client"
    COMMAND_LINE_PORTFOLIO = "command_line_portfolio"
    COMMAND_LINE_STREAM = "command_line_stream"


def page_purpose(page: PageName) -> Purpose:
    """Return the purpose under which a refusal to open a page is recorded."""
    return Purpose(f"page_{page}")


ROUTE_SCOPES: Mapping[Purpose, tuple[TokenScope, ...]] = {
    Purpose.GATEWAY_PREDICT: (TokenScope.SCORE,),
    Purpose.GATEWAY_SCORE: (TokenScope.SCORE,),
    Purpose.GATEWAY_BATCH: (TokenScope.BATCH,),
    Purpose.GATEWAY_CLIENT_PUT: (TokenScope.CLIENTS,),
    Purpose.GATEWAY_CLIENT_DELETE: (TokenScope.CLIENTS,),
    Purpose.GATEWAY_MODEL: (TokenScope.SCORE, TokenScope.BATCH),
    Purpose.GATEWAY_METRICS: (TokenScope.OPERATIONS,),
    Purpose.GATEWAY_AUDIT: (TokenScope.AUDIT,),
    Purpose.GATEWAY_DOCS: tuple(TokenScope),
}
"""Purpose of a gateway route → the scopes that a token needs for it; one of them is enough."""


class AccessOutcome(StrEnum):
    """How what an entry is about ended. One word without digits, so no score can be one."""

    SHOWN = "shown"
    NOT_FOUND = "not_found"
    SCORED = "scored"
    REJECTED = "rejected"
    EXPIRED = "expired"
    FAILED = "failed"
    NOT_ANSWERED = "not_answered"
    """No result was received: a timeout, a full lane, an unavailable component."""
    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"
    PROPOSED = "proposed"
    NO_CHANGE = "no_change"
    TOO_FEW = "too_few"
    PREVIEWED = "previewed"
    PRINTED = "printed"
    DOWNLOADED = "downloaded"
    STARTED = "started"
    FINISHED = "finished"
    ABORTED = "aborted"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    TIMED_OUT = "timed_out"
    REVOKED = "revoked"
    """The identity provider ended the session, closed the account or changed its roles."""
    REFUSED = "refused"
    UNAUTHENTICATED = "unauthenticated"


SERVICE_ROLE = "service"
"""Role, in the access log, of a program that calls the gateway."""

COMMAND_LINE_ROLE = "command_line"
"""Role of a person at the command line, whom the machine admitted, not a sign-in."""

NO_ROLE = "none"
"""Role of an unauthenticated caller, and of a person to whom the provider gives no role here."""

UNAUTHENTICATED_NAME = "unauthenticated"
"""Name, in the access log, of a caller who could not prove an identity."""

ACCESS_VOCABULARY: Mapping[str, tuple[str, ...]] = {
    "role": (*Role, SERVICE_ROLE, COMMAND_LINE_ROLE, NO_ROLE),
    "purpose": tuple(Purpose),
    "outcome": tuple(AccessOutcome),
}
"""Field of an entry of the access log → the words that it may be. The database takes no others, the auditor's filters
offer them, and each has a message in the catalogues."""

"""What the screen says about a request that has no score."""

import pytest

from contract.access import AccessOutcome
from contract.codes import ErrorCode
from contract.messages import ErrorInfo, Expired, Failed, FieldError, NotScored, Rejected
from producers.errors import score_error
from reporting.problems import outcome_of, score_failure
from reporting.widgets.components import problem_html
from tests.unit.reporting.samples import EN, FR

CLIENT_DATA = "Une donnée du client empêche le calcul"


def result_of(code: ErrorCode, fields: tuple[FieldError, ...] = ()) -> NotScored:
    kind = {"rejected": Rejected, "expired": Expired, "failed": Failed}[code.spec.status]
    return kind(request_id=None, client_ref="c", error=ErrorInfo(code, "detail", fields))


@pytest.mark.parametrize("code", [code for code in ErrorCode if not code.spec.of_feature])
def test_each_code_has_its_own_words_on_the_screen(code: ErrorCode) -> None:
    outcome = score_failure(score_error(result_of(code)))
    shown = problem_html(outcome.problem, FR)
    assert code.spec.advisor["fr"].title in shown
    assert (CLIENT_DATA in shown) is (code is ErrorCode.INVALID_FEATURES)
    assert outcome_of(outcome.problem) == AccessOutcome(code.spec.status)


@pytest.mark.parametrize("code", [ErrorCode.SEAL_REQUIRED, ErrorCode.NOT_A_PSEUDONYM, ErrorCode.UNSUPPORTED_VERSION])
def test_what_the_advisor_cannot_correct_goes_to_the_operations_team(code: ErrorCode) -> None:
    assert "Contactez l’équipe d’exploitation." in problem_html(code, FR)
    assert "Contact the operations team." in problem_html(code, EN)


def test_invalid_features_are_named_without_their_values() -> None:
    field = FieldError("AGE", ErrorCode.OUT_OF_BOUNDS, "expected between 18 and 120")
    assert score_failure(score_error(result_of(ErrorCode.INVALID_FEATURES, (field,)))).fields == (field,)

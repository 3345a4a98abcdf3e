"""What an answer means for a page that was made from another model."""

from collections.abc import Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contract.active_model import POINTER, activate
from contract.bundle import Bundle
from contract.codes import Band, ErrorCode
from contract.messages import ModelRef, Scored
from contract.settings import Settings
from producers.errors import RequestRejectedError
from reporting.backend.resources import AppResources
from reporting.backend.services import SessionServices
from reporting.problems import ModelMismatchError, Problem, ScoreFailure, problem_of, require_same_model
from reporting.server.users import DEVELOPMENT_USER
from tests.support.tiny_model import write_tiny_bundle


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    bundle = write_tiny_bundle(tmp_path, trees=5)
    activate(tmp_path / "models", bundle.ref.version)
    return bundle


@pytest.fixture
def services(tmp_path: Path) -> Iterator[SessionServices]:
    shared = AppResources(Settings(home=tmp_path))  # connects at its first use
    yield SessionServices(shared, DEVELOPMENT_USER.actor)
    shared.close()


def scored(model: ModelRef) -> "Future[Scored]":
    answer = Scored(
        request_id="0195534f-9a3c-7c1b-8f5e-3f1f2d4b5a69", client_ref="c1", probability=0.25, base_probability=0.2,
        base_log_odds=-1.4, threshold=0.4, band=Band.LOW, model=model, scored_at=datetime.now(UTC),
    )  # fmt: skip
    done: Future[Scored] = Future()
    done.set_result(answer)
    return done


def rejected() -> "Future[Scored]":
    done: Future[Scored] = Future()
    done.set_exception(RequestRejectedError(ErrorCode.INVALID_FEATURES, "1 invalid feature(s)"))
    return done


def test_only_an_answer_of_the_pages_model_is_shown(services: SessionServices, bundle: Bundle) -> None:
    assert isinstance(services._outcome(bundle, scored(bundle.ref)), Scored)
    other = services._outcome(bundle, scored(ModelRef("tiny", "tiny-other", "other")))
    assert other == ScoreFailure(Problem.MODEL_CHANGED)


def test_a_rejection_is_the_clients_fault_only_while_the_pages_model_is_active(
    services: SessionServices, bundle: Bundle, tmp_path: Path
) -> None:
    assert services._outcome(bundle, rejected()) == ScoreFailure(ErrorCode.INVALID_FEATURES)
    activate(tmp_path / "models", write_tiny_bundle(tmp_path, trees=6).ref.version)
    assert services._outcome(bundle, rejected()) == ScoreFailure(Problem.MODEL_CHANGED)
    (tmp_path / "models" / POINTER).unlink()
    assert services._outcome(bundle, rejected()) == ScoreFailure(ErrorCode.INVALID_FEATURES)


def test_models_are_compared_by_what_they_hold(bundle: Bundle) -> None:
    require_same_model(ModelRef("x", "y", bundle.ref.digest), bundle.ref)
    with pytest.raises(ModelMismatchError):
        require_same_model(ModelRef(bundle.ref.name, bundle.ref.version, "other"), bundle.ref)
    assert problem_of(ModelMismatchError()) is Problem.MODEL_CHANGED

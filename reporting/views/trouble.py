"""What stands in the way, in words."""

from contract.schema import Language
from reporting.problems import Problem
from reporting.views.markup import state
from reporting.wording import say


def problem_words(problem: Problem, language: Language) -> tuple[str, str]:
    """Return what is the matter, and the way out."""
    return say(language, f"problem.{problem}_title"), say(language, f"problem.{problem}_text")


def problem_state(problem: Problem, language: Language, items: tuple[str, ...] = ()) -> str:
    """Return the inside of a panel that says so, with details if there are any."""
    title, text = problem_words(problem, language)
    return state("warning", title, text, items, alert=True)

"""What stands where something will appear, as high as what will come, so that nothing jumps."""

from html import escape

from contract.schema import Language
from reporting.wording import say

CSS = """
.bone { background: var(--bone); border-radius: 8px; animation: breathe 1.4s ease-in-out infinite; }
.arc { width: min(350px, 80%); aspect-ratio: 2; border-radius: 350px 350px 0 0; margin: 20px auto 34px;
  background: var(--bone); mask: radial-gradient(circle at 50% 100%, transparent 57%, #000 58%); }
.bone.line { height: 14px; margin: 20px 0; }
.bone.short { margin: 0 auto 10px; }
@keyframes breathe { 50% { opacity: .45; } }
@media (prefers-reduced-motion: reduce) { .bone { animation: none; } }
"""


def skeleton(language: Language) -> str:
    """Return the shape of a score under way."""
    waiting = escape(say(language, "score.waiting"))
    return (
        f"<div role='status' aria-busy='true'><p class='unseen'>{waiting}</p><div class='bone arc'></div>"
        f"<div class='bone line short' style='width:32%'></div><div class='bone line short' style='width:52%'></div>"
        f"{lines(46, 92)}</div>"
    )


def lines(*widths: int) -> str:
    """Return lines to come, as wide as so many percent."""
    return "".join(f"<div class='bone line' style='width:{width}%'></div>" for width in widths)

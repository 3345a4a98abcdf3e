"""Changes and proposals in words that an advisor can say. No I/O."""

from contract.encoding import level_text
from contract.schema import FeatureSchema, FeatureType, Language
from presentation import formats
from presentation.values import value_text
from presentation.wording import say
from reporting.pages.client.tools.what_if.proposal import Change, Proposal

MOST_DECIMALS = 4
"""Of a percentage: where one decimal would make a PD just below the threshold look the same as the threshold."""


def change_text(change: Change, schema: FeatureSchema, language: Language) -> str:
    """Return one change: label, before → after."""
    feature = schema[change.feature]
    before, after = (value_text(feature, value, schema, language) for value in (change.before, change.after))
    return say(language, "what_if.change", label=feature.label[language], before=before, after=after)


def proposal_text(proposal: Proposal, schema: FeatureSchema, threshold: float, language: Language) -> str:
    """Return a proposal as one sentence: if this went from here to there, the probability would be so much."""
    parts = [_moved(change, schema, language) for change in proposal.changes]
    pd, limit = apart(proposal.probability, threshold, language)
    return say(language, "recourse.if", changes=say(language, "recourse.and").join(parts), pd=pd, threshold=limit)


def apart(probability: float, threshold: float, language: Language) -> tuple[str, str]:
    """Return both as percentages, with as many decimals as they need to look different."""
    for decimals in range(1, MOST_DECIMALS + 1):
        texts = tuple(formats.percent(share, language, decimals) for share in (probability, threshold))
        if texts[0] != texts[1]:
            break
    return texts[0], texts[1]


def _moved(change: Change, schema: FeatureSchema, language: Language) -> str:
    feature = schema[change.feature]
    before, after = (value_text(feature, value, schema, language) for value in (change.before, change.after))
    in_words = feature.type is FeatureType.CHOICE or level_text(change.after) in feature.value_labels
    key = "recourse.turned" if in_words else "recourse.moved"
    return say(language, key, label=feature.label[language], before=before, after=after)

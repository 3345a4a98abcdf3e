"""Wording: the score and what explains it."""

from contract.schema import Text

WORDS = {
    "gauge.title": Text(fr="Probabilité de défaut", en="Probability of default"),
    "gauge.threshold": Text(fr="seuil {threshold}", en="threshold {threshold}"),
    "gauge.alt": Text(
        fr="Probabilité de défaut : {pd}. {band}. Seuil de décision : {threshold}.",
        en="Probability of default: {pd}. {band}. Decision threshold: {threshold}.",
    ),
    "band.low": Text(fr="Risque faible", en="Low risk"),
    "band.medium": Text(fr="Risque modéré", en="Moderate risk"),
    "band.high": Text(fr="Risque élevé", en="High risk"),
    "band.low_text": Text(
        fr="Nettement sous le seuil de décision de {threshold}.", en="Well below the decision threshold of {threshold}."
    ),
    "band.medium_text": Text(
        fr="Sous le seuil de décision de {threshold}, mais proche.",
        en="Below the decision threshold of {threshold}, but close.",
    ),
    "band.high_text": Text(
        fr="Au niveau ou au-dessus du seuil de décision de {threshold}.",
        en="At or above the decision threshold of {threshold}.",
    ),
    "factors.title": Text(fr="Ce qui compose le score", en="What makes up the score"),
    "factors.sum": Text(
        fr="Client moyen {average} {sign} facteurs {factors} points = {pd}",
        en="Average client {average} {sign} factors {factors} points = {pd}",
    ),
    "factors.axis": Text(fr="points de pourcentage", en="percentage points"),
    "factors.raises": Text(fr="augmente le risque", en="raises the risk"),
    "factors.lowers": Text(fr="réduit le risque", en="lowers the risk"),
    "factors.neutral": Text(fr="sans effet visible", en="no visible effect"),
    "factors.others": Text(fr="{count} autres facteurs", en="{count} other factors"),
    "factors.alt": Text(
        fr="Facteurs du score, en points de pourcentage : {factors}.",
        en="Factors of the score, in percentage points: {factors}.",
    ),
    "factors.one": Text(fr="{label} : {points}, {direction}", en="{label}: {points}, {direction}"),
    "reasons.title": Text(fr="Ce que vous pouvez dire au client", en="What you can tell the client"),
    "reasons.raises": Text(fr="Ce qui augmente le risque", en="What raises the risk"),
    "reasons.lowers": Text(fr="Ce qui réduit le risque", en="What lowers the risk"),
    "reasons.none": Text(fr="Rien de marquant.", en="Nothing that stands out."),
    "result.model": Text(fr="Modèle {version}", en="Model {version}"),
    "result.scored_at": Text(fr="Calculé le {at}", en="Calculated on {at}"),
    "result.forget": Text(fr="Oublier maintenant", en="Forget now"),
    "result.forgotten_in": Text(fr="Oublié dans {time}", en="Forgotten in {time}"),
    "result.lost": Text(
        fr="La connexion est perdue. Le score affiché a été effacé. Rechargez la page pour continuer.",
        en="The connection is lost. The score on the screen was erased. Reload the page to go on.",
    ),
    "result.reload": Text(fr="Recharger la page", en="Reload the page"),
}

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
    "factors.average": Text(fr="Client moyen", en="Average client"),
    "factors.client": Text(fr="Ce client", en="This client"),
    "factors.list": Text(
        fr="Du client moyen à ce client, facteur par facteur",
        en="From the average client to this one, factor by factor",
    ),
    "factors.no_effect": Text(
        fr="Ne change pas le score de façon visible.", en="Does not change the score in a way that shows."
    ),
    "place.same": Text(fr="Comme {share} des clients.", en="The same as {share} of clients."),
    "place.missing": Text(
        fr="Non renseigné, comme pour {share} des clients.", en="Not provided, as for {share} of clients."
    ),
    "place.higher": Text(fr="Plus élevé que chez {share} des clients.", en="Higher than for {share} of clients."),
    "place.lower": Text(fr="Moins élevé que chez {share} des clients.", en="Lower than for {share} of clients."),
    "place.same_higher": Text(
        fr="Comme {same} des clients, plus élevé que chez {share}.",
        en="The same as {same} of clients, higher than for {share}.",
    ),
    "place.same_lower": Text(
        fr="Comme {same} des clients, moins élevé que chez {share}.",
        en="The same as {same} of clients, lower than for {share}.",
    ),
    "place.under": Text(fr="moins de {share}", en="less than {share}"),
    "place.over": Text(fr="plus de {share}", en="more than {share}"),
    "place.note": Text(
        fr="Chaque facteur se déplie : sa phrase, et sa place parmi les {rows} clients de référence du modèle.",
        en="Each factor unfolds: its sentence, and its place among the model’s {rows} reference clients.",
    ),
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

"""Wording: the portfolio page."""

from contract.schema import Text

WORDS = {
    "page.portfolio": Text(fr="Portefeuille", en="Portfolio"),
    # Choosing
    "portfolio.title": Text(fr="Choisir les clients", en="Choose the clients"),
    "portfolio.intro": Text(
        fr="Leurs scores s’additionnent au passage et s’effacent aussitôt : seuls des totaux s’affichent.",
        en="Their scores are added up as they pass and dropped at once: only totals are shown.",
    ),
    "portfolio.client": Text(fr="client", en="client"),
    "portfolio.clients": Text(fr="clients", en="clients"),
    "portfolio.run": Text(fr="Calculer le portefeuille", en="Score the portfolio"),
    "portfolio.cancel": Text(fr="Arrêter", en="Cancel"),
    "portfolio.cancelling": Text(fr="Arrêt…", en="Cancelling…"),
    "portfolio.too_few": Text(
        fr="Il en faut au moins {minimum} : le total d’un plus petit groupe désignerait des personnes.",
        en="At least {minimum} are needed: the total of a smaller group would point at persons.",
    ),
    "portfolio.none": Text(
        fr="Aucun client ne correspond. Élargissez une plage ou effacez les filtres.",
        en="No client matches. Widen a range or clear the filters.",
    ),
    "portfolio.all": Text(fr="Tous les clients", en="All clients"),
    "portfolio.selection": Text(fr="Sélection : {criteria}", en="Selection: {criteria}"),
    # Running
    "portfolio.progress": Text(fr="Avancement du calcul", en="Progress"),
    "portfolio.connecting": Text(fr="Mise en route…", en="Starting…"),
    "portfolio.done": Text(fr="{done} sur {total} clients", en="{done} of {total} clients"),
    "portfolio.rate": Text(fr="{rate} par seconde", en="{rate} per second"),
    "portfolio.left": Text(fr="encore {time} environ", en="about {time} left"),
    "portfolio.seconds": Text(fr="{seconds} s", en="{seconds} s"),
    "portfolio.minutes": Text(fr="{minutes} min", en="{minutes} min"),
    "portfolio.started": Text(fr="Le calcul du portefeuille a commencé.", en="Scoring the portfolio has begun."),
    "portfolio.half": Text(fr="La moitié du portefeuille est calculée.", en="Half of the portfolio is scored."),
    "portfolio.ready": Text(fr="Les totaux du portefeuille sont affichés.", en="The portfolio’s totals are shown."),
    "portfolio.ended": Text(fr="Le calcul du portefeuille est terminé.", en="The portfolio run has ended."),
    "portfolio.waiting_title": Text(fr="Calcul en cours", en="Scoring"),
    "portfolio.waiting_text": Text(
        fr="Les totaux s’affichent à la fin, ou dès que vous arrêtez.",
        en="The totals appear at the end, or as soon as you cancel.",
    ),
    # Nothing to show
    "portfolio.nothing_title": Text(fr="Rien n’est encore calculé", en="Nothing is scored yet"),
    "portfolio.nothing_text": Text(
        fr="Choisissez des clients, puis calculez : répartition des risques, segments et raisons s’affichent ici.",
        en="Choose clients, then score them: the distribution of risk, segments and reasons appear here.",
    ),
    "portfolio.forgotten_title": Text(fr="Les totaux sont oubliés", en="The totals are forgotten"),
    "portfolio.forgotten_text": Text(
        fr="Vous les avez effacés. Il n’en reste rien, ni ici ni sur le serveur.",
        en="You dropped them. Nothing of them remains, here or on the server.",
    ),
    "portfolio.stopped_title": Text(fr="Arrêté avant tout résultat", en="Cancelled before there was a result"),
    "portfolio.stopped_text": Text(
        fr="{scored} clients avaient un score sur {requested} : trop peu pour afficher un total.",
        en="{scored} of {requested} clients had a score: too few to show a total.",
    ),
    "portfolio.unscored_title": Text(fr="Trop peu de clients notés", en="Too few clients were scored"),
    "portfolio.unscored_text": Text(
        fr="{scored} clients ont un score sur {requested}. Il en faut au moins {minimum} pour afficher un total.",
        en="{scored} of {requested} clients have a score. At least {minimum} are needed to show a total.",
    ),
    # What was counted
    "portfolio.result": Text(fr="Résultat", en="Result"),
    "portfolio.scored": Text(
        fr="{scored} clients notés sur {requested}, en {time} ({rate} par seconde).",
        en="{scored} of {requested} clients scored in {time} ({rate} per second).",
    ),
    "portfolio.model": Text(fr="Modèle {version}.", en="Model {version}."),
    "portfolio.rejected": Text(
        fr="Laissés de côté : {count}, car une donnée manque ou sort des bornes.",
        en="{count} left out: a value is missing or out of bounds.",
    ),
    "portfolio.expired": Text(fr="Demandes lues trop tard : {count}.", en="{count} requests were read too late."),
    "portfolio.failed": Text(fr="Calculs en échec : {count}.", en="{count} calculations failed."),
    "portfolio.was_cancelled": Text(
        fr="Arrêté à votre demande : les totaux ne portent que sur les clients notés jusque-là.",
        en="Cancelled as you asked: the totals cover only the clients scored until then.",
    ),
    "portfolio.partly": Text(
        fr="Résultat partiel ; clients sans réponse : {count}. Les totaux ne portent que sur les clients notés.",
        en="Partial result: {count} clients got no answer. The totals cover only the clients that were scored.",
    ),
    "portfolio.cut_short": Text(
        fr="Interrompu : les totaux ne portent que sur les clients notés jusque-là.",
        en="Cut short: the totals cover only the clients scored until then.",
    ),
    "portfolio.forget": Text(fr="Oublier maintenant", en="Forget now"),
    # Distribution
    "portfolio.distribution": Text(fr="Répartition des probabilités de défaut", en="Distribution of default risk"),
    "portfolio.x_axis": Text(fr="Probabilité de défaut", en="Probability of default"),
    "portfolio.y_axis": Text(fr="Clients", en="Clients"),
    "portfolio.distribution_alt": Text(
        fr="Histogramme de {count} clients. PD moyenne {mean} ; {high} au seuil de {threshold} ou au-dessus.",
        en="Histogram of {count} clients. Mean PD {mean}; {high} at or above the threshold of {threshold}.",
    ),
    "portfolio.from_to": Text(fr="de {low} à {high}", en="{low} to {high}"),
    # Threshold
    "portfolio.threshold": Text(fr="Seuil de décision : {threshold}", en="Decision threshold: {threshold}"),
    "portfolio.threshold_model": Text(fr="Seuil du modèle : {threshold}", en="Model’s threshold: {threshold}"),
    "portfolio.threshold_cheapest": Text(fr="Moindre coût : {threshold}", en="Least cost: {threshold}"),
    "portfolio.threshold_hint": Text(
        fr="Déplacer le seuil ne recalcule aucun score et ne change aucune décision : c’est une simulation.",
        en="Moving the threshold scores nobody again and changes no decision: it is a simulation.",
    ),
    # Cost
    "portfolio.cost": Text(fr="Coût attendu", en="Expected cost"),
    "portfolio.cost_unit": Text(fr="en bons clients refusés", en="in good clients refused"),
    "portfolio.cost_ratio": Text(
        fr="Un défaut coûte {ratio} bons clients refusés", en="A default costs {ratio} good clients refused"
    ),
    "portfolio.cost_now": Text(fr="À ce seuil ({threshold})", en="At this threshold ({threshold})"),
    "portfolio.cost_model": Text(fr="Au seuil du modèle ({threshold})", en="At the model’s threshold ({threshold})"),
    "portfolio.cost_least": Text(fr="Au moindre coût ({threshold})", en="At least cost ({threshold})"),
    "portfolio.per_client": Text(fr="{cost} par client", en="{cost} per client"),
    "portfolio.cost_where": Text(fr="Seuil", en="Threshold"),
    "portfolio.cost_total": Text(fr="Total", en="Total"),
    "portfolio.cost_each": Text(fr="Par client", en="Per client"),
    # Bands
    "portfolio.bands": Text(fr="Classes de risque", en="Risk bands"),
    "portfolio.band": Text(fr="Classe", en="Band"),
    "portfolio.count": Text(fr="Clients", en="Clients"),
    "portfolio.share": Text(fr="Part", en="Share"),
    "portfolio.mean": Text(fr="PD moyenne", en="Mean PD"),
    "portfolio.defaults": Text(fr="Défauts attendus", en="Expected defaults"),
    "portfolio.total": Text(fr="Ensemble", en="All"),
    "portfolio.hidden": Text(
        fr="« – » : moins de {minimum} clients, moyenne non affichée.",
        en="“–”: fewer than {minimum} clients, average not shown.",
    ),
    # Segments
    "portfolio.segments": Text(fr="Par segment", en="By segment"),
    "portfolio.segment_by": Text(fr="Répartir selon", en="Divide by"),
    "portfolio.segment": Text(fr="Segment", en="Segment"),
    "portfolio.high": Text(fr="Part à risque élevé", en="Share at high risk"),
    "portfolio.under": Text(fr="moins de {high}", en="under {high}"),
    "portfolio.segments_hint": Text(
        fr="Les segments de moins de {minimum} clients sont réunis avec un voisin.",
        en="Segments of fewer than {minimum} clients are joined with a neighbour.",
    ),
    "portfolio.sensitive_hint": Text(
        fr="Cette donnée n’entre pas dans le score. La répartition montre si un groupe est plus touché qu’un autre.",
        en="This value plays no part in the score. The division shows whether one group is hit harder than another.",
    ),
    # Reasons
    "portfolio.reasons": Text(fr="Principales raisons", en="Main reasons"),
    "portfolio.reasons_text": Text(
        fr="Part des clients pour qui ce facteur est l’un des trois qui augmentent le plus le risque.",
        en="Share of clients for whom this factor is one of the three that raise the risk most.",
    ),
    "portfolio.factor": Text(fr="Facteur", en="Factor"),
    "portfolio.reasons_none": Text(
        fr="Trop peu d’explications pour en tirer un total.", en="Too few explanations to make a total of them."
    ),
}

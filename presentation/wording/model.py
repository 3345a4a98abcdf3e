"""Wording: the model page."""

from contract.schema import Text

WORDS = {
    "page.model": Text(fr="Modèle", en="Model"),
    "model.title": Text(fr="Le modèle", en="The model"),
    "model.intro": Text(
        fr=(
            "Il estime la probabilité de défaut (PD) d’un client et en donne les raisons, pour éclairer la décision "
            "d’un conseiller. Il ne décide jamais seul."
        ),
        en=(
            "It estimates a client’s probability of default (PD) and gives the reasons, to support an advisor’s "
            "decision. It never decides alone."
        ),
    ),
    "model.version": Text(fr="Version", en="Version"),
    "model.rows": Text(fr="Appris sur", en="Trained on"),
    "model.rows_value": Text(fr="{rows} clients, dont {rate} en défaut", en="{rows} clients, {rate} of them defaulted"),
    "model.features": Text(fr="Caractéristiques lues", en="Features read"),
    "model.left_out": Text(fr="Écartées, sensibles", en="Left out, sensitive"),
    "model.reads_sensitive": Text(fr="Lues, bien que sensibles", en="Read, though sensitive"),
    "model.none": Text(fr="aucune", en="none"),
    "model.threshold": Text(fr="Seuil de décision", en="Decision threshold"),
    "model.threshold_value": Text(
        fr="PD de {threshold} : coût attendu le plus bas quand un défaut coûte {ratio} refus à tort",
        en="PD of {threshold}: least expected cost when a default costs as much as {ratio} wrong refusals",
    ),
    "model.clients": Text(fr="Clients", en="Clients"),
    "model.interval": Text(fr="Intervalle à 95 %", en="95% interval"),
    "model.pd": Text(fr="PD", en="PD"),
    # Quality
    "model.quality": Text(fr="Qualité", en="Quality"),
    "model.quality_text": Text(
        fr="Chaque client est jugé par un modèle qui ne l’a jamais vu. Moyenne ± écart-type sur cinq parts.",
        en="Each client is judged by a model that never saw them. Mean ± standard deviation over five folds.",
    ),
    "model.measure.roc_auc": Text(fr="ROC AUC", en="ROC AUC"),
    "model.measure.roc_auc_text": Text(
        fr="Chance qu’un défaut reçoive une PD plus haute qu’un bon client. Au hasard : 0,5.",
        en="Chance that a default gets a higher PD than a good client. By chance: 0.5.",
    ),
    "model.measure.ks": Text(fr="KS", en="KS"),
    "model.measure.ks_text": Text(
        fr="Plus grand écart entre les PD des défauts et celles des bons clients. Au hasard : 0.",
        en="Largest distance between the PDs of defaults and of good clients. By chance: 0.",
    ),
    "model.measure.pr_auc": Text(fr="PR AUC", en="PR AUC"),
    "model.measure.pr_auc_text": Text(
        fr="Précision moyenne parmi les clients signalés. Au hasard : le taux de défaut.",
        en="Average precision among the clients flagged. By chance: the default rate.",
    ),
    "model.measure.brier": Text(fr="Score de Brier", en="Brier score"),
    "model.measure.brier_text": Text(
        fr="Écart quadratique moyen entre la PD et l’issue. Plus c’est bas, mieux c’est.",
        en="Mean squared distance between PD and outcome. Lower is better.",
    ),
    "model.measure.log_loss": Text(fr="Perte logarithmique", en="Log loss"),
    "model.measure.log_loss_text": Text(
        fr="Surprise moyenne devant les issues. Plus c’est bas, mieux c’est.",
        en="Mean surprise at the outcomes. Lower is better.",
    ),
    "model.measure.calibration_error": Text(fr="Erreur de calibration", en="Calibration error"),
    "model.measure.calibration_error_text": Text(
        fr="Écart moyen entre PD annoncée et taux de défaut. Plus c’est bas, mieux c’est.",
        en="Mean distance between the PD announced and the default rate. Lower is better.",
    ),
    "model.reliability": Text(fr="La PD annoncée se réalise-t-elle ?", en="Does the announced PD come true?"),
    "model.reliability_alt": Text(
        fr="Dans {held} groupes de clients sur {bins}, la PD moyenne est dans l’intervalle à 95 % du taux de défaut.",
        en="In {held} of {bins} groups of clients, the mean PD lies within the 95% interval of the default rate.",
    ),
    "model.mean_pd": Text(fr="PD moyenne", en="Mean PD"),
    "model.default_rate": Text(fr="Taux de défaut", en="Default rate"),
    "model.gain": Text(fr="Gain : où sont les défauts ?", en="Gain: where are the defaults?"),
    "model.gain_alt": Text(
        fr="Les 20 % de clients les plus risqués réunissent {found} des défauts.",
        en="The riskiest 20% of the clients hold {found} of the defaults.",
    ),
    "model.riskiest": Text(fr="Clients les plus risqués", en="Riskiest clients"),
    "model.found": Text(fr="Défauts réunis", en="Defaults among them"),
    "model.ks": Text(fr="KS : l’écart entre les deux", en="KS: the distance between the two"),
    "model.ks_alt": Text(
        fr="L’écart est le plus grand, {distance}, à une PD de {pd}.",
        en="The distance is largest, {distance}, at a PD of {pd}.",
    ),
    "model.share_below": Text(fr="Part sous cette PD", en="Share below this PD"),
    "model.pd_below": Text(fr="PD inférieure à", en="PD below"),
    "model.good": Text(fr="Bons clients", en="Good clients"),
    "model.defaults": Text(fr="Défauts", en="Defaults"),
    "model.separation": Text(fr="PD selon l’issue", en="PD by outcome"),
    "model.separation_alt": Text(
        fr="Au seuil de {threshold} (trait vertical) : {defaults} des défauts et {good} des bons clients le dépassent.",
        en=(
            "At the threshold of {threshold} (upright line): {defaults} of the defaults and {good} of the good "
            "clients exceed it."
        ),
    ),
    "model.share": Text(fr="Part des clients", en="Share of clients"),
    # Effects
    "model.effects": Text(fr="Ce qui fait bouger le score", en="What moves the score"),
    "model.effects_text": Text(
        fr=(
            "Chaque point est un groupe de clients, parmi {rows} expliqués (valeurs de Shapley). À droite du trait, la "
            "caractéristique augmente leur risque ; à gauche, elle le réduit. L’échelle dit où elle mènerait, seule, "
            "la PD d’un client moyen."
        ),
        en=(
            "Each dot is a group of clients, of {rows} explained (Shapley values). To the right of the line the "
            "feature raises their risk; to the left it lowers it. The scale says where it alone would take an average "
            "client’s PD."
        ),
    ),
    "model.average": Text(fr="moyenne {pd}", en="average {pd}"),
    "model.low_values": Text(fr="Valeurs basses", en="Low values"),
    "model.high_values": Text(fr="hautes", en="high"),
    "model.choices": Text(fr="Choix", en="Choices"),
    "model.missing": Text(fr="Non renseigné", en="Missing"),
    "model.weight": Text(fr="Poids", en="Weight"),
    "model.weight_of": Text(fr="{share} du poids", en="{share} of the weight"),
    "model.feature": Text(fr="Caractéristique", en="Feature"),
    "model.high_value_effect": Text(fr="Les valeurs hautes", en="High values"),
    "model.high_raise": Text(fr="augmentent le risque", en="raise the risk"),
    "model.high_lower": Text(fr="réduisent le risque", en="lower the risk"),
    "model.high_mixed": Text(fr="sans sens unique", en="either way"),
    "model.high_choice": Text(fr="choix : voir plus bas", en="choices: see below"),
    "model.more_features": Text(fr="Les {count} autres caractéristiques", en="The {count} other features"),
    # Dependence
    "model.dependence": Text(fr="L’effet de chaque caractéristique", en="The effect of each feature"),
    "model.dependence_text": Text(
        fr=(
            "PD d’un client moyen sous le seul effet d’une valeur : médiane (point) et moitié centrale des clients "
            "(trait). Une contrainte vaut pour chaque client ; la médiane, prise sur des clients différents, peut s’en "
            "écarter. Les groupes de moins de dix personnes sont réunis ou omis."
        ),
        en=(
            "An average client’s PD under the effect of one value alone: median (dot) and the middle half of the "
            "clients (bar). A constraint holds for each client; the median, taken over different clients, may depart "
            "from it. Groups of fewer than ten people are put together or left out."
        ),
    ),
    "model.monotone_up": Text(
        fr="↗ Contrainte : ne fait jamais baisser la PD", en="↗ Constrained: never lowers the PD"
    ),
    "model.monotone_down": Text(
        fr="↘ Contrainte : ne fait jamais monter la PD", en="↘ Constrained: never raises the PD"
    ),
    "model.monotone_free": Text(fr="Sens libre", en="Free direction"),
    "model.dependence_alt": Text(
        fr="{feature} : de {low} ({low_at}) à {high} ({high_at}) de PD.",
        en="{feature}: from a PD of {low} ({low_at}) to {high} ({high_at}).",
    ),
    "model.dependence_none": Text(fr="Trop peu de valeurs pour un graphique.", en="Too few values for a chart."),
    "model.value": Text(fr="Valeur", en="Value"),
    "model.median_pd": Text(fr="PD médiane", en="Median PD"),
    "model.middle_half": Text(fr="Moitié centrale", en="Middle half"),
    "model.at_most": Text(fr="≤ {value}", en="≤ {value}"),
    "model.at_least": Text(fr="≥ {value}", en="≥ {value}"),
    "model.range": Text(fr="{low} à {high}", en="{low} to {high}"),
    "model.short_range": Text(fr="{low}–{high}", en="{low}–{high}"),
    # Fairness
    "model.fairness": Text(fr="Équité", en="Fairness"),
    "model.fairness_text": Text(
        fr=(
            "Accordé : PD sous le seuil. Un groupe accordé moins de quatre fois sur cinq comme le mieux accordé (règle "
            "des quatre cinquièmes, 29 CFR 1607.4 D, trait vertical) appelle un examen ; cela ne prouve rien. Un "
            "groupe de moins de 2 % des clients n’est pas jugé ; sous dix personnes, seul leur nombre est donné."
        ),
        en=(
            "Approved: PD below the threshold. A group approved less than four fifths as often as the best-approved "
            "one (four-fifths rule, 29 CFR 1607.4 D, upright line) calls for a look; it proves nothing. A group of "
            "less than 2% of the clients is not judged; of fewer than ten people only the number is told."
        ),
    ),
    "model.fairness_none": Text(
        fr="Les données n’ont aucune caractéristique sensible : l’équité n’a pas pu être examinée.",
        en="The data holds no sensitive feature: fairness could not be examined.",
    ),
    "model.fairness_fine": Text(
        fr="Aucun groupe jugé n’est sous les quatre cinquièmes.", en="No group that was judged is below four fifths."
    ),
    "model.fairness_marked": Text(fr="Sous les quatre cinquièmes : {groups}.", en="Below four fifths: {groups}."),
    "model.group": Text(fr="Groupe", en="Group"),
    "model.approved": Text(fr="Accordés", en="Approved"),
    "model.ratio": Text(fr="Rapport au meilleur", en="Ratio to the best"),
    "model.good_approved": Text(
        fr="Bons clients accordés (égalité des chances)", en="Good clients approved (equal opportunity)"
    ),
    "model.calibration": Text(fr="PD moyenne / taux de défaut", en="Mean PD / default rate"),
    "model.below_four_fifths": Text(fr="sous les 4/5", en="below 4/5"),
    "model.too_small": Text(fr="trop petit pour juger", en="too small to judge"),
    "model.calibrated": Text(fr="conforme", en="as announced"),
    "model.pd_too_low": Text(fr="PD trop basse", en="PD too low"),
    "model.pd_too_high": Text(fr="PD trop haute", en="PD too high"),
    "model.group_missing": Text(fr="non renseigné", en="missing"),
    "model.below": Text(fr="moins de {high}", en="below {high}"),
    "model.from": Text(fr="{low} et plus", en="{low} and above"),
    "model.from_to": Text(fr="{low} à moins de {high}", en="{low} to below {high}"),
    # Stability
    "model.stability": Text(fr="Stabilité de la population", en="Population stability"),
    "model.stability_text": Text(
        fr=(
            "Les demandes en cours ressemblent-elles à la population d’apprentissage ? Depuis l’ouverture de cette "
            "page, leurs valeurs sont comptées par classes, puis oubliées. Indice PSI : sous 0,1 stable, dès 0,25 la "
            "population a changé (Siddiqi 2006). Les essais « Et si… » comptent aussi."
        ),
        en=(
            "Do current requests look like the population the model was trained on? Since this page was opened, their "
            "values are counted by class, then forgotten. PSI index: below 0.1 stable, from 0.25 the population has "
            "changed (Siddiqi 2006). “What if” trials count, too."
        ),
    ),
    "model.stability_connecting": Text(
        fr="Écoute des demandes : la messagerie ne répond pas encore…",
        en="Listening for requests: the broker does not answer yet…",
    ),
    "model.stability_sealed": Text(
        fr="Les demandes circulent scellées : seuls les services de calcul peuvent les lire, cet écran ne compte rien.",
        en="Requests travel sealed: only the workers can read them, so this screen counts nothing.",
    ),
    "model.stability_waiting": Text(
        fr=(
            "{seen} demandes comptées. À partir de {least}, le hasard seul ne fait plus bouger l’indice : il "
            "s’affichera ici."
        ),
        en="{seen} requests counted. From {least} on, chance alone no longer moves the index: it will show here.",
    ),
    "model.stability_seen": Text(fr="{seen} demandes comptées.", en="{seen} requests counted."),
    "model.stability_progress": Text(fr="Demandes comptées", en="Requests counted"),
    "model.psi": Text(fr="PSI", en="PSI"),
    "model.shift": Text(fr="Classes : apprentissage et demandes", en="Classes: training and requests"),
    "model.verdict": Text(fr="Constat", en="Finding"),
    "model.verdict.stable": Text(fr="stable", en="stable"),
    "model.verdict.watch": Text(fr="à surveiller", en="to be watched"),
    "model.verdict.changed": Text(fr="a changé", en="has changed"),
    "model.training": Text(fr="Apprentissage", en="Training"),
    "model.requests": Text(fr="Demandes", en="Requests"),
}

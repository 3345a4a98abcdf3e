"""Wording: what if, and what would change it."""

from contract.schema import Text

WORDS = {
    "what_if.title": Text(fr="Et si… ?", en="What if…?"),
    "what_if.intro": Text(
        fr="Modifiez une valeur : le score est recalculé aussitôt. Rien n’est enregistré dans le dossier du client.",
        en="Change a value: the score is calculated again at once. Nothing is written to the client’s file.",
    ),
    "what_if.nothing": Text(
        fr="Aucune des données que lit ce modèle ne peut être changée par le client. Il n’y a donc rien à essayer.",
        en="Nothing that this model reads can be changed by the client. So there is nothing to try.",
    ),
    "what_if.before": Text(fr="Aujourd’hui", en="Today"),
    "what_if.after": Text(fr="Avec ces valeurs", en="With these values"),
    "what_if.untouched": Text(fr="Aucune valeur modifiée", en="No value changed"),
    "what_if.delta": Text(fr="{points} points", en="{points} points"),
    "what_if.same_band": Text(fr="{band}, comme aujourd’hui", en="{band}, as today"),
    "what_if.other_band": Text(fr="{before} → {after}", en="{before} → {after}"),
    "what_if.crosses_down": Text(
        fr="passe sous le seuil de {threshold}", en="falls below the threshold of {threshold}"
    ),
    "what_if.crosses_up": Text(fr="atteint le seuil de {threshold}", en="reaches the threshold of {threshold}"),
    "what_if.stays_high": Text(
        fr="reste au-dessus du seuil de {threshold}", en="stays above the threshold of {threshold}"
    ),
    "what_if.stays_low": Text(fr="reste sous le seuil de {threshold}", en="stays below the threshold of {threshold}"),
    "what_if.change": Text(fr="{label} : {before} → {after}", en="{label}: {before} → {after}"),
    "what_if.changes": Text(fr="Valeurs modifiées", en="Values changed"),
    "what_if.reset": Text(fr="Rétablir les valeurs", en="Restore the values"),
    "what_if.announce": Text(
        fr="Avec ces valeurs, la probabilité de défaut serait de {pd}, soit {points} points. {band}.",
        en="With these values the probability of default would be {pd}, {points} points. {band}.",
    ),
    "recourse.title": Text(fr="Ce qui changerait le résultat", en="What would change the result"),
    "recourse.below": Text(
        fr="La probabilité est déjà sous le seuil de {threshold} : rien n’a besoin de changer.",
        en="The probability is already below the threshold of {threshold}: nothing needs to change.",
    ),
    "recourse.intro": Text(
        fr=(
            "La plus petite variation, parmi ce que le client peut changer, qui ferait passer le score sous le seuil "
            "de {threshold}."
        ),
        en="The smallest change, among what the client can change, that would bring the score below {threshold}.",
    ),
    "recourse.search": Text(fr="Chercher la plus petite variation", en="Search for the smallest change"),
    "recourse.searching": Text(fr="Recherche en cours…", en="Searching…"),
    "recourse.none": Text(
        fr="Aucune variation à la portée du client ne ferait passer le score sous le seuil de {threshold}.",
        en="No change within the client’s reach would bring the score below the threshold of {threshold}.",
    ),
    "recourse.none_text": Text(
        fr="Les autres raisons du score pèsent davantage. La décision reste la vôtre, après examen du dossier.",
        en="The other reasons of the score weigh more. The decision remains yours, after examining the case.",
    ),
    "recourse.if": Text(
        fr="Si {changes}, la probabilité serait de {pd}, sous le seuil de {threshold}.",
        en="If {changes}, the probability would be {pd}, below the threshold of {threshold}.",
    ),
    "recourse.moved": Text(
        fr="« {label} » passait de {before} à {after}", en="“{label}” went from {before} to {after}"
    ),
    "recourse.turned": Text(
        fr="« {label} » passait de « {before} » à « {after} »", en="“{label}” went from “{before}” to “{after}”"
    ),
    "recourse.and": Text(fr=" et si ", en=" and "),
    "recourse.try_one": Text(fr="Essayer la proposition {number}", en="Try proposal {number}"),
    "recourse.smallest": Text(fr="La plus petite variation", en="The smallest change"),
    "recourse.other": Text(fr="Autre possibilité", en="Another possibility"),
    "recourse.caution": Text(
        fr=(
            "Estimation du modèle, toutes choses égales par ailleurs : une aide à la décision, ni une promesse ni un "
            "conseil de gestion. À vérifier avec le client."
        ),
        en=(
            "The model’s estimate, all else being equal: it supports a decision and is neither a promise nor financial "
            "advice. To be checked with the client."
        ),
    ),
    "recourse.found_one": Text(fr="Une variation possible est affichée.", en="One possible change is on the screen."),
    "recourse.found": Text(
        fr="{count} variations possibles sont affichées.", en="{count} possible changes are on the screen."
    ),
    "recourse.found_none": Text(fr="Aucune variation possible.", en="No possible change."),
}

"""Wording: similar clients, always as a group."""

from contract.schema import Text

WORDS = {
    "similar.title": Text(fr="Clients proches", en="Similar clients"),
    "similar.offer": Text(
        fr=(
            "Parmi les clients qui ressemblent à celui-ci, ceux que le modèle évalue pour les mêmes raisons. "
            "Présentés en groupe d’au moins {least}\u202f: personne n’y est reconnaissable."
        ),
        en=(
            "Among clients who resemble this one, those whom the model assesses for the same reasons. Shown as a "
            "group of at least {least}: nobody can be recognised."
        ),
    ),
    "similar.ask": Text(fr="Chercher des clients proches", en="Look for similar clients"),
    "similar.waiting": Text(fr="Calcul des scores de clients proches…", en="Scoring similar clients…"),
    "similar.ready": Text(fr="Les clients proches sont affichés.", en="Similar clients are on the screen."),
    "similar.too_few": Text(
        fr="Moins de {least} clients ressemblent à celui-ci\u202f: trop peu pour parler d’un groupe.",
        en="Fewer than {least} clients resemble this one: too few to speak of a group.",
    ),
    "similar.lead": Text(
        fr="La moitié des {count} clients les plus proches ont une probabilité de défaut d’au plus {median}.",
        en="Half of the {count} nearest clients have a probability of default of {median} or less.",
    ),
    "similar.mine": Text(fr="ce client {pd}", en="this client {pd}"),
    "similar.median": Text(fr="médiane {pd}", en="median {pd}"),
    "similar.middle": Text(fr="moitié centrale de {low} à {high}", en="middle half from {low} to {high}"),
    "similar.bands": Text(fr="Leurs niveaux de risque", en="Their levels of risk"),
    "similar.reasons": Text(fr="Leurs raisons les plus fréquentes", en="Their most frequent reasons"),
    "similar.share": Text(fr="{share} d’entre eux", en="{share} of them"),
}

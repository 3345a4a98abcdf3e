"""Wording: the frame around every page."""

from contract.schema import Text

WORDS = {
    "app.title": Text(fr="NeoScore", en="NeoScore"),
    "app.subtitle": Text(fr="Espace conseiller", en="Advisor desk"),
    "app.language": Text(fr="Langue", en="Language"),
    "app.pages": Text(fr="Pages", en="Pages"),
    "app.to_dark": Text(fr="Passer à l’affichage sombre", en="Switch to dark"),
    "app.to_light": Text(fr="Passer à l’affichage clair", en="Switch to light"),
    "chart.as_table": Text(fr="Afficher le tableau", en="Show as table"),
    "page.client": Text(fr="Client", en="Client"),
    "banner.unverifiable": Text(
        fr=(
            "Messagerie de démonstration : elle ne permet pas de vérifier que les messages s’effacent. À "
            "n’utiliser qu’avec des données fictives ou publiques."
        ),
        en=(
            "Demonstration broker: it gives no way to verify that messages are erased. Use it with "
            "fictitious or public data only."
        ),
    ),
}

"""Wording: the client’s file and asking for the score."""

from contract.schema import Text

WORDS = {
    "client.label": Text(fr="Client", en="Client"),
    "client.back": Text(fr="Retour à la liste", en="Back to the list"),
    "client.data": Text(fr="Données du client", en="Client data"),
    "client.other_group": Text(fr="Autres données", en="Other data"),
    "client.missing": Text(fr="non renseigné", en="not provided"),
    "client.sensitive": Text(fr="hors du calcul du score", en="not used in the score"),
    "client.nothing_title": Text(fr="Choisissez un client", en="Choose a client"),
    "client.nothing_text": Text(
        fr="Sa fiche s’ouvre ici. Vous pourrez demander son score et lire ce qui l’explique.",
        en="Their file opens here. You can then ask for their score and read what explains it.",
    ),
    "client.opening": Text(fr="Ouverture de la fiche…", en="Opening the file…"),
    "score.ask": Text(fr="Calculer le score", en="Calculate score"),
    "score.ask_again": Text(fr="Recalculer le score", en="Calculate again"),
    "score.waiting": Text(fr="Calcul en cours…", en="Calculating…"),
    "score.none_title": Text(fr="Le score se calcule à la demande", en="A score is calculated on demand"),
    "score.none_text": Text(
        fr="Il s’affiche avec ses raisons, puis s’efface. Rien n’est conservé.",
        en="It appears with its reasons, then goes away. Nothing is kept.",
    ),
    "score.forgotten_title": Text(fr="Le score est oublié", en="The score is forgotten"),
    "score.forgotten_asked": Text(
        fr="Vous l’avez effacé. Il n’en reste rien, ni ici ni sur le serveur.",
        en="You dropped it. Nothing of it remains, here or on the server.",
    ),
    "score.forgotten_time": Text(
        fr="Son temps d’affichage est écoulé. Il n’en reste rien, ni ici ni sur le serveur.",
        en="Its time on the screen is over. Nothing of it remains, here or on the server.",
    ),
    "score.ready": Text(fr="Le score est affiché.", en="The score is on the screen."),
}

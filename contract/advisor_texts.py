"""What advisors read about errors that several codes share, by language tag."""

from typing import NamedTuple


class AdvisorText(NamedTuple):
    """What an advisor reads, in one language. For a code of a single feature, `title` follows the feature's label."""

    title: str
    action: str = ""


SETUP = {
    "en": AdvisorText(
        "The scoring engine rejected the request",
        "Its format or encryption settings differ from those of this screen; the client’s data is not the cause. "
        "Contact the operations team.",
    ),
    "fr": AdvisorText(
        "Le moteur de score a rejeté la demande",
        "Son format ou ses réglages de chiffrement diffèrent de ceux de cet écran ; les données du client ne sont pas "
        "en cause. Contactez l’équipe d’exploitation.",
    ),
}
CLIENT_DATA = {
    "en": AdvisorText("A client value prevents the calculation", "Correct it in the client file, then try again."),
    "fr": AdvisorText(
        "Une donnée du client empêche le calcul", "Corrigez-la dans le dossier du client, puis recalculez le score."
    ),
}
TOO_LARGE = {
    "en": AdvisorText(
        "The request is too large", "The client file contains too much data. Contact the operations team."
    ),
    "fr": AdvisorText(
        "La demande est trop volumineuse",
        "Le dossier du client contient trop de données. Contactez l’équipe d’exploitation.",
    ),
}
ENGINE_FAILED = {
    "en": AdvisorText(
        "The calculation failed",
        "The error is in the scoring engine, not in the client file. Try again. If the problem persists, contact the "
        "operations team.",
    ),
    "fr": AdvisorText(
        "Le calcul a échoué",
        "L’erreur vient du moteur de score, pas du dossier du client. Réessayez. Si le problème persiste, contactez "
        "l’équipe d’exploitation.",
    ),
}

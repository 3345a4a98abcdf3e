"""Wording: what can stand in the way, and the way out."""

from contract.schema import Text

WORDS = {
    "problem.retry": Text(fr="Réessayer", en="Try again"),
    "problem.no_answer_title": Text(fr="Le moteur de score ne répond pas", en="The scoring engine does not answer"),
    "problem.no_answer_text": Text(
        fr=(
            "La demande est partie, mais aucune réponse n’est revenue. Réessayez ; si cela dure, prévenez "
            "l’exploitation."
        ),
        en="The request was sent, but no answer came back. Try again; if it goes on, tell operations.",
    ),
    "problem.too_busy_title": Text(fr="Trop de demandes à la fois", en="Too many requests at once"),
    "problem.too_busy_text": Text(
        fr="Le poste attend déjà beaucoup de réponses. Réessayez dans quelques secondes.",
        en="Many answers are still awaited. Try again in a few seconds.",
    ),
    "problem.broker_away_title": Text(fr="La messagerie est injoignable", en="The message broker cannot be reached"),
    "problem.broker_away_text": Text(
        fr=(
            "Aucune demande de score ne peut partir. Vous pouvez consulter les fiches ; le score reviendra "
            "avec la messagerie."
        ),
        en="No score request can be sent. You can still read client files; scores return with the broker.",
    ),
    "problem.topics_unsafe_title": Text(
        fr="La messagerie garderait les scores trop longtemps", en="The message broker would keep scores too long"
    ),
    "problem.topics_unsafe_text": Text(
        fr=(
            "Le score est refusé tant que ses réglages ne garantissent pas l’oubli. Prévenez l’exploitation "
            "(« neoscore topics check »)."
        ),
        en=(
            "Scores are refused until its settings guarantee that it forgets. Tell operations (“neoscore "
            "topics check”)."
        ),
    ),
    "problem.database_away_title": Text(
        fr="La base des clients est injoignable", en="The client database cannot be reached"
    ),
    "problem.database_away_text": Text(
        fr="La liste et les fiches reviendront avec elle. Réessayez dans un instant.",
        en="The list and the files return with it. Try again in a moment.",
    ),
    "problem.database_not_ready_title": Text(
        fr="La base des clients n’est pas prête", en="The client database is not ready"
    ),
    "problem.database_not_ready_text": Text(
        fr=(
            "Ses tables manquent ou ne correspondent pas au modèle. Prévenez l’exploitation (« neoscore db "
            "migrate », « neoscore db seed »)."
        ),
        en=(
            "Its tables are missing or do not fit the model. Tell operations "
            "(“neoscore db migrate”, “neoscore db seed”)."
        ),
    ),
    "problem.client_gone_title": Text(fr="Ce client n’est plus en base", en="This client is no longer in the database"),
    "problem.client_gone_text": Text(
        fr="Sa référence n’existe plus. Choisissez-en un autre dans la liste.",
        en="The reference no longer exists. Choose another client from the list.",
    ),
    "problem.not_recorded_title": Text(fr="Consultation refusée", en="Access refused"),
    "problem.not_recorded_text": Text(
        fr=(
            "Toute consultation doit être inscrite au registre, et l’inscription a échoué. Rien n’est donc "
            "affiché. Réessayez dans un instant."
        ),
        en=(
            "Every access must be written to the access log, and writing failed. So nothing is shown. Try "
            "again in a moment."
        ),
    ),
    "problem.no_model_title": Text(fr="Aucun modèle n’est installé", en="No model is installed"),
    "problem.no_model_text": Text(
        fr="Entraînez-en un avec « neoscore train », puis réessayez.",
        en="Train one with “neoscore train”, then try again.",
    ),
    "problem.other_model_title": Text(fr="Le modèle vient de changer", en="The model has just changed"),
    "problem.other_model_text": Text(
        fr=(
            "Rechargez la page : ses libellés et ses seuils sont ceux de l’ancien modèle. Si le message revient, "
            "attendez quelques secondes."
        ),
        en=(
            "Reload the page: its labels and thresholds are those of the old model. If this comes again, wait a few "
            "seconds."
        ),
    ),
    "problem.unexpected_title": Text(fr="Une erreur imprévue est survenue", en="Something unforeseen went wrong"),
    "problem.unexpected_text": Text(
        fr="Rien n’est perdu. Réessayez ; si cela se répète, prévenez l’exploitation.",
        en="Nothing is lost. Try again; if it happens again, tell operations.",
    ),
}

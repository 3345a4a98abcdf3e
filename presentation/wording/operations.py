"""Wording: the operations page."""

from contract.schema import Text

WORDS = {
    "page.operations": Text(fr="Exploitation", en="Operations"),
    "operations.title": Text(fr="Exploitation", en="Operations"),
    "operations.text": Text(
        fr="Des comptes et des âges, tels que la messagerie les donne. Aucun message n’est lu.",
        en="Counts and ages, as the broker tells them. No record is read.",
    ),
    # What is the matter, first of all whether requests are answered
    "operations.remark.connecting": Text(fr="La messagerie est interrogée…", en="Asking the broker…"),
    "operations.remark.away": Text(
        fr="La messagerie ne répond pas depuis {at}. L’écran continue de l’interroger.",
        en="The broker has not answered since {at}. This screen goes on asking.",
    ),
    "operations.remark.away_since": Text(
        fr="La messagerie ne répond plus depuis {at}. Les chiffres ci-dessous datent de ce moment.",
        en="The broker has not answered since {at}. The numbers below are from then.",
    ),
    "operations.remark.no_topics": Text(
        fr="Les topics des demandes n’existent pas : « neoscore topics create » les crée",
        en="The topics for requests do not exist: “neoscore topics create” makes them",
    ),
    "operations.remark.untold": Text(
        fr="On ne sait pas combien de demandes attendent : cette messagerie ne le dit pas",
        en="How many requests wait is unknown: this broker does not tell",
    ),
    "operations.remark.not_yet": Text(
        fr="On ne sait pas encore combien de demandes attendent : la messagerie ne dit pas ce qui a reçu sa réponse",
        en="How many requests wait is not known yet: the broker does not tell what has been answered",
    ),
    "operations.remark.answered": Text(
        fr="Toutes les demandes ont reçu leur réponse", en="Every request has been answered"
    ),
    "operations.remark.under_way": Text(
        fr="Demandes en cours de traitement : {count}, la plus ancienne depuis {seconds}",
        en="Requests being answered: {count}, the oldest for {seconds}",
    ),
    "operations.remark.behind": Text(
        fr="Demandes qui attendent : {count}, la plus ancienne depuis {seconds}",
        en="Requests that wait: {count}, the oldest for {seconds}",
    ),
    "operations.remark.well": Text(fr="Les demandes reçoivent leur réponse", en="Requests are answered"),
    "operations.remark.letters": Text(
        fr="Dead letters de la dernière minute : {count}", en="Dead letters in the last minute: {count}"
    ),
    "operations.remark.overdue": Text(
        fr="Encore lisible après plus de {limit}, la messagerie n’a pas supprimé à temps : {topics}",
        en="Readable for more than {limit}, so the broker has not deleted in time: {topics}",
    ),
    "operations.remark.safe": Text(
        fr="Réglages sûrs : chaque topic supprime ce qui a plus de {limit}",
        en="Settings are safe: every topic deletes what is older than {limit}",
    ),
    "operations.remark.unverifiable": Text(
        fr="Cette messagerie ne donne pas les réglages de ses topics : on ne sait pas si elle oublie",
        en="This broker does not tell its topics’ settings: whether it forgets is unknown",
    ),
    "operations.remark.unsafe": Text(
        fr="Réglages non sûrs, ou topic absent : {topics}. « neoscore topics check » dit ce qu’il faut changer.",
        en="Settings are not safe, or a topic is missing: {topics}. “neoscore topics check” says what to change.",
    ),
    # The table
    "operations.caption": Text(fr="Topics à {at}", en="Topics at {at}"),
    "operations.old": Text(fr="chiffres anciens", en="old numbers"),
    "operations.topic": Text(fr="Topic", en="Topic"),
    "operations.readable": Text(fr="Messages lisibles", en="Readable records"),
    "operations.rate": Text(fr="Par seconde", en="Per second"),
    "operations.lag": Text(fr="Sans réponse", en="Unanswered"),
    "operations.wait": Text(fr="Plus longue attente", en="Longest wait"),
    "operations.oldest": Text(fr="Âge du plus ancien", en="Age of the oldest"),
    "operations.overdue": Text(fr="non supprimé à temps", en="not deleted in time"),
    "operations.unknown": Text(fr="inconnu", en="unknown"),
    "operations.topic.score.requests": Text(fr="Demandes, une à une", en="Single requests"),
    "operations.topic.score.requests.batch": Text(fr="Demandes, par blocs", en="Requests in blocks"),
    "operations.topic.score.responses": Text(fr="Réponses, une à une", en="Single answers"),
    "operations.topic.score.responses.batch": Text(fr="Réponses, par blocs", en="Answers in blocks"),
    "operations.topic.score.dead-letters": Text(
        fr="Sans réponse possible : cause et place, jamais le contenu",
        en="What could not be answered: cause and place, never content",
    ),
    "operations.topic.score.keys": Text(fr="Clés publiques des services de calcul", en="Public keys of the workers"),
}

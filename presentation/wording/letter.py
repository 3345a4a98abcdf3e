"""Wording: the letter to the client, and the card that hands it out.

The rights are those of the General Data Protection Regulation (EU) 2016/679, articles 15, 16, 22 and 77. Of the French
Consumer Code the sheet says no more than that it applies.
"""

from contract.schema import Text

WORDS = {
    "letter.card": Text(fr="Fiche pour le client", en="Sheet for the client"),
    "letter.card_text": Text(
        fr="Une page à remettre : le résultat, ses raisons principales, les droits du client. Rien n’est conservé.",
        en="One page to hand over: the result, its main reasons, the client’s rights. Nothing is kept.",
    ),
    "letter.language": Text(fr="Langue de la fiche", en="Language of the sheet"),
    "letter.preview": Text(fr="Aperçu", en="Preview"),
    "letter.print": Text(fr="Imprimer", en="Print"),
    "letter.download": Text(fr="Télécharger (PDF)", en="Download (PDF)"),
    "letter.close": Text(fr="Fermer", en="Close"),
    "letter.waiting": Text(fr="Préparation de la fiche…", en="Preparing the sheet…"),
    "letter.downloaded": Text(fr="La fiche est téléchargée.", en="The sheet is downloaded."),
    "letter.file": Text(fr="explication-{day}.pdf", en="explanation-{day}.pdf"),
    "letter.title": Text(
        fr="Explication de l’évaluation du risque de crédit", en="Explanation of the credit risk assessment"
    ),
    "letter.lead": Text(
        fr=(
            "Cette fiche explique une estimation calculée par un modèle statistique. Elle aide la personne qui examine "
            "la demande ; elle n’est pas une décision et n’engage pas la banque."
        ),
        en=(
            "This sheet explains an estimate made by a statistical model. It supports the person who examines the "
            "request; it is not a decision and does not bind the bank."
        ),
    ),
    "letter.subject": Text(fr="Objet de l’évaluation", en="What was assessed"),
    "letter.subject_text": Text(
        fr="Probabilité que le client ne rembourse pas comme convenu, d’après les données connues de la banque",
        en="Probability that the client does not repay as agreed, from the data known to the bank",
    ),
    "letter.client": Text(fr="Référence du client", en="Client reference"),
    "letter.date": Text(fr="Date de l’évaluation", en="Date of the assessment"),
    "letter.model": Text(fr="Version du modèle", en="Model version"),
    "letter.pd": Text(fr="Probabilité de défaut", en="Probability of default"),
    "letter.pd_text": Text(fr="{pd} – {band}", en="{pd} – {band}"),
    "letter.threshold": Text(fr="Seuil de décision", en="Decision threshold"),
    "letter.threshold_text": Text(
        fr="{threshold} ; à partir de ce seuil, le risque est dit élevé",
        en="{threshold}; from this threshold on, the risk is called high",
    ),
    "letter.raises": Text(fr="Ce qui augmente le risque estimé", en="What raises the estimated risk"),
    "letter.lowers": Text(fr="Ce qui réduit le risque estimé", en="What lowers the estimated risk"),
    "letter.none": Text(fr="Rien de marquant.", en="Nothing that stands out."),
    "letter.change": Text(fr="Ce qui changerait le résultat", en="What would change the result"),
    "letter.change_text": Text(
        fr="Toutes choses égales par ailleurs, la probabilité passerait à {pd}, sous le seuil de {threshold}, avec :",
        en="All else being equal, the probability would become {pd}, below the threshold of {threshold}, with:",
    ),
    "letter.change_one": Text(fr="{label} : {after} au lieu de {before}", en="{label}: {after} instead of {before}"),
    "letter.change_note": Text(
        fr="Vérifié par un nouveau calcul avec le même modèle. Ce n’est pas la promesse d’un crédit.",
        en="Verified by a new calculation with the same model. It is no promise of credit.",
    ),
    "letter.rights": Text(fr="Les droits du client", en="The client’s rights"),
    "letter.review": Text(
        fr=(
            "Obtenir qu’une personne réexamine l’évaluation, exprimer son point de vue et contester le résultat "
            "(article 22 du règlement général sur la protection des données, RGPD)."
        ),
        en=(
            "To have a person review the assessment, to express a point of view and to contest the result (article 22 "
            "of the General Data Protection Regulation, GDPR)."
        ),
    ),
    "letter.access": Text(
        fr="Accéder aux données utilisées et faire corriger celles qui sont inexactes (articles 15 et 16 du RGPD).",
        en="To access the data that were used and to have inaccurate ones corrected (articles 15 and 16 of the GDPR).",
    ),
    "letter.authority": Text(
        fr="Saisir l’autorité de protection des données, en France la CNIL (article 77 du RGPD).",
        en="To complain to the data protection authority, in France the CNIL (article 77 of the GDPR).",
    ),
    "letter.law": Text(
        fr="Les règles du Code de la consommation sur le crédit s’appliquent par ailleurs.",
        en="The rules of the French Consumer Code on credit apply as well.",
    ),
    "letter.contact": Text(
        fr="Réexamen, question ou contestation : {contact}", en="Review, question or complaint: {contact}"
    ),
    "letter.no_bank": Text(fr="[nom de la banque]", en="[name of the bank]"),
    "letter.no_contact": Text(
        fr="[coordonnées du service à contacter]", en="[contact details of the department in charge]"
    ),
    "letter.foot": Text(
        fr="NeoScore ne conserve ni cette fiche ni ce résultat ; seule sa remise est consignée.",
        en="NeoScore keeps neither this sheet nor this result; only its handing out is recorded.",
    ),
}

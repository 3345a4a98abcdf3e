"""Wording: signing in and out."""

from contract.schema import Text

WORDS = {
    "account.sign_out": Text(fr="Se déconnecter", en="Sign out"),
    "notice.signed_out_title": Text(fr="Vous êtes déconnecté", en="You are signed out"),
    "notice.signed_out_text": Text(
        fr="Tout ce que l’écran montrait a été oublié.", en="Whatever the screen showed is forgotten."
    ),
    "notice.signed_out_link": Text(fr="Se connecter", en="Sign in"),
    "notice.timed_out_title": Text(fr="Votre session a expiré", en="Your session has ended"),
    "notice.timed_out_text": Text(
        fr="Personne n’a utilisé l’écran depuis un moment. Tout ce qu’il montrait a été oublié.",
        en="Nobody has used the screen for a while. Whatever it showed is forgotten.",
    ),
    "notice.timed_out_link": Text(fr="Se connecter", en="Sign in"),
    "notice.refused_title": Text(fr="Connexion refusée", en="Sign-in refused"),
    "notice.refused_text": Text(
        fr="Votre identité n’a pas pu être établie. Recommencez ; si cela se répète, prévenez l’exploitation.",
        en="Your identity could not be established. Try again; if it happens again, tell operations.",
    ),
    "notice.refused_link": Text(fr="Recommencer", en="Try again"),
    "notice.no_role_title": Text(fr="Accès refusé", en="Access refused"),
    "notice.no_role_text": Text(
        fr="Vous êtes connecté, mais aucun rôle ne vous est attribué dans NeoScore. Demandez-le à votre responsable.",
        en="You signed in, but you have no role in NeoScore. Ask your manager for one.",
    ),
    "notice.no_role_link": Text(fr="Se connecter autrement", en="Sign in as somebody else"),
    "notice.other_role_title": Text(fr="Accès refusé", en="Access refused"),
    "notice.other_role_text": Text(
        fr="Cette page n’est pas ouverte à votre rôle. La demande a été inscrite au registre.",
        en="This page is not open to your role. The request was written to the access log.",
    ),
    "notice.other_role_link": Text(fr="Revenir à mes pages", en="Back to my pages"),
    "notice.away_title": Text(fr="La connexion est impossible pour l’instant", en="Nobody can sign in at present"),
    "notice.away_text": Text(
        fr="Le service d’identité ou le registre des accès ne répond pas. Réessayez dans un instant.",
        en="The identity provider or the access log does not answer. Try again in a moment.",
    ),
    "notice.away_link": Text(fr="Réessayer", en="Try again"),
}

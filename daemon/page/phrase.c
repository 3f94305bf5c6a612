#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/page/fold.h"
#include "daemon/page/phrase.h"

#define RESERVED PHRASE_RESERVED
#define CONTINUE PHRASE_CONTINUE
#define SPENT PHRASE_SPENT
#define REMAINS PHRASE_REMAINS
#define OFFER PHRASE_OFFER
#define REGISTER PHRASE_REGISTER
#define KNOWN PHRASE_KNOWN
#define COUNTER PHRASE_COUNTER
#define OTHER PHRASE_OTHER
#define ELSEWHERE PHRASE_ELSEWHERE
#define ROBOT PHRASE_ROBOT
#define CONSENT PHRASE_CONSENT
#define GONE PHRASE_GONE
#define DENIED PHRASE_DENIED
#define LABEL PHRASE_LABEL
#define MEMBER_OUT PHRASE_MEMBER_OUT
#define IN_USE PHRASE_IN_USE
#define LOGIN PHRASE_LOGIN

/* What a number in a pattern counts. */
enum number {
	NO_NUMBER = 0,
	PERCENT_LEFT,
	PERCENT_READ,
	CHARACTERS_LEFT,
	WORDS_LEFT,
	ARTICLES_LEFT,		/* 0: spent, more: a counter */
	READ_OF_ALLOWED		/* two numbers: spent when the first reaches the second */
};

enum {
	GAP_BYTES = 48		/* what '~' may stand for */
};

/*
 * Patterns are written as folding leaves a text: lower case, no accents, no
 * apostrophes.  '#' is a number, '~' a few words or none, a space at the end asks
 * for the end of the word; without it the entry is a stem.
 */
static const struct phrase {
	const char *pattern;
	unsigned ideas;
	enum number number;
} phrases[] = {
	/* English */
	{ "for subscribers", RESERVED, 0 }, { "for paying subscribers", RESERVED, 0 },
	{ "for paid subscribers", RESERVED, 0 }, { "for members", RESERVED, 0 },
	{ "for paying members", RESERVED, 0 }, { "for paid members", RESERVED, 0 },
	{ "to our subscribers", RESERVED, 0 }, { "to our members", RESERVED, 0 },
	{ "exclusive to ~ subscribers", RESERVED, 0 },
	{ "exclusive to ~ members", RESERVED, 0 },
	{ "exclusively ~ subscribers", RESERVED, 0 },
	{ "exclusively ~ members", RESERVED, 0 },
	{ "available to ~ subscribers", RESERVED, 0 },
	{ "available to ~ members", RESERVED, 0 },
	{ "reserved for ~ subscribers", RESERVED, 0 },
	{ "reserved for ~ members", RESERVED, 0 },
	{ "only available to", RESERVED, 0 }, { "requires a subscription", RESERVED, 0 },
	{ "membership required", RESERVED, 0 }, { "subscription required", RESERVED, 0 },
	{ "you must be a member", RESERVED | OFFER, 0 },
	{ "you must be a subscriber", RESERVED | OFFER, 0 },
	{ "you must ~ to read the rest", RESERVED | CONTINUE, 0 },
	{ "must be logged in to view", RESERVED | KNOWN, 0 },
	{ "must be logged in to read", RESERVED | KNOWN, 0 },
	{ "unauthorized to view this", RESERVED, 0 },
	{ "not authorized to view this", RESERVED, 0 },
	{ "do not have access to this", RESERVED, 0 },
	{ "dont have access to this", RESERVED, 0 },
	{ "this is a premium article", RESERVED, 0 },
	{ "this content is locked", RESERVED, 0 }, { "this article is locked", RESERVED, 0 },
	{ "this post is locked", RESERVED, 0 }, { "content is protected", RESERVED, 0 },
	{ "subscribers only", LABEL, 0 }, { "members only", LABEL, 0 },
	{ "subscriber only", LABEL, 0 }, { "member only", LABEL, 0 },
	{ "subscriber exclusive", LABEL, 0 }, { "premium content", LABEL, 0 },
	{ "premium article", LABEL, 0 }, { "members exclusive", LABEL, 0 },
	{ "continue reading", CONTINUE, 0 }, { "keep reading", CONTINUE, 0 },
	{ "to continue ", CONTINUE, 0 }, { "read the full ", CONTINUE, 0 },
	{ "read this full ", CONTINUE, 0 }, { "read full ", CONTINUE, 0 },
	{ "the rest of this", CONTINUE, 0 }, { "the rest of the ", CONTINUE, 0 },
	{ "read the rest", CONTINUE, 0 }, { "read the whole", CONTINUE, 0 },
	{ "read the entire", CONTINUE, 0 }, { "read the complete", CONTINUE, 0 },
	{ "access the full", CONTINUE, 0 }, { "access this ", CONTINUE, 0 },
	{ "to read this ", CONTINUE, 0 }, { "to view this ", CONTINUE, 0 },
	{ "unlock this", CONTINUE | OFFER, 0 }, { "unlock the ", CONTINUE | OFFER, 0 },
	{ "to unlock", CONTINUE, 0 }, { "story continues", CONTINUE, 0 },
	{ "article continues for", CONTINUE, 0 }, { "to finish reading", CONTINUE, 0 },
	{ "want to read more", CONTINUE, 0 }, { "want the full story", CONTINUE, 0 },
	{ "get full access", CONTINUE | OFFER, 0 }, { "gain access", CONTINUE, 0 },
	{ "get access", CONTINUE, 0 }, { "full access to", CONTINUE, 0 },
	{ "subscribe ", OFFER, 0 }, { "subscription", OFFER, 0 },
	{ "become a ~ member", OFFER, 0 }, { "become a ~ subscriber", OFFER, 0 },
	{ "join now", OFFER, 0 }, { "join today", OFFER, 0 }, { "upgrade ", OFFER, 0 },
	{ "free trial", OFFER, 0 }, { "start ~ trial", OFFER, 0 }, { "view offers", OFFER, 0 },
	{ "see my options", OFFER, 0 }, { "view membership", OFFER, 0 },
	{ "unlimited access", OFFER, 0 }, { "unlimited digital access", OFFER, 0 },
	{ "cancel any ", OFFER, 0 }, { "cancel anytime", OFFER, 0 },
	{ "buy this article", OFFER | CONTINUE, 0 }, { "choose ~ plan", OFFER, 0 },
	{ "purchase access", OFFER | CONTINUE, 0 }, { "day pass", OFFER, 0 },
	{ "create ~ free account", REGISTER, 0 }, { "create an account", REGISTER, 0 },
	{ "create a ~ account", REGISTER, 0 }, { "register ", REGISTER, 0 },
	{ "registration ", REGISTER, 0 }, { "sign up for free", REGISTER, 0 },
	{ "sign up to ", REGISTER, 0 }, { "claim my free", REGISTER, 0 },
	{ "already a ", KNOWN, 0 }, { "already have an account", KNOWN, 0 },
	{ "already subscribed", KNOWN, 0 }, { "already registered", KNOWN, 0 },
	{ "sign in ", KNOWN, 0 }, { "log in ", KNOWN, 0 }, { "login ", KNOWN, 0 },
	{ "youve read # of # ", SPENT, READ_OF_ALLOWED },
	{ "you have read # of # ", SPENT, READ_OF_ALLOWED },
	{ "youve used # of # ", SPENT, READ_OF_ALLOWED },
	{ "youve read your last", SPENT, 0 }, { "this was your last free", SPENT, 0 },
	{ "reached your ~ limit", SPENT, 0 }, { "reached the limit", SPENT, 0 },
	{ "reached your ~ article", SPENT, 0 }, { "used all ~ free", SPENT, 0 },
	{ "no free articles left", SPENT, 0 }, { "out of free articles", SPENT, 0 },
	{ "used up ~ free", SPENT, 0 }, { "free article limit", SPENT, 0 },
	{ "# free articles left", COUNTER, ARTICLES_LEFT },
	{ "# free article left", COUNTER, ARTICLES_LEFT },
	{ "# articles left", COUNTER, ARTICLES_LEFT },
	{ "# free articles remaining", COUNTER, ARTICLES_LEFT },
	{ "# articles remaining", COUNTER, ARTICLES_LEFT },
	{ "# of this ~ left", REMAINS, PERCENT_LEFT },
	{ "# of this ~ remaining", REMAINS, PERCENT_LEFT },
	{ "# of the article", REMAINS, PERCENT_LEFT },
	{ "# of the story", REMAINS, PERCENT_LEFT },
	{ "remaining # of ", REMAINS, PERCENT_LEFT },
	{ "# words remaining", REMAINS, WORDS_LEFT }, { "# more words", REMAINS, WORDS_LEFT },
	{ "newsletter", OTHER, 0 }, { "inbox", OTHER, 0 }, { "comment", OTHER, 0 },
	{ "join the conversation", OTHER, 0 },
	{ "donate", OTHER, 0 }, { "donation", OTHER, 0 }, { "no paywall", OTHER, 0 },
	{ "free to read", OTHER, 0 }, { "podcast", OTHER, 0 }, { "youtube", OTHER, 0 },
	{ "our channel", OTHER, 0 }, { "notifications", OTHER, 0 }, { "rss ", OTHER, 0 },
	{ "sign up to receive", OTHER, 0 }, { "sign up for our", OTHER, 0 },
	{ "get the latest", OTHER, 0 }, { "stay up to date", OTHER, 0 },
	{ "delivered to", OTHER, 0 }, { "by email", OTHER, 0 }, { "via email", OTHER, 0 },
	{ "job alert", OTHER, 0 },
	{ "this is an excerpt", ELSEWHERE, 0 }, { "this is an extract", ELSEWHERE, 0 },
	{ "for the full story", ELSEWHERE, 0 }, { "article at the original", ELSEWHERE, 0 },
	{ "read the full ~ at ", ELSEWHERE, 0 }, { "read the whole ~ at ", ELSEWHERE, 0 },
	{ "the full version ~ in the print", ELSEWHERE, 0 },
	{ "full ~ appears in ~ issue", ELSEWHERE, 0 },
	{ "enable javascript and cookies", ROBOT, 0 }, { "enable js and disable", ROBOT, 0 },
	{ "just a moment", ROBOT, 0 }, { "checking your browser", ROBOT, 0 },
	{ "verify you are ~ human", ROBOT, 0 }, { "verifying you are human", ROBOT, 0 },
	{ "are you a robot", ROBOT, 0 }, { "you are not a robot", ROBOT, 0 },
	{ "youre not a robot", ROBOT, 0 }, { "not a bot", ROBOT, 0 },
	{ "unusual traffic", ROBOT, 0 }, { "unusual activity", ROBOT, 0 },
	{ "security check to ", ROBOT, 0 }, { "pardon our interruption", ROBOT, 0 },
	{ "complete the captcha", ROBOT, 0 }, { "ddos protection", ROBOT, 0 },
	{ "attention required", ROBOT, 0 }, { "access to this page has been denied", ROBOT, 0 },
	{ "press hold to confirm", ROBOT, 0 }, { "please enable javascript", ROBOT, 0 },
	{ "you need to enable javascript", ROBOT, 0 }, { "request unsuccessful", ROBOT, 0 },
	{ "before you continue", CONSENT, 0 }, { "we value your privacy", CONSENT, 0 },
	{ "accept all", CONSENT, 0 }, { "we use cookies", CONSENT, 0 },
	{ "reject all", CONSENT, 0 }, { "manage ~ preferences", CONSENT, 0 },
	{ "page not found", GONE, 0 }, { "not found", GONE, 0 },
	{ "error 404 ", GONE, 0 }, { "404 error", GONE, 0 }, { "404 page", GONE, 0 },
	{ "page doesnt exist", GONE, 0 }, { "page does not exist", GONE, 0 },
	{ "no longer available", GONE, 0 }, { "page ~ cant be found", GONE, 0 },
	{ "page ~ cannot be found", GONE, 0 },
	{ "couldnt find ~ page", GONE, 0 }, { "couldnt find what", GONE, 0 },
	{ "410 gone", GONE, 0 },
	{ "nothing found", GONE, 0 }, { "page unavailable", GONE, 0 },
	{ "nothing was found", GONE, 0 }, { "page has moved", GONE, 0 },
	{ "access denied", DENIED, 0 }, { "dont have permission", DENIED, 0 },
	{ "403 forbidden", DENIED, 0 }, { "unavailable due to legal", DENIED, 0 },
	{ "unavailable in your", DENIED, 0 }, { "not available in your", DENIED, 0 },
	{ "service ~ temporarily unavailable", DENIED, 0 },
	{ "service unavailable", DENIED, 0 }, { "internal server error", DENIED, 0 },
	{ "bad gateway", DENIED, 0 }, { "gateway time", DENIED, 0 },
	{ "too many requests", DENIED, 0 }, { "you have been blocked", DENIED, 0 },
	{ "european economic area", DENIED, 0 }, { "site ~ under maintenance", DENIED, 0 },
	{ "log out", MEMBER_OUT, 0 }, { "logout", MEMBER_OUT, 0 },
	{ "sign out", MEMBER_OUT, 0 },
	{ "login required", LOGIN, 0 }, { "log in required", LOGIN, 0 },
	{ "sign in required", LOGIN, 0 }, { "must be logged in", LOGIN, 0 },
	{ "must log in", LOGIN, 0 }, { "need to log in", LOGIN, 0 },
	{ "please log in", LOGIN, 0 }, { "please sign in", LOGIN, 0 },
	{ "log in to view", LOGIN, 0 }, { "sign in to view", LOGIN, 0 },
	{ "signed in on another", IN_USE, 0 }, { "logged in on another", IN_USE, 0 },
	{ "signed in elsewhere", IN_USE, 0 }, { "logged in elsewhere", IN_USE, 0 },
	{ "in use on another", IN_USE, 0 }, { "too many devices", IN_USE, 0 },
	{ "another active session", IN_USE, 0 }, { "device limit", IN_USE, 0 },
	{ "maximum number of devices", IN_USE, 0 }, { "simultaneous log", IN_USE, 0 },
	{ "to read on ", CONTINUE, 0 }, { "create ~ free profile", REGISTER, 0 },
	{ "read # of this article", REMAINS, PERCENT_READ },
	{ "read # of this story", REMAINS, PERCENT_READ }, { "no longer have to", OTHER, 0 },
	{ "need a subscription", RESERVED, 0 },

	/* French */
	{ "reserve aux abonne", RESERVED, 0 }, { "reservee aux abonne", RESERVED, 0 },
	{ "reserves aux abonne", RESERVED, 0 }, { "reserve a nos abonne", RESERVED, 0 },
	{ "reservee a nos abonne", RESERVED, 0 }, { "reserve aux membres", LABEL, 0 },
	{ "pour les abonne", RESERVED, 0 }, { "accessible aux abonne", RESERVED, 0 },
	{ "contenu reserve", RESERVED, 0 }, { "lecture restreinte", RESERVED, 0 },
	{ "est payant", RESERVED, 0 }, { "exclusivite abonne", RESERVED, 0 },
	{ "article abonne", LABEL, 0 }, { "abonnes ", LABEL, 0 },
	{ "lire la suite", CONTINUE, 0 }, { "poursuivre ~ lecture", CONTINUE, 0 },
	{ "continuer la lecture", CONTINUE, 0 }, { "continuer a lire", CONTINUE, 0 },
	{ "pour lire ", CONTINUE, 0 }, { "lire cet article", CONTINUE, 0 },
	{ "lire larticle en entier", CONTINUE, 0 }, { "lire lintegralite", CONTINUE, 0 },
	{ "acceder a larticle", CONTINUE, 0 }, { "acceder a la suite", CONTINUE, 0 },
	{ "la suite ~ reserve", RESERVED | CONTINUE, 0 },
	{ "debloquer cet article", CONTINUE | OFFER, 0 }, { "pour acceder", CONTINUE, 0 },
	{ "abonnez vous", OFFER, 0 }, { "je mabonne", OFFER, 0 }, { "sabonner", OFFER, 0 },
	{ "abonnement", OFFER, 0 }, { "sans engagement", OFFER, 0 }, { "mabonner", OFFER, 0 },
	{ "essai gratuit", OFFER, 0 }, { "devenez membre", OFFER, 0 },
	{ "profitez de ~ offre", OFFER, 0 }, { "voir les offres", OFFER, 0 },
	{ "creez ~ compte", REGISTER, 0 }, { "creer ~ compte", REGISTER, 0 },
	{ "inscrivez vous", REGISTER, 0 }, { "inscription gratuite", REGISTER, 0 },
	{ "inscrire gratuitement", REGISTER, 0 },
	{ "deja abonne", KNOWN, 0 }, { "deja inscrit", KNOWN, 0 }, { "deja un compte", KNOWN, 0 },
	{ "deja membre", KNOWN, 0 }, { "identifiez vous", KNOWN, 0 },
	{ "connectez vous", KNOWN, 0 }, { "se connecter", KNOWN, 0 },
	{ "reste # de cet article", REMAINS, PERCENT_LEFT },
	{ "reste # de larticle", REMAINS, PERCENT_LEFT },
	{ "reste # de ce ", REMAINS, PERCENT_LEFT }, { "reste # a lire", REMAINS, PERCENT_LEFT },
	{ "# de larticle ~ a decouvrir", REMAINS, PERCENT_LEFT },
	{ "atteint ~ limite ~ articles", SPENT, 0 }, { "lu tous vos articles", SPENT, 0 },
	{ "articles gratuits restants", COUNTER, 0 },
	{ "infolettre", OTHER, 0 }, { "commentaire", OTHER, 0 }, { "faire un don", OTHER, 0 },
	{ "larticle complet ~ numero", ELSEWHERE, 0 }, { "ceci est un extrait", ELSEWHERE, 0 },
	{ "connexion requise", LOGIN, 0 }, { "connexion necessaire", LOGIN, 0 },
	{ "page introuvable", GONE, 0 }, { "page non trouvee", GONE, 0 },
	{ "nexiste pas", GONE, 0 }, { "acces refuse", DENIED, 0 },
	{ "tout accepter", CONSENT, 0 }, { "continuer sans accepter", CONSENT, 0 },
	{ "lecture restreinte", IN_USE, 0 }, { "lecture ~ sur un autre appareil", IN_USE, 0 },
	{ "compte ~ sur un autre appareil", IN_USE, 0 },
	{ "connecte ~ sur un autre appareil", IN_USE, 0 },
	{ "session ~ sur un autre appareil", IN_USE, 0 },
	{ "appareils simultan", IN_USE, 0 },
	{ "deconnexion", MEMBER_OUT, 0 }, { "se deconnecter", MEMBER_OUT, 0 },
	{ "lire le reste", CONTINUE, 0 }, { "lu # articles ~ sur # ", SPENT, READ_OF_ALLOWED },
	{ "lu # sur # ", SPENT, READ_OF_ALLOWED },
	{ "lu # de cet article", REMAINS, PERCENT_READ },
	{ "lu # de larticle", REMAINS, PERCENT_READ }, { "boite mail", OTHER, 0 },
	{ "par courriel", OTHER, 0 }, { "ne ~ plus reserve", OTHER, 0 },
	{ "pas un robot", ROBOT, 0 },
	{ "utilisons des cookies", CONSENT, 0 }, { "respectons votre vie privee", CONSENT, 0 },
	{ "pas disponible dans votre", DENIED, 0 }, { "na pas ete trouvee", GONE, 0 },

	/* German */
	{ "nur fur abonnent", RESERVED, 0 }, { "ist fur abonnent", RESERVED, 0 },
	{ "fur abonnenten ", RESERVED, 0 }, { "nur fur mitglieder", LABEL, 0 },
	{ "fur abonnentinnen", RESERVED, 0 }, { "unseren abonnent", RESERVED, 0 },
	{ "exklusiv fur", RESERVED, 0 }, { "nur mit ~ abo ", RESERVED, 0 },
	{ "nur im abo ", RESERVED, 0 }, { "ist kostenpflichtig", RESERVED, 0 },
	{ "fur registrierte ~ leser", RESERVED, 0 }, { "exklusiver ~ inhalt", RESERVED, 0 },
	{ "fur ~ abonnenten reserviert", RESERVED, 0 }, { "plus artikel", LABEL, 0 },
	{ "exklusiv ", LABEL, 0 },
	{ "weiterlesen", CONTINUE, 0 }, { "weiter lesen", CONTINUE, 0 },
	{ "ganzen artikel lesen", CONTINUE, 0 }, { "artikel vollstandig lesen", CONTINUE, 0 },
	{ "um ~ artikel ~ zu lesen", CONTINUE, 0 }, { "diesen artikel zu lesen", CONTINUE, 0 },
	{ "diesen artikel lesen", CONTINUE, 0 }, { "artikel freischalten", CONTINUE | OFFER, 0 },
	{ "zugriff auf ~ artikel", CONTINUE, 0 }, { "den vollstandigen artikel", CONTINUE, 0 },
	{ "abo ", OFFER, 0 }, { "abos ", OFFER, 0 }, { "abonnieren", OFFER, 0 },
	{ "abonnement", OFFER, 0 }, { "jetzt testen", OFFER, 0 }, { "probemonat", OFFER, 0 },
	{ "gratis testen", OFFER, 0 }, { "kostenlos testen", OFFER, 0 },
	{ "monatlich kundbar", OFFER, 0 }, { "jederzeit kundbar", OFFER, 0 },
	{ "digitalabo", OFFER, 0 }, { "tagespass", OFFER, 0 }, { "mitglied werden", OFFER, 0 },
	{ "registrieren", REGISTER, 0 }, { "kostenlos anmelden", REGISTER, 0 },
	{ "konto erstellen", REGISTER, 0 }, { "anmelden und weiterlesen", REGISTER | CONTINUE, 0 },
	{ "bereits ~ abonn", KNOWN, 0 }, { "schon ~ abonn", KNOWN, 0 },
	{ "bereits registriert", KNOWN, 0 }, { "bereits kunde", KNOWN, 0 },
	{ "bereits mitglied", KNOWN, 0 }, { "anmelden ", KNOWN, 0 }, { "einloggen", KNOWN, 0 },
	{ "hier anmelden", KNOWN, 0 }, { "zum login", KNOWN, 0 },
	{ "# des artikels", REMAINS, PERCENT_LEFT }, { "noch # des ", REMAINS, PERCENT_LEFT },
	{ "noch # worter", REMAINS, WORDS_LEFT }, { "noch # zeichen", REMAINS, CHARACTERS_LEFT },
	{ "alle ~ artikel ~ aufgebraucht", SPENT, 0 }, { "limit erreicht", SPENT, 0 },
	{ "ihre ~ freiartikel", SPENT, 0 },
	{ "noch # ~ artikel kostenlos", COUNTER, ARTICLES_LEFT },
	{ "kommentar", OTHER, 0 }, { "spende", OTHER, 0 },
	{ "ganzen artikel ~ ausgabe", ELSEWHERE, 0 },
	{ "vollstandigen artikel ~ ausgabe", ELSEWHERE, 0 },
	{ "kompletten beitrag lesen sie in", ELSEWHERE, 0 },
	{ "kompletten artikel lesen sie in", ELSEWHERE, 0 },
	{ "ganzen artikel finden sie in", ELSEWHERE, 0 },
	{ "vollstandigen beitrag ~ in ", ELSEWHERE, 0 },
	{ "lesen sie in ~ ausgabe", ELSEWHERE, 0 }, { "lesen sie im heft", ELSEWHERE, 0 },
	{ "das heft konnen sie", ELSEWHERE, 0 },
	{ "anmeldung erforderlich", LOGIN, 0 }, { "anmeldung notwendig", LOGIN, 0 },
	{ "bitte melden sie sich an", LOGIN, 0 }, { "bitte einloggen", LOGIN, 0 },
	{ "seite nicht gefunden", GONE, 0 }, { "existiert nicht", GONE, 0 },
	{ "nicht mehr verfugbar", GONE, 0 }, { "zugriff verweigert", DENIED, 0 },
	{ "mit werbung", CONSENT, 0 }, { "pur abo", CONSENT, 0 },
	{ "zustimmen und weiter", CONSENT, 0 }, { "alle akzeptieren", CONSENT, 0 },
	{ "konto ~ auf einem anderen gerat", IN_USE, 0 },
	{ "angemeldet ~ auf einem anderen gerat", IN_USE, 0 },
	{ "auf einem anderen gerat angemeldet", IN_USE, 0 },
	{ "auf einem anderen gerat eingeloggt", IN_USE, 0 },
	{ "auf einem anderen gerat genutzt", IN_USE, 0 }, { "zu viele gerate", IN_USE, 0 },
	{ "abmelden", MEMBER_OUT, 0 }, { "ausloggen", MEMBER_OUT, 0 },
	{ "weiterzulesen", CONTINUE, 0 },
	{ "haben # dieses artikels gelesen", REMAINS, PERCENT_READ },
	{ "kommentier", OTHER, 0 }, { "diskutier", OTHER, 0 }, { "rundbrief", OTHER, 0 },
	{ "postfach", OTHER, 0 }, { "kein roboter", ROBOT, 0 },
	{ "verwenden cookies", CONSENT, 0 },
	{ "cookies akzeptieren", CONSENT, 0 }, { "ihrem land nicht verfugbar", DENIED, 0 },
	{ "ihrer region nicht verfugbar", DENIED, 0 },

	/* Spanish */
	{ "para suscriptor", RESERVED, 0 }, { "a suscriptor", RESERVED, 0 },
	{ "para ~ suscriptores", RESERVED, 0 }, { "exclusivo para", RESERVED, 0 },
	{ "exclusivos para", RESERVED, 0 }, { "exclusiva para", RESERVED, 0 },
	{ "solo para socios", LABEL, 0 }, { "para usuarios registrados", RESERVED, 0 },
	{ "contenido exclusivo", LABEL, 0 }, { "solo suscriptores", LABEL, 0 },
	{ "seguir leyendo", CONTINUE, 0 }, { "sigue leyendo", CONTINUE, 0 },
	{ "continuar leyendo", CONTINUE, 0 }, { "continua leyendo", CONTINUE, 0 },
	{ "continuar la lectura", CONTINUE, 0 }, { "leer ~ articulo completo", CONTINUE, 0 },
	{ "leer ~ nota completa", CONTINUE, 0 }, { "leer la noticia completa", CONTINUE, 0 },
	{ "para leer ", CONTINUE, 0 }, { "acceder a este ", CONTINUE, 0 },
	{ "acceder a esta ", CONTINUE, 0 }, { "acceder al ~ articulo", CONTINUE, 0 },
	{ "acceder al ~ contenido", CONTINUE, 0 },
	{ "desbloquea", CONTINUE | OFFER, 0 },
	{ "suscribete", OFFER, 0 }, { "suscribirse", OFFER, 0 }, { "suscribirme", OFFER, 0 },
	{ "suscripcion", OFFER, 0 }, { "suscribite", OFFER, 0 }, { "suscribase", OFFER, 0 },
	{ "hazte socio", OFFER, 0 }, { "hazte premium", OFFER, 0 }, { "prueba gratis", OFFER, 0 },
	{ "primer mes", OFFER, 0 }, { "cancela cuando", OFFER, 0 }, { "elige ~ plan", OFFER, 0 },
	{ "por # al mes", OFFER, 0 },
	{ "registrate", REGISTER, 0 }, { "registrese", REGISTER, 0 },
	{ "crea ~ cuenta", REGISTER, 0 }, { "crear ~ cuenta", REGISTER, 0 },
	{ "registro gratuito", REGISTER, 0 }, { "registro gratis", REGISTER, 0 },
	{ "ya eres suscriptor", KNOWN, 0 }, { "ya soy suscriptor", KNOWN, 0 },
	{ "ya tienes ~ cuenta", KNOWN, 0 }, { "ya estas ~ registrado", KNOWN, 0 },
	{ "ya es suscriptor", KNOWN, 0 }, { "inicia sesion", KNOWN, 0 },
	{ "iniciar sesion", KNOWN, 0 }, { "ya estas suscrito", KNOWN, 0 },
	{ "accede con", KNOWN, 0 }, { "ingresa ", KNOWN, 0 },
	{ "te queda # ~ por leer", REMAINS, PERCENT_LEFT },
	{ "queda un # ", REMAINS, PERCENT_LEFT },
	{ "limite de articulos", SPENT, 0 }, { "limite de notas", SPENT, 0 },
	{ "has alcanzado ~ limite", SPENT, 0 }, { "alcanzaste ~ limite", SPENT, 0 },
	{ "boletin", OTHER, 0 }, { "comentar", OTHER, 0 }, { "dona ", OTHER, 0 },
	{ "inicio de sesion requerido", LOGIN, 0 }, { "debes iniciar sesion", LOGIN, 0 },
	{ "debe iniciar sesion", LOGIN, 0 }, { "pagina no encontrada", GONE, 0 },
	{ "no existe", GONE, 0 },
	{ "acceso denegado", DENIED, 0 }, { "aceptar todo", CONSENT, 0 },
	{ "cuenta ~ en otro dispositivo", IN_USE, 0 },
	{ "sesion ~ en otro dispositivo", IN_USE, 0 },
	{ "conectado en otro dispositivo", IN_USE, 0 },
	{ "cerrar sesion", MEMBER_OUT, 0 },
	{ "agotado ~ articulos", SPENT, 0 }, { "consumido ~ articulos", SPENT, 0 },
	{ "leido ~ # ~ articulo", REMAINS, PERCENT_READ }, { "no eres un robot", ROBOT, 0 },
	{ "no es un robot", ROBOT, 0 },
	{ "utilizamos cookies", CONSENT, 0 },
	{ "usamos cookies", CONSENT, 0 }, { "no esta disponible en su ", DENIED, 0 },
	{ "no esta disponible en tu ", DENIED, 0 },

	/* Portuguese */
	{ "para assinante", RESERVED, 0 }, { "a assinante", RESERVED, 0 },
	{ "aos assinantes", RESERVED, 0 }, { "exclusivo de assinante", RESERVED, 0 },
	{ "exclusiva para assinante", RESERVED, 0 }, { "conteudo exclusivo", LABEL, 0 },
	{ "continue lendo", CONTINUE, 0 }, { "continuar lendo", CONTINUE, 0 },
	{ "continuar a ler", CONTINUE, 0 }, { "para ler ", CONTINUE, 0 },
	{ "leia a materia completa", CONTINUE, 0 }, { "ler o artigo completo", CONTINUE, 0 },
	{ "ter acesso", CONTINUE, 0 },
	{ "assine ", OFFER, 0 }, { "assinatura", OFFER, 0 }, { "seja assinante", OFFER, 0 },
	{ "torne se assinante", OFFER, 0 }, { "experimente gratis", OFFER, 0 },
	{ "cancele quando", OFFER, 0 }, { "por mes", OFFER, 0 },
	{ "cadastre se", REGISTER, 0 }, { "faca ~ cadastro", REGISTER, 0 },
	{ "registe se", REGISTER, 0 }, { "crie ~ conta", REGISTER, 0 },
	{ "cadastro gratuito", REGISTER, 0 },
	{ "ja e assinante", KNOWN, 0 }, { "ja sou assinante", KNOWN, 0 },
	{ "ja e assinante", KNOWN, 0 }, { "ja tem ~ conta", KNOWN, 0 },
	{ "faca ~ login", KNOWN, 0 }, { "iniciar sessao", KNOWN, 0 }, { "inicie sessao", KNOWN, 0 },
	{ "ja possui cadastro", KNOWN, 0 },
	{ "atingiu o limite", SPENT, 0 }, { "limite de materias", SPENT, 0 },
	{ "limite de artigos", SPENT, 0 }, { "faltam # ", REMAINS, PERCENT_LEFT },
	{ "login necessario", LOGIN, 0 }, { "pagina nao encontrada", GONE, 0 },
	{ "aceitar todos", CONSENT, 0 },
	{ "para subscritor", RESERVED, 0 }, { "a subscritor", RESERVED, 0 },
	{ "subscreva", OFFER, 0 }, { "subscrever", OFFER, 0 }, { "boletim", OTHER, 0 },
	{ "seu e mail", OTHER, 0 }, { "nao e um robo", ROBOT, 0 },
	{ "nao sou um robo", ROBOT, 0 },
	{ "acesso negado", DENIED, 0 }, { "nao esta disponivel na sua ", DENIED, 0 },
	{ "nao esta disponivel no seu ", DENIED, 0 },
	{ "conta ~ noutro dispositivo", IN_USE, 0 },
	{ "conta ~ em outro dispositivo", IN_USE, 0 }, { "terminar sessao", MEMBER_OUT, 0 },
	{ "encerrar sessao", MEMBER_OUT, 0 },

	/* Italian */
	{ "riservato agli abbonati", RESERVED, 0 }, { "riservata agli abbonati", RESERVED, 0 },
	{ "riservato ai nostri", RESERVED, 0 }, { "riservato ai soci", LABEL, 0 },
	{ "per gli abbonati", RESERVED, 0 }, { "solo per abbonati", RESERVED, 0 },
	{ "riservati agli abbonati", RESERVED, 0 }, { "esclusiva per gli abbonati", RESERVED, 0 },
	{ "riservato agli utenti registrati", RESERVED, 0 }, { "contenuto premium", LABEL, 0 },
	{ "continuare a leggere", CONTINUE, 0 }, { "continua a leggere", CONTINUE, 0 },
	{ "continuare la lettura", CONTINUE, 0 }, { "per continuare", CONTINUE, 0 },
	{ "per leggere ", CONTINUE, 0 }, { "leggi ~ articolo completo", CONTINUE, 0 },
	{ "leggere tutto larticolo", CONTINUE, 0 }, { "sblocca ", CONTINUE | OFFER, 0 },
	{ "prosegui la lettura", CONTINUE, 0 },
	{ "abbonati ", OFFER, 0 }, { "abbonamento", OFFER, 0 }, { "abbonarsi", OFFER, 0 },
	{ "prova ~ mese", OFFER, 0 }, { "prova gratis", OFFER, 0 }, { "scegli ~ piano", OFFER, 0 },
	{ "attiva ora", OFFER, 0 },
	{ "registrati", REGISTER, 0 }, { "crea ~ account", REGISTER, 0 },
	{ "sei gia abbonato", KNOWN, 0 }, { "sei gia registrato", KNOWN, 0 },
	{ "gia abbonato", KNOWN, 0 }, { "hai gia ~ account", KNOWN, 0 }, { "accedi ", KNOWN, 0 },
	{ "# dellarticolo", REMAINS, PERCENT_LEFT }, { "limite di articoli", SPENT, 0 },
	{ "accesso richiesto", LOGIN, 0 }, { "devi effettuare laccesso", LOGIN, 0 },
	{ "pagina non trovata", GONE, 0 }, { "accetta e continua", CONSENT, 0 },
	{ "accetta tutto", CONSENT, 0 },
	{ "per proseguire", CONTINUE, 0 }, { "proseguire ~ lettura", CONTINUE, 0 },
	{ "il resto dellarticolo", CONTINUE, 0 }, { "letto tutti gli articoli", SPENT, 0 },
	{ "abbonamenti", OFFER, 0 }, { "esaurito ~ articoli", SPENT, 0 },
	{ "non essere un robot", ROBOT, 0 }, { "non sei un robot", ROBOT, 0 },
	{ "utilizziamo i cookie", CONSENT, 0 },
	{ "utilizziamo cookie", CONSENT, 0 }, { "accesso negato", DENIED, 0 },
	{ "non e disponibile nel tuo", DENIED, 0 },
	{ "account ~ su un altro dispositivo", IN_USE, 0 }, { "disconnetti", MEMBER_OUT, 0 },

	/* Dutch */
	{ "voor abonnees", RESERVED, 0 }, { "alleen voor ~ abonnees", RESERVED, 0 },
	{ "exclusief voor", RESERVED, 0 }, { "alleen voor leden", LABEL, 0 },
	{ "verder lezen", CONTINUE, 0 }, { "lees verder", CONTINUE, 0 },
	{ "lees het hele", CONTINUE, 0 }, { "dit artikel lezen", CONTINUE, 0 },
	{ "verder te lezen", CONTINUE, 0 },
	{ "abonneer", OFFER, 0 }, { "neem een abonnement", OFFER, 0 }, { "word abonnee", OFFER, 0 },
	{ "word lid", OFFER, 0 }, { "probeer ~ maand", OFFER, 0 },
	{ "maak ~ account", REGISTER, 0 }, { "registreer", REGISTER, 0 },
	{ "al abonnee", KNOWN, 0 }, { "al een account", KNOWN, 0 }, { "inloggen", KNOWN, 0 },
	{ "log in ", KNOWN, 0 }, { "nog # van dit artikel", REMAINS, PERCENT_LEFT },
	{ "inloggen vereist", LOGIN, 0 }, { "pagina niet gevonden", GONE, 0 },
	{ "alles accepteren", CONSENT, 0 },
	{ "uitloggen", MEMBER_OUT, 0 },
	{ "lees dit artikel", CONTINUE, 0 }, { "de rest van dit artikel", CONTINUE, 0 },
	{ "maximum aantal ~ artikelen", SPENT, 0 }, { "limiet ~ artikelen", SPENT, 0 },
	{ "nieuwsbrief", OTHER, 0 }, { "mailbox", OTHER, 0 }, { "reageer", OTHER, 0 },
	{ "reageren", OTHER, 0 }, { "reacties", OTHER, 0 }, { "geen robot", ROBOT, 0 },
	{ "gebruiken cookies", CONSENT, 0 }, { "waarderen ~ privacy", CONSENT, 0 },
	{ "toegang geweigerd", DENIED, 0 }, { "niet beschikbaar in jouw", DENIED, 0 },
	{ "niet beschikbaar in uw", DENIED, 0 },
	{ "account ~ op een ander apparaat", IN_USE, 0 },

	/* Scandinavian languages */
	{ "for abonnenter", RESERVED, 0 }, { "kun for abonnent", RESERVED, 0 },
	{ "for prenumerant", RESERVED, 0 }, { "for abonnenter", RESERVED, 0 },
	{ "forbeholdt abonnent", RESERVED, 0 }, { "vill du lasa", CONTINUE, 0 },
	{ "las hela artikeln", CONTINUE, 0 }, { "fortsatt lasa", CONTINUE, 0 },
	{ "lasa vidare", CONTINUE, 0 }, { "les videre", CONTINUE, 0 },
	{ "laes videre", CONTINUE, 0 },
	{ "las videre", CONTINUE, 0 }, { "bli abonnent", OFFER, 0 },
	{ "bli prenumerant", OFFER, 0 },
	{ "prenumerera", OFFER, 0 }, { "kob abonnement", OFFER, 0 }, { "kjop tilgang", OFFER, 0 },
	{ "bliv abonnent", OFFER, 0 }, { "bliv medlem", OFFER, 0 }, { "bli medlem", OFFER, 0 },
	{ "redan prenumerant", KNOWN, 0 }, { "allerede abonnent", KNOWN, 0 },
	{ "logga in", KNOWN, 0 }, { "logg inn", KNOWN, 0 }, { "log ind", KNOWN, 0 },
	{ "for dig som ar ~ prenumerant", RESERVED, 0 },
	{ "for deg som er ~ abonnent", RESERVED, 0 }, { "for dig med abonnemang", RESERVED, 0 },
	{ "for deg med abonnement", RESERVED, 0 }, { "for dig med abonnement", RESERVED, 0 },
	{ "las vidare", CONTINUE, 0 }, { "las resten", CONTINUE, 0 },
	{ "laese resten", CONTINUE, 0 }, { "resten af artiklen", CONTINUE, 0 },
	{ "resten av artikeln", CONTINUE, 0 }, { "resten av saken", CONTINUE, 0 },
	{ "laes hele artiklen", CONTINUE, 0 }, { "les hele saken", CONTINUE, 0 },
	{ "lese videre", CONTINUE, 0 }, { "laese videre", CONTINUE, 0 },
	{ "abonnemang", OFFER, 0 }, { "kop prenumeration", OFFER, 0 },
	{ "skapa ~ konto", REGISTER, 0 }, { "opret ~ konto", REGISTER, 0 },
	{ "opret ~ profil", REGISTER, 0 }, { "opprett ~ konto", REGISTER, 0 },
	{ "registrera dig", REGISTER, 0 }, { "redan medlem", KNOWN, 0 },
	{ "allerede medlem", KNOWN, 0 }, { "nyhetsbrev", OTHER, 0 }, { "nyhedsbrev", OTHER, 0 },
	{ "kommenter", OTHER, 0 }, { "inte en robot", ROBOT, 0 },
	{ "inte ar en robot", ROBOT, 0 }, { "ikke en robot", ROBOT, 0 },
	{ "ikke er en robot", ROBOT, 0 }, { "anvander kakor", CONSENT, 0 },
	{ "anvander cookies", CONSENT, 0 }, { "bruger cookies", CONSENT, 0 },
	{ "bruker informasjonskapsler", CONSENT, 0 }, { "godkann alla", CONSENT, 0 },
	{ "accepter alle", CONSENT, 0 }, { "godta alle", CONSENT, 0 },
	{ "sidan hittades inte", GONE, 0 }, { "sidan finns inte", GONE, 0 },
	{ "hittar inte sidan", GONE, 0 }, { "siden findes ikke", GONE, 0 },
	{ "siden blev ikke fundet", GONE, 0 }, { "siden finnes ikke", GONE, 0 },
	{ "fant ikke siden", GONE, 0 }, { "inloggning kravs", LOGIN, 0 },
	{ "maste logga in", LOGIN, 0 }, { "du skal logge ind", LOGIN, 0 },
	{ "du ma logge inn", LOGIN, 0 }, { "konto ~ pa en annan enhet", IN_USE, 0 },
	{ "konto ~ pa en anden enhed", IN_USE, 0 }, { "konto ~ pa en annen enhet", IN_USE, 0 },
	{ "logga ut", MEMBER_OUT, 0 }, { "log ud", MEMBER_OUT, 0 },
	{ "logg ut", MEMBER_OUT, 0 },

	/* Polish */
	{ "dla prenumerator", RESERVED, 0 }, { "dla subskrybent", RESERVED, 0 },
	{ "tylko dla prenumerat", RESERVED, 0 }, { "dla zalogowanych", RESERVED, 0 },
	{ "czytaj dalej", CONTINUE, 0 }, { "czytac dalej", CONTINUE, 0 },
	{ "przeczytac caly", CONTINUE, 0 }, { "przeczytaj caly", CONTINUE, 0 },
	{ "dalsza czesc", CONTINUE, 0 }, { "pelny dostep", CONTINUE, 0 },
	{ "dostep do artykulu", CONTINUE, 0 }, { "pozostalo # ", REMAINS, PERCENT_LEFT },
	{ "prenumerat", OFFER, 0 }, { "subskrypcj", OFFER, 0 }, { "subskrybuj", OFFER, 0 },
	{ "wykup ", OFFER, 0 }, { "kup dostep", OFFER | CONTINUE, 0 },
	{ "zarejestruj", REGISTER, 0 }, { "zaloz ~ konto", REGISTER, 0 },
	{ "masz juz ~ konto", KNOWN, 0 }, { "zaloguj", KNOWN, 0 },
	{ "masz juz prenumerat", KNOWN, 0 },
	{ "wymagane logowanie", LOGIN, 0 }, { "strona nie istnieje", GONE, 0 },
	{ "nie znaleziono", GONE, 0 },
	{ "limit ~ artykulow", SPENT, 0 }, { "wybierz ~ plan", OFFER, 0 },
	{ "wybierz ~ pakiet", OFFER, 0 }, { "reszte artykulu", CONTINUE, 0 },
	{ "skrzynk", OTHER, 0 }, { "komentarz", OTHER, 0 }, { "komentow", OTHER, 0 },
	{ "nie jestes robotem", ROBOT, 0 }, { "plikow cookie", CONSENT, 0 },
	{ "pliki cookie", CONSENT, 0 }, { "odmowa dostepu", DENIED, 0 },
	{ "konto ~ na innym urzadzeniu", IN_USE, 0 }, { "wyloguj", MEMBER_OUT, 0 },

	/* Turkish */
	{ "abonelere ozel", RESERVED, 0 }, { "aboneler icin", RESERVED, 0 },
	{ "uyelere ozel", RESERVED, 0 }, { "sadece abone", RESERVED, 0 },
	{ "sadece uye", RESERVED, 0 }, { "yalnizca abone", RESERVED, 0 },
	{ "devamini oku", CONTINUE, 0 }, { "okumaya devam", CONTINUE, 0 },
	{ "tamamini oku", CONTINUE, 0 }, { "devamini ", CONTINUE, 0 },
	{ "abone ol", OFFER, 0 }, { "abonelik", OFFER, 0 }, { "ucretsiz dene", OFFER, 0 },
	{ "uye ol", REGISTER, 0 }, { "ucretsiz uye", REGISTER, 0 }, { "kayit ol", REGISTER, 0 },
	{ "zaten abone", KNOWN, 0 }, { "zaten uye", KNOWN, 0 }, { "giris yap", KNOWN, 0 },
	{ "giris yapmalisiniz", LOGIN, 0 }, { "sayfa bulunamadi", GONE, 0 },
	{ "bulten", OTHER, 0 }, { "yorum", OTHER, 0 }, { "robot olmadig", ROBOT, 0 },
	{ "cerezleri kabul", CONSENT, 0 }, { "cikis yap", MEMBER_OUT, 0 },

	/* Russian */
	{ "для подписчик", RESERVED, 0 }, { "только подписчик", RESERVED, 0 },
	{ "доступен по подписке", RESERVED | OFFER, 0 },
	{ "доступно по подписке", RESERVED | OFFER, 0 },
	{ "доступен только", RESERVED, 0 }, { "доступна только", RESERVED, 0 },
	{ "доступно только", RESERVED, 0 }, { "по подписке", RESERVED, 0 },
	{ "читать далее", CONTINUE, 0 }, { "читать дальше", CONTINUE, 0 },
	{ "продолжить чтение", CONTINUE, 0 }, { "чтобы прочитать", CONTINUE, 0 },
	{ "чтобы читать", CONTINUE, 0 }, { "полную версию", CONTINUE, 0 },
	{ "прочитать полностью", CONTINUE, 0 }, { "дочитать", CONTINUE, 0 },
	{ "подпишитесь", OFFER, 0 }, { "подписаться", OFFER, 0 }, { "оформить подписку", OFFER, 0 },
	{ "оформите подписку", OFFER, 0 }, { "подписка", OFFER, 0 }, { "подписку", OFFER, 0 },
	{ "зарегистрируйтесь", REGISTER, 0 }, { "регистраци", REGISTER, 0 },
	{ "уже подписаны", KNOWN, 0 }, { "уже есть подписка", KNOWN, 0 }, { "войти", KNOWN, 0 },
	{ "войдите", KNOWN, 0 }, { "авторизуйтесь", KNOWN, 0 }, { "уже есть аккаунт", KNOWN, 0 },
	{ "осталось # ", REMAINS, PERCENT_LEFT }, { "страница не найдена", GONE, 0 },
	{ "рассылк", OTHER, 0 }, { "комментари", OTHER, 0 }, { "выйти", MEMBER_OUT, 0 },
	{ "вы не робот", ROBOT, 0 },
	{ "файлы cookie", CONSENT, 0 }, { "доступ запрещен", DENIED, 0 },
	{ "требуется авторизация", LOGIN, 0 },

	/* Arabic */
	{ "للمشتركين", RESERVED, 0 }, { "للاعضاء", RESERVED, 0 }, { "للأعضاء", RESERVED, 0 },
	{ "حصري", LABEL, 0 }, { "لمتابعة القراءة", CONTINUE, 0 }, { "متابعة القراءة", CONTINUE, 0 },
	{ "لقراءة", CONTINUE, 0 }, { "اكمل القراءة", CONTINUE, 0 }, { "أكمل القراءة", CONTINUE, 0 },
	{ "لمواصلة القراءة", CONTINUE, 0 }, { "مواصلة القراءة", CONTINUE, 0 },
	{ "اشترك", OFFER, 0 }, { "اشتراك", OFFER, 0 }, { "الاشتراك", OFFER, 0 },
	{ "سجل ", REGISTER, 0 }, { "انشاء حساب", REGISTER, 0 }, { "إنشاء حساب", REGISTER, 0 },
	{ "التسجيل", REGISTER, 0 }, { "مشترك بالفعل", KNOWN, 0 }, { "تسجيل الدخول", KNOWN, 0 },
	{ "سجل الدخول", KNOWN, 0 }, { "هل انت مشترك", KNOWN, 0 }, { "هل أنت مشترك", KNOWN, 0 },

	/* Chinese, in both scripts */
	{ "会员专享", RESERVED, 0 }, { "會員專享", RESERVED, 0 }, { "付费阅读", RESERVED | OFFER, 0 },
	{ "付費閱讀", RESERVED | OFFER, 0 }, { "订阅后", RESERVED | OFFER, 0 },
	{ "訂閱後", RESERVED | OFFER, 0 }, { "仅限会员", RESERVED, 0 }, { "僅限會員", RESERVED, 0 },
	{ "仅限订阅", RESERVED, 0 }, { "僅限訂閱", RESERVED, 0 }, { "订户专享", RESERVED, 0 },
	{ "訂戶專享", RESERVED, 0 }, { "会员可读", RESERVED, 0 }, { "付费内容", RESERVED, 0 },
	{ "付費內容", RESERVED, 0 }, { "继续阅读", CONTINUE, 0 }, { "繼續閱讀", CONTINUE, 0 },
	{ "阅读全文", CONTINUE, 0 }, { "閱讀全文", CONTINUE, 0 }, { "剩余", CONTINUE, 0 },
	{ "解锁", CONTINUE, 0 }, { "解鎖", CONTINUE, 0 }, { "完整内容", CONTINUE, 0 },
	{ "完整內容", CONTINUE, 0 }, { "立即订阅", OFFER, 0 }, { "立即訂閱", OFFER, 0 },
	{ "订阅", OFFER, 0 }, { "訂閱", OFFER, 0 }, { "购买", OFFER, 0 }, { "購買", OFFER, 0 },
	{ "加入会员", OFFER, 0 }, { "加入會員", OFFER, 0 }, { "开通会员", OFFER, 0 },
	{ "成为会员", OFFER, 0 }, { "成為會員", OFFER, 0 }, { "免费注册", REGISTER, 0 },
	{ "免費註冊", REGISTER, 0 }, { "注册", REGISTER, 0 }, { "註冊", REGISTER, 0 },
	{ "登录后", REGISTER, 0 }, { "登入後", REGISTER, 0 }, { "登录", KNOWN, 0 },
	{ "登入", KNOWN, 0 }, { "已经是会员", KNOWN, 0 }, { "已是会员", KNOWN, 0 },
	{ "已是會員", KNOWN, 0 }, { "已订阅", KNOWN, 0 }, { "阅读上限", SPENT, 0 },
	{ "閱讀上限", SPENT, 0 }, { "免费文章已", SPENT, 0 }, { "还剩#字", REMAINS, CHARACTERS_LEFT },
	{ "剩余#字", REMAINS, CHARACTERS_LEFT }, { "剩余#", REMAINS, PERCENT_LEFT },
	{ "请登录", LOGIN, 0 }, { "需要登录", LOGIN, 0 }, { "页面不存在", GONE, 0 },
	{ "頁面不存在", GONE, 0 }, { "退出登录", MEMBER_OUT, 0 },
	{ "剩餘", CONTINUE, 0 }, { "剩餘#字", REMAINS, CHARACTERS_LEFT },
	{ "剩餘#", REMAINS, PERCENT_LEFT }, { "电邮", OTHER, 0 }, { "電郵", OTHER, 0 },
	{ "电子报", OTHER, 0 }, { "電子報", OTHER, 0 }, { "评论", OTHER, 0 },
	{ "評論", OTHER, 0 }, { "留言", OTHER, 0 }, { "不是机器人", ROBOT, 0 },
	{ "不是機器人", ROBOT, 0 }, { "安全验证", ROBOT, 0 }, { "安全驗證", ROBOT, 0 },
	{ "人机验证", ROBOT, 0 }, { "全部接受", CONSENT, 0 }, { "接受所有", CONSENT, 0 },
	{ "接受全部", CONSENT, 0 }, { "页面未找到", GONE, 0 }, { "頁面未找到", GONE, 0 },
	{ "找不到页面", GONE, 0 }, { "找不到頁面", GONE, 0 }, { "拒绝访问", DENIED, 0 },
	{ "访问被拒绝", DENIED, 0 }, { "拒絕存取", DENIED, 0 }, { "登出", MEMBER_OUT, 0 },

	/* Japanese */
	{ "有料会員限定", RESERVED, 0 }, { "会員限定", RESERVED, 0 }, { "有料記事", RESERVED, 0 },
	{ "有料会員", RESERVED, 0 }, { "購読者限定", RESERVED, 0 }, { "購読が必要", RESERVED | OFFER, 0 },
	{ "会員登録が必要", RESERVED | REGISTER, 0 }, { "有料プラン", OFFER, 0 },
	{ "続きを読む", CONTINUE, 0 }, { "続きをお読み", CONTINUE, 0 }, { "続きは", CONTINUE, 0 },
	{ "全文を読む", CONTINUE, 0 }, { "全文をお読み", CONTINUE, 0 }, { "この先は", CONTINUE, 0 },
	{ "残り#文字", REMAINS, CHARACTERS_LEFT }, { "残り#字", REMAINS, CHARACTERS_LEFT },
	{ "残り#", REMAINS, PERCENT_LEFT }, { "購読", OFFER, 0 }, { "月額", OFFER, 0 },
	{ "無料トライアル", OFFER, 0 }, { "お申し込み", OFFER, 0 }, { "申し込む", OFFER, 0 },
	{ "会員登録", REGISTER, 0 }, { "無料会員", REGISTER, 0 }, { "新規登録", REGISTER, 0 },
	{ "無料登録", REGISTER, 0 }, { "ログイン", KNOWN, 0 }, { "会員の方", KNOWN, 0 },
	{ "ログインが必要", LOGIN, 0 }, { "ページが見つかりません", GONE, 0 }, { "ログアウト", MEMBER_OUT, 0 },
	{ "ここから先", CONTINUE, 0 }, { "上限に達し", SPENT, 0 },
	{ "今すぐ登録", REGISTER, 0 }, { "メールマガジン", OTHER, 0 },
	{ "ニュースレター", OTHER, 0 }, { "メルマガ", OTHER, 0 }, { "コメント", OTHER, 0 },
	{ "ロボットではない", ROBOT, 0 }, { "すべて許可", CONSENT, 0 },
	{ "クッキーを使用", CONSENT, 0 }, { "ページは存在しません", GONE, 0 },
	{ "アクセスが拒否", DENIED, 0 }, { "他の端末でログイン", IN_USE, 0 },
	{ "別の端末でログイン", IN_USE, 0 },

	/* Korean */
	{ "유료회원", RESERVED, 0 }, { "구독자 전용", RESERVED, 0 }, { "회원 전용", RESERVED, 0 },
	{ "회원전용", RESERVED, 0 }, { "계속 읽", CONTINUE, 0 }, { "전문 보기", CONTINUE, 0 },
	{ "구독하", OFFER, 0 }, { "구독", OFFER, 0 }, { "회원가입", REGISTER, 0 },
	{ "로그인", KNOWN, 0 }, { "이미 구독", KNOWN, 0 },
	{ "기사를 읽", CONTINUE, 0 }, { "전체 기사를", CONTINUE, 0 },
	{ "이어서 읽", CONTINUE, 0 }, { "유료 회원", RESERVED, 0 },
	{ "무료 기사를 모두", SPENT, 0 }, { "뉴스레터", OTHER, 0 }, { "댓글", OTHER, 0 },
	{ "로봇이 아닙", ROBOT, 0 }, { "페이지를 찾을 수 없", GONE, 0 },
	{ "로그인이 필요", LOGIN, 0 }, { "로그아웃", MEMBER_OUT, 0 },
};

#define COUNT (sizeof(phrases) / sizeof(phrases[0]))
_Static_assert(COUNT < PHRASE_TABLE_MAX, "the index has room for the table");

/* The chain of texts with the first two bytes of ${text}; numbers have one. */
static unsigned
chain_of(const char *text)
{
	unsigned char first = (unsigned char)text[0], second = (unsigned char)text[1];

	if (isdigit(first) || first == '#')
		return '#';
	return (first * 7u + second * 31u) % PHRASE_CHAINS;
}

/* The chain of texts with its first three, which there are. */
static unsigned
long_chain_of(const char *text)
{
	unsigned char first = (unsigned char)text[0], second = (unsigned char)text[1];

	return PHRASE_CHAINS +
	    (first * 7u + second * 31u + (unsigned char)text[2] * 1031u) % PHRASE_LONG_CHAINS;
}

/* Does only a text with the first three bytes of ${pattern} match it? */
static bool
is_long(const char *pattern)
{

	return strcspn(pattern, "#~ 0123456789") >= 3;
}

void
phrase_index_init(struct phrase_index *index)
{

	memset(index, 0, sizeof(*index));
	for (unsigned i = 0; i < COUNT; i++) {
		const char *pattern = phrases[i].pattern;
		unsigned chain = is_long(pattern) ? long_chain_of(pattern) : chain_of(pattern);

		/* Stored as one more than the entry: 0 ends a chain. */
		index->next[i] = index->head[chain];
		index->head[chain] = (uint16_t)(i + 1);
	}
}

/*
 * Match ${pattern} at ${text}; the numbers that it meets go to ${numbers}.  A gap
 * is tried at every word after it, so at most GAP_BYTES times.
 */
static bool
matches(const char *pattern, const char *text, int numbers[2], unsigned met)
{

	for (; *pattern != '\0'; pattern++) {
		if (*pattern == '#') {
			text += *text == ' ';
			if (!isdigit((unsigned char)*text))
				return false;
			if (met < 2)
				numbers[met++] = (int)strtol(text, NULL, 10) % 1000000;
			text += strspn(text, "0123456789");
			/* Scripts without spaces put one around a number or none. */
			text += *text == ' ' && (unsigned char)pattern[1] >= 0xE0;
		} else if (*pattern == '~') {
			const char *end = text + strnlen(text, GAP_BYTES);

			for (pattern += 2; text < end; text++) {
				if ((text[-1] == ' ') && matches(pattern, text, numbers, met))
					return true;
			}
			return false;
		} else if (*pattern == ' ' && *text == '\0') {
			return pattern[1] == '\0';
		} else if (*pattern != *text) {
			return false;
		} else {
			text++;
		}
	}
	return true;
}

static void
note(const struct phrase *phrase, const int numbers[2], struct phrase_hits *hits)
{

	switch (phrase->number) {
	case NO_NUMBER:
		break;
	case PERCENT_LEFT:
		if (numbers[0] <= 0 || numbers[0] >= 100)
			return;
		hits->percent_left = numbers[0];
		break;
	case PERCENT_READ:
		if (numbers[0] <= 0 || numbers[0] >= 100)
			return;
		hits->percent_left = 100 - numbers[0];
		break;
	case CHARACTERS_LEFT:
		hits->characters_left = numbers[0];
		break;
	case WORDS_LEFT:
		hits->characters_left = numbers[0] * 6;
		break;
	case ARTICLES_LEFT:
		hits->ideas |= numbers[0] == 0 ? PHRASE_SPENT : PHRASE_COUNTER;
		return;
	case READ_OF_ALLOWED:
		hits->ideas |= numbers[0] >= numbers[1] ? PHRASE_SPENT : PHRASE_COUNTER;
		return;
	}
	hits->ideas |= phrase->ideas;
}

/* Try the entries of ${chain} at ${text}. */
static void
find_in(const struct phrase_index *index, unsigned chain, const char *text,
    struct phrase_hits *hits)
{

	for (unsigned i = index->head[chain]; i != 0; i = index->next[i - 1]) {
		int numbers[2] = { 0, 0 };

		if (matches(phrases[i - 1].pattern, text, numbers, 0))
			note(&phrases[i - 1], numbers, hits);
	}
}

void
phrase_find(const struct phrase_index *index, const char *folded, struct phrase_hits *hits)
{
	unsigned length;

	for (const char *at = folded; *at != '\0'; at += length) {
		uint32_t character = fold_decode(at, &length);
		bool start = at == folded || at[-1] == ' ' ||
		    (length > 1 && fold_is_ideographic(character));

		if (!start && isdigit((unsigned char)*at) && (unsigned char)at[-1] >= 0xE0)
			start = true;
		if (!start)
			continue;
		find_in(index, chain_of(at), at, hits);
		if (at[1] != '\0' && at[2] != '\0')
			find_in(index, long_chain_of(at), at, hits);
	}
}

const char *
phrase_at(unsigned i)
{

	return phrases[i].pattern;
}

unsigned
phrase_count(void)
{

	return COUNT;
}

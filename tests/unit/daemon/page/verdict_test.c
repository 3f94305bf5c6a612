/*
 * Goal: what a page says of itself is understood in the languages that the project knows, and
 * what only sounds like a wall, or like an answer that holds no article, is taken for neither.
 */
#include "tests/unit/daemon/page/reading.h"

#define FULL READSYNC__COPY__COPY_FULL
#define PARTIAL READSYNC__COPY__COPY_PARTIAL
#define TEASER READSYNC__COPY__COPY_TEASER
#define BLOCKED READSYNC__COPY__COPY_BLOCKED

#define WALL(words, link) ARTICLE(P1 P2 "<div><p>" words "</p><a href=/s>" link "</a></div>")
#define OFFER(words, button) ARTICLE(LONG_PROSE "<div><h3>!</h3><p>" words "</p><button>" button \
    "</button></div>")
#define ANSWER(title, words) "<title>" title "</title><body><h1>" title "</h1><p>" words "</p></body>"

struct judged {
	const char *page;
	Readsync__Copy copy;
};

static void
check(const struct judged *cases, size_t count)
{
	struct reading reading;

	for (size_t i = 0; i < count; i++) {
		const Readsync__Verdict *verdict;

		reading_of_page(cases[i].page, &reading);
		verdict = reading.verdict;
		for (size_t j = 0; verdict->copy != cases[i].copy && j < verdict->n_evidence; j++)
			print_message("%+d %s %s\n", verdict->evidence[j]->weight,
			    verdict->evidence[j]->id, verdict->evidence[j]->excerpt);
		if (verdict->copy != cases[i].copy)
			fail_msg("copy %d of\n%s", verdict->copy, cases[i].page);
		reading_free(&reading);
	}
}

#define CHECK(cases) check(cases, sizeof(cases) / sizeof((cases)[0]))

static void
walls_are_known_in_each_language(void **state)
{
	static const struct judged cases[] = {
		{ WALL("To read on, please log in or take out a trial.", "Start your trial"), TEASER },
		{ WALL("Want to read on?", "Create a free profile"), TEASER },
		{ WALL("You need a subscription for the whole text.", "Subscribe"), TEASER },
		{ WALL("Registrieren Sie sich kostenlos, um weiterzulesen.", "Registrieren"), TEASER },
		{ WALL("Noch 1.240 Wörter. Den vollständigen Artikel lesen Sie mit einem Abo.", "Abo"), TEASER },
		{ WALL("Vous avez lu 3 articles gratuits sur 3 ce mois-ci.", "S’abonner"), TEASER },
		{ WALL("Has agotado tus artículos gratuitos de este mes.", "Planes de suscripción"), TEASER },
		{ WALL("Per proseguire nella lettura scegli la tua offerta.", "Abbonati a 1 euro"), TEASER },
		{ WALL("Hai letto tutti gli articoli gratuiti di questo mese.", "Scopri gli abbonamenti"), TEASER },
		{ WALL("Artigo exclusivo para subscritores.", "Subscrever"), TEASER },
		{ WALL("Je hebt het maximum aantal gratis artikelen gelezen.", "Bekijk abonnementen"), TEASER },
		{ WALL("Lees dit artikel verder als lid.", "Word lid"), TEASER },
		{ WALL("Den här artikeln är för dig som är prenumerant.", "Bli prenumerant"), TEASER },
		{ WALL("Skapa ett gratis konto för att läsa vidare.", "Skapa konto"), TEASER },
		{ WALL("Vil du læse resten af artiklen?", "Køb abonnement"), TEASER },
		{ WALL("Les hele saken med abonnement.", "Bli abonnent"), TEASER },
		{ WALL("Wykorzystano limit darmowych artykułów w tym miesiącu.", "Wybierz plan"), TEASER },
		{ WALL("ここから先は会員限定です", "今すぐ登録"), TEASER },
		{ WALL("今月の無料記事の閲覧数が上限に達しました", "購読する"), TEASER },
		{ WALL("剩餘 65% 的內容僅限會員閱讀", "成為會員"), TEASER },
		{ WALL("로그인하고 전체 기사를 읽어보세요", "로그인"), TEASER },
		/* How much was read tells what is left. */
		{ ARTICLE(LONG_PROSE "<p>You have read 70% of this article.</p><a href=/s>Subscribe</a>"), PARTIAL },
		{ ARTICLE(LONG_PROSE "<p>Vous avez lu 30 % de cet article.</p><a href=/s>S’abonner</a>"), TEASER },
	};

	(void)state;
	CHECK(cases);
}

static void
what_sounds_like_a_wall_is_none(void **state)
{
	static const struct judged cases[] = {
		/* A letter by mail, under a text that is whole. */
		{ OFFER("Inscrivez-vous pour lire la suite de notre actualité dans votre boîte mail.",
		    "S’inscrire"), FULL },
		{ OFFER("Schrijf je in voor de nieuwsbrief en lees verder in je mailbox.", "Registreer"), FULL },
		{ OFFER("Prenumerera på vårt nyhetsbrev och fortsätt läsa varje morgon.", "Prenumerera"), FULL },
		{ OFFER("订阅我们的新闻电邮，继续阅读更多精彩内容。", "订阅"), FULL },
		{ OFFER("会員登録するとメールマガジンで続きを読むことができます。", "登録する"), FULL },
		/* A place to talk, for those who pay. */
		{ ARTICLE(P1 P2 P3) "<div><p>Kommentieren ist nur für Abonnenten möglich.</p><a href=/l>Anmelden"
		    "</a> <a href=/s>Abo</a></div>", FULL },
		{ ARTICLE(P1 P2 P3) "<div class=diskussion><p>Logga in för att läsa vidare i tråden.</p>"
		    "<a href=/l>Logga in</a></div>", FULL },
		/* Somebody else's words. */
		{ ARTICLE(LONG_PROSE "<h2>Why readers pay</h2><p>“This article is for subscribers” has become "
		    "the most common sentence of all, “log in” the second.</p>"), FULL },
		{ ARTICLE(LONG_PROSE "<h2>Die Schranke</h2><p>Der Satz „Dieser Artikel ist nur für Abonnenten“ "
		    "steht überall.</p><p>Wer ein Abo hat, liest ihn nicht mehr.</p>"), FULL },
		{ ARTICLE(P1 P2 "<p>The harbour news has dropped it, so that readers no longer have to subscribe to "
		    "continue reading.</p>" P3), FULL },
		/* What is for members is not this text. */
		{ ARTICLE(P1 P2 "<p>The evening is open to members only; <a href=/j>join today</a> at the door of "
		    "the museum.</p>"), FULL },
		{ ARTICLE(P1 P2 "<p>Die Führung ist nur für Mitglieder des Vereins, <a href=/v>Mitglied werden</a> "
		    "kann jeder.</p>"), FULL },
		{ ARTICLE(P1 P2 "<p>This post is for paying members only.</p><a href=/j>Join now</a>"), TEASER },
		{ ARTICLE(P1 P2 "<p>Hay que registrarse: <a href=/r>Regístrate aquí</a> para acceder al "
		    "molino.</p>"), FULL },
	};

	(void)state;
	CHECK(cases);
}

static void
answers_without_an_article_are_known_in_each_language(void **state)
{
	static const struct judged cases[] = {
		{ ANSWER("Einen Moment", "Bitte bestätigen Sie, dass Sie kein Roboter sind."), BLOCKED },
		{ ANSWER("Un instant", "Veuillez confirmer que vous n’êtes pas un robot."), BLOCKED },
		{ ANSWER("Un momento", "Confirma que no eres un robot para continuar."), BLOCKED },
		{ ANSWER("Un attimo", "Conferma di non essere un robot e riprova fra poco."), BLOCKED },
		{ ANSWER("確認", "あなたがロボットではないことを確認しています。"), BLOCKED },
		{ ANSWER("验证", "请完成验证，确认您不是机器人，然后再访问本网站。"), BLOCKED },
		{ ANSWER("Cookies", "Wij waarderen je privacy, en wij en onze partners gebruiken cookies om bezoek te "
		    "meten."), BLOCKED },
		{ ANSWER("Prywatność", "My i nasi partnerzy używamy plików cookie, aby mierzyć ruch na stronach."),
		    BLOCKED },
		{ ANSWER("Kakor", "Vi och våra partner använder kakor för att mäta trafik och visa annonser."),
		    BLOCKED },
		{ ANSWER("Sidan hittades inte", "Sidan du letar efter finns inte längre, men du kan söka efter den "
		    "här nedanför."), BLOCKED },
		{ ANSWER("找不到页面", "您访问的页面可能已被删除或移动，请返回首页继续浏览其他内容。"), BLOCKED },
		{ ANSWER("No disponible", "Este contenido no está disponible en su región por razones legales."),
		    BLOCKED },
	};

	(void)state;
	CHECK(cases);
}

/* A bar about cookies stands beside most articles, and some articles are short. */
static void
short_news_is_no_answer_of_a_machine(void **state)
{
#define BAR "<div class=bar><p>We use cookies to measure our audience.</p><button>Accept all</button></div>"

	static const struct judged cases[] = {
		{ ARTICLE(P1 P2) BAR, FULL },
		{ ARTICLE(P1) BAR, FULL },
		{ "<body>" BAR "<article><h1>The last ferry</h1>" P1 P2 "</article></body>", FULL },
		{ ARTICLE(P1 P2) "<div><p>Wir verwenden Cookies, um zu messen.</p><button>Alle akzeptieren</button>"
		    "</div>", FULL },
		{ "<body><div class=bar><h2>We value your privacy</h2><p>Choose what you like.</p><button>Accept "
		    "all</button></div><article><h1>The last ferry</h1>" P1 P2 "</article></body>", FULL },
		{ "<title>The Quay</title><body><div><div><h1>We value your privacy</h1></div><p>We and our partners "
		    "store and read what is on your device, to show you what they would like you to buy.</p><button>"
		    "Accept all</button></div></body>", BLOCKED },
		{ ANSWER("We value your privacy", "We use cookies, and so do those who pay us to show you what "
		    "they would like you to buy.") , BLOCKED },
		{ ANSWER("Quay closes its security check", PROSE_1), FULL },
		{ ANSWER("Notebook of the keeper cannot be found", PROSE_2), FULL },
		{ ANSWER("Bridge under maintenance", PROSE_3), FULL },
	};

	(void)state;
	CHECK(cases);
}

/* One sentence is news; fewer words are kept, but it is not said that they are all there is. */
static void
a_notice_of_a_line(void **state)
{
#define NOTICE(words) ARTICLE("<p>" words "</p>")

	static const struct judged cases[] = {
		{ NOTICE("The ferry does not sail on Monday."), FULL },
		{ NOTICE("Sign in to read."), BLOCKED },
		{ NOTICE("Log in om te lezen."), BLOCKED },
		{ NOTICE("This article is for subscribers."), BLOCKED },
		{ "<body><main><a href=/a>Ferries</a> <a href=/b>Quays</a> <a href=/c>All the bridges of the "
		    "north shore.</a></main></body>", BLOCKED },
	};
	struct reading reading;

	(void)state;
	CHECK(cases);
	reading_of_page(cases[0].page, &reading);
	assert_string_equal(buffer_text(&reading.text), "The ferry does not sail on Monday.");
	reading_free(&reading);
}

/* "For subscribers" alone is a wall where a short text ends with it, and a badge elsewhere. */
static void
a_remark_ends_a_short_text_alone(void **state)
{
#define ENDS(words) ARTICLE(P1 P2 "<div><p>" words "</p></div>")
	static const struct judged cases[] = {
		{ ENDS("This article is for subscribers."), TEASER },
		{ ENDS("You've read 5 of 5 free articles."), TEASER },
		{ ENDS("Cet article est réservé aux abonnés."), TEASER },
		{ ENDS("Nur für Abonnenten"), TEASER }, { ENDS("Jetzt weiterlesen"), TEASER },
		{ ENDS("Exclusivo para suscriptores"), TEASER },
		{ ENDS("Exclusivo para assinantes"), TEASER }, { ENDS("您已达到阅读上限"), TEASER },
		{ ENDS("会員限定記事"), TEASER }, { ENDS("هذا المحتوى للمشتركين"), TEASER },
		{ ARTICLE("<p>Nur für Abonnenten</p>" P1 P2), FULL },
		{ ARTICLE(P1 "<p>Nur für Abonnenten</p>" P2), FULL },
		{ ARTICLE(LONG_PROSE "<p>Nur für Abonnenten</p>"), FULL },
		{ ARTICLE(P1 P2 "<ul><li><a href=/a>The ferry</a> Nur für Abonnenten</ul>"), FULL },
		{ "<body><article><h1>a</h1>" P1 P2 "</article><h2>Nur für Abonnenten</h2>"
		    "<p><a href=/a>The last ferry</a></p></body>", FULL },
	};

	(void)state;
	CHECK(cases);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walls_are_known_in_each_language),
		cmocka_unit_test(what_sounds_like_a_wall_is_none),
		cmocka_unit_test(answers_without_an_article_are_known_in_each_language),
		cmocka_unit_test(short_news_is_no_answer_of_a_machine),
		cmocka_unit_test(a_notice_of_a_line),
		cmocka_unit_test(a_remark_ends_a_short_text_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

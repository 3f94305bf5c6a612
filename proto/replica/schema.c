#include <stddef.h>

#include "proto/replica/schema.h"

/* "rdsy": stands in the header of every replica's database. */
#define APPLICATION_ID 0x72647379

/*
 * Three sorts of tables.  The truth is what replicas exchange and cannot be
 * made again.  What is local is as dear, but never leaves this device.
 * What is derived is a function of the truth: derive.c keeps it up to date, and
 * derive_rebuild makes it anew when a version of this program sees it
 * otherwise, so an upgrade need not convert it.
 *
 * Origins and items are named by 16 bytes outside and by small integers in
 * here, which halves the indexes.  Times are milliseconds since 1970.
 */
static const char version_1[] =

/* ---------------------------------------------------------------- the truth */

/*
 * The version vector: `sequence` is the entry of this origin, `clock` that of the
 * write with this sequence.  An origin is here at 0 from its first record on.  `collected`:
 * of its writes up to this one, some were collected; see collect.h.
 */
"CREATE TABLE origin ("
"	id INTEGER PRIMARY KEY,"
"	origin BLOB NOT NULL UNIQUE,"
"	sequence INTEGER NOT NULL,"
"	clock INTEGER NOT NULL,"
"	collected INTEGER NOT NULL DEFAULT 0"
") STRICT;"

/*
 * One row per register: its winning write.  Values reach 32 KiB, which is why
 * this is a table with a rowid: its two indexes then stay small.
 */
"CREATE TABLE register ("
"	id INTEGER PRIMARY KEY,"
"	kind INTEGER NOT NULL,"
"	entity BLOB NOT NULL,"
"	field BLOB NOT NULL,"
"	value BLOB NOT NULL,"
"	clock INTEGER NOT NULL,"
"	origin INTEGER NOT NULL REFERENCES origin(id),"
"	sequence INTEGER NOT NULL"
") STRICT;"
"CREATE UNIQUE INDEX register_name ON register (kind, entity, field);"
"CREATE UNIQUE INDEX register_sequence ON register (origin, sequence);"
/* Items by when they were saved, for walk.h. */
"CREATE INDEX register_saved ON register (CAST(value AS INTEGER), entity)"
"	WHERE kind = 1 AND field = x'7361766564';"
"CREATE INDEX register_void ON register (clock) WHERE value = x'';"

/*
 * Writes whose clock was more than a day ahead when they came.  They count as
 * held and are passed on like others, but take effect only when the day comes.
 */
"CREATE TABLE quarantine ("
"	origin INTEGER NOT NULL REFERENCES origin(id),"
"	sequence INTEGER NOT NULL,"
"	kind INTEGER NOT NULL,"
"	entity BLOB NOT NULL,"
"	field BLOB NOT NULL,"
"	value BLOB NOT NULL,"
"	clock INTEGER NOT NULL,"
"	PRIMARY KEY (origin, sequence)"
") STRICT, WITHOUT ROWID;"
"CREATE INDEX quarantine_clock ON quarantine (clock);"
"CREATE INDEX quarantine_saved ON quarantine (entity)"
"	WHERE kind = 1 AND field = x'7361766564';"

/*
 * Blobs, whole (received = size), on their way, or given up (received = 0).  The bytes of
 * blob b from offset o on, up to the next part, are in part b << 26 | o: reading any piece
 * is one descent, without an index and without a walk along overflow pages.  `archive`, on a
 * laptop: the first 8 bytes of the origin of the archive that said last that it holds the
 * blob durably, 0 for none.
 */
"CREATE TABLE blob ("
"	id INTEGER PRIMARY KEY,"
"	hash BLOB NOT NULL UNIQUE,"
"	size INTEGER NOT NULL,"
"	received INTEGER NOT NULL,"
"	archive INTEGER NOT NULL DEFAULT 0"
") STRICT;"
"CREATE INDEX blob_begun ON blob (hash) WHERE received > 0 AND received < size;"
"CREATE TABLE blob_part ("
"	id INTEGER PRIMARY KEY,"
"	data BLOB NOT NULL"
") STRICT;"

/* -------------------------------------------------------------------- local */

/* Named values of this device: see local.h and replica.c for the names. */
"CREATE TABLE local ("
"	name TEXT PRIMARY KEY,"
"	value BLOB NOT NULL"
") STRICT, WITHOUT ROWID;"

/*
 * The clock of every write of this origin, also of those that were superseded: a
 * peer that names another for the same sequence holds a write that is not ours.
 */
"CREATE TABLE written ("
"	sequence INTEGER PRIMARY KEY,"
"	clock INTEGER NOT NULL"
") STRICT;"

/*
 * The origins under which this replica wrote before, and how much; see
 * replica_reincarnate.
 */
"CREATE TABLE former ("
"	origin BLOB PRIMARY KEY,"
"	sequence INTEGER NOT NULL"
") STRICT, WITHOUT ROWID;"

/*
 * The vector of the replica whose snapshot is under way here, when it began; see snapshot.h.
 */
"CREATE TABLE begun ("
"	origin BLOB PRIMARY KEY,"
"	sequence INTEGER NOT NULL,"
"	clock INTEGER NOT NULL"
") STRICT, WITHOUT ROWID;"

/* Invitations that are open; see device.h. */
"CREATE TABLE invite ("
"	invite BLOB PRIMARY KEY,"
"	archive INTEGER NOT NULL,"
"	expires_ms INTEGER NOT NULL"
") STRICT, WITHOUT ROWID;"

/*
 * Items that were removed and of which nothing is left, on an archive: a list that still
 * names one does not bring it back.
 */
"CREATE TABLE gone ("
"	item BLOB PRIMARY KEY"
") STRICT, WITHOUT ROWID;"

/* Items whose articles the reader asked for, whatever the policy says; see offline.h. */
"CREATE TABLE asked ("
"	item BLOB PRIMARY KEY,"
"	at_ms INTEGER NOT NULL"
") STRICT, WITHOUT ROWID;"

/* The archives that this device has joined or reached; see peer.h. */
"CREATE TABLE peer ("
"	key BLOB PRIMARY KEY,"
"	name TEXT NOT NULL DEFAULT '',"
"	addresses TEXT NOT NULL DEFAULT '',"
"	joined INTEGER NOT NULL DEFAULT 0,"
"	seen_ms INTEGER NOT NULL"
") STRICT, WITHOUT ROWID;"

/*
 * What an archive has still to do; see work.h for the states.  Keyed by the items'
 * own names, since it outlives a rebuild of the derived tables.
 */
"CREATE TABLE work ("
"	item BLOB PRIMARY KEY,"
"	state INTEGER NOT NULL,"
"	attempts INTEGER NOT NULL DEFAULT 0,"
"	due_ms INTEGER NOT NULL,"
"	fetch BLOB,"
"	etag TEXT NOT NULL DEFAULT '',"
"	last_modified TEXT NOT NULL DEFAULT '',"
"	problem TEXT NOT NULL DEFAULT '',"
"	site TEXT NOT NULL DEFAULT ''"
") STRICT, WITHOUT ROWID;"
"CREATE INDEX work_due ON work (state, due_ms) WHERE state < 2;"
"CREATE INDEX work_site ON work (site) WHERE site <> '';"
"CREATE INDEX work_failing ON work (item) WHERE state < 2 AND attempts > 0;"

/* Readings whose images are still to be fetched; see image_work.h. */
"CREATE TABLE image_work ("
"	reading BLOB PRIMARY KEY,"
"	attempts INTEGER NOT NULL DEFAULT 0,"
"	due_ms INTEGER NOT NULL"
") STRICT, WITHOUT ROWID;"
"CREATE INDEX image_work_due ON image_work (due_ms);"

/*
 * The sites that an archive fetches from: see site.h.  A line of a jar is one of a
 * cookies.txt; the other columns are fields of it.
 */
"CREATE TABLE site ("
"	name TEXT PRIMARY KEY,"
"	session INTEGER NOT NULL,"
"	since_ms INTEGER NOT NULL,"
"	seen_ms INTEGER NOT NULL,"
"	problem TEXT NOT NULL,"
"	held INTEGER NOT NULL,"
"	user TEXT NOT NULL,"
"	password TEXT NOT NULL,"
"	http_auth INTEGER NOT NULL,"
"	agent TEXT NOT NULL,"
"	test_url TEXT NOT NULL,"
"	meters INTEGER NOT NULL,"
"	metered INTEGER NOT NULL,"
"	allowed INTEGER NOT NULL,"
"	month INTEGER NOT NULL,"
"	views INTEGER NOT NULL,"
"	login_url TEXT NOT NULL,"
"	user_field TEXT NOT NULL,"
"	password_field TEXT NOT NULL,"
"	json INTEGER NOT NULL,"
"	failed INTEGER NOT NULL,"
"	errand INTEGER NOT NULL,"
"	outcome TEXT NOT NULL,"
"	told INTEGER NOT NULL,"
"	login_ms INTEGER NOT NULL"
") STRICT, WITHOUT ROWID;"
"CREATE TABLE site_cookie ("
"	site TEXT NOT NULL,"
"	domain BLOB NOT NULL,"
"	path BLOB NOT NULL,"
"	name BLOB NOT NULL,"
"	line BLOB NOT NULL,"
"	PRIMARY KEY (site, domain, path, name)"
") STRICT, WITHOUT ROWID;"

/* ------------------------------------------------------------------ derived */

/* Small facts: what the derived tables were made with, and for. */
"CREATE TABLE derived ("
"	name TEXT PRIMARY KEY,"
"	value INTEGER NOT NULL"
") STRICT, WITHOUT ROWID;"

/*
 * One row per item that any register names.  `alias` is the id of what it claims to
 * be an alias of, `head` the row of the item that it is seen as (alias.h).  `shown`: it has
 * a URL, is not removed, and is not seen as another one.  `title` is what lists show,
 * `own_title` the reader's.  `best` is its best reading; `article` the hash of that one's
 * article while its blob is held here.  The search index holds exactly the title, the
 * article and the reader's own words of the shown rows.
 */
"CREATE TABLE item ("
"	id INTEGER PRIMARY KEY,"
"	item BLOB NOT NULL UNIQUE,"
"	url TEXT NOT NULL DEFAULT '',"
"	own_title TEXT NOT NULL DEFAULT '',"
"	title TEXT NOT NULL DEFAULT '',"
"	site_name TEXT NOT NULL DEFAULT '',"
"	state INTEGER NOT NULL DEFAULT 0,"
"	starred INTEGER NOT NULL DEFAULT 0,"
"	present INTEGER NOT NULL DEFAULT 1,"
"	alias BLOB,"
"	head INTEGER,"
"	shown INTEGER NOT NULL DEFAULT 0,"
"	saved_ms INTEGER NOT NULL DEFAULT 0,"
"	waits TEXT NOT NULL DEFAULT '',"
"	best INTEGER,"
"	copy INTEGER NOT NULL DEFAULT 0,"
"	words INTEGER NOT NULL DEFAULT 0,"
"	article BLOB"
") STRICT;"
"CREATE INDEX item_alias ON item (alias) WHERE alias IS NOT NULL;"
"CREATE INDEX item_head ON item (head) WHERE head IS NOT NULL;"
"CREATE INDEX item_list ON item (saved_ms DESC, item DESC) WHERE shown;"
"CREATE INDEX item_list_unread ON item (saved_ms DESC, item DESC) WHERE shown AND state = 0;"

"CREATE TABLE item_tag ("
"	item INTEGER NOT NULL,"
"	tag TEXT NOT NULL,"
"	PRIMARY KEY (item, tag)"
") STRICT, WITHOUT ROWID;"
"CREATE INDEX item_tag_name ON item_tag (tag, item);"

/*
 * The rest of a fetch or reading is in its register.  `owner` is the row of the item that
 * it names, `item` that of the item which this is seen as.  `fetched`: by an archive, and
 * not saved by the reader.
 */
"CREATE TABLE fetch ("
"	id INTEGER PRIMARY KEY,"
"	fetch BLOB NOT NULL UNIQUE,"
"	item INTEGER NOT NULL,"
"	owner INTEGER NOT NULL,"
"	at_ms INTEGER NOT NULL,"
"	page BLOB,"
"	fetched INTEGER NOT NULL"
") STRICT;"
"CREATE INDEX fetch_item ON fetch (item, at_ms, fetch);"
"CREATE INDEX fetch_page ON fetch (page) WHERE page IS NOT NULL;"
"CREATE TABLE reading ("
"	id INTEGER PRIMARY KEY,"
"	reading BLOB NOT NULL UNIQUE,"
"	item INTEGER NOT NULL,"
"	owner INTEGER NOT NULL,"
"	fetch BLOB NOT NULL,"
"	at_ms INTEGER NOT NULL,"
"	copy INTEGER NOT NULL,"
"	words INTEGER NOT NULL,"
"	article BLOB,"
"	withheld INTEGER NOT NULL DEFAULT 0"
") STRICT;"
"CREATE INDEX reading_item ON reading (item, at_ms, reading);"
"CREATE INDEX reading_fetch ON reading (fetch);"
"CREATE INDEX reading_article ON reading (article) WHERE article IS NOT NULL;"

/* The blobs that the register `images` of a reading names; the rest is in the register. */
"CREATE TABLE image ("
"	reading BLOB NOT NULL,"
"	blob BLOB NOT NULL,"
"	size INTEGER NOT NULL,"
"	PRIMARY KEY (reading, blob)"
") STRICT, WITHOUT ROWID;"
"CREATE INDEX image_blob ON image (blob);"

/*
 * The revisions of notes (note.h) and the highlights (highlight.h); `item` and `owner` as
 * above.  `note_replaced` names what a revision replaces, which need not be here; the heads
 * are what nothing replaces.
 */
"CREATE TABLE note ("
"	id INTEGER PRIMARY KEY,"
"	note BLOB NOT NULL UNIQUE,"
"	item INTEGER NOT NULL,"
"	owner INTEGER NOT NULL,"
"	at_ms INTEGER NOT NULL,"
"	device BLOB,"
"	text TEXT NOT NULL"
") STRICT;"
"CREATE INDEX note_item ON note (item, at_ms, note);"
"CREATE TABLE note_replaced ("
"	note BLOB NOT NULL,"
"	by BLOB NOT NULL,"
"	PRIMARY KEY (note, by)"
") STRICT, WITHOUT ROWID;"
"CREATE INDEX note_replaced_by ON note_replaced (by);"
"CREATE VIEW note_head AS SELECT note.* FROM note"
"	WHERE NOT EXISTS (SELECT 1 FROM note_replaced WHERE note_replaced.note = note.note);"
"CREATE TABLE highlight ("
"	id INTEGER PRIMARY KEY,"
"	highlight BLOB NOT NULL UNIQUE,"
"	item INTEGER NOT NULL,"
"	owner INTEGER NOT NULL,"
"	at_ms INTEGER NOT NULL,"
"	device BLOB,"
"	quote TEXT NOT NULL,"
"	comment TEXT NOT NULL DEFAULT '',"
"	present INTEGER NOT NULL DEFAULT 1"
") STRICT;"
"CREATE INDEX highlight_item ON highlight (item, at_ms, highlight);"

/*
 * The want-list; see want.h.  rank is an enum want_rank, saved_ms that of the newest item.
 * `held`: the blob is here, wholly.  `kept`: it ought to be.  What is held has a row only on
 * a device with an offline policy.  size is 0 unless that policy has a bound.
 */
"CREATE TABLE want ("
"	hash BLOB PRIMARY KEY,"
"	rank INTEGER NOT NULL,"
"	saved_ms INTEGER NOT NULL,"
"	size INTEGER NOT NULL,"
"	held INTEGER NOT NULL,"
"	kept INTEGER NOT NULL"
") STRICT, WITHOUT ROWID;"
"CREATE INDEX want_order ON want (rank, saved_ms DESC, hash) WHERE kept AND NOT held;"
"CREATE INDEX want_spare ON want (rank DESC, saved_ms, hash) WHERE held AND NOT kept;"
"CREATE INDEX want_bound ON want (kept, rank, saved_ms DESC, hash) WHERE size > 0;"

/* `device` is the entity, `key` what its register says: see device.h. */
"CREATE TABLE device ("
"	device BLOB PRIMARY KEY,"
"	key BLOB,"
"	name TEXT NOT NULL DEFAULT '',"
"	archive INTEGER NOT NULL DEFAULT 0,"
"	addresses TEXT NOT NULL DEFAULT '',"
"	revoked INTEGER NOT NULL DEFAULT 0"
") STRICT, WITHOUT ROWID;"

/*
 * The search index.  Its content is a view that reads the article out of the
 * packed blob, so no text is stored twice: blobs never change, hence the view
 * says of an item what was indexed for as long as its row stays the same, and an
 * entry is always taken out before its row, or a note on it, changes.
 *
 * The body comes first: a list of positions says nothing of the first column, and most words
 * are in no other.  What is added stays in memory up to the hash size, in bytes, and then
 * becomes one more segment that has to be merged: with FTS5's own megabyte an import took a
 * tenth longer.  Its pages are as large as fit in one of ours: at its own 4,050 bytes each
 * had an overflow page, half of the disk that the index took.
 */
"CREATE VIEW search_source (id, shown, title, article, notes) AS"
"	SELECT id, shown, title, article, coalesce((SELECT group_concat(text, char(10)) FROM"
"	(SELECT at_ms, note AS name, text FROM note_head WHERE note_head.item = item.id UNION ALL"
"	SELECT at_ms, highlight, quote || char(10) || comment FROM highlight"
"	WHERE highlight.item = item.id AND present ORDER BY 1, 2)), '') FROM item;"
"CREATE VIEW search_content (id, body, title, notes) AS"
"	SELECT id, readsync_article_text(article), title, notes FROM search_source WHERE shown;"
"CREATE VIRTUAL TABLE search USING fts5 (body, title, notes,"
"	tokenize = 'readsync', content = 'search_content', content_rowid = 'id');"
"INSERT INTO search (search, rank) VALUES ('rank', 'bm25(1.0, 8.0, 4.0)');"
"INSERT INTO search (search, rank) VALUES ('pgsz', 4012);"
"INSERT INTO search (search, rank) VALUES ('hashsize', 8388608);"
"INSERT INTO search (search, rank) VALUES ('automerge', 16);";

/*
 * Of a login to which a redirect of another site led, `sender` is that one.  A site has two
 * jars: that of the session which the reader has given, and that of a stranger, which is
 * never dropped, since a meter counts by it.
 */
static const char version_2[] =
"ALTER TABLE work ADD COLUMN sender TEXT NOT NULL DEFAULT '';"
"CREATE INDEX work_sender ON work (sender) WHERE sender <> '';"
"CREATE TABLE site_jar ("
"	site TEXT NOT NULL,"
"	given INTEGER NOT NULL,"
"	domain BLOB NOT NULL,"
"	path BLOB NOT NULL,"
"	name BLOB NOT NULL,"
"	line BLOB NOT NULL,"
"	PRIMARY KEY (site, given, domain, path, name)"
") STRICT, WITHOUT ROWID;"
"INSERT INTO site_jar SELECT site, EXISTS (SELECT 1 FROM site WHERE site.name ="
"	site_cookie.site AND session <> 0), domain, path, name, line FROM site_cookie;"
"DROP TABLE site_cookie;";

/*
 * FTS5 merges 16 segments into one: by the pieces if it has the time, at once if there are
 * as many as it calls a crisis.  Its own limit for that is 16 too, so it never had the time, and
 * a commit could take seconds; see index.c for how it gets there without.
 */
static const char version_3[] =
"INSERT INTO search (search, rank) VALUES ('crisismerge', 1000);"
"INSERT INTO search (search, rank) VALUES ('usermerge', 16);";

/* In rising order; the last one's version is what this program writes. */
static const struct schema_step upgrades[] = {
	{ 1, version_1 },
	{ 2, version_2 },
	{ 3, version_3 },
};

/*
 * Tell ours from foreign ones, and from those newer than ${newest}; ${ret_version} is 0 for
 * an empty database.
 */
static int
examine(struct database *database, int newest, int64_t *ret_version,
    struct rs_err_detail *detail)
{
	int64_t application, version, tables;
	int err;

	err = database_lookup(database, "PRAGMA application_id", NO_VALUES, &application);
	if (err == RS_OK)
		err = database_lookup(database, "PRAGMA user_version", NO_VALUES, &version);
	if (err == RS_OK)
		err = database_lookup(database, "SELECT count(*) FROM sqlite_schema", NO_VALUES,
		    &tables);
	if (err != RS_OK)
		return err;
	if (application != APPLICATION_ID && (application != 0 || version != 0 || tables != 0)) {
		rs_err_detail_set(detail, "the database is not a replica of readsync");
		return RS_ENOTVAULT;
	}
	if (version > newest) {
		rs_err_detail_set(detail, "a newer version of readsync wrote this vault (schema "
		    "%lld, this one knows %d): install that one",
		    (long long)version, newest);
		return RS_EVERSION;
	}
	*ret_version = version;
	return RS_OK;
}

/* Run the steps after ${version}, inside a transaction. */
static int
upgrade_from(struct database *database, int64_t version, const struct schema_step *steps,
    size_t count)
{
	struct buffer pragmas;
	int err = RS_OK;

	buffer_init(&pragmas, 200);
	for (size_t i = 0; i < count && err == RS_OK; i++)
		if (steps[i].version > version)
			err = database_script(database, steps[i].sql);
	if (err == RS_OK)
		err = buffer_printf(&pragmas,
		    "PRAGMA application_id = %d; PRAGMA user_version = %d",
		    APPLICATION_ID, steps[count - 1].version);
	if (err == RS_OK)
		err = database_script(database, buffer_text(&pragmas));
	buffer_release(&pragmas);
	return err;
}

int
schema_upgrade_by(struct database *database, const struct schema_step *steps, size_t count,
    struct rs_err_detail *detail)
{
	int newest = steps[count - 1].version, err;
	int64_t version;

	err = examine(database, newest, &version, detail);
	if (err != RS_OK || version == newest)
		return err;
	err = database_script(database, "BEGIN IMMEDIATE");
	if (err != RS_OK)
		return err;
	err = upgrade_from(database, version, steps, count);
	if (err == RS_OK)
		err = database_script(database, "COMMIT");
	if (err != RS_OK)
		(void)database_script(database, "ROLLBACK");
	return err;
}

const struct schema_step *
schema_history(size_t *ret_count)
{
	*ret_count = sizeof(upgrades) / sizeof(upgrades[0]);
	return upgrades;
}

int
schema_upgrade(struct database *database, struct rs_err_detail *detail)
{
	return schema_upgrade_by(database, upgrades, sizeof(upgrades) / sizeof(upgrades[0]),
	    detail);
}

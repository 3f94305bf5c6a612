#!/bin/sh
# Goal: what a page costs in the extractor, beside Readability.js where node and the npm
# packages @mozilla/readability and linkedom or jsdom are there, in one run.
#
# usage: tests/bench/extract.sh BENCH [ROUNDS]
# BENCH is the built tests/bench/extract_bench.  The pages are ours, plain and with as
# much around the text as news pages have; and the labelled news pages where
# ../shared/corpus is.  The packages are looked for from NODE_PATH and the working directory.
set -eu

bench=$1
rounds=${2:-5}
corpus=../shared/corpus/extraction/scrapinghub
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM

# Pages of 20 to 200 KB: a menu, scripts, an article, comments, other stories.
make_pages() {
	for size in 1 2 4 6 8 10; do
		awk -v size="$size" 'BEGIN {
			print "<!doctype html><html><head><title>A page of size " size "</title>";
			for (i = 0; i < 20 * size; i++)
				print "<script>window.x = window.x || []; x.push({ n: " i " });</script>";
			print "</head><body><nav><ul>";
			for (i = 0; i < 30 * size; i++)
				print "<li class=\"menu-item n-" i "\"><a href=\"/s/" i "\">Section " i "</a></li>";
			print "</ul></nav><main><article class=\"story\"><h1>A page of size " size "</h1>";
			for (i = 0; i < 20 * size; i++)
				print "<div class=\"paragraph\"><p>Paragraph " i " says what paragraphs say, in " \
				    "words of its own, with <a href=\"/l/" i "\">a link</a>, <em>a stress</em>, " \
				    "and as many commas as a sentence of this length may have.</p></div>";
			print "</article><aside class=\"related\">";
			for (i = 0; i < 15 * size; i++)
				print "<div class=\"teaser\"><a href=\"/t/" i "\"><img src=\"/t/" i ".jpg\">" \
				    "<h3>Another story " i "</h3></a><p>What it is about.</p></div>";
			print "</aside><section id=\"comments\">";
			for (i = 0; i < 15 * size; i++)
				print "<div class=\"comment\"><b>Reader " i "</b><p>I have a view of it.</p></div>";
			print "</section></main><footer><p>All rights reserved.</p></footer></body></html>";
		}' >"$dir/made-$size.html"
	done
}

# The same files through Readability.js on one tree, in node.
peer() {
	node -e '
		const fs = require("fs"), path = require("path"), [name, rounds, ...files] = process.argv.slice(1);
		const from = [process.cwd(), ...(process.env.NODE_PATH || "").split(":").filter(Boolean)];
		const need = (what) => require(require.resolve(what, { paths: from }));
		let Readability, parse;
		try {
			({ Readability } = need("@mozilla/readability"));
			const tree = need(name);
			parse = name === "jsdom" ? (text) => new tree.JSDOM(text).window.document :
			    (text) => tree.parseHTML(text).document;
		} catch (error) { process.exit(3); }
		let least = 0;
		for (let round = 0; round < rounds; round++) {
			let cost = 0;
			for (const file of files) {
				const text = fs.readFileSync(file, "utf8"), start = process.cpuUsage();
				try { new Readability(parse(text)).parse(); } catch (error) { }
				const used = process.cpuUsage(start);
				cost += (used.user + used.system) / 1000;
			}
			least = round === 0 || cost < least ? cost : least;
		}
		console.log((least / files.length).toFixed(2));
	' "$@"
}

measure() {
	what=$1
	shift
	ours=$("$bench" "$rounds" "$@")
	echo "$ours" | awk -v what="$what" '{
		printf "extract: %s: %.2f ms of CPU a page (%d pages of %d KB), ", what, $1, $3, $4
		printf "%.1f MB resident\n", $2
	}'
	for tree in linkedom jsdom; do
		theirs=$(peer $tree "$rounds" "$@" 2>"$dir/peer.log") || {
			case $missing in *$tree*) ;; *) missing="$missing $tree" ;; esac
			continue
		}
		echo "$ours $theirs" | awk -v tree=$tree '{
			printf "extract:   Readability.js on %s: %.2f ms, %.1f times as much\n", tree, $5, $5 / $1
		}'
	done
}

missing=
make_pages
measure "our pages" tests/site/*.html "$dir"/made-*.html
if [ -d "$corpus" ]; then
	for page in "$corpus"/*/source.html*; do
		case $page in
		*.gz) gunzip -c "$page" ;;
		*) cat "$page" ;;
		esac >"$dir/news-$(basename "$(dirname "$page")").html"
	done
	measure "labelled news pages" "$dir"/news-*.html
else
	echo "extract: no labelled pages: $corpus is not here"
fi
if [ -n "$missing" ]; then
	echo "extract: not compared with Readability.js on:$missing" \
	    "(node, or the npm packages @mozilla/readability and that tree, are missing)"
fi

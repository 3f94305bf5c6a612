#!/bin/sh
# Goal: the fetch rate for a 60 KB page from an nginx on loopback, through the
# fetcher and through a plain curl multi loop, in one run.
#
# usage: tests/bench/fetch.sh BENCH [REQUESTS [AT_ONCE [ROUNDS]]]
# BENCH is the built tests/bench/fetch_bench.
set -eu

bench=$1
shift
dir=$(mktemp -d)
nginx=
cleanup() {
	[ -z "$nginx" ] || { kill "$nginx" && wait "$nginx" || :; }
	rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

command -v nginx >/dev/null || { echo "fetch.sh: nginx is not installed" >&2; exit 1; }

# A page of 60 KB that looks like one.
awk 'BEGIN {
	print "<!doctype html><title>A page</title>";
	for (i = 0; length_so_far < 60000; i++) {
		line = "<p>Paragraph " i " says what paragraphs say, in words of its own.</p>";
		length_so_far += length(line) + 1;
		print line;
	}
}' >"$dir/page.html"

# nginx cannot take port 0: ask the kernel for a free one, and try again should
# another take it in between.
tries=0
while :; do
	port=$(python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	cat >"$dir/nginx.conf" <<-EOF
	worker_processes 1;
	daemon off;
	pid $dir/pid;
	error_log $dir/error.log;
	events { worker_connections 256; }
	http {
		access_log off;
		sendfile on;
		tcp_nopush on;
		types { text/html html; }
		keepalive_requests 1000000;
		client_body_temp_path $dir/body;
		proxy_temp_path $dir/proxy;
		fastcgi_temp_path $dir/fastcgi;
		uwsgi_temp_path $dir/uwsgi;
		scgi_temp_path $dir/scgi;
		server { listen 127.0.0.1:$port; root $dir; }
	}
	EOF
	chmod 755 "$dir"
	nginx -c "$dir/nginx.conf" 2>"$dir/start.log" &
	nginx=$!
	waited=0
	while kill -0 "$nginx" 2>/dev/null && [ ! -s "$dir/pid" ] && [ $waited -lt 50 ]; do
		sleep 0.1
		waited=$((waited + 1))
	done
	kill -0 "$nginx" 2>/dev/null && [ -s "$dir/pid" ] && break
	nginx=
	tries=$((tries + 1))
	[ $tries -lt 5 ] || { cat "$dir/start.log" >&2; exit 1; }
done

"$bench" "http://127.0.0.1:$port/page.html" "$@"

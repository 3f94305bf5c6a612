# readsync: `make demo` shows it at work, `make check` proves it, `make install`
# puts it in its place.  V=1 prints the commands; SAN=asan,ubsan or SAN=tsan
# builds in a folder of its own, build/SAN/.

VERSION := 0.1.0
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
UNITDIR ?= $(PREFIX)/lib/systemd/system
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
CC ?= cc
PKG_CONFIG ?= pkg-config
SAN ?=
V ?=

PACKAGES := gcc libc6-dev make pkg-config protobuf-compiler protobuf-c-compiler \
	libprotobuf-c-dev libcurl4-openssl-dev libuv1-dev libsqlite3-dev libsodium-dev \
	libzstd-dev libxml2-dev libicu-dev libuchardet-dev libjansson-dev libinih-dev \
	libseccomp-dev libqrencode-dev libcmocka-dev python3 nginx-light
PACKAGES_LINT := cppcheck clang-tidy
PACKAGES_FUZZ := clang libclang-rt-14-dev
FUZZ_SECONDS ?= 60

# Where the tests find the programs, and leave their logs.
export BUILD = $(B)
B := build$(if $(SAN),/$(SAN))
comma := ,
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' $(1) $@)

LIBS_PROTO := libprotobuf-c libzstd sqlite3 libsodium
LIBS_DAEMON := libuv libcurl libxml-2.0 icu-uc uchardet jansson inih libseccomp
LIBS_CLIENT := libuv jansson libqrencode
SAN_asan := address
SAN_ubsan := undefined
SAN_tsan := thread
SAN_fuzzer := fuzzer-no-link
FUZZER := $(findstring fuzzer,$(SAN))
SAN_FLAGS := $(if $(SAN),$(foreach san,$(subst $(comma), ,$(SAN)),-fsanitize=$(SAN_$(san))) -fno-omit-frame-pointer -fno-sanitize-recover=all)
CFLAGS ?= -O2 -g
HARDEN := $(if $(SAN),,-D_FORTIFY_SOURCE=2) -fstack-protector-strong -fstack-clash-protection -fPIE
# Deferred: pkg-config is asked only by the rules that need its answer.
pkg = $(shell $(PKG_CONFIG) $(1) $(LIBS_PROTO) $(LIBS_DAEMON) $(LIBS_CLIENT))
CPPFLAGS_ALL = -std=c11 -D_GNU_SOURCE -DREADSYNC_VERSION='"$(VERSION)"' -I. -I$(B)/gen $(PKG_CFLAGS) $(CPPFLAGS)
CFLAGS_ALL = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror=implicit \
	$(CFLAGS) $(HARDEN) $(SAN_FLAGS) -pthread
LDFLAGS_ALL = -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(SAN_FLAGS) -pthread $(LDFLAGS)
PKG_CFLAGS = $(eval PKG_CFLAGS := $(call pkg,--cflags))$(PKG_CFLAGS)

PROTO_OBJECTS := $(patsubst %.c,$(B)/%.o,$(wildcard proto/*/*.c)) $(B)/gen/readsync.pb-c.o
DAEMON_OBJECTS := $(patsubst %.c,$(B)/%.o,$(wildcard daemon/*.c daemon/*/*.c))
CLIENT_OBJECTS := $(patsubst %.c,$(B)/%.o,$(wildcard client/*.c client/*/*.c))
ARCHIVES := $(B)/libclient.a $(B)/libdaemon.a $(B)/libproto.a
FUZZERS := $(patsubst %.c,$(B)/%,$(wildcard tests/fuzz/*_fuzz.c))
UNIT_TESTS := $(patsubst %.c,$(B)/%,$(shell find tests/unit -name '*_test.c' 2>/dev/null | sort))

BENCHES := $(patsubst %.c,$(B)/%,$(wildcard tests/bench/*.c))
LINTED := $(sort $(wildcard $(patsubst %,%/*.c,proto daemon client proto/* daemon/* client/*)))

.PHONY: all bench check check-built clean demo deps dist fuzz fuzz-built install lint uninstall unit
.DELETE_ON_ERROR:
all: $(B)/readsyncd $(B)/readsync

$(B)/readsyncd: $(DAEMON_OBJECTS) $(B)/libproto.a
	$(call say,LINK)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(shell $(PKG_CONFIG) --libs $(LIBS_DAEMON) $(LIBS_PROTO)) -lm

$(B)/readsync: $(CLIENT_OBJECTS) $(B)/libproto.a
	$(call say,LINK)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(shell $(PKG_CONFIG) --libs $(LIBS_CLIENT) $(LIBS_PROTO)) -lm

$(B)/libproto.a: $(PROTO_OBJECTS)
$(B)/libdaemon.a: $(filter-out $(B)/daemon/main.o,$(DAEMON_OBJECTS))
$(B)/libclient.a: $(filter-out $(B)/client/main.o,$(CLIENT_OBJECTS))
$(B)/lib%.a:
	$(call say,AR)
	$(Q)rm -f $@ && ar rcs $@ $^

$(B)/gen/readsync.pb-c.c: proto/readsync.proto
	$(call say,PROTO)
	$(Q)mkdir -p $(@D) && protoc-c -Iproto --c_out=$(@D) $<
$(B)/gen/readsync.pb-c.h: $(B)/gen/readsync.pb-c.c ;

$(B)/gen/%.o: $(B)/gen/%.c
	$(call say,CC)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

$(B)/%.o: %.c | $(B)/gen/readsync.pb-c.h
	$(call say,CC)
	$(Q)mkdir -p $(@D) && $(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

# A unit test links the archive of its own side, and proto's (sort puts that last).
.SECONDEXPANSION:
$(B)/tests/unit/%: $(B)/tests/unit/%.o $$(sort $(B)/lib$$(firstword $$(subst /, ,$$*)).a $(B)/libproto.a)
	$(call say,LINK)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call pkg,--libs) -lcmocka -lm
# A fuzzer is driven by libFuzzer where SAN has it, else by tests/fuzz/driver.c.
$(B)/tests/fuzz/%_fuzz: $(B)/tests/fuzz/%_fuzz.o $(if $(FUZZER),,$(B)/tests/fuzz/driver.o) $(ARCHIVES)
	$(call say,LINK)
	$(Q)$(CC) $(LDFLAGS_ALL) $(if $(FUZZER),-fsanitize=fuzzer) -o $@ $^ $(call pkg,--libs) -lm
$(B)/tests/bench/%: $(B)/tests/bench/%.o $(B)/libdaemon.a $(B)/libproto.a
	$(call say,LINK)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call pkg,--libs) -lm
.PRECIOUS: $(B)/%.o

unit: $(UNIT_TESTS)
	$(Q)tests/run $^

check: deps
	$(Q)$(MAKE) --no-print-directory check-built

# The same without asking the system for packages.
check-built: all $(UNIT_TESTS) $(FUZZERS)
	$(Q)tests/run $(UNIT_TESTS) $(FUZZERS) $(sort $(wildcard tests/integration/*_test.py))

# With libFuzzer, FUZZ_SECONDS for each parser; what it learns stays in build/corpus/.
fuzz: PACKAGES += $(PACKAGES_FUZZ)
fuzz: deps
	$(Q)$(MAKE) --no-print-directory CC=clang SAN=fuzzer,asan,ubsan fuzz-built
fuzz-built: $(FUZZERS)
	$(Q)for fuzzer in $^; do tests/fuzz/run $$fuzzer $(FUZZ_SECONDS) || exit; done

# Ratios against named peers, in one run; takes a few minutes.
bench: deps
	$(Q)$(MAKE) --no-print-directory all $(BENCHES)
	$(Q)$(B)/tests/bench/vault_bench $(B)
	$(Q)tests/bench/fetch.sh $(B)/tests/bench/fetch_bench
	$(Q)tests/bench/sync_bench.py

# The installed package under a real systemd: as root, with debootstrap and systemd-nspawn.
.PHONY: boot
boot: all
	$(Q)BUILD=$(B) tests/run tests/boot/boot_test.py

demo: deps
	$(Q)$(MAKE) --no-print-directory all
	$(Q)tests/demo.py $(URL)

# Only this target calls apt; elsewhere it says what to install and stops.
deps:
	$(Q)tests/deps $(PACKAGES)

lint: PACKAGES += $(PACKAGES_LINT)
lint: deps $(B)/gen/readsync.pb-c.h
	$(Q)tests/lint/layers.py
	$(Q)mandoc -T lint -W warning client/readsync.1 daemon/readsyncd.8 daemon/readsyncd.conf.5
	$(Q)cppcheck --quiet --error-exitcode=1 --std=c11 --inline-suppr --suppressions-list=tests/lint/cppcheck.txt \
	    --enable=warning,performance,portability -I. -I$(B)/gen proto daemon client
	$(Q)clang-tidy --quiet --warnings-as-errors='*' $(wildcard proto/*/*.c daemon/*.c daemon/*/*.c client/*.c client/*/*.c) \
	    -- $(CPPFLAGS_ALL) 2>&1 | { ! grep -E 'warning:|error:'; }

install: all
	install -D -m 755 $(B)/readsyncd $(DESTDIR)$(PREFIX)/bin/readsyncd
	install -D -m 755 $(B)/readsync $(DESTDIR)$(PREFIX)/bin/readsync
	install -D -m 644 client/readsync.1 $(DESTDIR)$(PREFIX)/share/man/man1/readsync.1
	install -D -m 644 daemon/readsyncd.8 $(DESTDIR)$(PREFIX)/share/man/man8/readsyncd.8
	install -D -m 644 daemon/readsyncd.conf.5 $(DESTDIR)$(PREFIX)/share/man/man5/readsyncd.conf.5
	install -D -m 644 client/completion.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/readsync
	install -d $(DESTDIR)$(UNITDIR) $(DESTDIR)$(SYSUSERSDIR)
	sed 's|@BINDIR@|$(PREFIX)/bin|' systemd/readsyncd.service > $(DESTDIR)$(UNITDIR)/readsyncd.service
	install -m 644 systemd/readsyncd.sysusers $(DESTDIR)$(SYSUSERSDIR)/readsyncd.conf
	test -e $(DESTDIR)$(SYSCONFDIR)/readsync/readsyncd.conf || \
	    install -D -m 644 systemd/readsyncd.conf $(DESTDIR)$(SYSCONFDIR)/readsync/readsyncd.conf

# The configuration and the vault stay: they are the reader's.
uninstall:
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/,bin/readsyncd bin/readsync share/man/man1/readsync.1 \
	    share/man/man8/readsyncd.8 share/man/man5/readsyncd.conf.5 \
	    share/bash-completion/completions/readsync) \
	    $(DESTDIR)$(UNITDIR)/readsyncd.service $(DESTDIR)$(SYSUSERSDIR)/readsyncd.conf

dist:
	$(Q)mkdir -p build
	git archive --prefix=readsync-$(VERSION)/ HEAD | gzip -9n > build/readsync-$(VERSION).tar.gz

clean:
	rm -rf build

-include $(shell find $(B) -path $(B)/boot -prune -o -name '*.d' -print 2>/dev/null)

# readsync: `make demo` shows it at work, `make check` proves it, `make install`
# puts it in its place.  V=1 prints the commands; SAN=asan,ubsan or SAN=tsan
# builds in a folder of its own, build/SAN/.

VERSION := 0.1.0
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
UNITDIR ?= $(PREFIX)/lib/systemd/system
USERUNITDIR ?= $(PREFIX)/lib/systemd/user
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
PKG_CONFIG ?= pkg-config

PACKAGES := gcc libc6-dev make pkg-config protobuf-compiler protobuf-c-compiler \
	libprotobuf-c-dev libcurl4-openssl-dev libuv1-dev libsqlite3-dev libsodium-dev \
	libzstd-dev libxml2-dev libicu-dev libuchardet-dev libjansson-dev libinih-dev \
	libseccomp-dev libqrencode-dev libpsl-dev libcmocka-dev python3 nginx-light ca-certificates
PACKAGES_LINT := cppcheck clang-tidy mandoc
PACKAGES_FUZZ := clang libclang-rt-14-dev
PACKAGES_XSS := chromium
PACKAGES_REAL := curl mariadb-server mediawiki php-cli php-fpm php-intl php-mbstring php-mysql \
	php-sqlite3 php-xml wordpress wordpress-theme-twentytwentythree

# Where the tests find the programs, and leave their logs.
export BUILD = $(B)
B := build$(if $(SAN),/$(SAN))
comma := ,
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' $(1) $@)

LIBRARIES := libprotobuf-c libzstd sqlite3 libsodium libuv libcurl libxml-2.0 icu-uc icu-i18n uchardet \
	jansson inih libseccomp libqrencode libpsl
FUZZER := $(findstring fuzzer,$(SAN))
SAN_NAMES := asan=address ubsan=undefined tsan=thread fuzzer=fuzzer-no-link
SAN_FLAGS := $(if $(SAN),$(patsubst %,-fsanitize=%,$(foreach san,$(subst $(comma), ,$(SAN)),$(patsubst $(san)=%,%,$(filter $(san)=%,$(SAN_NAMES))))) -fno-omit-frame-pointer -fno-sanitize-recover=all)
CFLAGS ?= -O2 -g
HARDEN := $(if $(SAN),,-D_FORTIFY_SOURCE=2) -fstack-protector-strong -fstack-clash-protection -fPIE
# Deferred: pkg-config is asked only by the rules that need its answer.
pkg = $(shell $(PKG_CONFIG) $(1) $(LIBRARIES))
CPPFLAGS_ALL = -std=c11 -D_GNU_SOURCE -DREADSYNC_VERSION='"$(VERSION)"' -I. -I$(B)/gen $(if $(SAN),-DPLAIN_MEMORY) $(PKG_CFLAGS) $(CPPFLAGS)
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
SIM := $(B)/tests/sim/sim
TORTURES := $(patsubst %.c,$(B)/%,$(wildcard tests/torture/*_torture.c))
BENCHES := $(patsubst %.c,$(B)/%,$(wildcard tests/bench/*.c))
FOLDERS := proto daemon client proto/* daemon/* client/*
LINTED := $(wildcard $(addsuffix /*.c,$(FOLDERS)))
HEADERS := $(wildcard $(addsuffix /*.h,$(FOLDERS)))
MANUALS := client/readsync.1 daemon/readsyncd.8 daemon/readsyncd.conf.5

CONF := $(SYSCONFDIR)/readsync/readsyncd.conf
# What is installed where.
PLACES := $(B)/readsyncd=$(PREFIX)/bin/readsyncd $(B)/readsync=$(PREFIX)/bin/readsync \
	$(foreach page,$(MANUALS),$(page)=$(PREFIX)/share/man/man$(subst .,,$(suffix $(page)))/$(notdir $(page))) \
	client/completion.bash=$(PREFIX)/share/bash-completion/completions/readsync \
	systemd/readsyncd.service=$(UNITDIR)/readsyncd.service \
	systemd/readsync-follow.service=$(USERUNITDIR)/readsync-follow.service \
	systemd/readsyncd.sysusers=$(SYSUSERSDIR)/readsyncd.conf

.PHONY: all boot clean deps dist fuzz fuzz-built install lint sim torture uninstall unit real real-built xss xss-built $(foreach name,bench check demo,$(name) $(name)-built)
.DELETE_ON_ERROR:
all: $(B)/readsyncd $(B)/readsync

# What a program does not need of these libraries, --as-needed leaves out.
define link
	$(call say,LINK)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS) $(call pkg,--libs) -lm
endef
$(B)/readsyncd: $(DAEMON_OBJECTS) $(B)/libproto.a
	$(link)
$(B)/readsync: $(CLIENT_OBJECTS) $(B)/libproto.a
	$(link)

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
	$(link)
# What else stands beside its main file; a fuzzer has libFuzzer's driver, or ours.
BESIDE_fuzz := $(if $(FUZZER),,$(B)/tests/fuzz/driver.o)
BESIDE_torture := $(B)/tests/torture/disk.o $(B)/tests/torture/world.o
# It has functions of the C library in their place.
$(B)/tests/torture/home_torture: $(B)/tests/torture/calls.o
$(B)/tests/%: LIBS = -lcmocka $(if $(FUZZER),-fsanitize=fuzzer)
$(B)/tests/%: $(B)/tests/%.o $$(BESIDE_$$(firstword $$(subst /, ,$$*))) $(ARCHIVES)
	$(link)
$(SIM): $(patsubst %.c,$(B)/%.o,$(wildcard tests/sim/*.c)) $(B)/libproto.a
	$(link)
# Loaded into programs, to turn their clocks.
TURNED_CLOCK := $(B)/tests/integration/turned_clock.so
$(TURNED_CLOCK): tests/integration/turned_clock.c
	$(call say,CC)
	$(Q)mkdir -p $(@D) && $(CC) -D_GNU_SOURCE $(CFLAGS) -Wall -Wextra -shared -fPIC -o $@ $< -ldl
.PRECIOUS: $(B)/%.o

unit: $(UNIT_TESTS)
	$(Q)tests/run $^
# SEEDS random runs of a library and its devices, from FIRST on; a failure prints its seed.
sim: $(SIM)
	$(Q)$(SIM) --seeds $(or $(SEEDS),100000) $(or $(FIRST),1)
# Each of these has a NAME-built, which does not ask the system for packages first.
check demo bench: deps
	$(Q)$(MAKE) --no-print-directory $@-built
check-built: all $(UNIT_TESTS) $(FUZZERS) $(TORTURES) $(SIM) $(TURNED_CLOCK)
	$(Q)tests/run $(UNIT_TESTS) $(FUZZERS) $(TORTURES) $(SIM) \
	    $(sort $(wildcard tests/torture/*_torture.py tests/integration/*_test.py))
demo-built: all
	$(Q)tests/demo.py $(URL)
# Ratios against named peers, in one run, in a few minutes; BENCH=full has larger libraries.
bench-built: all $(BENCHES)
	$(Q)$(B)/tests/bench/vault_bench $(B)
	$(Q)tests/bench/fetch.sh $(B)/tests/bench/fetch_bench
	$(Q)tests/bench/extract.sh $(B)/tests/bench/extract_bench
	$(Q)tests/bench/sync_bench.py
# With libFuzzer, FUZZ_SECONDS for each parser; what it learns stays in build/corpus/.
fuzz: PACKAGES += $(PACKAGES_FUZZ)
fuzz: deps
	$(Q)$(MAKE) --no-print-directory CC=clang SAN=fuzzer,asan,ubsan fuzz-built
fuzz-built: $(FUZZERS)
	$(Q)for fuzzer in $^; do tests/fuzz/run $$fuzzer $(or $(FUZZ_SECONDS),60) || exit; done
# Sites that others wrote, of Debian's packages, with a login: started here, and ended again.
real: PACKAGES += $(PACKAGES_REAL)
real: deps
	$(Q)$(MAKE) --no-print-directory real-built
real-built: all
	$(Q)tests/run $(wildcard tests/real/*_test.py)
# A browser reads what is written of hostile pages, and tells of each script that would run.
xss: PACKAGES += $(PACKAGES_XSS)
xss: deps
	$(Q)$(MAKE) --no-print-directory xss-built
xss-built: all
	$(Q)tests/xss/browser.py
# What check does to vaults in a few seconds, without mercy; takes some minutes.
torture: all $(TORTURES)
	$(Q)TORTURE_FULL=1 tests/run $(TORTURES) $(wildcard tests/torture/*_torture.py)
# The installed package under a real systemd: as root, with debootstrap and systemd-nspawn.
boot: all
	$(Q)tests/run tests/boot/boot_test.py

# Only this target calls apt; elsewhere it says what to install and stops.
deps:
	$(Q)tests/deps $(PACKAGES)
lint: PACKAGES += $(PACKAGES_LINT)
lint: deps
	$(Q)tests/lint/layers.py
	$(Q)tests/lint/tree.py
	$(Q)mandoc -T lint -W warning $(MANUALS)
	$(Q)cppcheck --quiet --error-exitcode=1 --std=c11 --inline-suppr -I. -I$(B)/gen proto daemon client \
	    --enable=warning,performance,portability --library=posix,gnu,tests/lint/cppcheck.cfg
	$(Q)$(MAKE) --no-print-directory $(LINTED:%.c=$(B)/%.tidy)
$(B)/%.tidy: %.c .clang-tidy $(HEADERS) | $(B)/gen/readsync.pb-c.h
	$(call say,TIDY)
	$(Q)mkdir -p $(@D) && clang-tidy --quiet $< -- $(CPPFLAGS_ALL) 2>$@.log || { cat $@.log; exit 1; }
	$(Q)touch $@

install: all
	$(foreach place,$(PLACES),install -D -m $(if $(filter $(B)/%,$(place)),755,644) $(subst =, $(DESTDIR),$(place)) &&) true
	sed -i 's|@BINDIR@|$(PREFIX)/bin|' $(DESTDIR)$(UNITDIR)/readsyncd.service $(DESTDIR)$(USERUNITDIR)/readsync-follow.service
	test -e $(DESTDIR)$(CONF) || install -D -m 644 systemd/readsyncd.conf $(DESTDIR)$(CONF)
# The configuration and the vault stay: they are the reader's.
uninstall:
	rm -f $(foreach place,$(PLACES),$(DESTDIR)$(lastword $(subst =, ,$(place))))

dist:
	mkdir -p build && git archive --prefix=readsync-$(VERSION)/ HEAD | gzip -9n > build/readsync-$(VERSION).tar.gz
clean:
	rm -rf build
-include $(shell find $(B) -path $(B)/boot -prune -o -name '*.d' -print 2>/dev/null)

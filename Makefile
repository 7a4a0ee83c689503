# Build: make.  Prove: make test.  Run: make run.  Everything: make help.

VERSION := 0.1.0
CC      := gcc
PREFIX  := /usr/local
# debug (with sanitizers), release, tsan or fuzz (with CC=clang)
MODE    := debug
# Where make run listens and keeps its data.
PORT    := 8080
VAR     := var
# One suite of make test, or empty for all.  Time for each fuzz target.
SUITE   :=
SECONDS := 60

PACKAGES := libpq libsodium jansson libmicrohttpd libcurl libidn2 libxml-2.0 \
            libqrencode
WARNINGS := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wundef -Wvla \
            -Wstrict-prototypes -Wmissing-prototypes -Wswitch-enum \
            -Wcast-qual -Wwrite-strings -Wformat=2 -Wnull-dereference
FLAGS.debug   := -O1 -g3 -Werror -DPROBES -fsanitize=address,undefined \
                 -fno-sanitize-recover=all
FLAGS.release := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong \
                 -fPIE -pie -Wl,-z,relro,-z,now
FLAGS.tsan    := -O1 -g3 -Werror -DPROBES -fsanitize=thread
FLAGS.fuzz    := -O1 -g -w -fsanitize=fuzzer-no-link,address,undefined \
                 -fno-sanitize-recover=all
CFLAGS := -std=c17 -D_POSIX_C_SOURCE=200809L -I. $(WARNINGS) \
          -DTERREAU_VERSION='"$(VERSION)"' $(FLAGS.$(MODE)) $(EXTRA) \
          $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
LDLIBS := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) \
          -lunistring -lpthread

out       := build/$(MODE)
jobs       = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))
objects    = $(patsubst %.c,$(out)/%.o,$(filter-out %/main.c,$(wildcard $1)))
programs   = $(patsubst %.c,$(out)/%,$(wildcard $1))
# Tests that include headers of a folder, also by way of a header of tests/.
including  = $(patsubst %.c,$(out)/%,$(shell \
    by=$$(grep -l '"$1/' tests/*/*.h | sed 's/^/|/' | tr -d '\n'); \
    grep -lE "\"($1/$$by)" tests/*/test_*.c 2>/dev/null))
ledger    := $(out)/libterreau-ledger.a
store     := $(out)/libsql.a
handlers  := $(out)/libserver.a
commands  := $(out)/libcli.a
tests     := $(call programs,tests/*/test_*.c)
benches   := $(call programs,tests/bench/*.c)
scenario  := $(if $(wildcard tests/scenario/*.c),$(out)/scenario)
loads     := $(call programs,tests/kill/*.c)
load      := $(out)/libload.a
grow      := $(if $(wildcard tests/audit/grow.c),$(out)/grow)
targets   := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
fuzzers   := $(targets:%=$(out)/fuzz_%)
replays   := $(targets:%=$(out)/replay_%)
linked    := $(out)/terreaud $(out)/terreau-signer $(out)/terreau $(scenario) \
             $(grow) $(loads) $(tests) $(benches) $(fuzzers) $(replays)

all: $(out)/terreaud $(out)/terreau-signer $(out)/terreau ## Build the programs

# Dependencies point one way: server, admin-cli -> sql -> ledger.
$(ledger): $(call objects,ledger/*.c ledger/derive/*.c)
$(store): $(call objects,sql/*.c)
$(handlers): $(call objects,server/*.c)
$(commands): $(call objects,admin-cli/*.c)
$(out)/terreaud: $(out)/server/main.o $(handlers) $(store) $(ledger)
$(out)/terreau-signer: $(out)/server/signer/main.o $(handlers) $(store) $(ledger)
$(out)/terreau: $(out)/admin-cli/main.o $(commands) $(store) $(ledger)
$(out)/scenario: $(addsuffix .o,$(call programs,tests/scenario/*.c)) $(ledger)
$(grow): $(out)/tests/audit/grow.o $(ledger)
$(tests): $(out)/%: $(out)/%.o $(ledger)
$(tests): LDLIBS += -lcmocka
$(call including,sql): $(store)
$(call including,server): $(handlers) $(store)
$(call including,admin-cli): $(commands) $(store)
$(load): $(call objects,tests/load/*.c)
$(loads): $(out)/%: $(out)/%.o $(load) $(store) $(ledger)
$(benches): $(out)/%: $(out)/%.o $(load) $(commands) $(handlers) $(store) \
                      $(ledger)
$(fuzzers): LDLIBS += -fsanitize=fuzzer
$(fuzzers): $(out)/fuzz_%: $(out)/tests/fuzz/fuzz_%.o
$(replays): $(out)/replay_%: $(out)/tests/fuzz/fuzz_%.o \
                             $(out)/tests/fuzz/replay.o
$(fuzzers) $(replays): $(commands) $(handlers) $(store) $(ledger)

# make V=1 shows the commands.
quiet = @$(if $(V),,echo '  $1 $@' &&)
$(linked):
	@mkdir -p $(@D)
	$(call quiet,LINK) $(CC) $(CFLAGS) -o $@ -Wl,--start-group $^ \
	    -Wl,--end-group $(LDLIBS)
$(out)/%.a:
	@$(RM) $@
	$(call quiet,AR  ) $(AR) rcs $@ $^
$(out)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call quiet,CC  ) $(CC) $(CFLAGS) -MMD -MP -c -o $@ $<
# A server is good for its own schema, a snapshot for the very fold it is of.
$(out)/server/node.o: CFLAGS += \
    -DMIGRATIONS=$(words $(wildcard sql/migrations/*.sql))
$(out)/server/node.o: $(wildcard sql/migrations/*.sql)
$(out)/server/snapshot.o: CFLAGS += -DFOLD_ID='"$(shell \
    { $(CC) -dumpmachine; cat ledger/*.[ch] ledger/*.def; } | sha256sum | \
    cut -c1-64)"'
$(out)/server/snapshot.o: $(wildcard ledger/*.[ch] ledger/*.def)

# What a suite needs built: its programs, else all, for its scripts.
needs.scenarios := $(scenario)
needs.audit     := all $(grow) $(scenario)
needs.browser   := all $(grow)
needs.kill      := all $(loads)
needs.replay    := $(replays)
needs.          := all $(tests) $(scenario) $(grow) $(loads) $(replays)
tested: $(or $(strip $(filter $(out)/tests/$(SUITE)/%,$(tests)) \
                     $(needs.$(SUITE))),all)
benched: all $(grow) $(benches)
fuzzed: $(fuzzers)

run: served := $(if $(filter file,$(origin MODE)),release,$(MODE))
run: ## Serve the demonstration: http://127.0.0.1:PORT, data in VAR
	@.ci/install-deps build run
	@$(MAKE) $(jobs) MODE=$(served) out=build/$(served) all
	@exec env PORT='$(PORT)' VAR='$(VAR)' out=build/$(served) docs/demo/run

test: ## Run every test, or one suite: make test SUITE=unit
	@.ci/install-deps build run test
	@$(MAKE) $(jobs) tested
	@out=$(out) logs=$(if $(filter file,$(origin out)),build,$(out))/test-logs \
	    tests/run $(SUITE)

bench: ## Measure against PostgreSQL's own limits
	@.ci/install-deps build run bench
	@$(MAKE) $(jobs) MODE=release out=build/release benched
	@out=build/release tests/bench/run

fuzz: ## Fuzz each target for SECONDS (with clang)
	@.ci/install-deps build fuzz
	@$(MAKE) $(jobs) CC=clang MODE=fuzz out=build/fuzz fuzzed
	@for name in $(targets); do mkdir -p build/fuzz/corpus/$$name; \
	    build/fuzz/fuzz_$$name -max_total_time=$(SECONDS) \
	    build/fuzz/corpus/$$name tests/fuzz/corpus/$$name || exit 1; done

lint: ## Check format, layering, scripts and what static analysers see
	@.ci/install-deps build lint
	@tests/lint

docs: ## Write docs/reference from the tables
	@mkdir -p build docs/reference
	@$(CC) -std=c17 -I. -o build/reference docs/reference.c
	build/reference docs/reference

install: ## Install below DESTDIR and PREFIX
	@$(MAKE) $(jobs) MODE=release out=build/release all
	@out=build/release docs/deploy/install '$(DESTDIR)' '$(PREFIX)'

dist: ## Make build/terreau-VERSION.tar.gz, without git
	@mkdir -p build
	tar --sort=name --owner=0 --group=0 --exclude=node_modules \
	    --transform='s,^,terreau-$(VERSION)/,' \
	    -czf build/terreau-$(VERSION).tar.gz .ci .clang-format .editorconfig \
	    .gitignore Makefile README.md LICENSE ledger sql server admin-cli \
	    tests docs

clean: ## Remove what was built
	$(RM) -r build

clean-var: ## Forget the demonstration's data
	@[ ! -L '$(VAR)/database' ] || $(RM) -r "$$(readlink '$(VAR)/database')"
	$(RM) -r '$(VAR)'

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.* ## /\1\t/p' Makefile | expand -t 12

.PHONY: all tested benched fuzzed run test bench fuzz lint docs install dist \
        clean clean-var help
-include $(shell find $(out) -name '*.d' 2>/dev/null)

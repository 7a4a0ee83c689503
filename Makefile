# Build: make.  Prove: make test.  Run: make run.  Everything: make help.

CC     := gcc
PREFIX := /usr/local
# debug (with sanitizers) or release
MODE   := debug

PACKAGES := libpq libsodium jansson libmicrohttpd libcurl libxml-2.0
WARNINGS := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wundef -Wvla \
            -Wstrict-prototypes -Wmissing-prototypes -Wswitch-enum \
            -Wcast-qual -Wwrite-strings -Wformat=2 -Wnull-dereference
FLAGS.debug   := -O1 -g3 -Werror -fsanitize=address,undefined \
                 -fno-sanitize-recover=all
FLAGS.release := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong \
                 -fPIE -pie -Wl,-z,relro,-z,now
CFLAGS += -std=c17 -D_POSIX_C_SOURCE=200809L -I. $(WARNINGS) \
          $(FLAGS.$(MODE)) $(EXTRA) $(shell pkg-config --cflags $(PACKAGES))
LDLIBS += $(shell pkg-config --libs $(PACKAGES)) -lpthread

out      := build/$(MODE)
objects   = $(patsubst %.c,$(out)/%.o,$(wildcard $(1)/*.c))
ledger   := $(out)/libterreau-ledger.a
store    := $(call objects,sql)
handlers := $(filter-out %/main.o,$(call objects,server))
commands := $(filter-out %/main.o,$(call objects,admin-cli))
units    := $(patsubst %.c,$(out)/%,$(wildcard tests/unit/*.c))
stores   := $(patsubst %.c,$(out)/%,$(wildcard tests/store/*.c))

all: $(out)/terreaud $(out)/terreau ## Build the programs

$(ledger): $(call objects,ledger)
	$(RM) $@ && $(AR) rcs $@ $^
$(out)/terreaud: $(out)/server/main.o $(handlers) $(store) $(ledger)
$(out)/terreau: $(out)/admin-cli/main.o $(commands) $(store) $(ledger)
$(out)/scenario: $(out)/tests/scenario.o $(ledger)
$(units): $(out)/%: $(out)/%.o $(ledger)
$(units): LDLIBS += -lcmocka
$(stores): $(out)/%: $(out)/%.o $(handlers) $(store) $(ledger)
$(stores): LDLIBS += -lcmocka

$(out)/terreaud $(out)/terreau $(out)/scenario $(units) $(stores):
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS)

$(out)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

clean: ## Remove what was built
	$(RM) -r build

.PHONY: all clean
-include $(shell find build -name '*.d' 2>/dev/null)

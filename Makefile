# tertiary-mx: a backup mail exchanger.
#
# A directory under bin/ or libexec/ is a program: main.c and the archive of
# everything beside it.  The tables below say which of our archives and which
# system libraries each may link; tests/link.t holds them to it.  Variants are
# other build directories:
#
#	make O=obj/asan SAN=address,undefined
#	make O=obj/clang CC=clang

O ?= obj
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
LIBEXECDIR = $(PREFIX)/libexec/tertiary-mx
DATADIR = $(PREFIX)/share/tertiary-mx
UNITDIR = $(PREFIX)/lib/systemd/system

# program	our archives		system libraries
OURS_mxrecv	= libmxdb libmx
SYS_mxrecv	= -lsqlite3 -lcares -lidn2 -lbsd -lmd
OURS_mxrun	= libmxdb libmx
SYS_mxrun	= -lsqlite3 -lcares -lidn2 -lbsd
OURS_mxq	= libmxdb libmx
SYS_mxq		= -lsqlite3 -lidn2 -lbsd
OURS_mx-send	= libmx
SYS_mx-send	= -lbsd
OURS_mx-scan	= libmx
SYS_mx-scan	= -lseccomp -lbsd
OURS_mx-spf	= libmx
SYS_mx-spf	= -lspf2 -lcares -lidn2 -lseccomp -lbsd
OURS_mx-dkim	= libmx
SYS_mx-dkim	= -lopendkim -lcrypto -lcares -lidn2 -lseccomp -lbsd
OURS_mx-arc	= libmx
SYS_mx-arc	= -lcrypto -lseccomp -lbsd
OURS_mx-sts	= libmx
SYS_mx-sts	= -lidn2 -lseccomp -lbsd
OURS_mx-tls	= libmx
SYS_mx-tls	= -lssl -lcrypto -lidn2 -lseccomp -lbsd

BINS = mxrecv mxrun mxq
HELPERS = mx-send mx-spf mx-dkim mx-arc mx-scan mx-sts mx-tls
ARCHIVES = libmx libmxdb

WARN = -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wwrite-strings -Wvla
HARDEN = -fPIE -fstack-protector-strong -fno-common
ifdef SAN
HARDEN += -fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer
else
HARDEN += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
endif
CFLAGS ?= -O2 -g
JOBS ?= $(shell nproc)
# a test mostly waits
PROVEFLAGS ?= -j$(shell expr $(JOBS) + 1)
ANALYZE ?= $(wildcard bin/*/*.c libexec/*/*.c)
ALL_CFLAGS = -std=c11 $(WARN) $(HARDEN) $(CFLAGS) $(COVERAGE)
ALL_CPPFLAGS = -D_GNU_SOURCE -DLIBBSD_OVERLAY -isystem /usr/include/bsd \
	-Ilibexec/libmx -Ilibexec/libmxdb -I$(O)/gen \
	-DCONF_DEFAULT='"$(SYSCONFDIR)/tertiary-mx/mx.conf"' \
	-DLIBEXECDIR='"$(LIBEXECDIR)"' -DDATADIR='"$(DATADIR)"' $(CPPFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now,-z,noexecstack $(HARDEN) $(LDFLAGS) \
	$(COVERAGE)

progdir = $(firstword $(wildcard bin/$(1) libexec/$(1)))
objs = $(patsubst %.c,$(O)/src/%.o,$(wildcard $(1)/*.c))
PROGRAMS = $(BINS:%=$(O)/bin/%) $(HELPERS:%=$(O)/libexec/%)
LIBS = $(patsubst %,$(O)/lib/%.a,$(ARCHIVES) $(BINS) $(HELPERS))
UNITS = $(patsubst tests/unit/%.c,$(O)/tests/unit/%,$(wildcard tests/unit/*.c))
TOOLS = $(patsubst tests/tools/%.c,$(O)/tests/tools/%,$(wildcard tests/tools/*.c)) \
	$(patsubst tests/preload/%.c,$(O)/tests/preload/%.so,$(wildcard tests/preload/*.c))
# servers that tests meet, unpacked and never installed, and their packages
PEERS = postfix exim opensmtpd opendmarc
PACKAGES_postfix = postfix
PACKAGES_exim = exim4-daemon-light exim4-base libidn12
PACKAGES_opensmtpd = opensmtpd libevent-2.1-7
PACKAGES_opendmarc = opendmarc libopendmarc2 libmilter1.0.1

ALLSYS = -lspf2 -lopendkim -lssl -lcrypto -lsqlite3 -lcares -lidn2 -lseccomp -lbsd -lmd

all: $(PROGRAMS)

define archive
$(O)/lib/$(1).a: $(filter-out %/main.o,$(call objs,$(2)))
endef
$(foreach a,$(ARCHIVES),$(eval $(call archive,$(a),libexec/$(a))))
$(foreach p,$(BINS) $(HELPERS),$(eval $(call archive,$(p),$(call progdir,$(p)))))
$(O)/lib/%.a:
	@mkdir -p $(@D)
	rm -f $@
	$(AR) rcs $@ $^

define program
$(O)/$(2)/$(1): $(O)/src/$(call progdir,$(1))/main.o $(O)/lib/$(1).a \
    $(OURS_$(1):%=$(O)/lib/%.a)
	@mkdir -p $$(@D)
	$$(CC) $$(ALL_LDFLAGS) -o $$@ $$^ $$(SYS_$(1))
endef
$(foreach p,$(BINS),$(eval $(call program,$(p),bin)))
$(foreach p,$(HELPERS),$(eval $(call program,$(p),libexec)))

$(O)/src/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# share/state.sql as a C string: state.db makes itself anew when it is gone
$(call objs,libexec/libmxdb): $(O)/gen/state_sql.h
$(O)/gen/state_sql.h: share/state.sql
	@mkdir -p $(@D)
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/.*/"&\\n"/' $< >$@

$(O)/tests/unit/%: $(O)/src/tests/unit/%.o $(LIBS)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $< -Wl,--start-group $(LIBS) -Wl,--end-group $(ALLSYS)
# they speak with the real ones also
$(O)/tests/unit/dkimproto: | $(O)/libexec/mx-dkim
$(O)/tests/unit/walkfaults $(O)/tests/unit/walkreplies $(O)/tests/unit/walkroom: | $(O)/libexec/mx-send
$(O)/tests/tools/%: $(O)/src/tests/tools/%.o $(O)/lib/libmx.a
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ -lidn2 -lbsd
$(O)/tests/preload/%.so: tests/preload/%.c
	@mkdir -p $(@D)
	$(CC) -shared -fPIC $(WARN) -O2 -g -o $@ $<
.SECONDARY:

check: tests
	O=$(O) prove --timer $(PROVEFLAGS) $(UNITS) tests/*.t
# all that they need
tests:
	tests/deps.sh
	$(MAKE) -j$(JOBS) all $(UNITS) $(TOOLS)
	-$(MAKE) -k $(PEERS:%=$(O)/%)
$(PEERS:%=$(O)/%):
	tests/peers/unpack.sh $@ $(PACKAGES_$(@F))
demo:
	share/demo.sh $(O)
lint:
	tests/lint.sh
	$(MAKE) all
	O=$(O) prove tests/link.t
analyze:
	tests/deps.sh analyze
	nice $(MAKE) -s -k -j$(JOBS) $(ANALYZE:%.c=$(O)/analyze/%)
# one file; it is looked at again when it or what it includes has changed
$(O)/analyze/%: %.c .clang-tidy $(O)/gen/state_sql.h
	@mkdir -p $(@D)
	gcc $(ALL_CPPFLAGS) -std=c11 -O2 -Werror -fanalyzer $(FALSE_ALARM) \
	    -MMD -MP -MF $@.d -MT $@ -c -o /dev/null $<
	clang-tidy --quiet $< -- $(ALL_CPPFLAGS) -std=c11 2>/dev/null
	@touch $@
# gcc 12 loses sight of what is kept at a computed place of an array
$(patsubst %,$(O)/analyze/%,bin/mxq/names bin/mxrun/jobs libexec/libmx/envelope \
    libexec/libmx/sendproto_request libexec/libmx/sendproto_tls \
    libexec/libmx/tlsproto_server): FALSE_ALARM = -Wno-analyzer-malloc-leak
mutants: all $(UNITS) $(TOOLS) $(O)/postfix
	tests/mutants/run.py $(O)
fuzz bench coverage short long:
	$(MAKE) -f tests/$@/Makefile O=$(O)
check-%:
	$(MAKE) -f tests/$*/Makefile O=$(O)
fuzz-coverage:
	$(MAKE) -f tests/fuzz/Makefile O=$(O) FUZZ_FORM=coverage coverage
bench-%:
	$(MAKE) -f tests/bench/Makefile O=$(O) $*
short-%:
	$(MAKE) -f tests/short/Makefile O=$(O) $*
long-%:
	$(MAKE) -f tests/long/Makefile O=$(O) $*

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(LIBEXECDIR)
	install $(BINS:%=$(O)/bin/%) $(DESTDIR)$(PREFIX)/bin
	install $(HELPERS:%=$(O)/libexec/%) $(DESTDIR)$(LIBEXECDIR)
	sh etc/install.sh '$(DESTDIR)' '$(PREFIX)' '$(SYSCONFDIR)'
clean:
	rm -rf $(O)

.PHONY: all check tests demo lint fuzz fuzz-coverage bench short long coverage analyze mutants install clean
-include $(shell find $(O) -type f -name '*.d' 2>/dev/null)

# jod-check: build, show, check, install.
#
#   make demo      an evening in a simulated household, with the real program
#   make check     lint and all tests
#   make acceptance   the whole mission on one machine, with real parts: for root
#   make acceptance-kernel   what only kernels of their own show, on two emulated machines: for root
#   make bench     how well it decides and what a check costs, against others, written to docs/performance.md
#   make fuzz      100,000 mutations of hostile requests to the socket, and of web servers' replies, under a sanitizer
#   make build     the release program, at .build/release/jod-check
#   make install-storage   the other side, on the storage server itself
#   make deb       the Debian packages, into dist
#   make buildd    the same in a Debian 13, without a network and by Debian's own compiler, into dist/debian13: for root
#   make deb ARCH=arm64   the package for a Raspberry Pi, cross-built on another machine, into dist: for root
#   make check-arm64   installs that one in an emulated Debian 13, and holds it against the tests: for root
#   make release   what is published, from a tagged tree: docs/releasing.md
#   make install   program, units, generator, catalog, translations, pages and completions, under DESTDIR

SHELL = /bin/bash
.SHELLFLAGS = -euo pipefail -c

DESTDIR =
PREFIX = /usr
# Where the system's own are: Debian 12 and 13 differ.
UNITS = $(shell pkg-config --variable=systemdsystemunitdir systemd)
GENERATORS = $(or $(shell pkg-config --variable=systemdsystemgeneratordir systemd),$(PREFIX)/lib/systemd/system-generators)
PROGRAM = .build/release/jod-check
# No path of the machine that builds it gets into the program. What the dynamic linker does at each start is a part of
# each check (docs/start-up.md): lld's packed relocations take a tenth of the bytes, and the C++ library that Swift's
# own runtime needs is linked in, for its symbols would all be looked up. None of ours are exported, though the toolchain asks
# for that: nobody looks them up. No build-id, which one linker writes unasked and the other does not: nobody has symbols to
# find by it.
SWIFT_BUILD = swift build -c release --static-swift-stdlib --disable-local-rpath \
  -Xswiftc -file-prefix-map -Xswiftc $(CURDIR)=. -Xcc -ffile-prefix-map=$(CURDIR)=. \
  -Xswiftc -use-ld=lld -Xlinker -z -Xlinker pack-relative-relocs -Xlinker --build-id=none -Xlinker --no-export-dynamic \
  -Xswiftc -L$(ARCHIVES) -Xswiftc -Xclang-linker -Xswiftc -static-libgcc
# A folder with the archive alone: beside the shared library, that would be taken.
ARCHIVES = $(CURDIR)/.build/archives
# The architecture that the package is for. Where that is not this machine's, packaging/arm64 runs this file again in a Debian
# with a Swift SDK for it. CROSS is the folder of that SDK (packaging/cross/make).
ARCH = $(BUILD_ARCH)
BUILD_ARCH := $(shell dpkg --print-architecture 2>/dev/null)
CROSS =
ifneq ($(CROSS),)
SWIFT_BUILD += --swift-sdks-path $(CROSS)/sdks --swift-sdk $(ARCH) -Xswiftc -file-prefix-map -Xswiftc $(CROSS)=cross -Xlinker -lolder
endif
# What takes the symbols away while the program is installed.
STRIP = strip
INSTALL = install -D
EXAMPLES = $(PREFIX)/share/doc/jod-check/examples

# Debian's own compiler, where it is installed, has no linker of its own.
SWIFTLANG = $(shell dpkg-query -W -f '$${Status}' swiftlang 2>/dev/null | grep 'install ok installed')
# Has systemd.pc, which says where units go.
SYSTEMD_PC = $(if $(filter bookworm,$(shell . /etc/os-release && echo $$VERSION_CODENAME)),systemd,systemd-dev)
# For building; and for the tests with real parts, which say so where one is missing.
BUILD_PACKAGES = g++ gettext libqrencode4 libssl-dev libsystemd-dev pkgconf $(SYSTEMD_PC) $(if $(SWIFTLANG),lld)
DEB_PACKAGES = build-essential debhelper lintian
BUILDD_PACKAGES = debootstrap debian-archive-keyring iproute2 python3
ARM64_PACKAGES = $(BUILDD_PACKAGES) qemu-user-static
RELEASE_PACKAGES = apt-utils python3 gnupg
TEST_PACKAGES = shellcheck mandoc sudo openssh-server openssh-client udev iproute2 strace openssl python3 curl jq \
  zbar-tools
BENCH_PACKAGES = curl jq wakeonlan python3 python3-requests gcc libc6-dev strace valgrind openssl libssl-dev ca-certificates
ACCEPTANCE_PACKAGES = debootstrap debian-archive-keyring systemd-container tshark iproute2 openssl procps python3 dpkg-dev
ACCEPTANCE_KERNEL_PACKAGES = debootstrap debian-archive-keyring qemu-system-x86 qemu-utils e2fsprogs openssh-client python3

.PHONY: build archives demo check lint test fuzz acceptance acceptance-kernel bench deb check-arm64 buildd release install \
  install-storage clean setup setup-acceptance setup-acceptance-kernel setup-arm64 setup-bench setup-buildd setup-deb \
  setup-release setup-tests

build: setup archives
	$(SWIFT_BUILD) --product jod-check

# Each time, for a new g++ has it in another place.
archives: setup
	mkdir -p $(ARCHIVES)
	ln -sf $(if $(CROSS),$(CROSS)/archives/*.a,"$$(g++ -print-file-name=libstdc++.a)") $(ARCHIVES)/

demo: setup archives
	$(SWIFT_BUILD) --product jod-check
	$(SWIFT_BUILD) --product household-demo
	$(SWIFT_BUILD) --product DemoClock
	.build/release/household-demo $(PROGRAM) .build/release/libDemoClock.so

check: setup setup-tests lint test

lint:
	swift format lint --strict --recursive Package.swift Sources Tests
	@! grep -rInE '[[:space:]]+$$' --include='*' Makefile *.md Sources Tests systemd man docs packaging completions storage acceptance bench po \
		|| { echo 'lines above end in white space'; exit 1; }
	@! grep -rnE 'https?://[a-z.]*debian\.(org|net)' acceptance bench packaging/{arm64,buildd,cross,debian13.bash,mirror} .ci \
		|| { echo 'scripts take the mirror that apt uses here: packaging/mirror'; exit 1; }
	@systemd/verify
	@docs/verify
	@packaging/same-version
	@po/verify
	@python3 -c 'import ast, sys; [ast.parse(open(path).read(), path) for path in sys.argv[1:]]' \
	  acceptance/*.py acceptance/kernel/run acceptance/kernel/{*,stories/*}.py
	mandoc -T lint -W style man/*.[58]
	shellcheck -x {systemd,docs,po}/verify po/compile systemd/lib/* completions/jod-check.bash packaging/{same-bytes,same-version,mirror,loaded-by-name,portable,buildd,arm64,cross/make,release,debian/tests/household} .ci/run storage/{jod-check-storage,helper,forced-command,guards,cards,access,install,test} \
	  storage/guard.d/* storage/test.d/*.bash acceptance/run acceptance/stories/*.bash \
	  bench/activation bench/rivals/poll.sh \
	  packaging/examples/{power/*,activity.d/*,notify/{words,ntfy,mail},test.d/{run,activity,*.bash}}

test: setup setup-tests
	storage/test
	packaging/examples/test.d/run
	packaging/examples/test.d/activity
	swift test
	packaging/loaded-by-name .build/debug/jod-check

# With the packages as they lie in dist, made where there are none.
acceptance: setup-acceptance
	@compgen -G 'dist/*.deb' >/dev/null || $(MAKE) deb
	acceptance/run

acceptance-kernel: setup-acceptance-kernel
	@compgen -G 'dist/*.deb' >/dev/null || $(MAKE) deb
	acceptance/kernel/run

# Fails where a limit is not met, with the table written all the same.
bench: deb setup-bench setup-acceptance
	$(SWIFT_BUILD) --product household-years
	bench/run

# With a build of its own, for a sanitized one is another. What crashes tells its seed by the file; what leaks is told when
# the tests are over; and a suite that is not found is no suite that passed.
FUZZED = HostileRequestTests HostileMutationTests HTTPMutationTests BellTests
fuzz: setup
	mkdir -p .build/asan
	JOD_MUTATIONS=$${JOD_MUTATIONS:-100000} JOD_SEED_FILE=$(CURDIR)/.build/asan/seed ASAN_OPTIONS=detect_leaks=1 \
	  timeout 3600 swift test --disable-xctest --sanitize=address --scratch-path .build/asan \
	  $(foreach suite,$(FUZZED),--filter $(suite)) 2>&1 | tee .build/asan/log || \
	  { echo 'The last seeds, for JOD_SEED:'; grep -H . .build/asan/seed.*; exit 1; }
	@passed=$$(grep -c '^. Suite .* passed' .build/asan/log); \
	  [ "$$passed" -ge $(words $(FUZZED)) ] || { echo "Only $$passed of $(words $(FUZZED)) suites ran: $(FUZZED)"; exit 1; }

# What a Debian machine needs besides git, make and Swift.
setup: PACKAGES = $(BUILD_PACKAGES)
setup-tests: PACKAGES = $(TEST_PACKAGES)
setup-acceptance: PACKAGES = $(ACCEPTANCE_PACKAGES)
setup-acceptance-kernel: PACKAGES = $(ACCEPTANCE_KERNEL_PACKAGES)
setup-bench: PACKAGES = $(BENCH_PACKAGES)
setup-deb: PACKAGES = $(DEB_PACKAGES)
setup-buildd: PACKAGES = $(BUILDD_PACKAGES)
setup-arm64: PACKAGES = $(ARM64_PACKAGES)
setup-release: PACKAGES = $(RELEASE_PACKAGES)
setup setup-tests setup-acceptance setup-acceptance-kernel setup-arm64 setup-bench setup-deb setup-buildd setup-release:
	@missing=; for package in $(PACKAGES); do \
	  dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q 'install ok installed' || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
	  as_root=; [ "$$(id -u)" = 0 ] || as_root=sudo; \
	  echo "Installing with apt:$$missing"; \
	  $$as_root apt-get update -qq && \
	  $$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; \
	fi

# nginx for the tests, which nobody wants as a service of his machine: unpacked here, and installed nowhere. Its libraries
# are on every Debian that has openssl.
NGINX = .build/nginx/usr/sbin/nginx
setup-tests: $(NGINX)
$(NGINX):
	rm -rf .build/nginx
	mkdir -p .build/nginx
	as_root=; [ "$$(id -u)" = 0 ] || as_root=sudo; cd .build/nginx; \
	download() { apt-get download -qq -o APT::Sandbox::User=root nginx; }; \
	download || { $$as_root apt-get update -qq && download; }
	dpkg-deb -x .build/nginx/nginx_*.deb .build/nginx
	touch $@

$(PROGRAM):
	$(MAKE) build

# In a copy, for debhelper wants its folder at the top; with the program as it was built here. What is cross-built finds its
# libraries in the SDK, where dpkg does not look (-d). The storage server's package is for all architectures, so that no
# cross-build makes it (-B).
DEB_TREE = .build/deb/jod-check
ifneq ($(or $(CROSS),$(filter $(BUILD_ARCH),$(ARCH))),)
deb: build setup-deb
	rm -rf .build/deb
	mkdir -p $(DEB_TREE) dist
	tar -c --exclude=./.build --exclude=./dist --exclude=./.git . | tar -x -C $(DEB_TREE)
	cp -a packaging/debian $(DEB_TREE)/
	cd $(DEB_TREE) && PROGRAM=$(CURDIR)/$(PROGRAM) dpkg-buildpackage $(if $(CROSS),-a $(ARCH) -B -d,-b) -us -uc \
	  $(if $(SWIFTLANG),,-Ppkg.jod-check.own-swift)
	@# Neither what `make buildd` has left there, nor another architecture's.
	find dist -maxdepth 1 -type f $(foreach other,$(filter-out $(ARCH),amd64 arm64),-not -name '*_$(other).*') -delete
	@# Which versions are linked in: packaging/sbom. The package's program does not tell, for its symbols are gone.
	for package in .build/deb/jod-check_*.deb; do \
	  grep --text -oE 'Swift version [0-9.]+|GCC: \([^)]*\) [0-9.]+' $(PROGRAM) | sort -u >"$${package%.deb}.linked"; \
	done
	mv .build/deb/*.{deb,linked,changes,buildinfo} dist/
	lintian --fail-on error,warning dist/*_$(ARCH).changes
else
deb: setup-buildd
	$(if $(filter arm64,$(ARCH)),,$(error only arm64 is cross-built, not $(ARCH)))
	packaging/arm64 build
endif

# The tests are built for this machine, and run the program of the package.
check-arm64: setup setup-tests setup-arm64
	@compgen -G 'dist/*_arm64.deb' >/dev/null || $(MAKE) deb ARCH=arm64
	swift build --build-tests
	packaging/arm64 check

buildd: setup-buildd
	packaging/buildd

# Of these architectures.
ARCHITECTURES = amd64 arm64
release: setup setup-deb setup-release
	packaging/release $(ARCHITECTURES)

install: $(PROGRAM)
	$(if $(UNITS),,$(error pkg-config does not know where systemd's units go: install $(SYSTEMD_PC), or say UNITS=/etc/systemd/system))
	$(INSTALL) -m 755 -s --strip-program='$(STRIP)' $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/jod-check
	mkdir -p $(DESTDIR)$(GENERATORS)
	ln -sf $(PREFIX)/bin/jod-check $(DESTDIR)$(GENERATORS)/jod-check-generator
	$(INSTALL) -m 644 -t $(DESTDIR)$(UNITS) systemd/jod-check.{service,timer,socket} systemd/jod-check-access.service \
	  systemd/jod-check-{online,offline,jellyfin}.{path,service} systemd/storage-online.target
	$(INSTALL) -m 755 -t $(DESTDIR)$(PREFIX)/lib/jod-check systemd/lib/*
	@# systemd writes a dash within a name as \x2d.
	for service in 'jod\x2dcheck' 'jod\x2dcheck\x2daccess'; do \
	  $(INSTALL) -m 644 systemd/jod-check-credentials.conf \
	    "$(DESTDIR)$(UNITS)/run-credentials-$$service.service.mount.d/jod-check.conf"; \
	done
	$(INSTALL) -m 644 -t $(DESTDIR)$(PREFIX)/lib/systemd/catalog systemd/jod-check.catalog
	$(INSTALL) -m 644 systemd/jod-check.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/jod-check.conf
	$(INSTALL) -m 644 systemd/jod-check.tmpfiles $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/jod-check.conf
	$(INSTALL) -m 644 man/jod-check.8 $(DESTDIR)$(PREFIX)/share/man/man8/jod-check.8
	$(INSTALL) -m 644 man/jod-check.5 $(DESTDIR)$(PREFIX)/share/man/man5/jod-check.5
	po/compile '$(DESTDIR)$(PREFIX)/share/locale'
	$(INSTALL) -d -m 700 $(DESTDIR)/etc/jod-check/credentials
	$(INSTALL) -d -m 755 $(DESTDIR)/etc/jod-check/activity.d
	@# It will hold the API key, and it is the administrator's once it is there.
	[ -e $(DESTDIR)/etc/default/jod-check ] || \
	  $(INSTALL) -m 600 systemd/jod-check.default $(DESTDIR)/etc/default/jod-check
	$(INSTALL) -m 644 completions/jod-check.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/jod-check
	$(INSTALL) -m 644 completions/_jod-check $(DESTDIR)$(PREFIX)/share/zsh/vendor-completions/_jod-check
	$(INSTALL) -m 644 completions/jod-check.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/jod-check.fish
	@# What is wanted of them is copied: a package may replace them.
	for folder in activity.d evenings power notify prometheus home-assistant; do \
	  for example in packaging/examples/$$folder/*; do \
	    mode=644; [ ! -x $$example ] || mode=755; \
	    $(INSTALL) -m $$mode $$example $(DESTDIR)$(EXAMPLES)/$$folder/$${example##*/}; \
	  done; \
	done
	$(INSTALL) -m 644 docs/grafana-dashboard.json $(DESTDIR)$(EXAMPLES)/grafana/jod-check.json
	@# Into this very system, a running systemd is told.
	@if [ -z "$(DESTDIR)" ] && [ -d /run/systemd/system ]; then \
	  systemd-sysusers jod-check.conf; systemd-tmpfiles --create jod-check.conf; \
	  journalctl --update-catalog; systemctl daemon-reload; \
	  systemctl enable --now jod-check-online.path jod-check-offline.path; \
	fi

# For the storage server: what jod-check's ssh key may do there.
install-storage:
	storage/install '$(DESTDIR)'

clean:
	rm -rf .build dist

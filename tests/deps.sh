#!/bin/sh
# SPDX-License-Identifier: ISC
# Installs what a target needs on Debian 12, where it is missing.
#
#	tests/deps.sh build|demo|check|lint|fuzz|coverage|analyze
#
# Without root it prints the one command that is missing, and fails.  Servers
# among the packages are for tests, which start their own: none is started.

build='gcc make libc6-dev libbsd-dev libmd-dev libc-ares-dev libidn2-dev libsqlite3-dev
    libspf2-dev libopendkim-dev libssl-dev libseccomp-dev'
demo="$build sqlite3 python3 openssl systemd"
check="$build sqlite3 python3 perl systemd procps iproute2 util-linux
    openbsd-inetd swaks knot knot-dnssecutils unbound clamav-daemon spamd libmail-spf-perl rspamd python3-spf-engine libfaketime binutils mandoc python3-dkim python3-authres python3-yaml python3-cryptography openssl strace valgrind
    libdb5.3 libicu72 libnsl2 libsasl2-2"
fuzz="$build clang libclang-rt-14-dev llvm"
coverage="$check gcovr"
analyze="$build git clang-tidy"
lint="$build git clang-format cppcheck shellcheck mandoc binutils perl"

case ${1-check} in
build) wanted=$build ;;
demo) wanted=$demo ;;
check) wanted=$check ;;
lint) wanted=$lint ;;
coverage) wanted=$coverage ;;
analyze) wanted=$analyze ;;
fuzz) wanted=$fuzz ;;
*)
	echo 'usage: deps.sh build|demo|check|lint|fuzz|coverage|analyze' >&2
	exit 64
	;;
esac

missing=
for package in $wanted; do
	dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null |
	    grep -q '^ii' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
	echo 'This needs packages that are not installed. As root:'
	echo "apt-get install --no-install-recommends$missing"
	exit 1
fi >&2

# invoke-rc.d(8): 101 is "do not start"
rc=/usr/sbin/policy-rc.d
if [ ! -e "$rc" ]; then
	trap 'rm -f "$rc"' EXIT
	printf '#!/bin/sh\nexit 101\n' >"$rc"
	chmod 755 "$rc"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -q update || exit 1
# shellcheck disable=SC2086 # a list of words
apt-get -q -y install --no-install-recommends $missing

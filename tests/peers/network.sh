# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# shellcheck disable=SC2154 # of tests/lib.sh, which is read before
# shellcheck disable=SC2034 # for who reads this
# A second network, for hosts at addresses of their own.

# lay_cable [NUMBER…]: to a network where this host is 192.0.2.1, and those at the
# other end are 192.0.2.NUMBER: `$there COMMAND…` runs there.  False where this
# host's network is not the test's own
lay_cable() {
	[ -n "${OWN_NETWORK-}" ] || return
	unshare -n sleep 7200 &
	will_stop $!
	there="nsenter -t $! -n"
	until_true 5 is_another "$!" &&
	    ip link add v0 type veth peer name v0 netns "$!" &&
	    ip addr add 192.0.2.1/24 dev v0 &&
	    ip link set v0 up && $there ip link set v0 up || return
	for number in "$@"; do
		$there ip addr add "192.0.2.$number/24" dev v0 || return
	done
}
# is_another PID: it has left the network of the test
is_another() {
	[ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/$$/ns/net)" ]
}

# exchanger NUMBER RULE…: a scripted one (fakemx.py) there, 192.0.2.NUMBER; what
# it has taken and heard is in $scratch/mxNUMBER
exchanger() {
	place=$scratch/mx$1
	mkdir "$place"
	listen=192.0.2.$1:25
	shift
	FAKEMX_LISTEN=$listen $there "$tests/peers/fakemx.py" "$place" "$@" \
	    2>"$place.err" &
	will_stop $!
	until_true 10 test -s "$place/port"
}

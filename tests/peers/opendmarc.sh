# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# shellcheck disable=SC2154 # of tests/lib.sh, which is read before
# shellcheck disable=SC2034 # for who reads this
# OpenDMARC for tests, unpacked from its packages and never installed.

# unpack_opendmarc: false when it is not there and can not be had
unpack_opendmarc() {
	[ -d "$build/opendmarc" ] || "$tests/peers/unpack.sh" \
	    "$build/opendmarc" opendmarc libopendmarc2 libmilter1.0.1 \
	    2>/dev/null
}

# start_opendmarc NAME LINE…: as Postfix's $milter, with lines of its
# configuration; what it says in Authentication-Results bears NAME
start_opendmarc() {
	port=$(free_port)
	milter=inet:127.0.0.1:$port
	echo 192.0.2.250 >"$scratch/ignore" # by itself, who is on this host
	cat >"$scratch/$1.conf" <<-END
		AuthservID $1
		Socket inet:$port@127.0.0.1
		Background false
		AutoRestart false
		PidFile $scratch/$1.pid
		IgnoreHosts $scratch/ignore
	END
	name=$1
	shift
	printf '%s\n' "$@" >>"$scratch/$name.conf"
	LD_LIBRARY_PATH=$build/opendmarc/usr/lib/$(uname -m)-linux-gnu \
	    "$build/opendmarc/usr/sbin/opendmarc" -f \
	    -c "$scratch/$name.conf" >"$scratch/$name.log" 2>&1 &
	will_stop $!
	until_true 10 listens "$port"
}

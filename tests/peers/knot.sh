# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# shellcheck disable=SC2154 # of tests/lib.sh, which is read before
# shellcheck disable=SC2034 # for who reads this
# A name server for tests, knot, and what is in its zones, which are files in
# $scratch/knot.

# zone DOMAIN [TTL]: its records are on stdin, but SOA and NS
zone() {
	mkdir -p "$scratch/knot"
	{
		printf '%s\n' "\$ORIGIN $1." "\$TTL ${2-60}" \
		    "@ SOA ns.invalid. h.invalid. 1 60 60 60 ${2-60}" \
		    '@ NS ns.invalid.'
		cat
	} >"$scratch/knot/$1.zone"
}

# txt NAME TEXT: a TXT record, in strings of at most 250 octets
txt() {
	printf '%s TXT (' "$1"
	printf '%s\n' "$2" | fold -w 250 | sed 's/.*/ "&"/' | tr -d '\n'
	printf ' )\n'
}

# dkim_key FILE [BITS]: a secret key; what its record says is in FILE.p
dkim_key() {
	openssl genrsa -traditional -out "$1" "${2-2048}" 2>/dev/null
	printf 'k=rsa; p=%s' "$(openssl rsa -in "$1" -pubout -outform DER \
	    2>/dev/null | base64 -w0)" >"$1.p"
}

# start_knot ADDRESS@PORT DOMAIN…: is asked for those there, in the network
# behind the cable where the address is not 127.0.0.1; its pid is $knot.  A
# domain that has no zone is one of which nothing can be told
start_knot() {
	listen=$1
	shift
	mkdir -p "$scratch/knot"
	{
		cat <<-END
			server:
			    rundir: $scratch/knot
			    listen: $listen
			database:
			    storage: $scratch/knot
			template:
			  - id: default
			    storage: $scratch/knot
			    file: "%s.zone"
			zone:
		END
		printf '  - domain: %s\n' "$@"
	} >"$scratch/knot/knot.conf"
	case $listen in
	127.0.0.1@*) knot_network= ;;
	*) knot_network=$there ;;
	esac
	$knot_network knotd -c "$scratch/knot/knot.conf" \
	    >"$scratch/knot/log" 2>&1 &
	knot=$!
	will_stop $knot
	for domain in "$@"; do
		[ ! -e "$scratch/knot/$domain.zone" ] ||
		    until_true 10 dns_has "${listen#*@}" "$domain" "${listen%@*}"
	done
}

# zone_again DOMAIN: it has changed
zone_again() {
	knotc -c "$scratch/knot/knot.conf" -b zone-reload "$1" >/dev/null 2>&1
}

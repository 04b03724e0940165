# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# shellcheck disable=SC2154 # of tests/lib.sh, which is read before
# Certificates, made when a test wants them, of keys that all may read.

# certificate FILE ALTERNATIVES [ISSUER [OPTION…]]: vouched for by that one or
# by itself, in $scratch as FILE.pem and FILE.key; in FILE.both with the
# issuer's and the key behind it.  Options are those of openssl req
certificate() {
	file=$scratch/$1 alternatives=$2 issuer=${3:+$scratch/$3}
	shift $(($# < 3 ? $# : 3))
	case $* in
	*-newkey*) ;;
	*) set -- -newkey ec -pkeyopt ec_paramgen_curve:P-256 "$@" ;;
	esac
	name=${alternatives%%,*}
	openssl req -x509 -nodes -days 2 -subj "/CN=${name#*:}" \
	    -addext "subjectAltName=$alternatives" \
	    ${issuer:+-CA "$issuer.pem" -CAkey "$issuer.key" \
	    -addext basicConstraints=CA:FALSE} \
	    -keyout "$file.key" -out "$file.pem" "$@" 2>/dev/null
	cat "$file.pem" ${issuer:+"$issuer.pem"} "$file.key" >"$file.both"
	chmod 644 "$file".*
}

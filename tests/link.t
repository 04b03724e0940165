#!/bin/sh
# SPDX-License-Identifier: ISC
# Each program links what it was granted and no more, and is hardened.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

needed() {
	readelf -dW "$1" | sed -n 's/.*(NEEDED).*\[\(lib[a-z0-9-]*\)\.so.*/\1/p' |
	    sort | tr '\n' ' '
}

hardened() {
	readelf -hW "$1" | grep -q 'Type: *DYN' &&
	    readelf -dW "$1" | grep -q 'BIND_NOW' &&
	    readelf -lW "$1" | grep -q 'GNU_RELRO' &&
	    readelf -lW "$1" | grep 'GNU_STACK' | grep -qv 'RWE' &&
	    readelf -sW "$1" | grep -q '__stack_chk_fail'
}

# PROGRAM and the libraries it may need
while read -r program granted; do
	file=$build/$program
	excess=
	for library in $(needed "$file"); do
		case " $granted libc libasan libubsan libgcc_s libm " in
		*" $library "*) ;;
		*) excess="$excess $library" ;;
		esac
	done
	is "$excess" '' "$program links no more than it may"
	hardened "$file"
	ok $? "$program is hardened"
done <<'END'
bin/mxrecv libsqlite3 libcares libidn2 libbsd libmd
bin/mxrun libsqlite3 libcares libidn2 libbsd
bin/mxq libsqlite3 libidn2 libbsd
libexec/mx-send libbsd
libexec/mx-scan libseccomp libbsd
libexec/mx-spf libspf2 libcares libidn2 libseccomp libbsd
libexec/mx-dkim libopendkim libcrypto libcares libidn2 libseccomp libbsd
libexec/mx-arc libcrypto libseccomp libbsd
libexec/mx-sts libidn2 libseccomp libbsd
libexec/mx-tls libssl libcrypto libidn2 libseccomp libbsd
END

done_testing

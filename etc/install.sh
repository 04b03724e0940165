#!/bin/sh
# SPDX-License-Identifier: ISC
# The part of "make install" that is not programs:
#
#	etc/install.sh DESTDIR PREFIX SYSCONFDIR
#
# Into the live system (DESTDIR empty, run by root) it also makes the user, the
# directories, and a policy.db where there is none.  It starts nothing.
set -e
root=$1 prefix=$2 sysconf=$3
cd "$(dirname "$0")/.."

# put MODE FROM TO: with the places filled in
put() {
	mkdir -p "$(dirname "$root$3")"
	sed -e "s|@PREFIX@|$prefix|g" -e "s|@SYSCONFDIR@|$sysconf|g" \
	    "$2" >"$root$3.new"
	chmod "$1" "$root$3.new"
	mv "$root$3.new" "$root$3"
}

for page in man/*.[578]; do
	name=$(basename "$page")
	put 644 "$page" "$prefix/share/man/man${name##*.}/$name"
done
for schema in share/*.sql; do
	put 644 "$schema" "$prefix/share/tertiary-mx/$(basename "$schema")"
done
for template in share/notice/*.txt; do
	put 644 "$template" "$prefix/share/tertiary-mx/notice/$(basename "$template")"
done
for unit in etc/systemd/*; do
	put 644 "$unit" "$prefix/lib/systemd/system/$(basename "$unit")"
done
put 644 etc/sysusers.conf "$prefix/lib/sysusers.d/tertiary-mx.conf"
put 644 etc/tmpfiles.conf "$prefix/lib/tmpfiles.d/tertiary-mx.conf"
put 644 etc/inetd.conf "$prefix/share/tertiary-mx/inetd.conf"
put 644 etc/cron "$sysconf/cron.d/tertiary-mx"
[ -e "$root$sysconf/tertiary-mx/mx.conf" ] ||
    put 644 etc/mx.conf "$sysconf/tertiary-mx/mx.conf"

[ -z "$root" ] && [ "$(id -u)" -eq 0 ] || exit 0
getent passwd tertiary-mx >/dev/null ||
    useradd --system --user-group --home-dir /var/spool/tertiary-mx \
	--no-create-home --shell /usr/sbin/nologin tertiary-mx
getent passwd tertiary-mx-tls >/dev/null ||
    useradd --system --user-group --home-dir / --no-create-home \
	--shell /usr/sbin/nologin tertiary-mx-tls
install -d -m 700 -o tertiary-mx -g tertiary-mx /var/spool/tertiary-mx \
    /var/spool/tertiary-mx/etrn
install -d -m 750 -o tertiary-mx -g tertiary-mx /var/lib/tertiary-mx
policy=/var/lib/tertiary-mx/policy.db
if [ ! -e $policy ] && command -v sqlite3 >/dev/null; then
	sqlite3 $policy <"$prefix/share/tertiary-mx/schema.sql" >/dev/null
	chown tertiary-mx:tertiary-mx $policy
fi

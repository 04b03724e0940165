#!/bin/sh
# SPDX-License-Identifier: ISC
# make install, and what it puts where: units that systemd takes, an
# mx.conf that is valid and never written over.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

root=$scratch/root
install() {
	make -s -C "$top" O="$O" install DESTDIR="$root" PREFIX=/usr \
	    SYSCONFDIR=/etc >"$scratch/out" 2>&1
}

install
is $? 0 'make install'
for file in bin/mxrecv bin/mxrun bin/mxq libexec/tertiary-mx/mx-send \
    share/man/man8/mxrecv.8 share/man/man5/mx.conf.5 \
    share/tertiary-mx/schema.sql share/tertiary-mx/notice/down.txt lib/systemd/system/tertiary-mx.socket; do
	[ -s "$root/usr/$file" ]
	ok $? "$file is there"
done
is "$(grep -rl '@PREFIX@\|@SYSCONFDIR@' "$root" | wc -l)" 0 \
    'every place is filled in'
is "$(find "$root" -type f -perm /022 | wc -l)" 0 'only the owner may write'
is "$(find "$root" -perm /6000 | wc -l)" 0 'nothing is setuid'

sed 's/^#\(hostname\)/\1/' "$root/etc/tertiary-mx/mx.conf" >"$scratch/mx.conf"
for program in mxrecv mxrun mxq; do
	"$root/usr/bin/$program" -n -f "$scratch/mx.conf" >"$scratch/$program"
	is $? 0 "$program takes the sample mx.conf"
done
sed -n 's/^#\([a-z_][a-z_]* .*\)/\1/p' "$root/etc/tertiary-mx/mx.conf" |
    grep -v '^resolver\|^hostname\|^postmaster\|^tls_\|^arc_' | while read -r line; do
	grep -qxF "$line" "$scratch/mxrecv" || echo "$line"
done >"$scratch/wrong"
is "$(cat "$scratch/wrong")" '' 'the defaults it tells are the defaults'

echo 'hostname mine.example' >"$root/etc/tertiary-mx/mx.conf"
install
is "$(cat "$root/etc/tertiary-mx/mx.conf")" 'hostname mine.example' \
    'an mx.conf that is there stays'

units=$root/usr/lib/systemd/system
cp -r /lib/systemd/system/. "$units"
mkdir -p "$root/bin"
cp /bin/kill "$root/bin"
for unit in tertiary-mx.socket tertiary-mx.service tertiary-mx-each.socket \
    tertiary-mx-each@.service tertiary-mx-run.service \
    tertiary-mx-tls.socket tertiary-mx-tls.service \
    tertiary-mx-run.timer tertiary-mx-etrn.path \
    tertiary-mx-report.service tertiary-mx-report.timer; do
	systemd-analyze verify --man=no --root="$root" "$units/$unit" 2>&1 |
	    grep tertiary-mx >"$scratch/out"
	is "$(cat "$scratch/out")" '' "systemd takes $unit"
done

like "$(cat "$root/etc/cron.d/tertiary-mx")" \
    '^\* \* \* \* \*	tertiary-mx	.*/usr/bin/mxrun -f /etc/tertiary-mx/mx.conf' \
    'cron walks the queue every minute'

done_testing

#!/bin/sh
# SPDX-License-Identifier: ISC
# Recipients asked of a real Postfix that knows some, all, is slow, is down;
# and the DNS by way of a real unbound, in front of knot.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/peers/knot.sh
. "$tests/peers/knot.sh"
# shellcheck source=tests/peers/postfix.sh
. "$tests/peers/postfix.sh"

[ "$(id -u)" -eq 0 ] || skip_all "Postfix's master wants root"
command -v unbound >/dev/null || skip_all 'no unbound'
command -v knotd >/dev/null || skip_all 'no knotd'
unpack_postfix || skip_all 'no Postfix package'

# ---- the DNS
authority=$(free_port)
dns=$(free_port)
mkdir "$scratch/unbound"
zone test 2 <<-END
	primary A 127.0.0.1
	good MX 0 far
	far A 192.0.2.1
	null MX 0 .
	client A 127.0.0.3
	3.0.0.127.list A 127.0.0.2
END
echo '3.0.0 PTR client.test.' | zone 127.in-addr.arpa 2
cat >"$scratch/unbound/conf" <<-END
	server:
	    interface: 127.0.0.1@$dns
	    do-daemonize: no
	    username: ""
	    chroot: ""
	    directory: "$scratch/unbound"
	    pidfile: ""
	    use-syslog: no
	    do-not-query-localhost: no
	    local-zone: "test." nodefault
	    local-zone: "127.in-addr.arpa." nodefault
	    module-config: "iterator"
	    num-threads: 1
	stub-zone:
	    name: "test."
	    stub-addr: 127.0.0.1@$authority
	stub-zone:
	    name: "127.in-addr.arpa."
	    stub-addr: 127.0.0.1@$authority
	remote-control:
	    control-enable: no
END
start_knot "127.0.0.1@$authority" test 127.in-addr.arpa
unbound -c "$scratch/unbound/conf" >"$scratch/unbound/log" 2>&1 &
will_stop $!
until_true 20 dns_has "$dns" test

# ---- the primary
start_postfix example.com || skip_all 'Postfix does not start'
printf '%s box/\n' good@example.com postmaster@example.com \
    >"$home/etc/some"
{
	cat "$home/etc/some"
	echo 'nobody@example.com box/'
} >"$home/etc/more"
# service OPTION...: one more smtpd, at the port in service
service() {
	service=$(free_port)
	{
		echo "127.0.0.1:$service inet n - n - - smtpd"
		printf '  -o { %s }\n' "$@"
	} >>"$home/etc/master.cf"
}
knows_some="virtual_mailbox_maps = texthash:$home/etc/some"
service "$knows_some"
some=$service
service "virtual_mailbox_maps = texthash:$home/etc/more"
more=$service
service "$knows_some" 'smtpd_recipient_restrictions = sleep 1, reject_unauth_destination' \
    'smtpd_relay_restrictions ='
late=$service
service "$knows_some" 'smtpd_recipient_restrictions = sleep 30, reject_unauth_destination' \
    'smtpd_relay_restrictions ='
slower=$service
service "$knows_some" 'smtpd_client_restrictions = defer'
defers=$service
service "$knows_some" 'smtpd_sender_restrictions = reject' \
    'smtpd_delay_reject = no'
refuses=$service
kill -HUP "$master"
until_true 20 listens "$refuses" || skip_all 'Postfix does not serve'

new_instance
resolver "127.0.0.1:$dns"
add_domain example.com
verdict pregreet off
# ask RCPT [FROM [CLIENT]]: what it was answered is in said, took are seconds
ask() {
	began=$(date +%s)
	"$tests/peers/client.py" "${3-127.0.0.1}" "${2-a@good.test}" "$1" -- \
	    "$build/bin/mxrecv" -f "$conf" >"$scratch/out" 2>"$scratch/log"
	said=$(head -1 "$scratch/out")
	took=$(($(date +%s) - began))
}

# primary PORT: that of example.com, of which nothing is known yet
primary() {
	rm -f "$scratch"/state.db*
	policy "UPDATE domain SET route = '[primary.test]:$1'"
}

# ---- recipients
verdict recipient defer
primary "$late"
ask good@example.com
like "$said" '^250' 'a slow primary'
is "$(state "SELECT good FROM address WHERE address = 'good@example.com'")" 1 \
    'is waited for'
primary "$slower"
ask good@example.com
like "$said" '^250' 'one that is too slow has said nothing: taken'
[ "$took" -lt $((30 * slow)) ]
ok $? "after $took s"
is "$(state "SELECT count(*) FROM address WHERE address LIKE 'good@%'")" 0 \
    'and nothing is learned'
primary "$postfix_port"
ask any@example.com
like "$said" '^250' 'a catch-all takes any'
is "$(state "SELECT good FROM address WHERE kind = 'c'")" 1 'and is found out'
primary "$defers"
ask nobody@example.com
like "$said" '^250' 'a primary that defers has said nothing'
primary "$refuses"
ask nobody@example.com
like "$said" '^250' 'nor has one that wants no bounces'
primary "$some"
ask nobody@example.com
like "$said" '^450 4.1.1 <nobody@example.com>: recipient refused by the primary exchanger: 550 5.1.1 .*User unknown' \
    'Postfix does not know the recipient'
policy "UPDATE domain SET route = '[primary.test]:$more'"
ask nobody@example.com
like "$said" '^450 4.1.1' 'which is remembered'
state "UPDATE address SET asked = asked - 3 * 3600 WHERE address LIKE 'nobody%'"
ask nobody@example.com
like "$said" '^250' 'for two hours: the mailbox has been made since'
ask good@example.com
like "$said" '^250' 'one that it knows'
is "$(state "SELECT good FROM address WHERE kind = 'c'")" 0 'it is no catch-all'

# ---- down
stop "$master"
falls_silent() {
	! listens "$more"
}
until_true 20 falls_silent
ask stranger@example.com
like "$said" '^250' 'it is down: an unknown recipient is taken'
verdict unknown defer
ask stranger@example.com
like "$said" '^450 4.1.1 .*not known here' 'or deferred'
ask good@example.com
like "$said" '^250' 'one that was learned is taken'
verdict unknown off
verdict recipient off

# ---- by way of unbound
verdict sender defer
ask good@example.com a@null.test
like "$said" '^450 4.1.8 .*null MX' 'a null MX'
ask good@example.com a@missing.test
like "$said" '^450 4.1.8 ' 'a domain that does not exist'
verdict sender off
verdict dnsbl defer
verdict ptr defer
policy "INSERT INTO dnsbl(zone) VALUES('list.test')"
ask good@example.com a@good.test 127.0.0.3
like "$said" '^451 4.7.1 127.0.0.3 is listed by list.test' 'a listed host'
ask good@example.com a@good.test 127.0.0.4
ask good@example.com a@good.test 127.0.0.4 # unbound has it by now
like "$said" '^450 4.7.25 ' 'one without a name'
policy 'DELETE FROM dnsbl'
ask good@example.com a@good.test 127.0.0.3
like "$said" '^250' 'one with a name'
stop "$knot"
sleep 3
verdict ptr defer defer
ask good@example.com a@good.test 127.0.0.3
like "$said" '^451 4.3.0 .*could not be looked up' 'SERVFAIL is no answer'
verdict ptr defer
verdict sender defer
ask good@example.com a@elsewhere.test 127.0.0.3
like "$said" '^250' 'which passes, as published'

done_testing

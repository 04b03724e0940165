# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# shellcheck disable=SC2154 # of tests/lib.sh, which is read before
# shellcheck disable=SC2034 # for who reads this
# Servers that take mail for b.test at $port and deliver none of it, ask nobody
# about the client, and sync what they take.  $server is the pid to stop.
# shellcheck source=tests/peers/postfix.sh
. "$tests/peers/postfix.sh"

exim=$build/exim
inetd=$(command -v openbsd-inetd || command -v inetd || echo /usr/sbin/inetd)
if ! unpack_postfix || ! {
	[ -d "$exim" ] || "$tests/peers/unpack.sh" "$exim" \
	    exim4-daemon-light exim4-base libidn12
}; then
	echo 'bench: no package of Postfix or Exim' >&2
	exit 1
fi

# start_server floor|listen|listen-100|listen-all|exec|inetd|postfix|exim|exim-inetd
start_server() {
	case $1 in
	postfix) start_postfix_peer ;;
	listen-all) start_listen_all ;;
	listen-100) start_listen 'child_connections 100' ;;
	exim-inetd) start_exim_inetd ;;
	*) "start_$1" ;;
	esac
	until_true 10 listens "$port" && return
	echo "bench: $1 does not start" >&2
	tail -n 3 "$scratch/log" >&2
	exit 1
}
# a queue that has been used is moved away: files made beside deleted ones are
# slow to make
stop_server() {
	stop "$server"
	group_ends
	for used in "$scratch"/spool "$scratch"/postfix "$scratch"/exim.*; do
		[ ! -d "$used" ] || mv "$used" "$(mktemp -d "$scratch/away.XXXXXX")"
	done
}

# no mail server: what a process for each connection costs at the least
start_floor() {
	port=$(free_port)
	within "$build/tests/tools/forkfloor" "$port"
}
# start_listen [SETTING]
start_listen() {
	intake_instance
	printf '%s\n' "$@" >>"$conf"
	within "$build/bin/mxrecv" -f "$conf" -l "127.0.0.1:$port"
}
start_listen_all() {
	intake_instance
	policy "UPDATE policy SET verdict = 'log' WHERE test <> 'relay'"
	sed -i -e 's/^client_names .*/client_names yes/' \
	    -e 's/^greet_delay .*/greet_delay 1/' "$conf"
	within "$build/bin/mxrecv" -f "$conf" -l "127.0.0.1:$port"
}
start_exec() {
	intake_instance
	within systemd-socket-activate --inetd --accept -l "127.0.0.1:$port" \
	    "$build/bin/mxrecv" -f "$conf"
}
start_inetd() {
	intake_instance
	echo "127.0.0.1:$port stream tcp nowait.1000000 root" \
	    "$build/bin/mxrecv mxrecv -f $conf" >"$scratch/inetd.conf"
	within "$inetd" -i "$scratch/inetd.conf"
}
intake_instance() {
	port=$(free_port)
	new_instance
	add_domain b.test
	printf '%s\n' 'client_names no' 'connections 1000' \
	    'connections_per_network 1000' >>"$conf"
}
start_postfix_peer() {
	start_postfix b.test || { tail -3 "$home/log" >&2; exit 1; }
	cat >>"$home/etc/main.cf" <<-END
		smtpd_relay_restrictions = reject_unauth_destination
		smtpd_recipient_restrictions = check_recipient_access static:{HOLD}
		smtpd_client_connection_count_limit = 0
	END
	join "$master" # who is there; who is to come is theirs
	kill -HUP "$master"
	sleep 1
	port=$postfix_port
	server=$master
}
start_exim() {
	# shellcheck disable=SC2016 # for the inner shell
	exim_within 'exec "$EXIM" -C "$HOME/exim.conf" -bdf -oX "127.0.0.1.$PORT"'
}
start_exim_inetd() {
	# shellcheck disable=SC2016 # for the inner shell
	exim_within 'echo "127.0.0.1:$PORT stream tcp nowait.1000000 root" \
	    "/usr/bin/env env LD_LIBRARY_PATH=$LD_LIBRARY_PATH" \
	    "$EXIM -C $HOME/exim.conf -bs" >"$HOME/inetd.conf" &&
	    exec "$INETD" -i "$HOME/inetd.conf"'
}
# exim_within SCRIPT: Debian's has the name of its user built in: it is one
# here, by mounts of its own.  All that it takes stays in its queue.
exim_within() {
	home=$(mktemp -d "$scratch/exim.XXXXXX")
	port=$(free_port)
	mkdir "$home/spool" "$home/log"
	sed "s/^news:/Debian-exim:/" /etc/passwd >"$home/passwd"
	sed "s/^news:/Debian-exim:/" /etc/group >"$home/group"
	exim_conf >"$home/exim.conf"
	chmod 755 "$scratch" "$home"
	chown -R news:news "$home/spool" "$home/log"
	# shellcheck disable=SC2016 # for the inner shell
	within env HOME="$home" EXIM="$exim/usr/sbin/exim4" PORT="$port" \
	    INETD="$inetd" SCRIPT="$1" \
	    LD_LIBRARY_PATH="$exim/usr/lib/$(uname -m)-linux-gnu" \
	    unshare -m sh -c 'mount --bind "$HOME/passwd" /etc/passwd &&
		mount --bind "$HOME/group" /etc/group && eval "$SCRIPT"'
}
exim_conf() {
	cat <<-END
		exim_path = $exim/usr/sbin/exim4
		spool_directory = $home/spool
		log_file_path = $home/log/%slog
		pid_file_path = $home/exim.pid
		primary_hostname = primary.test
		domainlist relay = b.test
		acl_smtp_rcpt = rcpt
		queue_only
		smtp_accept_max = 300
		smtp_accept_max_per_host = 300
		smtp_connect_backlog = 200
		smtp_accept_queue_per_connection = 0
		host_lookup =
		keep_environment = LD_LIBRARY_PATH
		tls_advertise_hosts =
		never_users =
		begin acl
		rcpt:
		  accept domains = +relay
		  deny message = relay not permitted
	END
}

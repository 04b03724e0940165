# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# shellcheck disable=SC2154 # of tests/lib.sh, which is read before
# A place for mail servers that have their users and directories built in: a
# test in mounts of its own sees those as they would be had they been installed.

# furnish USER…: users; directories that are empty; names of this host; nobody
# else to ask for names
furnish() {
	cp /etc/passwd /etc/group "$scratch" || return 1
	id=700
	for user in "$@"; do
		echo "$user:x:$id:$id::/nonexistent:/bin/false" >>"$scratch/passwd"
		echo "$user:x:$id:" >>"$scratch/group"
		id=$((id + 1))
	done
	echo '127.0.0.1 localhost backup.test primary.test' >"$scratch/hosts"
	echo 'nameserver 127.0.0.1' >"$scratch/resolv.conf"
	for file in passwd group hosts resolv.conf; do
		mount --bind "$scratch/$file" "/etc/$file" || return 1
	done
	for directory in /run /usr/libexec /var/lib /var/spool; do
		mount -t tmpfs tmpfs "$directory" || return 1
	done
}

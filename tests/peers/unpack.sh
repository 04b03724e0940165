#!/bin/sh
# SPDX-License-Identifier: ISC
# unpack.sh DIR PACKAGE…: programs and libraries of packages below DIR, without
# installing them: a mail server that is installed would want to be the host's.

dir=$1
shift
case $dir in
/*) ;;
*) dir=$PWD/$dir ;;
esac
there=$(mktemp -d "$dir.XXXXXX") || exit 1
trap 'rm -rf "$there"' EXIT
cd "$there" || exit 1
apt-get -q download "$@" >/dev/null 2>&1 ||
    { apt-get -q update && apt-get -q download "$@"; } >/dev/null 2>&1 || {
	echo "unpack: $* can not be had" >&2
	exit 1
}
for package in *.deb; do
	dpkg -x "$package" all || exit 1
done
mkdir -p kept/usr
for directory in all/usr/*bin all/usr/lib all/usr/libexec; do
	[ ! -d "$directory" ] || mv "$directory" kept/usr || exit 1
done
# nothing here is to run as another user by itself
chmod -R u-s,g-s kept || exit 1
[ -d "$dir" ] || mv -T kept "$dir"

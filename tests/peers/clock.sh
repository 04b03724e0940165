#!/bin/sh
# SPDX-License-Identifier: ISC
# COMMAND by another clock than the host's (libfaketime):
#
#	clock.sh +27d COMMAND [ARGUMENT…]	so far off; what is waited for stays
#	clock.sh '+0 x600' COMMAND [ARGUMENT…]	all of its time is shorter

case $1 in
*x*) ;;
*) export FAKETIME_DONT_FAKE_MONOTONIC=1 ;;
esac
export FAKETIME="$1" NO_FAKE_STAT=1
shift
exec env LD_PRELOAD="$(echo /usr/lib/*/faketime/libfaketime.so.1)" "$@"

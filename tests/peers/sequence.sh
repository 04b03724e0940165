# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# shellcheck disable=SC2154 # of tests/lib.sh, which is read before
# A helper that answers one request after the other: STEM.request, .message and
# .said are a request, what came with it, and what it was answered alone.

# stems FIRST [STEP] LAST, many N: of what was asked; the first, as often
stems() {
	seq "$@" | sed 's,.*,asked/&,'
}
many() {
	seq "$1" | sed 's,.*,asked/1,'
}
# again HELPER STEM…: is said by one process what was said by one for each
again() {
	helper=$1
	shift
	"$tests/peers/owner.py" "$build/libexec/$helper" "$@" >all 2>>error
	for stem in "$@"; do
		cat "$stem.said" && echo
	done >alone
	sed '$d' all | cmp - alone
}
# answers_in_turn HELPER COUNT: all of asked/, a hundred, and no more
answers_in_turn() {
	# shellcheck disable=SC2046 # words
	again "$1" $(stems 1 "$2")
	ok $? "one process says the same of all $2"
	# shellcheck disable=SC2046
	again "$1" $(stems "$2" -1 1)
	ok $? 'and backwards'
	# more than descriptors that it may have
	# shellcheck disable=SC2046
	again "$1" $(many 100)
	ok $? 'a hundred are answered'
	read -r _ before after <<-END
		$(tail -n 1 all)
	END
	[ -d "$reports" ] || ! confines "$1" || [ $((after - before)) -le 200 ]
	ok $? "in $after KiB, $before after the tenth"
	# shellcheck disable=SC2046
	"$tests/peers/owner.py" "$build/libexec/$1" $(many 101) >all
	is "$? $(grep -c gone all)" '0 1' 'and no more by one process'
}

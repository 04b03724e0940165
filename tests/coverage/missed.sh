#!/bin/sh
# SPDX-License-Identifier: ISC
# Branches that no test took: the line, and which of its branches.
#
#	tests/coverage/missed.sh BUILD NAME...
#
# where BUILD is obj/coverage, after a run there, and a file NAME.c.
build=$1
shift
for name; do
	find "$build/src/bin" "$build/src/libexec" -name "$name.gcno" |
	    while read -r notes; do
		gcov -b -c -t -o "${notes%.gcno}.o" "$notes" 2>/dev/null |
		    awk -v file="${notes#"$build/src/"}" '
			BEGIN { sub(/gcno$/, "c", file) }
			/^branch .*(taken 0|never executed)/ {
				if (line != "")
					print file ":" line
				line = ""
				print "\t" $0
			}
			/^ +[0-9#=-]+\*?: *[0-9]+:/ { line = $0 }'
	done
done

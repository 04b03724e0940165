#!/bin/sh
# SPDX-License-Identifier: ISC
# The trap of trap.sh by itself: what it costs to make a file on a fresh ext4,
# and where 3,000 were deleted just before, with a journal and without one.  For
# root: each file system is an image, mounted for a moment.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

here=$scratch/mounted
mkdir "$here"
trap 'umount "$here" 2>/dev/null; clear_up' EXIT

# files NAME: microseconds of system time for each of 1,000 made there
files() {
	python3 - "$1" <<-'END'
		import os, resource, sys
		def used():
		    return resource.getrusage(resource.RUSAGE_SELF).ru_stime
		os.mkdir(sys.argv[1])
		began = used()
		for i in range(1000):
		    os.close(os.open("%s/%d" % (sys.argv[1], i), os.O_CREAT))
		print("%.0f" % ((used() - began) * 1000))
	END
}

for _ in $(seq "${REPS:-3}"); do
	for journal in has_journal ^has_journal; do
		rm -f "$scratch/image"
		truncate -s 600M "$scratch/image"
		mkfs.ext4 -q -O $journal -F "$scratch/image"
		mount -o loop "$scratch/image" "$here" || exit 1
		fresh=$(files "$here/fresh")
		mkdir "$here/gone"
		(cd "$here/gone" && seq 3000 | xargs touch && seq 3000 | xargs rm)
		printf '%-14s a file: %4s us, beside deleted ones %4s us\n' \
		    "$journal" "$fresh" "$(files "$here/gone/behind")"
		umount "$here"
	done
done

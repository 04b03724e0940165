#!/bin/sh
# SPDX-License-Identifier: ISC
# Bounces that would hit the innocent: none is made.
#
#	FORGED=10000 GENUINE=1000 tests/backscatter.t
#
# counts them as mxrun(8) tells; without that, a hundredth.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

forged=${FORGED:-100} genuine=${GENUINE:-10}

# fresh: the primary was down, is back, and knows nobody
fresh() {
	[ -z "${primary_pid-}" ] || stop "$primary_pid"
	new_instance
	start_primary 'RCPT:real@example.com=250 2.1.5 ok' \
	    'RCPT:none@example.com=550 5.1.1 no such user'
	add_domain example.com "[127.0.0.1]:$primary_port"
	setting settle_wait 0
}
# put N FROM VERIFIED [DOMAIN]: # in FROM is a number
put() {
	printf 'Subject: test\r\n\r\ntext\r\n' |
	    "$build/tests/tools/mkspool" -n "$1" -f "$2" -v "$3" \
	    -r none@example.com "$spool" example.com >/dev/null
}
run() {
	mxrun -v "$@" 2>"$scratch/log"
}
# dsns DOMAIN: those that wait to go there
dsns() {
	find "$spool/queue/$1" -type f 2>/dev/null | wc -l
}
held() {
	mxq --json stats example.com | sed 's/.*"held":\([0-9]*\).*/\1/'
}

# ---- what the evidence does
while read -r want sender verified; do
	fresh
	put 1 "$sender" "$verified"
	run
	got=$(dsns "${sender#*@}")/$(held)
	[ "$want" = bounced ] && want=1/0 || want=0/1
	is "$got" "$want" "$sender with ${verified:-nothing} is dealt with so"
done <<'END'
held victim@victim.example spf=fail:victim.example
held victim@victim.example spf=softfail:victim.example
held victim@victim.example spf=none%20dmarc=fail:victim.example
held victim@victim.example spf=neutral%20callout=fail
held victim@victim.example spf=fail%20dkim=pass:other.example
held victim@victim.example spf=softfail%20dmarc=pass:other.example
bounced sender@sender.example spf=pass:sender.example
bounced sender@sender.example spf=fail%20dkim=pass:sender.example
bounced sender@sender.example spf=softfail%20dmarc=pass:sender.example
bounced sender@sender.example spf=none%20dkim=none
bounced sender@sender.example
END
fresh
put 1 '' spf=fail:victim.example
run
is "$(count_queued):$(logged dropped)" 0:1 'the null sender is told nothing'

# ---- many to one whom nothing vouches for
fresh
put 30 sender@sender.example ''
run
is "$(dsns sender.example):$(held)" 20:10 'so many a day, the rest is held'
run
is "$(held)" 10 'for good'
fresh
put 30 sender@sender.example spf=pass:sender.example
run
is "$(dsns sender.example)" 30 'who is genuine is told of each'

# ---- what the domain's owner does with it
fresh
put 3 victim@victim.example spf=fail:victim.example
run
id=$(basename "$(queued example.com | head -n 1)")
like "$(mxq show "$id")" '^held.*bounce would hit one who sent nothing' \
    'mxq show tells why'
mxq bounce "$id" >/dev/null
run
is "$(dsns victim.example):$(held)" 1:2 'mxq bounce sends it all the same'
mxq drop -y "$(basename "$(queued example.com | head -n 1)")" >/dev/null
is "$(held)" 1 'mxq drop drops it'
mxq release "$(basename "$(queued example.com | head -n 1)")" >/dev/null
run
is "$(dsns victim.example):$(held)" 2:0 'mxq release is a bounce, too'

# ---- one of two recipients
fresh
printf 'Subject: test\r\n\r\ntext\r\n' |
    "$build/tests/tools/mkspool" -f victim@victim.example \
    -v spf=fail:victim.example -r none@example.com -r real@example.com \
    "$spool" example.com >/dev/null
run
is "$(logged delivered):$(held):$(dsns victim.example)" 1:1:0 \
    'the other gets it'

# ---- a walk that holds, and can not note what it has found
fresh
printf 'Subject: test\r\n\r\ntext\r\n' |
    "$build/tests/tools/mkspool" -f victim@victim.example \
    -m $(($(date +%s) + 3600)) \
    -v spf=fail:victim.example -r none@example.com "$spool" example.com \
    >/dev/null
mv "$(queued example.com)" "$spool/queue/example.com/6a000000000000000001"
touch -d '1 minute ago' "$spool" "$spool/queue/example.com"
run
is "$(held)" 0 'it waits'
state "CREATE TRIGGER no BEFORE INSERT ON sums
    BEGIN SELECT raise(ABORT, 'no'); END; CREATE TRIGGER nor BEFORE INSERT
    ON usage BEGIN SELECT raise(ABORT, 'no'); END"
run example.com
is "$(held)" 1 'is held'

# ---- the figure
fresh
put "$forged" 'victim#@victim.example' \
    spf=fail:victim.example%20dkim=none%20dmarc=none
put "$genuine" 'sender#@sender.example' spf=pass:sender.example
run
is "$(dsns victim.example)" 0 "of $forged forged messages: DSNs sent"
is "$(held)" "$forged" 'all are held'
is "$(dsns sender.example)" "$genuine" "of $genuine genuine ones: DSNs sent"

done_testing

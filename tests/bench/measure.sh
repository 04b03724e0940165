# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# shellcheck disable=SC2154 # of tests/lib.sh, which is read before
# shellcheck disable=SC2034 # for who reads this
# For tests/bench/*.sh: the CPU of a server and all that it starts, rows of
# figures, their medians.

repetitions=${REPS:-3}
results=$scratch/results
: >"$results"

# ---- the group whose CPU is counted; without one all CPU figures are 0
group=/sys/fs/cgroup
[ -d $group/cpuacct ] && group=$group/cpuacct
group=$group/mxbench.$$
mkdir "$group" 2>/dev/null || group=
trap 'clear_up; [ -z "$group" ] || rmdir "$group" 2>/dev/null' EXIT

# within COMMAND…: in the background, in the group; its pid in $server
within() {
	(
		[ -z "$group" ] || sh -c 'echo $PPID' >"$group/cgroup.procs"
		exec "$@"
	) >/dev/null 2>>"$scratch/log" &
	server=$!
	will_stop "$server"
}
# join PID: it and its children into the group
join() {
	for pid in "$1" $(pgrep -P "$1"); do
		[ -z "$group" ] || echo "$pid" >"$group/cgroup.procs"
	done
}
# cpu: microseconds that the group has used so far
cpu() {
	if [ -z "$group" ]; then
		echo 0
	elif [ -f "$group/cpuacct.usage" ]; then
		echo $(($(cat "$group/cpuacct.usage") / 1000))
	else
		sed -n 's/^usage_usec //p' "$group/cpu.stat"
	fi
}
# pss: KiB of all in the group, shared pages counted once
pss() {
	sed 's,.*,/proc/&/smaps_rollup,' "$group/cgroup.procs" |
	    xargs cat 2>/dev/null |
	    awk '$1 == "Pss:" { n += $2 } END { print n + 0 }'
}
members() {
	wc -l <"$group/cgroup.procs"
}
# leave: until all in the group have ended, 10 s at most
group_ends() {
	[ -z "$group" ] || until_true 10 group_is_empty
}
group_is_empty() {
	[ "$(members)" -eq 0 ]
}

now() {
	date +%s.%N
}
since() {
	echo "$1 $(now)" | awk '{ printf "%.3f", $2 - $1 }'
}
loads() {
	cut -d' ' -f1 /proc/loadavg
}

# result ROW WHO FIGURE CPU-MS [MORE…]: one run of a row
result() {
	echo "$@" >>"$results"
}

# table US UNIT [better=less]: for each row and who, the median FIGURE with its
# least and most, the median CPU, and how we stand to each of the others
table() {
	awk -v us="$1" -v unit="$2" -v less="${3-}" '
	function sort(v, n,    i, j, t) {
		for (i = 2; i <= n; i++) {
			t = v[i]
			for (j = i - 1; j > 0 && v[j] > t; j--) v[j + 1] = v[j]
			v[j + 1] = t
		}
	}
	function middle(all, key,    v, i) {
		for (i = 1; i <= n[key]; i++) v[i] = all[key, i]
		sort(v, n[key])
		least = v[1]; most = v[n[key]]
		i = n[key]
		return i % 2 ? v[(i + 1) / 2] : (v[i / 2] + v[i / 2 + 1]) / 2
	}
	{
		key = $1 " " $2
		if (!(key in n)) order[++keys] = key
		figure[key, ++n[key]] = $3
		cost[key, n[key]] = $4
		for (i = 5; i <= NF; i++) more[key] = i == 5 ? $i : more[key] " " $i
	}
	END {
		printf "%-16s %-12s %10s %17s %8s %7s %7s\n", "row", "who",
		    unit, "least..most", "CPU ms", "ratio", "CPU"
		for (i = 1; i <= keys; i++) {
			key = order[i]
			split(key, part, " ")
			ours = middle(figure, part[1] " " us)
			our_cost = middle(cost, part[1] " " us)
			its_cost = middle(cost, key)
			its = middle(figure, key)
			printf "%-16s %-12s %10.1f %8.1f..%-7.1f %8.3f",
			    part[1], part[2], its, least, most, its_cost
			if (its > 0 && ours > 0)
				printf " x%-6.2f", less ? its / ours : ours / its
			if (its_cost > 0 && our_cost > 0)
				printf " x%-6.2f", our_cost / its_cost
			printf " %s\n", more[key]
		}
	}' "$results"
	echo "load average $(cut -d' ' -f1-3 /proc/loadavg), $(nproc) cores;" \
	    "ratio: ours to each; CPU: ours as a part of each"
}

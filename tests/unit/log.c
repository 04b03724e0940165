/* SPDX-License-Identifier: ISC */
/* One line an event, whatever a client sends. */
#include "log.h"

#include <string.h>

#include "tap.h"

int
main(void)
{
	char line[200], big[400], all[256];
	unsigned control = 0;
	size_t n;

	log_format(line, sizeof line, "accepted", "id", "1", "from",
	    "a b\r\n\"x\\", "gone", NULL, "empty", "", NULL);
	is_str(line, "accepted id=1 from=\"a b\\x0d\\x0a\\\"x\\\\\" empty=\"\"",
	    "quoted where needed, a NULL value left out");
	memset(big, 'x', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	n = log_format(line, sizeof line, "e", "k", big, NULL);
	is_int((long long)n, sizeof line - 1, "bounded by the line");
	for (int i = 0; i < 255; i++)
		all[i] = (char)(i + 1);
	all[255] = '\0';
	n = log_format(big, sizeof big, "e", "k", all, NULL);
	for (size_t i = 0; i < n; i++)
		control += (unsigned char)big[i] < 0x20 ||
		    (unsigned char)big[i] > 0x7e;
	is_int(control, 0, "no control octets");
	return done();
}

/* SPDX-License-Identifier: ISC */
/* What a check has found. */
#ifndef FINDING_H
#define FINDING_H

enum outcome { CHECK_PASS, CHECK_FAIL, CHECK_UNAVAILABLE };

struct finding {	 /* of a check that did not pass */
	int deny, defer; /* codes of the reply by verdict */
	const char *deny_enhanced, *defer_enhanced;
	char reason[256]; /* one helpful sentence */
};

/* Fills in a finding; returns CHECK_FAIL. */
__attribute__((format(printf, 6, 7))) enum outcome finding_set(struct finding *,
    int deny, const char *deny_enhanced, int defer, const char *defer_enhanced,
    const char *fmt, ...);
/* The same for what could not be found out; returns CHECK_UNAVAILABLE. */
__attribute__((format(printf, 2, 3))) enum outcome finding_unavailable(
    struct finding *, const char *fmt, ...);

#endif

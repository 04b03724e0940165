/* SPDX-License-Identifier: ISC */
#include "finding.h"

#include <stdarg.h>
#include <stdio.h>

enum outcome
finding_set(struct finding *f, int deny, const char *deny_enhanced, int defer,
    const char *defer_enhanced, const char *fmt, ...)
{
	va_list ap;

	f->deny = deny;
	f->deny_enhanced = deny_enhanced;
	f->defer = defer;
	f->defer_enhanced = defer_enhanced;
	va_start(ap, fmt);
	vsnprintf(f->reason, sizeof f->reason, fmt, ap);
	va_end(ap);
	return CHECK_FAIL;
}

/* It is our trouble: no verdict makes it a 5xx. */
enum outcome
finding_unavailable(struct finding *f, const char *fmt, ...)
{
	va_list ap;

	f->deny = f->defer = 451;
	f->deny_enhanced = f->defer_enhanced = "4.3.0";
	va_start(ap, fmt);
	vsnprintf(f->reason, sizeof f->reason, fmt, ap);
	va_end(ap);
	return CHECK_UNAVAILABLE;
}

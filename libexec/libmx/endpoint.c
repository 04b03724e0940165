/* SPDX-License-Identifier: ISC */
#include "endpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool
endpoint_parse(struct endpoint *e, const char *s, unsigned short port)
{
	const char *colon = strrchr(s, ':'), *wrong = NULL;
	size_t n = strlen(s);

	e->port = port;
	if (*s == '[') {
		const char *close = strchr(s, ']');

		if (close == NULL || (close[1] != '\0' && close[1] != ':'))
			return false;
		colon = close[1] == ':' ? close + 1 : NULL;
		n = (size_t)(close - ++s);
	} else if (colon != NULL && colon == strchr(s, ':')) {
		n = (size_t)(colon - s);
	} else {
		colon = NULL;
	}
	if (colon != NULL)
		e->port = (unsigned short)strtonum(colon + 1, 1, 65535, &wrong);
	return wrong == NULL && ip_parse(&e->ip, s, n);
}

void
endpoint_format(const struct endpoint *e, char out[ENDPOINT_TEXT])
{
	char ip[IP_TEXT];

	ip_format(&e->ip, ip);
	snprintf(out, ENDPOINT_TEXT,
	    e->ip.family == AF_INET6 ? "[%s]:%u" : "%s:%u", ip, e->port);
}

bool
endpoints_add(struct endpoints *list, const char *s, unsigned short port)
{
	if (list->n == ENDPOINTS ||
	    !endpoint_parse(&list->at[list->n], s, port))
		return false;
	list->n++;
	return true;
}

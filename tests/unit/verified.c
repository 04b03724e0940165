/* SPDX-License-Identifier: ISC */
/* What was verified about a sender: its one line, and what it means. */
#include "verified.h"

#include "tap.h"

static void
round_trip(const char *text, const char *want, const char *name)
{
	struct verified v;
	char out[VERIFIED_LEN];

	verified_parse(text, &v);
	verified_format(&v, out);
	is_str(out, want, name);
}

static void
means(const char *text, const char *sender, bool genuine, bool forged)
{
	struct verified v;

	verified_parse(text, &v);
	ok(verified_is_genuine(&v, sender) == genuine &&
		verified_is_forged(&v, sender) == forged,
	    "%s of <%s>: %s", text, sender,
	    genuine	 ? "genuine"
		: forged ? "forged"
			 : "not known");
}

int
main(void)
{
	static const char whole[] =
	    "spf=softfail:a.example dkim=permerror:b.example "
	    "dmarc=fail:c.example callout=pass";

	round_trip("", "", "nothing was asked");
	round_trip(whole, whole, "all of it");
	round_trip("spf=none arc=pass:x.example", "spf=none",
	    "a method that is not known is passed over");
	round_trip("spf=great:a.example dkim=pass", "dkim=pass",
	    "a result that is not known is none");
	round_trip("spf=pass:a..example spf= spfpass =", "",
	    "what is malformed says nothing");

	means("", "a@a.example", false, false);
	means("spf=pass:a.example", "a@a.example", true, false);
	means("spf=pass:b.example", "a@a.example", false, false);
	means("spf=fail:a.example", "a@a.example", false, true);
	means("spf=softfail:a.example", "a@a.example", false, false);
	means("spf=fail:a.example dkim=pass:a.example", "a@a.example", true,
	    false);
	means("spf=fail:a.example dkim=pass:x.example", "a@a.example", false,
	    true);
	means("dkim=pass:example.org", "a@news.example.org", true, false);
	means("dkim=pass:news.example.org", "a@example.org", false, false);
	means("spf=pass:list.example dmarc=fail:a.example", "l@list.example",
	    true, false);
	means("spf=none:a.example dmarc=fail:b.example", "a@a.example", false,
	    true);
	means("spf=none:a.example callout=fail", "a@a.example", false, true);
	means("spf=fail:mx.example", "", false, true);
	return done();
}

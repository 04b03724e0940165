/* SPDX-License-Identifier: ISC */
/* Parameters of MAIL and RCPT (RFC 1870, 3461, 6152, 6531, 8689). */
#include "param.h"

#include "tap.h"

static const struct {
	const char *in;
	enum param_error status;
} mails[] = {
    {"", PARAM_OK},
    {" SIZE=0", PARAM_OK},
    {" size=12 body=8bitmime smtputf8 ret=full envid=a+2Bb", PARAM_OK},
    {"  SIZE=1   BODY=7BIT", PARAM_OK},
    {"SIZE=1", PARAM_SYNTAX},
    {" SIZE", PARAM_SYNTAX},
    {" SIZE=", PARAM_SYNTAX},
    {" SIZE=-1", PARAM_SYNTAX},
    {" SIZE=1x", PARAM_SYNTAX},
    {" SIZE=1 SIZE=1", PARAM_SYNTAX},
    {" SIZE=123456789012345678901", PARAM_SYNTAX},
    {" BODY=BINARYMIME", PARAM_SYNTAX},
    {" BODY", PARAM_SYNTAX},
    {" SMTPUTF8=1", PARAM_SYNTAX},
    {" requiretls", PARAM_OK},
    {" REQUIRETLS=", PARAM_SYNTAX},
    {" REQUIRETLS=NO", PARAM_SYNTAX},
    {" REQUIRETLS REQUIRETLS", PARAM_SYNTAX},
    {" RET=NONE", PARAM_SYNTAX},
    {" ENVID=", PARAM_SYNTAX},
    {" ENVID=a+2b", PARAM_SYNTAX},
    {" ENVID=a+0A", PARAM_SYNTAX},
    {" ENVID=a+2", PARAM_SYNTAX},
    {" ENVID=a=b", PARAM_SYNTAX},
    {" ENVID=a+zz", PARAM_SYNTAX},
    {" ENVID=a+7F", PARAM_SYNTAX},
    {" ENVID=\x80", PARAM_SYNTAX},
    {" ENVID=\x1f", PARAM_SYNTAX},
    {" ENVID", PARAM_SYNTAX},
    {" RET", PARAM_SYNTAX},
    {" NOTIFY=NEVER", PARAM_UNKNOWN},
    {" AUTH=<>", PARAM_UNKNOWN},
    {" XYZZY", PARAM_UNKNOWN},
    {" =", PARAM_UNKNOWN},
};

static const struct {
	const char *in;
	enum param_error status;
	unsigned notify;
} rcpts[] = {
    {"", PARAM_OK, 0},
    {" NOTIFY=NEVER", PARAM_OK, NOTIFY_NEVER},
    {" notify=success,failure,DELAY", PARAM_OK,
	NOTIFY_SUCCESS | NOTIFY_FAILURE | NOTIFY_DELAY},
    {" NOTIFY=DELAY,DELAY", PARAM_OK, NOTIFY_DELAY},
    {" ORCPT=rfc822;a+2Bb@c.example", PARAM_OK, 0},
    {" ORCPT=X400;c+3Dus", PARAM_OK, 0},
    {" NOTIFY=", PARAM_SYNTAX, 0},
    {" NOTIFY=NEVER,FAILURE", PARAM_SYNTAX, 0},
    {" NOTIFY=FAILURE,", PARAM_SYNTAX, 0},
    {" NOTIFY=,FAILURE", PARAM_SYNTAX, 0},
    {" NOTIFY=SOMETIMES", PARAM_SYNTAX, 0},
    {" NOTIFY=NEVER NOTIFY=NEVER", PARAM_SYNTAX, NOTIFY_NEVER},
    {" ORCPT=a@b.example", PARAM_SYNTAX, 0},
    {" ORCPT=rfc822;", PARAM_SYNTAX, 0},
    {" ORCPT=;a@b.example", PARAM_SYNTAX, 0},
    {" ORCPT=rfc822;a+0D+0A", PARAM_SYNTAX, 0},
    {" NOTIFY", PARAM_SYNTAX, 0},
    {" ORCPT", PARAM_SYNTAX, 0},
    {" ORCPT=", PARAM_SYNTAX, 0},
    {" SIZE=1", PARAM_UNKNOWN, 0},
};

static void
test_mail(void)
{
	struct mail_params p;
	char bad[64], long_id[200];

	for (size_t i = 0; i < sizeof mails / sizeof *mails; i++)
		is_int(
		    param_parse_mail(mails[i].in, strlen(mails[i].in), &p, bad),
		    mails[i].status, mails[i].in);
	param_parse_mail(
	    " SIZE=42 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=x", 48, &p, bad);
	ok(p.size == 42 && p.body == BODY_8BITMIME && p.smtputf8 &&
		p.ret == RET_HDRS && strcmp(p.envid, "x") == 0,
	    "all of them at once");
	param_parse_mail(" SIZE=18446744073709551616", 26, &p, bad);
	ok(p.size == UINT64_MAX, "a SIZE that does not fit is the largest");
	snprintf(long_id, sizeof long_id, " ENVID=%0100d", 7);
	is_int(param_parse_mail(long_id, strlen(long_id), &p, bad), PARAM_OK,
	    "100 octets of ENVID (RFC 3461 4.4)");
	snprintf(long_id, sizeof long_id, " ENVID=%0101d", 7);
	is_int(param_parse_mail(long_id, strlen(long_id), &p, bad),
	    PARAM_SYNTAX, "not 101");
	is_int(param_parse_mail(" ENVID=a\0b", 10, &p, bad), PARAM_SYNTAX,
	    "nor one with a NUL");
	param_parse_mail(" X\001\xff=1", 6, &p, bad);
	is_str(bad, "X?\?=1", "what is wrong is told, printable");
}

static void
test_rcpt(void)
{
	struct rcpt_params p;
	char bad[64], name[32], long_orcpt[700];

	for (size_t i = 0; i < sizeof rcpts / sizeof *rcpts; i++) {
		is_int(
		    param_parse_rcpt(rcpts[i].in, strlen(rcpts[i].in), &p, bad),
		    rcpts[i].status, rcpts[i].in);
		is_int(p.notify, rcpts[i].notify, "its NOTIFY");
	}
	snprintf(long_orcpt, sizeof long_orcpt, " ORCPT=rfc822;%0600d", 7);
	is_int(param_parse_rcpt(long_orcpt, strlen(long_orcpt), &p, bad),
	    PARAM_SYNTAX, "a long ORCPT");
	is_int(param_parse_rcpt(" ORCPT=rfc822;a\0b", 17, &p, bad),
	    PARAM_SYNTAX, "or one with a NUL");
	notify_format(NOTIFY_SUCCESS | NOTIFY_FAILURE | NOTIFY_DELAY, name);
	is_str(name, "SUCCESS,FAILURE,DELAY", "NOTIFY written");
}

static void
test_xtext(void)
{
	char out[8];

	ok(xtext_decode("a+2Bb", out, sizeof out), "xtext");
	is_str(out, "a+b", "decoded");
	ok(!xtext_decode("12345678", out, sizeof out),
	    "too long for its place");
	ok(!xtext_decode("a b", out, sizeof out), "a blank");
	ok(!xtext_decode("+", out, sizeof out), "cut short");
	ok(!xtext_decode("", out, 0), "no place at all");
	ok(xtext_encode("a+b", out, sizeof out) && strcmp(out, "a+2Bb") == 0,
	    "and back");
	ok(!xtext_encode("abcdefgh", out, sizeof out), "too long");
	ok(!xtext_encode("a\n", out, sizeof out), "a line end");
	ok(!xtext_encode("\x7f", out, sizeof out), "DEL");
}

int
main(void)
{
	test_mail();
	test_rcpt();
	test_xtext();
	return done();
}

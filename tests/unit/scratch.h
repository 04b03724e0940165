/* SPDX-License-Identifier: ISC */
/* A directory for a test's databases, and the schemas to make them. */
#ifndef SCRATCH_H
#define SCRATCH_H

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SCRATCH_PATH = 128 };

static char scratch_dir[] = "/tmp/unit-XXXXXX";

__attribute__((unused)) static const char *
scratch(const char *name)
{
	static char path[4][SCRATCH_PATH];
	static unsigned turn;
	char *out = path[turn++ % 4];

	snprintf(out, SCRATCH_PATH, "%s/%s", scratch_dir, name);
	return out;
}

/* A whole file, NUL behind it; malloc'd. */
__attribute__((unused)) static char *
scratch_read(const char *file, size_t *size)
{
	FILE *f = fopen(file, "rb");
	char *text;
	long n;

	if (f == NULL || fseek(f, 0, SEEK_END) == -1 || (n = ftell(f)) == -1 ||
	    (text = malloc((size_t)n + 1)) == NULL)
		exit(99);
	rewind(f);
	*size = fread(text, 1, (size_t)n, f);
	text[*size] = '\0';
	fclose(f);
	return text;
}

__attribute__((unused)) static void
scratch_write(const char *file, const char *octets, size_t n)
{
	FILE *f = fopen(file, "wb");

	if (f == NULL || fwrite(octets, 1, n, f) != n || fclose(f) != 0)
		exit(99);
}

/* How often something is done: as a variable of the environment says. */
__attribute__((unused)) static unsigned
scratch_count(const char *variable, unsigned usual)
{
	const char *many = getenv(variable);

	return many == NULL ? usual : (unsigned)strtoul(many, NULL, 10);
}

/* Runs SQL text on FILE, made if need be. */
__attribute__((unused)) static void
scratch_sql(const char *file, const char *text)
{
	sqlite3 *db;
	char *error = NULL;

	if (sqlite3_open(file, &db) != SQLITE_OK ||
	    sqlite3_exec(db, text, NULL, NULL, &error) != SQLITE_OK) {
		printf("Bail out! %s: %s\n", text, error ? error : "?");
		exit(99);
	}
	sqlite3_close(db);
}

/* FILE from a schema of share/, as seen from the tree's root. */
__attribute__((unused)) static void
scratch_schema(const char *file, const char *schema)
{
	size_t n;
	char *text = scratch_read(schema, &n);

	scratch_sql(file, text);
	free(text);
}

__attribute__((unused)) static void
scratch_open(void)
{
	if (mkdtemp(scratch_dir) == NULL)
		exit(99);
}

/* A directory and what is in it go.  By another program, for a test that
 * becomes one does not write what it has counted (coverage). */
__attribute__((unused)) static void
scratch_remove(const char *dir)
{
	pid_t pid = fork();

	if (pid == 0) {
		execlp("rm", "rm", "-rf", dir, NULL);
		_exit(127);
	}
	if (pid != -1)
		waitpid(pid, NULL, 0);
}

/* The test's last call; RESULT is its exit status. */
__attribute__((unused)) static int
scratch_end(int result)
{
	fflush(stdout);
	if (result == 0)
		scratch_remove(scratch_dir);
	return result;
}

#endif

/* SPDX-License-Identifier: ISC */
/* Nothing is synced: for what may be lost, as a queue made for a benchmark. */
int fsync(int);
int fdatasync(int);

int
fsync(int fd)
{
	(void)fd;
	return 0;
}

int
fdatasync(int fd)
{
	(void)fd;
	return 0;
}

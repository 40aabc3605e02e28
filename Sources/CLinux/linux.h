// What Swift's Glibc leaves out: it is read without _GNU_SOURCE, and without some headers.
#include <linux/magic.h>
#include <linux/sched.h>
#include <sys/timex.h>
#include <sys/vfs.h>

// unshare(2)
int unshare(int flags);

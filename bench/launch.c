/* Starts one program and tells what it took: launch FD PROGRAM ARGUMENTS...
 *
 * The line on FD is: status, processor time in microseconds, wall time in nanoseconds, peak memory in KiB. Linux counts what a
 * process had in memory before its exec into its peak, so its parent must be small: therefore no Python here, and a static
 * build. The times include those of its children that it waited for; the peak is that of the largest of them. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

int main(int count, char **words) {
  if (count < 3) return 64;
  int report = atoi(words[1]);
  long long start = nanoseconds();
  pid_t child = fork();
  if (child < 0) return 71;
  if (child == 0) {
    char pid[16];
    close(report);
    /* As systemd does; by it jod-check knows that it is the unit's own process. */
    snprintf(pid, sizeof pid, "%d", getpid());
    setenv("SYSTEMD_EXEC_PID", pid, 1);
    execv(words[2], words + 2);
    _exit(127);
  }
  int status;
  struct rusage used;
  if (wait4(child, &status, 0, &used) != child) return 71;
  long long wall = nanoseconds() - start;
  long long processor = (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000LL + used.ru_utime.tv_usec + used.ru_stime.tv_usec;
  dprintf(report, "%d %lld %lld %ld\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), processor, wall,
          used.ru_maxrss);
  return 0;
}

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

// Seconds to add: to the wall clock, and to the boot clock. They lie in a file that the demo writes and all its programs map.
static const volatile double *offsets;

__attribute__((constructor)) static void find_offsets(void) {
  const char *path = getenv("DEMO_CLOCK");
  int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *found = mmap(NULL, 2 * sizeof(double), PROT_READ, MAP_SHARED, file, 0);
  if (found != MAP_FAILED) offsets = found;
  close(file);
}

static void add(struct timespec *time, double seconds) {
  double whole = (double)(long long)seconds;
  time->tv_sec += (time_t)whole;
  time->tv_nsec += (long)((seconds - whole) * 1e9);
  if (time->tv_nsec < 0) time->tv_nsec += 1000000000L, time->tv_sec -= 1;
  if (time->tv_nsec >= 1000000000L) time->tv_nsec -= 1000000000L, time->tv_sec += 1;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  int result = real(clock, time);
  if (result == 0 && offsets && clock == CLOCK_REALTIME) add(time, offsets[0]);
  if (result == 0 && offsets && clock == CLOCK_BOOTTIME) add(time, offsets[1]);
  return result;
}

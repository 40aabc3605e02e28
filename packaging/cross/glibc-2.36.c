// What Debian 13's Swift runtime takes from glibc 2.38 and Debian 12's glibc has under an older name. The newer ones read
// binary numbers (0b1) too, which the runtime asks of nobody. Linked into programs that are cross-built, and only where
// glibc has no such name itself.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

long __isoc23_strtol(const char *text, char **end, int base) { return strtol(text, end, base); }

unsigned long __isoc23_strtoul(const char *text, char **end, int base) { return strtoul(text, end, base); }

long long __isoc23_strtoll(const char *text, char **end, int base) { return strtoll(text, end, base); }

int __isoc23_sscanf(const char *text, const char *format, ...) {
  va_list values;
  va_start(values, format);
  int count = vsscanf(text, format, values);
  va_end(values);
  return count;
}

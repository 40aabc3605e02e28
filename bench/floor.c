/* The floor: two requests on one raw socket, their bodies read, and nothing else. floor PORT KEY */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static char buffer[1 << 18];

/* Reads one reply whole; returns whether it was one of 200. */
static int reply(int server) {
  size_t filled = 0;
  char *end = NULL;
  while (!end && filled < sizeof buffer - 1) {
    ssize_t count = read(server, buffer + filled, sizeof buffer - 1 - filled);
    if (count <= 0) return 0;
    filled += count;
    buffer[filled] = 0;
    end = strstr(buffer, "\r\n\r\n");
  }
  char *length = strcasestr(buffer, "\r\nContent-Length:");
  if (!end || !length || strncmp(buffer, "HTTP/1.1 200", 12) != 0) return 0;
  long left = atol(length + 17) - (long)(buffer + filled - end - 4);
  while (left > 0) {
    ssize_t count = read(server, buffer, sizeof buffer);
    if (count <= 0) return 0;
    left -= count;
  }
  return left == 0;
}

int main(int count, char **words) {
  if (count < 3) return 64;
  const char *paths[] = {"/Sessions", "/Devices"};
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(atoi(words[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int server = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(server, (struct sockaddr *)&address, sizeof address) != 0) return 1;
  for (int i = 0; i < 2; i++) {
    int sent = dprintf(server, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nAuthorization: MediaBrowser Token=\"%s\"\r\n\r\n",
                       paths[i], words[1], words[2]);
    if (sent < 0 || !reply(server)) return 1;
  }
  return 0;
}

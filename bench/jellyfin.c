/* A stand-in for Jellyfin that costs next to nothing: jellyfin FOLDER KEY [chunked | CHAIN PRIVATE-KEY]
 *
 * GET /Some/Path is answered with the bytes of FOLDER/Some_Path.json as they are at that moment, on connections that stay open,
 * with the headers of Kestrel. The port is the first line on standard output; FOLDER/requests holds the number of
 * requests answered so far, as eight bytes in memory that others can map. With "chunked" the replies come in chunks. With
 * two files in PEM, in a build with -DTLS, it speaks https. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "wire.h"

enum { limit = 64, room = 1 << 16, chunk = 1 << 14 };

struct client {
  size_t filled;
  char words[room];
};

static struct pollfd polled[limit];
static struct client clients[limit];
static const char *folder, *key;
static int in_chunks;
static volatile uint64_t *requests;

static int all(int to, const char *bytes, size_t count, int more) {
  while (count > 0) {
    ssize_t sent = wire_send(to, bytes, count, more);
    if (sent <= 0) return 0;
    bytes += sent;
    count -= sent;
  }
  return 1;
}

static int head(int to, const char *status, const char *length, int more) {
  char text[512], date[64];
  time_t now = time(NULL);
  struct tm parts;
  strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &parts));
  const char *form = "HTTP/1.1 %s\r\nContent-Type: application/json; charset=utf-8\r\nDate: %s\r\nServer: Kestrel\r\n%s\r\n\r\n";
  int count = snprintf(text, sizeof text, form, status, date, length);
  return all(to, text, count, more);
}

static int body_in_chunks(int to, int file) {
  static char bytes[chunk + 32];
  ssize_t count;
  while ((count = read(file, bytes + 16, chunk)) > 0) {
    char size[17];
    int digits = snprintf(size, sizeof size, "%zx\r\n", (size_t)count);
    memcpy(bytes + 16 - digits, size, digits);
    memcpy(bytes + 16 + count, "\r\n", 2);
    if (!all(to, bytes + 16 - digits, digits + count + 2, 0)) return 0;
  }
  return all(to, "0\r\n\r\n", 5, 0);
}

static int body(int to, int file, off_t size) {
  off_t offset = 0;
  while (offset < size)
    if (wire_send_file(to, file, &offset, size - offset) <= 0) return 0;
  return 1;
}

/* The target of "GET /Some/Path?query HTTP/1.1" as a file's name. */
static int opened(const char *request) {
  char path[512];
  const char *target = strchr(request, '/');
  int begin = snprintf(path, sizeof path, "%s/", folder), length = (int)strcspn(target + 1, " ?\r");
  if (begin + length + 6 > (int)sizeof path) return -1;
  for (int i = 0; i < length; i++) path[begin + i] = target[1 + i] == '/' ? '_' : target[1 + i];
  memcpy(path + begin + length, ".json", 6);
  return open(path, O_RDONLY | O_CLOEXEC);
}

static int answer(int to, const char *request) {
  ++*requests;
  if (!strstr(request, key)) return head(to, "401 Unauthorized", "Content-Length: 0", 0);
  if (strncmp(request, "POST ", 5) == 0) return head(to, "204 No Content", "X-Response-Time-ms: 1", 0);
  int file = strncmp(request, "GET /", 5) == 0 ? opened(request) : -1;
  struct stat status;
  /* An API key is nobody's. */
  if (strncmp(request, "GET /Users/Me ", 14) == 0) return head(to, "400 Bad Request", "Content-Length: 0", 0);
  if (file < 0 || fstat(file, &status) != 0) return head(to, "404 Not Found", "Content-Length: 0", 0);
  char length[64];
  snprintf(length, sizeof length, "Content-Length: %lld", (long long)status.st_size);
  int done = head(to, "200 OK", in_chunks ? "Transfer-Encoding: chunked" : length, 1) &&
             (in_chunks ? body_in_chunks(to, file) : body(to, file, status.st_size));
  close(file);
  return done;
}

/* Takes what came, and answers what is complete; zero where the client is done with. */
static int receive(int place) {
  struct client *client = &clients[place];
  ssize_t count = wire_read(polled[place].fd, client->words + client->filled, room - 1 - client->filled);
  if (count <= 0) return 0;
  client->filled += count;
  for (;;) {
    client->words[client->filled] = 0;
    char *end = strstr(client->words, "\r\n\r\n");
    if (!end) return client->filled < room - 1;
    char *length = strcasestr(client->words, "\r\nContent-Length:");
    size_t whole = end + 4 - client->words + (length && length < end ? atol(length + 17) : 0);
    if (whole > room - 1) return 0;
    if (client->filled < whole) return 1;
    if (!answer(polled[place].fd, client->words)) return 0;
    client->filled -= whole;
    memmove(client->words, client->words + whole, client->filled);
  }
}

static void accept_connection(int listener) {
  int one = 1, client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  if (client < 0) return;
  setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (!wire_open(client)) return wire_close(client);
  for (int place = 1; place < limit; place++) {
    if (polled[place].fd >= 0) continue;
    polled[place].fd = client;
    clients[place].filled = 0;
    return;
  }
  wire_close(client);
}

int main(int count, char **words) {
  if (count < 3) return 64;
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  signal(SIGPIPE, SIG_IGN);
  folder = words[1];
  key = words[2];
  in_chunks = count == 4;
  if (!wire_identify(count > 4 ? words[3] : NULL, count > 4 ? words[4] : NULL)) return 64;
  char path[512];
  snprintf(path, sizeof path, "%s/requests", folder);
  int counter = open(path, O_RDWR | O_CREAT, 0600);
  if (counter < 0 || ftruncate(counter, sizeof *requests) != 0) return 1;
  requests = mmap(NULL, sizeof *requests, PROT_READ | PROT_WRITE, MAP_SHARED, counter, 0);
  if (requests == MAP_FAILED) return 1;

  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(listener, (struct sockaddr *)&address, length) != 0 || listen(listener, 16) != 0) return 1;
  getsockname(listener, (struct sockaddr *)&address, &length);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);

  for (int place = 0; place < limit; place++) polled[place] = (struct pollfd){.fd = -1, .events = POLLIN};
  polled[0].fd = listener;
  while (poll(polled, limit, -1) > 0) {
    if (polled[0].revents) accept_connection(listener);
    for (int place = 1; place < limit; place++) {
      if (polled[place].fd < 0 || !polled[place].revents || receive(place)) continue;
      wire_close(polled[place].fd);
      polled[place].fd = -1;
    }
  }
  return 1;
}

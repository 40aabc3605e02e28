/* The way to a caller of bench/jellyfin.c: a bare socket, or TLS over it in a build with -DTLS.
 *
 * The plain build has nothing of TLS in it, so that its callers wait no longer for it than they must. */
#ifdef TLS
#include <openssl/ssl.h>

enum { wires = 1024 };
static SSL_CTX *identity;
static SSL *wire[wires];

/* Takes the certificate with its chain, and its private key, from two files in PEM; zero where they are of no use. */
static int wire_identify(const char *chain, const char *key) {
  identity = SSL_CTX_new(TLS_server_method());
  return identity && SSL_CTX_use_certificate_chain_file(identity, chain) == 1 &&
         SSL_CTX_use_PrivateKey_file(identity, key, SSL_FILETYPE_PEM) == 1;
}

static void wire_close(int caller) {
  if (wire[caller]) SSL_free(wire[caller]);
  wire[caller] = NULL;
  close(caller);
}

/* Waits for the whole handshake: there is one caller at a time. */
static int wire_open(int caller) {
  if (caller >= wires || !(wire[caller] = SSL_new(identity))) return 0;
  return SSL_set_fd(wire[caller], caller) == 1 && SSL_accept(wire[caller]) == 1;
}

/* OpenSSL takes one record from the socket at a time, and there is room for one: nothing is left where poll(2) cannot see it. */
static ssize_t wire_read(int caller, char *bytes, size_t count) { return SSL_read(wire[caller], bytes, (int)count); }

static ssize_t wire_send(int caller, const char *bytes, size_t count, int more) {
  (void)more;
  return SSL_write(wire[caller], bytes, (int)count);
}

/* At most one record, as the kernel is not the one who encrypts. */
static ssize_t wire_send_file(int caller, int file, off_t *offset, size_t left) {
  static char bytes[1 << 14];
  ssize_t count = pread(file, bytes, left < sizeof bytes ? left : sizeof bytes, *offset);
  if (count <= 0 || SSL_write(wire[caller], bytes, (int)count) != count) return 0;
  *offset += count;
  return count;
}
#else
static int wire_identify(const char *chain, const char *key) { return !chain && !key; }
static void wire_close(int caller) { close(caller); }
static int wire_open(int caller) { return caller >= 0; }
static ssize_t wire_read(int caller, char *bytes, size_t count) { return read(caller, bytes, count); }
static ssize_t wire_send(int caller, const char *bytes, size_t count, int more) {
  return send(caller, bytes, count, (more ? MSG_MORE : 0) | MSG_NOSIGNAL);
}
static ssize_t wire_send_file(int caller, int file, off_t *offset, size_t left) { return sendfile(caller, file, offset, left); }
#endif

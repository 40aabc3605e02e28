#include <stdint.h>

/* What jod-check loads with dlopen(3), for the tools that work out what a package depends on: nothing else in the program
   tells them. By systemd's ELF_DLOPEN_METADATA; Debian's `dlopen-notes` reads it back. packaging/loaded-by-name
   compares it with the sources. */
#define OWNER "FDO"
#define LIBRARIES \
  "[{\"soname\":[\"libqrencode.so.4\"],\"feature\":\"qr\"," \
  "\"description\":\"Shows links as QR codes\",\"priority\":\"recommended\"}," \
  "{\"soname\":[\"libsystemd.so.0\"],\"feature\":\"systemd\"," \
  "\"description\":\"Writes to the journal and listens on systemd's socket\",\"priority\":\"recommended\"}," \
  "{\"soname\":[\"libssl.so.3\"],\"feature\":\"https\"," \
  "\"description\":\"Asks a Jellyfin whose URL is https\",\"priority\":\"recommended\"}]"

/* A note as elf(5) has it, aligned to 4. Nobody refers to it: `used` keeps it in the object file, and a linker's
   --gc-sections keeps every allocated note. */
__attribute__((used, section(".note.dlopen"))) static const struct {
  uint32_t owner_size, libraries_size, type;
  char owner[sizeof(OWNER)];
  _Alignas(4) char libraries[sizeof(LIBRARIES)];
} note = {sizeof(OWNER), sizeof(LIBRARIES), 0x407c0c0a, OWNER, LIBRARIES};

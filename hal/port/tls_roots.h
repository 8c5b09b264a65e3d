// Where this system keeps the certificates of the authorities it trusts: what SSL_CERT_FILE and SSL_CERT_DIR say, as
// for OpenSSL, else the usual places of Debian, Raspberry Pi OS, Alpine, OpenWrt, Fedora and SUSE. A static binary
// brings no certificates and runs on any of them.
#ifndef HAL_PORT_TLS_ROOTS_H
#define HAL_PORT_TLS_ROOTS_H

#include "ops/status.h"

enum { TLS_ROOTS_PATH_MAX = 512 };

struct tls_roots {
    char file[TLS_ROOTS_PATH_MAX];      // a bundle of PEM; empty: none
    char directory[TLS_ROOTS_PATH_MAX]; // files with hashes as names; empty: none
};

// `root`: where the usual places are looked for, "" but in tests. What is missing is named; of the environment's two
// one is enough.
enum status tls_roots_find(const char *root, struct tls_roots *out, struct error *e);

#endif

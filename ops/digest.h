// Digests of bytes: MD5 (RFC 1321) and the SHA family (FIPS 180-4). For comparing, not for keeping secrets.
#ifndef OPS_DIGEST_H
#define OPS_DIGEST_H

#include "ops/slice.h"

enum digest { DIGEST_MD5, DIGEST_SHA1, DIGEST_SHA224, DIGEST_SHA256, DIGEST_SHA384, DIGEST_SHA512 };

enum { DIGEST_SIZE_MAX = 64 };

// Writes the digest to `to` (DIGEST_SIZE_MAX bytes); returns its size.
uint32_t digest_bytes(enum digest what, struct slice s, unsigned char *to);
// CRC-32 of IEEE 802.3, as java.util.zip.CRC32.
uint32_t crc32_bytes(struct slice s);

#endif

// CRC32C (Castagnoli, RFC 3720 appendix B.4): what every record of the checkpoint carries.
#ifndef OPS_CRC32C_H
#define OPS_CRC32C_H

#include <stddef.h>
#include <stdint.h>

// Of `count` bytes that follow those `crc` was made of; the first call's `crc` is 0.
uint32_t crc32c(uint32_t crc, const void *bytes, size_t count);

#endif

// A record's frame: what stands before every value in the checkpoint. LMDB pages have no checksum of their own.
// docs/SPEC.md, Records: version (1 byte), CRC32C (4, little endian) of key, version, length and payload, length of
// the payload (4, little endian), payload.
#ifndef AGENT_STORE_FRAME_H
#define AGENT_STORE_FRAME_H

#include "ops/slice.h"

#include <stdbool.h>

enum { FRAME_VERSION = 1, FRAME_HEAD = 9 };

// `to` has room for FRAME_HEAD bytes, and the payload of `size` bytes stands right behind them already.
void frame_seal(char *to, struct slice key, uint32_t size);
// The payload, borrowed from `record`. False: not what frame_seal wrote under this key.
bool frame_open(struct slice key, struct slice record, struct slice *payload);

static inline void put_u32(char *to, uint32_t v)
{
    unsigned char *at = (unsigned char *)to;
    at[0] = (unsigned char)v;
    at[1] = (unsigned char)(v >> 8);
    at[2] = (unsigned char)(v >> 16);
    at[3] = (unsigned char)(v >> 24);
}

static inline uint32_t get_u32(const char *from)
{
    const unsigned char *at = (const unsigned char *)from;
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static inline void put_u64(char *to, uint64_t v)
{
    put_u32(to, (uint32_t)v);
    put_u32(to + 4, (uint32_t)(v >> 32));
}

static inline uint64_t get_u64(const char *from)
{
    return get_u32(from) | (uint64_t)get_u32(from + 4) << 32;
}

#endif

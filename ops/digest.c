#include "ops/digest.h"

#include "ops/endian.h"

#include <stdbool.h>

// Of the sines of 1, 2, 3 …; of the cube roots of the first 80 primes (SHA-256 takes the upper halves); of the square
// roots of the first 8 primes and the next 8 (SHA-256 takes the upper halves, SHA-224 the lower ones).
static const uint32_t md5_constants[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};
static const uint64_t sha_constants[80] = {
    UINT64_C(0x428a2f98d728ae22), UINT64_C(0x7137449123ef65cd), UINT64_C(0xb5c0fbcfec4d3b2f),
    UINT64_C(0xe9b5dba58189dbbc), UINT64_C(0x3956c25bf348b538), UINT64_C(0x59f111f1b605d019),
    UINT64_C(0x923f82a4af194f9b), UINT64_C(0xab1c5ed5da6d8118), UINT64_C(0xd807aa98a3030242),
    UINT64_C(0x12835b0145706fbe), UINT64_C(0x243185be4ee4b28c), UINT64_C(0x550c7dc3d5ffb4e2),
    UINT64_C(0x72be5d74f27b896f), UINT64_C(0x80deb1fe3b1696b1), UINT64_C(0x9bdc06a725c71235),
    UINT64_C(0xc19bf174cf692694), UINT64_C(0xe49b69c19ef14ad2), UINT64_C(0xefbe4786384f25e3),
    UINT64_C(0x0fc19dc68b8cd5b5), UINT64_C(0x240ca1cc77ac9c65), UINT64_C(0x2de92c6f592b0275),
    UINT64_C(0x4a7484aa6ea6e483), UINT64_C(0x5cb0a9dcbd41fbd4), UINT64_C(0x76f988da831153b5),
    UINT64_C(0x983e5152ee66dfab), UINT64_C(0xa831c66d2db43210), UINT64_C(0xb00327c898fb213f),
    UINT64_C(0xbf597fc7beef0ee4), UINT64_C(0xc6e00bf33da88fc2), UINT64_C(0xd5a79147930aa725),
    UINT64_C(0x06ca6351e003826f), UINT64_C(0x142929670a0e6e70), UINT64_C(0x27b70a8546d22ffc),
    UINT64_C(0x2e1b21385c26c926), UINT64_C(0x4d2c6dfc5ac42aed), UINT64_C(0x53380d139d95b3df),
    UINT64_C(0x650a73548baf63de), UINT64_C(0x766a0abb3c77b2a8), UINT64_C(0x81c2c92e47edaee6),
    UINT64_C(0x92722c851482353b), UINT64_C(0xa2bfe8a14cf10364), UINT64_C(0xa81a664bbc423001),
    UINT64_C(0xc24b8b70d0f89791), UINT64_C(0xc76c51a30654be30), UINT64_C(0xd192e819d6ef5218),
    UINT64_C(0xd69906245565a910), UINT64_C(0xf40e35855771202a), UINT64_C(0x106aa07032bbd1b8),
    UINT64_C(0x19a4c116b8d2d0c8), UINT64_C(0x1e376c085141ab53), UINT64_C(0x2748774cdf8eeb99),
    UINT64_C(0x34b0bcb5e19b48a8), UINT64_C(0x391c0cb3c5c95a63), UINT64_C(0x4ed8aa4ae3418acb),
    UINT64_C(0x5b9cca4f7763e373), UINT64_C(0x682e6ff3d6b2b8a3), UINT64_C(0x748f82ee5defb2fc),
    UINT64_C(0x78a5636f43172f60), UINT64_C(0x84c87814a1f0ab72), UINT64_C(0x8cc702081a6439ec),
    UINT64_C(0x90befffa23631e28), UINT64_C(0xa4506cebde82bde9), UINT64_C(0xbef9a3f7b2c67915),
    UINT64_C(0xc67178f2e372532b), UINT64_C(0xca273eceea26619c), UINT64_C(0xd186b8c721c0c207),
    UINT64_C(0xeada7dd6cde0eb1e), UINT64_C(0xf57d4f7fee6ed178), UINT64_C(0x06f067aa72176fba),
    UINT64_C(0x0a637dc5a2c898a6), UINT64_C(0x113f9804bef90dae), UINT64_C(0x1b710b35131c471b),
    UINT64_C(0x28db77f523047d84), UINT64_C(0x32caab7b40c72493), UINT64_C(0x3c9ebe0a15c9bebc),
    UINT64_C(0x431d67c49c100d4c), UINT64_C(0x4cc5d4becb3e42b6), UINT64_C(0x597f299cfc657e2a),
    UINT64_C(0x5fcb6fab3ad6faec), UINT64_C(0x6c44198c4a475817),
};
static const uint64_t sha_512_start[8] = {
    UINT64_C(0x6a09e667f3bcc908), UINT64_C(0xbb67ae8584caa73b), UINT64_C(0x3c6ef372fe94f82b),
    UINT64_C(0xa54ff53a5f1d36f1), UINT64_C(0x510e527fade682d1), UINT64_C(0x9b05688c2b3e6c1f),
    UINT64_C(0x1f83d9abfb41bd6b), UINT64_C(0x5be0cd19137e2179),
};
static const uint64_t sha_384_start[8] = {
    UINT64_C(0xcbbb9d5dc1059ed8), UINT64_C(0x629a292a367cd507), UINT64_C(0x9159015a3070dd17),
    UINT64_C(0x152fecd8f70e5939), UINT64_C(0x67332667ffc00b31), UINT64_C(0x8eb44a8768581511),
    UINT64_C(0xdb0c2e0d64f98fa7), UINT64_C(0x47b5481dbefa4fa4),
};

// The chain of 32-bit or 64-bit words. A word of MD5 is little endian, one of SHA big endian.
union chain {
    uint32_t w[8];
    uint64_t d[8];
};

static uint32_t left32(uint32_t v, unsigned by)
{
    return v << by | v >> (32 - by);
}
static uint32_t right32(uint32_t v, unsigned by)
{
    return v >> by | v << (32 - by);
}
static uint64_t right64(uint64_t v, unsigned by)
{
    return v >> by | v << (64 - by);
}

static void md5_block(union chain *h, const char *block)
{
    static const unsigned char turns[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
    uint32_t a = h->w[0], b = h->w[1], c = h->w[2], d = h->w[3];
    for (unsigned i = 0; i < 64; i++) {
        uint32_t f = 0;
        unsigned place = 0;
        switch (i / 16) {
        case 0:
            f = (b & c) | (~b & d), place = i;
            break;
        case 1:
            f = (d & b) | (~d & c), place = 5 * i + 1;
            break;
        case 2:
            f = b ^ c ^ d, place = 3 * i + 5;
            break;
        default:
            f = c ^ (b | ~d), place = 7 * i;
        }
        uint32_t word = (uint32_t)load_little(block + 4 * (place % 16), 4);
        uint32_t next = b + left32(a + f + md5_constants[i] + word, turns[i / 16][i % 4]);
        a = d, d = c, c = b, b = next;
    }
    h->w[0] += a, h->w[1] += b, h->w[2] += c, h->w[3] += d;
}

static void sha1_block(union chain *h, const char *block)
{
    uint32_t w[80], a = h->w[0], b = h->w[1], c = h->w[2], d = h->w[3], e = h->w[4];
    for (unsigned i = 0; i < 80; i++) {
        w[i] = i < 16 ? (uint32_t)load_big(block + 4 * i, 4) : left32(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        uint32_t f = i < 20   ? ((b & c) | (~b & d)) + 0x5a827999
                     : i < 40 ? (b ^ c ^ d) + 0x6ed9eba1
                     : i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
                              : (b ^ c ^ d) + 0xca62c1d6;
        uint32_t next = left32(a, 5) + f + e + w[i];
        e = d, d = c, c = left32(b, 30), b = a, a = next;
    }
    h->w[0] += a, h->w[1] += b, h->w[2] += c, h->w[3] += d, h->w[4] += e;
}

static void sha256_block(union chain *h, const char *block)
{
    uint32_t w[64], v[8];
    memcpy(v, h->w, sizeof v);
    for (unsigned i = 0; i < 64; i++) {
        if (i < 16) {
            w[i] = (uint32_t)load_big(block + 4 * i, 4);
        } else {
            uint32_t x = w[i - 15], y = w[i - 2];
            w[i] = w[i - 16] + (right32(x, 7) ^ right32(x, 18) ^ x >> 3) + w[i - 7] +
                   (right32(y, 17) ^ right32(y, 19) ^ y >> 10);
        }
        uint32_t one = v[7] + (right32(v[4], 6) ^ right32(v[4], 11) ^ right32(v[4], 25)) +
                       ((v[4] & v[5]) ^ (~v[4] & v[6])) + (uint32_t)(sha_constants[i] >> 32) + w[i];
        uint32_t two = (right32(v[0], 2) ^ right32(v[0], 13) ^ right32(v[0], 22)) +
                       ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += one;
        v[0] = one + two;
    }
    for (unsigned i = 0; i < 8; i++)
        h->w[i] += v[i];
}

static void sha512_block(union chain *h, const char *block)
{
    uint64_t w[80], v[8];
    memcpy(v, h->d, sizeof v);
    for (unsigned i = 0; i < 80; i++) {
        if (i < 16) {
            w[i] = load_big(block + 8 * i, 8);
        } else {
            uint64_t x = w[i - 15], y = w[i - 2];
            w[i] = w[i - 16] + (right64(x, 1) ^ right64(x, 8) ^ x >> 7) + w[i - 7] +
                   (right64(y, 19) ^ right64(y, 61) ^ y >> 6);
        }
        uint64_t one = v[7] + (right64(v[4], 14) ^ right64(v[4], 18) ^ right64(v[4], 41)) +
                       ((v[4] & v[5]) ^ (~v[4] & v[6])) + sha_constants[i] + w[i];
        uint64_t two = (right64(v[0], 28) ^ right64(v[0], 34) ^ right64(v[0], 39)) +
                       ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += one;
        v[0] = one + two;
    }
    for (unsigned i = 0; i < 8; i++)
        h->d[i] += v[i];
}

static const struct kind {
    void (*block)(union chain *h, const char *block);
    uint32_t block_size, size;
} kinds[] = {
    [DIGEST_MD5] = {md5_block, 64, 16},        [DIGEST_SHA1] = {sha1_block, 64, 20},
    [DIGEST_SHA224] = {sha256_block, 64, 28},  [DIGEST_SHA256] = {sha256_block, 64, 32},
    [DIGEST_SHA384] = {sha512_block, 128, 48}, [DIGEST_SHA512] = {sha512_block, 128, 64},
};

static void start(enum digest what, union chain *h)
{
    static const uint32_t first[] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    if (what == DIGEST_MD5 || what == DIGEST_SHA1)
        memcpy(h->w, first, sizeof first);
    for (unsigned i = 0; i < 8 && what >= DIGEST_SHA384; i++)
        h->d[i] = what == DIGEST_SHA384 ? sha_384_start[i] : sha_512_start[i];
    for (unsigned i = 0; i < 8 && (what == DIGEST_SHA224 || what == DIGEST_SHA256); i++)
        h->w[i] = (uint32_t)(what == DIGEST_SHA224 ? sha_384_start[i] : sha_512_start[i] >> 32);
}

uint32_t digest_bytes(enum digest what, struct slice s, unsigned char *to)
{
    const struct kind *kind = &kinds[what];
    uint32_t size = kind->block_size, whole = s.size - s.size % size, rest = s.size - whole;
    union chain h;
    char last[256] = {0};
    start(what, &h);
    for (uint32_t i = 0; i < whole; i += size)
        kind->block(&h, s.data + i);
    if (rest > 0)
        memcpy(last, s.data + whole, rest);
    last[rest] = (char)0x80;
    uint32_t end = rest + 1 + size / 8 <= size ? size : 2 * size; // the length in bits stands at the end
    uint64_t bits = (uint64_t)s.size * 8;
    if (what == DIGEST_MD5)
        store_little(last + end - 8, bits, 8);
    else
        store_big(last + end - 8, bits, 8);
    for (uint32_t i = 0; i < end; i += size)
        kind->block(&h, last + i);
    for (uint32_t i = 0; i < kind->size; i++) {
        if (what == DIGEST_MD5)
            to[i] = (unsigned char)(h.w[i / 4] >> (8 * (i % 4)));
        else if (size == 64)
            to[i] = (unsigned char)(h.w[i / 4] >> (24 - 8 * (i % 4)));
        else
            to[i] = (unsigned char)(h.d[i / 8] >> (56 - 8 * (i % 8)));
    }
    return kind->size;
}

uint32_t crc32_bytes(struct slice s)
{
    static const uint32_t of_nibble[16] = {
        // the polynomial 0xEDB88320
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
        0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    uint32_t crc = UINT32_MAX;
    for (uint32_t i = 0; i < s.size; i++) {
        crc ^= (unsigned char)s.data[i];
        crc = of_nibble[crc & 15] ^ crc >> 4;
        crc = of_nibble[crc & 15] ^ crc >> 4;
    }
    return ~crc;
}

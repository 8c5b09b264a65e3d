// md5, sha1, sha2, crc32 (hash.scala).
#include "ops/digest.h"
#include "ops/kernel.h"
#include "ops/result.h"

static void put_digest(const struct call *c, uint32_t row, enum digest what)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[DIGEST_SIZE_MAX];
    uint32_t size = digest_bytes(what, slice_at(c->in[0], row), bytes);
    char *to = string_room(c, row, 2 * (uint64_t)size);
    for (uint32_t k = 0; k < size; k++) {
        *to++ = digits[bytes[k] >> 4];
        *to++ = digits[bytes[k] & 15];
    }
}

static void md5(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            put_digest(c, i, DIGEST_MD5);
    }
}

static void sha1(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            put_digest(c, i, DIGEST_SHA1);
    }
}

// The number of bits says which; 0 is 256, others than these are NULL.
static void sha2(const struct call *c, const struct rows *rows)
{
    static const struct {
        int32_t bits;
        enum digest what;
    } family[] = {
        {0, DIGEST_SHA256}, {224, DIGEST_SHA224}, {256, DIGEST_SHA256}, {384, DIGEST_SHA384}, {512, DIGEST_SHA512}};
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        uint32_t k = 0;
        while (k < sizeof family / sizeof *family && family[k].bits != int_at(c->in[1], i))
            k++;
        c->out->null[i] = k == sizeof family / sizeof *family;
        if (!c->out->null[i])
            put_digest(c, i, family[k].what);
    }
}

static enum status bind_digest(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_STRING);
    b->kernel = b->function == &function_md5 ? md5 : b->function == &function_sha1 ? sha1 : sha2;
    b->nullable |= b->function == &function_sha2;
    return binding_wants(b, (const enum want[]){WANT_BINARY, WANT_INT}, 2, e);
}

// ---- hmac (RFC 2104)

struct hmac {
    const char *name;
    enum digest what;
    uint32_t block;
};

static const struct hmac hmacs[] = {
    {"MD5", DIGEST_MD5, 64},         {"SHA-1", DIGEST_SHA1, 64},      {"SHA1", DIGEST_SHA1, 64},
    {"SHA-224", DIGEST_SHA224, 64},  {"SHA224", DIGEST_SHA224, 64},   {"SHA-256", DIGEST_SHA256, 64},
    {"SHA256", DIGEST_SHA256, 64},   {"SHA-384", DIGEST_SHA384, 128}, {"SHA384", DIGEST_SHA384, 128},
    {"SHA-512", DIGEST_SHA512, 128}, {"SHA512", DIGEST_SHA512, 128}};

// digest(key xor pad, message): `room` holds a block and the message.
static uint32_t hmac_half(const struct hmac *h, const unsigned char *key, unsigned char pad, struct slice message,
                          char *room, unsigned char *to)
{
    for (uint32_t k = 0; k < h->block; k++)
        room[k] = (char)(key[k] ^ pad);
    if (message.size > 0)
        memcpy(room + h->block, message.data, message.size);
    return digest_bytes(h->what, (struct slice){room, h->block + message.size}, to);
}

static void hmac(const struct call *c, const struct rows *rows)
{
    const struct hmac *h = c->state;
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct slice secret = slice_at(c->in[0], i), message = slice_at(c->in[1], i);
        unsigned char key[128] = {0}, inner[DIGEST_SIZE_MAX], outer[DIGEST_SIZE_MAX];
        if (secret.size > h->block)
            digest_bytes(h->what, secret, key);
        else if (secret.size > 0)
            memcpy(key, secret.data, secret.size);
        uint64_t room = (uint64_t)h->block + (message.size > DIGEST_SIZE_MAX ? message.size : DIGEST_SIZE_MAX);
        char *scratch = arena_alloc(c->arena, (size_t)room);
        uint32_t size = hmac_half(h, key, 0x36, message, scratch, inner);
        hmac_half(h, key, 0x5c, (struct slice){(const char *)inner, size}, scratch, outer);
        memcpy(string_room(c, i, size), outer, size);
    }
}

static enum status bind_hmac(struct binding *b, struct error *e)
{
    const struct expr *name = b->argc > 2 ? b->arg[2] : NULL;
    b->state = &hmacs[5];
    if (name != NULL && (!is_literal(name) || name->type->id != TYPE_STRING))
        return binding_not_literal(b, 2, e);
    for (size_t k = 0; name != NULL && k <= sizeof hmacs / sizeof *hmacs; k++) {
        if (k == sizeof hmacs / sizeof *hmacs)
            return error_set(e, STATUS_CONFIG,
                             "[INVALID_PARAMETER_VALUE] hmac: there is no algorithm %.*s; wanted MD5, SHA-1, SHA-224, "
                             "SHA-256, SHA-384 or SHA-512",
                             (int)name->literal.bytes.size, name->literal.bytes.data);
        b->state = &hmacs[k];
        if (slice_equal_fold(name->literal.bytes, slice_of(hmacs[k].name)))
            break;
    }
    b->type = type_simple(TYPE_BINARY);
    b->kernel = hmac;
    return binding_wants(b, (const enum want[]){WANT_BINARY, WANT_BINARY}, 2, e);
}

static void crc32_of_rows(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->i64[i] = crc32_bytes(slice_at(c->in[0], i));
    }
}

static enum status bind_crc32(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_BIGINT);
    b->kernel = crc32_of_rows;
    return binding_want(b, 0, WANT_BINARY, e);
}

const struct function function_md5 = {
    .name = "md5",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_digest,
    .usage = "md5(bytes)",
    .summary = "The MD5 digest in hexadecimal digits.",
    .example = "md5('Spark')",
    .gives = "\"8cde774d6f7333752ed72cacddb05126\"",
};
const struct function function_sha1 = {
    .name = "sha1",
    .alias = (const char *const[]){"sha", NULL},
    .min_args = 1,
    .max_args = 1,
    .bind = bind_digest,
    .usage = "sha1(bytes)",
    .summary = "The SHA-1 digest in hexadecimal digits.",
    .example = "sha1('Spark')",
    .gives = "\"85f5955f4b27a9a4c2aab6ffe5d7189fc298b92c\"",
};
const struct function function_sha2 = {
    .name = "sha2",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_digest,
    .usage = "sha2(bytes, bits)",
    .summary = "The SHA-2 digest of 224, 256 (or 0), 384 or 512 bits in hexadecimal digits.",
    .example = "sha2('Spark', 256)",
    .gives = "\"529bc3b07127ecb7e53a4dcf1991d9152c24537d919178022b2c42657f79a26b\"",
};
const struct function function_crc32 = {
    .name = "crc32",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_crc32,
    .usage = "crc32(bytes)",
    .summary = "The cyclic redundancy check of the bytes.",
    .example = "crc32('Spark')",
    .gives = "1557323817",
};
const struct function function_hmac = {
    .name = "hmac",
    .min_args = 2,
    .max_args = 3,
    .bind = bind_hmac,
    .usage = "hmac(key, message[, algorithm])",
    .summary = "The code that authenticates a message under a key, with MD5 or the SHA family; SHA-256 unless told.",
    .example = "hex(hmac('key', 'The quick brown fox jumps over the lazy dog', 'MD5'))",
    .gives = "\"80070713463E7749B90C2DC24911E275\"",
};

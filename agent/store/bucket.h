// Long keys. LMDB's keys end at 511 bytes and state keys do not: whatever agrees in its first BUCKET_AT bytes lies, in
// key order, in one record under those bytes. So key order holds, and a record under a key of exactly BUCKET_AT bytes
// is a bucket. docs/SPEC.md, Long keys: rest size (4), value size (4), rest of the key, value; again.
#ifndef AGENT_STORE_BUCKET_H
#define AGENT_STORE_BUCKET_H

#include "agent/store/frame.h"
#include "ops/status.h"
#include "ops/text.h"

enum { BUCKET_AT = 500 };

static inline struct slice bucket_key(struct slice key)
{
    return key.size < BUCKET_AT ? key : (struct slice){key.data, BUCKET_AT};
}

// Takes the first item off `bucket`. STATUS_END: it is empty; STATUS_DAMAGED: it is none.
enum status bucket_next(struct slice *bucket, struct slice *rest, struct slice *value);
enum status bucket_find(struct slice bucket, struct slice rest, struct slice *value);
void bucket_append(struct text *bucket, struct slice rest, struct slice value);

#endif

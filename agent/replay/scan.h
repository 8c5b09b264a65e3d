// JSON text as it stands, without a tree: members of objects, values, and whether two texts say the same. Both names
// twice and text of any length are fine; what is no JSON is told.
#ifndef AGENT_REPLAY_SCAN_H
#define AGENT_REPLAY_SCAN_H

#include "ops/slice.h"

#include <stdbool.h>

// The next member of an object. *at is the object's text at first (from its brace on), then what scan_member left
// there. The name is without its quotes, as written. false: no more; *at is NULL then if it was the end of an object.
bool scan_member(struct slice *at, struct slice *name, struct slice *value);
// The text of an object, whole and nothing behind it?
bool scan_is_object(struct slice text);
// Do two values say the same: blanks and the form of escapes do not count; of numbers with a fraction, nor does one
// unit in the last place of a DOUBLE (with `floats`, digits that a FLOAT does not have). Also within strings, where a
// query made text of numbers.
bool scan_same(struct slice a, struct slice b, bool floats);

#endif

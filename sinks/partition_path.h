// partitionBy: which columns name a row's directory, as Spark writes it (ExternalCatalogUtils.getPartitionPathString).
#ifndef SINKS_PARTITION_PATH_H
#define SINKS_PARTITION_PATH_H

#include "ops/chunk.h"
#include "ops/option.h"
#include "ops/session.h"
#include "ops/text.h"

struct partition_path {
    uint32_t *column; // of the result, in the order of partitionBy
    uint32_t count;
    struct slice *name;
    uint32_t *rest; // the columns that stay in the rows
    uint32_t rest_count;
};

// Arrays are the memory's, given back by partition_path_free (safe on zeroed memory); names are borrowed.
enum status partition_path_make(struct partition_path *p, const struct options *o, const struct field *fields,
                                uint32_t field_count, struct memory *memory, struct error *e);
void partition_path_free(struct partition_path *p, uint32_t field_count, struct memory *memory);
// "a=1/b=x"; `scratch` is cleared.
void partition_path_print(const struct partition_path *p, const struct chunk *chunk, uint32_t row,
                          const struct session *session, struct text *out, struct text *scratch);

#endif

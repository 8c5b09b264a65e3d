#include "agent/engine/questions.h"

#include "agent/engine/deadletter.h"
#include "agent/engine/inside.h"

#include <cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LIST_MOST = 256 * 1024 }; // bytes of dead letters told at once

static enum status list_letters(struct engine *g, const struct cJSON *asked, struct cJSON *answer, struct error *e)
{
    (void)asked;
    struct text out;
    uint64_t count;
    text_init(&out, g->memory);
    // What was refused a moment ago is written down first.
    enum status s = outbox_pending(g->outbox) ? deliver_commit(g, e) : STATUS_OK;
    if (s == STATUS_OK)
        s = deadletter_list(g->store, LIST_MOST, &out, &count, e);
    if (s == STATUS_OK)
        cJSON_AddStringToObject(answer, "text", text_cstring(&out));
    text_free(&out);
    return s;
}

static enum status resend_letters(struct engine *g, const struct cJSON *asked, struct cJSON *answer, struct error *e)
{
    (void)asked;
    uint64_t count;
    char words[80];
    enum status s = deliver_resend(g, &count, e);
    snprintf(words, sizeof words, "%" PRIu64 " dead letters are in the log again, and are sent now\n", count);
    if (s == STATUS_OK || count > 0)
        cJSON_AddStringToObject(answer, "text", words);
    return s;
}

static const struct question questions[] = {
    {"deadletter.list", list_letters},
    {"deadletter.resend", resend_letters},
};

const struct question *question_find(const char *name)
{
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        if (strcmp(questions[i].name, name) == 0)
            return &questions[i];
    return NULL;
}

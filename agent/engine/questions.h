// What a running pipeline can be asked through its control socket: a row each in agent/engine/questions.c.
#ifndef AGENT_ENGINE_QUESTIONS_H
#define AGENT_ENGINE_QUESTIONS_H

#include "ops/status.h"

struct cJSON;
struct engine;

struct question {
    const char *name;
    // Between two batches. Puts its members into `answer`, an object: "text" is what a person is to read.
    // STATUS_FAILED, STATUS_DAMAGED: the checkpoint is broken, and the pipeline ends or heals; anything else is told to
    // who asked.
    enum status (*answer)(struct engine *g, const struct cJSON *asked, struct cJSON *answer, struct error *e);
};

const struct question *question_find(const char *name); // NULL: there is none

#endif

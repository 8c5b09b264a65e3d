// A store in memory for tests: one part of a checkpoint, with commit and rollback.
#ifndef TESTS_SIM_STATE_SIM_H
#define TESTS_SIM_STATE_SIM_H

#include "ops/memory.h"
#include "ops/state.h"

struct state_sim;

struct state_sim *state_sim_new(struct memory *memory);
void state_sim_free(struct state_sim *s); // NULL is fine
const struct state *state_sim_state(struct state_sim *s);
void state_sim_commit(struct state_sim *s);
void state_sim_rollback(struct state_sim *s); // to the last commit

#endif

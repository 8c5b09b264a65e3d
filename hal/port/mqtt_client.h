// Inside the real MQTT client: what the engine's thread (mqtt_client.c) and the client's own I/O thread
// (mqtt_mosquitto.c) share. `lock` guards everything below it; the library is touched by the I/O thread only.
#ifndef HAL_PORT_MQTT_CLIENT_H
#define HAL_PORT_MQTT_CLIENT_H

#include "hal/port/kept_file.h"
#include "hal/port/mqtt_item.h"

#include <pthread.h>

struct mqtt_client {
    struct memory memory; // its own count: the engine's belongs to the engine's thread
    struct arena arena;   // the settings' copies
    struct mqtt_settings settings;
    struct port *port;         // the I/O thread calls wake only
    const struct log *log;     // the engine's thread only
    struct kept_file password; // the I/O thread only
    int wake;                  // eventfd: there is something for the I/O thread
    pthread_t thread;
    uint64_t said; // changes of `state` that were logged; the engine's thread only

    pthread_mutex_t lock;
    pthread_cond_t left; // the I/O thread has ended
    bool stop, ended;
    bool orphan; // nobody waits for the I/O thread any more: it frees everything as it ends
    struct mqtt_state state;
    uint64_t changes; // of connected or reason
    struct mqtt_pool pool;
    struct mqtt_items to_send, flying, settled; // out: handed over, published, answered
    struct mqtt_items taken, arrived;           // in: with the engine, waiting for it
    bool answers_waiting; // the library holds answers back: they go out when nothing is taken and nothing has arrived
};

// The I/O thread. Returns after `stop`.
void mqtt_client_run(struct mqtt_client *c);
// Releases everything of a client whose thread has ended.
void mqtt_client_free(struct mqtt_client *c);

#endif

// An MQTT client as a port: hal/port/mqtt_mosquitto.c is the real one (libmosquitto, one I/O thread a client with its
// own poll loop and bounded queues); tests/sim has a model broker. Called by one thread; nothing here blocks.
#ifndef HAL_PORT_MQTT_H
#define HAL_PORT_MQTT_H

#include "hal/port/log.h"
#include "hal/port/port.h"
#include "ops/memory.h"
#include "ops/slice.h"
#include "ops/status.h"

enum mqtt_version { MQTT_3_1_1, MQTT_5 };

struct mqtt_tls {
    bool on;
    const char *ca, *cert, *key; // PEM files; NULL: the system's authorities, no client certificate
};

struct mqtt_settings {
    const char *host;
    uint16_t port;
    struct mqtt_tls tls; // verified chain and hostname, 1.2 or newer
    const char *client_id;
    enum mqtt_version version;
    bool clean_session;
    uint16_t keepalive; // seconds
    const char *username, *password;
    const char *password_file; // where the password came from: read anew for each connection; NULL: as given above
    const char *will_topic;    // NULL: none
    struct slice will_payload;
    int will_qos;
    bool will_retain;
    const char *birth_topic; // published after each connect; NULL: none. With a will, each goodbye tells the will
    struct slice birth_payload;
    int birth_qos;
    bool birth_retain;
    uint16_t in_flight;         // messages under way at once, either direction (receive maximum)
    uint16_t queue_messages;    // handed over to be sent and not settled, those under way included
    size_t queue_bytes;         // payloads waiting in the client, either direction
    const char *const *filters; // subscriptions, NULL-terminated; NULL: none
    int subscribe_qos;          // 1: what is taken is acknowledged to the broker by `acknowledge`, not before
    bool ignore_retained;
};

struct mqtt_out {
    struct slice topic, payload;
    int qos;
    bool retain;
    const struct slice *property; // MQTT 5 user properties: name, value, …
    uint32_t property_count;      // pairs
};

struct mqtt_in { // borrowed until acknowledge or give_back
    struct slice topic, payload;
    int qos;
    bool retain;
    int64_t received; // monotonic, as the port's
};

enum { MQTT_REASON_MAX = 256 };

struct mqtt_state {
    bool connected;
    bool pressing;     // acknowledge soon: the broker's window is full, or it has waited half a keepalive for an answer
    uint64_t connects; // how often it has come up
    uint64_t taken_over;          // how often another client with our id displaced us
    char reason[MQTT_REASON_MAX]; // why it is not connected, in words; empty at first
};

struct mqtt_client;

struct mqtt_class {
    // Begins to connect and goes on for ever with full jitter, 1 to 60 s. Wakes `port` when there is something to ask
    // for.
    enum status (*open)(const struct mqtt_settings *settings, struct port *port, const struct log *log,
                        struct memory *memory, struct mqtt_client **out, struct error *e);
    void (*close)(struct mqtt_client *c); // NULL is fine; says goodbye within a second
    struct mqtt_state (*state)(struct mqtt_client *c);
    // STATUS_AGAIN: not connected, or the queue is full; nothing was queued. Copies. `token` comes back.
    enum status (*publish)(struct mqtt_client *c, const struct mqtt_out *message, uint64_t token, struct error *e);
    // The next token that is settled. *status: OK: it arrived (qos 0: written; 1: PUBACK; 2: PUBCOMP). AGAIN: unknown
    // (the connection was lost before the answer), or refused for now. FAILED: refused (MQTT 5 reason code >= 0x80, in
    // words), it does not say whether for good. CONFIG: refused for good (a topic or a size the broker never takes).
    // false: none.
    bool (*settled)(struct mqtt_client *c, uint64_t *token, enum status *status, char reason[MQTT_REASON_MAX]);
    // Received messages that were not taken yet, oldest first, up to `most`. Returns how many.
    uint32_t (*take)(struct mqtt_client *c, struct mqtt_in *out, uint32_t most);
    // Everything taken so far is safe: acknowledge it (qos 1). The broker hears of it once nothing is left to take.
    void (*acknowledge)(struct mqtt_client *c);
    // Everything taken and not acknowledged counts as not taken: it comes again.
    void (*give_back)(struct mqtt_client *c);
};

#endif

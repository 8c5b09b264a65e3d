// Messages that an MQTT client holds, and their queues. Not thread-safe: the client's lock guards them.
#ifndef HAL_PORT_MQTT_ITEM_H
#define HAL_PORT_MQTT_ITEM_H

#include "hal/port/mqtt.h"
#include "ops/text.h"

enum { MQTT_PROPERTIES_MAX = 16 }; // user properties a message, pairs

struct mqtt_item {
    struct mqtt_item *next;
    struct text bytes;                          // topic, payload, properties, each with a NUL behind it
    uint32_t topic, payload;                    // sizes
    uint32_t property[2 * MQTT_PROPERTIES_MAX]; // sizes of name, value, …
    uint32_t property_count;                    // pairs
    int qos;
    bool retain;
    uint64_t token;     // out
    int mid;            // out: the packet's id, once it is published
    enum status status; // out: once it is settled
    char reason[MQTT_REASON_MAX];
    int64_t received; // in
};

struct mqtt_items {
    struct mqtt_item *first, *last;
    uint32_t count;
    size_t bytes; // the items themselves included
};

// Items no longer used, kept so that a steady stream asks the heap for nothing.
struct mqtt_pool {
    struct memory *memory;
    struct mqtt_items spare;
};

struct mqtt_item *mqtt_item_new(struct mqtt_pool *pool);
void mqtt_item_free(struct mqtt_pool *pool, struct mqtt_item *item); // to the spare ones
void mqtt_pool_free(struct mqtt_pool *pool);

void mqtt_items_push(struct mqtt_items *list, struct mqtt_item *item);
struct mqtt_item *mqtt_items_pop(struct mqtt_items *list);                  // NULL: empty
struct mqtt_item *mqtt_items_take(struct mqtt_items *list, int mid);        // the one of that packet id; NULL: none
void mqtt_items_append(struct mqtt_items *list, struct mqtt_items *behind); // behind is empty afterwards
void mqtt_items_free(struct mqtt_items *list, struct mqtt_pool *pool);

void mqtt_item_fill(struct mqtt_item *item, const struct mqtt_out *message); // copies; asserts its limits
// Borrowed from the item. All of them are NUL-terminated.
struct slice mqtt_item_topic(const struct mqtt_item *item);
struct slice mqtt_item_payload(const struct mqtt_item *item);
// Pair i's name and value.
void mqtt_item_property(const struct mqtt_item *item, uint32_t i, struct slice *name, struct slice *value);

#endif

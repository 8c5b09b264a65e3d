#include "hal/port/mqtt_item.h"

#include <assert.h>

enum {
    SPARE_ITEMS = 1024,
    SPARE_BYTES = 16 * 1024, // a larger one gives its buffer back
};

static void destroy(struct mqtt_pool *pool, struct mqtt_item *item)
{
    text_free(&item->bytes);
    mem_free(pool->memory, item, sizeof(*item));
}

struct mqtt_item *mqtt_item_new(struct mqtt_pool *pool)
{
    struct mqtt_item *item = mqtt_items_pop(&pool->spare);
    if (item == NULL) {
        item = mem_zalloc(pool->memory, sizeof(*item));
        text_init(&item->bytes, pool->memory);
    }
    struct text bytes = item->bytes;
    *item = (struct mqtt_item){.bytes = bytes};
    text_clear(&item->bytes);
    return item;
}

void mqtt_item_free(struct mqtt_pool *pool, struct mqtt_item *item)
{
    if (pool->spare.count >= SPARE_ITEMS) {
        destroy(pool, item);
        return;
    }
    if (item->bytes.capacity > SPARE_BYTES) {
        text_free(&item->bytes);
        text_init(&item->bytes, pool->memory);
    }
    text_clear(&item->bytes);
    mqtt_items_push(&pool->spare, item);
}

void mqtt_pool_free(struct mqtt_pool *pool)
{
    for (struct mqtt_item *item = mqtt_items_pop(&pool->spare); item != NULL; item = mqtt_items_pop(&pool->spare))
        destroy(pool, item);
}

void mqtt_items_push(struct mqtt_items *list, struct mqtt_item *item)
{
    item->next = NULL;
    if (list->last != NULL)
        list->last->next = item;
    else
        list->first = item;
    list->last = item;
    list->count++;
    list->bytes += item->bytes.size + sizeof(*item);
}

struct mqtt_item *mqtt_items_pop(struct mqtt_items *list)
{
    struct mqtt_item *item = list->first;
    if (item == NULL)
        return NULL;
    list->first = item->next;
    if (list->first == NULL)
        list->last = NULL;
    list->count--;
    list->bytes -= item->bytes.size + sizeof(*item);
    item->next = NULL;
    return item;
}

struct mqtt_item *mqtt_items_take(struct mqtt_items *list, int mid)
{
    struct mqtt_item *before = NULL, *item = list->first;
    while (item != NULL && item->mid != mid) {
        before = item;
        item = item->next;
    }
    if (item == NULL || before == NULL)
        return item == NULL ? NULL : mqtt_items_pop(list);
    before->next = item->next;
    if (list->last == item)
        list->last = before;
    list->count--;
    list->bytes -= item->bytes.size + sizeof(*item);
    item->next = NULL;
    return item;
}

void mqtt_items_append(struct mqtt_items *list, struct mqtt_items *behind)
{
    if (behind->first == NULL)
        return;
    if (list->last != NULL)
        list->last->next = behind->first;
    else
        list->first = behind->first;
    list->last = behind->last;
    list->count += behind->count;
    list->bytes += behind->bytes;
    *behind = (struct mqtt_items){0};
}

void mqtt_items_free(struct mqtt_items *list, struct mqtt_pool *pool)
{
    for (struct mqtt_item *item = mqtt_items_pop(list); item != NULL; item = mqtt_items_pop(list))
        mqtt_item_free(pool, item);
}

static uint32_t put(struct mqtt_item *item, struct slice s)
{
    text_slice(&item->bytes, s);
    text_char(&item->bytes, '\0');
    return s.size;
}

void mqtt_item_fill(struct mqtt_item *item, const struct mqtt_out *message)
{
    assert(message->property_count <= MQTT_PROPERTIES_MAX);
    item->topic = put(item, message->topic);
    item->payload = put(item, message->payload);
    item->property_count = message->property_count;
    for (uint32_t i = 0; i < 2 * message->property_count; i++)
        item->property[i] = put(item, message->property[i]);
    item->qos = message->qos;
    item->retain = message->retain;
}

struct slice mqtt_item_topic(const struct mqtt_item *item)
{
    return (struct slice){item->bytes.data, item->topic};
}

struct slice mqtt_item_payload(const struct mqtt_item *item)
{
    return (struct slice){item->bytes.data + item->topic + 1, item->payload};
}

void mqtt_item_property(const struct mqtt_item *item, uint32_t i, struct slice *name, struct slice *value)
{
    size_t at = (size_t)item->topic + 1 + item->payload + 1;
    for (uint32_t k = 0; k < 2 * i; k++)
        at += item->property[k] + 1;
    *name = (struct slice){item->bytes.data + at, item->property[2 * i]};
    *value = (struct slice){name->data + name->size + 1, item->property[2 * i + 1]};
}

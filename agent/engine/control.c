#include "agent/engine/control.h"

#include "agent/engine/questions.h"
#include "ops/datetime.h"
#include "ops/text.h"

#include <cJSON.h>
#include <stdlib.h>

enum {
    CALLERS = 4, // at once
    QUESTION_MOST = 64 * 1024,
    READ_AT_ONCE = 4096,
    PATIENCE = 5 * MICROS_PER_SECOND, // for a whole question to come; for an answer to be taken
};

struct caller {
    struct control *control;
    int handle; // -1: nobody
    bool asked; // the whole question is here
    int64_t until;
    struct text question, answer;
    size_t sent;
};

struct control {
    struct port *port;
    struct memory *memory;
    int server;
    struct caller caller[CALLERS];
};

static int64_t now_of(const struct control *c)
{
    return c->port->class->monotonic(c->port);
}

static void hang_up(struct caller *x)
{
    struct port *port = x->control->port;
    if (x->handle >= 0)
        port->class->close(port, x->handle);
    x->handle = -1;
    text_free(&x->question);
    text_free(&x->answer);
}

// ---------------------------------------------------------------- taking in

static void take_in(struct caller *x)
{
    struct port *port = x->control->port;
    while (!x->asked) {
        size_t got = 0;
        char *to = text_reserve(&x->question, READ_AT_ONCE);
        enum status s = port->class->receive(port, x->handle, to, READ_AT_ONCE, &got, NULL);
        if (s == STATUS_AGAIN)
            return;
        x->question.size += got;
        x->asked = s == STATUS_END || memchr(to, '\n', got) != NULL;
        if ((s != STATUS_OK && s != STATUS_END) || x->question.size == 0 || x->question.size > QUESTION_MOST) {
            hang_up(x);
            return;
        }
    }
    port->class->interest(port, x->handle, 0);
}

static void send_some(struct caller *x)
{
    struct port *port = x->control->port;
    while (x->sent < x->answer.size) {
        size_t sent = 0;
        enum status s =
            port->class->send(port, x->handle, x->answer.data + x->sent, x->answer.size - x->sent, &sent, NULL);
        if (s == STATUS_AGAIN) {
            port->class->interest(port, x->handle, PORT_WRITABLE);
            return;
        }
        if (s != STATUS_OK)
            break;
        x->sent += sent;
    }
    hang_up(x);
}

static void on_caller(void *arg, int handle, unsigned events)
{
    struct caller *x = arg;
    (void)handle, (void)events;
    if (!x->asked)
        take_in(x);
    else
        send_some(x);
}

static void on_server(void *arg, int handle, unsigned events)
{
    struct control *c = arg;
    (void)events;
    for (;;) {
        struct caller *x = NULL, nobody = {.control = c, .handle = -1};
        for (uint32_t i = 0; !x && i < CALLERS; i++)
            x = c->caller[i].handle < 0 ? &c->caller[i] : NULL;
        struct caller *to = x ? x : &nobody;
        enum status s = c->port->class->accept(c->port, handle, on_caller, to, &to->handle, NULL);
        if (s != STATUS_OK && s != STATUS_AGAIN) { // it would be told for ever
            c->port->class->close(c->port, c->server);
            c->server = -1;
        }
        if (s != STATUS_OK)
            return;
        text_init(&to->question, c->memory);
        text_init(&to->answer, c->memory);
        to->asked = x == NULL;
        to->sent = 0;
        to->until = now_of(c) + PATIENCE;
        if (!x) {
            text_string(&to->answer, "{\"error\":\"too many ask at once: ask again\"}\n");
            send_some(to);
            hang_up(to);
        }
    }
}

// ---------------------------------------------------------------- answering

static enum status ask(const struct cJSON *asked, struct engine *g, struct cJSON *answer, struct error *e)
{
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(asked, "ask");
    const struct question *q = cJSON_IsString(name) ? question_find(name->valuestring) : NULL;
    if (!q)
        return error_set(e, STATUS_USAGE, "no such question: %.100s",
                         cJSON_IsString(name) ? name->valuestring : "there is no member \"ask\"");
    return q->answer(g, asked, answer, e);
}

static enum status answer(struct caller *x, struct engine *g, struct error *e)
{
    cJSON *asked = cJSON_ParseWithLength(x->question.data, x->question.size), *root = cJSON_CreateObject();
    struct error why = {0};
    enum status s = ask(asked, g, root, &why);
    if (s != STATUS_OK)
        cJSON_AddStringToObject(root, "error", why.text);
    char *json = cJSON_PrintUnformatted(root);
    text_string(&x->answer, json);
    text_char(&x->answer, '\n');
    free(json);
    cJSON_Delete(root);
    cJSON_Delete(asked);
    x->until = now_of(x->control) + PATIENCE;
    send_some(x);
    return s == STATUS_FAILED || s == STATUS_DAMAGED ? error_set(e, s, "%s", why.text) : STATUS_OK;
}

enum status control_serve(struct control *c, struct engine *g, int64_t *next, struct error *e)
{
    *next = INT64_MAX;
    for (uint32_t i = 0; c && i < CALLERS; i++) {
        struct caller *x = &c->caller[i];
        enum status s = x->handle >= 0 && x->asked && x->answer.size == 0 ? answer(x, g, e) : STATUS_OK;
        if (s != STATUS_OK)
            return s;
        if (x->handle >= 0 && now_of(c) >= x->until)
            hang_up(x);
        if (x->handle >= 0)
            *next = x->until < *next ? x->until : *next;
    }
    return STATUS_OK;
}

// ---------------------------------------------------------------- start and end

enum status control_open(struct port *port, const char *path, struct memory *memory, struct control **out,
                         struct error *e)
{
    struct control *c = mem_zalloc(memory, sizeof *c);
    c->port = port;
    c->memory = memory;
    c->server = -1;
    for (uint32_t i = 0; i < CALLERS; i++)
        c->caller[i] = (struct caller){.control = c, .handle = -1};
    enum status s = port->class->serve(port, path, on_server, c, &c->server, e);
    if (s != STATUS_OK) {
        control_close(c);
        return s;
    }
    *out = c;
    return STATUS_OK;
}

void control_close(struct control *c)
{
    if (!c)
        return;
    for (uint32_t i = 0; i < CALLERS; i++)
        hang_up(&c->caller[i]);
    c->port->class->close(c->port, c->server);
    mem_free(c->memory, c, sizeof *c);
}

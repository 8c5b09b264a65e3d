#include "agent/cli/ask.h"

#include <cJSON.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

// It answers between two batches, so a long one is waited for.
enum { SEND_SECONDS = 5, ANSWER_SECONDS = 120, ANSWER_MOST = 4 << 20, READ_AT_ONCE = 16 * 1024 };

static enum status fail(struct error *e, const char *socket, const char *why)
{
    return error_set(e, STATUS_FAILED, "the pipeline cannot be asked at %s: %s", socket, why);
}

static enum status call(const char *path, int *out, struct error *e)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval send_time = {.tv_sec = SEND_SECONDS}, answer_time = {.tv_sec = ANSWER_SECONDS};
    if (strlen(path) >= sizeof address.sun_path)
        return fail(e, path, "the name is too long for a socket");
    memcpy(address.sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return fail(e, path, strerror(errno));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &send_time, sizeof send_time);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &answer_time, sizeof answer_time);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0) {
        *out = fd;
        return STATUS_OK;
    }
    enum status s = fail(e, path, strerror(errno));
    close(fd);
    return s;
}

static enum status converse(int fd, const char *path, const char *question, struct text *got, struct error *e)
{
    struct text line;
    text_init(&line, got->memory);
    text_printf(&line, "{\"ask\":\"%s\"}\n", question);
    bool sent = send(fd, line.data, line.size, MSG_NOSIGNAL) == (ssize_t)line.size;
    text_free(&line);
    if (!sent)
        return fail(e, path, strerror(errno));
    while (got->size == 0 || got->data[got->size - 1] != '\n') {
        ssize_t n = recv(fd, text_reserve(got, READ_AT_ONCE), READ_AT_ONCE, 0);
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return fail(e, path, "no answer in two minutes: it is in a long batch, or waits for room on its disk");
        if (n <= 0)
            return fail(e, path, n == 0 ? "it ended before it answered" : strerror(errno));
        got->size += (size_t)n;
        if (got->size > ANSWER_MOST)
            return fail(e, path, "its answer is longer than 4 MB");
    }
    return STATUS_OK;
}

static enum status read_answer(const char *path, const struct text *got, struct text *answer, struct error *e)
{
    cJSON *root = cJSON_ParseWithLength(got->data, got->size);
    const cJSON *text = cJSON_GetObjectItemCaseSensitive(root, "text");
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(root, "error");
    enum status s = STATUS_OK;
    if (cJSON_IsString(text))
        text_string(answer, text->valuestring);
    if (cJSON_IsString(error))
        s = error_set(e, STATUS_FAILED, "%s", error->valuestring);
    else if (!cJSON_IsString(text))
        s = fail(e, path, "it answers what this version does not understand");
    cJSON_Delete(root);
    return s;
}

enum status ask_running(const char *socket, const char *question, struct text *answer, struct error *e)
{
    int fd = -1;
    struct text got;
    enum status s = call(socket, &fd, e);
    if (s != STATUS_OK)
        return s;
    text_init(&got, answer->memory);
    s = converse(fd, socket, question, &got, e);
    if (s == STATUS_OK)
        s = read_answer(socket, &got, answer, e);
    text_free(&got);
    close(fd);
    return s;
}

#include "hal/port/linux_impl.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { HOST_MAX = 255, SERVICE_MAX = 32 };

// Shared by the port and the thread; the last to let go frees it. It counts its memory by itself: the port's count
// belongs to the port's thread.
struct lookup {
    struct memory memory;
    pthread_mutex_t lock;
    unsigned owners;
    int fd; // an eventfd, readable when the answer is there
    char host[HOST_MAX + 1], service[SERVICE_MAX + 1];
    int failure; // of getaddrinfo
    struct address_list list;
};

static void copy_addresses(const struct addrinfo *from, struct address_list *to)
{
    to->count = 0;
    for (; from != NULL && to->count < ADDRESS_MAX; from = from->ai_next) {
        struct address *a = &to->at[to->count];
        if (from->ai_addrlen > sizeof(a->storage))
            continue;
        memcpy(&a->storage, from->ai_addr, from->ai_addrlen);
        a->length = from->ai_addrlen;
        a->family = from->ai_family;
        to->count++;
    }
}

static int ask(const char *host, const char *service, int flags, struct address_list *out)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = flags};
    struct addrinfo *found = NULL;
    int failure = getaddrinfo(host, service, &hints, &found);
    if (failure == 0)
        copy_addresses(found, out);
    if (found != NULL)
        freeaddrinfo(found);
    return failure;
}

bool lookup_numeric(const char *host, const char *service, struct address_list *out)
{
    int flags = AI_NUMERICHOST | AI_NUMERICSERV;
    if (strcmp(host, "localhost") != 0)
        return ask(host, service, flags, out) == 0 && out->count > 0;
    // As Java does it: IPv4 first.
    struct address_list six = {0};
    if (ask("127.0.0.1", service, flags, out) != 0)
        return false;
    if (ask("::1", service, flags, &six) == 0 && six.count > 0 && out->count < ADDRESS_MAX)
        out->at[out->count++] = six.at[0];
    return out->count > 0;
}

static void *run(void *arg)
{
    struct lookup *l = arg;
    struct address_list list = {0};
    int failure = ask(l->host, l->service, 0, &list);
    pthread_mutex_lock(&l->lock);
    l->failure = failure;
    l->list = list;
    uint64_t one = 1;
    ssize_t ignored = write(l->fd, &one, sizeof(one));
    (void)ignored;
    pthread_mutex_unlock(&l->lock);
    lookup_release(l);
    return NULL;
}

enum status lookup_start(const char *host, const char *service, struct lookup **out, int *fd, struct error *e)
{
    if (strlen(host) > HOST_MAX || strlen(service) > SERVICE_MAX)
        return error_set(e, STATUS_CONFIG, "host name %.40s… is too long", host);
    struct memory start = {0};
    struct lookup *l = mem_zalloc(&start, sizeof(*l));
    l->memory = start;
    l->owners = 1;
    snprintf(l->host, sizeof(l->host), "%s", host);
    snprintf(l->service, sizeof(l->service), "%s", service);
    pthread_mutex_init(&l->lock, NULL);
    l->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_t thread;
    int number = l->fd < 0 ? errno : 0;
    if (number == 0) {
        l->owners = 2;
        number = pthread_create(&thread, &attributes, run, l);
    }
    pthread_attr_destroy(&attributes);
    if (number != 0) {
        l->owners = 1;
        lookup_release(l);
        return error_set(e, STATUS_FAILED, "looking up %s: %s", host, strerror(number));
    }
    *out = l;
    *fd = l->fd;
    return STATUS_OK;
}

bool lookup_result(struct lookup *l, struct address_list *out, char *why, size_t why_size)
{
    pthread_mutex_lock(&l->lock);
    int failure = l->failure;
    *out = l->list;
    pthread_mutex_unlock(&l->lock);
    if (failure != 0)
        snprintf(why, why_size, "the name cannot be looked up (%s)", gai_strerror(failure));
    else if (out->count == 0)
        snprintf(why, why_size, "the name has no address");
    return failure == 0 && out->count > 0;
}

void lookup_release(struct lookup *l)
{
    if (l == NULL)
        return;
    pthread_mutex_lock(&l->lock);
    bool last = --l->owners == 0;
    pthread_mutex_unlock(&l->lock);
    if (!last)
        return;
    if (l->fd >= 0)
        close(l->fd);
    pthread_mutex_destroy(&l->lock);
    struct memory end = l->memory;
    mem_free(&end, l, sizeof(*l));
}

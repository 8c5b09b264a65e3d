#include "hal/port/tls_words.h"

#include <stdio.h>
#include <sys/timex.h>
#include <time.h>

// openssl/x509_vfy.h; the numbers are part of its interface.
enum { NOT_YET_VALID = 9, HAS_EXPIRED = 10 };

static const struct {
    long verify;
    const char *words;
} reasons[] = {
    {2, "its certificate is signed by an unknown authority (give its CA as \"ca\")"},
    {NOT_YET_VALID, "its certificate is not yet valid"},
    {HAS_EXPIRED, "its certificate has expired"},
    {18, "its certificate is self-signed, and not trusted (give it as \"ca\")"},
    {19, "its certificate's chain ends in an authority that is not trusted (give it as \"ca\")"},
    {20, "its certificate is signed by an unknown authority (give its CA as \"ca\")"},
    {21, "its certificate is signed by an unknown authority (give its CA as \"ca\")"},
    {23, "its certificate was revoked"},
    {26, "its certificate is not made for a server"},
    {62, "its certificate is for another host name"},
    {64, "its certificate is for another address"},
};

struct tls_clock tls_clock_now(void)
{
    struct timespec t;
    struct timex x = {0};
    clock_gettime(CLOCK_REALTIME, &t);
    int state = adjtimex(&x);
    return (struct tls_clock){.wall = (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000,
                              .synchronised = state >= 0 && state != TIME_ERROR && (x.status & STA_UNSYNC) == 0};
}

bool tls_words(long verify, const struct tls_clock *clock, char *out, size_t size)
{
    const char *words = NULL;
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
        if (reasons[i].verify == verify)
            words = reasons[i].words;
    if (words == NULL)
        return false;
    bool date = verify == NOT_YET_VALID || verify == HAS_EXPIRED;
    if (!date) {
        snprintf(out, size, "%s", words);
        return true;
    }
    time_t seconds = (time_t)(clock->wall / 1000000);
    struct tm tm;
    char now[32];
    gmtime_r(&seconds, &tm);
    strftime(now, sizeof(now), "%Y-%m-%dT%H:%M:%SZ", &tm);
    snprintf(out, size, "%s by this machine's clock (%s%s)", words, now,
             clock->synchronised ? "" : "; an untrusted clock: it is not synchronised, and may itself be the reason");
    return true;
}

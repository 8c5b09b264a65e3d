// Why a certificate was not accepted, in words.
#ifndef HAL_PORT_TLS_WORDS_H
#define HAL_PORT_TLS_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The clock that judged the certificate's dates.
struct tls_clock {
    int64_t wall; // microseconds
    bool synchronised;
};

struct tls_clock tls_clock_now(void); // by the kernel's word (adjtimex)

// `verify` is OpenSSL's X509_V_ERR_…; 0 or unknown: nothing is written, false. A wrong date on an untrusted clock is
// named as such.
bool tls_words(long verify, const struct tls_clock *clock, char *out, size_t size);

#endif

// Why a TLS connection did not come about, in words that tell what to do.
#ifndef HAL_PORT_TLS_WORDS_H
#define HAL_PORT_TLS_WORDS_H

#include <stddef.h>

struct ssl_st; // OpenSSL's SSL

// What verifying the peer's certificate found. false: nothing, `out` is untouched.
_Bool tls_verify_words(const struct ssl_st *ssl, const char *host, char *out, size_t room);
// The words behind a verify result (X509_V_ERR_…); a clock that is not synchronised is named as such.
void tls_result_words(long result, const char *host, char *out, size_t room);

#endif

#include "hal/port/tls_words.h"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/timex.h>
#include <time.h>

// The kernel's word.
static bool clock_is_synchronised(void)
{
    struct timex t = {0};
    return adjtimex(&t) != TIME_ERROR && (t.status & STA_UNSYNC) == 0;
}

static void clock_words(const char *what, char *out, size_t room)
{
    char day[32] = "";
    time_t now = time(NULL);
    struct tm utc;
    if (gmtime_r(&now, &utc) != NULL)
        strftime(day, sizeof(day), "%Y-%m-%d %H:%M UTC", &utc);
    if (clock_is_synchronised())
        snprintf(out, room, "the peer's certificate %s (here it is %s)", what, day);
    else
        snprintf(out, room,
                 "the peer's certificate %s by this machine's clock, which says %s and is not synchronised: the clock "
                 "is not to be trusted, look at it first",
                 what, day);
}

void tls_result_words(long result, const char *host, char *out, size_t room)
{
    switch (result) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        clock_words("has expired", out, room);
        break;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        clock_words("is not valid yet", out, room);
        break;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        snprintf(out, room, "hostname mismatch: the peer's certificate is not for %s", host);
        break;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        snprintf(out, room, "unknown CA: the peer's certificate is signed by nobody that \"ca\" knows (%s)",
                 X509_verify_cert_error_string(result));
        break;
    default:
        snprintf(out, room, "the peer's certificate is refused: %s", X509_verify_cert_error_string(result));
        break;
    }
}

_Bool tls_verify_words(const struct ssl_st *ssl, const char *host, char *out, size_t room)
{
    long result = ssl == NULL ? X509_V_OK : SSL_get_verify_result(ssl);
    if (result == X509_V_OK)
        return false;
    tls_result_words(result, host, out, room);
    return true;
}

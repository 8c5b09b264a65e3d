// The options that sources and sinks over HTTP have in common: where the peer is, who we are, how the way is secured.
#ifndef HAL_PORT_HTTP_OPTIONS_H
#define HAL_PORT_HTTP_OPTIONS_H

#include "hal/port/http.h"
#include "ops/option.h"

// Rows of a table of option_spec.
#define HTTP_OPTIONS                                                                                                   \
    {.name = "url",                                                                                                    \
     .kind = OPTION_STRING,                                                                                            \
     .required = true,                                                                                                 \
     .summary = "https://HOST[:PORT][/PATH] or http://; without a scheme TLS, but on this machine"},                   \
        {.name = "username", .kind = OPTION_STRING, .summary = "Basic authentication"},                                \
        {.name = "password", .kind = OPTION_STRING, .summary = "Better from a secretFile, which may change"},          \
        {.name = "token",                                                                                              \
         .kind = OPTION_STRING,                                                                                        \
         .summary = "Bearer token; better from a secretFile, which may "                                               \
                    "change"},                                                                                         \
        {.name = "ca", .kind = OPTION_STRING, .summary = "PEM file of trusted authorities; default: the system's"},    \
        {.name = "cert", .kind = OPTION_STRING, .summary = "PEM file of our own certificate (its chain too)"},         \
        {.name = "key", .kind = OPTION_STRING, .summary = "PEM file of its private key, without a password"},          \
        {.name = "timeout",                                                                                            \
         .kind = OPTION_DURATION,                                                                                      \
         .fallback = "30 seconds",                                                                                     \
         .summary = "A request, look-up and connecting included"},                                                     \
    {                                                                                                                  \
        .name = "allowPlaintext", .kind = OPTION_BOOLEAN, .fallback = "false",                                         \
        .summary = "A password or token may go out without TLS"                                                        \
    }

// Reads them into the settings (which borrow from the options and from `arena`), connections and response_limit aside;
// *base is the url in full, without a slash at its end. STATUS_CONFIG: what is wrong.
enum status http_options_read(const struct options *options, struct arena *arena, struct http_settings *out,
                              const char **base, struct error *e);

#endif

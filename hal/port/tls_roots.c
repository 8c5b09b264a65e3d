#include "hal/port/tls_roots.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt", // Debian, Raspberry Pi OS, Alpine, OpenWrt (ca-bundle)
    "/etc/ssl/cert.pem",                  // Alpine, OpenWrt
    "/etc/pki/tls/certs/ca-bundle.crt",   // Fedora
    "/etc/ssl/ca-bundle.pem",             // SUSE
};
static const char hashed[] = "/etc/ssl/certs"; // OpenWrt (ca-certificates)

static bool is_bundle(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 && S_ISREG(s.st_mode) && s.st_size > 0 && access(path, R_OK) == 0;
}

// A directory counts if there is a certificate in it that OpenSSL would find: its name is a hash and a number.
static bool is_hashed(const char *path)
{
    DIR *d = opendir(path);
    bool found = false;
    for (const struct dirent *entry; d != NULL && !found && (entry = readdir(d)) != NULL;) {
        size_t size = strlen(entry->d_name);
        found = size > 2 && strcmp(entry->d_name + size - 2, ".0") == 0;
    }
    if (d != NULL)
        closedir(d);
    return found;
}

// What a variable of the environment says, if it can be read; else it is noted in `e`.
static enum status take_said(const char *name, int mode, char out[TLS_ROOTS_PATH_MAX], struct error *e)
{
    const char *path = getenv(name);
    if (path == NULL || path[0] == '\0')
        return STATUS_END;
    if (strlen(path) >= TLS_ROOTS_PATH_MAX)
        return error_set(e, STATUS_FAILED, "%s is longer than %d bytes", name, TLS_ROOTS_PATH_MAX - 1);
    if (access(path, mode) != 0)
        return error_set(e, STATUS_FAILED, "%s is %.120s: %s", name, path, strerror(errno));
    strcpy(out, path);
    return STATUS_OK;
}

enum status tls_roots_find(const char *root, struct tls_roots *out, struct error *e)
{
    *out = (struct tls_roots){0};
    enum status directory = take_said("SSL_CERT_DIR", R_OK | X_OK, out->directory, e);
    enum status file = take_said("SSL_CERT_FILE", R_OK, out->file, e);
    if (file == STATUS_OK || directory == STATUS_OK)
        return STATUS_OK;
    if (file == STATUS_FAILED || directory == STATUS_FAILED)
        return STATUS_FAILED;
    for (size_t i = 0; i < sizeof(bundles) / sizeof(bundles[0]); i++) {
        int size = snprintf(out->file, sizeof(out->file), "%s%s", root, bundles[i]);
        if (size < TLS_ROOTS_PATH_MAX && is_bundle(out->file))
            return STATUS_OK;
    }
    out->file[0] = '\0';
    int size = snprintf(out->directory, sizeof(out->directory), "%s%s", root, hashed);
    if (size < TLS_ROOTS_PATH_MAX && is_hashed(out->directory))
        return STATUS_OK;
    return error_set(e, STATUS_FAILED,
                     "no authorities are trusted here: there is no %s, %s, %s, %s, %s/*.0; "
                     "install ca-certificates, or give the CA as \"ca\"",
                     bundles[0], bundles[1], bundles[2], bundles[3], hashed);
}

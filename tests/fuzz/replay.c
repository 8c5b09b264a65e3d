// Runs a fuzz target on files, and on all files of directories: the corpus as a test, by any compiler.
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

enum { INPUT_MAX = 1 << 20, PATH_MAX_BYTES = 4096 };

static unsigned ran;

static void run_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    uint8_t *bytes = malloc(INPUT_MAX);
    FUZZ_CHECK(f != NULL && bytes != NULL);
    size_t size = fread(bytes, 1, INPUT_MAX, f);
    uint8_t *exact = malloc(size > 0 ? size : 1); // so that reading past it is seen
    FUZZ_CHECK(exact != NULL);
    memcpy(exact, bytes, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    free(bytes);
    fclose(f);
    ran++;
}

static void run_path(const char *path)
{
    struct stat s;
    if (stat(path, &s) == 0 && !S_ISDIR(s.st_mode)) {
        run_file(path);
        return;
    }
    DIR *d = opendir(path);
    FUZZ_CHECK(d != NULL);
    for (const struct dirent *entry; (entry = readdir(d)) != NULL;) {
        char inner[PATH_MAX_BYTES];
        snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name);
        if (entry->d_name[0] != '.')
            run_path(inner);
    }
    closedir(d);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        run_path(argv[i]);
    printf("%u inputs\n", ran);
    return ran == 0;
}

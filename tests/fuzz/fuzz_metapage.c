// A checkpoint's file as it is judged before LMDB opens it: its first two pages, whatever they hold.
#include "tests/fuzz/fuzz.h"

#include "agent/store/metapage.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { FILE_SIZE = 16 * 4096 };

static char directory[64], mended[64];

static void clean(void)
{
    char path[96];
    const char *const of[] = {directory, mended};
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof(path), "%s/data.mdb", of[i]);
        unlink(path);
        rmdir(of[i]);
    }
}

static void make_directories(void)
{
    strcpy(directory, "/tmp/runnel-fuzz-XXXXXX");
    strcpy(mended, "/tmp/runnel-fuzz-XXXXXX");
    FUZZ_CHECK(mkdtemp(directory) != NULL && mkdtemp(mended) != NULL);
    atexit(clean);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz f;
    char path[96];
    if (directory[0] == '\0')
        make_directories();
    fuzz_begin(&f, data, size);
    snprintf(path, sizeof(path), "%s/data.mdb", directory);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FUZZ_CHECK(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    if (size % 2 == 0) // as long as its pages say, or cut
        FUZZ_CHECK(ftruncate(fd, FILE_SIZE) == 0);
    close(fd);
    (void)env_probe(directory);
    (void)metapage_judge(directory, &f.error);
    int older = metapage_older(directory);
    FUZZ_CHECK(older >= -1 && older <= 1);
    (void)metapage_mend(directory, mended, (int)(size % 2), &f.error);
    fuzz_end(&f);
    return 0;
}

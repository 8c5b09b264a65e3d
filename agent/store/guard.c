#include "agent/store/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { READ_SIZE = 4096 };

// What comes first through the pipe; the text that was said follows.
struct verdict {
    enum status status;
    struct error error;
};

static bool write_all(int file, const void *bytes, size_t count)
{
    const char *at = bytes;
    while (count > 0) {
        ssize_t done = write(file, at, count);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        at += done;
        count -= (size_t)done;
    }
    return true;
}

void guard_in_child(void)
{
    static const int deadly[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGPIPE};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++)
        signal(deadly[i], SIG_DFL);
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (null >= 0)
        dup2(null, STDERR_FILENO);
}

static void child(enum status (*work)(void *arg, struct text *said, struct error *e), void *arg, int out)
{
    struct memory memory = {0};
    struct text said;
    struct verdict v;
    memset(&v, 0, sizeof v);
    guard_in_child();
    text_init(&said, &memory);
    v.status = work(arg, &said, &v.error);
    bool written = write_all(out, &v, sizeof v) && write_all(out, said.data, said.size);
    _exit(written ? 0 : 1);
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

// False: the time is up.
static bool read_to_end(int file, int seconds, struct text *all)
{
    int64_t until = now_ms() + (int64_t)seconds * 1000;
    for (;;) {
        int64_t left = seconds > 0 ? until - now_ms() : -1;
        if (seconds > 0 && left <= 0)
            return false;
        struct pollfd p = {.fd = file, .events = POLLIN};
        if (poll(&p, 1, (int)left) <= 0)
            continue; // time, or a signal
        char *to = text_reserve(all, READ_SIZE);
        ssize_t got = read(file, to, READ_SIZE);
        if (got == 0 || (got < 0 && errno != EINTR))
            return true;
        all->size += got > 0 ? (size_t)got : 0;
    }
}

static enum status judge(int wait_status, const struct text *all, struct text *said, struct error *e)
{
    struct verdict v;
    if (WIFSIGNALED(wait_status))
        return error_set(e, STATUS_DAMAGED, "reading it ends with signal %d (%s)", WTERMSIG(wait_status),
                         strsignal(WTERMSIG(wait_status)));
    if (!WIFEXITED(wait_status) || WEXITSTATUS(wait_status) != 0 || all->size < sizeof v)
        return error_set(e, STATUS_DAMAGED, "reading it ends the process that reads");
    memcpy(&v, all->data, sizeof v);
    if (said)
        text_bytes(said, all->data + sizeof v, all->size - sizeof v);
    if (v.status != STATUS_OK && e)
        *e = v.error;
    return v.status;
}

enum status guard_run(enum status (*work)(void *arg, struct text *said, struct error *e), void *arg, int seconds,
                      int close_in_child, struct text *said, struct error *e)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return error_set(e, STATUS_FAILED, "no pipe for a child process: %s", strerror(errno));
    pid_t pid = fork();
    if (pid == 0) {
        if (close_in_child >= 0)
            close(close_in_child);
        close(ends[0]);
        child(work, arg, ends[1]);
    }
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return error_set(e, STATUS_FAILED, "no child process: %s", strerror(errno));
    }
    struct memory memory = {0};
    struct text all;
    text_init(&all, &memory);
    bool done = read_to_end(ends[0], seconds, &all);
    close(ends[0]);
    if (!done)
        kill(pid, SIGKILL);
    int wait_status = 0;
    while (waitpid(pid, &wait_status, 0) < 0 && errno == EINTR)
        ;
    enum status status =
        done ? judge(wait_status, &all, said, e) : error_set(e, STATUS_AGAIN, "not done in %d s", seconds);
    text_free(&all);
    return status;
}
